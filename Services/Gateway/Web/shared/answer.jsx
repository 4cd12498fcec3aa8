import { useCallback, useEffect, useRef, useState } from "react";
import { goToSignIn } from "./api.js";
import { Icon } from "./icons.jsx";
import { SignedOut, Unreachable } from "./problem.js";

const nothing = { phase: "loading", value: null, problem: null };

/**
 * What the service answers to `load(signal)`, asked again when `key` changes. A value stays while it is asked for again;
 * when that fails the value stays too, and `problem` says that it is not fresh. `key` null: nothing is asked.
 */
export function useAnswer(load, key) {
  const [answer, setAnswer] = useState(nothing);
  const latest = useRef(load);
  latest.current = load;
  const asking = useRef(null);

  const again = useCallback(async () => {
    asking.current?.abort();
    const abort = (asking.current = new AbortController());
    setAnswer((before) => (before.value === null ? nothing : before));
    try {
      const value = await latest.current(abort.signal);
      if (!abort.signal.aborted) setAnswer({ phase: "loaded", value, problem: null });
    } catch (problem) {
      if (abort.signal.aborted) return;
      if (problem instanceof SignedOut) return goToSignIn();
      setAnswer((before) => (before.value === null ? { phase: "error", value: null, problem } : { ...before, problem }));
    }
  }, []);

  useEffect(() => {
    setAnswer(nothing);
    if (key === null) return undefined;
    again();
    return () => asking.current?.abort();
  }, [key]);

  const put = useCallback((value) => setAnswer((before) => ({ phase: "loaded", value: typeof value === "function" ? value(before.value) : value, problem: null })), []);
  return { ...answer, again, put };
}

/** Something did not load: what happened, what was kept, what to do. */
export function Failed({ title, problem, kept = "", onAgain, level: Heading = "h2" }) {
  const offline = problem instanceof Unreachable;
  return (
    <div className="void" role="alert"><Icon name={offline ? "offline" : "alert"} /><Heading>{title}</Heading><p>{problem?.message} {kept}</p>
      {onAgain && <button className="btn" type="button" onClick={onAgain}><Icon name="retry" />Try again</button>}</div>
  );
}

/** What is shown is from before; a line above it says so. */
export function NotFresh({ problem, onAgain }) {
  if (!problem) return null;
  return (
    <p className="banner stale" role="status"><Icon name="offline" /><span>Not fresh: {problem.message}</span><button className="btn s" type="button" onClick={onAgain}>Try again</button></p>
  );
}
