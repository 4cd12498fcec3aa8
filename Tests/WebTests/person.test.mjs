import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";

/* Each tab is its own copy of the module; they share what tabs of a browser share. */
const module = "../../Services/Gateway/Web/shared/person.js";
let tabs = 0, channels = [], listeners = [], storage, went;

const token = (subject) => `x.${Buffer.from(JSON.stringify({ sub: subject, name: "Åse" })).toString("base64url")}.y`;

class Channel {
  constructor() { channels.push(this); }
  postMessage(data) { for (const other of channels) if (other !== this) other.onmessage?.({ data }); }
}

async function tab(path = "/inbox") {
  tabs += 1;
  const opened = await import(`${module}?tab=${tabs}`);
  return { ...opened, at: path };
}

/** What the storage's event tells the other tabs. */
const storageTells = (key, newValue) => listeners.filter(([type]) => type === "storage").forEach(([, listener]) => listener({ key, newValue }));

beforeEach(() => {
  channels = [];
  listeners = [];
  storage = new Map();
  went = [];
  globalThis.BroadcastChannel = Channel;
  globalThis.addEventListener = (type, listener) => listeners.push([type, listener]);
  globalThis.localStorage = { getItem: (key) => storage.get(key) ?? null, setItem: (key, value) => storage.set(key, value), removeItem: (key) => storage.delete(key) };
  globalThis.location = { pathname: "/inbox/1", search: "?view=all", replace: (address) => went.push(address) };
});

describe("A tab of one person", () => {
  test("stops when its renewed token is somebody else's", async () => {
    const one = await tab();
    assert.equal(one.goesOn(token("ana")), true);
    assert.equal(one.goesOn(token("ana")), true);
    assert.equal(one.isStopped(), false);
    assert.equal(one.goesOn(token("carla")), false);
    assert.equal(one.isStopped(), true);
    assert.deepEqual(went, ["/signin?stopped=other&next=%2Finbox%2F1%3Fview%3Dall"]);
  });

  test("stops at once when somebody else signs in in another tab, and not when they themselves do", async () => {
    const one = await tab(), other = await tab();
    one.goesOn(token("ana"));
    other.signedIn(token("ana"));
    assert.equal(one.isStopped(), false);
    other.signedIn(token("carla"));
    assert.equal(one.isStopped(), true);
    assert.equal(other.isStopped(), false);
    assert.match(went[0], /stopped=other/);
  });

  test("stops when they sign out in another tab", async () => {
    const one = await tab(), other = await tab();
    one.goesOn(token("ana"));
    other.goesOn(token("ana"));
    other.signedOut();
    assert.equal(one.isStopped(), true);
    assert.equal(other.isStopped(), false, "it leaves by itself");
    assert.match(went[0], /stopped=signed-out/);
    assert.equal(went.length, 1);
  });

  test("hears it from the storage where there are no channels", async () => {
    globalThis.BroadcastChannel = class { constructor() { throw new Error("SecurityError"); } };
    const one = await tab();
    one.goesOn(token("ana"));
    assert.equal(storage.get(one.signedInKey), "ana");
    storageTells("something.else", null);
    storageTells(one.signedInKey, "ana");
    assert.equal(one.isStopped(), false);
    storageTells(one.signedInKey, "carla");
    assert.equal(one.isStopped(), true);
  });

  test("finds out at its next renewal where neither is allowed", async () => {
    globalThis.BroadcastChannel = undefined;
    const refuse = () => { throw new Error("SecurityError"); };
    globalThis.localStorage = { getItem: refuse, setItem: refuse, removeItem: refuse };
    const one = await tab(), other = await tab();
    one.goesOn(token("ana"));
    other.signedOut();
    other.signedIn(token("carla"));
    assert.equal(one.isStopped(), false);
    assert.equal(one.goesOn(token("carla")), false);
    assert.equal(one.isStopped(), true);
  });

  test("stops when its renewal is refused, and takes the others with it", async () => {
    const one = await tab(), other = await tab(), form = await tab("/signin");
    one.goesOn(token("ana"));
    other.goesOn(token("ana"));
    assert.equal(form.sessionEnded(), false, "a page that was nobody's has nothing to stop");
    assert.equal(one.isStopped(), true, "but who is signed out is signed out in all tabs");
    assert.equal(form.isStopped(), false);
    const last = await tab();
    went = [];
    last.goesOn(token("bruno"));
    assert.equal(last.sessionEnded(), true);
    assert.equal(last.isStopped(), true);
    assert.deepEqual(went, ["/signin?stopped=signed-out&next=%2Finbox%2F1%3Fview%3Dall"]);
    assert.equal(storage.get(last.signedInKey), undefined);
  });

  test("that the browser had put away looks whose turn it is when it is shown again", async () => {
    const one = await tab();
    one.goesOn(token("ana"));
    const shown = (persisted) => listeners.filter(([type]) => type === "pageshow").forEach(([, listener]) => listener({ persisted }));
    shown(true);
    assert.equal(one.isStopped(), false);
    storage.set(one.signedInKey, "carla");
    shown(false);
    assert.equal(one.isStopped(), false);
    shown(true);
    assert.equal(one.isStopped(), true);
  });
});

test("A stopped page sends nothing any more", async () => {
  const sent = [];
  let turn = "ana";
  globalThis.fetch = async (path, options) => {
    sent.push([options.method, path, options.headers.Authorization]);
    if (path.startsWith("/api/auth/refresh")) return { ok: true, headers: new Map(), text: async () => JSON.stringify({ access_token: token(turn), expires_in: 600 }) };
    return { ok: turn === "ana", status: 401, headers: new Map(), text: async () => "{}" };
  };
  const { request } = await import("../../Services/Gateway/Web/shared/api.js");
  await request("GET", "/api/auth/me");
  assert.deepEqual(sent.map(([, path]) => path), ["/api/auth/refresh?cookie=1", "/api/auth/me"]);
  turn = "carla";
  let answered = false;
  // Ana's token is refused, since she signed out; the renewed one is Carla's.
  request("POST", "/api/v1/chat/messages", { text: "As Ana" }).then(() => { answered = true; }, () => { answered = true; });
  await new Promise((resolve) => setTimeout(resolve, 20));
  const before = sent.length;
  request("POST", "/api/v1/chat/messages", { text: "As Ana, again" }).then(() => { answered = true; }, () => { answered = true; });
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(sent.length, before);
  assert.equal(answered, false);
  assert.ok(sent.every(([, , bearer]) => !bearer || bearer === `Bearer ${token("ana")}`), "nothing went out under Carla's name");
  assert.match(went[0], /stopped=other/);
});
