import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, mock, test } from "node:test";
import { createLine } from "../../Services/Gateway/Web/widget/line.js";

const settle = async () => { for (let turn = 0; turn < 20; turn += 1) await Promise.resolve(); };
const later = async (milliseconds) => {
  mock.timers.tick(milliseconds);
  await settle();
};

/* The browser's socket; the test is the other end. */
class Socket {
  static OPEN = 1;
  static all = [];
  constructor(address, protocols) {
    Object.assign(this, { address: String(address), protocols, readyState: 0, sent: [], closed: false });
    Socket.all.push(this);
  }
  static get last() { return Socket.all.at(-1); }
  send(text) { this.sent.push(JSON.parse(text)); }
  close() { this.closed = true; this.readyState = 3; }
  becomeReady(through = 0) {
    this.readyState = 1;
    this.onopen?.();
    this.say({ type: "ready", sequence: null, through, data: { through, receipts: [] } });
  }
  say(frame) { this.onmessage({ data: JSON.stringify(frame) }); }
  end(code) { this.readyState = 3; this.onclose?.({ code }); }
}

function lineTo({ credentials = async () => "token" } = {}) {
  const heard = { states: [], frames: [], asked: [] };
  let after = 0;
  const line = createLine({
    conversation: "s-1",
    credentials: (failures, code) => {
      heard.asked.push([failures, code]);
      return credentials(failures, code);
    },
    resumeAfter: () => after,
    received: (frame) => {
      heard.frames.push(frame.type);
      after = Math.max(after, frame.through || 0);
    },
    changed: (state) => heard.states.push(state),
  });
  return { line, heard };
}

describe("The widget's line", () => {
  let listeners;
  beforeEach(() => {
    listeners = {};
    Socket.all = [];
    Object.assign(globalThis, {
      WebSocket: Socket, location: { href: "https://chat.example/widget/frame?site=x" },
      addEventListener: (name, listener) => { listeners[name] = listener; }, removeEventListener: (name) => { delete listeners[name]; },
    });
    mock.method(Math, "random", () => 1);
    mock.timers.enable({ apis: ["setTimeout"] });
  });
  afterEach(() => {
    mock.timers.reset();
    mock.restoreAll();
  });

  test("opens with the token beside the protocol, never in the address, and is live with `ready`", async () => {
    const { heard } = lineTo();
    await settle();
    assert.equal(Socket.last.address, "wss://chat.example/api/v1/chat/ws/s-1?after=0");
    assert.deepEqual(Socket.last.protocols, ["switchboard.v1", "bearer.token"]);
    assert.deepEqual(heard.states, ["connecting"]);
    Socket.last.becomeReady();
    assert.deepEqual(heard.states, ["connecting", "live"]);
  });

  test("resumes after what it has seen, once the line is lost", async () => {
    const { heard } = lineTo();
    await settle();
    Socket.last.becomeReady(3);
    Socket.last.say({ type: "message", sequence: 4, through: 4, data: {} });
    Socket.last.end(1006);
    assert.equal(heard.states.at(-1), "reconnecting");
    await later(500);
    assert.equal(Socket.all.length, 2);
    assert.match(Socket.last.address, /after=4$/);
    Socket.last.becomeReady(4);
    assert.equal(heard.states.at(-1), "live");
  });

  test("waits longer each time it fails, up to a limit", async () => {
    lineTo();
    await settle();
    const waits = [];
    for (let round = 0; round < 7; round += 1) {
      const count = Socket.all.length;
      Socket.last.end(1006);
      let waited = 0;
      while (Socket.all.length === count) {
        await later(100);
        waited += 100;
      }
      waits.push(waited);
    }
    assert.deepEqual(waits, [500, 1000, 2000, 4000, 8000, 10_000, 10_000]);
  });

  test("asks a silent line whether it lives, and gives it up when nothing answers", async () => {
    const { heard } = lineTo();
    await settle();
    Socket.last.becomeReady(2);
    await later(15_000);
    assert.deepEqual(Socket.last.sent, [{ type: "subscribe", session_id: "s-1", after: 2 }]);
    Socket.last.say({ type: "ready", sequence: null, through: 2, data: { through: 2, receipts: [] } });
    await later(14_999);
    assert.equal(heard.states.at(-1), "live", "an answer is a sign of life");
    await later(1);
    await later(5_000);
    assert.equal(heard.states.at(-1), "reconnecting");
    assert.ok(Socket.all[0].closed);
  });

  test("gives up a socket that never becomes ready", async () => {
    const { heard } = lineTo();
    await settle();
    await later(10_000);
    assert.equal(heard.states.at(-1), "reconnecting");
    await later(500);
    assert.equal(Socket.all.length, 2);
  });

  test("renews an expired token at once and shows no outage, but not in a circle", async () => {
    const { heard } = lineTo();
    await settle();
    Socket.last.becomeReady();
    Socket.last.end(4001);
    await settle();
    assert.deepEqual(heard.asked.at(-1), [0, 4001]);
    assert.equal(Socket.all.length, 2);
    assert.equal(heard.states.at(-1), "live");
    Socket.last.end(4001); // the new token is refused as well, before it was ready
    await settle();
    assert.equal(Socket.all.length, 2, "that waits");
    assert.equal(heard.states.at(-1), "reconnecting");
  });

  test("tries at once when the browser is online again, and notices when it is not", async () => {
    const { heard } = lineTo();
    await settle();
    Socket.last.becomeReady();
    listeners.offline();
    assert.equal(heard.states.at(-1), "reconnecting");
    listeners.online();
    await settle();
    assert.equal(Socket.all.length, 2);
    Socket.last.becomeReady();
    assert.equal(heard.states.at(-1), "live");
  });

  test("keeps trying while the way to a token is down, and stops when there is none to have", async () => {
    let answer = async () => { throw new Error("away"); };
    const { heard } = lineTo({ credentials: () => answer() });
    await settle();
    assert.equal(Socket.all.length, 0);
    assert.equal(heard.states.at(-1), "reconnecting");
    answer = async () => null;
    await later(500);
    assert.equal(Socket.all.length, 0);
    await later(60_000);
    assert.equal(heard.asked.length, 2);
  });

  test("says nothing while it is not live", async () => {
    const { line } = lineTo();
    await settle();
    assert.equal(line.send({ type: "typing" }), false);
    Socket.last.becomeReady();
    assert.equal(line.send({ type: "typing" }), true);
    line.stop();
    assert.equal(line.send({ type: "typing" }), false);
    assert.ok(Socket.last.closed);
  });
});
