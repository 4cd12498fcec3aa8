/* Every icon of the pages, drawn by us on a 16 px grid. A page renders <Sprite/> once; <Icon name/> refers to it. */
const shapes = {
  alert: <><circle cx="8" cy="8" r="6"/><path d="M8 5v3.500M8 11h.01"/></>,
  all: <><path d="M2.5 4h11M2.5 8h11M2.5 12h11"/></>,
  arrowup: <><path d="M8 13V3M4 7l4-4 4 4"/></>,
  assign: <><circle cx="6.5" cy="5" r="2.5"/><path d="M2 13.500c.4-3 2-4.5 4.5-4.5 1 0 1.9.2 2.6.7M12 9.500v4M10 11.500h4"/></>,
  at: <><circle cx="8" cy="8" r="2.5"/><path d="M10.5 5.500v3.200c0 2.3 3.3 2.2 3.3-.7A5.8 5.8 0 1 0 11 13"/></>,
  back: <><path d="M10 3 5 8l5 5"/></>,
  bot: <><rect x="3" y="5.5" width="10" height="7.5" rx="2"/><path d="M8 5.500V3M6 9h.01M10 9h.01M1.5 8.500v2M14.5 8.500v2"/></>,
  box: <><path d="m8 2 5.5 2.700v6.600L8 14l-5.5-2.700V4.700zM2.5 4.7 8 7.500l5.5-2.800M8 7.500V14"/></>,
  brand: <><circle cx="3.5" cy="4" r="2"/><circle cx="12.5" cy="7" r="2"/><path d="M3.5 6v1c0 9 9 9.5 9 2"/></>,
  chat: <><path d="M2 3h12v8.500H8.500L5 14v-2.500H2z"/></>,
  check: <><path d="m3.5 8.5 3 3 6-7"/></>,
  clip: <><path d="m13 7.5-5.3 5.200a3.2 3.2 0 0 1-4.5-4.600l5.5-5.400a2.1 2.1 0 0 1 3 3L6.4 11a1 1 0 0 1-1.5-1.500L9.5 5"/></>,
  clock: <><circle cx="8" cy="8" r="6"/><path d="M8 4.500V8l2.3 1.7"/></>,
  copy: <><rect x="5.5" y="5.5" width="8" height="8" rx="1"/><path d="M10.5 5.500v-3h-8v8h3"/></>,
  double: <><path d="m1.5 8.5 2.8 2.800L9.5 5M7.3 11.3 13.5 5"/></>,
  down: <><path d="m4 6 4 4 4-4"/></>,
  email: <><path d="M2 3.500h12v9H2zM2.3 4 8 8.5 13.7 4"/></>,
  export: <><path d="M8 10V2.500M5 5l3-3 3 3M3 9.500v4h10v-4"/></>,
  eye: <><path d="M1.5 8C3 5.2 5.3 3.8 8 3.800S13 5.2 14.5 8C13 10.8 10.7 12.2 8 12.200S3 10.8 1.5 8z"/><circle cx="8" cy="8" r="2"/></>,
  file: <><path d="M4 2h5l3.5 3.500V14H4zM9 2v3.500h3.5"/></>,
  filter: <><path d="M2 4h12M4.5 8h7M6.5 12h3"/></>,
  gauge: <><path d="M2.5 12a6 6 0 1 1 11 0M8 9.5l2.5-3"/></>,
  gear: <><circle cx="8" cy="8" r="2"/><path d="M8 1.800v2M8 12.200v2M1.8 8h2M12.2 8h2M3.6 3.6 5 5M11 11l1.4 1.400M12.4 3.6 11 5M5 11l-1.4 1.4"/></>,
  inbox: <><path d="M2 9h3.5l1 2h3l1-2H14M3.2 3h9.6L14 9v4H2V9z"/></>,
  instagram: <><rect x="2.5" y="2.5" width="11" height="11" rx="3"/><circle cx="8" cy="8" r="2.5"/><path d="M11.2 4.800h.01"/></>,
  lock: <><rect x="3.5" y="7" width="9" height="6.5" rx="1"/><path d="M5.5 7V5a2.5 2.5 0 0 1 5 0v2"/></>,
  mark: <><path d="M4 2.500h8v11L8 10.500l-4 3z"/></>,
  messenger: <><path d="M8 2c3.5 0 6 2.3 6 5.400s-2.5 5.4-6 5.400c-.7 0-1.3-.1-1.9-.3L3.8 13.800v-2.400C2.7 10.4 2 9 2 7.4 2 4.3 4.5 2 8 2z"/><path d="m4.8 8.7 2.2-2.3 1.9 1.6 2.3-1.8"/></>,
  moon: <><path d="M13 9.700A5.5 5.5 0 0 1 6.3 3a5.5 5.5 0 1 0 6.7 6.700z"/></>,
  more: <><path d="M3.5 8h.01M8 8h.01M12.5 8h.01" strokeWidth="2"/></>,
  next: <><path d="m6 3 5 5-5 5"/></>,
  none: <><circle cx="8" cy="8" r="5.5" strokeDasharray="2.6 2.2"/></>,
  offline: <><path d="M2 2l12 12M5 8.500a4.5 4.5 0 0 1 2-1M2.5 6A8.5 8.5 0 0 1 5 4.400M8 4c2 0 4 .7 5.5 2M9.5 7.800c.6.2 1.1.5 1.5.9M8 12h.01"/></>,
  panel: <><rect x="2" y="3" width="12" height="10" rx="1.5"/><path d="M10 3v10"/></>,
  pencil: <><path d="M3 13h2.500L13 5.5 10.5 3 3 10.500z"/></>,
  person: <><circle cx="8" cy="5" r="2.5"/><path d="M3 13.500c.5-3 2.3-4.5 5-4.500s4.5 1.5 5 4.5"/></>,
  phone: <><path d="M3.2 2.500h2.500l1.2 3-1.5 1.200a8 8 0 0 0 3.9 3.900l1.2-1.5 3 1.200v2.500c-6 .7-11-4.3-10.3-10.300z"/></>,
  photo: <><rect x="2" y="3" width="12" height="10" rx="1"/><circle cx="5.5" cy="6.5" r="1"/><path d="m2.5 12 4-3.5 2.5 2 2.5-2.5 2.5 2.5"/></>,
  plug: <><path d="M5.5 2v3M10.5 2v3M3.5 5h9v2.500a4.5 4.5 0 0 1-9 0zM8 12v2"/></>,
  plus: <><path d="M8 3v10M3 8h10"/></>,
  report: <><path d="M2.5 13.500h11M4.5 11V8M8 11V3.500M11.5 11V6"/></>,
  retry: <><path d="M13 8a5 5 0 1 1-1.6-3.700L13 5.800M13 2.800v3h-3"/></>,
  route: <><circle cx="3.5" cy="12.5" r="1.5"/><circle cx="12.5" cy="3.5" r="1.5"/><path d="M5 12.500h5.500a2.250 2.250 0 0 0 0-4.500h-5a2.250 2.250 0 0 1 0-4.500H11"/></>,
  search: <><circle cx="7" cy="7" r="4.5"/><path d="m10.5 10.5 3 3"/></>,
  send: <><path d="M14 2 2.5 6.5 7 9l2.5 4.500zM14 2 7 9"/></>,
  sent: <><path d="m4 8.5 2.8 2.800L12.5 5"/></>,
  slash: <><rect x="2.5" y="2.5" width="11" height="11" rx="2"/><path d="m9.5 5-3 6"/></>,
  smile: <><circle cx="8" cy="8" r="6"/><path d="M5.5 9.500c1.3 1.7 3.7 1.7 5 0M6 6.300h.01M10 6.300h.01"/></>,
  sms: <><path d="M2 3h12v8H7.500L4.5 13.500V11H2zM5.5 7h.01M8 7h.01M10.5 7h.01"/></>,
  snooze: <><circle cx="8" cy="9" r="4.8"/><path d="M8 6.500V9l1.5 1M2 4.5 4 2.800M14 4.500l-2-1.7"/></>,
  star: <><path d="m8 2 1.8 3.8 4.2.6-3 2.9.7 4.200L8 11.500l-3.7 2 .7-4.2-3-2.9 4.2-.6z"/></>,
  swap: <><path d="M2.5 5.500h10M10 3l2.5 2.500L10 8M13.5 10.500h-10M6 8l-2.5 2.500L6 13"/></>,
  team: <><circle cx="6" cy="5.5" r="2.5"/><path d="M1.5 13c.4-2.6 2-4 4.5-4s4.1 1.4 4.5 4M10.5 3.300a2.5 2.5 0 0 1 0 4.400M12.2 9.600c1.3.6 2 1.8 2.3 3.4"/></>,
  trash: <><path d="M3 4.500h10M6 4.500V3h4v1.500M4.5 4.500 5 13.500h6l.5-9M7 7v4M9 7v4"/></>,
  up: <><path d="m4 10 4-4 4 4"/></>,
  web: <><circle cx="8" cy="8" r="6"/><path d="M2 8h12M8 2c-3.6 3.8-3.6 8.2 0 12 3.6-3.8 3.6-8.2 0-12z"/></>,
  whatsapp: <><path d="M2.3 13.7 3.2 10.900A5.9 5.9 0 1 1 5.4 13z"/><path d="M6 5.800c0 2.4 1.9 4.2 4.3 4.300l.5-1.3-1.5-.8-.8.7c-.7-.3-1.1-.8-1.4-1.400l.7-.8-.7-1.400z" strokeWidth="1"/></>,
  x: <><path d="m4 4 8 8M12 4l-8 8"/></>,
};

export function Sprite() {
  return (
    <svg hidden>
      {Object.entries(shapes).map(([name, shape]) => <symbol key={name} id={"i-" + name} viewBox="0 0 16 16">{shape}</symbol>)}
    </svg>
  );
}

/** Decoration beside a word; say what it means in text, visible or for screen readers. */
export function Icon({ name, small = false, className = "" }) {
  return <svg className={`i ${small ? "s" : ""} ${className}`} aria-hidden="true"><use href={"#i-" + name} /></svg>;
}
