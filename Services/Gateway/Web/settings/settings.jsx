import { useEffect, useRef, useState } from "react";
import { createRoot } from "react-dom/client";
import { Failed, useAnswer } from "../shared/answer.jsx";
import { goToSignIn, request, send } from "../shared/api.js";
import { CopyButton } from "../shared/copy.jsx";
import { Dialog, DialogTitle } from "../shared/dialog.jsx";
import { Boundary } from "../shared/boundary.jsx";
import { Field } from "../shared/field.jsx";
import { Frame } from "../shared/frame.jsx";
import { Icon } from "../shared/icons.jsx";
import { useOnePane } from "../shared/media.js";
import { Problem, SignedOut } from "../shared/problem.js";
import { inFull } from "../shared/time.js";
import { asSentence } from "../shared/words.js";
import { contrastWithWhite, fieldOf, originOf } from "./rules.js";

/** The same as the service's first colour. */
const firstAccent = "#2a50b8";

function Settings() {
  const [sites, setSites] = useState(null);
  const [problem, setProblem] = useState(null);
  const [selected, setSelected] = useState(() => new URLSearchParams(location.search).get("site"));
  const [creating, setCreating] = useState(false);
  const narrow = useOnePane();

  async function load() {
    setProblem(null);
    try {
      const answer = await request("GET", "/api/settings/sites");
      setSites(answer.items || answer);
    } catch (error) {
      if (error instanceof SignedOut) goToSignIn();
      else setProblem(error);
    }
  }
  useEffect(() => {
    const back = () => setSelected(new URLSearchParams(location.search).get("site"));
    addEventListener("popstate", back);
    return () => removeEventListener("popstate", back);
  }, []);

  function choose(id) {
    history.pushState(null, "", id ? `/settings/website?site=${id}` : "/settings/website");
    setSelected(id);
  }
  const replace = (site) => setSites((before) => before.map((other) => (other.id === site.id ? { ...other, ...site } : other)));
  const site = sites?.find((each) => each.id === selected) || (narrow ? null : sites?.[0]);

  const chosen = (
    <>
      <section className="list" role={narrow && !site ? "main" : undefined} aria-labelledby="heading-list">
        <header className="head"><h1 id="heading-list">Websites</h1><span className="quiet">{sites?.length ?? ""}</span>
          {sites && <button className="btn s push" type="button" onClick={() => setCreating(true)}><Icon name="plus" small />New website</button>}</header>
        <ul className="items" aria-busy={!sites}>
          {!sites && <li className="late"><span className="item"><span className="sk" /></span></li>}
          {sites?.map((each) => (
            <li key={each.id}><a className="item" href={`/settings/website?site=${each.id}`} aria-current={each.id === site?.id ? "true" : undefined} onClick={(event) => { if (event.metaKey || event.ctrlKey) return; event.preventDefault(); choose(each.id); }}>
              <span className="name cut">{each.name}</span><span className="quiet small cut">{each.allowed_origins.length ? each.allowed_origins.join(", ") : "No address allowed yet"}</span></a></li>
          ))}
        </ul>
      </section>
      {site ? <Site key={site.id} site={site} onChange={replace} onBack={() => choose(null)} />
        : <main className="detail" id="detail">{sites?.length === 0 && <div className="void whole"><Icon name="web" /><h1>No website yet</h1><p>Add the first one; you get two lines to paste into its pages.</p><button className="btn main" type="button" onClick={() => setCreating(true)}>Add a website</button></div>}</main>}
    </>
  );
  function body(me) {
    if (me.role !== "admin") return <main className="whole-row" id="detail" tabIndex={-1}><div className="void"><Icon name="lock" /><h1>For administrators</h1><p>Websites are set up by your company's administrators. Ask one of them.</p><a className="btn" href="/inbox">Back to the inbox</a></div></main>;
    if (problem) return <main className="whole-row" id="detail" tabIndex={-1}><Failed level="h1" title="The settings did not load" problem={problem} onAgain={load} /></main>;
    return <Loader onStart={load}>{chosen}</Loader>;
  }
  return (
    <>
      <Frame section="settings" page="website" className={`panes ${selected && site ? "with-detail" : ""}`} skip={{ text: "Skip to the settings", id: "detail" }}>{body}</Frame>
      {creating && <NewSite onClose={() => setCreating(false)} onMade={(made) => { setSites((before) => [...before, made]); setCreating(false); choose(made.id); }} />}
    </>
  );
}

/** Starts loading once it is known that this person may see it. */
function Loader({ onStart, children }) {
  useEffect(() => { onStart(); }, []);
  return children;
}

function Site({ site, onChange, onBack }) {
  const main = useRef(null);
  useEffect(() => { if (matchMedia("(max-width: 719px)").matches) main.current.focus(); }, []);
  return (
    <main className="detail" id="detail" ref={main} tabIndex={-1} aria-labelledby="heading-site">
      <header className="hero">
        <button className="btn icon ghost only-m" type="button" aria-label="Back to the list" onClick={onBack}><Icon name="back" /></button>
        <div><h1 id="heading-site">{site.name}</h1><p className="small quiet">Since <time dateTime={site.created_at}>{inFull(site.created_at)}</time></p></div>
        <a className="btn push" href="/demo" target="_blank" rel="noopener" aria-label="Open the demo page"><Icon name="next" /><span className="lab">Open the demo page</span></a>
      </header>
      <div className="stack">
        <Install site={site} />
        <Look site={site} onChange={onChange} />
        <Origins site={site} onChange={onChange} />
        <Identity site={site} onChange={onChange} />
      </div>
    </main>
  );
}

function Install({ site }) {
  // The widget may have an origin of its own.
  const widget = useAnswer((signal) => send("GET", "/widget/origin.json", { signal }), "origin");
  const lines = `<!-- Switchboard chat: paste before </body> -->\n<script src="${widget.value?.origin || location.origin}/widget.js" data-site="${site.site_key}" async></script>`;
  return (
    <section className="card" aria-labelledby="heading-install">
      <header><h2 id="heading-install">Install</h2><CopyButton text={lines} label="Copy both lines" /></header>
      <div className="inner">
        <p className="soft">Paste these two lines into every page that should have the chat. They stay the same when you change anything below.</p>
        <div className="code"><pre tabIndex={0} aria-label="Lines to paste"><code>{lines}</code></pre></div>
        <p className="hint">Colour, side and language of one page can be set in the second line: data-accent, data-position, data-locale.</p>
      </div>
    </section>
  );
}

/** One form of a site: what was typed, what the service said to which field, whether it was saved. */
function useForm(site, onChange) {
  const [errors, setErrors] = useState({});
  const [state, setState] = useState("idle");
  async function save(change, fields) {
    setState("saving");
    setErrors({});
    try {
      onChange(await request("PATCH", `/api/settings/sites/${site.id}`, change));
      setState("saved");
      setTimeout(() => setState((now) => (now === "saved" ? "idle" : now)), 4_000);
    } catch (error) {
      setState("idle");
      if (error instanceof SignedOut) return goToSignIn();
      setErrors(errorsOf(error, fields));
    }
    return undefined;
  }
  return { errors, setErrors, state, save };
}

function errorsOf(error, fields) {
  const found = {};
  if (error instanceof Problem) for (const [name, detail] of Object.entries(error.fields)) found[fieldOf(name, fields) || "all"] = asSentence(detail);
  return Object.keys(found).length ? found : { all: `${error.message} Nothing was changed.` };
}

function Foot({ form, changed, label = "Save" }) {
  return (
    <>
      {form.errors.all && <p className="err" role="alert"><Icon name="alert" small /><span>{form.errors.all}</span></p>}
      <div className="row"><button className="btn main" type="submit" disabled={!changed || form.state === "saving"}>{form.state === "saving" ? "Saving" : label}</button>
        <span role="status">{form.state === "saved" && <span className="row saved"><Icon name="check" />Saved</span>}</span></div>
    </>
  );
}

function Look({ site, onChange }) {
  const before = { name: site.name, accent: site.theme?.accent || firstAccent, position: sideOf(site.theme?.position), greeting: site.greeting || "" };
  const [values, setValues] = useState(before);
  const form = useForm(site, onChange);
  const set = (change) => setValues({ ...values, ...change });
  const changed = Object.keys(before).some((name) => before[name] !== values[name]);
  const badColour = !/^#[0-9a-f]{6}$/i.test(values.accent);
  const tooLight = !badColour && contrastWithWhite(values.accent) < 4.5;
  const knob = useRef(null);
  useEffect(() => { if (!badColour) knob.current.style.background = values.accent; }, [values.accent]);

  function submit(event) {
    event.preventDefault();
    const found = {};
    if (!values.name.trim()) found.name = "Enter a name; only your team sees it.";
    if (badColour) found["theme.accent"] = "Enter a colour like #2a50b8.";
    form.setErrors(found);
    if (Object.keys(found).length === 0) form.save({ name: values.name.trim(), greeting: values.greeting.trim(), theme: { accent: values.accent.toLowerCase(), position: values.position } }, ["name", "greeting", "theme.accent", "theme.position"]);
  }
  return (
    <section className="card" aria-labelledby="heading-look">
      <header><h2 id="heading-look">Look</h2></header>
      <form className="inner" onSubmit={submit} noValidate>
        <Field id="site-name" label="Name" error={form.errors.name} hint="Visitors see it at the top of the chat."><input className="input" id="site-name" value={values.name} aria-invalid={Boolean(form.errors.name)} aria-describedby="site-name-note" onChange={(event) => set({ name: event.target.value })} onBlur={() => form.setErrors({ ...form.errors, name: values.name.trim() ? undefined : "Enter a name." })} /></Field>
        <Field id="site-greeting" label="Greeting" error={form.errors.greeting} hint="The first thing a visitor reads."><textarea className="input" id="site-greeting" rows={2} dir="auto" value={values.greeting} aria-invalid={Boolean(form.errors.greeting)} aria-describedby="site-greeting-note" onChange={(event) => set({ greeting: event.target.value })} /></Field>
        <div className="two">
          <Field id="site-accent" label="Colour" error={form.errors["theme.accent"]} hint={tooLight ? "White text on it is hard to read; the chat darkens it where it has to." : undefined}>
            <span className="colour"><input type="color" aria-label="Pick a colour" value={badColour ? firstAccent : values.accent} onChange={(event) => set({ accent: event.target.value })} />
              <input className="input" id="site-accent" value={values.accent} spellCheck={false} aria-invalid={badColour} aria-describedby={form.errors["theme.accent"] || tooLight ? "site-accent-note" : undefined} onChange={(event) => set({ accent: event.target.value.trim() })} /></span></Field>
          <div className="field"><span className="label" id="label-side">Side</span>
            <div className="row"><fieldset className="seg" aria-labelledby="label-side">
              {[["left", "Left"], ["right", "Right"]].map(([side, label]) => <label key={side}><input type="radio" name="side" checked={values.position === side} onChange={() => set({ position: side })} />{label}</label>)}
            </fieldset></div></div>
        </div>
        <div className={`preview at-${values.position}`} aria-hidden="true">{values.greeting.trim() && <span className="say" dir="auto">{values.greeting}</span>}<span className="knob" ref={knob}><Icon name="chat" /></span></div>
        <Foot form={form} changed={changed} />
      </form>
    </section>
  );
}

const sideOf = (position) => (position === "left" || position === "start" ? "left" : "right");

function Origins({ site, onChange }) {
  const before = site.allowed_origins.join("\n");
  const [text, setText] = useState(before);
  const form = useForm(site, onChange);
  const lines = text.split("\n").map((line) => line.trim()).filter(Boolean);
  const wrong = lines.find((line) => !originOf(line));
  const complain = () => form.setErrors(wrong ? { allowed_origins: `“${wrong}” is not an address like https://www.example.com, without a path.` } : {});
  function submit(event) {
    event.preventDefault();
    if (wrong) return complain();
    setText(lines.map(originOf).join("\n"));
    form.save({ allowed_origins: lines.map(originOf) }, ["allowed_origins"]);
  }
  return (
    <section className="card" aria-labelledby="heading-origins">
      <header><h2 id="heading-origins">Where the chat may appear</h2></header>
      <form className="inner" onSubmit={submit} noValidate>
        <Field id="site-origins" label="Allowed addresses, one per line" error={form.errors.allowed_origins} hint="Browsers refuse to show the chat on any other website. Ours is always allowed for the demo.">
          <textarea className="input mono" id="site-origins" rows={Math.max(3, lines.length + 1)} spellCheck={false} placeholder="https://www.example.com" value={text} aria-invalid={Boolean(form.errors.allowed_origins)} aria-describedby="site-origins-note" onChange={(event) => setText(event.target.value)} onBlur={complain} /></Field>
        <Foot form={form} changed={lines.join("\n") !== before} />
      </form>
    </section>
  );
}

function Identity({ site, onChange }) {
  const [asks, setAsks] = useState(false);
  const [secret, setSecret] = useState(null);
  const [problem, setProblem] = useState(null);
  const set = site.identity_secrets_set || 0;
  async function rotate() {
    setAsks(false);
    setProblem(null);
    try {
      const answer = await request("POST", `/api/settings/sites/${site.id}/identity-secret`, {});
      setSecret(answer.secret);
      onChange({ ...site, identity_secrets_set: Math.min(2, set + 1) });
    } catch (error) {
      if (error instanceof SignedOut) goToSignIn();
      else setProblem(error);
    }
  }
  return (
    <section className="card" aria-labelledby="heading-identity">
      <header><h2 id="heading-identity">Visitors who are signed in with you</h2><span className="chip push">{set === 0 ? "Off" : set === 1 ? "1 secret" : `${set} secrets`}</span></header>
      <div className="inner">
        <p className="soft">Your server signs who they are with a secret, so nobody can pretend to be somebody else: user_hash is HMAC-SHA256 of the user's id, in hexadecimal.</p>
        {secret && <div className="secret" role="status"><b className="strong">Copy it now; it is shown only once.</b><code>{secret}</code><div className="row"><CopyButton text={secret} label="Copy the secret" /></div></div>}
        {problem && <p className="err" role="alert"><Icon name="alert" small /><span>{problem.message} No secret was made.</span></p>}
        <div className="row"><button className="btn" type="button" onClick={() => (set === 0 ? rotate() : setAsks(true))}>{set === 0 ? "Make a secret" : "Make a new secret"}</button></div>
      </div>
      {asks && (
        <Dialog label="Make a new secret?" onClose={() => setAsks(false)}>
          <div><DialogTitle onClose={() => setAsks(false)}>Make a new secret?</DialogTitle>
            <p className="soft">The newest and the one before it work side by side, so you can change your server without a gap. {set >= 2 ? "The oldest stops working at once." : ""}</p>
            <div className="row buttons"><button className="btn" type="button" data-focus onClick={() => setAsks(false)}>Cancel</button><button className="btn main" type="button" onClick={rotate}>Make it</button></div></div>
        </Dialog>
      )}
    </section>
  );
}

function NewSite({ onClose, onMade }) {
  const [name, setName] = useState("");
  const [origin, setOrigin] = useState("");
  const [errors, setErrors] = useState({});
  const [busy, setBusy] = useState(false);
  const badOrigin = () => (origin.trim() && !originOf(origin.trim()) ? "Enter an address like https://www.example.com, without a path." : undefined);
  async function submit(event) {
    event.preventDefault();
    const found = { name: name.trim() ? undefined : "Enter a name.", allowed_origins: badOrigin() };
    setErrors(found);
    if (busy || found.name || found.allowed_origins) return;
    setBusy(true);
    try {
      onMade(await request("POST", "/api/settings/sites", { name: name.trim(), allowed_origins: origin.trim() ? [originOf(origin.trim())] : [] }));
    } catch (error) {
      setBusy(false);
      if (error instanceof SignedOut) goToSignIn();
      else setErrors(errorsOf(error, ["name", "allowed_origins"]));
    }
  }
  return (
    <Dialog label="New website" onClose={onClose}>
      <form onSubmit={submit} noValidate>
        <DialogTitle onClose={onClose}>New website</DialogTitle>
        <Field id="new-name" label="Name" error={errors.name}><input className="input" id="new-name" data-focus value={name} aria-invalid={Boolean(errors.name)} aria-describedby="new-name-note" onChange={(event) => setName(event.target.value)} /></Field>
        <Field id="new-origin" label="Address" error={errors.allowed_origins} hint="Where the chat may appear. More can follow later."><input className="input" id="new-origin" placeholder="https://www.example.com" value={origin} spellCheck={false} aria-invalid={Boolean(errors.allowed_origins)} aria-describedby="new-origin-note" onChange={(event) => setOrigin(event.target.value)} onBlur={() => setErrors({ ...errors, allowed_origins: badOrigin() })} /></Field>
        {errors.all && <p className="err" role="alert"><Icon name="alert" small /><span>{errors.all}</span></p>}
        <div className="row buttons"><button className="btn" type="button" onClick={onClose}>Cancel</button><button className="btn main" type="submit" disabled={busy}>{busy ? "Adding" : "Add website"}</button></div>
      </form>
    </Dialog>
  );
}

createRoot(document.getElementById("page")).render(<Boundary><Settings /></Boundary>);
