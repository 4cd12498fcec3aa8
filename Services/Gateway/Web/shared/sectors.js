import { useAnswer } from "./answer.jsx";
import { request } from "./api.js";

/** The names of the company's sectors, and of those that somebody in `others` is still in; in order. */
export function useSectors(others = []) {
  const sectors = useAnswer((signal) => request("GET", "/api/settings/sectors", undefined, { signal }), "sectors");
  return [...new Set([...(sectors.value?.items || []).map((each) => each.name), ...others.map((each) => each.sector)])].sort();
}
