import { useEffect, useRef, useState } from "react";
import { Icon } from "../shared/icons.jsx";
import { isKey } from "../shared/keys.js";
import { isolated } from "../shared/text.js";
import { callForOffer } from "./attention.js";
import { useNow, useSelect, useStore } from "./hooks.jsx";
import { channelIcons, channelNames } from "./words.js";

/** Below this the seconds left are said once more. Unit: seconds. */
const lastCall = 10;

const secondsLeft = (offer, now) => Math.max(0, Math.ceil((Date.parse(offer.expires_at) - now) / 1000));
const nameOf = (offer) => isolated(offer.customer_name) || "a visitor";

/** Conversations that this agent is asked to take, the one that runs out first on top. */
export function Offers() {
  const offers = useSelect((state) => state.offers);
  const now = useNow(1_000);
  const known = useRef(new Set());
  const [said, setSaid] = useState("");
  const open = offers.filter((offer) => Date.parse(offer.expires_at) > now).sort((one, other) => (one.expires_at < other.expires_at ? -1 : 1));
  const first = open[0];
  const calls = first && secondsLeft(first, now) <= lastCall;

  useEffect(() => {
    const fresh = open.filter((offer) => !known.current.has(offer.id));
    for (const offer of fresh) known.current.add(offer.id);
    if (fresh.length === 0) return;
    for (const offer of fresh) callForOffer(offer);
    setSaid(`You are asked to take ${nameOf(fresh[0])}, ${channelNames[fresh[0].channel] || fresh[0].channel}, priority ${fresh[0].priority}. ${secondsLeft(fresh[0], Date.now())} seconds to answer.`);
  }, [open.map((offer) => offer.id).join()]);
  useEffect(() => { if (calls) setSaid(`${lastCall} seconds left to answer ${nameOf(first)}.`); }, [calls, first?.id]);

  return (
    <>
      <div className="vh" role="status" aria-live="polite">{said}</div>
      {first && <section className="offer" aria-label={`Offer: ${nameOf(first)}`}><Offer key={first.id} offer={first} left={secondsLeft(first, now)} others={open.length - 1} /></section>}
    </>
  );
}

function Offer({ offer, left, others }) {
  const store = useStore();
  const [busy, setBusy] = useState(false);
  const [note, setNote] = useState(null);
  const whole = useRef(Math.max(1, left));
  const bar = useRef(null);
  useEffect(() => { bar.current.style.setProperty("--v", `${(left / whole.current) * 100}%`); }, [left]);
  async function answer(work) {
    setBusy(true);
    if (!(await work())) setBusy(false);
  }
  const decline = (event) => { event?.preventDefault(); answer(() => store.declineOffer(offer, note?.trim())); };
  return (
    <>
      <header className="row"><Icon name={channelIcons[offer.channel] || "chat"} /><h2 className="cut">{isolated(offer.customer_name) || "A visitor"}</h2><span className={left <= lastCall ? "num push warn strong" : "num push quiet"} aria-hidden="true">{left} s</span></header>
      <span className="bar" ref={bar} aria-hidden="true"><i /></span>
      <p className="small quiet">{channelNames[offer.channel] || offer.channel} · priority {offer.priority}{others > 0 ? ` · ${others} more after this` : ""}</p>
      {offer.note && <p className="small" dir="auto">{offer.note}</p>}
      {note !== null && (
        <form onSubmit={decline} className="field"><label htmlFor="decline-note">Why, for your supervisor</label><input className="input" id="decline-note" autoFocus maxLength={500} value={note} onChange={(event) => setNote(event.target.value)} onKeyDown={(event) => { if (isKey(event, "Escape")) { event.stopPropagation(); setNote(null); } }} /></form>
      )}
      <div className="row">
        <button className="btn main" type="button" data-offer-accept disabled={busy} onClick={() => answer(() => store.acceptOffer(offer))}>Accept<kbd>↵</kbd></button>
        <button className="btn" type="button" disabled={busy} onClick={() => decline()}>Decline</button>
        {note === null && <button className="btn s ghost push" type="button" onClick={() => setNote("")}>Say why</button>}
      </div>
    </>
  );
}

/** Enter accepts while nothing else on the page would take it. */
export function acceptsByEnter(event) {
  const button = document.querySelector("[data-offer-accept]");
  if (!isKey(event, "Enter") || event.repeat || !button || button.disabled || event.target.closest?.("a, button, summary, input, textarea, select, [role=separator]")) return false;
  button.click();
  return true;
}
