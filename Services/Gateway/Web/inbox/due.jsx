import { Icon } from "../shared/icons.jsx";
import { serviceWords } from "./service.js";

/** Until when to answer or to resolve, as a chip; the whole sentence on hover and for screen readers. */
export function Due({ session, now }) {
  const words = serviceWords(session, now);
  if (!words) return null;
  return <span className={`chip ${words.tone}`} title={words.full}><Icon name={words.tone === "bad" ? "alert" : "clock"} small />{words.short}<span className="vh">. {words.full}</span></span>;
}
