import assert from "node:assert/strict";
import { test } from "node:test";

const token = `x.${Buffer.from(JSON.stringify({ sub: "ana" })).toString("base64url")}.y`;

test("A page whose renewal is refused stops, and whoever asked is not answered", async () => {
  const went = [];
  let isOpen = true;
  globalThis.BroadcastChannel = undefined; // an open one keeps node running
  globalThis.addEventListener = () => {};
  globalThis.location = { pathname: "/settings/people", search: "", replace: (address) => went.push(address) };
  globalThis.fetch = async (path) => {
    const body = path.startsWith("/api/auth/refresh") ? { access_token: token, expires_in: 600 } : {};
    return { ok: isOpen, status: isOpen ? 200 : 401, headers: new Map(), text: async () => JSON.stringify(body) };
  };
  const { accessToken, request } = await import("../../Services/Gateway/Web/shared/api.js");
  await request("GET", "/api/auth/me");
  isOpen = false;
  let answered = false;
  for (const asked of [request("GET", "/api/auth/me"), accessToken({ renew: true })]) asked.then(() => { answered = true; }, () => { answered = true; });
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(answered, false, "a page that goes on would go to the sign-in page, and from there on as whoever is signed in by then");
  assert.deepEqual(went, ["/signin?stopped=signed-out&next=%2Fsettings%2Fpeople"]);
});
