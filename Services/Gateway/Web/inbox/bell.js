/*
 * One tab of this browser calls its agent. All tabs hear the same frames, so each asks first whether it is the one: a lock per call, or where
 * the browser has none, a word to the others.
 */

/** A tab that nobody looks at lets one that is looked at go first. Unit: milliseconds. */
const patience = 250;
/** A call stays taken for so long; tabs in the background may hear of it seconds later. Unit: milliseconds. */
const takenFor = 10_000;
/** Without locks: tabs wait differently long, so that the first one's word arrives before the next one asks. Unit: milliseconds. */
const spread = 200;
const channelName = "switchboard.calls";

const taken = new Set();
let channel = null;

/** Hears from now on what other tabs take. Needed only where there are no locks, and harmless elsewhere. */
export function hearOtherTabs() {
  try {
    channel ??= new BroadcastChannel(channelName);
    channel.onmessage = ({ data }) => take(String(data));
  } catch {
    // Forbidden: then every tab calls, which is better than none.
  }
}

/** Whether this tab is the one that calls for `key`, the same in all tabs. At once if `first`: somebody looks at this tab. */
export async function isCaller(key, { first = false, locks = globalThis.navigator?.locks, wait = pause } = {}) {
  if (!first) await wait(patience);
  const answer = await lockFor(key, locks, wait);
  if (answer !== null) return answer;
  if (!first) await wait(Math.random() * spread);
  if (taken.has(key)) return false;
  take(key);
  channel?.postMessage(key);
  return true;
}

/** Whether the lock was free, or null where the browser has none or refuses. */
function lockFor(key, locks, wait) {
  return new Promise((resolve) => {
    const none = () => resolve(null);
    try {
      locks.request(`switchboard.call.${key}`, { ifAvailable: true }, (lock) => {
        resolve(lock !== null);
        return lock === null ? undefined : wait(takenFor);
      }).catch(none);
    } catch {
      none();
    }
  });
}

function take(key) {
  taken.add(key);
  const timer = setTimeout(() => taken.delete(key), takenFor);
  timer.unref?.();
}

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
