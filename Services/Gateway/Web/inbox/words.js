/* What things are called on screen. */
import { isolated } from "../shared/text.js";
import { comingMoment } from "../shared/time.js";

export { channelIcons, channelNames, firstName, initials, presenceDots, presenceNames } from "../shared/words.js";

export const statusNames = { waiting: "Waiting", assigned: "Open", pending: "Pending", resolved: "Resolved", closed: "Closed" };
export const viewNames = { mine: "Mine", unassigned: "Unassigned", all: "All" };

/** As it was given; for what is cut. */
export function plainName(customer) {
  return customer?.name || customer?.email || customer?.phone || `Visitor ${String(customer?.id || "").slice(-4)}`;
}

/** For any place of a page: it cannot turn what stands around it. */
export const customerName = (customer) => isolated(plainName(customer));

export function languageName(locale) {
  try {
    return new Intl.DisplayNames(["en"], { type: "language" }).of(locale);
  } catch {
    return locale;
  }
}

/** Reasons that are words of the service's own; others were written by a person and are shown as they are. */
const ownReasons = new Set(["", "routed", "taken", "assigned", "transferred", "returned", "manual"]);

function reasonText(reason) {
  return !reason || ownReasons.has(reason) ? "" : `: ${reason}`;
}

/** An event of the thread: [icon, parts]; a part is text or {name}. */
export function describeEvent(event, myID) {
  const name = (who) => ({ name: !who ? "Switchboard" : who.id === myID ? "You" : who.type === "system" ? "Switchboard" : isolated(who.name) || "The customer" });
  const toward = (who) => ({ name: who.id === myID ? "you" : isolated(who.name) });
  if (event.type === "assigned") {
    if (!event.agent) return ["none", ["Back in the queue", reasonText(event.reason)]];
    if (event.previous_agent && event.previous_agent.id !== event.agent.id) return ["swap", ["From ", toward(event.previous_agent), " to ", toward(event.agent), reasonText(event.reason)]];
    if (event.reason === "taken") return ["route", [name(event.agent), " took it"]];
    return ["route", ["Assigned to ", toward(event.agent), reasonText(event.reason)]];
  }
  const bySystem = !event.by || event.by.type === "system";
  const by = bySystem ? [] : [" by ", { name: event.by.id === myID ? "you" : isolated(event.by.name) || "the customer" }];
  switch (event.status) {
    case "waiting": return event.previous_status ? ["clock", ["Waiting again"]] : ["chat", [name(event.by), " asked for help"]];
    case "assigned": return ["route", ["Open", ...by]];
    case "pending": return ["snooze", event.snoozed_until ? ["Snoozed until ", comingMoment(event.snoozed_until, Date.now()), ...by] : ["Waits for the customer"]];
    case "resolved": return ["check", ["Resolved", ...by]];
    case "closed": return ["lock", ["Closed", ...by]];
    default: return ["clock", [statusNames[event.status] || "Changed"]];
  }
}
