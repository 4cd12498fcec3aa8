/* HTTP to the gateway. The access token lives in this module's memory only; the refresh token is a cookie that scripts cannot read. */
import { goesOn, isStopped, sessionEnded, signedIn, signedOut } from "./person.js";
import { Problem, SignedOut, Unreachable } from "./problem.js";

/** How long one request may take before it counts as unanswered. The gateway's own budget is below it. Unit: milliseconds. */
const requestTimeout = 15_000;
/** A token is renewed this long before it runs out, so that no request meets the edge. Unit: milliseconds. */
const renewalMargin = 60_000;

let token = null;
let tokenEnds = 0;
let renewal = null;

/** Somebody has just signed in here. */
export function keepToken(answer) {
  signedIn(answer.access_token);
  keep(answer);
}

function keep(answer) {
  token = answer.access_token;
  tokenEnds = Date.now() + answer.expires_in * 1000;
}

/** A token that is good for at least a moment. Throws SignedOut or Unreachable; on a page that was stopped it never comes. */
export async function accessToken({ renew = false } = {}) {
  if (isStopped()) return never();
  if (token && !renew && Date.now() < tokenEnds - renewalMargin) return token;
  renewal ??= alone("switchboard.refresh", renewToken).finally(() => { renewal = null; });
  const renewed = await renewal;
  return isStopped() ? never() : renewed;
}

const never = () => new Promise(() => {});

async function renewToken() {
  let answer;
  try {
    // keepalive: leaving the page must not lose the rotated cookie, because the old one would count as stolen.
    answer = await send("POST", "/api/auth/refresh?cookie=1", { body: {}, keepalive: true });
  } catch (error) {
    if (error instanceof Problem && (error.status === 401 || error.status === 400)) {
      token = null;
      if (sessionEnded()) return null;
      throw new SignedOut();
    }
    throw error;
  }
  if (goesOn(answer.access_token)) keep(answer);
  else token = null;
  return token;
}

/** Tabs share one rotating cookie, so they take turns. A browser that has no locks, or refuses them, renews without. */
async function alone(name, work) {
  let begun = false;
  try {
    return await navigator.locks.request(name, () => { begun = true; return work(); });
  } catch (error) {
    if (begun) throw error;
    return work();
  }
}

/** A request of the signed-in user; a token that ran out is renewed once. */
export async function request(method, path, body, options = {}) {
  const bearer = await accessToken();
  try {
    return await send(method, path, { ...options, body, bearer });
  } catch (error) {
    if (!(error instanceof Problem) || error.status !== 401) throw error;
    return send(method, path, { ...options, body, bearer: await accessToken({ renew: true }) });
  }
}

export async function send(method, path, { body, bearer, signal, keepalive, timeout = requestTimeout } = {}) {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), timeout);
  signal?.addEventListener("abort", () => abort.abort());
  const headers = { Accept: "application/json, application/problem+json" };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (bearer) headers.Authorization = `Bearer ${bearer}`;
  let response, text;
  try {
    response = await fetch(path, { method, headers, keepalive, signal: abort.signal, body: body === undefined ? undefined : JSON.stringify(body) });
    text = await response.text();
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Unreachable(abort.signal.aborted ? `The service took longer than ${timeout / 1000} s.` : "The line to the service is down.");
  } finally {
    clearTimeout(timer);
  }
  let value = null;
  if (text) {
    try {
      value = JSON.parse(text);
    } catch {
      if (response.ok) throw new Unreachable("The service answered something that is not JSON.");
    }
  }
  if (response.ok) return value;
  throw new Problem(response.status, value && typeof value === "object" ? value : {}, Number(response.headers.get("Retry-After")) || null);
}

/** The other tabs are told first, whether or not the service can be reached. */
export async function signOut() {
  signedOut();
  try {
    await send("POST", "/api/auth/logout", { body: {}, bearer: token });
  } finally {
    token = null;
  }
}

export function goToSignIn() {
  const here = location.pathname + location.search;
  location.replace(here === "/inbox" || here === "/" ? "/signin" : "/signin?next=" + encodeURIComponent(here));
}

/** An address of our own pages, whole; browsers read some paths as another host, so what they make of it is compared. */
export function safeNext(search, origin = location.origin) {
  const next = new URLSearchParams(search).get("next") || "/inbox";
  let address;
  try {
    address = new URL(next, origin);
  } catch {
    address = null;
  }
  return address?.origin === origin && next.startsWith("/") ? address.href : `${origin}/inbox`;
}

export function query(path, parameters) {
  const given = Object.entries(parameters).filter(([, value]) => value !== null && value !== undefined && value !== "");
  return given.length ? `${path}?${new URLSearchParams(given)}` : path;
}
