/* Routing decisions in words. */

export const termNames = { success_rate: "Success", priority: "Priority", load: "Room", handling_time: "Speed", capabilities: "Skills", learned: "Learned" };

/** The terms to show: what is learned only where it gave something. */
export function termsOf(candidates) {
  return Object.entries(termNames).filter(([term]) => term !== "learned" || candidates.some((candidate) => candidate.terms?.learned));
}

const refusals = {
  inactive: "Take no conversations", wrong_sector: "In another sector", offline: "Offline", away: "Away", busy: "Busy", missing_capability: "Lack a skill that is needed",
  returned: "Put this one back before", full: "Full", declined: "Declined it", offer_expired: "Did not answer the offer", expired: "Did not answer the offer", not_in_team: "Not in the team",
};

export function refusalWords(reason) {
  const plain = String(reason).replaceAll("_", " ");
  return refusals[reason] || `${plain.charAt(0).toUpperCase()}${plain.slice(1)}`;
}

export const percent = (share) => `${Math.round(share * 100)} %`;

/** What was known of a candidate about one term. */
export function termWords(term, { inputs = {} }) {
  const known = inputs || {};
  switch (term) {
    case "success_rate": return typeof known.success_rate === "number" ? `${percent(known.success_rate)} ended well` : "no history, counts as half";
    case "priority": return Number.isFinite(known.priority) ? `${known.priority} of 10` : "–";
    case "load": return Number.isFinite(known.load) ? `held ${known.load} of ${known.capacity}` : "–";
    case "handling_time": return typeof known.mean_handling_seconds === "number" ? `${Math.round(known.mean_handling_seconds)} s on average` : "no history, counts as half";
    case "capabilities": return known.capabilities?.length ? known.capabilities.map((each) => `${each.name} ${each.level}`).join(", ") : "none kept";
    case "learned": return "results with this topic";
    default: return "–";
  }
}

/** The terms that set the chosen one apart from the second, strongest first. */
export function advantages(chosen, second) {
  if (!chosen?.terms || !second?.terms) return [];
  return Object.keys(termNames).map((term) => [term, chosen.terms[term] - second.terms[term]]).filter(([, more]) => more > 0.05).sort((one, other) => other[1] - one[1]);
}

/**
 * Why a decision came out as it did: one or two sentences. `myID` is who reads it; a person's choice is told with who chose, where that is kept.
 */
export function decisionWords(decision, myID) {
  const chosen = decision.candidates.find((candidate) => candidate.agent_id === decision.chosen_agent_id);
  const mine = decision.chosen_agent_id === myID;
  const who = mine ? "You" : chosen?.name || "An agent";
  const scored = decision.candidates.filter((candidate) => candidate.terms).sort((one, other) => other.terms.total - one.terms.total);
  switch (decision.outcome) {
    case "manual": return `${who} got this because a person chose ${mine ? "you" : "them"}, not the scores.`;
    case "preferred": return `${who} got this because ${mine ? "you" : "they"} had this customer before and had room.`;
    case "queued": return "Nobody could have this at that moment, so it waited in the queue.";
    case "assigned": case "offered": {
      if (decision.work?.falls_back) return `${who} got this because it had waited long enough for somebody with the skills that it needs: of those with room ${mine ? "you have" : "they have"} the highest priority.`;
      const verb = decision.outcome === "offered" ? (mine ? "are asked" : "is asked") : "got this";
      if (scored.length < 2) return `${who} ${verb} because nobody else could have it.`;
      const second = scored.find((candidate) => candidate.agent_id !== decision.chosen_agent_id);
      const lead = (chosen?.terms?.total ?? 0) - second.terms.total;
      if (Math.abs(lead) < 0.05) return `${who} ${verb} because ${mine ? "you" : "they"} and ${second.name} scored the same, ${second.terms.total.toFixed(1)}, and ${mine ? "your" : "their"} last one was longer ago.`;
      const [strongest] = advantages(chosen, second);
      return `${who} ${verb} because ${mine ? "your" : "their"} score was the highest: ${chosen.terms.total.toFixed(1)}, ${lead.toFixed(1)} more than ${second.name}${strongest ? `, most of all for ${termNames[strongest[0]].toLowerCase()}` : ""}.`;
    }
    default: return chosen ? `${who} got this.` : "Nobody got this.";
  }
}
