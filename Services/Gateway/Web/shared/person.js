/*
 * Whose page this is. All tabs of a browser share one session cookie, so a renewed token may be somebody else's: then this page stops before
 * anything goes out under their name. Tabs tell each other at once; where the browser forbids that, the next renewal finds out.
 */
import { recall, remember } from "./storage.js";

/** Holds whose session this browser has: saves the sign-in page a request that would be refused, and tells other tabs when it changes. */
export const signedInKey = "switchboard.signed-in";
const channelName = "switchboard.session";

let person = null, isOver = false, channel = null, hears = false;

/** Nothing may be shown or sent any more; the page is on its way to the notice that says why. */
export const isStopped = () => isOver;

/** Somebody signed in on this page. */
export function signedIn(token) {
  person = subjectOf(token);
  listen();
  tell();
}

/** A renewed token came. Returns whether it is for whom this page was opened. */
export function goesOn(token) {
  const subject = subjectOf(token);
  if (person !== null && subject !== person) {
    stop("other");
    return false;
  }
  person = subject;
  listen();
  tell();
  return true;
}

/**
 * A renewal was refused: the session ran out, or was ended here or elsewhere. Returns whether this page was somebody's, and so stops. It never goes
 * to the sign-in page as one that nobody used: that goes straight on as whoever signed in meanwhile.
 */
export function sessionEnded() {
  const wasUsed = person !== null;
  signedOut();
  if (wasUsed) stop("signed-out");
  return wasUsed;
}

/** Nobody is signed in on this page any more, and the other tabs hear it. */
export function signedOut() {
  const who = person;
  person = null;
  remember(signedInKey, null);
  post({ signedOut: who });
}

function tell() {
  remember(signedInKey, person);
  post({ signedIn: person });
}

function post(message) {
  try {
    channel ??= openChannel();
    channel.postMessage(message);
  } catch {
    // Forbidden, or not there: the storage's event or the next renewal tells.
  }
}

function openChannel() {
  const opened = new BroadcastChannel(channelName);
  opened.onmessage = ({ data }) => hear(data || {});
  return opened;
}

function hear({ signedIn: now, signedOut: gone }) {
  if (person === null) return;
  if (now !== undefined && now !== person) stop("other");
  else if (gone !== undefined && (gone === person || gone === null)) stop("signed-out");
}

function listen() {
  if (hears) return;
  hears = true;
  addEventListener("storage", (event) => {
    if (event.key === signedInKey) hear(event.newValue === null ? { signedOut: null } : { signedIn: event.newValue });
  });
  // A page that the browser had put away slept through all that.
  addEventListener("pageshow", (event) => {
    const now = event.persisted ? recall(signedInKey) : person;
    if (now !== person) stop(now === null ? "signed-out" : "other");
  });
}

/** Away from here: what this page shows is the first person's, and its timers and sockets end with it. Drafts stay kept under their id. */
function stop(reason) {
  if (isOver) return;
  isOver = true;
  const here = location.pathname + location.search;
  location.replace(`/signin?stopped=${reason}&next=${encodeURIComponent(here)}`);
}

/** Whom an access token is for. It is our own server's; nothing is decided by it but whether two are for the same person. */
export function subjectOf(token) {
  try {
    const bytes = Uint8Array.from(atob(token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));
    return JSON.parse(new TextDecoder().decode(bytes)).sub ?? null;
  } catch {
    return null;
  }
}
