/* Choices of this browser: sound, desktop notifications, which key sends, the list's width. */
import { useSyncExternalStore } from "react";
import { recall, remember } from "../shared/storage.js";

const key = "switchboard.inbox";
const listeners = new Set();
let preferences = { sound: true, desktop: false, enterSends: true, listWidth: 328, ...kept() };

function kept() {
  try {
    return JSON.parse(recall(key)) || {};
  } catch {
    return {};
  }
}

/** Under it the drafts of one user are kept, one key per conversation. */
export const draftPrefix = (me) => `switchboard.draft.${me.id}.`;

export const currentPreferences = () => preferences;

export function prefer(change) {
  preferences = { ...preferences, ...change };
  remember(key, JSON.stringify(preferences));
  for (const listener of listeners) listener();
}

export function usePreferences() {
  return useSyncExternalStore((listener) => { listeners.add(listener); return () => listeners.delete(listener); }, () => preferences);
}

/** Asked only when somebody switches notifications on. Returns whether they are on now. */
export async function switchDesktopNotifications(on) {
  if (!on) return prefer({ desktop: false }), false;
  if (!("Notification" in window)) return false;
  const granted = Notification.permission === "granted" || (await Notification.requestPermission()) === "granted";
  prefer({ desktop: granted });
  return granted;
}
