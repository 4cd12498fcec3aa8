import { useState } from "react";
import { goToSignIn } from "./api.js";
import { Problem, SignedOut } from "./problem.js";
import { asSentence } from "./words.js";

/**
 * A form's errors by field, and whether it is being sent. `send(work, fields)` returns what `work` answers, or undefined when it was refused;
 * what the service says about one of `fields` then stands at that field, everything else under `all`.
 */
export function useSending() {
  const [errors, setErrors] = useState({});
  const [busy, setBusy] = useState(false);
  async function send(work, fields = []) {
    if (busy) return undefined;
    setBusy(true);
    setErrors({});
    try {
      return await work();
    } catch (error) {
      if (error instanceof SignedOut) { goToSignIn(); return undefined; }
      setErrors(errorsOf(error, fields));
      return undefined;
    } finally {
      setBusy(false);
    }
  }
  return { errors, setErrors, busy, send };
}

/** `name` may be part of a field: `allowed_origins[1]` belongs to `allowed_origins`. */
export function errorsOf(error, fields) {
  const found = {};
  if (error instanceof Problem) {
    for (const [name, detail] of Object.entries(error.fields)) {
      const field = fields.find((each) => name === each || name.startsWith(`${each}[`) || name.startsWith(`${each}.`));
      if (field) found[field] = asSentence(detail);
      else found.all = `${name}: ${asSentence(detail)}`;
    }
  }
  return Object.keys(found).length ? found : { all: `${error.message} Nothing was changed.` };
}
