import { useSyncExternalStore } from "react";
import { Icon } from "./icons.jsx";

/** How long a notice stays; longer when it can be acted on or says that something failed. Unit: milliseconds. */
const shortly = 5_000, longer = 10_000;
const listeners = new Set();
let notice = null, timer = 0, count = 0;

function show(next) {
  notice = next;
  for (const listener of listeners) listener();
}

/** One sentence about what just happened. `action`: {label, run}, for undoing it. */
export function say(text, { bad = false, action = null } = {}) {
  clearTimeout(timer);
  show({ id: (count += 1), text, bad, action });
  timer = setTimeout(() => show(null), bad || action ? longer : shortly);
}

export function Notice() {
  const shown = useSyncExternalStore((listener) => { listeners.add(listener); return () => listeners.delete(listener); }, () => notice);
  return (
    <div className="notice" role="status" aria-live="polite">
      {shown && (
        <div key={shown.id}>{shown.bad && <Icon name="alert" className="bad-mark" />}<span>{shown.text}</span>
          {shown.action && <button className="btn s" type="button" onClick={() => { show(null); shown.action.run(); }}>{shown.action.label}</button>}
          <button className="btn s icon ghost" type="button" aria-label="Dismiss" onClick={() => show(null)}><Icon name="x" /></button></div>
      )}
    </div>
  );
}
