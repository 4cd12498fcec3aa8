import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { Icon } from "../shared/icons.jsx";
import { cut, isolated } from "../shared/text.js";
import { comingMoment, inFull, shortMoment, span } from "../shared/time.js";
import { isKey } from "../shared/keys.js";
import { useOnePane } from "../shared/media.js";
import { ThemeButton } from "../shared/theme.jsx";
import { Due } from "./due.jsx";
import { useNow, useSelect, useStore } from "./hooks.jsx";
import { prefer, usePreferences } from "./preferences.js";
import { go, linkTo, useRoute } from "./route.js";
import { serviceWords } from "./service.js";
import { filterKey, rowsOf, waitingSince } from "./state/rows.js";
import { channelIcons, channelNames, customerName, firstName, initials, statusNames, viewNames } from "./words.js";

/** Rows drawn beyond the visible ones, on both sides. */
const overscan = 8;
/** How long after the last key a search starts. Unit: milliseconds. */
const searchPause = 250;
/** So much of what was searched for stands in the sentence that nothing was found. Unit: characters. */
const quoted = 80;
const narrowest = 260, widest = 520;

/** The rows of the current list, in order; also what J and K walk through. */
export function useRows() {
  const { filter } = useRoute();
  const sessions = useSelect((state) => state.sessions);
  const list = useSelect((state) => state.lists[filterKey(filter)]);
  const myID = useSelect((state) => state.me.id);
  return useMemo(() => rowsOf(sessions, list, filter, myID), [sessions, list, filter, myID]);
}

export function SessionList({ rows, searchRef, onYou }) {
  const store = useStore();
  const route = useRoute();
  const { filter } = route;
  const alone = useOnePane() && !route.id;
  const counts = useSelect((state) => state.counts);
  const list = useSelect((state) => state.lists[filterKey(filter)]);
  const [text, setText] = useState(filter.text);
  useEffect(() => { setText(filter.text); }, [filter.text]);
  useEffect(() => {
    if (text === filter.text) return undefined;
    const timer = setTimeout(() => go({ filter: { ...filter, text } , id: route.id }, { replace: true }), searchPause);
    return () => clearTimeout(timer);
  }, [text]);
  const choose = (change) => go({ filter: { ...filter, ...change } });
  const plain = filter.status === "open" && !filter.channel && !filter.text;
  const total = list?.phase !== "loaded" ? "" : list.cursor && plain && counts ? `${counts[filter.view]}` : `${rows.length}${list.cursor ? "+" : ""}`;

  return (
    <section className="list" id="list" role={alone ? "main" : undefined} aria-labelledby="heading-list">
      <header className="head">
        <h1 id="heading-list">{viewNames[filter.view]}</h1><span className="quiet" aria-label={total ? `${total} conversations` : undefined}>{total}</span>
        <span className="push row only-m"><ThemeButton className="btn s icon ghost" /><button className="btn s icon ghost" type="button" aria-label="You: presence and preferences" onClick={onYou}><Icon name="person" /></button></span>
      </header>
      <nav className="mviews only-m" aria-label="Views">
        {Object.entries(viewNames).map(([view, name]) => (
          <a key={view} {...linkTo({ filter: { ...filter, view } })} aria-current={filter.view === view ? "true" : undefined}>{name} {counts && <b>{counts[view]}</b>}</a>
        ))}
      </nav>
      <div className="tools">
        <label className="search">
          <Icon name="search" /><span className="vh">Search conversations</span>
          <input className="input" type="search" ref={searchRef} placeholder="Name, e-mail or subject" value={text} onChange={(event) => setText(event.target.value)}
            onKeyDown={(event) => { if (isKey(event, "Escape")) { event.stopPropagation(); setText(""); event.currentTarget.blur(); } if (isKey(event, "ArrowDown")) { event.preventDefault(); document.querySelector(".items .item")?.focus(); } }} />
          {!text && <kbd>/</kbd>}
        </label>
        <div className="row">
          <div className="row small" role="group" aria-label="Status">
            {["open", "pending", "resolved", "closed"].map((status) => (
              <button key={status} type="button" className="st" aria-current={filter.status === status ? "true" : undefined} onClick={() => choose({ status })}>{status === "open" ? "Open" : statusNames[status]}</button>
            ))}
          </div>
        </div>
        <div className="row">
          <label><span className="vh">Channel</span>
            <select className="pick" value={filter.channel} onChange={(event) => choose({ channel: event.target.value })}>
              <option value="">All channels</option>
              {Object.entries(channelNames).map(([channel, name]) => <option key={channel} value={channel}>{name}</option>)}
            </select></label>
          <label className="push"><span className="vh">Sort by</span>
            <select className="pick" value={filter.sort} onChange={(event) => choose({ sort: event.target.value })}>
              <option value="newest">Newest</option><option value="waiting">Waiting longest</option>
            </select></label>
        </div>
      </div>
      <Items rows={rows} list={list} filter={filter} selected={route.id} onMore={() => store.loadList(filter, { more: true })} onAgain={() => store.loadList(filter)} counts={counts} />
      <Grip />
    </section>
  );
}

function Items({ rows, list, filter, selected, onMore, onAgain, counts }) {
  const now = useNow();
  const scroller = useRef(null);
  const [frame, setFrame] = useState({ top: 0, height: 800, row: 86 });
  const measure = () => {
    const element = scroller.current;
    if (!element) return;
    const row = parseFloat(getComputedStyle(element).getPropertyValue("--row")) || 86;
    setFrame((before) => (before.top === element.scrollTop && before.height === element.clientHeight && before.row === row ? before : { top: element.scrollTop, height: element.clientHeight, row }));
  };
  useLayoutEffect(() => {
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(scroller.current);
    return () => observer.disconnect();
  }, []);
  useLayoutEffect(() => { scroller.current.scrollTop = 0; measure(); }, [filterKey(filter)]);

  const first = Math.max(0, Math.floor(frame.top / frame.row) - overscan);
  const last = Math.min(rows.length, Math.ceil((frame.top + frame.height) / frame.row) + overscan);
  useEffect(() => {
    if (list?.cursor && !list.loadingMore && !list.moreProblem && last >= rows.length - overscan) onMore();
  }, [last, rows.length, list]);

  // The selected row comes into view when it is chosen by key or address, not when the list moves under the reader.
  useEffect(() => {
    const index = rows.findIndex((session) => session.id === selected);
    const element = scroller.current;
    if (index < 0 || !element) return;
    const top = index * frame.row;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + frame.row > element.scrollTop + element.clientHeight) element.scrollTop = top + frame.row - element.clientHeight;
  }, [selected]);

  function walk(event) {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    const index = rows.findIndex((session) => session.id === event.target.dataset?.session);
    const next = rows[index + (event.key === "ArrowDown" ? 1 : -1)];
    if (index < 0 || !next) return;
    event.preventDefault();
    scroller.current.querySelector(`[data-session="${next.id}"]`)?.focus();
  }

  let content;
  if (rows.length > 0) {
    content = (
      <>
        <ul className="rows" aria-label="Conversations" style={{ blockSize: rows.length * frame.row }} onKeyDown={walk}>
          {rows.slice(first, last).map((session, index) => (
            <li key={session.id} style={{ insetBlockStart: (first + index) * frame.row }} aria-posinset={first + index + 1} aria-setsize={rows.length}>
              <Row session={session} now={now} selected={session.id === selected} />
            </li>
          ))}
        </ul>
        {list?.loadingMore && <p className="listfoot">Loading more</p>}
        {list?.moreProblem && <p className="listfoot">More did not load. <button className="btn s" type="button" onClick={onMore}>Try again</button></p>}
      </>
    );
  } else if (list?.phase === "error") {
    content = (
      <div className="void" role="alert">
        <Icon name="alert" /><h2>The list did not load</h2><p>{list.problem.message} Your drafts and open conversations are untouched.</p>
        <button className="btn" type="button" onClick={onAgain}><Icon name="retry" />Try again</button>
      </div>
    );
  } else if (list?.phase === "loaded" && !list.cursor) {
    content = <Nothing filter={filter} counts={counts} />;
  } else {
    content = <RowSkeletons />;
  }
  return <div className="items scroll" ref={scroller} onScroll={measure}>{content}</div>;
}

export function RowSkeletons() {
  return <ul className="skeletons late" aria-busy="true" aria-label="Loading conversations">{[1, 2, 3, 4, 5, 6].map((each) => <li key={each} aria-hidden="true"><span className="sk sq" /><span className="sk" /><span className="sk" /><span className="sk" /></li>)}</ul>;
}

function Nothing({ filter, counts }) {
  if (filter.text) {
    return <div className="void"><Icon name="search" /><h2>Nothing found</h2><p>No conversation here has “{isolated(cut(filter.text, quoted))}” in its subject, or in its customer’s name or e-mail address. What was written in messages is not searched.</p>{filter.view !== "all" && <a className="btn" {...linkTo({ filter: { ...filter, view: "all" } })}>Search in all</a>}</div>;
  }
  if (filter.status !== "open" || filter.channel) {
    return <div className="void"><Icon name="filter" /><h2>Nothing here</h2><p>No conversation has this status and channel.</p><a className="btn" {...linkTo({ filter: { ...filter, status: "open", channel: "" } })}>Show open ones</a></div>;
  }
  if (filter.view === "mine") {
    return (
      <div className="void"><Icon name="inbox" /><h2>Nobody waits for you</h2>
        <p>Conversations you take or are given appear here. {counts ? `${counts.unassigned || "None"} ${counts.unassigned === 1 ? "is" : "are"} unassigned.` : ""}</p>
        {counts?.unassigned > 0 && <a className="btn" {...linkTo({ filter: { ...filter, view: "unassigned" } })}>See unassigned</a>}</div>
    );
  }
  if (filter.view === "unassigned") return <div className="void"><Icon name="none" /><h2>The queue is empty</h2><p>Who writes while nobody has room appears here, longest wait first.</p></div>;
  return <div className="void"><Icon name="chat" /><h2>No conversations yet</h2><p>When a customer writes on your website, it appears here at once.</p></div>;
}

function Row({ session, now, selected }) {
  const myID = useSelect((state) => state.me.id);
  const typing = useSelect((state) => state.typing[session.id]);
  const draft = useSelect((state) => state.outbox.some((item) => item.sessionID === session.id && (item.state === "refused" || item.state === "conflict")));
  const since = waitingSince(session);
  const channel = channelNames[session.channel] || session.channel;
  const last = session.last_message;
  const mine = session.agent?.id === myID;
  const someoneTypes = typing && Object.values(typing).some((mark) => mark.author.type === "customer");
  const by = last && last.author.type !== "customer" ? (last.author.id === myID ? "You: " : `${last.author.type === "assistant" ? "Assistant" : firstName(last.author.name)}: `) : "";
  return (
    <a className={session.unread_count ? "item unread" : "item"} data-session={session.id} aria-current={selected ? "true" : undefined} {...linkTo({ id: session.id })}>
      <span className="chan" title={channel}><Icon name={channelIcons[session.channel] || "chat"} /><span className="vh">{channel}</span></span>
      <span className="name cut">{customerName(session.customer)}</span>
      <time className={since ? "wait hot" : "wait"} dateTime={since || session.last_activity_at} title={since ? `Waiting since ${inFull(since)}` : `Last activity ${inFull(session.last_activity_at)}`}>
        {since && <span className="vh">Waiting for </span>}{since ? span(now - Date.parse(since)) : shortMoment(session.last_activity_at, now)}
      </time>
      <span className="last cut" dir="auto">{someoneTypes ? <span className="typed">Typing <span className="dots" aria-hidden="true"><i /><i /><i /></span></span> : last ? by + (last.text || "Message deleted") : session.subject || ""}</span>
      {session.unread_count > 0 && <span className="count" aria-label={`${session.unread_count} unread`}>{session.unread_count > 99 ? "99+" : session.unread_count}</span>}
      <span className="meta">
        <Chips session={session} since={since} now={now} unsent={draft} />
        {session.agent
          ? <span className={`ava s push ${mine ? "me" : ""}`} title={mine ? "You" : isolated(session.agent.name)}><span aria-hidden="true">{initials(session.agent.name)}</span><span className="vh">, held by {mine ? "you" : isolated(session.agent.name)}</span></span>
          : <span className="quiet push row" title="Nobody"><Icon name="none" /><span className="vh">, nobody holds it</span></span>}
      </span>
    </a>
  );
}

function Chips({ session, since, now, unsent }) {
  const chips = [];
  const due = serviceWords(session, now);
  if (unsent) chips.push(<span key="unsent" className="chip bad"><Icon name="alert" small />Not sent</span>);
  if (due) chips.push(<Due key="due" session={session} now={now} />);
  if (session.status === "pending") chips.push(<span key="status" className="chip"><Icon name="snooze" small />{session.snoozed_until ? `Until ${comingMoment(session.snoozed_until, now)}` : "Waits for the customer"}</span>);
  else if (session.status === "resolved" || session.status === "closed") chips.push(<span key="status" className="chip"><Icon name={session.status === "closed" ? "lock" : "check"} small />{statusNames[session.status]}</span>);
  else if (session.status === "waiting") chips.push(<span key="status" className="chip">{!due && <Icon name="clock" small />}{session.queue?.position ? `${due ? "Place" : "In the queue, place"} ${session.queue.position}` : "In the queue"}</span>);
  else if (!due?.isAnswer) chips.push(<span key="status" className="chip">{since ? "Needs a reply" : session.last_message ? "Replied" : "New"}</span>);
  if (session.priority >= 8) chips.push(<span key="priority" className="chip">Priority {session.priority}</span>);
  return chips;
}

/** The list's width: dragged, or moved with the arrow keys. */
function Grip() {
  const { listWidth } = usePreferences();
  const set = (width) => prefer({ listWidth: Math.min(widest, Math.max(narrowest, Math.round(width))) });
  function drag(event) {
    const start = event.clientX, width = listWidth;
    const grip = event.currentTarget;
    grip.setPointerCapture(event.pointerId);
    grip.onpointermove = (move) => set(width + (move.clientX - start));
    grip.onpointerup = grip.onpointercancel = () => { grip.onpointermove = grip.onpointerup = grip.onpointercancel = null; };
  }
  return (
    <div className="grip" role="separator" tabIndex={0} aria-orientation="vertical" aria-label="Width of the list" aria-valuenow={listWidth} aria-valuemin={narrowest} aria-valuemax={widest}
      onPointerDown={drag} onKeyDown={(event) => { if (event.key === "ArrowLeft") set(listWidth - 16); if (event.key === "ArrowRight") set(listWidth + 16); }} />
  );
}
