import { refusalWords, termWords, termsOf } from "./decision.js";
import { initials, listed } from "./words.js";

/** Candidates with their terms, best first; the bar and the table say the same. `chosen` is marked. */
export function ScoreTable({ candidates, chosen = null, most = 10, caption }) {
  const scored = candidates.filter((candidate) => candidate.terms).sort((one, other) => other.terms.total - one.terms.total).slice(0, most);
  if (scored.length === 0) return null;
  const terms = termsOf(scored);
  return (
    <div className="wide" tabIndex={0} role="region" aria-label={caption}><table className="scores">
      <thead><tr><th scope="col">Agent</th>{terms.map(([term, name]) => <th scope="col" className="num" key={term}>{name}</th>)}<th scope="col" className="num">Score</th></tr></thead>
      <tbody>{scored.map((candidate) => (
        <tr key={candidate.agent_id} className={candidate.agent_id === chosen ? "win" : undefined}>
          <th scope="row"><span className="row"><span className={candidate.agent_id === chosen ? "ava s me" : "ava s"} aria-hidden="true">{initials(candidate.name)}</span><span>{candidate.name}{candidate.agent_id === chosen && <span className="vh"> (chosen)</span>}</span></span></th>
          {terms.map(([term]) => <td className="num" key={term}>{(candidate.terms[term] || 0).toFixed(1)}</td>)}<td className="num strong">{candidate.terms.total.toFixed(1)}</td>
        </tr>
      ))}</tbody></table></div>
  );
}

/** One candidate's terms: what was known about them, and what it gave. */
export function Terms({ candidate }) {
  return (
    <table className="terms"><caption className="vh">What {candidate.name}'s score is made of</caption>
      <thead><tr><th scope="col">Because of</th><th scope="col">Known then</th><th scope="col" className="num">Gives</th></tr></thead>
      <tbody>{termsOf([candidate]).map(([term, name]) => <tr key={term}><th scope="row">{name}</th><td>{termWords(term, candidate)}</td><td className="num">{candidate.terms[term].toFixed(1)}</td></tr>)}</tbody>
      <tfoot><tr><th scope="row" colSpan={2}>Score</th><td className="num strong">{candidate.terms.total.toFixed(1)}</td></tr></tfoot></table>
  );
}

/** Who was not asked, by reason, with the names where they are kept. */
export function Refusals({ candidates, counts }) {
  const reasons = Object.entries(counts || {}).filter(([, count]) => count > 0).sort((one, other) => other[1] - one[1]);
  if (reasons.length === 0) return null;
  return (
    <ul className="refusals">{reasons.map(([reason, count]) => {
      const names = candidates.filter((candidate) => candidate.refusal === reason).map((candidate) => candidate.name).slice(0, 3);
      const others = count - names.length;
      return <li key={reason}><span>{refusalWords(reason)}{names.length > 0 && <span className="quiet">: {listed(others > 0 ? [...names, `${others} more`] : names)}</span>}</span><span className="num">{count}</span></li>;
    })}</ul>
  );
}


