import { useEffect, useMemo, useRef, useState } from "react";
import { createRoot } from "react-dom/client";
import { goToSignIn } from "../shared/api.js";
import { Boundary } from "../shared/boundary.jsx";
import { makeRoom } from "../shared/drafts.js";
import { Icon, Sprite } from "../shared/icons.jsx";
import { Tabbar } from "../shared/sections.jsx";
import { guardKeys, isCommand, shortcutOf } from "../shared/keys.js";
import { Notice, runAction, say } from "../shared/notice.jsx";
import { flipTheme } from "../shared/theme.jsx";
import { atSecond } from "../shared/time.js";
import { callAttention, prepareSound, showInTitle } from "./attention.js";
import { ConversationPane } from "./conversation.jsx";
import { CustomerPanel } from "./customer.jsx";
import { AssignDialog, CheatSheet, Confirm, Palette, SnoozeDialog, TransferDialog, YouDialog } from "./dialogs.jsx";
import { StoreContext, useNow, useSelect } from "./hooks.jsx";
import { RowSkeletons, SessionList, useRows } from "./list.jsx";
import { Offers, acceptsByEnter } from "./offers.jsx";
import { usePreferences } from "./preferences.js";
import { Rail, useUnread } from "./rail.jsx";
import { currentRoute, go, useRoute } from "./route.js";
import { mayAct } from "./state/rows.js";
import { InboxStore } from "./store.js";
import { presenceNames, viewNames } from "./words.js";

guardKeys(window);
makeRoom(Date.now());

/** Where keys are text, not shortcuts. */
const writing = "input, textarea, select, [contenteditable], dialog";
/** Shortcuts that may be held down: they change what is looked at, and nothing else. */
const walking = new Set(["j", "k"]);

const store = new InboxStore({ onArrival: (arrival) => callAttention(store, arrival), onSignedOut: goToSignIn, say });
store.filter = currentRoute().filter;

function App() {
  const me = useSelect((state) => state.me);
  const problem = useSelect((state) => state.startProblem);
  if (me) return <Inbox />;
  if (!problem) return <Opening />;
  return (
    <main className="void whole" role="alert"><Icon name="alert" /><h1>The inbox did not open</h1><p>{problem.message} Nothing is lost; drafts and replies on their way are kept in this browser.</p>
      <button className="btn" type="button" onClick={() => store.start()}><Icon name="retry" />Try again</button></main>
  );
}

/** Until it is known who this is: the panes, empty. */
function Opening() {
  return (
    <div className="shell inbox late" aria-busy="true" aria-label="Opening the inbox">
      <nav className="rail" aria-hidden="true"><div className="brand"><Icon name="brand" />Switchboard</div></nav>
      <section className="list"><header className="head" /><div className="items"><RowSkeletons /></div></section>
      <main className="conv" /><aside className="side" />
    </div>
  );
}

function Inbox() {
  const route = useRoute();
  const rows = useRows();
  const session = useSelect((state) => state.sessions[route.id]);
  const me = useSelect((state) => state.me);
  const presence = useSelect((state) => state.presence);
  const unread = useUnread();
  const { listWidth } = usePreferences();
  const [dialog, setDialog] = useState(null);
  const shell = useRef(null), search = useRef(null), composer = useRef(null), jump = useRef(null);

  useEffect(() => { store.useFilter(route.filter); }, [route.filter.view, route.filter.status, route.filter.channel, route.filter.sort, route.filter.text]);
  useEffect(() => { showInTitle(unread, session ? session.customer : null); }, [unread, session]);
  useEffect(() => { shell.current.style.setProperty("--list", `${listWidth}px`); }, [listWidth]);
  useEffect(prepareSound, []);
  useReconnected();

  const commands = useMemo(() => commandsFor({ session, me, route, presence }), [session, me, route, presence]);
  const byName = Object.fromEntries(commands.map((command) => [command.id, command]));

  function commandsFor() {
    const open = session && mayAct(session, me);
    const mine = session?.agent?.id === me.id;
    const leads = me.role === "admin" || me.role === "supervisor";
    const list = [];
    const add = (id, name, icon, key, run) => list.push({ id, name, icon, key, run });
    if (open) {
      add("reply", "Reply", "chat", "R", () => composer.current?.focus());
      if (!mine) add("take", "Take this conversation", "assign", leads ? null : "A", () => store.assign(session.id, null, "Yours now."));
      if (leads) add("assign", "Assign to a colleague", "assign", "A", () => setDialog("assign"));
      if (session.agent) add("transfer", "Transfer this conversation", "swap", "T", () => setDialog("transfer"));
      if (session.agent) add("queue", "Put back to the queue", "none", null, () => setDialog("transfer"));
      else if (session.status !== "waiting") add("queue", "Put back to the queue", "none", null, () => store.changeStatus(session, { status: "waiting" }, "Back in the queue."));
      add("snooze", "Snooze this conversation", "snooze", "S", () => setDialog("snooze"));
      if (session.status !== "resolved") add("resolve", "Resolve this conversation", "check", "E", resolve);
      add("close", "Close this conversation for good", "lock", null, () => setDialog("close"));
    }
    if (session) add("new", "Jump to what is new", "up", "U", () => jump.current?.toNew());
    if (session) add("details", route.details ? "Hide customer details" : "Show customer details", "panel", null, () => go({ details: !route.details }));
    for (const [view, name] of Object.entries(viewNames)) if (view !== route.filter.view) add(`view-${view}`, `Go to ${name.toLowerCase()}`, "inbox", null, () => go({ filter: { ...route.filter, view } }));
    if (document.querySelector("[data-offer-accept]")) add("offer", "Go to the offer", "route", "O", () => document.querySelector("[data-offer-accept]")?.focus());
    add("search", "Search conversations", "search", "/", () => search.current?.focus());
    if (presence) for (const [status, name] of Object.entries(presenceNames)) if (status !== presence.status) add(`presence-${status}`, `Set yourself ${name.toLowerCase()}`, "person", null, () => store.setPresence(status));
    add("theme", "Switch between light and dark", "moon", null, flipTheme);
    add("you", "Presence, sound, notifications, sign out", "gear", null, () => setDialog("you"));
    add("keys", "All keys", "file", "?", () => setDialog("keys"));
    return list;
  }

  async function resolve() {
    const next = nextRow(1) || nextRow(-1);
    if (await store.changeStatus(session, { status: "resolved" }, "Resolved. It opens again when the customer writes.")) {
      if (currentRoute().id === session.id && currentRoute().filter.status === "open" && !matchMedia("(max-width: 719px)").matches) go({ id: next?.id || null });
    }
  }

  function nextRow(step) {
    const index = rows.findIndex((row) => row.id === route.id);
    return index < 0 ? (step > 0 ? rows[0] : undefined) : rows[index + step];
  }

  function back() {
    if (route.details) return go({ details: false });
    if (route.id) {
      const id = route.id;
      go({ id: null });
      requestAnimationFrame(() => document.querySelector(`[data-session="${id}"]`)?.focus());
    }
    return undefined;
  }

  const onCommand = (id) => (id === "palette" ? setDialog("palette") : byName[id]?.run());
  const keyActions = useRef(null);
  keyActions.current = (event) => {
    if (isCommand(event, "k")) {
      event.preventDefault();
      if (!event.repeat) setDialog("palette");
      return;
    }
    if (isCommand(event, "z") && !event.repeat && !event.target.closest?.(writing) && runAction()) {
      event.preventDefault();
      return;
    }
    if (dialog || event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.(writing)) return;
    if (acceptsByEnter(event)) { event.preventDefault(); return; }
    const letters = {
      j: () => go({ id: nextRow(1)?.id || route.id }), k: () => go({ id: nextRow(-1)?.id || route.id }), r: () => onCommand("reply"), e: () => onCommand("resolve"),
      a: () => onCommand(byName.assign ? "assign" : "take"), t: () => onCommand("transfer"), s: () => onCommand("snooze"), u: () => onCommand("new"), o: () => document.querySelector("[data-offer-accept]")?.focus(), "/": () => onCommand("search"), "?": () => setDialog("keys"), Escape: back,
    };
    const key = shortcutOf(event);
    const action = letters[key];
    if (!action) return;
    event.preventDefault();
    // A key that is held walks through the list, and does nothing else a second time.
    if (!event.repeat || walking.has(key)) action();
  };
  useEffect(() => {
    const listener = (event) => keyActions.current(event);
    addEventListener("keydown", listener);
    return () => removeEventListener("keydown", listener);
  }, []);

  const close = () => setDialog(null);
  return (
    <>
      <a className="skip" href="#list" onClick={(event) => { event.preventDefault(); (document.querySelector(".items .item") || search.current)?.focus(); }}>Skip to the list</a>
      <a className="skip" href="#conversation" onClick={(event) => { event.preventDefault(); document.getElementById("conversation").focus(); }}>Skip to the conversation</a>
      {session && <a className="skip" href="#message" onClick={(event) => { event.preventDefault(); composer.current?.focus(); }}>Skip to the reply</a>}
      <div className={`shell inbox ${route.id ? "with-conversation" : ""} ${route.details && route.id ? "with-details" : ""}`} ref={shell}>
        <Rail />
        <Banner />
        <SessionList rows={rows} searchRef={search} onYou={() => setDialog("you")} />
        <ConversationPane onCommand={onCommand} composerRef={composer} jumpRef={jump} />
        <CustomerPanel />
        <Tabbar me={me} current="inbox" links={{ inbox: { onClick: (event) => { event.preventDefault(); go({ id: null }); } } }} marks={{ inbox: unread > 0 && <span className="count" aria-label={`${unread} unread`}>{unread > 99 ? "99+" : unread}</span> }}>
          <a href="#you" onClick={(event) => { event.preventDefault(); setDialog("you"); }}><Icon name="person" />You</a>
        </Tabbar>
      </div>
      <Offers />
      <Notice />
      {dialog === "palette" && <Palette commands={commands} onClose={close} />}
      {dialog === "keys" && <CheatSheet onClose={close} />}
      {dialog === "you" && <YouDialog onClose={close} />}
      {session && dialog === "snooze" && <SnoozeDialog session={session} onClose={close} />}
      {session && dialog === "assign" && <AssignDialog session={session} onClose={close} />}
      {session && dialog === "transfer" && <TransferDialog session={session} onClose={close} />}
      {session && dialog === "close" && <Confirm title="Close this conversation?" text="Closed is final: nobody can write in it any more. When the customer writes again, a new one begins." action="Close it" onClose={close} onConfirm={() => store.close(session.id)} />}
    </>
  );
}

/** Honest about the line: since when the list may lack something, what is kept here, when the next try is. */
function Banner() {
  const connection = useSelect((state) => state.connection);
  const kept = useSelect((state) => state.outbox.filter((item) => item.state === "queued" || item.state === "sending").length);
  const now = useNow(1_000);
  const stale = useSelect((state) => state.stale) || [];
  if (connection.phase === "live" && stale.length > 0) return <Stale streams={stale} />;
  if (connection.lostAt === null || connection.phase === "live") return null;
  const seconds = connection.nextTryAt ? Math.max(0, Math.ceil((connection.nextTryAt - now) / 1000)) : 0;
  const what = connection.phase === "catching-up" ? "Connected again, fetching what you missed." : !navigator.onLine ? "You are offline." : seconds > 0 ? `Reconnecting, next try in ${seconds} s.` : "Reconnecting.";
  return (
    <div className="banner" role="status"><Icon name="offline" />
      <span><b className="strong">{what}</b> {connection.completeUpTo ? `The list is complete up to ${atSecond(connection.completeUpTo)}.` : "The list may not be complete."} {kept > 0 && `${kept === 1 ? "1 reply is" : `${kept} replies are`} kept here and ${kept === 1 ? "goes" : "go"} out once, in order.`}</span>
      {connection.phase === "reconnecting" && <button className="btn s" type="button" onClick={() => store.tryNow()}>Try now</button>}
    </div>
  );
}

const streamWords = { chat: "messages and conversations", router: "offers, waiting times and who is available" };

/** The line is good, but what comes from a service that is away does not arrive by itself. */
function Stale({ streams }) {
  return (
    <div className="banner" role="status"><Icon name="offline" />
      <span><b className="strong">Not live at the moment: {streams.map((stream) => streamWords[stream] || stream).join("; ")}.</b> This page looks again by itself as soon as they are back.</span>
    </div>
  );
}

/** Says once that the line is back, and up to when the list is complete. */
function useReconnected() {
  const again = useSelect((state) => state.reconnected);
  useEffect(() => { if (again) say(`Connected again. The list is complete up to ${atSecond(again)}.`); }, [again]);
}

createRoot(document.getElementById("page")).render(<StoreContext.Provider value={store}><Sprite /><Boundary><App /></Boundary></StoreContext.Provider>);
store.start();
