/* Text of strangers: cut where a reader would, kept from turning the line it stands in, with its web addresses found. */

const characters = typeof Intl !== "undefined" && Intl.Segmenter ? new Intl.Segmenter(undefined, { granularity: "grapheme" }) : null;

/** At most `most` characters as a reader counts them; what was cut ends with "…". Never half an emoji, never a letter without its accent. */
export function cut(text, most) {
  const begins = beginning(text, most);
  return begins.length === text.length ? text : `${beginning(begins, most - 1).trimEnd()}…`;
}

/** The first `most` characters as a reader counts them. */
export function beginning(text, most) {
  if (text.length <= most) return text;
  // One character may have thousands of accents: only so much of the text is looked at.
  const start = wellFormed(text.slice(0, most * unitsPerCharacter));
  let length = 0, count = 0;
  for (const part of characters ? characters.segment(start) : start) {
    if (count === most) break;
    count += 1;
    length += (characters ? part.segment : part).length;
  }
  return start.slice(0, length);
}

/** The longest usual character, a family of four with skin tones, has about so many. Unit: UTF-16 code units. */
const unitsPerCharacter = 20;

/** Without half a surrogate pair at its end. */
function wellFormed(text) {
  return /[\uD800-\uDBFF]$/.test(text) ? text.slice(0, -1) : text;
}

/** Signs that turn the direction of what follows them: embeddings, overrides, isolates. A name needs none; its letters say which way they run. */
const turningSigns = /[\u202A-\u202E\u2066-\u2069]/g;

export function withoutTurns(text) {
  return String(text ?? "").replace(turningSigns, "");
}

/** Letters that run from right to left, and the marks that make others do so. */
const turningLetters = /[\u0590-\u08FF\u200F\uFB1D-\uFDFF\uFE70-\uFEFC\u{10800}-\u{10FFF}\u{1E800}-\u{1EFFF}]/u;

/** A name for a sentence, a title or a notification: however its letters run, those around it stay where they are. */
export function isolated(text) {
  const given = String(text ?? "");
  if (withoutTurns(given) === given && !turningLetters.test(given)) return given;
  // The end of a paragraph would end the isolation too.
  return `\u2068${withoutTurns(given).replace(/[\n\r\u0085\u2028\u2029]+/g, " ")}\u2069`;
}

const opening = { ")": "(", "]": "[", "}": "{", "）": "（", "】": "【", "」": "「", "』": "『", "》": "《" };
/** Signs that may be part of an address but not its end. */
const trailing = /[.,;:!?'"*_~]$/;
/** Signs that end an address: spaces, quotation marks, full stops and commas of other scripts, signs that turn the line. */
const address = /https?:\/\/[^\s<>"“”„«»‘’、。．，；：！？｡､…\u061F\u06D4\u060C\u0964\u200B\u202A-\u202E\u2066-\u2069]+/gi;

/** The text in parts: [{text, address}]; `address` is null for plain text. A closing bracket belongs to an address that has its opening one. */
export function linkParts(text) {
  const parts = [];
  let end = 0;
  for (const match of text.matchAll(address)) {
    const found = withoutTrailing(match[0]);
    if (!isAddress(found)) continue;
    if (match.index > end) parts.push({ text: text.slice(end, match.index), address: null });
    parts.push({ text: found, address: found });
    end = match.index + found.length;
  }
  if (end < text.length || parts.length === 0) parts.push({ text: text.slice(end), address: null });
  return parts;
}

function withoutTrailing(found) {
  const counts = {};
  for (const sign of found) counts[sign] = (counts[sign] || 0) + 1;
  let length = found.length;
  while (length > 0) {
    const last = found[length - 1];
    const unbalanced = opening[last] && counts[last] > (counts[opening[last]] || 0);
    if (!unbalanced && !trailing.test(last)) break;
    counts[last] -= 1;
    length -= 1;
  }
  return found.slice(0, length);
}

function isAddress(found) {
  try {
    return new URL(found).hostname !== "";
  } catch {
    return false;
  }
}
