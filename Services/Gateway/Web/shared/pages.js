import { query, request } from "./api.js";

/** Entries asked for at once; the service gives at most 200. */
const entriesAtOnce = 200;

/** Everything behind a list, up to `most` entries: {items, isComplete}. */
export async function everything(path, parameters = {}, { most = 2_000, signal } = {}) {
  const items = [];
  let cursor = null;
  do {
    const page = await request("GET", query(path, { ...parameters, limit: entriesAtOnce, cursor }), undefined, { signal });
    items.push(...page.items);
    cursor = page.next_cursor;
  } while (cursor && items.length < most);
  return { items, isComplete: !cursor };
}
