/* A page that follows what happens in the company: one socket, opened again whenever it is lost. */
import { useEffect, useRef, useState } from "react";
import { accessToken, goToSignIn } from "./api.js";
import { SignedOut } from "./problem.js";

/** First pause before the line is tried again, and the longest. Unit: milliseconds. */
const firstPause = 500, longestPause = 15_000;

/** Calls `onFrame(frame)` for everything that happens, `onOpen()` each time the line is there (again), `onState("live" | "lost")`. Returns how to stop. */
export function follow({ onFrame, onOpen, onState }) {
  let socket = null, timer = 0, failures = 0, refused = false, over = false;

  async function open() {
    let token;
    try {
      token = await accessToken({ renew: refused });
      refused = false;
    } catch (error) {
      if (over) return;
      if (error instanceof SignedOut) return goToSignIn();
      return lost();
    }
    if (over) return;
    socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/api/v1/realtime`, ["switchboard.v1", `bearer.${token}`]);
    socket.onopen = () => { failures = 0; onState("live"); onOpen(); };
    socket.onmessage = (event) => {
      try {
        onFrame(JSON.parse(event.data));
      } catch (error) {
        if (!(error instanceof SyntaxError)) throw error; // Not ours; the next fetch corrects whatever it meant.
      }
    };
    socket.onclose = (event) => { refused = event.code === 4001; lost(); };
  }

  function lost() {
    drop();
    if (over) return;
    onState("lost");
    const pause = Math.min(longestPause, firstPause * 2 ** failures) * (0.5 + Math.random() / 2);
    failures += 1;
    timer = setTimeout(open, pause);
  }

  function drop() {
    clearTimeout(timer);
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
    socket = null;
  }

  const backOnline = () => { drop(); failures = 0; open(); };
  addEventListener("online", backOnline);
  addEventListener("offline", lost);
  open();
  return () => {
    over = true;
    removeEventListener("online", backOnline);
    removeEventListener("offline", lost);
    drop();
  };
}

/** "connecting", "live" or "lost". `onChange(frame)`; frame null: something may have been missed, so look again. */
export function useLive(onChange) {
  const [state, setState] = useState("connecting");
  const latest = useRef(onChange);
  latest.current = onChange;
  useEffect(() => follow({ onFrame: (frame) => latest.current(frame), onOpen: () => latest.current(null), onState: setState }), []);
  return state;
}

/** Runs `work` soon, and once for many calls. `pause` is a limit: it runs at most once in so many milliseconds. */
export function useSoon(work, pause) {
  const latest = useRef(work);
  latest.current = work;
  const timer = useRef(0);
  useEffect(() => () => clearTimeout(timer.current), []);
  return useRef(() => {
    timer.current ||= setTimeout(() => { timer.current = 0; latest.current(); }, pause);
  }).current;
}
