import { useEffect, useMemo, useRef } from "react";
import { Icon } from "../shared/icons.jsx";
import { isolated } from "../shared/text.js";
import { comingMoment, span } from "../shared/time.js";
import { Composer } from "./composer.jsx";
import { Due } from "./due.jsx";
import { useNow, useSelect, useStore } from "./hooks.jsx";
import { go, linkTo, useRoute } from "./route.js";
import { mayAct } from "./state/rows.js";
import { Thread } from "./thread.jsx";
import { channelIcons, channelNames, customerName, firstName } from "./words.js";

export function ConversationPane({ onCommand, composerRef, jumpRef }) {
  const store = useStore();
  const { id } = useRoute();
  const conversation = useSelect((state) => state.conversations[id]);
  const session = useSelect((state) => state.sessions[id]);
  const outbox = useSelect((state) => state.outbox);
  const pending = useMemo(() => outbox.filter((item) => item.sessionID === id), [outbox, id]);
  const heading = useRef(null);

  useEffect(() => {
    store.openConversation(id);
    // Focus follows into the view on phones, where it replaces the list.
    if (id && matchMedia("(max-width: 719px)").matches) heading.current?.focus();
  }, [id]);

  if (!id) {
    return (
      <main className="conv" id="conversation" aria-label="Conversation" tabIndex={-1}>
        <div className="void"><Icon name="chat" /><h2>Pick a conversation</h2><p>Messages and what happened appear here.</p><p className="row small quiet"><kbd>J</kbd><kbd>K</kbd>next, previous<kbd>?</kbd>all keys</p></div>
      </main>
    );
  }
  const loaded = conversation?.phase === "loaded" && session;
  return (
    <main className="conv" id="conversation" aria-labelledby="heading-conversation" tabIndex={-1}>
      {session ? <Head session={session} heading={heading} onCommand={onCommand} /> : <header className="head"><a className="btn icon ghost only-m back" {...linkTo({ id: null })} aria-label="Back to the list"><Icon name="back" /></a><h1 id="heading-conversation" ref={heading} tabIndex={-1}>Conversation</h1></header>}
      {conversation?.phase === "error" ? <Failed problem={conversation.problem} onAgain={() => store.loadConversation(id)} />
        : !loaded ? <Loading />
          : (
            <>
              <Thread key={id} conversation={conversation} pending={pending} session={session} jumpRef={jumpRef} />
              <Typing id={id} />
              <Composer key={`composer-${id}`} session={session} conversation={conversation} pending={pending} handle={composerRef} onRead={() => jumpRef.current?.toEnd()} />
            </>
          )}
    </main>
  );
}

function Head({ session, heading, onCommand }) {
  const me = useSelect((state) => state.me);
  const now = useNow();
  const route = useRoute();
  const channel = channelNames[session.channel] || session.channel;
  const mine = session.agent?.id === me.id;
  const writes = mayAct(session, me);
  const held = session.status === "resolved" || session.status === "closed" || (session.status === "pending" && !session.agent) ? null : mine ? "held by you" : session.agent ? `held by ${isolated(session.agent.name)}` : "nobody holds it";
  const state = session.status === "waiting" ? waitingText(session, now)
    : session.status === "pending" ? (session.snoozed_until ? `snoozed until ${comingMoment(session.snoozed_until, now)}` : "waits for the customer")
      : session.status === "resolved" ? "resolved" : session.status === "closed" ? "closed" : null;
  const name = customerName(session.customer);
  return (
    <header className="head">
      <a className="btn icon ghost only-m back" {...linkTo({ id: null })} aria-label="Back to the list"><Icon name="back" /></a>
      <h1 className="cut" id="heading-conversation" ref={heading} tabIndex={-1}>{isolated(session.subject) || name}</h1>
      <div className="acts row push">
        {writes && (
          <>
            {!mine && <button className="btn s main" type="button" title="Take (A)" aria-label="Take" onClick={() => onCommand("take")}><Icon name="assign" /><span className="lab">Take</span><kbd>A</kbd></button>}
            {mine && <button className="btn s ghost wide-only" type="button" title="Transfer (T)" aria-label="Transfer" onClick={() => onCommand("transfer")}><Icon name="swap" /><span className="lab">Transfer</span><kbd>T</kbd></button>}
            {session.status !== "pending" && <button className="btn s ghost wide-only" type="button" title="Snooze (S)" aria-label="Snooze" onClick={() => onCommand("snooze")}><Icon name="snooze" /><span className="lab">Snooze</span><kbd>S</kbd></button>}
            {session.status !== "resolved"
              ? <button className={mine ? "btn s" : "btn s wide-only"} type="button" title="Resolve (E)" aria-label="Resolve" onClick={() => onCommand("resolve")}><Icon name="check" /><span className="lab">Resolve</span><kbd>E</kbd></button>
              : <button className="btn s" type="button" title="Close for good" aria-label="Close" onClick={() => onCommand("close")}><Icon name="lock" /><span className="lab">Close</span></button>}
            <button className="btn s icon ghost" type="button" aria-label="More" title="More (Ctrl K)" onClick={() => onCommand("palette")}><Icon name="more" /></button>
          </>
        )}
        <button className="btn s icon ghost only-n" type="button" aria-label="Customer details" aria-pressed={route.details} onClick={() => go({ details: !route.details }, { replace: route.details })}><Icon name="panel" /></button>
      </div>
      <p className="sub small quiet row"><Icon name={channelIcons[session.channel] || "chat"} small /><span className="cut">{[session.subject ? name : null, channel, held, state].filter(Boolean).join(" · ")}</span><Due session={session} now={now} /></p>
    </header>
  );
}

function waitingText(session, now) {
  const parts = [];
  const wait = session.waiting_since ? span(now - Date.parse(session.waiting_since)) : null;
  if (wait) parts.push(wait === "now" ? "waiting since just now" : `waiting for ${wait}`);
  if (session.queue?.position) parts.push(`place ${session.queue.position} in the queue`);
  return parts.join(", ") || "waiting in the queue";
}

function Typing({ id }) {
  const typing = useSelect((state) => state.typing[id]);
  const customer = useSelect((state) => state.sessions[id]?.customer);
  const names = typing ? Object.values(typing).map((mark) => firstName(mark.author.name) || (mark.author.type === "customer" ? customerName(customer) : "A colleague")) : [];
  return (
    <div role="status" aria-live="polite">
      {names.length > 0 && <p className="typing"><span className="dots" aria-hidden="true"><i /><i /><i /></span>{names.length === 1 ? `${names[0]} is typing` : `${names.slice(0, -1).join(", ")} and ${names[names.length - 1]} are typing`}</p>}
    </div>
  );
}

function Loading() {
  return (
    <div className="thread"><div className="pad late" aria-busy="true" aria-label="Loading messages">
      <div className="skm"><span className="sk av" /><div><span className="sk" /><span className="sk bx" /></div></div>
      <div className="skm me"><span className="sk bx" /></div>
      <div className="skm"><span className="sk av" /><div><span className="sk" /><span className="sk bx" /></div></div>
      <div className="skm me"><span className="sk bx" /></div>
    </div></div>
  );
}

function Failed({ problem, onAgain }) {
  if (problem?.status === 404) return <div className="void" role="alert"><Icon name="search" /><h2>No such conversation</h2><p>It does not exist, or it belongs to somebody else.</p><a className="btn" {...linkTo({ id: null })}>Back to the list</a></div>;
  return (
    <div className="void" role="alert"><Icon name="alert" /><h2>The conversation did not load</h2><p>{problem?.message} Your drafts are untouched.</p>
      <button className="btn" type="button" onClick={onAgain}><Icon name="retry" />Try again</button></div>
  );
}
