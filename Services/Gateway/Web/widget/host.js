/*
 * The two sides of the frame's wall. The page's loader names its own origin in the frame's address; each side sends only to the
 * other's origin and listens only to the other's window. Who may embed the frame at all is decided by frame-ancestors.
 */

/** The frame's end. `heard(type, data)` gets what the loader says: hello, open, focus, page. */
export function createHost(heard) {
  const isEmbedded = parent !== window;
  const origin = new URLSearchParams(location.hash.slice(1)).get("origin") || "";

  addEventListener("message", (event) => {
    if (!isEmbedded || event.source !== parent || event.origin !== origin || event.data?.switchboard !== 1) return;
    heard(event.data.type, event.data);
  });

  return {
    isEmbedded,
    origin: isEmbedded ? origin : location.origin,
    say(type, data = {}) {
      if (isEmbedded && origin) parent.postMessage({ ...data, switchboard: 1, type }, origin);
    },
  };
}
