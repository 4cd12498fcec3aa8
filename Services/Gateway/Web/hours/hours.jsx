import { useEffect, useState } from "react";
import { createRoot } from "react-dom/client";
import { Failed, useAnswer } from "../shared/answer.jsx";
import { goToSignIn, request } from "../shared/api.js";
import { Boundary } from "../shared/boundary.jsx";
import { Field, FormProblem, tied } from "../shared/field.jsx";
import { Frame } from "../shared/frame.jsx";
import { Icon } from "../shared/icons.jsx";
import { say } from "../shared/notice.jsx";
import { Problem, SignedOut } from "../shared/problem.js";
import { asSentence, channelNames } from "../shared/words.js";
import { changeOf, channels, days, formErrors, formOf } from "./rules.js";

const zones = Intl.supportedValuesOf ? ["UTC", ...Intl.supportedValuesOf("timeZone").filter((zone) => zone !== "UTC")] : [];
const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

function Hours() {
  return (
    <Frame section="settings" page="hours" className="hours" skip={{ text: "Skip to the settings", id: "detail" }}>
      {(me) => (me.role === "admin" || me.role === "supervisor" ? <Page me={me} />
        : <main className="detail" id="detail" tabIndex={-1}><div className="void whole"><Icon name="lock" /><h1>For administrators</h1><p>When the company is open is decided by its administrators. Ask one of them.</p><a className="btn" href="/inbox">Back to the inbox</a></div></main>)}
    </Frame>
  );
}

function Page({ me }) {
  const rules = useAnswer((signal) => request("GET", "/api/settings/business-rules", undefined, { signal }), "rules");
  return (
    <main className="detail" id="detail" tabIndex={-1} aria-labelledby="heading-hours">
      <header className="hero"><div><h1 id="heading-hours">Business hours and service targets</h1><p className="small quiet">Messages are kept at any hour. Changes count for conversations that begin afterwards.</p></div></header>
      {rules.phase === "error" ? <div className="card"><Failed title="The settings did not load" problem={rules.problem} kept="Nothing was changed." onAgain={rules.again} /></div>
        : !rules.value ? <div className="stack late" aria-busy="true" aria-label="Loading the settings"><span className="sk" /><span className="sk" /></div>
          : <Form key={rules.value.version} rules={rules.value} canChange={me.role === "admin"} onSaved={rules.put} onAgain={rules.again} />}
    </main>
  );
}

function Form({ rules, canChange, onSaved, onAgain }) {
  const before = formOf(rules);
  const [form, setForm] = useState(before);
  const [errors, setErrors] = useState({});
  const [busy, setBusy] = useState(false);
  const [overtaken, setOvertaken] = useState(false);
  const changed = JSON.stringify(form) !== JSON.stringify(before);
  const set = (change) => setForm((now) => ({ ...now, ...change }));
  const at = (list, index, change) => list.map((each, place) => (place === index ? { ...each, ...change } : each));
  const without = (list, index) => list.filter((_, place) => place !== index);

  useEffect(() => {
    const ask = (event) => { if (changed) event.preventDefault(); };
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, [changed]);
  // The first field that is wrong, wherever it stands.
  useEffect(() => { if (Object.keys(errors).length) document.querySelector("[aria-invalid='true']")?.focus(); }, [errors]);

  async function submit(event) {
    event.preventDefault();
    const found = formErrors(form);
    setErrors(found);
    if (busy || Object.keys(found).length) return;
    setBusy(true);
    setOvertaken(false);
    try {
      onSaved(await request("PUT", "/api/settings/business-rules", changeOf(form, rules.version)));
      say("Saved. The new rules are in use.");
    } catch (error) {
      if (error instanceof SignedOut) return goToSignIn();
      if (error instanceof Problem && error.code === "business-rules-moved-on") setOvertaken(true);
      else if (error instanceof Problem && Object.keys(error.fields).length) setErrors(placed(error.fields));
      else setErrors({ all: `${error.message} Nothing was changed.` });
    } finally {
      setBusy(false);
    }
    return undefined;
  }

  return (
    <form className="stack" onSubmit={submit} noValidate>
      <fieldset className="stack" disabled={!canChange} aria-label="Business rules">
        <section className="card" aria-labelledby="heading-open">
          <header><h2 id="heading-open">Opening hours</h2></header>
          <div className="inner">
            <Field id="time-zone" label="Time zone" error={errors.time_zone} hint="All hours and holidays are times there.">
              <input className="input" list="zones" value={form.time_zone} spellCheck={false} autoComplete="off" {...tied("time-zone", errors.time_zone, true)} onChange={(event) => set({ time_zone: event.target.value })} />
            </Field>
            <datalist id="zones">{zones.map((zone) => <option key={zone} value={zone} />)}</datalist>
            <div>
              {days.map((day) => (
                <div className="weekday" key={day} role="group" aria-label={capital(day)}>
                  <span className="label">{capital(day)}</span>
                  <Stretches place={`hours.${day}`} list={form.hours[day]} errors={errors} name={capital(day)} onChange={(list) => set({ hours: { ...form.hours, [day]: list } })} />
                </div>
              ))}
            </div>
          </div>
        </section>

        <section className="card" aria-labelledby="heading-holidays">
          <header><h2 id="heading-holidays">Holidays</h2><span className="n">{form.holidays.length || ""}</span><button className="btn s push" type="button" onClick={() => set({ holidays: [...form.holidays, { date: "", name: "", hours: [] }] })}><Icon name="plus" small />Add a holiday</button></header>
          <div className="inner">
            {errors.holidays && <FormProblem text={errors.holidays} />}
            {form.holidays.length === 0 && <p className="soft">No holidays: the week's hours count every week.</p>}
            {form.holidays.map((holiday, index) => {
              const place = `holidays[${index}]`, id = `holiday-${index}`, change = (part) => set({ holidays: at(form.holidays, index, part) });
              return (
                <div className="entry" role="group" aria-label={holiday.name || `Holiday ${index + 1}`} key={index}>
                  <div className="fields">
                    <Field id={`${id}-date`} label="Day" error={errors[`${place}.date`]}><input className="input" type="date" value={holiday.date} {...tied(`${id}-date`, errors[`${place}.date`])} onChange={(event) => change({ date: event.target.value })} /></Field>
                    <Field id={`${id}-name`} label="Name" error={errors[`${place}.name`]}><input className="input" value={holiday.name} {...tied(`${id}-name`, errors[`${place}.name`])} onChange={(event) => change({ name: event.target.value })} /></Field>
                  </div>
                  <Stretches place={`${place}.hours`} list={holiday.hours} errors={errors} name={holiday.name || "this holiday"} onChange={(hours) => change({ hours })} />
                  <div className="row"><button className="btn s ghost" type="button" onClick={() => set({ holidays: without(form.holidays, index) })}><Icon name="x" small />Remove {holiday.name || "this holiday"}</button></div>
                </div>
              );
            })}
          </div>
        </section>

        <section className="card" aria-labelledby="heading-sectors">
          <header><h2 id="heading-sectors">Sectors</h2><span className="n">{form.sectors.length}</span><button className="btn s push" type="button" onClick={() => set({ sectors: [...form.sectors, { name: "", description: "" }] })}><Icon name="plus" small />Add a sector</button></header>
          <div className="inner">
            <p className="soft">Parts of the company that conversations, teams and agents belong to. Whoever is in one that you remove stays there; nobody else is put into it.</p>
            {errors.sectors && <FormProblem text={errors.sectors} />}
            {form.sectors.map((sector, index) => {
              const place = `sectors[${index}]`, id = `sector-${index}`, change = (part) => set({ sectors: at(form.sectors, index, part) });
              return (
                <div className="sector" role="group" aria-label={sector.name || `Sector ${index + 1}`} key={index}>
                  <Field id={`${id}-name`} label="Name" error={errors[`${place}.name`]}><input className="input" readOnly={sector.kept} value={sector.name} {...tied(`${id}-name`, errors[`${place}.name`])} onChange={(event) => change({ name: event.target.value })} /></Field>
                  <Field id={`${id}-description`} label="What for" error={errors[`${place}.description`]}><input className="input" value={sector.description} {...tied(`${id}-description`, errors[`${place}.description`])} onChange={(event) => change({ description: event.target.value })} /></Field>
                  {sector.kept ? <span className="small quiet">For everything else</span> : <button className="btn s ghost" type="button" onClick={() => set({ sectors: without(form.sectors, index) })}><Icon name="x" small />Remove<span className="vh"> {sector.name || "this sector"}</span></button>}
                </div>
              );
            })}
          </div>
        </section>

        <section className="card" aria-labelledby="heading-sla">
          <header><h2 id="heading-sla">Service targets</h2><span className="n">{form.sla.length || ""}</span><button className="btn s push" type="button" onClick={() => set({ sla: [...form.sla, { name: "", channel: null, sector: null, priority: "", first: "5", resolution: "", warn: "80", counts_business_hours: true }] })}><Icon name="plus" small />Add a target</button></header>
          <div className="inner">
            <p className="soft">The first target that fits a conversation counts for it. Colleagues are warned before a time runs out, and told when it has.</p>
            {errors.sla && <FormProblem text={errors.sla} />}
            {form.sla.map((target, index) => {
              const place = `sla[${index}]`, id = `target-${index}`, change = (part) => set({ sla: at(form.sla, index, part) });
              const text = (name, member, label, more = {}) => <Field id={`${id}-${name}`} label={label} error={errors[`${place}.${member}`]} hint={more.hint}><input className="input" inputMode={more.mode} value={target[name]} {...tied(`${id}-${name}`, errors[`${place}.${member}`], more.hint)} onChange={(event) => change({ [name]: event.target.value })} /></Field>;
              return (
                <div className="entry" role="group" aria-label={target.name || `Target ${index + 1}`} key={index}>
                  <div className="fields">
                    {text("name", "name", "Name")}
                    <Field id={`${id}-channel`} label="Channel" error={errors[`${place}.channel`]}><select className="input" value={target.channel || ""} {...tied(`${id}-channel`, errors[`${place}.channel`])} onChange={(event) => change({ channel: event.target.value || null })}><option value="">Every channel</option>{channels.map((each) => <option key={each} value={each}>{channelNames?.[each] || each}</option>)}</select></Field>
                    <Field id={`${id}-sector`} label="Sector" error={errors[`${place}.sector`]}><select className="input" value={target.sector || ""} {...tied(`${id}-sector`, errors[`${place}.sector`])} onChange={(event) => change({ sector: event.target.value || null })}><option value="">Every sector</option>{form.sectors.map((each, at) => <option key={at}>{each.name}</option>)}</select></Field>
                    {text("priority", "priority_min", "Priority from", { mode: "numeric", hint: "0 to 10; empty: any." })}
                    {text("first", "first_response_seconds", "First reply within, minutes", { mode: "decimal", hint: "Empty: no target." })}
                    {text("resolution", "resolution_seconds", "Resolved within, minutes", { mode: "decimal", hint: "Without waiting for the customer." })}
                    {text("warn", "warn_at_share", "Warn after, % of the time", { mode: "numeric" })}
                  </div>
                  <label className="check"><input type="checkbox" checked={target.counts_business_hours} onChange={(event) => change({ counts_business_hours: event.target.checked })} />Only business hours count</label>
                  <div className="row"><button className="btn s ghost" type="button" onClick={() => set({ sla: without(form.sla, index) })}><Icon name="x" small />Remove {target.name || "this target"}</button></div>
                </div>
              );
            })}
          </div>
        </section>
      </fieldset>
      {canChange ? (
        <div className="foot-bar">
          <button className="btn main" type="submit" disabled={!changed || busy}>{busy ? "Saving" : "Save"}</button>
          {changed && <button className="btn ghost" type="button" onClick={() => { setForm(before); setErrors({}); }}>Undo all</button>}
          <FormProblem text={errors.all} />
          {overtaken && <p className="err" role="alert"><Icon name="alert" small /><span>Somebody else changed these rules meanwhile.</span><button className="btn s" type="button" onClick={onAgain}>Show theirs and drop mine</button></p>}
        </div>
      ) : <p className="soft">Only administrators change these settings.</p>}
    </form>
  );
}

/** What the service says about members that have a field stands at the field; the rest below the form, with its name. */
function placed(fields) {
  const found = {};
  for (const [name, detail] of Object.entries(fields)) {
    if (/^(time_zone|hours|holidays|sectors|sla)\b/.test(name)) found[name] = asSentence(detail);
    else found.all = `${name}: ${asSentence(detail)}`;
  }
  return found;
}

/** The hours of one day; none: closed. */
function Stretches({ place, list, errors, name, onChange }) {
  const set = (index, change) => onChange(list.map((each, at) => (at === index ? { ...each, ...change } : each)));
  const id = place.replace(/[^a-z0-9]+/gi, "-");
  const add = () => {
    const last = list[list.length - 1]?.closes;
    onChange([...list, last && last < "23:00" ? { opens: last, closes: "24:00" } : { opens: "09:00", closes: "17:00" }]);
  };
  return (
    <div className="stretches">
      {list.length === 0 && <span className="quiet">Closed</span>}
      {list.map((stretch, index) => {
        const wrong = ["opens", "closes"].find((end) => errors[`${place}[${index}].${end}`]), note = `${id}-${index}-note`;
        const input = (end, label) => <input className="input" value={stretch[end]} aria-label={`${name}, ${label}`} placeholder="09:00" inputMode="numeric" maxLength={5} aria-invalid={wrong === end} aria-describedby={wrong ? note : undefined} onChange={(event) => set(index, { [end]: event.target.value })} />;
        return (
          <div key={index}>
            <div className="stretch">{input("opens", "opens")}<span aria-hidden="true">–</span>{input("closes", "closes")}
              <button className="btn s icon ghost" type="button" aria-label={`Remove ${stretch.opens} to ${stretch.closes}, ${name}`} onClick={() => onChange(list.filter((_, at) => at !== index))}><Icon name="x" small /></button></div>
            {wrong && <p className="err" id={note}><Icon name="alert" small /><span>{errors[`${place}[${index}].${wrong}`]}</span></p>}
          </div>
        );
      })}
      {errors[place] && <FormProblem text={errors[place]} />}
      {list.length < 10 && <button className="btn s ghost" type="button" onClick={add}><Icon name="plus" small />{list.length ? "Add hours" : "Open on this day"}<span className="vh">, {name}</span></button>}
    </div>
  );
}

createRoot(document.getElementById("page")).render(<Boundary><Hours /></Boundary>);
