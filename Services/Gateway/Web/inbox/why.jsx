import { useAnswer } from "../shared/answer.jsx";
import { query, request } from "../shared/api.js";
import { decisionWords } from "../shared/decision.js";
import { Refusals, Terms } from "../shared/decision.jsx";
import { Icon } from "../shared/icons.jsx";
import { inFull, shortMoment } from "../shared/time.js";
import { useNow, useSelect } from "./hooks.jsx";

/** Decisions shown of one conversation, newest first. */
const decisionsShown = 5;

/** Why this conversation is with whom it is, in words and numbers. Agents see it for their own. */
export function Why({ session }) {
  const me = useSelect((state) => state.me);
  const leads = me.role === "admin" || me.role === "supervisor";
  const may = leads || session.agent?.id === me.id;
  const key = may ? `${session.id} ${session.agent?.id || session.status}` : null;
  const answer = useAnswer((signal) => request("GET", query("/api/v1/routing/decisions", { conversation: session.id, limit: decisionsShown }), undefined, { signal }), key);
  const now = useNow();
  if (!may) return null;
  const items = answer.value?.items;
  const newest = items && [...items].sort((one, other) => (one.at < other.at ? 1 : -1));
  return (
    <details className="sec why" open><summary><Icon name="down" className="tw" /><h3>{session.agent?.id === me.id ? "Why me" : "Why so"}</h3></summary>
      {answer.phase === "error" ? <div role="alert"><p className="soft">The reason did not load. {answer.problem.message}</p><p><button className="btn s" type="button" onClick={answer.again}>Try again</button></p></div>
        : !items ? <p className="late" aria-busy="true" aria-label="Loading the reason"><span className="sk" /></p>
          : newest.length === 0 ? <p className="quiet small">No decision is kept for this conversation yet.</p>
            : newest.map((decision, index) => <Decision key={decision.id} decision={decision} open={index === 0} me={me} now={now} />)}
    </details>
  );
}

function Decision({ decision, open, me, now }) {
  const best = decision.candidates.find((candidate) => candidate.agent_id === decision.chosen_agent_id && candidate.terms) || decision.candidates.find((candidate) => candidate.terms);
  const others = decision.candidates.filter((candidate) => candidate.terms).length;
  const refused = Object.values(decision.refusal_counts || {}).reduce((sum, count) => sum + count, 0);
  const at = <time className="quiet small" dateTime={decision.at} title={inFull(decision.at)}>{shortMoment(decision.at, now)}</time>;
  const words = decisionWords(decision, me.id);
  if (!open) return <p className="earlier"><span className="soft">{words}</span> {at}</p>;
  return (
    <div className="decision">
      <p>{words} {at}</p>
      {best && <Terms candidate={best} />}
      <p className="small quiet">{others === 1 ? "1 agent was" : `${others} agents were`} scored by policy {decision.policy_version}.</p>
      {refused > 0 && <><h4>Not asked</h4><Refusals candidates={decision.candidates} counts={decision.refusal_counts} /></>}
    </div>
  );
}
