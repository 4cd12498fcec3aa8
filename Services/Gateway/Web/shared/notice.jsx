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

/** One sentence about what just happened. `action`: {label, run}, for undoing it: by its button, or with Ctrl Z while it stands there. */
export function say(text, { bad = false, action = null } = {}) {
  clearTimeout(timer);
  show({ id: (count += 1), text, bad, action });
  timer = setTimeout(() => show(null), bad || action ? longer : shortly);
}

export function unsay() {
  clearTimeout(timer);
  show(null);
}

/** Does what the notice's button does. Returns whether there was one. */
export function runAction() {
  const action = notice?.action;
  if (!action) return false;
  unsay();
  action.run();
  return true;
}

export function Notice() {
  const shown = useSyncExternalStore((listener) => { listeners.add(listener); return () => listeners.delete(listener); }, () => notice);
  return (
    <div className="notice" role="status" aria-live="polite">
      {shown && (
        <div key={shown.id}>{shown.bad && <Icon name="alert" className="bad-mark" />}<span>{shown.text}</span>
          {shown.action && <button className="btn s" type="button" onClick={runAction}>{shown.action.label}</button>}
          <button className="btn s icon ghost" type="button" aria-label="Dismiss" onClick={unsay}><Icon name="x" /></button></div>
      )}
    </div>
  );
}
