/* The address says what is shown: /inbox/{session}?view=…&status=…; back and forward work, links can be sent to a colleague. */
import { useSyncExternalStore } from "react";
import { filterOfSearch, searchOfFilter } from "./state/rows.js";

const changed = new Set();
let current = read();

function read() {
  const id = /^\/inbox\/([0-9A-Za-z-]+)$/.exec(location.pathname)?.[1] || null;
  return { id, filter: filterOfSearch(location.search), details: location.hash === "#details" };
}

function tell() {
  current = read();
  for (const listener of changed) listener();
}
addEventListener("popstate", tell);

export function addressOf({ id, filter, details }) {
  return `/inbox${id ? `/${id}` : ""}${searchOfFilter(filter)}${details ? "#details" : ""}`;
}

export function currentRoute() {
  return current;
}

export function go(change, { replace = false } = {}) {
  const address = addressOf({ ...current, details: false, ...change });
  if (address === location.pathname + location.search + location.hash) return;
  history[replace ? "replaceState" : "pushState"](null, "", address);
  tell();
}

export function useRoute() {
  return useSyncExternalStore((listener) => { changed.add(listener); return () => changed.delete(listener); }, () => current);
}

/** A real link that a plain click follows without loading the page again. */
export function linkTo(change) {
  return {
    href: addressOf({ ...current, details: false, ...change }),
    onClick(event) {
      if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
      go(change);
    },
  };
}
