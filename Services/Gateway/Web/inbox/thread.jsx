import { memo, useCallback, useEffect, useLayoutEffect, useMemo, useReducer, useRef, useState } from "react";
import { Icon } from "../shared/icons.jsx";
import { isKey } from "../shared/keys.js";
import { isolated, linkParts } from "../shared/text.js";
import { atClock, dayName, inFull } from "../shared/time.js";
import { useLatest, useSelect, useStore, useWatched } from "./hooks.jsx";
import { threadRows } from "./state/grouping.js";
import { offsetsOf, rowAt } from "./state/offsets.js";
import { lastEndBetween } from "./state/reading.js";
import { tickOf } from "./state/receipts.js";
import { customerName, describeEvent, initials } from "./words.js";

/** Pixels drawn beyond the visible part, on both sides. */
const overscan = 900;
/** Closer to the end than this counts as being there: new messages then keep the end in view. Unit: pixels. */
const endDistance = 48;
/** Room below the last message. Unit: pixels. */
const endGap = 16;
/** Older messages are fetched when less than this is left above. Unit: pixels. */
const olderDistance = 600;

/** A guess good enough that the scroll bar hardly moves when the row is measured. Unit: pixels. */
function guess(row) {
  switch (row.type) {
    case "day": return 41;
    case "new": return 41;
    case "event": return 30;
    default: {
      const text = row.entry?.text ?? row.item.text;
      const lines = Math.ceil(text.length / 60) + (text.length < 2_000 ? text.split("\n").length - 1 : 20);
      return 18 + Math.max(1, lines) * 20 + (row.first ? 38 : 2) + (row.mine && row.last ? 22 : 0);
    }
  }
}

/**
 * The messages. Only those near the visible part are in the document, so 10,000 open as fast as ten. While rows above are measured or
 * older ones arrive, the row at the top stays where it is.
 */
export function Thread({ conversation, pending, session, jumpRef }) {
  const store = useStore();
  const watched = useWatched();
  const live = useSelect((state) => state.connection.phase === "live");
  const rows = useMemo(() => threadRows(conversation.entries, pending, conversation.newAfter), [conversation.entries, pending, conversation.newAfter]);
  const scroller = useRef(null), inner = useRef(null);
  const heights = useRef(new Map());
  const anchor = useRef({ end: true, key: null, delta: 0 });
  const [, drawAgain] = useReducer((count) => count + 1, 0);
  // Plain values, not objects: the layout effect sets them on every drawing, and only equal values end that.
  const [viewTop, setViewTop] = useState(0);
  const [viewHeight, setViewHeight] = useState(0);
  const [awayFromEnd, setAwayFromEnd] = useState(false);
  const [newAbove, setNewAbove] = useState(false);
  const latest = useLatest({ rows, conversation, watched });

  const offsets = offsetsOf(rows, heights.current, guess);
  const total = offsets[rows.length];
  // What is drawn follows the anchor, not the scroll bar: while rows above grow, the two differ until the layout effect ran.
  const anchored = anchor.current.end ? -1 : rows.findIndex((row) => row.key === anchor.current.key);
  const top = anchor.current.end ? Math.max(0, total - (viewHeight || 900)) : anchored >= 0 ? offsets[anchored] - anchor.current.delta : viewTop;
  const first = rows.length ? rowAt(offsets, Math.max(0, top - overscan)) : 0;
  const last = rows.length ? rowAt(offsets, top + (viewHeight || 900) + overscan) + 1 : 0;

  const report = useCallback(() => {
    const element = scroller.current;
    const { rows: all, conversation: here, watched: looked } = latest.current;
    if (!element || !inner.current) return;
    const { top, bottom } = element.getBoundingClientRect();
    // Messages only: `expected_sequence` is compared with the last of them, whatever was assigned or noted after it.
    const messages = [...inner.current.children].filter((child) => child.dataset.message);
    const shown = lastEndBetween(messages.map((child) => ({ sequence: Number(child.dataset.message), bottom: child.getBoundingClientRect().bottom })), top, bottom);
    store.sees(here.id, shown, looked ? shown : 0);
    const line = inner.current.querySelector("[data-new]");
    const newIndex = all.findIndex((row) => row.type === "new");
    const above = newIndex >= 0 && (line ? line.getBoundingClientRect().bottom < element.getBoundingClientRect().top : offsetsOf(all, heights.current, guess)[newIndex] < element.scrollTop);
    setAwayFromEnd(!anchor.current.end);
    setNewAbove(above);
  }, [store]);

  // Measure what was drawn; keep the anchor where it was.
  useLayoutEffect(() => {
    const element = scroller.current;
    let changed = false;
    for (const child of inner.current.children) {
      const key = child.dataset.key;
      if (!key) continue;
      const height = child.getBoundingClientRect().height;
      if (Math.abs((heights.current.get(key) ?? -1) - height) > 0.5) {
        heights.current.set(key, height);
        changed = true;
      }
    }
    const measured = changed ? offsetsOf(rows, heights.current, guess) : offsets;
    const lead = inner.current.offsetTop + headHeight(inner.current);
    if (anchor.current.end) {
      element.scrollTop = element.scrollHeight;
    } else {
      const index = rows.findIndex((row) => row.key === anchor.current.key);
      if (index >= 0) {
        const wanted = measured[index] + lead - anchor.current.delta;
        if (Math.abs(element.scrollTop - wanted) > 1) element.scrollTop = wanted;
      }
    }
    if (changed) drawAgain();
    else report();
  });

  useLayoutEffect(() => {
    const element = scroller.current;
    let width = element.clientWidth;
    const observer = new ResizeObserver(() => {
      if (element.clientWidth !== width) {
        width = element.clientWidth;
        heights.current.clear();
      }
      setViewTop(element.scrollTop);
      setViewHeight(element.clientHeight);
      drawAgain();
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  useEffect(() => { report(); }, [watched, live, report]);

  // One's own reply brings the end into view.
  const pendingCount = pending.length;
  const pendingBefore = useRef(pendingCount);
  if (pendingCount > pendingBefore.current) anchor.current = { end: true, key: null, delta: 0 };
  pendingBefore.current = pendingCount;

  function scrolled() {
    const element = scroller.current;
    const atEnd = element.scrollHeight - element.scrollTop - element.clientHeight < endDistance;
    if (atEnd) anchor.current = { end: true, key: null, delta: 0 };
    else {
      const edge = element.getBoundingClientRect().top;
      for (const child of inner.current.children) {
        const box = child.getBoundingClientRect();
        // Only a message or event: lines between days move when older messages arrive.
        if (child.dataset.sequence && box.bottom > edge) {
          anchor.current = { end: false, key: child.dataset.key, delta: box.top - edge };
          break;
        }
      }
      // A jump beyond what is drawn: the anchor is where the offsets say.
      if (element.scrollTop < offsets[first] || element.scrollTop > offsets[last]) {
        let index = rowAt(offsets, element.scrollTop);
        while (index < rows.length - 1 && !rows[index].entry) index += 1;
        anchor.current = { end: false, key: rows[index]?.key, delta: offsets[index] - element.scrollTop };
      }
    }
    setViewTop(element.scrollTop);
    setViewHeight(element.clientHeight);
    report();
    if (element.scrollTop < olderDistance && conversation.hasOlder && conversation.olderPhase !== "error") store.loadOlder(conversation.id);
  }

  const jumpTo = useCallback((key, delta) => {
    anchor.current = key ? { end: false, key, delta } : { end: true, key: null, delta: 0 };
    const index = latest.current.rows.findIndex((row) => row.key === key);
    if (index >= 0) setViewTop(offsetsOf(latest.current.rows, heights.current, guess)[index]);
    drawAgain();
  }, []);
  jumpRef.current = {
    toNew: () => (rows.some((row) => row.type === "new") ? jumpTo("new", 16) : jumpTo(null)),
    toEnd: () => jumpTo(null),
  };

  const newCount = conversation.newAfter === null ? 0 : countAfter(conversation.entries, conversation.newAfter);
  const below = awayFromEnd ? countAfter(conversation.entries, conversation.seen) : 0;

  return (
    <>
      {newAbove && newCount > 0 && <div className="jump up"><button className="btn s" type="button" onClick={() => jumpTo("new", 16)}><Icon name="up" small />{newCount} new</button></div>}
      <div className="thread scroll" ref={scroller} tabIndex={0} role="region" aria-label={`Conversation with ${customerName(session.customer)}`} id="thread" onScroll={scrolled}>
        <ol className="thread-in" ref={inner} aria-label="Messages">
          <li className="older" data-head>
            <Older conversation={conversation} onAgain={() => store.loadOlder(conversation.id)} created={session.created_at} />
            <div style={{ blockSize: offsets[first] }} />
          </li>
          {rows.slice(first, last).map((row) => <ThreadRow key={row.key} row={row} receipts={conversation.receipts} session={session} newCount={newCount} />)}
          <li aria-hidden="true" style={{ blockSize: Math.max(0, total - offsets[last]) + endGap, padding: 0 }} />
        </ol>
      </div>
      <div className="under">
        {awayFromEnd && (
          <div className="jump down"><button className="btn s" type="button" onClick={() => jumpTo(null)}><Icon name="down" small />{below > 0 ? `${below} new below` : "Latest"}</button></div>
        )}
      </div>
      <NewMessages entries={conversation.entries} />
    </>
  );
}

function headHeight(inner) {
  const head = inner.querySelector("[data-head]");
  return head ? head.getBoundingClientRect().height - head.lastElementChild.getBoundingClientRect().height : 0;
}

const isNews = (entry) => entry.kind === "message" && entry.author.type === "customer" && !entry.deleted_at;

function countAfter(entries, sequence) {
  let count = 0;
  for (let index = entries.length - 1; index >= 0 && entries[index].sequence > sequence; index -= 1) if (isNews(entries[index])) count += 1;
  return count;
}

function Older({ conversation, onAgain, created }) {
  if (conversation.olderPhase === "error") {
    const from = conversation.entries[0];
    return <p className="cutoff" role="alert"><Icon name="alert" small /><span>Older messages did not load. What you see is complete from {from ? inFull(from.sent_at) : "here"} on.</span><button className="btn s" type="button" onClick={onAgain}>Try again</button></p>;
  }
  if (conversation.olderPhase === "loading") return <p>Loading older messages</p>;
  if (conversation.hasOlder) return <p><button className="btn s ghost" type="button" onClick={onAgain}><Icon name="up" small />Older messages</button></p>;
  return <p>Started {inFull(created)}</p>;
}

/** Says new messages to screen readers; the virtual list itself is no live region, since scrolling changes it all the time. */
function NewMessages({ entries }) {
  const heard = useRef(entries.length ? entries[entries.length - 1].sequence : 0);
  const [text, setText] = useState("");
  useEffect(() => {
    const fresh = [];
    for (let index = entries.length - 1; index >= 0 && entries[index].sequence > heard.current; index -= 1) if (isNews(entries[index])) fresh.unshift(entries[index]);
    if (entries.length) heard.current = entries[entries.length - 1].sequence;
    if (fresh.length) setText(fresh.map((entry) => `${isolated(entry.author.name) || "The customer"}: ${entry.text}`).join(" "));
  }, [entries]);
  return <div className="vh" role="log" aria-live="polite" aria-label="New messages">{text}</div>;
}

const ThreadRow = memo(function ThreadRow({ row, receipts, session, newCount }) {
  switch (row.type) {
    case "day": return <li className="day" data-key={row.key}><time dateTime={row.at}>{dayName(row.at, Date.now())}</time></li>;
    case "new": return <li className="day new" data-key={row.key} data-new><span>{newCount} new</span></li>;
    case "event": return <EventRow row={row} />;
    case "note": return <NoteRow row={row} />;
    case "pending": return <PendingRow row={row} session={session} />;
    default: return row.mine ? <OurMessage row={row} receipts={receipts} session={session} /> : <TheirMessage row={row} session={session} />;
  }
}, (before, after) => before.row.key === after.row.key && before.row.entry === after.row.entry && before.row.item === after.row.item && before.row.first === after.row.first && before.row.last === after.row.last
  && before.receipts === after.receipts && before.session.customer === after.session.customer && before.newCount === after.newCount);

function EventRow({ row }) {
  const myID = useSelect((state) => state.me.id);
  const { entry } = row;
  const [icon, parts] = entry.event ? describeEvent(entry.event, myID) : ["route", [entry.text]];
  return (
    <li className="act" data-key={row.key} data-sequence={entry.sequence}>
      <Icon name={icon} small /><span>{parts.map((part, index) => (typeof part === "string" ? part : <b key={index}>{part.name}</b>))} · <time dateTime={entry.sent_at} title={inFull(entry.sent_at)}>{atClock(entry.sent_at)}</time></span>
    </li>
  );
}

function NoteRow({ row }) {
  const { entry } = row;
  return (
    <li data-key={row.key} data-sequence={entry.sequence}>
      <div className="note"><p className="who"><Icon name="lock" small />Private note · {isolated(entry.author.name)} · <time dateTime={entry.sent_at} title={inFull(entry.sent_at)}>{atClock(entry.sent_at)}</time><span className="push">Only your team sees this</span></p><p dir="auto">{entry.text}</p></div>
    </li>
  );
}

function TheirMessage({ row, session }) {
  const { entry } = row;
  const name = isolated(entry.author.name) || customerName(session.customer);
  return (
    <li className={row.first ? "msg first" : "msg"} data-key={row.key} data-sequence={entry.sequence} data-message={entry.sequence}>
      {row.first && <span className="ava cust" aria-hidden="true">{initials(name)}</span>}
      {row.first ? <Who name={name} entry={entry} /> : <span className="vh">{name}, {atClock(entry.sent_at)}</span>}
      <div className="line"><Bubble entry={entry} /></div>
    </li>
  );
}

function OurMessage({ row, receipts, session }) {
  const myID = useSelect((state) => state.me.id);
  const role = useSelect((state) => state.me.role);
  const { entry } = row;
  const store = useStore();
  const [editing, setEditing] = useState(null);
  const [asks, setAsks] = useState(false);
  const own = entry.author.id === myID;
  const name = own ? "You" : entry.author.type === "assistant" ? "Assistant" : isolated(entry.author.name) || "Switchboard";
  const tick = tickOf(entry, receipts);
  const mayChange = entry.author.type === "agent" && !entry.deleted_at && session.status !== "closed" && role !== "viewer" && (own || role === "admin" || role === "supervisor");
  return (
    <li className={`msg mine ${row.first ? "first" : ""}`} data-key={row.key} data-sequence={entry.sequence} data-message={entry.sequence}>
      {row.first ? <Who name={name} entry={entry} bot={entry.author.type === "assistant"} /> : <span className="vh">{name}, {atClock(entry.sent_at)}</span>}
      {editing === null ? (
        <div className="line">
          <Bubble entry={entry} failed={tick === "failed"} />
          {mayChange && !asks && (
            <span className="tools-m">
              <button className="btn s icon ghost" type="button" aria-label="Change this message" title="Change" onClick={() => setEditing(entry.text)}><Icon name="pencil" small /></button>
              <button className="btn s icon ghost" type="button" aria-label="Delete this message" title="Delete" onClick={() => setAsks(true)}><Icon name="x" small /></button>
            </span>
          )}
          {asks && (
            <span className="row small" role="alertdialog" aria-label="Delete this message?">Delete it for everyone?
              <button className="btn s danger" type="button" autoFocus onClick={() => { setAsks(false); store.deleteMessage(entry.id, session.id); }}>Delete</button>
              <button className="btn s ghost" type="button" onClick={() => setAsks(false)}>Keep</button></span>
          )}
        </div>
      ) : (
        <form className="line" onSubmit={async (event) => { event.preventDefault(); if (editing.trim() && (await store.editMessage(entry.id, session.id, editing.trim()))) setEditing(null); }}>
          <label className="vh" htmlFor={`edit-${entry.id}`}>Change the message</label>
          <button className="btn s ghost" type="button" onClick={() => setEditing(null)}>Cancel</button>
          <button className="btn s main" type="submit" disabled={!editing.trim()}>Save</button>
          <textarea className="input" id={`edit-${entry.id}`} rows={2} cols={48} autoFocus value={editing} onChange={(event) => setEditing(event.target.value)} onKeyDown={(event) => { if (isKey(event, "Escape")) { event.stopPropagation(); setEditing(null); } }} />
        </form>
      )}
      {(row.last || tick === "failed" || tick === "unknown") && !entry.deleted_at && <Tick tick={tick} error={entry.error} />}
    </li>
  );
}

const tickWords = { queued: ["clock", "Kept here"], sending: ["clock", "Sending"], going: ["clock", "On its way"], sent: ["check", "Sent"], delivered: ["double", "Delivered"], read: ["double", "Read"] };

function Tick({ tick, error }) {
  const trouble = { failed: "Not delivered", unknown: "Nobody knows whether it arrived" }[tick];
  if (trouble) return <p className="fail"><Icon name="alert" small /><span>{trouble}{error?.detail ? `: ${isolated(error.detail)}` : "."}</span></p>;
  const [icon, word] = tickWords[tick];
  return <p className={`tick ${tick}`}><Icon name={icon} />{word}</p>;
}

function PendingRow({ row, session }) {
  const store = useStore();
  const { item } = row;
  const lost = useSelect((state) => state.connection.lostAt !== null);
  return (
    <li className={`msg mine ${row.first ? "first" : ""}`} data-key={row.key}>
      {row.first && <p className="who"><b>You</b><time dateTime={new Date(item.createdAt).toISOString()}>{atClock(item.createdAt)}</time></p>}
      <p className={item.state === "refused" ? "bub failed" : "bub queued"} dir="auto">{item.text}</p>
      {item.state === "refused" && (
        <p className="fail" role="alert"><Icon name="alert" small /><span>Not sent. {item.problem?.message}</span>
          {session.status !== "closed" && <button className="btn s danger" type="button" onClick={() => store.retry(item.id)}><Icon name="retry" small />Retry</button>}
          <button className="btn s ghost" type="button" onClick={() => store.takeBack(item.id)}>Discard</button></p>
      )}
      {item.state === "conflict" && <p className="tick"><Icon name="clock" small />Not sent yet</p>}
      {(item.state === "queued" || item.state === "sending") && <p className="tick"><Icon name="clock" small />{lost || item.tries > 0 ? "Kept here, goes out when the line is back" : item.follows ? "Next" : "Sending"}</p>}
    </li>
  );
}

function Who({ name, entry, bot }) {
  return <p className="who"><b>{name}</b>{bot && <Icon name="bot" small />}<time dateTime={entry.sent_at} title={inFull(entry.sent_at)}>{atClock(entry.sent_at)}</time></p>;
}

function Bubble({ entry, failed }) {
  if (entry.deleted_at) return <p className="bub gone">Deleted</p>;
  return <p className={failed ? "bub failed" : "bub"} dir="auto"><Linked text={entry.text} />{entry.edited_at && <span className="small quiet" title={`Changed ${inFull(entry.edited_at)}`}> (changed)</span>}</p>;
}

/** Plain text with its web addresses as links; nothing else is markup. */
function Linked({ text }) {
  return linkParts(text).map((part, index) => (part.address ? <a key={index} href={part.address} target="_blank" rel="noopener noreferrer">{part.text}</a> : part.text));
}
