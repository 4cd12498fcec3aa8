import { useSyncExternalStore } from "react";

/** Below this one pane fills the screen; the same width as in the style sheets. */
const onePane = matchMedia("(max-width: 719px)");

/** Whether only one pane is shown at a time, as on a phone. */
export function useOnePane() {
  return useSyncExternalStore((listener) => { onePane.addEventListener("change", listener); return () => onePane.removeEventListener("change", listener); }, () => onePane.matches);
}
