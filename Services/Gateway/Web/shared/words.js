/* What people, presence and channels are called on every page. */

import { isolated, withoutTurns } from "./text.js";

export const channelNames = { website: "Website", whatsapp: "WhatsApp", email: "Email", phone: "Phone", sms: "SMS", facebook: "Messenger", instagram: "Instagram" };
export const channelIcons = { website: "web", whatsapp: "whatsapp", email: "email", phone: "phone", sms: "sms", facebook: "messenger", instagram: "instagram" };
export const presenceNames = { online: "Online", away: "Away", busy: "Busy", offline: "Offline" };
export const presenceDots = { online: "on", away: "away", busy: "busy", offline: "off" };
export const roleNames = { admin: "Administrator", supervisor: "Supervisor", agent: "Agent", viewer: "Viewer" };

export function initials(name) {
  const words = String(name || "").replace(/[^\p{L}\p{N}\s]/gu, " ").trim().split(/\s+/).filter(Boolean);
  if (words.length === 0) return "?";
  return (words.length > 1 ? [...words[0]][0] + [...words[words.length - 1]][0] : [...words[0]].slice(0, 2).join("")).toUpperCase();
}

/** "Ana" of "Dr. Ana Lind": a title or an initial calls nobody. */
export function firstName(name) {
  const words = withoutTurns(name).trim().split(/\s+/);
  return isolated(words.find((word) => !word.endsWith(".")) ?? words[0]);
}

/** "1 conversation", "3 conversations". */
export function counted(count, one, many = `${one}s`) {
  return `${count} ${count === 1 ? one : many}`;
}

/** "Ana", "Ana and Bruno", "Ana, Bruno and Carla". */
export function listed(words) {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words[words.length - 1]}`;
}

/** A service's sentence about a field, as one that stands alone: "is missing" → "Is missing." */
export function asSentence(detail) {
  const text = String(detail);
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.]$/.test(text) ? "" : "."}`;
}
