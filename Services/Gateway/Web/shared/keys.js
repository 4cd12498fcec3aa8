/* Keys, understood the same way everywhere: whatever the layout, never from inside a composition, never because one was held too long. */

/** What browsers say as `keyCode` while an input method has the key. Safari says only this, after the composition's end. */
const keyOfInputMethod = 229;

/** Whether an input method takes this key: its Enter chooses a word, its Escape takes one back. Takes events of the page and of React. */
export function isComposing(event) {
  const native = event.nativeEvent || event;
  return native.isComposing === true || native.keyCode === keyOfInputMethod;
}

/** Whether this is the key `name` ("Enter", "Escape"), pressed by a person and not by an input method. */
export function isKey(event, name) {
  return event.key === name && !isComposing(event);
}

/**
 * What a key means as a shortcut: a lower-case letter or sign, or the name of a key ("Escape", "ArrowDown"); "" inside a composition.
 * A letter of another script counts by its key's place, so that K is where K is printed on most keyboards; Latin letters count as typed.
 */
export function shortcutOf(event) {
  if (isComposing(event)) return "";
  const { key = "", code = "" } = event;
  if ([...key].length > 1 && key !== "Unidentified" && key !== "Dead") return key;
  // Where Cyrillic layouts have the full stop and the comma, ours have the slash and the question mark.
  if (code === "Slash" && (key === "." || key === "," || /[^\p{ASCII}\p{Script=Latin}]/u.test(key))) return event.shiftKey ? "?" : "/";
  if (/^[\p{ASCII}\p{Script=Latin}]$/u.test(key)) return key.toLowerCase();
  const place = /^Key([A-Z])$/.exec(code);
  return place ? place[1].toLowerCase() : key;
}

/** Ctrl or ⌘ with a letter and nothing else. */
export function isCommand(event, letter) {
  return (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && shortcutOf(event) === letter;
}

/** A held Enter must not press a button twice, nor the next one that gets the focus; in a text it may go on breaking lines. */
export function isHeldEnter(event) {
  return event.repeat === true && event.key === "Enter" && !event.target?.closest?.("textarea, [contenteditable]");
}

/** Keeps keys of compositions, and Enters that are only held, from everything on a page. Before any other listener. */
export function guardKeys(target) {
  target.addEventListener("keydown", (event) => {
    if (isComposing(event) && (event.key === "Enter" || event.key === "Escape")) {
      event.stopImmediatePropagation();
      // The browser's own answer to Escape, closing a dialog, is prevented too.
      if (event.key === "Escape") event.preventDefault();
    } else if (isHeldEnter(event)) {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
  }, true);
}
