import { useEffect, useRef, useState } from "react";
import { createRoot } from "react-dom/client";
import { go, useAddress } from "../shared/address.js";
import { Failed, useAnswer } from "../shared/answer.jsx";
import { goToSignIn, request } from "../shared/api.js";
import { Boundary } from "../shared/boundary.jsx";
import { Field, FormProblem, tied } from "../shared/field.jsx";
import { Frame } from "../shared/frame.jsx";
import { Icon } from "../shared/icons.jsx";
import { say } from "../shared/notice.jsx";
import { Problem, SignedOut } from "../shared/problem.js";
import { Tabs, TabPanel } from "../shared/tabs.jsx";
import { asSentence, channelNames } from "../shared/words.js";
import { Preview } from "./preview.jsx";
import { bounds, channels, fieldOf, formErrors, formOf, settingsOf, sumOf, weightHints, weightNames, weightSum } from "./rules.js";
import { Simulator } from "./simulator.jsx";

const tabIDs = ["rules", "simulator", "preview"];

function Routing() {
  return (
    <Frame section="settings" page="routing" className="single" skip={{ text: "Skip to the settings", id: "detail" }}>
      {(me) => (me.role === "admin" || me.role === "supervisor" ? <Page me={me} />
        : <main className="whole-row" id="detail" tabIndex={-1}><div className="void"><Icon name="lock" /><h1>For administrators</h1><p>How conversations are given is decided by your company's administrators. Ask one of them.</p><a className="btn" href="/inbox">Back to the inbox</a></div></main>)}
    </Frame>
  );
}

function Page({ me }) {
  const { parameters } = useAddress();
  const tab = tabIDs.includes(parameters.tab) ? parameters.tab : "rules";
  const rules = useAnswer((signal) => request("GET", "/api/settings/business-rules", undefined, { signal }), "rules");
  const [form, setForm] = useState(null);
  const before = rules.value && formOf(rules.value.routing || {});
  useEffect(() => { if (rules.value) setForm(formOf(rules.value.routing || {})); }, [rules.value?.version]);
  const changed = Boolean(form && before && JSON.stringify(form) !== JSON.stringify(before));
  useEffect(() => {
    const ask = (event) => { if (changed) event.preventDefault(); };
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, [changed]);

  return (
    <main className="detail" id="detail" tabIndex={-1} aria-labelledby="heading-routing">
      <header className="hero"><div><h1 id="heading-routing">Routing</h1><p className="small quiet">Who gets which conversation{rules.value ? ` · ${rules.value.version ? `change ${rules.value.version}` : "as delivered"}` : ""}</p></div></header>
      <Tabs label="Routing" current={tab} onChoose={(id) => go(id === "rules" ? "/settings/routing" : `/settings/routing?tab=${id}`, { replace: true })} tabs={[{ id: "rules", name: changed ? "Rules, not saved" : "Rules" }, { id: "simulator", name: "Simulator" }, { id: "preview", name: "Who would get it" }]} />
      <TabPanel current={tab}>
        {tab === "preview" ? <Preview />
          : rules.phase === "error" ? <div className="card"><Failed title="The rules did not load" problem={rules.problem} kept="Conversations are given by the rules in use." onAgain={rules.again} /></div>
            : !form ? <div className="card inner late" aria-busy="true" aria-label="Loading the rules">{[1, 2, 3, 4].map((each) => <span className="sk" key={each} />)}</div>
              : tab === "rules" ? <Rules me={me} document={rules.value} form={form} setForm={setForm} before={before} changed={changed} onSaved={rules.put} onAgain={rules.again} />
                : <Simulator settings={settingsOf(form, rules.value.routing)} errors={formErrors(form)} changed={changed} onRules={() => go("/settings/routing", { replace: true })} />}
      </TabPanel>
    </main>
  );
}

function Rules({ me, document: rules, form, setForm, before, changed, onSaved, onAgain }) {
  const [errors, setErrors] = useState({});
  const [busy, setBusy] = useState(false);
  const [moved, setMoved] = useState(false);
  const element = useRef(null);
  const reads = me.role !== "admin";
  const sum = sumOf(form);
  const set = (change) => setForm((now) => ({ ...now, ...change }));
  /** On leaving a control: what is wrong with it, and only with it. */
  const leave = (...keys) => { const found = formErrors(form); setErrors((now) => ({ ...now, ...Object.fromEntries(keys.map((key) => [key, found[key]])) })); };

  function showFirst(found) {
    setErrors(found);
    requestAnimationFrame(() => element.current?.querySelector("[aria-invalid='true']")?.focus());
  }

  async function save(event) {
    event.preventDefault();
    const found = formErrors(form);
    if (Object.keys(found).length) return showFirst(found);
    setBusy(true);
    setMoved(false);
    try {
      const { version, ...others } = rules;
      const answer = await request("PUT", "/api/settings/business-rules", { ...others, expected_version: version, routing: settingsOf(form, rules.routing) });
      setErrors({});
      onSaved(answer || { ...rules, routing: settingsOf(form, rules.routing) });
      setForm(formOf((answer || {}).routing || settingsOf(form, rules.routing)));
      say("Saved. The next conversation is given by these rules.");
    } catch (error) {
      if (error instanceof SignedOut) return goToSignIn();
      const named = error instanceof Problem ? Object.fromEntries(Object.entries(error.fields).map(([name, detail]) => [fieldOf(name), asSentence(detail)])) : {};
      if (error instanceof Problem && error.status === 409) setMoved(true);
      showFirst(placed(Object.keys(named).length ? named : { all: `${error.message} Nothing was changed.` }, form));
    } finally {
      setBusy(false);
    }
    return undefined;
  }

  const weight = (name, label, hint) => (
    <Field key={name} className="w" id={`weight-${name}`} label={label} error={errors[`weights.${name}`]} hint={hint}>
      <input className="input num" inputMode="decimal" disabled={reads} {...tied(`weight-${name}`, errors[`weights.${name}`], true)} value={form.weights[name]} onChange={(event) => set({ weights: { ...form.weights, [name]: event.target.value } })} onBlur={() => leave(`weights.${name}`, "weights")} /></Field>
  );
  const seconds = (id, label, key, field, hint) => (
    <Field id={id} label={label} error={errors[key]} hint={hint}><span className="row unit"><input className="input num" inputMode="numeric" disabled={reads} {...tied(id, errors[key], hint)} value={form[field]} onChange={(event) => set({ [field]: event.target.value })} onBlur={() => leave(key)} /><span className="quiet">seconds</span></span></Field>
  );
  const tick = (field, name, hint) => <label className="choice"><input type="checkbox" disabled={reads} checked={form[field]} onChange={(event) => set({ [field]: event.target.checked })} /><span>{name}<span className="hint">{hint}</span></span></label>;
  const step = (index, change) => set({ steps: form.steps.map((each, at) => (at === index ? { ...each, ...change } : each)) });

  return (
    <form className="stack" ref={element} onSubmit={save} noValidate aria-label="Rules">
      {reads && <p className="hint row"><Icon name="lock" small />You can read and try these rules; administrators change them.</p>}
      <section className="card" aria-labelledby="heading-weights"><header><h2 id="heading-weights">Weights</h2>
        <span className={`sumline push ${sum === weightSum ? "ok" : "bad"}`} role="status" aria-live="polite">{sum === null ? "Not a number yet" : sum === weightSum ? `Together ${weightSum}` : `Together ${sum} of ${weightSum}`}</span></header>
        <div className="inner">
          <p className="soft">How much each factor counts when the best agent is chosen. The first four make {weightSum} together.</p>
          {Object.entries(weightNames).map(([name, label]) => weight(name, label, weightHints[name]))}
          {errors.weights && <FormProblem text={errors.weights} />}
          <hr />
          {weight("capability", "Skills", "On top, for each skill that is asked for and there")}
        </div></section>

      <section className="card" aria-labelledby="heading-room"><header><h2 id="heading-room">Room by channel</h2></header>
        <div className="inner"><p className="soft">How much of an agent's room one conversation takes. An agent with room for 5 who takes a call of 3 has room for two chats of 1.</p>
          <div className="channels">{channels.map((channel) => (
            <Field key={channel} id={`channel-${channel}`} label={channelNames[channel]} error={errors[`channel_weights.${channel}`]}><input className="input num" inputMode="numeric" disabled={reads} {...tied(`channel-${channel}`, errors[`channel_weights.${channel}`])} value={form.channels[channel]} onChange={(event) => set({ channels: { ...form.channels, [channel]: event.target.value } })} onBlur={() => leave(`channel_weights.${channel}`)} /></Field>
          ))}</div></div></section>

      <section className="card" aria-labelledby="heading-offers"><header><h2 id="heading-offers">Offers and waiting</h2></header>
        <div className="inner">
          {tick("asks", "Ask before a conversation is given", "The agent accepts or declines. Otherwise conversations are given at once.")}
          {form.asks && <div className="sub">{seconds("offer-timeout", "Time to answer", "offer_timeout_seconds", "offer", "Then the next best agent is asked.")}</div>}
          {seconds("preferred-wait", "Wait for the agent that the customer had before", "preferred_wait_seconds", "wait", "Only while that agent is there without room. 0: nobody waits.")}
          {tick("reoffers", "Offer what somebody holds to others when they go offline", "Otherwise it stays with them until they come back.")}
          {form.reoffers && <div className="sub">{seconds("offline-grace", "After being offline for", "offline_grace_seconds", "grace")}</div>}
        </div></section>

      <section className="card" aria-labelledby="heading-relax"><header><h2 id="heading-relax">Ask for less while it waits</h2>{!reads && form.steps.length < bounds.steps && <button className="btn s push" type="button" onClick={() => { set({ steps: [...form.steps, { after: String(60 + Number(form.steps[form.steps.length - 1]?.after || 0)), lacking: "1", levels: "0" }] }); requestAnimationFrame(() => element.current.querySelector(`#step-${form.steps.length}-after`)?.focus()); }}><Icon name="plus" small />Add a step</button>}</header>
        <div className="inner">
          {form.steps.length === 0 ? <p className="soft">No steps: all skills are asked for.</p> : (
            <ol className="steps">{form.steps.map((each, index) => {
              const cell = (part, key, label) => {
                const name = `relaxation[${index}].${key}`;
                return <Field id={`step-${index}-${part}`} label={label} error={errors[name]}><input className="input num" inputMode="numeric" disabled={reads} {...tied(`step-${index}-${part}`, errors[name])} value={each[part]} onChange={(event) => step(index, { [part]: event.target.value })} onBlur={() => leave(name)} /></Field>;
              };
              return (
                <li key={index} role="group" aria-label={`Step ${index + 1}`}>{cell("after", "after_seconds", "After, in seconds")}{cell("lacking", "lacking_max", "Skills that may lack")}{cell("levels", "levels_below_max", "Levels below")}
                  {!reads && <button className="btn icon ghost" type="button" aria-label={`Remove step ${index + 1}`} onClick={() => { setErrors({}); set({ steps: form.steps.filter((_, at) => at !== index) }); element.current.querySelector("#heading-relax").closest("section").querySelector("button")?.focus(); }}><Icon name="trash" /></button>}</li>
              );
            })}</ol>
          )}
          {errors.relaxation && <FormProblem text={errors.relaxation} />}
          {tick("fallsBack", "Give it to the agent of the highest priority in the end", "Whoever has room then gets it, whatever skills are lacking. Otherwise it waits for the skills for ever.")}
          {form.fallsBack && <div className="sub">{seconds("priority-fallback", "After waiting for", "priority_fallback_seconds", "fallback")}</div>}
        </div></section>

      <section className="card" aria-labelledby="heading-learned"><header><h2 id="heading-learned">Learning from results</h2></header>
        <div className="inner">
          {tick("learns", "Learned recommendation", "Adds to a score by how well the agent did with this topic. Every decision says how much.")}
          {form.learns && <div className="sub"><Field id="learned-weight" label="Adds at most" error={errors.learned_weight}><span className="row unit"><input className="input num" inputMode="decimal" disabled={reads} {...tied("learned-weight", errors.learned_weight)} value={form.learned} onChange={(event) => set({ learned: event.target.value })} onBlur={() => leave("learned_weight")} /><span className="quiet">points</span></span></Field></div>}
          {tick("measures", "Skills count by results", "A skill gives its points by how often conversations that need it ended well, not one each.")}
        </div></section>

      {!reads && (
        <div className="savebar">
          <FormProblem text={errors.all} />
          {moved && <p className="row"><button className="btn s" type="button" onClick={() => { setErrors({}); setMoved(false); onAgain(); }}><Icon name="retry" small />Load the newer rules</button><span className="hint">What you typed here is replaced.</span></p>}
          <div className="row"><button className="btn main" type="submit" disabled={busy || !changed}>{busy ? "Saving" : "Save rules"}</button><button className="btn ghost" type="button" disabled={busy || !changed} onClick={() => { setForm(before); setErrors({}); }}>Undo changes</button>{changed && <a className="push wide-only" href="/settings/routing?tab=simulator" onClick={(event) => { event.preventDefault(); go("/settings/routing?tab=simulator"); }}>Try them on past conversations</a>}</div>
        </div>
      )}
    </form>
  );
}

/** What names a control stands there; the rest stands beside the button. */
function placed(found, form) {
  const known = new Set([
    ...Object.keys(weightNames).map((name) => `weights.${name}`), "weights.capability", "weights", ...channels.map((channel) => `channel_weights.${channel}`), "preferred_wait_seconds", "relaxation", "all",
    ...(form.asks ? ["offer_timeout_seconds"] : []), ...(form.fallsBack ? ["priority_fallback_seconds"] : []), ...(form.reoffers ? ["offline_grace_seconds"] : []), ...(form.learns ? ["learned_weight"] : []),
    ...form.steps.flatMap((_, index) => ["after_seconds", "lacking_max", "levels_below_max"].map((part) => `relaxation[${index}].${part}`)),
  ]);
  const errors = {};
  for (const [key, text] of Object.entries(found)) {
    if (known.has(key)) errors[key] = text;
    else errors.all = key.startsWith("relaxation") ? text : `${key}: ${text}`;
  }
  return errors;
}

createRoot(document.getElementById("page")).render(<Boundary><Routing /></Boundary>);
