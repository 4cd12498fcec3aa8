/* How far a message got. A receipt is a watermark per participant: everything up to it was delivered, or read. */

const steps = ["queued", "sending", "sent", "delivered", "read"];

export function participantKey(participant) {
  return `${participant.type}:${participant.id}`;
}

/** Watermarks only rise; an older receipt that arrives late changes nothing. */
export function mergeReceipt(receipts, { participant, delivered_through = 0, read_through = 0 }) {
  const key = participantKey(participant);
  const known = receipts[key];
  const delivered = Math.max(known?.delivered_through || 0, delivered_through || 0, read_through || 0);
  const read = Math.max(known?.read_through || 0, read_through || 0);
  if (known && known.delivered_through === delivered && known.read_through === read) return receipts;
  return { ...receipts, [key]: { participant, delivered_through: delivered, read_through: read } };
}

/** What may follow a state of a message that a channel carries, as the service has it. */
const follows = { queued: ["sent", "delivered", "read", "failed", "unknown"], sent: ["delivered", "read", "failed"], delivered: ["read"], unknown: ["queued", "sent", "delivered", "read", "failed"] };

/** How far a message that a channel carries has come by the further of two reports, whichever arrived first; null for every other message. */
export function furtherDelivery(known, incoming) {
  if (!known?.attempt && !incoming.attempt) return null;
  const isNewer = !known?.attempt || (incoming.attempt > known.attempt) || (incoming.attempt === known.attempt && (follows[known.state] || []).includes(incoming.state));
  const { state, attempt, error = null } = isNewer ? incoming : known;
  return { state, attempt, error };
}

/** The tick below a message that our side wrote: failed, or the furthest of sent, delivered, read that its receiver confirms. */
export function tickOf(message, receipts) {
  if (message.state === "failed") return "failed";
  // No window of ours shows it: only the provider says how far it came.
  if (message.attempt) return message.state === "queued" ? "going" : message.state;
  let furthest = steps.includes(message.state) ? message.state : "sent";
  for (const receipt of Object.values(receipts)) {
    if (receipt.participant.type !== "customer") continue;
    if (receipt.read_through >= message.sequence) return "read";
    if (receipt.delivered_through >= message.sequence && steps.indexOf(furthest) < steps.indexOf("delivered")) furthest = "delivered";
  }
  return furthest;
}

export function readThroughOf(receipts, participant) {
  return receipts[participantKey(participant)]?.read_through || 0;
}
