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

export const currentPreferences = () => preferences;

export function prefer(change) {
  preferences = { ...preferences, ...change };
  remember(key, JSON.stringify(preferences));
  for (const listener of listeners) listener();
}

/** What another tab of this browser chose counts here too. */
globalThis.addEventListener?.("storage", (event) => {
  if (event.key !== key) return;
  preferences = { ...preferences, ...kept() };
  for (const listener of listeners) listener();
});

/** Notifications show up only while the browser allows them, whatever was chosen here. */
export const notificationsAreOn = (chosen) => chosen.desktop && "Notification" in window && Notification.permission === "granted";

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
