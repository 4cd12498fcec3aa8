import { useEffect, useMemo, useRef, useState } from "react";
import { createRoot } from "react-dom/client";
import { addressOf, go, linkTo, useAddress } from "../shared/address.js";
import { Failed, NotFresh, useAnswer } from "../shared/answer.jsx";
import { Boundary } from "../shared/boundary.jsx";
import { Frame } from "../shared/frame.jsx";
import { Icon } from "../shared/icons.jsx";
import { isKey, shortcutOf } from "../shared/keys.js";
import { LineMark } from "../shared/line.jsx";
import { useLive, useSoon } from "../shared/live.js";
import { useOnePane } from "../shared/media.js";
import { say } from "../shared/notice.jsx";
import { everything } from "../shared/pages.js";
import { counted } from "../shared/words.js";
import { NewTeam } from "./forms.jsx";
import { Team } from "./team.jsx";

/** How often the figures of waiting conversations are asked for at most, however much happens. Unit: milliseconds. */
const queuePause = 2_000;

function Teams() {
  const [line, setLine] = useState("connecting");
  const { parameters } = useAddress();
  const id = /^\/teams\/([0-9A-Za-z-]+)$/.exec(useAddress().path)?.[1] || null;
  return (
    <Frame section="teams" className={`panes teams ${id ? "with-detail" : ""}`} skip={{ text: "Skip to the team", id: "detail" }} live={<LineMark state={line} />}>
      {(me) => <Both me={me} id={id} parameters={parameters} onLine={setLine} />}
    </Frame>
  );
}

function Both({ me, id, parameters, onLine }) {
  const teams = useAnswer((signal) => everything("/api/teams", {}, { signal }), "teams");
  const agents = useAnswer((signal) => everything("/api/v1/agents", {}, { signal }), "agents");
  // Not every installation has the queue's list; without it the figures of who waits are left out.
  const queue = useAnswer((signal) => everything("/api/v1/routing/queue", {}, { signal }), "queue");
  const queueSoon = useSoon(queue.again, queuePause);
  const line = useLive((frame) => {
    if (frame === null) { agents.again(); queueSoon(); return; }
    if (frame.type === "presence") agents.put((known) => known && { ...known, items: known.items.map((agent) => (agent.id === frame.data.agent_id ? { ...agent, status: frame.data.status, load: frame.data.load, capacity: frame.data.capacity } : agent)) });
    if (frame.type === "status" || frame.type === "assigned") queueSoon();
  });
  useEffect(() => { onLine(line); }, [line]);
  const [creating, setCreating] = useState(false);
  const narrow = useOnePane();
  const items = teams.value?.items;
  const chosen = id ? items?.find((team) => team.id === id) : narrow ? null : items?.[0];
  const leads = me.role === "admin" || me.role === "supervisor";
  const waiting = useMemo(() => waitingByTeam(queue.value), [queue.value]);
  const people = useMemo(() => Object.fromEntries((agents.value?.items || []).map((agent) => [agent.id, agent])), [agents.value]);

  function made(team) {
    setCreating(false);
    teams.put((known) => ({ ...known, items: [...(known?.items || []), team].sort((one, other) => one.name.localeCompare(other.name)) }));
    go(`/teams/${team.id}`);
    say(`${team.name} is there. Add its members next.`);
  }
  function changed(team) {
    teams.put((known) => ({ ...known, items: known.items.map((each) => (each.id === team.id ? team : each)) }));
  }
  function gone(team) {
    teams.put((known) => ({ ...known, items: known.items.filter((each) => each.id !== team.id) }));
    go("/teams", { replace: true });
    say(`${team.name} is deleted.`);
    document.getElementById("heading-list")?.focus();
  }

  let detail;
  if (chosen) detail = <Team key={chosen.id} team={chosen} teams={items} me={me} leads={leads} people={people} agents={agents} waiting={waiting} parameters={parameters} onChange={changed} onGone={gone} onTeams={teams.again} />;
  else if (teams.phase === "error") detail = <main className="detail" id="detail" tabIndex={-1} aria-label="Team" />;
  else if (id && items) detail = <main className="detail" id="detail" tabIndex={-1}><div className="void whole" role="alert"><Icon name="search" /><h1>No such team</h1><p>It was deleted, or the address is wrong.</p><a className="btn" {...linkTo("/teams")}>See all teams</a></div></main>;
  else if (items?.length === 0) {
    detail = (
      <main className="detail" id="detail" tabIndex={-1}><div className="void whole"><Icon name="team" /><h1>No team yet</h1><p>A team is a group of colleagues that conversations of one kind go to first. Until there is one, everybody in a sector is asked.</p>
        {leads && <button className="btn main" type="button" onClick={() => setCreating(true)}>Make the first team</button>}</div></main>
    );
  } else if (narrow && !id && items) detail = null;  // The list is the page.
  else detail = <main className="detail late" id="detail" tabIndex={-1} aria-busy="true" aria-label="Loading the team" />;

  return (
    <>
      <List teams={teams} items={items} chosen={chosen} leads={leads} waiting={waiting} parameters={parameters} alone={narrow && !id} onNew={() => setCreating(true)} />
      {detail}
      {creating && <NewTeam teams={items || []} onClose={() => setCreating(false)} onMade={made} />}
    </>
  );
}

/** Conversations that wait, by team; null while that is not known. */
function waitingByTeam(queue) {
  if (!queue) return null;
  const counts = {};
  for (const item of queue.items) if (item.team_id) counts[item.team_id] = (counts[item.team_id] || 0) + 1;
  return counts;
}

function List({ teams, items, chosen, leads, waiting, parameters, alone, onNew }) {
  const search = useRef(null);
  const { path } = useAddress();
  const text = parameters.text || "", sector = parameters.sector || "";
  const filter = (change) => go(addressOf(path, { ...parameters, ...change }), { replace: true });
  const sectors = [...new Set((items || []).map((team) => team.sector))].sort();
  const wanted = text.trim().toLowerCase();
  const fitting = (items || []).filter((team) => (!sector || team.sector === sector) && (!wanted || `${team.name} ${team.description}`.toLowerCase().includes(wanted)));

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
      <header className="head"><h1 id="heading-list" tabIndex={-1}>Teams</h1><span className="quiet" aria-label={items ? counted(items.length, "team") : undefined}>{items?.length ?? ""}</span>
        {leads && items && <button className="btn s push" type="button" onClick={onNew}><Icon name="plus" small />New team</button>}</header>
      <div className="tools">
        <label className="search"><Icon name="search" /><span className="vh">Search teams</span><input className="input" type="search" ref={search} placeholder="Search" value={text} onChange={(event) => filter({ text: event.target.value })} onKeyDown={(event) => { if (isKey(event, "Escape") && text) { event.preventDefault(); filter({ text: "" }); } }} />{!text && <kbd>/</kbd>}</label>
        {(sectors.length > 1 || sector) && <label><span className="vh">Sector</span><select className="pick" value={sector} onChange={(event) => filter({ sector: event.target.value })}><option value="">All sectors</option>{sectors.map((each) => <option key={each}>{each}</option>)}</select></label>}
      </div>
      <NotFresh problem={teams.value && teams.problem} onAgain={teams.again} />
      <div className="vh" role="status" aria-live="polite">{items && (wanted || sector) ? `${counted(fitting.length, "team")} found` : ""}</div>
      {teams.phase === "error" ? <div className="items"><Failed title="The teams did not load" problem={teams.problem} kept="Nothing was changed." onAgain={teams.again} /></div> : (
        <ul className="items" aria-label="Teams" aria-busy={!items}>
          {!items && [1, 2, 3].map((each) => <li key={each} className="late" aria-hidden="true"><span className="item"><span className="sk" /><span className="sk" /></span></li>)}
          {fitting.map((team) => (
            <li key={team.id}><a className="item" {...linkTo(addressOf(`/teams/${team.id}`, { ...parameters, range: undefined }))} aria-current={team.id === chosen?.id ? "true" : undefined}>
              <span className="name cut">{team.name}</span><span className="num small quiet">{waiting ? `${waiting[team.id] || 0} waiting` : ""}</span>
              <span className="small quiet cut">{team.sector}</span><span className="num small quiet">{counted(team.member_count, "member")}</span></a></li>
          ))}
          {items?.length > 0 && fitting.length === 0 && <li className="void"><Icon name="search" /><h2>Nothing found</h2><p>No team here {wanted ? `has “${text}”` : `is in ${sector}`}.</p><button className="btn" type="button" onClick={() => filter({ text: "", sector: "" })}>Show all</button></li>}
          {items?.length === 0 && alone && <li className="void"><Icon name="team" /><h2>No team yet</h2><p>A team is a group of colleagues that conversations of one kind go to first.</p>{leads && <button className="btn main" type="button" onClick={onNew}>Make the first team</button>}</li>}
        </ul>
      )}
    </section>
  );
}

createRoot(document.getElementById("page")).render(<Boundary><Teams /></Boundary>);
