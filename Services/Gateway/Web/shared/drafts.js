/* Replies that are not finished, kept in this browser under their writer's id: on a computer that several people use each finds their own and nobody else's. */
import { keysBelow, recall, remember } from "./storage.js";

/** Most drafts that one browser keeps, whoever wrote them; beyond it the one that rested longest goes. Unit: drafts. */
export const draftsMax = 100;
/** A draft that nobody went on with for so long is forgotten. Unit: milliseconds, 30 days. */
export const draftAgeMax = 30 * 86_400_000;

const below = "switchboard.draft.";
const keyOf = (personID, conversationID) => `${below}${personID}.${conversationID}`;

/** What this person was about to write there, or "". */
export function draftOf(personID, conversationID, now) {
  const draft = read(keyOf(personID, conversationID), now);
  return draft && !isOld(draft, now) ? draft.text : "";
}

/** Returns whether it was kept; nothing but spaces is not, and takes the place of what was. */
export function keepDraft(personID, conversationID, text, now) {
  const key = keyOf(personID, conversationID);
  if (!text.trim()) {
    remember(key, null);
    return false;
  }
  if (recall(key) === null) makeRoom(now);
  return remember(key, JSON.stringify({ text, at: now }));
}

/** Everything that this person left unfinished here. */
export function forgetDrafts(personID) {
  for (const key of keysBelow(`${below}${personID}.`)) remember(key, null);
}

/** Everybody's drafts that are too old go, and of the others those that leave no room for one more. */
export function makeRoom(now) {
  const drafts = keysBelow(below).map((key) => ({ key, ...read(key, now) })).sort((one, other) => other.at - one.at);
  drafts.forEach((draft, index) => { if (index >= draftsMax - 1 || isOld(draft, now)) remember(draft.key, null); });
}

const isOld = ({ at }, now) => now - at > draftAgeMax;

/** One that was kept before drafts had a time counts from now on. */
function read(key, now) {
  const kept = recall(key);
  if (kept === null) return null;
  try {
    const { text, at } = JSON.parse(kept);
    if (typeof text === "string" && Number.isFinite(at)) return { text, at: Math.min(at, now) };
  } catch {
    // The text itself, as it was kept before.
  }
  remember(key, JSON.stringify({ text: kept, at: now }));
  return { text: kept, at: now };
}
