/* Calling the agent: a tone made here (no file), a desktop notification, the number in the page's title. */
import { cut, isolated } from "../shared/text.js";
import { hearOtherTabs, isCaller } from "./bell.js";
import { currentPreferences } from "./preferences.js";
import { currentRoute, go } from "./route.js";
import { channelNames, plainName } from "./words.js";

/** Two arrivals closer together than this make one tone. Unit: milliseconds. */
const toneInterval = 1_500;
/** Of a name in a title, and of a message in a notification. Unit: characters. */
const longestName = 60, longestBody = 140;
let audio = null, lastTone = 0;

/** Browsers allow sound only after somebody touched the page; this prepares it then. */
export function prepareSound() {
  hearOtherTabs();
  const prepare = () => {
    // A modifier key alone does not count as touching the page.
    if (audio || (navigator.userActivation && !navigator.userActivation.hasBeenActive)) return;
    audio = new AudioContext();
    removeEventListener("pointerup", prepare);
    removeEventListener("keydown", prepare);
  };
  addEventListener("pointerup", prepare);
  addEventListener("keydown", prepare);
}

/** Two soft notes, the second a fourth higher. */
function tone() {
  if (audio?.state === "suspended") audio.resume();
  if (!audio || audio.state !== "running" || Date.now() - lastTone < toneInterval) return;
  lastTone = Date.now();
  [[587.33, 0], [783.99, 0.11]].forEach(([frequency, delay]) => {
    const start = audio.currentTime + delay;
    const oscillator = audio.createOscillator(), volume = audio.createGain();
    oscillator.type = "sine";
    oscillator.frequency.value = frequency;
    volume.gain.setValueAtTime(0, start);
    volume.gain.linearRampToValueAtTime(0.12, start + 0.015);
    volume.gain.exponentialRampToValueAtTime(0.0001, start + 0.28);
    oscillator.connect(volume).connect(audio.destination);
    oscillator.start(start);
    oscillator.stop(start + 0.3);
  });
}

const canSound = () => audio !== null && currentPreferences().sound;
const canNotify = () => currentPreferences().desktop && "Notification" in window && Notification.permission === "granted";

/** Called for every customer message and every assignment to this agent. */
export function callAttention(store, arrival) {
  const { session } = arrival;
  const mine = session?.agent?.id === store.state.me.id;
  if (!session || (arrival.type === "message" && !mine)) return;
  const isMessage = arrival.type === "message";
  const name = isolated(cut(plainName(session.customer), longestName));
  call(isMessage ? arrival.message.id : `${session.id} ${arrival.sequence}`, currentRoute().id === session.id, {
    title: isMessage ? name : `${name} is yours now`, tag: session.id,
    body: (isMessage ? arrival.message.text : session.last_message?.text) || session.subject || "",
    open: () => go({ id: session.id }),
  });
}

/** Called for every conversation that this agent is asked to take. */
export function callForOffer(offer) {
  const name = isolated(cut(offer.customer_name || "", longestName)) || "A visitor";
  call(offer.id, false, { title: "You are asked to take a conversation", tag: offer.id, body: `${name}, ${channelNames[offer.channel] || offer.channel}`, open: () => {} });
}

/** Sound and notification, each by one tab of this browser; by none when somebody looks at it already. */
async function call(key, isOpenHere, { title, body, tag, open }) {
  const watched = document.visibilityState === "visible" && document.hasFocus();
  const seen = watched && isOpenHere;
  if ((seen || canSound()) && (await isCaller(`sound.${key}`, { first: watched })) && !seen) tone();
  if (!(seen || canNotify()) || !(await isCaller(`notification.${key}`, { first: watched })) || watched) return;
  const notification = new Notification(title, { body: cut(body, longestBody), tag });
  notification.onclick = () => {
    window.focus();
    open();
    notification.close();
  };
}

export function showInTitle(unread, customer) {
  document.title = `${unread ? `(${unread}) ` : ""}${customer ? `${isolated(cut(plainName(customer), longestName))} · ` : ""}Inbox · Switchboard`;
}
