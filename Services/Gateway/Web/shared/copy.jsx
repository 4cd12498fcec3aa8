import { useState } from "react";
import { Icon } from "./icons.jsx";

/** Copies `text`, and says whether it did. */
export function CopyButton({ text, label }) {
  const [state, setState] = useState("idle");
  async function copy() {
    try {
      await navigator.clipboard.writeText(text);
      setState("done");
    } catch {
      setState("failed"); // Only on pages without https; the text can be selected by hand.
    }
    setTimeout(() => setState("idle"), 3_000);
  }
  return <button className="btn s push" type="button" onClick={copy} aria-live="polite"><Icon name={state === "done" ? "check" : "copy"} small />{state === "done" ? "Copied" : state === "failed" ? "Select the text and copy it" : label}</button>;
}
