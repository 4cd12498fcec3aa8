import { useEffect, useMemo, useRef, useState } from "react";
import { query, request } from "../shared/api.js";
import { Dialog, DialogTitle } from "../shared/dialog.jsx";
import { Icon } from "../shared/icons.jsx";
import { isComposing, isKey } from "../shared/keys.js";
import { isolated } from "../shared/text.js";
import { comingMoment } from "../shared/time.js";
import { useSelect, useStore } from "./hooks.jsx";
import { go } from "./route.js";
import { YouMenu } from "./rail.jsx";
import { channelIcons, customerName, initials, presenceDots, presenceNames } from "./words.js";

export function Confirm({ title, text, label, action, onConfirm, onClose }) {
  const [reason, setReason] = useState("");
  return (
    <Dialog label={title} onClose={onClose}>
      <form onSubmit={(event) => { event.preventDefault(); onClose(); onConfirm(reason.trim()); }}>
        <DialogTitle onClose={onClose}>{title}</DialogTitle>
        <p className="soft">{text}</p>
        {label && <div className="field"><label htmlFor="confirm-reason">{label}</label><input className="input" id="confirm-reason" value={reason} onChange={(event) => setReason(event.target.value)} /></div>}
        <div className="row buttons"><button className="btn" type="button" data-focus onClick={onClose}>Cancel</button><button className="btn danger" type="submit">{action}</button></div>
      </form>
    </Dialog>
  );
}

/** Times that are always in the future, however late it is. */
export function snoozeTimes(now) {
  const at = (days, hour) => { const time = new Date(now); time.setDate(time.getDate() + days); time.setHours(hour, 0, 0, 0); return time; };
  const untilMonday = (8 - new Date(now).getDay()) % 7 || 7;
  const times = [["In an hour", new Date(now + 3_600_000)]];
  if (new Date(now).getHours() < 15) times.push(["This afternoon", at(0, 16)]);
  times.push(["Tomorrow", at(1, 9)]);
  if (untilMonday > 1) times.push(["Next week", at(untilMonday, 9)]);
  return times;
}

export function SnoozeDialog({ session, onClose }) {
  const store = useStore();
  const [own, setOwn] = useState("");
  const now = Date.now();
  const until = (time) => { onClose(); store.changeStatus(session, { status: "pending", snoozed_until: time.toISOString() }, `Snoozed until ${comingMoment(time, now)}.`); };
  const ownTime = own ? new Date(own) : null;
  const past = ownTime && ownTime.getTime() <= now;
  return (
    <Dialog label="Snooze" onClose={onClose}>
      <form onSubmit={(event) => { event.preventDefault(); if (ownTime && !past) until(ownTime); }}>
        <DialogTitle onClose={onClose}>Snooze</DialogTitle>
        <p className="soft">It leaves your list and comes back then, or as soon as the customer writes.</p>
        <div className="choices">
          {snoozeTimes(now).map(([label, time], index) => <button key={label} type="button" data-focus={index === 0 || undefined} onClick={() => until(time)}><Icon name="snooze" />{label}<span className="quiet small push">{comingMoment(time, now)}</span></button>)}
          <button type="button" onClick={() => { onClose(); store.changeStatus(session, { status: "pending" }, "Waits for the customer."); }}><Icon name="clock" />Until the customer writes</button>
        </div>
        <div className="field"><label htmlFor="snooze-own">Another time</label>
          <span className="row"><input className="input" id="snooze-own" type="datetime-local" value={own} aria-invalid={Boolean(past)} onChange={(event) => setOwn(event.target.value)} /><button className="btn" type="submit" disabled={!ownTime || past}>Snooze</button></span>
          {past && <p className="err"><Icon name="alert" small /><span>This time is over.</span></p>}</div>
      </form>
    </Dialog>
  );
}

function useAgents() {
  const store = useStore();
  const list = useSelect((state) => state.agentList);
  const live = useSelect((state) => state.agents);
  useEffect(() => { store.loadAgents(); }, []);
  const items = useMemo(() => (list?.items || []).map((agent) => ({ ...agent, ...live[agent.id] })), [list, live]);
  return { phase: list?.phase || "loading", problem: list?.problem, items };
}

function Agents({ exclude, onChoose }) {
  const agents = useAgents();
  const [text, setText] = useState("");
  const fits = agents.items.filter((agent) => agent.id !== exclude && (agent.name || "").toLowerCase().includes(text.toLowerCase()));
  if (agents.phase === "error") return <p className="err"><Icon name="alert" small /><span>Your colleagues did not load. {agents.problem.message}</span></p>;
  return (
    <>
      <label className="search"><Icon name="search" /><span className="vh">Find a colleague</span><input className="input" type="search" placeholder="Find a colleague" value={text} onChange={(event) => setText(event.target.value)} /></label>
      <div className="choices">
        {agents.phase === "loading" && <p className="quiet small">Loading</p>}
        {agents.phase === "loaded" && fits.length === 0 && <p className="quiet small">Nobody by this name.</p>}
        {fits.map((agent) => {
          const status = agent.effective_status || agent.status;
          const full = Number.isFinite(agent.load) && agent.load >= agent.capacity;
          return (
            <button key={agent.id} type="button" disabled={full} onClick={() => onChoose(agent)}>
              <span className="ava s" aria-hidden="true">{initials(agent.name)}</span><span className="cut">{isolated(agent.name)}</span>
              <span className="push row small quiet">{status && <><span className={`dot ${presenceDots[status] || "off"}`} />{presenceNames[status] || status}</>}{Number.isFinite(agent.load) && <span className="num">{agent.load} of {agent.capacity}{full ? ", full" : ""}</span>}</span>
            </button>
          );
        })}
      </div>
    </>
  );
}

export function AssignDialog({ session, onClose }) {
  const store = useStore();
  const me = useSelect((state) => state.me);
  return (
    <Dialog label="Assign" onClose={onClose}>
      <div>
        <DialogTitle onClose={onClose}>Assign {customerName(session.customer)}</DialogTitle>
        {session.agent?.id !== me.id && <p><button className="btn main" type="button" data-focus onClick={() => { onClose(); store.assign(session.id, null, "Yours now."); }}>Take it yourself</button></p>}
        <Agents exclude={session.agent?.id} onChoose={(agent) => { onClose(); store.assign(session.id, agent.id, `Assigned to ${isolated(agent.name)}.`, session); }} />
      </div>
    </Dialog>
  );
}

export function TransferDialog({ session, onClose }) {
  const store = useStore();
  const me = useSelect((state) => state.me);
  const [reason, setReason] = useState("");
  const [missing, setMissing] = useState(false);
  const field = useRef(null);
  function transfer(agent) {
    if (!reason.trim()) { setMissing(true); field.current.focus(); return; }
    onClose();
    store.transfer(session, agent?.id, reason.trim(), agent ? `Transferred to ${isolated(agent.name)}.` : "Back in the queue.");
  }
  return (
    <Dialog label="Transfer" onClose={onClose}>
      <div>
        <DialogTitle onClose={onClose}>Transfer {customerName(session.customer)}</DialogTitle>
        <div className="field"><label htmlFor="transfer-reason">Reason, for whoever takes it</label>
          <input className="input" id="transfer-reason" ref={field} data-focus value={reason} aria-invalid={missing} aria-describedby={missing ? "transfer-note" : undefined} onChange={(event) => { setReason(event.target.value); setMissing(false); }} />
          {missing && <p className="err" id="transfer-note"><Icon name="alert" small /><span>Say in a few words why, then choose where to.</span></p>}</div>
        <p><button className="btn" type="button" onClick={() => transfer(null)}><Icon name="none" />Back to the queue</button></p>
        <Agents exclude={session.agent?.id || me.id} onChoose={transfer} />
      </div>
    </Dialog>
  );
}

const keys = [
  [["Ctrl", "K"], "Find a command or conversation"], [["J"], "Next conversation"], [["K"], "Previous conversation"], [["R"], "Reply"], [["E"], "Resolve"], [["A"], "Take or assign"], [["T"], "Transfer"],
  [["S"], "Snooze"], [["U"], "Jump to what is new"], [["O"], "Go to the offer"], [["/"], "Search"], [["Ctrl", "Z"], "Undo, while it is offered"], [["Esc"], "Back"], [["?"], "This page"], [["↵"], "Send, or a new line: your choice"], [["Ctrl", "↵"], "Send, always"],
];

export function CheatSheet({ onClose }) {
  return (
    <Dialog label="Keys" className="ask broad" onClose={onClose}>
      <div><DialogTitle onClose={onClose}>Keys</DialogTitle>
        <dl className="keys">{keys.map(([combination, text]) => <div key={text}><dt>{combination.map((key) => <kbd key={key}>{key}</kbd>)}</dt><dd className="soft">{text}</dd></div>)}</dl>
        <p className="small quiet">Single letters rest while you write.</p></div>
    </Dialog>
  );
}

export function YouDialog({ onClose }) {
  return <Dialog label="You" onClose={onClose}><div><DialogTitle onClose={onClose}>You</DialogTitle><div className="pres"><div className="pop static"><YouMenu /></div></div></div></Dialog>;
}

/** Commands and conversations in one list, filtered while typing. */
export function Palette({ commands, onClose }) {
  const store = useStore();
  const [text, setText] = useState("");
  const [selected, setSelected] = useState(0);
  const [found, setFound] = useState([]);
  const sessions = useSelect((state) => state.sessions);
  const list = useRef(null);
  const wanted = text.trim().toLowerCase();

  useEffect(() => {
    setSelected(0);
    if (wanted.length < 2) { setFound([]); return undefined; }
    let over = false;
    const timer = setTimeout(async () => {
      try {
        const { items } = await request("GET", query("/api/v1/chat/sessions", { view: "all", text: wanted, limit: 8 }));
        if (over) return;
        store.adopt(items);
        setFound(items.map((item) => item.id));
      } catch {
        // What the page knows already is still offered.
      }
    }, 200);
    return () => { over = true; clearTimeout(timer); };
  }, [wanted]);

  const fitting = commands.filter((command) => command.name.toLowerCase().includes(wanted));
  const matching = wanted ? [...new Set([...Object.values(sessions).filter((session) => [customerName(session.customer), session.subject, session.last_message?.text].some((value) => value?.toLowerCase().includes(wanted))).map((session) => session.id), ...found])] : [];
  const results = [
    ...fitting.map((command) => ({ key: command.name, icon: command.icon, label: command.name, hint: command.key, run: command.run })),
    ...matching.slice(0, 8).map((id) => sessions[id]).filter(Boolean).map((session) => ({
      key: session.id, icon: channelIcons[session.channel] || "chat", label: customerName(session.customer), detail: session.subject || session.last_message?.text, run: () => go({ id: session.id }),
    })),
  ];
  const index = Math.min(selected, results.length - 1);
  const run = (result) => { onClose(); if (result) setTimeout(result.run); };

  function keyDown(event) {
    if (isComposing(event)) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const next = (index + (event.key === "ArrowDown" ? 1 : -1) + results.length) % Math.max(1, results.length);
      setSelected(next);
      list.current?.children[next]?.scrollIntoView({ block: "nearest" });
    } else if (isKey(event, "Enter")) {
      event.preventDefault();
      run(results[index]);
    }
  }

  return (
    <Dialog label="Find or do" className="pal" onClose={onClose}>
      <label className="search"><Icon name="search" /><span className="vh">Find a command, customer or conversation</span>
        <input className="input" role="combobox" aria-expanded="true" aria-controls="palette-results" aria-activedescendant={results[index] ? `palette-${index}` : undefined} data-focus placeholder="Find a command, customer or conversation" value={text} onChange={(event) => setText(event.target.value)} onKeyDown={keyDown} /></label>
      <ul role="listbox" id="palette-results" aria-label="Results" ref={list}>
        {results.map((result, each) => (
          <li key={result.key} id={`palette-${each}`} role="option" aria-selected={each === index} onPointerMove={() => setSelected(each)} onClick={() => run(result)}>
            <Icon name={result.icon} /><span className="cut">{result.label}{result.detail && <span className="quiet"> · {result.detail}</span>}</span>{result.hint && <kbd className="push">{result.hint}</kbd>}
          </li>
        ))}
      </ul>
      {results.length === 0 && <p className="none quiet">Nothing found among commands and conversations, by name, e-mail address and subject.</p>}
      <p className="small quiet row"><kbd>↑</kbd><kbd>↓</kbd>move<kbd>↵</kbd>do it<kbd>Esc</kbd>close<span className="push row"><kbd>?</kbd>all keys</span></p>
    </Dialog>
  );
}
