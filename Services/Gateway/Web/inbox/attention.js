/* Calling the agent: a tone made here (no file), a desktop notification, the number in the page's title. */
import { currentPreferences } from "./preferences.js";
import { customerName } from "./words.js";
import { currentRoute, go } from "./route.js";

/** Two arrivals closer together than this make one tone. Unit: milliseconds. */
const toneInterval = 1_500;
let audio = null, lastTone = 0;

/** Browsers allow sound only after somebody touched the page; this prepares it then. */
export function prepareSound() {
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
export function tone() {
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

/** Called for every customer message and every assignment to this agent. */
export function callAttention(store, arrival) {
  const { session } = arrival;
  const mine = session?.agent?.id === store.state.me.id;
  if (!session || (arrival.type === "message" && !mine)) return;
  const watched = document.visibilityState === "visible" && document.hasFocus();
  if (watched && currentRoute().id === session.id) return;
  const { sound, desktop } = currentPreferences();
  if (sound) tone();
  if (!desktop || watched || !("Notification" in window) || Notification.permission !== "granted") return;
  const name = customerName(session.customer);
  const body = arrival.type === "message" ? arrival.message.text.slice(0, 140) : session.last_message?.text || session.subject || "";
  const notification = new Notification(arrival.type === "message" ? name : `${name} is yours now`, { body, tag: session.id });
  notification.onclick = () => {
    window.focus();
    go({ id: session.id });
    notification.close();
  };
}

export function showInTitle(unread, name) {
  document.title = `${unread ? `(${unread}) ` : ""}${name ? `${name} · ` : ""}Inbox · Switchboard`;
}
