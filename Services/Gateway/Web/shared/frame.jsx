import { goToSignIn, request, signOut } from "./api.js";
import { Failed, useAnswer } from "./answer.jsx";
import { Icon, Sprite } from "./icons.jsx";
import { guardKeys } from "./keys.js";
import { Notice } from "./notice.jsx";
import { SectionLinks, SettingsLinks, Tabbar } from "./sections.jsx";
import { ThemeButton } from "./theme.jsx";
import { roleNames } from "./words.js";

guardKeys(window);

/**
 * Rail, main part and notice of a page that needs somebody signed in. `children(me)` is drawn once it is known who that is.
 * `page`: which one of the settings it is. `skip`: what the skip link says and the id it leads to. `live`: a word about the line, or nothing.
 */
export function Frame({ section, page = null, className = "", skip, live = null, children }) {
  const who = useAnswer((signal) => request("GET", "/api/auth/me", undefined, { signal }), "me");
  const me = who.value;
  return (
    <>
      <Sprite />
      <a className="skip" href={`#${skip.id}`} onClick={(event) => { event.preventDefault(); document.getElementById(skip.id)?.focus(); }}>{skip.text}</a>
      <div className={`shell ${className}`}>
        <nav className="rail" aria-label="Switchboard">
          <div className="brand"><Icon name="brand" /><span className="cut">{me?.client?.name || "Switchboard"}</span></div>
          {me && <SectionLinks me={me} current={section} />}
          {me && page && <SettingsLinks me={me} current={page} />}
          <div className="foot">
            <div className="live">{live}<ThemeButton /></div>
            {me && <div className="live who"><span className="cut" title={`${me.name}, ${roleNames[me.role]}`}>{me.name} · {roleNames[me.role]}</span><button className="btn s ghost push" type="button" onClick={leave}>Sign out</button></div>}
          </div>
        </nav>
        {me ? children(me) : who.problem
          ? <main className="whole-row" id={skip.id} tabIndex={-1}><Failed level="h1" title="The page did not open" problem={who.problem} onAgain={who.again} /></main>
          : <main className="whole-row late" aria-busy="true" aria-label="Opening" />}
        {me && <Tabbar me={me} current={section} page={page} />}
      </div>
      <Notice />
    </>
  );
}

async function leave() {
  try {
    await signOut();
  } finally {
    goToSignIn();
  }
}
