import { useEffect, useState } from "react";
import { Icon } from "../shared/icons.jsx";
import { isKey } from "../shared/keys.js";
import { useOnePane } from "../shared/media.js";
import { Problem } from "../shared/problem.js";
import { isolated } from "../shared/text.js";
import { inFull, inZone, shortMoment } from "../shared/time.js";
import { Confirm } from "./dialogs.jsx";
import { useNow, useSelect, useStore } from "./hooks.jsx";
import { linkTo, useRoute } from "./route.js";
import { Why } from "./why.jsx";
import { channelIcons, customerName, initials, languageName, statusNames } from "./words.js";

/** How often the open customer is looked at again: the page they are on moves without a frame. Unit: milliseconds. */
const refreshInterval = 30_000;

/** How an address came to be known, in words for whoever is about to write to it. */
const provenanceWords = { claimed: "Typed by the visitor, not checked", verified: "Vouched for by your website", entered: "Entered by your team" };
const addressNames = { email: "e-mail address", phone: "phone number" };

const monthOf = (time) => new Intl.DateTimeFormat("en-GB", { month: "long", year: "numeric" }).format(new Date(time));

export function CustomerPanel() {
  const store = useStore();
  const { id, details } = useRoute();
  const session = useSelect((state) => state.sessions[id]);
  const customerID = session?.customer.id;
  const entry = useSelect((state) => (customerID ? state.customers[customerID] : undefined));
  const live = useSelect((state) => state.connection.phase === "live");
  const alone = useOnePane() && details;
  const now = useNow(refreshInterval);
  useEffect(() => { if (customerID && live && document.visibilityState === "visible") store.loadCustomer(customerID); }, [now]);

  return (
    <aside className="side scroll" id="details" role={alone ? "main" : undefined} aria-label="Customer details">
      <header className="head only-n"><a className="btn icon ghost" {...linkTo({ details: false })} aria-label="Back to the conversation"><Icon name={details ? "x" : "back"} /></a>{alone ? <h1>Details</h1> : <h2>Details</h2>}</header>
      {!id || !customerID ? <div className="void">{id ? null : <><Icon name="person" /><h2>Who it is</h2><p>Their name, the page they are on and earlier conversations appear here.</p></>}</div>
        : entry?.value ? <Person key={customerID} customer={entry.value} stale={Boolean(entry.problem)} currentID={id} session={session} />
          : entry?.phase === "error" ? (
            <div className="void" role="alert"><Icon name="alert" /><h2>The details did not load</h2><p>{entry.problem.message}</p><button className="btn" type="button" onClick={() => store.loadCustomer(customerID)}><Icon name="retry" />Try again</button></div>
          ) : <div className="person late" aria-busy="true" aria-label="Loading details"><div className="skm"><span className="sk av" /><div><span className="sk" /><span className="sk" /></div></div><span className="sk" /></div>}
    </aside>
  );
}

function Person({ customer, stale, currentID, session }) {
  const store = useStore();
  const me = useSelect((state) => state.me);
  const now = useNow();
  const [editing, setEditing] = useState(false);
  const [asksToBlock, setAsksToBlock] = useState(false);
  const name = customerName(customer);
  const zone = customer.attributes?.time_zone || customer.attributes?.timezone;
  const localTime = zone ? inZone(now, zone) : null;
  const page = customer.page;
  const others = (customer.sessions || []).filter((session) => session.id !== currentID);
  const mayChange = me.role !== "viewer";
  return (
    <>
      <div className="person">
        <div className="row"><span className="ava cust l" aria-hidden="true">{initials(name)}</span>
          <div className="cut"><h2 className="cut">{name}</h2><p className="small quiet cut">Customer since {monthOf(customer.created_at)}</p></div>
          {mayChange && !editing && <button className="btn s icon ghost push" type="button" aria-label="Edit customer" title="Edit customer" onClick={() => setEditing(true)}><Icon name="pencil" /></button>}
        </div>
        {editing ? <EditCustomer customer={customer} onDone={() => setEditing(false)} /> : (
          <dl className="facts">
            <dt>Email</dt><dd>{customer.email ? <><a className="cut" href={`mailto:${customer.email}`} title={customer.email}>{customer.email}</a><Provenance customer={customer} field="email" mayChange={mayChange} /></> : <span className="quiet">Not known</span>}</dd>
            {customer.phone && <><dt>Phone</dt><dd><a href={`tel:${customer.phone}`}>{customer.phone}</a><Provenance customer={customer} field="phone" mayChange={mayChange} /></dd></>}
            {customer.locale && <><dt>Language</dt><dd>{languageName(customer.locale)}</dd></>}
            {localTime && <><dt>Local time</dt><dd>{localTime}, {zone.split("/").pop().replaceAll("_", " ")}</dd></>}
            {page?.url && <><dt>On page</dt><dd><PageLink url={page.url} title={page.title} /></dd></>}
            {page?.referrer && <><dt>Came from</dt><dd className="cut" title={page.referrer}>{hostOf(page.referrer)}</dd></>}
            {customer.last_seen_at && <><dt>Last seen</dt><dd><time dateTime={customer.last_seen_at} title={inFull(customer.last_seen_at)}>{shortMoment(customer.last_seen_at, now)}</time></dd></>}
          </dl>
        )}
        {stale && <p className="hint row"><Icon name="offline" small />Not fresh: the last look at it failed.</p>}
      </div>
      <Why key={currentID} session={session} />
      <details className="sec" open><summary><Icon name="down" className="tw" /><h3>Other conversations</h3><span className="quiet small push">{others.length || "None"}</span></summary>
        {others.length === 0 ? <p className="quiet small">This is the first one.</p> : (
          <ul className="others">
            {others.map((session) => (
              <li key={session.id}><a {...linkTo({ id: session.id })}><Icon name={channelIcons[session.channel] || "chat"} /><span className="cut">{isolated(session.subject) || statusNames[session.status] || "Conversation"}</span><time className="quiet small" dateTime={session.last_activity_at} title={inFull(session.last_activity_at)}>{shortMoment(session.last_activity_at, now)}</time></a></li>
            ))}
          </ul>
        )}
      </details>
      {mayChange && (
        <details className="sec" open={customer.blocked || undefined}><summary><Icon name="down" className="tw" /><h3>Access</h3>{customer.blocked && <span className="chip bad push">Blocked</span>}</summary>
          {customer.blocked
            ? <><p className="soft">What {name} writes is refused until somebody unblocks them.</p><p><button className="btn s" type="button" onClick={() => store.unblock(customer.id)}>Unblock</button></p></>
            : <><p className="soft">A blocked customer cannot write to you any more.</p><p><button className="btn s danger" type="button" onClick={() => setAsksToBlock(true)}>Block {name}</button></p></>}
        </details>
      )}
      {asksToBlock && <Confirm title={`Block ${name}?`} text="Their messages are refused from now on, on every page. You can unblock them at any time." label="Reason, for your colleagues" action="Block" onClose={() => setAsksToBlock(false)} onConfirm={(reason) => store.block(customer.id, reason)} />}
    </>
  );
}

/** How an address came to be known. A claim may be anybody's until somebody of the company confirms it. */
function Provenance({ customer, field, mayChange }) {
  const store = useStore();
  const [busy, setBusy] = useState(false);
  const provenance = customer[`${field}_provenance`];
  const words = provenanceWords[provenance];
  if (!words) return null;

  async function confirm() {
    if (busy) return;
    setBusy(true);
    await store.act(() => store.saveCustomer(customer.id, { [field]: customer[field] }));
    setBusy(false);
  }

  return (
    <p className={`hint from ${provenance}`}>
      <Icon name={provenance === "claimed" ? "alert" : "check"} small />
      <span><span className="vh">{`How the ${addressNames[field]} is known: `}</span>{words}</span>
      {provenance === "claimed" && mayChange && <button className="btn s" type="button" disabled={busy} aria-label={`Confirm the ${addressNames[field]} ${customer[field]}`} onClick={confirm}>Confirm</button>}
    </p>
  );
}

function PageLink({ url, title }) {
  const web = /^https?:/i.test(url);
  const text = isolated(title) || pathOf(url);
  return web ? <a href={url} target="_blank" rel="noopener noreferrer" title={url}>{text}</a> : <span title={url}>{text}</span>;
}

function pathOf(url) {
  try {
    return new URL(url).pathname;
  } catch {
    return url;
  }
}

function hostOf(url) {
  try {
    return new URL(url).host;
  } catch {
    return url;
  }
}

function EditCustomer({ customer, onDone }) {
  const store = useStore();
  const [values, setValues] = useState({ name: customer.name || "", email: customer.email || "", phone: customer.phone || "" });
  const [errors, setErrors] = useState({});
  const [busy, setBusy] = useState(false);
  const wrongEmail = (email) => (email.trim() && !/^\S+@\S+$/.test(email.trim()) ? "This is not an e-mail address." : undefined);

  async function save(event) {
    event.preventDefault();
    const found = { email: wrongEmail(values.email) };
    setErrors(found);
    if (busy || found.email) return;
    const change = Object.fromEntries(Object.entries(values).map(([field, value]) => [field, value.trim()]).filter(([field, value]) => value !== (customer[field] || "")));
    if (Object.keys(change).length === 0) return onDone();
    setBusy(true);
    try {
      await store.saveCustomer(customer.id, change);
      onDone();
    } catch (error) {
      const named = error instanceof Problem ? Object.keys(error.fields)[0] : undefined;
      setErrors(named ? error.fields : { all: `${error.message} Nothing was changed.` });
      setBusy(false);
      document.getElementById(`customer-${named || "name"}`)?.focus();
    }
  }

  return (
    <form onSubmit={save} noValidate onKeyDown={(event) => { if (isKey(event, "Escape")) { event.stopPropagation(); onDone(); } }}>
      {[["name", "Name", "text", "name"], ["email", "Email", "email", "off"], ["phone", "Phone", "tel", "off"]].map(([field, label, type], index) => (
        <div className="field" key={field}>
          <label htmlFor={`customer-${field}`}>{label}</label>
          <input className="input" id={`customer-${field}`} type={type} autoComplete="off" autoFocus={index === 0} value={values[field]} aria-invalid={Boolean(errors[field])} aria-describedby={errors[field] ? `customer-${field}-note` : undefined}
            onChange={(event) => setValues({ ...values, [field]: event.target.value })} onBlur={() => field === "email" && setErrors({ ...errors, email: wrongEmail(values.email) })} />
          {errors[field] && <p className="err" id={`customer-${field}-note`}><Icon name="alert" small /><span>{errors[field]}</span></p>}
        </div>
      ))}
      {errors.all && <p className="err" role="alert"><Icon name="alert" small /><span>{errors.all}</span></p>}
      <div className="row"><button className="btn s main" type="submit" disabled={busy}>{busy ? "Saving" : "Save"}</button><button className="btn s ghost" type="button" onClick={onDone}>Cancel</button></div>
    </form>
  );
}
