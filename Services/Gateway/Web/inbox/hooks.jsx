import { createContext, useContext, useEffect, useRef, useState, useSyncExternalStore } from "react";

export const StoreContext = createContext(null);

export const useStore = () => useContext(StoreContext);

/** Draws again when what `select` returns changes; it must return something that stands still (a part of the state, not a new object). */
export function useSelect(select) {
  const store = useStore();
  return useSyncExternalStore(store.subscribe, () => select(store.state));
}

/** The time, moving on every `interval` milliseconds. */
export function useNow(interval = 15_000) {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), interval);
    return () => clearInterval(timer);
  }, [interval]);
  return now;
}

/** Whether somebody looks at this page: visible and focused. */
export function useWatched() {
  const [watched, setWatched] = useState(() => document.hasFocus());
  useEffect(() => {
    const look = () => setWatched(document.visibilityState === "visible" && document.hasFocus());
    addEventListener("focus", look);
    addEventListener("blur", look);
    document.addEventListener("visibilitychange", look);
    return () => {
      removeEventListener("focus", look);
      removeEventListener("blur", look);
      document.removeEventListener("visibilitychange", look);
    };
  }, []);
  return watched;
}

/** The newest value, for callbacks that must not be made again. */
export function useLatest(value) {
  const reference = useRef(value);
  reference.current = value;
  return reference;
}
