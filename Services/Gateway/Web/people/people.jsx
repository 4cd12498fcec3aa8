import { useEffect, useRef, useState } from "react";
import { createRoot } from "react-dom/client";
import { addressOf, go, linkTo, useAddress } from "../shared/address.js";
import { Failed, NotFresh, useAnswer } from "../shared/answer.jsx";
import { Boundary } from "../shared/boundary.jsx";
import { Frame } from "../shared/frame.jsx";
import { Icon } from "../shared/icons.jsx";
import { isKey, shortcutOf } from "../shared/keys.js";
import { useOnePane } from "../shared/media.js";
import { say } from "../shared/notice.jsx";
import { everything } from "../shared/pages.js";
import { counted, roleNames } from "../shared/words.js";
import { Invite } from "./invite.jsx";
import { filters, fitting, stateOf } from "./people.js";
import { Person } from "./person.jsx";

function People() {
  const id = /^\/settings\/people\/([0-9A-Za-z-]+)$/.exec(useAddress().path)?.[1] || null;
  return (
    <Frame section="settings" page="people" className={`panes people ${id ? "with-detail" : ""}`} skip={{ text: "Skip to the person", id: "detail" }}>
      {(me) => (me.role === "admin" ? <Both me={me} id={id} />
        : <main className="whole-row" id="detail" tabIndex={-1}><div className="void"><Icon name="lock" /><h1>For administrators</h1><p>Who may sign in is decided by your company's administrators. Ask one of them.</p><a className="btn" href="/inbox">Back to the inbox</a></div></main>)}
    </Frame>
  );
}

function Both({ me, id }) {
  const { parameters } = useAddress();
  const users = useAnswer((signal) => everything("/api/users", {}, { signal }), "users");
  const [inviting, setInviting] = useState(false);
  const narrow = useOnePane();
  const items = users.value?.items;
  const chosen = id ? items?.find((user) => user.id === id) : narrow ? null : items?.[0];

  function made(user) {
    go(`/settings/people/${user.id}`);
    users.again();
  }

  let detail;
  if (chosen) detail = <Person key={chosen.id} user={chosen} me={me} parameters={parameters} onChanged={(text) => { if (text) say(text); return users.again(); }} />;
  else if (users.phase === "error") detail = <main className="detail" id="detail" tabIndex={-1} aria-label="Person" />;
  else if (id && items) detail = <main className="detail" id="detail" tabIndex={-1}><div className="void whole" role="alert"><Icon name="search" /><h1>No such person</h1><p>The address is wrong, or they belong to another company.</p><a className="btn" {...linkTo("/settings/people")}>See everybody</a></div></main>;
  else if (narrow && !id && items) detail = null;  // The list is the page.
  else detail = <main className="detail late" id="detail" tabIndex={-1} aria-busy="true" aria-label="Loading the person" />;

  return (
    <>
      <List users={users} items={items} chosen={chosen} parameters={parameters} alone={narrow && !id} onInvite={() => setInviting(true)} />
      {detail}
      {inviting && <Invite people={items || []} onClose={() => setInviting(false)} onMade={made} />}
    </>
  );
}

function List({ users, items, chosen, parameters, alone, onInvite }) {
  const search = useRef(null);
  const { path } = useAddress();
  const text = parameters.text || "", state = parameters.state || "";
  const filter = (change) => go(addressOf(path, { ...parameters, ...change }), { replace: true });
  const shown = fitting(items || [], text, state);

  useEffect(() => {
    const key = (event) => {
      if (shortcutOf(event) !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.("input, textarea, select, dialog")) return;
      event.preventDefault();
      search.current?.focus();
    };
    addEventListener("keydown", key);
    return () => removeEventListener("keydown", key);
  }, []);

  return (
    <section className="list" id="list" role={alone ? "main" : undefined} aria-labelledby="heading-list">
      <header className="head"><h1 id="heading-list" tabIndex={-1}>People</h1><span className="quiet" aria-label={items ? counted(items.length, "person", "people") : undefined}>{items?.length ?? ""}</span>
        {items && <button className="btn s push" type="button" onClick={onInvite}><Icon name="plus" small />Invite</button>}</header>
      <div className="tools">
        <label className="search"><Icon name="search" /><span className="vh">Search people</span><input className="input" type="search" ref={search} placeholder="Search" value={text} onChange={(event) => filter({ text: event.target.value })} onKeyDown={(event) => { if (isKey(event, "Escape") && text) { event.preventDefault(); filter({ text: "" }); } }} />{!text && <kbd>/</kbd>}</label>
        <label><span className="vh">State</span><select className="pick" value={state} onChange={(event) => filter({ state: event.target.value })}>{filters.map(([value, name]) => <option key={value} value={value}>{name}</option>)}</select></label>
      </div>
      <NotFresh problem={users.value && users.problem} onAgain={users.again} />
      <div className="vh" role="status" aria-live="polite">{items && (text.trim() || state) ? `${counted(shown.length, "person", "people")} found` : ""}</div>
      {users.phase === "error" ? <div className="items"><Failed title="The people did not load" problem={users.problem} kept="Nothing was changed." onAgain={users.again} /></div> : (
        <ul className="items" aria-label="People" aria-busy={!items}>
          {!items && [1, 2, 3].map((each) => <li key={each} className="late" aria-hidden="true"><span className="item"><span className="sk" /><span className="sk" /></span></li>)}
          {shown.map((user) => {
            const { id, name, mark } = stateOf(user);
            return (
              <li key={user.id}><a className="item" {...linkTo(addressOf(`/settings/people/${user.id}`, parameters))} aria-current={user.id === chosen?.id ? "true" : undefined}>
                <bdi className="name cut">{user.name}</bdi><span className="small quiet">{roleNames[user.role]}</span>
                <span className="small quiet cut">{user.email}</span>{id === "active" ? <span /> : <span className={`chip ${mark}`}>{name}</span>}</a></li>
            );
          })}
          {items?.length > 0 && shown.length === 0 && <li className="void"><Icon name="search" /><h2>Nobody found</h2><p>{text.trim() ? `No name or address here has “${text}”.` : "Nobody is in this state."}</p><button className="btn" type="button" onClick={() => filter({ text: "", state: "" })}>Show everybody</button></li>}
        </ul>
      )}
    </section>
  );
}

createRoot(document.getElementById("page")).render(<Boundary><People /></Boundary>);
