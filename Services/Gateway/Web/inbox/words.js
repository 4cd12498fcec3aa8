/* What things are called on screen. */
import { comingMoment } from "../shared/time.js";

export const channelNames = { website: "Website", whatsapp: "WhatsApp", email: "Email", phone: "Phone", sms: "SMS", facebook: "Messenger", instagram: "Instagram" };
export const channelIcons = { website: "web", whatsapp: "whatsapp", email: "email", phone: "phone", sms: "sms", facebook: "messenger", instagram: "instagram" };
export const statusNames = { waiting: "Waiting", assigned: "Open", pending: "Pending", resolved: "Resolved", closed: "Closed" };
export const presenceNames = { online: "Online", away: "Away", busy: "Busy", offline: "Offline" };
export const presenceDots = { online: "on", away: "away", busy: "busy", offline: "off" };
export const viewNames = { mine: "Mine", unassigned: "Unassigned", all: "All" };

export function customerName(customer) {
  return customer?.name || customer?.email || customer?.phone || `Visitor ${String(customer?.id || "").slice(-4)}`;
}

export function initials(name) {
  const words = String(name || "").replace(/[^\p{L}\p{N}\s]/gu, " ").trim().split(/\s+/).filter(Boolean);
  if (words.length === 0) return "?";
  return (words.length > 1 ? [...words[0]][0] + [...words[words.length - 1]][0] : [...words[0]].slice(0, 2).join("")).toUpperCase();
}

export function firstName(name) {
  return String(name || "").split(/\s+/)[0];
}

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
  const name = (who) => ({ name: !who ? "Switchboard" : who.id === myID ? "You" : who.type === "system" ? "Switchboard" : who.name || "The customer" });
  const toward = (who) => ({ name: who.id === myID ? "you" : who.name });
  if (event.type === "assigned") {
    if (!event.agent) return ["none", ["Back in the queue", reasonText(event.reason)]];
    if (event.previous_agent && event.previous_agent.id !== event.agent.id) return ["swap", ["From ", toward(event.previous_agent), " to ", toward(event.agent), reasonText(event.reason)]];
    if (event.reason === "taken") return ["route", [name(event.agent), " took it"]];
    return ["route", ["Assigned to ", toward(event.agent), reasonText(event.reason)]];
  }
  const bySystem = !event.by || event.by.type === "system";
  const by = bySystem ? [] : [" by ", { name: event.by.id === myID ? "you" : event.by.name || "the customer" }];
  switch (event.status) {
    case "waiting": return event.previous_status ? ["clock", ["Waiting again"]] : ["chat", [name(event.by), " asked for help"]];
    case "assigned": return ["route", ["Open", ...by]];
    case "pending": return ["snooze", event.snoozed_until ? ["Snoozed until ", comingMoment(event.snoozed_until, Date.now()), ...by] : ["Waits for the customer"]];
    case "resolved": return ["check", ["Resolved", ...by]];
    case "closed": return ["lock", ["Closed", ...by]];
    default: return ["clock", [statusNames[event.status] || "Changed"]];
  }
}
