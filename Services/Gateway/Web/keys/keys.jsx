import { useState } from "react";
import { createRoot } from "react-dom/client";
import { Failed, NotFresh, useAnswer } from "../shared/answer.jsx";
import { request } from "../shared/api.js";
import { Ask } from "../shared/ask.jsx";
import { Boundary } from "../shared/boundary.jsx";
import { CopyButton } from "../shared/copy.jsx";
import { Dialog, DialogTitle } from "../shared/dialog.jsx";
import { Field, FormProblem, tied } from "../shared/field.jsx";
import { useSending } from "../shared/form.js";
import { Frame } from "../shared/frame.jsx";
import { Icon } from "../shared/icons.jsx";
import { say } from "../shared/notice.jsx";
import { everything } from "../shared/pages.js";
import { inFull, onDay, shortMoment } from "../shared/time.js";
import { expiryOf, expiryState, keyErrors, lifetimes, scopes, scopeWords } from "./keys.js";

function Keys() {
  return (
    <Frame section="settings" page="keys" className="keys" skip={{ text: "Skip to the keys", id: "detail" }}>
      {(me) => (me.role === "admin" ? <Page />
        : <main className="detail" id="detail" tabIndex={-1}><div className="void whole"><Icon name="lock" /><h1>For administrators</h1><p>Keys for programs are given out by your company's administrators. Ask one of them.</p><a className="btn" href="/inbox">Back to the inbox</a></div></main>)}
    </Frame>
  );
}

function Page() {
  const keys = useAnswer((signal) => everything("/api/keys", {}, { signal }), "keys");
  const [making, setMaking] = useState(false);
  const [revoking, setRevoking] = useState(null);
  const items = keys.value?.items;
  const make = <button className="btn main" type="button" onClick={() => setMaking(true)}><Icon name="plus" />Make a key</button>;
  return (
    <main className="detail" id="detail" tabIndex={-1} aria-labelledby="heading-keys">
      <header className="hero"><div><h1 id="heading-keys">API keys</h1><p className="small quiet">Programs sign in with them. <a href="/docs">What a program can do</a></p></div>{items?.length > 0 && <div className="row push">{make}</div>}</header>
      <div className="stack">
        <NotFresh problem={items && keys.problem} onAgain={keys.again} />
        <div className="card">
          {keys.phase === "error" ? <Failed title="The keys did not load" problem={keys.problem} kept="Nothing was changed." onAgain={keys.again} />
            : !items ? <div className="late" aria-busy="true" aria-label="Loading the keys"><span className="sk" /><span className="sk" /></div>
              : items.length === 0 ? <div className="void"><Icon name="plug" /><h2>No key yet</h2><p>A key lets a program of yours, like a shop or a back office, read and write without a person signing in.</p>{make}</div>
                : <Table items={items} onRevoke={setRevoking} />}
        </div>
      </div>
      {making && <NewKey onClose={() => setMaking(false)} onMade={keys.again} />}
      {revoking && <Ask title={`Revoke ${revoking.name}?`} action="Revoke the key" onClose={() => setRevoking(null)}
        words={`Programs that use ${revoking.prefix}… are refused at once. This cannot be undone; a new key can be made.`}
        work={() => request("DELETE", `/api/keys/${revoking.id}`)} onDone={() => { setRevoking(null); say(`${revoking.name} is revoked.`); keys.again(); }} />}
    </main>
  );
}

function Table({ items, onRevoke }) {
  const now = Date.now();
  return (
    <div className="wide" tabIndex={0} role="region" aria-label="Keys table"><table>
      <thead><tr><th scope="col">Key</th><th scope="col" className="wide-only">May</th><th scope="col" className="wide-only">Last used</th><th scope="col" className="wide-only">Ends</th><th><span className="vh">Actions</span></th></tr></thead>
      <tbody>{items.map((key) => {
        const state = expiryState(key.expires_at, now);
        const used = key.last_used_at ? <time dateTime={key.last_used_at} title={inFull(key.last_used_at)}>{shortMoment(key.last_used_at, now)}</time> : <span className="quiet">Never</span>;
        const end = key.expires_at ? <span className={state ? `chip ${state === "ended" ? "bad" : "warn"}` : ""}>{state === "ended" && "Ended "}<time dateTime={key.expires_at} title={inFull(key.expires_at)}>{onDay(key.expires_at)}</time></span> : <span className="quiet">Never</span>;
        return (
          <tr key={key.id}>
            <th scope="row"><bdi className="blk strong-name">{key.name}</bdi><span className="blk small quiet"><span className="mono">{key.prefix}…</span> · since <time dateTime={key.created_at} title={inFull(key.created_at)}>{onDay(key.created_at)}</time></span>
              <span className="blk narrow-only">{scopeWords(key.scopes)}</span><span className="blk small quiet narrow-only">Last used: {used} · Ends: {end}</span></th>
            <td className="wide-only">{scopeWords(key.scopes)}</td>
            <td className="wide-only">{used}</td>
            <td className="wide-only">{end}</td>
            <td className="num"><button className="btn s" type="button" aria-label={`Revoke ${key.name}`} onClick={() => onRevoke(key)}>Revoke</button></td>
          </tr>
        );
      })}</tbody></table></div>
  );
}

function NewKey({ onClose, onMade }) {
  const [values, setValues] = useState({ name: "", everything: false, chosen: ["conversations:read"], days: "" });
  const [made, setMade] = useState(null);
  const form = useSending();
  const set = (change) => setValues((before) => ({ ...before, ...change }));
  async function submit(event) {
    event.preventDefault();
    const found = keyErrors(values);
    form.setErrors(found);
    if (Object.keys(found).length) { document.getElementById(found.name ? "key-name" : "scope-everything").focus(); return; }
    const body = { name: values.name.trim(), scopes: values.everything ? undefined : values.chosen, expires_at: expiryOf(values.days, Date.now()) };
    const key = await form.send(() => request("POST", "/api/keys", body), ["name", "scopes", "expires_at"]);
    if (!key) return;
    setMade(key);
    onMade();
  }
  if (made) {
    return (
      <Dialog label="The new key" onClose={onClose}>
        <div><DialogTitle onClose={onClose}>{made.name} is made</DialogTitle>
          <div className="secret" role="status"><b className="strong">Copy it now; it is shown only once.</b><code tabIndex={-1} data-focus>{made.key}</code><div className="row"><CopyButton text={made.key} label="Copy the key" /></div></div>
          <p className="soft">Programs send it as <span className="mono">Authorization: Bearer …</span>. Keep it where your programs' secrets are, never in a web page.</p>
          <div className="row buttons"><button className="btn main" type="button" onClick={onClose}>Done</button></div></div>
      </Dialog>
    );
  }
  return (
    <Dialog label="Make a key" onClose={onClose}>
      <form onSubmit={submit} noValidate>
        <DialogTitle onClose={onClose}>Make a key</DialogTitle>
        <Field id="key-name" label="Name" error={form.errors.name} hint="Which program uses it."><input className="input" data-focus autoComplete="off" dir="auto" {...tied("key-name", form.errors.name, true)} value={values.name} onChange={(event) => set({ name: event.target.value })} /></Field>
        <fieldset className="scopes" aria-describedby={form.errors.scopes ? "scopes-note" : undefined}><legend className="label">What it may do</legend>
          <label className="choice"><input type="checkbox" id="scope-everything" checked={values.everything} onChange={(event) => set({ everything: event.target.checked })} /><span>Everything a key may<span className="hint">Now and in later versions.</span></span></label>
          {scopes.map(({ id, name, hint }) => <label className="choice" key={id}><input type="checkbox" disabled={values.everything} checked={values.everything || values.chosen.includes(id)} onChange={(event) => set({ chosen: event.target.checked ? [...values.chosen, id] : values.chosen.filter((each) => each !== id) })} /><span>{name}<span className="hint">{hint}</span></span></label>)}
          {form.errors.scopes && <p className="err" id="scopes-note"><Icon name="alert" small /><span>{form.errors.scopes}</span></p>}
        </fieldset>
        <Field id="key-days" label="Ends" error={form.errors.expires_at} hint="A key that ends cannot be forgotten somewhere."><select className="input" {...tied("key-days", form.errors.expires_at, true)} value={values.days} onChange={(event) => set({ days: event.target.value })}>{lifetimes.map(([days, name]) => <option key={days} value={days}>{name}</option>)}</select></Field>
        <FormProblem text={form.errors.all} />
        <div className="row buttons"><button className="btn" type="button" onClick={onClose}>Cancel</button><button className="btn main" type="submit" disabled={form.busy}>{form.busy ? "Making it" : "Make the key"}</button></div>
      </form>
    </Dialog>
  );
}

createRoot(document.getElementById("page")).render(<Boundary><Keys /></Boundary>);
