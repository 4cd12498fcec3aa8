/*
 * What the browser keeps for one visitor of one site: token, conversation, unsent messages, contact, draft.
 * Every value has its own key, so two tabs never overwrite each other's. When storage is forbidden or full, the page's memory
 * takes its place: the chat works, and only the next page does not know about it.
 */
export function createStore(prefix) {
  const memory = new Map();
  const attempt = (action, otherwise) => {
    try {
      return action();
    } catch {
      return otherwise;
    }
  };

  return {
    get(key) {
      const text = memory.get(prefix + key) ?? attempt(() => localStorage.getItem(prefix + key), null);
      return text ? attempt(() => JSON.parse(text), null) : null;
    },
    set(key, value) {
      const text = JSON.stringify(value);
      memory.delete(prefix + key);
      if (!attempt(() => (localStorage.setItem(prefix + key, text), true), false)) memory.set(prefix + key, text);
    },
    remove(key) {
      memory.delete(prefix + key);
      attempt(() => localStorage.removeItem(prefix + key));
    },
    /** Sorted, so keys that end in a time-ordered id come in the order of writing. */
    keys(start) {
      const kept = attempt(() => Object.keys(localStorage), []);
      return [...new Set([...kept, ...memory.keys()])]
        .filter((key) => key.startsWith(prefix + start))
        .map((key) => key.slice(prefix.length))
        .sort();
    },
    /** Calls back with key, new and old value when another tab changed something. */
    watch(changed) {
      addEventListener("storage", (event) => {
        if (event.storageArea !== attempt(() => localStorage, undefined) || !event.key?.startsWith(prefix)) return;
        const value = (text) => (text ? attempt(() => JSON.parse(text), null) : null);
        changed(event.key.slice(prefix.length), value(event.newValue), value(event.oldValue));
      });
    },
  };
}

/**
 * One tab at a time where the browser has locks (https, localhost) and allows them: with site data blocked it refuses. There tabs may do the same
 * twice, which ids that the widget makes render harmless.
 */
export async function alone(name, action) {
  let hasBegun = false;
  const once = () => ((hasBegun = true), action());
  try {
    if (navigator.locks) return await navigator.locks.request(name, once);
  } catch (error) {
    if (hasBegun) throw error;
  }
  return action();
}

/** Whether a panel is open belongs to one tab, not to the visitor. */
export const tab = {
  get(key) {
    try {
      return sessionStorage.getItem(key);
    } catch {
      return null;
    }
  },
  set(key, value) {
    try {
      sessionStorage.setItem(key, value);
    } catch {
      // Not remembered: the next page starts with the panel closed.
    }
  },
};
