/* The address says what is shown, so that back and forward work and links can be sent to a colleague. */
import { useMemo, useSyncExternalStore } from "react";

const listeners = new Set();
const tell = () => { for (const listener of listeners) listener(); };
addEventListener("popstate", tell);

const subscribe = (listener) => { listeners.add(listener); return () => listeners.delete(listener); };
const current = () => location.pathname + location.search;

export function go(address, { replace = false } = {}) {
  if (address === current()) return;
  history[replace ? "replaceState" : "pushState"](null, "", address);
  tell();
}

/** `path`, and `parameters` as a plain object of the query. */
export function useAddress() {
  const address = useSyncExternalStore(subscribe, current);
  return useMemo(() => {
    const [path, search = ""] = address.split("?");
    return { path, parameters: Object.fromEntries(new URLSearchParams(search)) };
  }, [address]);
}

/** An address with only the parameters that say something. */
export function addressOf(path, parameters = {}) {
  const given = Object.entries(parameters).filter(([, value]) => value !== null && value !== undefined && value !== "");
  return given.length ? `${path}?${new URLSearchParams(given)}` : path;
}

/** A real link that a plain click follows without loading the page again. */
export function linkTo(address) {
  return {
    href: address,
    onClick(event) {
      if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
      go(address);
    },
  };
}
