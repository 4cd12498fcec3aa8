import { useEffect, useRef, useState } from "react";
import { addressOf, linkTo } from "../shared/address.js";
import { Failed, NotFresh, useAnswer } from "../shared/answer.jsx";
import { request } from "../shared/api.js";
import { Ask } from "../shared/ask.jsx";
import { forgetDrafts } from "../shared/drafts.js";
import { FormProblem } from "../shared/field.jsx";
import { useSending } from "../shared/form.js";
import { Icon } from "../shared/icons.jsx";
import { useOnePane } from "../shared/media.js";
import { inFull, onDay, shortMoment } from "../shared/time.js";
import { counted, firstName, initials, roleNames } from "../shared/words.js";
import { GivenLink } from "./link.jsx";
import { deviceName, roles, stateOf } from "./people.js";

/** One person: role, how they get in, where they are signed in. `onChanged(text)` says what happened and reads the list again. */
export function Person({ user, me, parameters, onChanged }) {
  const main = useRef(null);
  const narrow = useOnePane();
  const own = user.id === me.id;
  const { name: state, mark, id: stateID } = stateOf(user);
  const sessions = useAnswer((signal) => request("GET", `/api/users/${user.id}/sessions`, undefined, { signal }), user.id);
  // On phones the person replaces the list, so the focus follows.
  useEffect(() => { if (narrow) main.current.focus(); }, []);
  const changed = (text) => Promise.all([onChanged(text), sessions.again()]);

  return (
    <main className="detail" id="detail" ref={main} tabIndex={-1} aria-labelledby="heading-person">
      <header className="hero">
        <a className="btn icon ghost only-m" {...linkTo(addressOf("/settings/people", parameters))} aria-label="Back to the list"><Icon name="back" /></a>
        <span className={`ava l ${own ? "me" : ""}`} aria-hidden="true">{initials(user.name)}</span>
        <div><h1 id="heading-person"><bdi>{user.name}</bdi></h1><p className="small quiet">{user.email} · since <time dateTime={user.created_at} title={inFull(user.created_at)}>{onDay(user.created_at)}</time></p></div>
        {stateID !== "active" && <span className={`chip push ${mark}`}>{state}</span>}
      </header>
      <div className="stack">
        <Access key={`access-${user.id}`} user={user} own={own} state={stateID} onChanged={changed} />
        <Role key={`role-${user.role}`} user={user} own={own} onChanged={changed} />
        <Sessions user={user} own={own} sessions={sessions} onChanged={changed} />
        {!own && <State user={user} onChanged={changed} />}
      </div>
    </main>
  );
}

function Access({ user, own, state, onChanged }) {
  const [link, setLink] = useState(null);
  const [asks, setAsks] = useState(false);
  const form = useSending();
  const first = firstName(user.name);
  useEffect(() => { if (state === "disabled" || state === "active") setLink(null); }, [state]);

  async function give(path) {
    const given = await form.send(() => request("POST", `/api/users/${user.id}/${path}`));
    if (!given) return;
    setLink(given);
    onChanged();
  }
  const ends = user.access?.link_expires_at;
  const words = {
    disabled: `${first} cannot sign in. What they wrote stays.`,
    invited: ends ? `${first} has not chosen a password yet. The invitation ends ${inFull(ends)}.` : `${first} has not chosen a password, and the invitation has ended.`,
    reset: ends ? `${first} must choose another password before signing in again. The link ends ${inFull(ends)}.` : `${first} must choose another password, and the link has ended.`,
    active: own ? "You have a password. Nobody resets their own: another administrator can." : `${first} has a password.`,
  }[state];
  return (
    <section className="card" aria-labelledby="heading-access">
      <header><h2 id="heading-access">Password</h2></header>
      <div className="inner">
        <p className="soft">{words}</p>
        {link && <GivenLink url={link.url} expiresAt={link.expires_at} name={user.name} />}
        <FormProblem text={form.errors.all} />
        {state === "invited" && <div className="row"><button className="btn" type="button" disabled={form.busy} onClick={() => give("invitation")}><Icon name="retry" />Make a new invitation</button></div>}
        {state === "reset" && <div className="row"><button className="btn" type="button" disabled={form.busy} onClick={() => give("reset")}><Icon name="retry" />Make a new link</button></div>}
        {state === "active" && !own && <div className="row"><button className="btn" type="button" disabled={form.busy} onClick={() => setAsks(true)}><Icon name="lock" />Reset the password</button></div>}
      </div>
      {asks && <Ask title={`Reset ${user.name}'s password?`} action="Reset it" onClose={() => setAsks(false)}
        words={`The password stops working at once and ${first} is signed out everywhere. You get a link to pass on, on which ${first} chooses another one.`}
        work={async () => setLink(await request("POST", `/api/users/${user.id}/reset`))} onDone={() => { setAsks(false); onChanged(`${first}'s password is reset.`); }} />}
    </section>
  );
}

function Role({ user, own, onChanged }) {
  const [role, setRole] = useState(user.role);
  const form = useSending();
  async function submit(event) {
    event.preventDefault();
    const changed = await form.send(() => request("PATCH", `/api/users/${user.id}`, { role }));
    if (changed) onChanged(`${user.name} is ${roleNames[changed.role].toLowerCase()} now.`);
  }
  return (
    <section className="card" aria-labelledby="heading-role">
      <header><h2 id="heading-role">Role</h2></header>
      <form className="inner" onSubmit={submit}>
        <fieldset className="roles" disabled={own} aria-labelledby="heading-role" aria-describedby={own ? "role-own" : undefined}>
          {roles.map(({ id, hint }) => <label className="choice" key={id}><input type="radio" name="role" checked={role === id} onChange={() => setRole(id)} /><span>{roleNames[id]}<span className="hint">{hint}</span></span></label>)}
        </fieldset>
        {own && <p className="hint" id="role-own">Nobody changes their own role; another administrator can.</p>}
        <FormProblem text={form.errors.all} />
        {!own && <div className="row"><button className="btn main" type="submit" disabled={form.busy || role === user.role}>{form.busy ? "Saving" : "Save"}</button></div>}
      </form>
    </section>
  );
}

function Sessions({ user, own, sessions, onChanged }) {
  const [asks, setAsks] = useState(false);
  const [ending, setEnding] = useState(null);
  const form = useSending();
  const items = sessions.value?.items;
  const now = Date.now();
  const first = firstName(user.name);
  async function end(session) {
    setEnding(session.id);
    const done = await form.send(async () => { await request("DELETE", `/api/users/${user.id}/sessions/${session.id}`); return true; });
    setEnding(null);
    if (done) onChanged(`${own ? "You are" : `${first} is`} signed out of ${deviceName(session.device)}.`);
  }
  return (
    <section className="card" aria-labelledby="heading-sessions">
      <header><h2 id="heading-sessions">Signed in</h2>{items && <span className="n">{items.length || ""}</span>}{items?.length > 0 && <button className="btn s push" type="button" onClick={() => setAsks(true)}>Sign out everywhere</button>}</header>
      <NotFresh problem={items && sessions.problem} onAgain={sessions.again} />
      {sessions.phase === "error" ? <Failed level="h3" title="The sessions did not load" problem={sessions.problem} onAgain={sessions.again} />
        : !items ? <div className="inner late" aria-busy="true" aria-label="Loading the sessions"><span className="sk" /><span className="sk" /></div>
          : items.length === 0 ? <div className="inner"><p className="soft">{own ? "You are" : `${first} is`} not signed in anywhere.</p></div> : (
            <div className="wide" tabIndex={0} role="region" aria-label="Sessions table"><table>
              <thead><tr><th scope="col">Browser or program</th><th scope="col" className="wide-only">Address</th><th scope="col" className="wide-only">Since</th><th scope="col">Last used</th><th><span className="vh">Actions</span></th></tr></thead>
              <tbody>{items.map((session) => (
                <tr key={session.id}>
                  <th scope="row"><span className="blk strong-name" title={session.device || undefined}>{deviceName(session.device)}</span></th>
                  <td className="wide-only">{session.address || <span className="quiet">Not known</span>}</td>
                  <td className="wide-only"><time dateTime={session.created_at} title={inFull(session.created_at)}>{onDay(session.created_at)}</time></td>
                  <td><time dateTime={session.last_used_at} title={inFull(session.last_used_at)}>{shortMoment(session.last_used_at, now)}</time></td>
                  <td className="num"><button className="btn s" type="button" disabled={ending === session.id} aria-label={`Sign out of ${deviceName(session.device)}, since ${inFull(session.created_at)}`} onClick={() => end(session)}>Sign out</button></td>
                </tr>
              ))}</tbody></table></div>
          )}
      {form.errors.all && <div className="inner"><FormProblem text={form.errors.all} /></div>}
      {asks && <Ask title={own ? "Sign out everywhere?" : `Sign ${user.name} out everywhere?`} action="Sign out everywhere" onClose={() => setAsks(false)}
        words={own ? "This browser is signed out too, and forgets the replies you have not finished." : `${counted(items.length, "session")} end at once. ${first} can sign in again with the password.`}
        work={async () => { await request("DELETE", `/api/users/${user.id}/sessions`); if (own) forgetDrafts(user.id); }} onDone={() => { setAsks(false); onChanged(`${own ? "You are" : `${first} is`} signed out everywhere.`); }} />}
    </section>
  );
}

function State({ user, onChanged }) {
  const [asks, setAsks] = useState(false);
  const form = useSending();
  const first = firstName(user.name);
  async function enable() {
    const changed = await form.send(() => request("PATCH", `/api/users/${user.id}`, { disabled: false }));
    if (changed) onChanged(`${user.name} may sign in again.`);
  }
  return (
    <section className="card" aria-labelledby="heading-state">
      <header><h2 id="heading-state">{user.disabled ? "Disabled" : "Leaving"}</h2></header>
      <div className="inner">
        <p className="soft">{user.disabled ? `${first} gets no conversations and cannot sign in.` : `Whoever leaves is disabled: ${first} is refused from then on, and everything they wrote stays.`}</p>
        <FormProblem text={form.errors.all} />
        <div className="row">{user.disabled ? <button className="btn" type="button" disabled={form.busy} onClick={enable}>Enable {first}</button> : <button className="btn danger" type="button" onClick={() => setAsks(true)}>Disable {first}</button>}</div>
      </div>
      {asks && <Ask title={`Disable ${user.name}?`} action="Disable" onClose={() => setAsks(false)} words={`${first} is signed out everywhere at once and cannot sign in. You can enable them again.`}
        work={() => request("PATCH", `/api/users/${user.id}`, { disabled: true })} onDone={() => { setAsks(false); onChanged(`${user.name} is disabled.`); }} />}
    </section>
  );
}
