/*
 * The socket of one conversation: connects, notices when it is dead, comes back after a growing random wait and resumes after the
 * highest sequence it has seen. A browser cannot see the server's pings, so silence is answered with a question of our own:
 * subscribing again, which the gateway answers with `ready`.
 */
import { waitingTime } from "./waiting.js";

/** Silence after which the line is asked whether it is alive. Unit: milliseconds. */
const silenceMax = 15_000;
/** How long the line may take to answer, and to become ready. Unit: milliseconds. */
const answerMax = 5_000;
const readyMax = 10_000;

/** Close codes that are no outage. Source: the gateway's socket contract. */
const tokenExpired = 4001;
const readTooSlowly = 4008;

/**
 * - `credentials(failures, code)`: resolves to the token for the next attempt, or null to stop; may throw when the line is down.
 * - `resumeAfter()`: the highest sequence this side is complete up to.
 * - `received(frame)`, `changed(state)`: state is "connecting", "live" or "reconnecting".
 */
export function createLine({ conversation, credentials, resumeAfter, received, changed }) {
  let socket = null;
  let stopped = false;
  let failures = 0;
  let timer = null;
  let attempt = 0;
  let state = "";
  let wasReady = false; // this socket got as far as `ready`, so a planned close needs no waiting

  function become(next) {
    if (state === next) return;
    state = next;
    changed(next);
  }

  function expect(milliseconds, action) {
    clearTimeout(timer);
    timer = setTimeout(action, milliseconds);
  }

  const send = (frame) => {
    if (state !== "live" || socket?.readyState !== WebSocket.OPEN) return false;
    socket.send(JSON.stringify(frame));
    return true;
  };

  function listenOn() {
    expect(silenceMax, () => {
      send({ type: "subscribe", session_id: conversation, after: resumeAfter() });
      expect(answerMax, () => lost());
    });
  }

  /** The socket is given up at once: on a dead line its own close event may take minutes. */
  function drop() {
    clearTimeout(timer);
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = socket.onerror = null;
    socket.close();
    socket = null;
  }

  function lost(code = 1006) {
    drop();
    if (stopped) return;
    const expected = wasReady && (code === tokenExpired || code === readTooSlowly);
    wasReady = false;
    if (expected) return void connect(code);
    become("reconnecting");
    expect(waitingTime(failures), () => connect(code));
    failures += 1;
  }

  async function connect(code = 0) {
    drop();
    const mine = (attempt += 1);
    if (!state) become("connecting");
    let token;
    try {
      token = await credentials(failures, code);
    } catch {
      if (mine === attempt) lost();
      return;
    }
    if (mine !== attempt || stopped) return;
    if (!token) return stop();
    const address = new URL(`/api/v1/chat/ws/${conversation}?after=${resumeAfter()}`, location.href);
    address.protocol = address.protocol.replace("http", "ws");
    socket = new WebSocket(address, ["switchboard.v1", `bearer.${token}`]);
    expect(readyMax, () => lost());
    socket.onclose = (event) => lost(event.code);
    socket.onmessage = (event) => {
      let frame;
      try {
        frame = JSON.parse(event.data);
      } catch {
        return lost(); // not our gateway
      }
      listenOn();
      if (frame.type === "ready") {
        failures = 0;
        wasReady = true;
        received(frame);
        become("live");
      } else {
        received(frame);
      }
    };
  }

  /** A reason to believe the line is back: try now instead of at the end of the wait. */
  function hurry() {
    if (!stopped && state !== "live") {
      failures = 0;
      connect();
    }
  }

  function stop() {
    stopped = true;
    attempt += 1;
    drop();
    removeEventListener("online", hurry);
    removeEventListener("offline", wentOffline);
  }

  function wentOffline() {
    lost();
  }

  addEventListener("online", hurry);
  addEventListener("offline", wentOffline);
  connect();
  return { send, stop, hurry };
}
