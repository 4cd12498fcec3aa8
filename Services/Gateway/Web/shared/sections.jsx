import { Icon } from "./icons.jsx";

const sections = [
  { id: "inbox", name: "Inbox", icon: "inbox", address: "/inbox" },
  { id: "queue", name: "Queue", icon: "clock", address: "/queue" },
  { id: "teams", name: "Teams", icon: "team", address: "/teams" },
  { id: "settings", name: "Settings", icon: "gear", address: (me) => (me.role === "admin" ? "/settings/website" : "/settings/routing"), roles: ["admin", "supervisor"] },
];

/** What this person may open. */
export function sectionsFor(me) {
  return sections.filter(({ roles }) => !roles || roles.includes(me?.role)).map((section) => ({ ...section, address: typeof section.address === "function" ? section.address(me) : section.address }));
}

/** The first list of the rail. `marks`: something behind a name; `links`: another behaviour than a plain link. Both by section. */
export function SectionLinks({ me, current, links = {}, marks = {} }) {
  return (
    <ul>
      {sectionsFor(me).map(({ id, name, icon, address }) => (
        <li key={id}><a href={address} {...links[id]} aria-current={id === current ? "page" : undefined}><Icon name={icon} /><span className="cut">{name}</span>{marks[id]}</a></li>
      ))}
      <li><a href="/docs"><Icon name="file" /><span className="cut">For developers</span></a></li>
    </ul>
  );
}

/** The same on narrow screens, at the bottom; above it the pages of the settings while one of them (`page`) is open. */
export function Tabbar({ me, current, page = null, links = {}, marks = {}, children }) {
  return (
    <nav className="tabbar" aria-label="Sections">
      {page && <ul className="pages" aria-label="Settings">{settingsFor(me).map(({ id, name, address }) => <li key={id}><a href={address} ref={id === page ? intoView : undefined} aria-current={id === page ? "true" : undefined}>{name}</a></li>)}</ul>}
      {sectionsFor(me).map(({ id, name, icon, address }) => <a key={id} href={address} {...links[id]} aria-current={id === current ? "page" : undefined}><Icon name={icon} />{name}{marks[id]}</a>)}
      {children}
    </nav>
  );
}

const settings = [
  { id: "website", name: "Websites", icon: "web", address: "/settings/website", roles: ["admin"] },
  { id: "people", name: "People", icon: "team", address: "/settings/people", roles: ["admin"] },
  { id: "keys", name: "API keys", icon: "plug", address: "/settings/keys", roles: ["admin"] },
  { id: "hours", name: "Business hours", icon: "clock", address: "/settings/hours", roles: ["admin", "supervisor"] },
  { id: "routing", name: "Routing", icon: "route", address: "/settings/routing", roles: ["admin", "supervisor"] },
];

const settingsFor = (me) => settings.filter(({ roles }) => roles.includes(me?.role));

/** Of a row that is longer than the screen, the open one is seen. */
function intoView(link) {
  if (link) link.closest("ul").scrollLeft = link.offsetLeft - link.closest("ul").clientWidth / 2;
}

export function SettingsLinks({ me, current }) {
  return (
    <section aria-labelledby="heading-settings"><h2 id="heading-settings">Settings</h2>
      <ul>{settingsFor(me).map(({ id, name, icon, address }) => <li key={id}><a href={address} aria-current={id === current ? "true" : undefined}><Icon name={icon} /><span className="cut">{name}</span></a></li>)}</ul></section>
  );
}
