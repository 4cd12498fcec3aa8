/* The browser's storage, for things whose loss is only an inconvenience. It may be forbidden or full; then nothing is remembered. */

export function recall(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

/** Returns whether it was kept. `null` forgets the key. */
export function remember(key, value) {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
    return true;
  } catch {
    return false;
  }
}

/** Whether this browser keeps anything for us. */
export const isAllowed = () => remember("switchboard.asked", "1") && remember("switchboard.asked", null);

export function keysBelow(prefix) {
  try {
    return Object.keys(localStorage).filter((key) => key.startsWith(prefix)).sort();
  } catch {
    return [];
  }
}
