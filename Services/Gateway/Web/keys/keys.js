/* What the page of keys says, without drawing it. */

export const scopes = [
  { id: "conversations:read", name: "Read conversations", hint: "With messages, customers and rooms; also live." },
  { id: "conversations:write", name: "Write in conversations", hint: "Open and change them, send messages." },
  { id: "routing:read", name: "Read teams and routing", hint: "Agents, teams and the queue." },
];

/** null means everything. */
export function scopeWords(given) {
  if (!given) return "Everything";
  return scopes.filter(({ id }) => given.includes(id)).map(({ name }) => name).join(", ");
}

const day = 86_400_000;
export const lifetimes = [["", "Never"], ["30", "In 30 days"], ["90", "In 90 days"], ["365", "In a year"]];

export const expiryOf = (days, now) => (days ? new Date(now + Number(days) * day).toISOString() : undefined);

/** "ended", "soon" within a week, or nothing to say. */
export function expiryState(expiresAt, now) {
  if (!expiresAt) return null;
  const rest = Date.parse(expiresAt) - now;
  return rest <= 0 ? "ended" : rest < 7 * day ? "soon" : null;
}

export function keyErrors({ name, everything, chosen }) {
  const found = {};
  if (!name.trim()) found.name = "Enter a name.";
  if (!everything && chosen.length === 0) found.scopes = "Choose at least one, or everything.";
  return found;
}
