/* What the company promised, in words: until when to answer or to resolve. */
import { inFull, span } from "../shared/time.js";

/**
 * @param session one as the service sends it; `sla` is null without a target, and for customers
 * @returns null where nothing is promised, or {short, full, tone, isAnswer}: a chip's text, a sentence, "bad" when a time has passed, "warn"
 * when most of it has, and whether it is the first answer that is due
 */
export function serviceWords(session, now) {
  const { sla, status } = session;
  if (!sla || status === "closed") return null;
  const missed = sla.state === "breached" ? " A target of this conversation was missed." : "";
  const isAnswer = Boolean(sla.first_response_due_at);
  const due = sla.first_response_due_at || sla.resolution_due_at;
  if (!due) return missed && status !== "resolved" ? { short: "Target missed", full: missed.trim(), tone: "bad", isAnswer: false } : null;
  const left = Date.parse(due) - now;
  const what = isAnswer ? "First reply" : "Resolution";
  const late = span(-left), rest = span(left);
  if (left <= 0) return { short: late === "now" ? "Due now" : `${late} late`, full: `${what} was due ${inFull(due)}.`, tone: "bad", isAnswer };
  return {
    short: `${isAnswer ? "Reply" : "Resolve"} in ${rest === "now" ? "under 1 min" : rest}`, full: `${what} is due ${inFull(due)}.${missed}`,
    tone: sla.state === "warning" ? "warn" : "", isAnswer,
  };
}
