import { useEffect, useLayoutEffect, useRef, useState } from "react";
import { createRoot } from "react-dom/client";
import { addressOf, go, useAddress } from "../shared/address.js";
import { Failed, NotFresh, useAnswer } from "../shared/answer.jsx";
import { request } from "../shared/api.js";
import { Boundary } from "../shared/boundary.jsx";
import { Dialog, DialogTitle } from "../shared/dialog.jsx";
import { FormProblem } from "../shared/field.jsx";
import { useSending } from "../shared/form.js";
import { Frame } from "../shared/frame.jsx";
import { Icon } from "../shared/icons.jsx";
import { isKey, shortcutOf } from "../shared/keys.js";
import { LineMark } from "../shared/line.jsx";
import { useLive, useSoon } from "../shared/live.js";
import { say } from "../shared/notice.jsx";
import { everything } from "../shared/pages.js";
import { isolated } from "../shared/text.js";
import { inFull, span } from "../shared/time.js";
import { channelIcons, channelNames, initials, presenceDots, presenceNames } from "../shared/words.js";
import { drawn, filtered, queueWords, rowHeight } from "./rows.js";

/** The list is asked for at most this often, however much happens. Unit: milliseconds. */
const settleTime = 800;
/** Waits are written anew this often. Unit: milliseconds. */
const clockInterval = 10_000;
const moving = new Set(["status", "assigned", "queue", "presence", "offer", "message"]);

function Queue() {
  const [line, setLine] = useState("connecting");
  return <Frame section="queue" className="single" skip={{ text: "Skip to the queue", id: "queue" }} live={<LineMark state={line} />}>{(me) => <Page me={me} onLine={setLine} />}</Frame>;
}

function Page({ me, onLine }) {
  const { parameters } = useAddress();
  const queue = useAnswer((signal) => everything("/api/v1/routing/queue", {}, { signal }), "queue");
  const teams = useAnswer((signal) => everything("/api/teams", {}, { signal }), "teams");
  // The router knows who waits and where; what they are called is chat's to say.
  const names = useAnswer((signal) => everything("/api/v1/chat/sessions", { view: "unassigned", sort: "waiting" }, { most: 1_000, signal }), "names");
  const soon = useSoon(() => { queue.again(); names.again(); }, settleTime);
  const line = useLive((frame) => { if (frame === null || moving.has(frame.type)) soon(); });
  useEffect(() => { onLine(line); }, [line]);
  const [now, setNow] = useState(Date.now);
  useEffect(() => { const timer = setInterval(() => setNow(Date.now()), clockInterval); return () => clearInterval(timer); }, []);
  const [assigning, setAssigning] = useState(null);
  const leads = me.role === "admin" || me.role === "supervisor";
  const customers = Object.fromEntries((names.value?.items || []).map((session) => [session.id, session.customer.name || session.customer.email || `Visitor ${session.customer.id.slice(-4)}`]));
  const all = queue.value?.items.map((item) => ({ ...item, customer_name: item.customer_name || customers[item.session_id] || `Visitor ${item.session_id.slice(-4)}` }));
  const teamNames = Object.fromEntries((teams.value?.items || []).map((team) => [team.id, team.name]));
  const filter = { sector: parameters.sector || "", team: parameters.team_id || "" };
  const rows = all && filtered(all, filter);
  const sectors = [...new Set([...(all || []), ...(teams.value?.items || [])].map((each) => each.sector))].sort();
  const set = (change) => go(addressOf("/queue", { ...parameters, ...change }), { replace: true });

  return (
    <main className="queue" id="queue" tabIndex={-1} aria-labelledby="heading-queue">
      <header className="head"><h1 id="heading-queue">Queue</h1><span className="quiet" role="status" aria-live="polite">{rows ? queueWords(rows, now, span) : ""}</span>
        <div className="row push filters">
          <label><span className="vh">Sector</span><select className="pick boxed" value={filter.sector} onChange={(event) => set({ sector: event.target.value })}><option value="">All sectors</option>{sectors.map((each) => <option key={each}>{each}</option>)}</select></label>
          <label><span className="vh">Team</span><select className="pick boxed" value={filter.team} onChange={(event) => set({ team_id: event.target.value })}><option value="">All teams</option>{(teams.value?.items || []).map((team) => <option key={team.id} value={team.id}>{team.name}</option>)}</select></label>
        </div></header>
      <NotFresh problem={all && queue.problem} onAgain={queue.again} />
      {queue.phase === "error" ? <Failed title="The queue did not load" problem={queue.problem} kept="Customers keep their places." onAgain={queue.again} />
        : !rows ? <div className="late" aria-busy="true" aria-label="Loading the queue">{[1, 2, 3, 4, 5].map((each) => <div className="skrow" key={each}><span className="sk" /><span className="sk" /><span className="sk" /></div>)}</div>
          : rows.length > 0 ? <Rows rows={rows} now={now} teamNames={teamNames} leads={leads} onAssign={setAssigning} />
            : all.length > 0 ? <div className="void"><Icon name="filter" /><h2>Nobody waits here</h2><p>{all.length} wait elsewhere.</p><button className="btn" type="button" onClick={() => set({ sector: "", team_id: "" })}>Show all</button></div>
              : <div className="void"><Icon name="clock" /><h2>The queue is empty</h2><p>Who writes while nobody has room appears here, first come within a priority.</p></div>}
      {!queue.value?.isComplete && all && <p className="listfoot">Only the first {all.length} are shown.</p>}
      {assigning && <Assign item={assigning} onClose={() => setAssigning(null)} onDone={(text) => { setAssigning(null); say(text); queue.again(); }} />}
    </main>
  );
}

/** Only the rows in view are drawn; the table says how many there are. Arrows or J and K move, Enter opens, A assigns. */
function Rows({ rows, now, teamNames, leads, onAssign }) {
  const scroller = useRef(null);
  const [view, setView] = useState({ top: 0, height: 900 });
  const [active, setActive] = useState(rows[0].session_id);
  const focusNext = useRef(false);
  const measure = () => setView({ top: scroller.current.scrollTop, height: scroller.current.clientHeight });
  useLayoutEffect(() => {
    measure();
    const watch = new ResizeObserver(measure);
    watch.observe(scroller.current);
    return () => watch.disconnect();
  }, []);
  const found = rows.findIndex((row) => row.session_id === active);
  const at = found < 0 ? 0 : found;
  useLayoutEffect(() => {
    if (!focusNext.current) return;
    focusNext.current = false;
    scroller.current.querySelector(`[data-session="${rows[at].session_id}"]`)?.focus();
  });

  function move(index) {
    const next = Math.max(0, Math.min(rows.length - 1, index));
    const element = scroller.current, head = 32;
    const top = next * rowHeight;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + rowHeight + head > element.scrollTop + element.clientHeight) element.scrollTop = top + rowHeight + head - element.clientHeight;
    focusNext.current = true;
    measure();
    setActive(rows[next].session_id);
  }
  function keyDown(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("dialog")) return;
    const page = Math.max(1, Math.floor(view.height / rowHeight) - 2);
    const to = { ArrowDown: at + 1, j: at + 1, ArrowUp: at - 1, k: at - 1, Home: 0, End: rows.length - 1, PageDown: at + page, PageUp: at - page }[shortcutOf(event)];
    if (to !== undefined) { event.preventDefault(); move(to); } else if (event.repeat) return;
    else if (isKey(event, "Enter") && event.target.matches("[role=row]")) location.assign(`/inbox/${rows[at].session_id}?view=all`);
    else if (shortcutOf(event) === "a" && leads) { event.preventDefault(); onAssign(rows[at]); }
  }
  const [first, last] = drawn(rows.length, view.top, view.height);
  return (
    <div className="scroller" ref={scroller} onScroll={measure} onKeyDown={keyDown}>
      <div role="table" aria-label="Who waits" aria-rowcount={rows.length + 1} aria-describedby="queue-keys">
        <div className="qhead" role="row" aria-rowindex={1}>{["Place", "Customer", "For", "Priority", "Waiting", "Estimated", "Offered to", ""].map((name) => <span role="columnheader" key={name} className={["Place", "Priority", "Waiting", "Estimated"].includes(name) ? "num" : ""}>{name || <span className="vh">Actions</span>}</span>)}</div>
        <div role="rowgroup" className="qrows" style={{ blockSize: `${rows.length * rowHeight}px` }}>
          {rows.slice(first, last).map((item, offset) => {
            const index = first + offset;
            const since = span(now - Date.parse(item.waiting_since));
            const name = isolated(item.customer_name) || "Visitor";
            return (
              <div className={item.offered_to ? "qrow offered" : "qrow"} role="row" key={item.session_id} data-session={item.session_id} aria-rowindex={index + 2} tabIndex={index === at ? 0 : -1} style={{ insetBlockStart: `${index * rowHeight}px` }} onFocus={() => setActive(item.session_id)}>
                <span role="cell" className="num strong">{item.position}</span>
                <span role="cell" className="row"><span title={channelNames[item.channel]}><Icon name={channelIcons[item.channel] || "chat"} /><span className="vh">{channelNames[item.channel] || item.channel}</span></span><a className="cut" tabIndex={-1} href={`/inbox/${item.session_id}?view=all`}>{name}</a></span>
                <span role="cell" className="cut">{teamNames[item.team_id] || item.sector}</span>
                <span role="cell" className="num">{item.priority}</span>
                <span role="cell" className="num"><time dateTime={item.waiting_since} title={inFull(item.waiting_since)}>{since}</time></span>
                <span role="cell" className="num">{Number.isFinite(item.estimated_wait_seconds) ? `about ${Math.max(1, Math.round(item.estimated_wait_seconds / 60))} min` : "–"}</span>
                <span role="cell" className="cut">{item.offered_to ? item.offered_to.name : <span className="quiet">Nobody</span>}</span>
                <span role="cell" className="num">{leads && <button className="btn s" type="button" tabIndex={index === at ? 0 : -1} aria-label={`Assign ${name}, place ${item.position}`} onClick={() => onAssign(item)}>Assign</button>}</span>
              </div>
            );
          })}
        </div>
      </div>
      <p className="vh" id="queue-keys">Arrows move, Enter opens the conversation{leads ? ", A assigns it" : ""}.</p>
    </div>
  );
}

function Assign({ item, onClose, onDone }) {
  const agents = useAnswer((signal) => everything("/api/v1/agents", {}, { signal }), "agents");
  const form = useSending();
  const fits = (agents.value?.items || []).filter((agent) => agent.active).sort((one, other) => Number(other.sector === item.sector) - Number(one.sector === item.sector) || Number(other.status === "online") - Number(one.status === "online") || one.name.localeCompare(other.name));
  async function give(agent) {
    const done = await form.send(() => request("POST", `/api/v1/admin/chat-dashboard/sessions/${item.session_id}/assign`, { agent_id: agent.id }));
    if (done) onDone(`${isolated(item.customer_name) || "The visitor"} is with ${isolated(agent.name)}.`);
  }
  const title = `Assign ${isolated(item.customer_name) || "the visitor"} at place ${item.position}`;
  return (
    <Dialog label={title} onClose={onClose}>
      <div><DialogTitle onClose={onClose}>{title}</DialogTitle>
        {agents.phase === "error" ? <FormProblem text={`Your colleagues did not load. ${agents.problem.message}`} /> : agents.phase === "loading" ? <p className="quiet small">Loading</p> : fits.length === 0 ? <p className="soft">Nobody takes conversations.</p> : (
          <div className="choices">{fits.map((agent) => {
            const full = agent.load >= agent.capacity;
            return (
              <button key={agent.id} type="button" disabled={full || form.busy} onClick={() => give(agent)}><span className="ava s" aria-hidden="true">{initials(agent.name)}</span><span className="cut">{agent.name}{agent.sector !== item.sector && <span className="quiet">, {agent.sector}</span>}</span>
                <span className="push row small quiet"><span className={`dot ${presenceDots[agent.status] || "off"}`} />{presenceNames[agent.status]}<span className="num">{agent.load} of {agent.capacity}{full ? ", full" : ""}</span></span></button>
            );
          })}</div>
        )}
        <FormProblem text={form.errors.all} />
        <div className="row buttons"><button className="btn" type="button" data-focus onClick={onClose}>Cancel</button></div></div>
    </Dialog>
  );
}

createRoot(document.getElementById("page")).render(<Boundary><Queue /></Boundary>);
