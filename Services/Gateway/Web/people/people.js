/* What the page of people says, without drawing it. */

export const roles = [
  { id: "admin", hint: "Everything, with people, keys and settings." },
  { id: "supervisor", hint: "Answers customers, and looks after teams and routing." },
  { id: "agent", hint: "Answers customers." },
  { id: "viewer", hint: "Reads everything, writes nothing." },
];

/** Disabled, Invited, Reset or Active, with the mark's colour. */
export function stateOf(user) {
  if (user.disabled) return { id: "disabled", name: "Disabled", mark: "bad" };
  const state = user.access?.state;
  if (state === "invited") return { id: "invited", name: user.access.link_expires_at ? "Invited" : "Invitation ended", mark: "warn" };
  if (state === "reset") return { id: "reset", name: user.access.link_expires_at ? "Must choose a password" : "Link ended", mark: "warn" };
  return { id: "active", name: "Active", mark: "" };
}

export const filters = [["", "Everybody"], ["active", "Active"], ["invited", "Invited"], ["disabled", "Disabled"]];

/** Whom a search and a filter leave; who must choose a password again counts as invited. */
export function fitting(users, text, filter) {
  const wanted = text.trim().toLowerCase();
  return users.filter((user) => {
    const state = stateOf(user).id;
    return (!filter || state === filter || (filter === "invited" && state === "reset")) && (!wanted || `${user.name} ${user.email}`.toLowerCase().includes(wanted));
  });
}

export function inviteErrors({ name, email }) {
  const found = {};
  if (!name.trim()) found.name = "Enter a name.";
  if (!/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email.trim())) found.email = "Enter an address like ana@company.example.";
  return found;
}

const browsers = [["Edg/", "Edge"], ["OPR/", "Opera"], ["Firefox/", "Firefox"], ["Chrome/", "Chrome"], ["Safari/", "Safari"]];
const systems = [["iPhone", "iPhone"], ["iPad", "iPad"], ["Android", "Android"], ["Windows", "Windows"], ["Mac OS X", "macOS"], ["CrOS", "ChromeOS"], ["Linux", "Linux"]];

/** "Firefox on Linux". Browsers name others in their own name; the first of ours that occurs is theirs. */
export function deviceName(userAgent) {
  if (!userAgent) return "Not known";
  const browser = browsers.find(([mark]) => userAgent.includes(mark))?.[1];
  const system = systems.find(([mark]) => userAgent.includes(mark))?.[1];
  if (browser && system) return `${browser} on ${system}`;
  return browser || system || userAgent.split(/[\s/]/)[0].slice(0, 40) || "Not known";
}
