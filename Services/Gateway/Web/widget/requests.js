/* Calls to our own gateway. The frame is served by it, so every address is relative and no CORS is involved. */
import { Problem, Unreachable } from "../shared/problem.js";

/** How long one call may take before the line counts as dead. Unit: milliseconds. */
const patience = 10_000;

/** Returns `{status, body}`; throws Problem when the answer refuses, Unreachable when none came. */
export async function call(method, path, { body, token, signal } = {}) {
  const headers = { Accept: "application/json" };
  if (token) headers.Authorization = `Bearer ${token}`;
  if (body) headers["Content-Type"] = "application/json";
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(), patience);
  signal?.addEventListener("abort", () => timeout.abort());
  let response, text;
  try {
    response = await fetch(path, { method, headers, body: body && JSON.stringify(body), signal: timeout.signal, credentials: "omit", cache: "no-store" });
    text = await response.text();
  } catch {
    throw new Unreachable();
  } finally {
    clearTimeout(timer);
  }
  let value = {};
  try {
    value = text ? JSON.parse(text) : {};
  } catch {
    if (response.ok) throw new Unreachable(); // a hotel's sign-in page, a proxy: not our gateway
  }
  if (response.ok) return { status: response.status, body: value };
  throw new Problem(response.status, value, Number(response.headers.get("Retry-After")) || null);
}
