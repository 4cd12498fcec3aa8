/* The widget: who the visitor is, the conversation, the line, the outbox, and what the page shows of them. */
import { newIdentifier } from "../shared/identifier.js";
import { createConversation } from "./conversation.js";
import { createHost } from "./host.js";
import { createLanguage } from "./language.js";
import { createLine } from "./line.js";
import { createOutbox, waitingMax } from "./outbox.js";
import { call } from "./requests.js";
import { threadRows } from "./rows.js";
import { alone, createStore, tab } from "./store.js";
import { accentTokens } from "./theme.js";
import { createView } from "./view.js";
import { waitingTime } from "./waiting.js";

/** Messages fetched at once. Unit: messages. */
const pageSize = 50;
/** A message's length. Unit: bytes in UTF-8. Source: the service's own limit. */
const textMax = 64 * 1024;
/** How long a message must be in sight before it counts as read. Unit: milliseconds. */
const readAfter = 1000;
/** Typing is said again this often while it lasts, and is over after this silence. Unit: milliseconds. */
const typingEvery = 3000;
const typingEnds = 5000;
/** The other side's typing is dropped when it is not repeated. Unit: milliseconds. */
const typingHeardMax = 6000;
/** How old the answer to "is somebody there" may be while the panel is open. Unit: milliseconds. */
const settingsOld = 60_000;

const site = new URLSearchParams(location.search).get("site") || "";
const isDark = matchMedia("(prefers-color-scheme: dark)");

const lockName = (what) => `switchboard ${site} ${options.user?.id || ""} ${what}`;

/** A user's own part of the storage. The full stop ends it, so none may stand inside: "a" must not read what "a.b" keeps. */
const storePrefix = () => `switchboard.${site}.${encodeURIComponent(options.user?.id || "").replaceAll(".", "%2E")}.`;

const host = createHost((type, data) => {
  if (type === "hello" && !started) start(data);
  else if (type === "signOut") forget(true);
  else if (!started) return;
  else if (type === "open") setOpen(data.open, data.focus);
  else if (type === "focus") setHostFocus(data.focused);
  else if (type === "page") setPage(data.page);
});

let started = false;
let options = {}; // what the loader said: page, locale, accent, position, user
let store, outbox, view, language;

let visitor = null; // {id, token}
let settings = {};
let settingsAt = 0;
let threads = []; // conversations, oldest first; the last one may be current
let current = null;
let line = null;
let lineState = "idle";
let earlierSessions = null; // ids of older conversations, newest first, once asked for
let isReturning = false; // had a token before, so there may be older conversations
let acknowledged = new Map(); // sent and not yet seen in a page or frame
let typingName = "";
let typingTimer = null;
let saidTyping = 0;
let silenceTimer = null;
let isOpen = false;
let hostFocused = false;
let readTimer = null;
let readSaid = 0;
let deliveredSaid = 0;
let isTeasing = false;
let isLoading = false;
let isLoadingEarlier = false;
let isBlocked = false;
let isUnreachable = false; // the first call for the visitor's token fails
let notice = "";
let isChangingContact = false;
let failures = 0;

/* Who the visitor is. */

let signingIn = null;
/** One at a time, in this tab and, for a new visitor, among all tabs: two at once would be two different visitors. */
function signIn() {
  signingIn ||= (store.get("visitor") ? askForToken() : alone(lockName("visitor"), askForToken)).finally(() => (signingIn = null));
  return signingIn;
}

async function askForToken() {
  const kept = store.get("visitor");
  const body = { site, parent_origin: host.origin };
  if (kept?.token) {
    body.token = kept.token;
    isReturning ||= !visitor;
  }
  if (options.user?.id) body.identity = { user_id: options.user.id, user_hash: options.user.hash || "" };
  let answer;
  try {
    answer = await call("POST", "/api/v1/widget/visitors", { body });
  } catch (error) {
    if (error.code === "customer-blocked") becomeBlocked();
    if (!kept?.token || ![400, 401, 404].includes(error.status)) throw error;
    delete body.token; // from another installation: a new visitor, with what is still unsent
    answer = await call("POST", "/api/v1/widget/visitors", { body });
    store.remove("session");
  }
  const { token, visitor: who, open_session_id: openSession, settings: fresh } = answer.body;
  visitor = { id: who.id, token };
  store.set("visitor", visitor);
  settings = fresh || {};
  settingsAt = Date.now();
  store.set("settings", settings);
  return openSession;
}

/** A call in the visitor's name. A refused token is renewed once. */
async function ask(method, path, body) {
  if (!visitor) await signIn();
  try {
    return await call(method, path, { body, token: visitor.token });
  } catch (error) {
    if (error.code === "customer-blocked") becomeBlocked();
    if (error.status !== 401) throw error;
    await signIn();
    return call(method, path, { body, token: visitor.token });
  }
}

/** Nothing can be asked any more; what is written stays. Whether it still is so is asked as often as the settings are. */
function becomeBlocked() {
  isBlocked = true;
  settingsAt = Date.now();
  endLine();
  draw();
}

function endLine() {
  line?.stop();
  line = null;
  lineState = "idle";
}

/* The conversation. */

async function enter() {
  try {
    const openSession = await signIn();
    const wasBlocked = isBlocked;
    isBlocked = isUnreachable = false;
    failures = 0;
    const wanted = openSession || store.get("session")?.id;
    if (wanted && (wasBlocked || wanted !== current?.id)) await open(wanted);
    else draw();
    host.say("shown");
    outbox.flush();
  } catch (error) {
    if (isBlocked) {
      isUnreachable = false;
      return host.say("shown");
    }
    if (error.status && !error.isTemporary && options.user) {
      console.warn("Switchboard: data-user-hash does not fit data-user-id, so the visitor stays anonymous.");
      return host.say("anonymous");
    }
    if (error.status && !error.isTemporary) {
      console.warn(`Switchboard: the chat is not shown. ${error.message}`);
      return host.say("refused");
    }
    isUnreachable = true;
    if (store.get("settings")) host.say("shown"); // was here before: what is written now waits
    draw();
    setTimeout(enter, Math.max(waitingTime(failures), (error.retryAfterSeconds || 0) * 1000));
    failures += 1;
  }
}

const messagesPath = (id, query) => `/api/v1/chat/messages/${id}?limit=${pageSize}${query}`;

async function load(id) {
  const [session, page] = await Promise.all([ask("GET", `/api/v1/chat/sessions/${id}`), ask("GET", messagesPath(id, ""))]);
  const conversation = createConversation(session.body, settings.name);
  conversation.addPage(page.body, true);
  conversation.hasEarlier = Boolean(page.body.next_cursor) || page.body.items.length === pageSize;
  return conversation;
}

/** Shows a conversation and keeps a line to it as long as it is not closed. */
async function open(id) {
  isLoading = true;
  draw();
  let conversation;
  try {
    conversation = await load(id);
  } catch (error) {
    if (error.status !== 404) throw error;
    store.remove("session"); // erased meanwhile; the next message starts a new one
    return;
  } finally {
    isLoading = false;
    draw();
  }
  store.set("session", { id, isKnown: true });
  use(conversation);
}

function use(conversation) {
  threads = [...threads.filter((thread) => thread.id !== conversation.id), conversation];
  current = conversation;
  readSaid = deliveredSaid = 0;
  for (const id of acknowledged.keys()) if (conversation.has(id)) acknowledged.delete(id);
  endLine();
  if (!conversation.isClosed()) connect();
  draw();
}

function connect() {
  line = createLine({
    conversation: current.id,
    resumeAfter: () => current.through,
    received: take,
    changed(state) {
      lineState = state;
      draw();
      if (state === "live") {
        sayDelivered();
        considerReading();
        outbox.hurry();
      }
    },
    async credentials(tries, code) {
      // A browser does not say why a handshake failed, so every third attempt asks by a call that does.
      if (code === 4001 || tries % 3 === 2) {
        await signIn();
        const session = await ask("GET", `/api/v1/chat/sessions/${current.id}`).catch((error) => {
          if (error.status !== 404) throw error;
        });
        if (!session) {
          store.remove("session");
          return null;
        }
        current.session = session.body;
      }
      return visitor.token;
    },
  });
}

function take(frame) {
  if (frame.type === "resync") return void reload();
  if (frame.type === "typing") return hearTyping(frame.data);
  if (frame.type === "assigned" && frame.data?.agent) settings = { ...settings, online: true }; // whoever takes a conversation is there
  const wasThere = acknowledged.has(frame.data?.id);
  const news = current.take(frame);
  if (wasThere && current.has(frame.data.id)) acknowledged.delete(frame.data.id);
  if (news) {
    endHeardTyping();
    sayDelivered();
    isTeasing ||= !isOpen;
  }
  if (current.isClosed()) endLine();
  draw();
  considerReading();
}

async function reload() {
  try {
    use(await load(current.id));
  } catch (error) {
    line?.stop();
    if (isBlocked) return;
    if (error.status === 404) return startNew(); // the server does not know it: another one, or one that was restored
    setTimeout(() => current && reload(), waitingTime(failures++));
  }
}

async function loadEarlier() {
  if (isLoadingEarlier) return;
  isLoadingEarlier = true;
  notice = "";
  draw();
  try {
    const first = threads[0];
    if (first?.hasEarlier) {
      const page = await ask("GET", messagesPath(first.id, `&before=${first.firstSequence()}`));
      first.addPage(page.body, false);
      first.hasEarlier = page.body.items.length > 0 && (Boolean(page.body.next_cursor) || page.body.items.length === pageSize);
    } else if (earlierSessions?.length) {
      threads = [await load(earlierSessions[0]), ...threads];
      earlierSessions = earlierSessions.slice(1);
    }
  } catch {
    notice = language.say("earlierFailed");
  }
  isLoadingEarlier = false;
  draw();
}

/** Earlier conversations continue above the first one; asked for once, when a returning visitor opens the panel. */
async function findEarlierSessions() {
  earlierSessions = [];
  const list = await ask("GET", "/api/v1/chat/sessions?status=closed&limit=50");
  const shown = new Set(threads.map((thread) => thread.id));
  earlierSessions = list.body.items.filter((session) => !shown.has(session.id)).sort((one, other) => (one.created_at < other.created_at ? 1 : -1)).map((session) => session.id);
  draw();
}

/* Sending. */

/** Delivers one waiting message: the first one asks for the conversation, the others go into it. */
async function deliver(entry) {
  if (isBlocked || current?.isClosed()) throw Object.assign(new Error(), { held: true });
  try {
    const kept = store.get("session");
    if (kept?.isKnown) {
      if (kept.id !== current?.id) await open(kept.id);
      const answer = await ask("POST", "/api/v1/chat/messages", { id: entry.id, session_id: kept.id, text: entry.text });
      await sendContact();
      return answer.body;
    }
    const id = kept?.id || newIdentifier();
    store.set("session", { id, isKnown: false });
    const answer = await ask("POST", "/api/v1/chat/sessions", { id, page: options.page, locale: language.locale, message: { id: entry.id, text: entry.text } });
    acknowledged.set(entry.id, entry);
    store.set("session", { id: answer.body.id, isKnown: true });
    if (answer.status === 201) use(createConversation(answer.body, settings.name)); // its line brings the messages from the first one on
    else await open(answer.body.id);
    await sendContact();
    return null;
  } catch (error) {
    if (error.code === "conversation-closed") {
      current.session = { ...current.session, status: "closed" };
      error.held = true;
      endLine();
    } else if (options.page && error.status === 400 && Object.keys(error.fields || {}).some((field) => field.startsWith("page"))) {
      options.page = undefined; // where the visitor is helps the agent; the message does not wait for it
      error.tryAgain = true;
    } else if (error.code === "customer-blocked") {
      error.held = true;
    } else if (error.status === 404) {
      store.remove("session"); // erased meanwhile: the message starts a new conversation
      error.tryAgain = true;
    } else if (error.status === 401) {
      error.tryAgain = true; // signing in anew will succeed or say why
    }
    throw error;
  }
}

function write(text) {
  if (new TextEncoder().encode(text).length > textMax) return refuse(language.say("tooLong"));
  if (outbox.entries().length >= waitingMax) return refuse(language.say("full", { n: waitingMax }));
  notice = "";
  saidTyping = 0;
  clearTimeout(silenceTimer);
  store.remove("draft");
  outbox.add(text);
  line?.hurry();
  return true;
}

function refuse(sentence) {
  notice = sentence;
  draw();
  return false;
}

function startNew() {
  store.remove("session");
  current = null;
  endLine();
  outbox.flush();
  drawNow();
}

/**
 * This browser knows the visitor no more: the token ends, and what is kept here goes. On a computer that several people use, the page says
 * `signOut`; then it goes from here even when the server cannot be asked, and the token ends by itself.
 */
async function forget(isSignOut = false) {
  try {
    if (visitor) await call("DELETE", "/api/v1/widget/visitors/me", { token: visitor.token });
  } catch (error) {
    if (!isSignOut && ![401, 404].includes(error.status)) return refuse(language.say("forgetFailed"));
  }
  for (const key of store?.keys("") || []) store.remove(key);
  beginAnew();
}

/** As a visitor whom this browser does not know. */
function beginAnew() {
  line?.stop();
  tab.set(`switchboard.${site}.open`, "");
  if (host.isEmbedded) host.say("forgotten");
  else location.reload();
}

/** What the visitor left for an answer by e-mail; goes out with the first message or at once. */
async function sendContact() {
  const contact = store.get("contact");
  if (!contact || contact.isSent || !store.get("session")?.isKnown) return;
  try {
    await ask("PATCH", "/api/v1/widget/contact", { email: contact.email, ...(contact.name ? { name: contact.name } : {}) });
    store.set("contact", { ...contact, isSent: true });
  } catch (error) {
    if (error.fields?.email) {
      store.remove("contact");
      isChangingContact = true;
      view.showEmailProblem(error.fields.email);
    } else if (!isBlocked) {
      setTimeout(sendContact, Math.max(waitingTime(3), (error.retryAfterSeconds || 0) * 1000));
    }
  }
  draw();
}

/* Typing. */

function type(text) {
  store.set("draft", text);
  if (!line) return;
  const now = Date.now();
  clearTimeout(silenceTimer);
  const stop = () => {
    if (saidTyping) line?.send({ type: "typing", session_id: current?.id, active: false });
    saidTyping = 0;
  };
  if (!text.trim()) return stop();
  if (now - saidTyping > typingEvery && line.send({ type: "typing", session_id: current.id, active: true })) saidTyping = now;
  silenceTimer = setTimeout(stop, typingEnds);
}

function hearTyping({ author, active }) {
  if (author?.type === "customer") return;
  clearTimeout(typingTimer);
  typingName = active ? author?.name || settings.name || "" : "";
  if (active) typingTimer = setTimeout(endHeardTyping, typingHeardMax);
  draw();
}

function endHeardTyping() {
  clearTimeout(typingTimer);
  typingName = "";
  draw();
}

/* Delivered and read. */

function sayDelivered() {
  const newest = current.unread().at(-1)?.sequence || 0;
  if (newest > Math.max(deliveredSaid, current.deliveredThrough()) && line?.send({ type: "delivered", session_id: current.id, through: newest })) deliveredSaid = newest;
}

const isLookedAt = () => isOpen && document.visibilityState === "visible" && (hostFocused || document.hasFocus());

function considerReading() {
  clearTimeout(readTimer);
  if (!current || !isLookedAt() || view.highestVisible() <= Math.max(readSaid, current.readThrough())) return;
  readTimer = setTimeout(() => {
    const through = Math.min(view.highestVisible(), current?.through || 0);
    if (!current || !isLookedAt() || through <= readSaid) return;
    if (!line?.send({ type: "read", session_id: current.id, through })) return;
    readSaid = through;
    current.markRead(through);
    draw();
  }, readAfter);
}

/* The page around the frame. */

function setOpen(open, focus) {
  isOpen = open;
  isTeasing = false;
  tab.set(`switchboard.${site}.open`, open ? "1" : "");
  host.say("opened", { open });
  drawNow();
  if (!open) return;
  view.toEnd();
  if (focus) view.focus();
  considerReading();
  refreshSettings();
  if (isReturning && visitor && !earlierSessions) findEarlierSessions().catch(() => (earlierSessions = null));
}

/** Whether somebody is there is not told by the socket; while nobody has the conversation it is asked. So is whether a block still stands. */
function refreshSettings() {
  if (isBlocked && isOpen && Date.now() - settingsAt > settingsOld) return void enter();
  if (isOpen && visitor && !isUnreachable && Date.now() - settingsAt > settingsOld && current?.session.status !== "assigned") signIn().then(draw, () => {});
}

function setHostFocus(focused) {
  hostFocused = focused;
  considerReading();
}

function setPage(page) {
  options.page = page;
  if (current && !current.isClosed() && visitor) ask("PATCH", "/api/v1/widget/contact", { page, locale: language.locale }).catch(() => {}); // shown to the agent; the next page says it again
}

function applyAccent() {
  const tokens = accentTokens(options.accent || settings.theme?.accent, isDark.matches ? "dark" : "light") || {};
  for (const name of ["--accent", "--accent-hover", "--accent-text", "--focus", "--on-accent"]) {
    if (tokens[name]) document.documentElement.style.setProperty(name, tokens[name]);
    else document.documentElement.style.removeProperty(name);
  }
  const computed = getComputedStyle(document.documentElement);
  return Object.fromEntries(["--accent", "--accent-hover", "--on-accent", "--surface", "--accent-text", "--shadow", "--focus"].map((name) => [name, computed.getPropertyValue(name).trim()]));
}

/* What is shown. */

function presence() {
  if (isBlocked) return ["", false];
  if (isUnreachable || lineState === "reconnecting" || outbox.isFailing()) return [language.say("reconnecting"), false];
  if (current?.isClosed()) return [language.say("closed"), false];
  if (settings.online === false) {
    const opens = settings.office_hours && !settings.office_hours.is_open && settings.office_hours.changes_at;
    return [opens ? language.say("closedUntil", { when: language.upcoming(new Date(opens), new Date()) }) : language.say("away"), false];
  }
  if (current?.session.agent && current.session.status === "assigned") return [language.say("agent", { name: current.session.agent.name }), true];
  if (settings.online === undefined) return [language.say("connecting"), false];
  if (settings.typical_reply_seconds) return [language.say("reply", { time: language.duration(settings.typical_reply_seconds) }), true];
  return [language.say("online"), true];
}

function markOf(entry, isAway) {
  if (entry.failed || isBlocked) return "failed";
  if (current?.isClosed()) return "held";
  if (isAway) return "waits";
  return outbox.pausedFor() ? "paused" : "sending";
}

function model() {
  const isAway = isUnreachable || lineState === "reconnecting" || outbox.isFailing();
  const entries = outbox.entries();
  const isHeld = isBlocked || Boolean(current?.isClosed());
  const waiting = entries
    .filter((entry) => !threads.some((thread) => thread.has(entry.id)))
    .map((entry) => ({ ...entry, mark: markOf(entry, isAway) }));
  const sent = [...acknowledged.values()].filter((entry) => !threads.some((thread) => thread.has(entry.id)) && !entries.some((other) => other.id === entry.id)).map((entry) => ({ ...entry, mark: "sent" }));
  const contact = store.get("contact");
  const email = contact?.email || current?.session.customer?.email;
  const nobody = settings.online === false && !isHeld;
  const hasEarlier = Boolean(threads[0]?.hasEarlier || earlierSessions?.length);
  const [presenceText, isOn] = presence();
  const queue = current?.session.status === "waiting" && !nobody && !isHeld ? current.queue : null;
  const facts = [];
  if (queue?.position) facts.push(["person", queue.position === 1 ? language.say("next") : language.say("place", { n: queue.position })]);
  if (queue?.estimated_wait_seconds) facts.push(["clock", language.say("wait", { time: language.duration(queue.estimated_wait_seconds) })]);
  const count = waiting.filter((entry) => !entry.failed).length;
  let shownNotice = notice;
  if (isAway) shownNotice = [language.say("reconnecting"), count ? language.say("kept", { n: count }) : ""].join(" ").trim();
  else if (count && outbox.pausedFor() > 1) shownNotice = language.say("slow", { time: language.duration(outbox.pausedFor(), true) });

  // As it reads now: a message that was deleted is teased with no more.
  const teaser = isTeasing && !isOpen ? current?.teaser() : null;

  return {
    mode: teaser ? "teaser" : "panel",
    teaser: teaser && { name: teaser.author?.name || settings.name || "", text: teaser.text },
    canForget: !options.user && !isBlocked && (hasEarlier || threads.some((thread) => !thread.isEmpty())),
    title: settings.name ? language.say("chatWith", { name: settings.name }) : language.say("chat"),
    name: settings.name || language.say("chat"),
    presence: presenceText,
    isOn,
    greeting: threads[0]?.hasEarlier ? "" : settings.greeting || language.say("hello"),
    hasEarlier,
    isLoadingEarlier,
    isLoading: isLoading || isLoadingEarlier || (lineState === "connecting" && !threads.length),
    rows: threadRows(threads, [...sent, ...waiting], language).map((row) => ({ ...row, current: row.thread === current?.id })),
    typing: typingName && !isAway ? language.say("typing", { name: typingName }) : "",
    facts,
    asksContact: nobody && (!email || isChangingContact),
    keptEmail: nobody && email && !isChangingContact ? language.say("emailKept", { email }) : "",
    notice: shownNotice,
    footer: isBlocked ? { text: language.say("blocked") } : current?.isClosed() ? { text: language.say("closedNote"), canStart: true } : null,
  };
}

let isDrawing = false;
/** Once per turn, however much happened in it. */
function draw() {
  if (isDrawing) return;
  isDrawing = true;
  queueMicrotask(drawNow);
}

/** At once, where the focus follows into what is only now shown. */
function drawNow() {
  isDrawing = false;
  const colours = applyAccent();
  const shown = model();
  view.draw(shown);
  const unread = current?.unread().length || 0;
  host.say("state", {
    unread,
    teaser: shown.mode === "teaser" ? view.teaserSize() : 0,
    position: options.position || settings.theme?.position || "",
    language: language.locale,
    colours,
    title: shown.title,
    labels: { open: unread ? language.say("openUnread", { n: unread }) : language.say("open"), close: language.say("close") },
  });
}

function start(hello) {
  started = true;
  options = hello;
  store = createStore(storePrefix());
  settings = store.get("settings") || {};
  language = createLanguage([options.locale, ...(navigator.languages || [navigator.language]), settings.locale_default]);
  hostFocused = Boolean(options.focused);
  view = createView(language, {
    send: write,
    typing: type,
    close: () => host.say("close"),
    open: () => host.say("open"),
    hideTeaser() {
      isTeasing = false;
      draw();
    },
    forget: () => forget(),
    earlier: loadEarlier,
    saveContact(contact) {
      store.set("contact", contact);
      isChangingContact = false;
      sendContact();
      draw();
    },
    changeContact() {
      view.contact(store.get("contact") || {});
      isChangingContact = true;
      drawNow();
    },
    startNew,
    retry: (id) => outbox.retry(id),
    discard: (id) => outbox.discard(id),
    seen: considerReading,
  });
  outbox = createOutbox({
    store,
    lockName: lockName("outbox"),
    deliver,
    changed: draw,
    acknowledged(entry, message) {
      if (message && current && message.session_id === current.id) current.add(message);
      else if (!threads.some((thread) => thread.has(entry.id))) acknowledged.set(entry.id, entry);
      if (message) line?.hurry(); // where a message gets through, the socket does too
    },
  });
  store.watch((key, value, old) => {
    if (outbox.changedElsewhere(key, value, old)) return;
    if (key === "visitor" && !value && old) return beginAnew(); // forgotten in another tab
    if (key === "visitor" && value) visitor = value;
    if (key === "session" && value?.isKnown && value.id !== current?.id) open(value.id).catch(() => enter());
    if (key === "contact") draw();
  });
  const draft = store.get("draft");
  if (draft) view.draft(draft);

  isDark.addEventListener("change", draw);
  addEventListener("online", () => outbox.hurry());
  for (const happening of ["focus", "blur"]) {
    addEventListener(happening, () => {
      host.say("focus"); // the loader knows whether the window, and not only this frame, has the focus
      considerReading();
    });
  }
  document.addEventListener("visibilitychange", () => {
    considerReading();
    if (document.visibilityState === "visible") line?.hurry();
  });
  addEventListener("resize", draw);
  setInterval(() => outbox.pausedFor() && draw(), 1000); // the seconds that are left are shown
  setInterval(refreshSettings, settingsOld);

  const wasOpen = !host.isEmbedded || tab.get(`switchboard.${site}.open`) === "1";
  if (wasOpen) {
    isOpen = true;
    host.say("opened", { open: true });
  }
  draw();
  enter().then(() => current && setPage(options.page));
}

if (host.isEmbedded) host.say("ready");
else start({ page: { url: location.href, title: document.title, referrer: document.referrer }, focused: true });
