import { useEffect, useRef, useState } from "react";
import { goToSignIn, request } from "../shared/api.js";
import { Field, FormProblem, tied } from "../shared/field.jsx";
import { errorsOf } from "../shared/form.js";
import { Icon } from "../shared/icons.jsx";
import { Problem, SignedOut } from "../shared/problem.js";
import { useSectors } from "../shared/sectors.js";
import { counted } from "../shared/words.js";
import { comparison } from "./rules.js";

/** How often a running simulation is asked how far it is, and how often in a row that may fail. Unit of the first: milliseconds. */
const askAgain = 1_000, failuresMax = 5;
const dayBefore = (days) => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);

/** Tries the rules as they stand in the form, saved or not, on past conversations. */
export function Simulator({ settings, errors: wrong, changed, onRules }) {
  const [values, setValues] = useState({ from: dayBefore(7), to: dayBefore(0), sector: "" });
  const sectors = useSectors();
  const [errors, setErrors] = useState({});
  const [run, setRun] = useState(null);
  const [busy, setBusy] = useState(false);
  const stop = useRef(null);
  useEffect(() => () => stop.current?.abort(), []);
  const set = (change) => { setValues({ ...values, ...change }); setErrors({}); };
  const rulesAreWrong = Object.keys(wrong).length > 0;

  async function start(event) {
    event.preventDefault();
    const found = { from: values.from ? undefined : "Choose the first day.", to: !values.to ? "Choose the last day." : values.to < values.from ? "The last day is before the first." : undefined };
    setErrors(found);
    const first = Object.keys(found).find((field) => found[field]);
    if (first) { document.getElementById(`simulate-${first}`).focus(); return; }
    stop.current?.abort();
    const { signal } = (stop.current = new AbortController());
    setBusy(true);
    setRun({ status: "running", progress: 0, actual: null, draft: null });
    try {
      // Whole days, the last one too.
      const until = new Date(Date.parse(`${values.to}T00:00:00Z`) + 86_400_000).toISOString();
      const body = { from: `${values.from}T00:00:00.000Z`, to: until, settings, ...(values.sector ? { sector: values.sector } : {}) };
      let now = await request("POST", "/api/v1/routing/simulate", body, { signal });
      let failures = 0;
      while (!signal.aborted) {
        setRun(now);
        if (now.status !== "running") break;
        await new Promise((resolve) => setTimeout(resolve, askAgain));
        try {
          now = await request("GET", `/api/v1/routing/simulations/${now.id}`, undefined, { signal });
          failures = 0;
        } catch (error) {
          failures += 1;
          if (!error.isTemporary || failures >= failuresMax) throw error;
        }
      }
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof SignedOut) { goToSignIn(); return; }
      setRun(null);
      setErrors(errorsOf(error, error instanceof Problem ? ["from", "to", "sector"] : []));
    } finally {
      if (!signal.aborted) setBusy(false);
    }
  }

  return (
    <div className="stack">
      <section className="card" aria-labelledby="heading-simulate"><header><h2 id="heading-simulate">Past conversations</h2><span className="chip push">{changed ? "Rules not saved" : "Rules in use"}</span></header>
        <form className="inner" onSubmit={start} noValidate>
          <p className="soft">Every conversation of the period is given once more, in the same order. Nobody is assigned and nothing is changed.</p>
          <div className="period">
            <Field id="simulate-from" label="From" error={errors.from}><input className="input" type="date" {...tied("simulate-from", errors.from)} value={values.from} onChange={(event) => set({ from: event.target.value })} /></Field>
            <Field id="simulate-to" label="To, included" error={errors.to}><input className="input" type="date" {...tied("simulate-to", errors.to)} value={values.to} onChange={(event) => set({ to: event.target.value })} /></Field>
            <Field id="simulate-sector" label="Sector" error={errors.sector}><select className="input" {...tied("simulate-sector", errors.sector)} value={values.sector} onChange={(event) => set({ sector: event.target.value })}><option value="">All sectors</option>{sectors.map((each) => <option key={each}>{each}</option>)}</select></Field>
          </div>
          {rulesAreWrong && <p className="row"><span className="err"><Icon name="alert" small />Some rules cannot be used yet.</span><button className="btn s" type="button" onClick={onRules}>See which</button></p>}
          <FormProblem text={errors.all} />
          <div className="row"><button className="btn main" type="submit" disabled={busy || rulesAreWrong}>{busy ? "Running" : "Run the simulation"}</button>{busy && <button className="btn ghost" type="button" onClick={() => { stop.current.abort(); setBusy(false); setRun(null); }}>Stop watching</button>}</div>
        </form></section>
      {run && <Result run={run} />}
    </div>
  );
}

function Result({ run }) {
  const share = Math.round((run.progress || 0) * 100);
  if (run.status === "failed") return <div className="card"><div className="void" role="alert"><Icon name="alert" /><h2>The simulation stopped</h2><p>{run.failure || "It could not go on."} Nothing was changed. Try a shorter period.</p></div></div>;
  if (run.status === "running") return <section className="card inner" aria-label="Progress"><p className="row"><span>Conversations are given once more</span><span className="num push">{share} %</span></p><progress max={100} value={share} aria-label="Progress of the simulation">{share} %</progress></section>;
  const same = run.differing === 0;
  const counts = run.draft?.conversations ?? run.actual?.conversations ?? 0;
  return (
    <section className="card" aria-labelledby="heading-result"><header><h2 id="heading-result">What would have been different</h2></header>
      <div className="inner"><p role="status">{counts === 0 ? "There was no conversation in this period." : same ? `All ${counted(counts, "conversation")} would have gone to the same agents.` : `${counted(run.differing, "conversation")} of ${counts} would have gone to somebody else.`}</p></div>
      {counts > 0 && (
        <div className="wide" tabIndex={0} role="region" aria-label="Figures side by side"><table>
          <thead><tr><th scope="col">Figure</th><th scope="col" className="num">As it was</th><th scope="col" className="num">With these rules</th><th scope="col">Difference</th></tr></thead>
          <tbody>{comparison(run.actual, run.draft).map(([name, actual, draft, words]) => <tr key={name}><th scope="row">{name}</th><td className="num">{actual}</td><td className="num">{draft}</td><td className={words === "the same" ? "quiet" : ""}>{words}</td></tr>)}</tbody></table></div>
      )}</section>
  );
}
