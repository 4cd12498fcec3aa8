import assert from "node:assert/strict";
import { describe, test } from "node:test";

const module = "../../Services/Gateway/Web/inbox/bell.js";
let tabs = 0;
const tab = async () => { tabs += 1; return import(`${module}?tab=${tabs}`); };

/** Time passes as fast as it is asked to; what waited shorter goes on first. */
function clock() {
  const waiting = [];
  return {
    wait: (milliseconds) => new Promise((resolve) => waiting.push({ milliseconds, resolve })),
    async pass() {
      for (let round = 0; round < 20; round += 1) {
        await new Promise((resolve) => setImmediate(resolve));
        waiting.sort((one, other) => one.milliseconds - other.milliseconds);
        const next = waiting[0];
        if (next && next.milliseconds < 5_000) waiting.shift().resolve();
      }
    },
  };
}

function browserLocks() {
  const held = new Set();
  return {
    request: async (name, _, work) => {
      if (held.has(name)) return work(null);
      held.add(name);
      try { return await work({ name }); } finally { held.delete(name); }
    },
  };
}

describe("Of the tabs of one browser", () => {
  test("one calls, and the one that is looked at goes first", async () => {
    // All are open before time passes: loading a tab takes turns that the clock does not wait for.
    const locks = browserLocks(), time = clock(), one = await tab(), seen = await tab(), other = await tab();
    const answers = await Promise.all([
      one.isCaller("m-1", { locks, wait: time.wait }),
      seen.isCaller("m-1", { first: true, locks, wait: time.wait }),
      other.isCaller("m-1", { locks, wait: time.wait }),
      time.pass(),
    ]);
    assert.deepEqual(answers.slice(0, 3), [false, true, false]);
  });

  test("one calls for each thing", async () => {
    const locks = browserLocks(), time = clock(), here = await tab();
    const answers = await Promise.all([here.isCaller("m-1", { first: true, locks, wait: time.wait }), here.isCaller("m-2", { first: true, locks, wait: time.wait })]);
    assert.deepEqual(answers, [true, true]);
  });

  test("one calls where locks are refused or missing, since they hear each other", async () => {
    const channels = [];
    globalThis.BroadcastChannel = class {
      constructor() { channels.push(this); }
      postMessage(data) { for (const other of channels) if (other !== this) other.onmessage?.({ data }); }
    };
    for (const locks of [undefined, { request: () => Promise.reject(new Error("SecurityError")) }]) {
      const time = clock(), here = await tab(), there = await tab();
      here.hearOtherTabs();
      there.hearOtherTabs();
      const answers = await Promise.all([here.isCaller("m-1", { locks, wait: time.wait }), there.isCaller("m-1", { locks, wait: time.wait }), time.pass()]);
      assert.deepEqual(answers.slice(0, 2).sort(), [false, true]);
    }
  });

  test("each calls where the browser lets them share nothing", async () => {
    globalThis.BroadcastChannel = class { constructor() { throw new Error("SecurityError"); } };
    const here = await tab();
    here.hearOtherTabs();
    assert.equal(await here.isCaller("m-1", { first: true, locks: undefined, wait: async () => {} }), true);
  });
});
