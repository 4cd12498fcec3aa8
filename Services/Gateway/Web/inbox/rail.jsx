import { useEffect, useRef } from "react";
import { goToSignIn, signOut } from "../shared/api.js";
import { Icon } from "../shared/icons.jsx";
import { isKey } from "../shared/keys.js";
import { SectionLinks } from "../shared/sections.jsx";
import { ThemeButton } from "../shared/theme.jsx";
import { atSecond } from "../shared/time.js";
import { useSelect, useStore } from "./hooks.jsx";
import { notificationsAreOn, prefer, switchDesktopNotifications, usePreferences } from "./preferences.js";
import { linkTo, useRoute } from "./route.js";
import { initials, presenceDots, presenceNames, viewNames } from "./words.js";

const viewIcons = { mine: "inbox", unassigned: "none", all: "all" };

export function Rail() {
  const me = useSelect((state) => state.me);
  const route = useRoute();
  const counts = useSelect((state) => state.counts);
  const teams = useSelect((state) => state.teams);
  const unread = useUnread();
  return (
    <nav className="rail" aria-label="Switchboard">
      <div className="brand"><Icon name="brand" /><span className="cut">{me.client?.name || "Switchboard"}</span></div>
      <SectionLinks me={me} current="inbox" links={{ inbox: linkTo({ id: null }) }} />
      <section aria-labelledby="heading-views">
        <h2 id="heading-views">Views</h2>
        <ul>
          {Object.keys(viewNames).map((view) => (
            <li key={view}>
              <a {...linkTo({ filter: { ...route.filter, view } })} aria-current={route.filter.view === view ? "true" : undefined}>
                <Icon name={viewIcons[view]} /><span className="cut">{viewNames[view]}</span>
                {counts && <span className={view === "mine" && unread > 0 ? "n hot" : "n"}>{counts[view]}</span>}
              </a>
            </li>
          ))}
        </ul>
      </section>
      {teams?.length > 0 && (
        <section aria-labelledby="heading-teams">
          <h2 id="heading-teams">Waiting for teams</h2>
          <ul>
            {teams.map((team) => (
              <li key={team.id}><a href={`/queue?team_id=${team.id}`}><Icon name="team" /><span className="cut">{team.name}</span><span className={team.waiting_count ? "n hot" : "n"}>{team.waiting_count}<span className="vh"> waiting</span></span></a></li>
            ))}
          </ul>
        </section>
      )}
      <div className="foot">
        <div className="live"><LiveDot /><ThemeButton /></div>
        <Presence />
      </div>
    </nav>
  );
}

/** Unread messages in this agent's own conversations. */
export function useUnread() {
  return useSelect((state) => {
    let count = 0;
    for (const session of Object.values(state.sessions)) if (session.agent?.id === state.me?.id && session.status !== "closed") count += session.unread_count || 0;
    return count;
  });
}

function LiveDot() {
  const connection = useSelect((state) => state.connection);
  if (connection.phase === "live") {
    return <span className="conn" title={`Connected. The list is complete up to ${atSecond(connection.completeUpTo)}.`}><span className="dot on" />Live</span>;
  }
  return <span className="conn lost"><span className="dot away" />{connection.lostAt ? "Reconnecting" : "Connecting"}</span>;
}

function Presence() {
  const me = useSelect((state) => state.me);
  const presence = useSelect((state) => state.presence);
  const details = useRef(null);
  useEffect(() => {
    const close = (event) => {
      if (details.current?.open && (event.type === "keydown" ? isKey(event, "Escape") : !details.current.contains(event.target))) {
        details.current.open = false;
        if (event.type === "keydown") { event.stopImmediatePropagation(); details.current.querySelector("summary").focus(); }
      }
    };
    addEventListener("pointerdown", close);
    addEventListener("keydown", close, true);
    return () => { removeEventListener("pointerdown", close); removeEventListener("keydown", close, true); };
  }, []);
  const word = presence ? presenceNames[presence.status] || presence.status : me.role;
  return (
    <details className="pres" ref={details}>
      <summary aria-label={`You: ${me.name}, ${word}. ${presenceLine(presence)}`}>
        <span className="ava me">{initials(me.name)}{presence && <span className={`dot ${presenceDots[shownPresence(presence)]}`} />}</span>
        <span className="cut"><b className="cut">{me.name}</b><small title={noWorkReason(presence) || undefined}>{presence ? presenceLine(presence) : roleLine(me)}</small></span>
        <Icon name="up" small className="push quiet" />
      </summary>
      <div className="pop"><YouMenu /></div>
    </details>
  );
}

/** Who chose online but has no live line counts as offline for the service; the dot says what the service thinks. */
function shownPresence(presence) {
  return presence.status === "online" && presence.effective_status ? presence.effective_status : presence.status;
}

function presenceLine(presence) {
  if (!presence) return "";
  const word = presenceNames[presence.status] || presence.status;
  if (presence.status === "online" && presence.effective_status === "offline") return `${word}, not connected yet`;
  return Number.isInteger(presence.capacity) ? `${word} · ${presence.load} of ${presence.capacity} chats` : word;
}

const roleLine = (me) => me.role.charAt(0).toUpperCase() + me.role.slice(1);

/** Why no conversation comes, or nothing while some may. */
export function noWorkReason(presence) {
  if (!presence) return null;
  if (presence.reason) return presence.reason;
  if (presence.status !== "online") return `You are ${presenceNames[presence.status]?.toLowerCase() || presence.status}, so no new conversation comes.`;
  if (presence.effective_status === "offline") return "Your line is not there yet, so no new conversation comes.";
  if (Number.isInteger(presence.capacity) && presence.load >= presence.capacity) return presence.capacity === 0 ? "You have no room for conversations. Ask a supervisor." : `You are full: ${presence.load} of ${presence.capacity}. The next one comes when you resolve one.`;
  return null;
}

/** Presence, preferences, leaving: in the rail, and as a dialog on phones. */
export function YouMenu() {
  const store = useStore();
  const presence = useSelect((state) => state.presence);
  const preferences = usePreferences();

  async function leave() {
    const kept = store.state.outbox.length;
    if (kept > 0) {
      store.say(`${kept === 1 ? "1 reply is" : `${kept} replies are`} not sent yet. Wait for the line or discard ${kept === 1 ? "it" : "them"}, then sign out.`, { bad: true });
      return;
    }
    // What was being written stays, under this person's id: other tabs may be in the middle of it, and nobody else is shown it.
    try {
      await store.leave();
      await signOut();
    } finally {
      goToSignIn();
    }
  }

  async function desktop(on) {
    const granted = await switchDesktopNotifications(on);
    if (on && !granted) store.say("Your browser does not allow notifications from here. Allow them in its site settings, then try again.", { bad: true });
  }

  return (
    <div className="menu">
      {presence && (
        <fieldset>
          <legend className="vh">Presence</legend>
          {Object.keys(presenceNames).map((status) => (
            <label key={status}>
              <input type="radio" name="presence" checked={presence.status === status} onChange={() => store.setPresence(status)} />
              <span className={`dot ${presenceDots[status]}`} />{presenceNames[status]}
            </label>
          ))}
        </fieldset>
      )}
      {noWorkReason(presence) && <p className="why-not" role="status">{noWorkReason(presence)}</p>}
      {presence && <hr />}
      <label className="check">Sound<input type="checkbox" checked={preferences.sound} onChange={(event) => prefer({ sound: event.target.checked })} /></label>
      <label className="check">Desktop notifications<input type="checkbox" checked={notificationsAreOn(preferences)} onChange={(event) => desktop(event.target.checked)} /></label>
      <label className="check">Enter sends<input type="checkbox" checked={preferences.enterSends} onChange={(event) => prefer({ enterSends: event.target.checked })} /></label>
      <hr />
      <button className="plain" type="button" onClick={leave}>Sign out</button>
    </div>
  );
}
