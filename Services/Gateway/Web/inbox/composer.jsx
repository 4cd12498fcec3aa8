import { useEffect, useImperativeHandle, useLayoutEffect, useRef, useState } from "react";
import { draftOf, keepDraft } from "../shared/drafts.js";
import { Icon } from "../shared/icons.jsx";
import { isKey } from "../shared/keys.js";
import { cut, isolated } from "../shared/text.js";
import { atClock } from "../shared/time.js";
import { useSelect, useStore } from "./hooks.jsx";
import { usePreferences } from "./preferences.js";
import { mayAct } from "./state/rows.js";
import { customerName, firstName, plainName } from "./words.js";

/** The service's limit for one message. Unit: bytes of UTF-8. */
const longestText = 64 * 1024;
/** From here on the length is shown. Unit: bytes of UTF-8. */
const longText = 60 * 1024;
/** "Draft saved" is said this long after the last key. Unit: milliseconds. */
const draftPause = 300;
/** So much of a message stands in a sentence about it. Unit: characters. */
const quoted = 140;

const sendKey = /mac|iphone|ipad/i.test(navigator.userAgent) ? "⌘ ↵" : "Ctrl ↵";

/** Writes a reply. The draft is kept per conversation in this browser; a reply leaves only when what came before it was seen. */
export function Composer({ session, conversation, pending, handle, onRead }) {
  const store = useStore();
  const me = useSelect((state) => state.me);
  const blocked = useSelect((state) => state.customers[session.customer.id]?.value?.blocked || false);
  const lost = useSelect((state) => state.connection.lostAt !== null);
  const { enterSends } = usePreferences();
  const [text, setText] = useState(() => draftOf(me.id, session.id, Date.now()));
  const [keptAt, setKeptAt] = useState(null);
  const [dismissed, setDismissed] = useState(0);
  const startedAt = useRef(null);
  const area = useRef(null);
  const conflict = pending.find((item) => item.state === "conflict");
  const name = customerName(session.customer);

  useImperativeHandle(handle, () => ({ focus: () => area.current?.focus(), insert: (more) => setText((before) => (before ? `${before}\n${more}` : more)) }), []);

  // Kept with every key, since a page may go away at any moment; said only when the keys rest.
  useEffect(() => {
    const kept = keepDraft(me.id, session.id, text, Date.now());
    const timer = setTimeout(() => setKeptAt(kept ? Date.now() : null), draftPause);
    return () => clearTimeout(timer);
  }, [text, me.id, session.id]);

  useLayoutEffect(() => {
    const element = area.current;
    if (!element) return;
    element.style.blockSize = "auto";
    element.style.blockSize = `${element.scrollHeight}px`;
  }, [text]);

  const bytes = text.length > longText / 4 ? new TextEncoder().encode(text).length : text.length;
  const tooLong = bytes > longestText;
  const ready = text.trim() !== "" && !tooLong && conversation.phase === "loaded";

  function write(value) {
    if (!text.trim() && value.trim()) startedAt.current = conversation.entries.length ? conversation.entries[conversation.entries.length - 1].sequence : 0;
    setText(value);
    if (value.trim()) store.types(session.id);
    else store.stopsTyping(session.id);
  }

  function send(thenResolve = false) {
    if (!ready || conflict) return;
    if (!store.reply(session.id, text.trim())) return;
    setText("");
    startedAt.current = null;
    area.current?.focus();
    if (thenResolve) store.resolveAfterSending(session.id);
  }

  function keyDown(event) {
    if (isKey(event, "Escape")) { event.currentTarget.blur(); event.stopPropagation(); document.getElementById("thread")?.focus(); return; }
    if (!isKey(event, "Enter")) return;
    const strong = event.ctrlKey || event.metaKey;
    if (strong || (enterSends && !event.shiftKey && !event.altKey)) {
      event.preventDefault();
      if (!event.repeat) send();
    }
  }

  const colleague = session.agent && session.agent.id !== me.id ? session.agent : null;
  if (me.role === "viewer") return <Note icon="eye">You can read here. Ask an administrator for another role to write.</Note>;
  if (session.status === "closed") return <Note icon="lock">Closed. When {name} writes again, a new conversation begins.</Note>;

  // A colleague who wrote while this draft grew; customers do so all the time and are simply shown.
  const by = !conflict && text.trim() && startedAt.current !== null
    ? [...conversation.entries].reverse().find((entry) => entry.kind === "message" && entry.sequence > startedAt.current && entry.sequence > dismissed && entry.author.type !== "customer" && entry.author.id !== me.id && !entry.deleted_at) : null;

  return (
    <>
      {conflict && <Conflict item={conflict} conversation={conversation} session={session}
        onRead={() => { const kept = store.takeBack(conflict.id); setText((before) => (before.trim() ? `${kept}\n${before}` : kept)); onRead(); area.current?.focus(); }}
        onSend={() => { store.sendAnyway(conflict.id); area.current?.focus(); }} />}
      {by && (
        <div className="moved" role="alert"><Icon name="chat" /><span><b className="strong">{firstName(by.author.name) || "A colleague"} wrote while you typed.</b> “{cut(by.text, quoted)}” Your text is kept.</span>
          <span className="row push"><button className="btn s" type="button" onClick={() => { setDismissed(by.sequence); onRead(); area.current?.focus(); }}>Read it</button></span></div>
      )}
      {blocked && <Note icon="alert" inline>{name} is blocked and cannot write.</Note>}
      {!mayAct(session, me) ? (
        <Note icon="person">{isolated(colleague.name)} holds this conversation. They or a supervisor can pass it on.</Note>
      ) : (
        <form className="comp" aria-label={`Write to ${name}`} onSubmit={(event) => { event.preventDefault(); send(); }}>
          <div className="row first-row">
            <span className="med">Reply</span><kbd>R</kbd>
            <span className="small quiet push cut">{!session.agent ? "Your reply takes this conversation" : colleague ? `${isolated(colleague.name)} holds this` : lost ? "Goes out when the line is back" : ""}</span>
          </div>
          <label className="vh" htmlFor="message">Message</label>
          <textarea id="message" ref={area} rows={3} dir="auto" placeholder={`Write to ${name}`} value={text} aria-invalid={tooLong} aria-describedby={tooLong ? "message-note" : undefined}
            onChange={(event) => write(event.target.value)} onKeyDown={keyDown} onBlur={() => store.stopsTyping(session.id)} />
          {tooLong && <p className="err" id="message-note"><Icon name="alert" small /><span>Too long: {Math.ceil(bytes / 1024)} of 64 KiB. Send it in parts.</span></p>}
          <div className="row">
            <span className="small quiet cut">{bytes > longText && !tooLong ? `${Math.ceil(bytes / 1024)} of 64 KiB` : text.trim() && keptAt ? `Draft saved ${atClock(keptAt)}` : enterSends ? "Shift ↵ for a new line" : ""}</span>
            <span className="row push">
              <button className="btn s ghost later" type="button" disabled={!ready || Boolean(conflict)} onClick={() => send(true)}>Send and resolve</button>
              <button className="btn s main" type="submit" disabled={!ready || Boolean(conflict)}>Send<kbd>{enterSends ? "↵" : sendKey}</kbd></button>
            </span>
          </div>
        </form>
      )}
    </>
  );
}

function Conflict({ item, conversation, session, onRead, onSend }) {
  const me = useSelect((state) => state.me);
  const come = conversation.entries.filter((entry) => entry.kind === "message" && entry.sequence > item.expected && entry.author.id !== me.id);
  const newest = come[come.length - 1];
  const who = newest ? (newest.author.type === "customer" ? firstName(newest.author.name || plainName(session.customer)) : firstName(newest.author.name) || "A colleague") : "Somebody";
  const more = come.length > 1 ? `, and ${come.length - 1} more before it.` : "";
  const unread = newest && Date.parse(newest.sent_at) < item.createdAt - 5_000;
  return (
    <div className="moved" role="alert"><Icon name="chat" />
      <span><b className="strong">{unread ? `${who} wrote what you have not seen yet.` : `${who} wrote while you typed.`}</b> {newest && <>{newest.deleted_at ? "It is deleted." : `“${cut(newest.text, quoted)}”`}{more} </>}Your reply was not sent; its text is kept.</span>
      <span className="row push"><button className="btn s" type="button" autoFocus onClick={onRead}>Read first</button><button className="btn s ghost" type="button" onClick={onSend}>Send anyway</button></span>
    </div>
  );
}

function Note({ icon, children }) {
  return <div className="moved plain"><Icon name={icon} /><span>{children}</span></div>;
}
