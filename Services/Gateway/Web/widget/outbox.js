/*
 * Messages that were written and not yet acknowledged. They survive a reload, go out one after the other in the order of writing,
 * and carry the id the widget made, so sending one twice is the same message. Tabs share the outbox; one at a time empties it.
 */
import { newIdentifier } from "../shared/identifier.js";
import { alone } from "./store.js";
import { waitingTime } from "./waiting.js";

/** How many messages may wait. Unit: messages. Beyond it the composer refuses and says so; a person never writes that many offline. */
export const waitingMax = 100;

const start = "out.";

/**
 * `deliver(entry)` resolves when the message is acknowledged; its failure is an error with one of
 * `isTemporary` or `tryAgain` (later, with what `retryAfterSeconds` asks for), `held` (stop until `flush` is called again) or neither (this one message is refused).
 */
export function createOutbox({ store, lockName, deliver, changed, acknowledged }) {
  let latest = 0; // the time inside the newest id: ids of one tab never go backwards, even when the clock does
  let failures = 0;
  let timer = null;
  let flushing = false;
  let again = false;
  let sending = null;
  let pausedUntil = 0;

  const entries = () => store.keys(start).map((key) => store.get(key)).filter(Boolean);
  const next = () => entries().find((entry) => !entry.failed);

  function add(text) {
    latest = Math.max(Date.now(), latest + 1);
    const entry = { id: newIdentifier(latest), text, writtenAt: new Date(latest).toISOString() };
    store.set(start + entry.id, entry);
    changed();
    flush();
    return entry;
  }

  async function flush() {
    clearTimeout(timer);
    if (flushing) {
      again = true;
      return;
    }
    if (!next() || Date.now() < pausedUntil) {
      if (next()) timer = setTimeout(flush, pausedUntil - Date.now());
      return;
    }
    flushing = true;
    again = false;
    let wait = null;
    try {
      await alone(lockName, async () => {
        for (let entry = next(); entry; entry = next()) {
          sending = entry.id;
          changed();
          try {
            const message = await deliver(entry);
            failures = 0;
            acknowledged(entry, message);
            store.remove(start + entry.id);
          } catch (error) {
            if (error.held) return;
            const asked = (error.retryAfterSeconds || 0) * 1000;
            if (error.status === 429 && asked) {
              pausedUntil = Date.now() + asked;
              wait = asked;
              return;
            }
            if (error.isTemporary || error.tryAgain) {
              wait = Math.max(asked, waitingTime(failures));
              failures += 1;
              return;
            }
            store.set(start + entry.id, { ...entry, failed: error.message });
          } finally {
            sending = null;
            changed();
          }
        }
      });
    } finally {
      flushing = false;
      if (wait !== null) timer = setTimeout(flush, wait);
      else if (again) flush();
    }
  }

  return {
    add,
    flush,
    entries,
    /** The line is back: do not sit out a backoff that was meant for an outage. A pause the server asked for stays. */
    hurry() {
      failures = 0;
      flush();
    },
    isFailing: () => failures > 0,
    isSending: (id) => sending === id,
    pausedFor: () => Math.max(0, pausedUntil - Date.now()) / 1000,
    retry(id) {
      const entry = store.get(start + id);
      if (entry) store.set(start + id, { ...entry, failed: undefined });
      changed();
      flush();
    },
    discard(id) {
      const entry = store.get(start + id);
      if (entry) store.set(start + id, { ...entry, discarded: true }); // so that other tabs do not take its removal for an acknowledgement
      store.remove(start + id);
      changed();
    },
    /** From store.watch: another tab added, sent or discarded something. */
    changedElsewhere(key, value, old) {
      if (!key.startsWith(start)) return false;
      if (!value && old && !old.discarded) acknowledged(old, null);
      changed();
      if (value && !value.failed) flush();
      return true;
    },
  };
}
