/*
 * <script src="https://…/widget.js" data-site="KEY" async></script>
 * Puts a launcher and the chat's frame into the company's page. Everything of it lives in a shadow tree with constructed style
 * sheets, which neither the page's styles nor its content security policy reach; the conversation itself is inside the frame,
 * which the page's scripts cannot read. Optional attributes: data-accent, data-position (start, end, left, right), data-locale, data-user-id, data-user-hash.
 * Pages that change their user without loading anew change these two, or call Switchboard.identify({ userId, userHash }) and Switchboard.signOut().
 */
import { launcherStyle } from "./launcher.js";

/** What the frame may take to say goodbye to a customer. Unit: milliseconds. */
const patience = 3000;

(function widget() {
  const script = document.currentScript || document.querySelector("script[data-site][src*='/widget.js']");
  const { site, accent, position, locale, userId, userHash } = script?.dataset || {};
  if (!site) return;
  if (window.Switchboard) return window.Switchboard.identify({ userId, userHash }); // the page has put the script in again
  const origin = new URL(script.src).origin;

  const make = (tag, properties = {}) => Object.assign(document.createElement(tag), properties);
  const svg = (paths) => {
    const drawing = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    drawing.setAttribute("viewBox", "0 0 16 16");
    drawing.setAttribute("aria-hidden", "true");
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    path.setAttribute("d", paths);
    drawing.append(path);
    return drawing;
  };

  const root = make("div");
  const shadow = root.attachShadow({ mode: "open" });
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(launcherStyle);
    shadow.adoptedStyleSheets = [sheet];
  } catch {
    shadow.append(make("style", { textContent: launcherStyle })); // Safari before 16.4; there the page's CSP must allow inline styles
  }

  const launcher = make("button", { type: "button", className: "launcher", hidden: true });
  const count = make("span", { className: "count", hidden: true });
  count.setAttribute("aria-hidden", "true");
  launcher.append(svg("M2 3h12v8.5H8.5L5 14v-2.5H2z"), svg("m4 6 4 4 4-4"), count);
  launcher.setAttribute("aria-expanded", "false");

  const frameAddress = (more) => `${origin}/widget/frame?site=${encodeURIComponent(site)}${more}#origin=${encodeURIComponent(location.origin)}`;
  const frame = make("iframe", { className: "frame", title: "Chat", src: frameAddress("") });
  shadow.append(launcher, frame);

  let isOpen = false;
  let isShown = false;
  let state = null;
  let user = userId ? { id: userId, hash: userHash || "" } : null;
  let turn = 0;
  let leaving = null;
  let takesFocus = false;

  /** Never half an emoji: no server takes that for text. */
  const cut = (text, most) => text.slice(0, most).replace(/[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g, "");
  const page = () => ({ url: cut(location.href, 2000), title: cut(document.title, 300), referrer: cut(document.referrer, 2000) });
  const say = (type, data = {}) => frame.contentWindow?.postMessage({ ...data, switchboard: 1, type }, origin);

  function setOpen(open, focus) {
    isOpen = open;
    apply();
    if (open && focus) frame.focus();
    say("open", { open, focus });
    if (!open && focus) launcher.focus();
  }

  function apply() {
    launcher.hidden = !isShown;
    launcher.setAttribute("aria-expanded", String(isOpen));
    const isTeasing = !isOpen && isShown && state?.teaser > 0;
    root.className = [isOpen && isShown && "open", isTeasing && "teasing"].filter(Boolean).join(" ");
    if (!state) return;
    const isReversed = getComputedStyle(document.documentElement).direction === "rtl"; // the page's layout decides where things are, not the visitor's language
    root.dir = isReversed ? "rtl" : "ltr";
    root.lang = state.language;
    root.dataset.position = state.position === "start" || state.position === (isReversed ? "right" : "left") ? "start" : "end";
    for (const [name, value] of Object.entries(state.colours)) root.style.setProperty(name, value);
    frame.style.blockSize = isTeasing ? `${state.teaser}px` : "";
    frame.title = state.title;
    launcher.setAttribute("aria-label", isOpen ? state.labels.close : state.labels.open);
    count.hidden = !state.unread || isOpen;
    count.textContent = state.unread > 99 ? "99+" : String(state.unread);
  }

  /** The frame starts anew, as somebody else or as nobody. */
  function begin(next) {
    clearTimeout(leaving?.timer);
    leaving = null;
    user = next;
    isOpen = isShown = false;
    state = null;
    turn += 1;
    frame.src = frameAddress(`&turn=${turn}`);
    apply();
  }

  /** What the browser keeps of the customer who was here goes first; a frame that does not answer is not waited for. */
  function leave(next) {
    if (leaving) return void (leaving.next = next);
    isOpen = isShown = false;
    apply();
    leaving = { next, timer: setTimeout(() => begin(leaving.next), patience) };
    say("signOut");
  }

  function identify({ userId: id, userHash: hash } = {}) {
    const next = id ? { id: String(id), hash: String(hash || "") } : null;
    const now = leaving ? leaving.next : user;
    if (next?.id === now?.id && next?.hash === now?.hash) return;
    if (user && next?.id !== user.id) leave(next);
    else if (leaving) leaving.next = next;
    else begin(next);
  }

  window.Switchboard = { identify, signOut: () => leave(null) };
  const identity = new MutationObserver(() => identify({ userId: script.dataset.userId, userHash: script.dataset.userHash }));
  identity.observe(script, { attributeFilter: ["data-user-id", "data-user-hash"] });

  launcher.addEventListener("click", () => setOpen(!isOpen, true));

  addEventListener("message", (event) => {
    if (event.origin !== origin || event.source !== frame.contentWindow || event.data?.switchboard !== 1) return;
    const { type } = event.data;
    if (type === "ready") {
      say("hello", { page: page(), locale: locale || "", accent: accent || "", position: position || "", user, focused: document.hasFocus() });
    } else if (type === "state") {
      state = event.data;
    } else if (type === "shown") {
      isShown = !leaving;
      apply();
      if (takesFocus) launcher.focus();
      takesFocus = false;
    } else if (type === "anonymous") {
      begin(null); // what was kept for the user stays untouched
    } else if (type === "forgotten") {
      takesFocus = isOpen && shadow.activeElement === frame; // whoever pressed the button in the panel goes on here
      begin(leaving ? leaving.next : user);
    } else if (type === "refused") {
      root.remove();
    } else if (type === "opened") {
      isOpen = event.data.open;
    } else if (type === "open") {
      setOpen(true, true);
    } else if (type === "close") {
      setOpen(false, true);
    } else if (type === "focus") {
      say("focus", { focused: document.hasFocus() });
    }
    apply();
  });

  for (const happening of ["focus", "blur"]) addEventListener(happening, () => say("focus", { focused: document.hasFocus() }));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && isOpen && event.composedPath()[0] === launcher) setOpen(false, true);
  });

  // A page that changes its address without loading anew (where the browser tells).
  window.navigation?.addEventListener("navigatesuccess", () => say("page", { page: page() }));

  // Beside the body and not in it: pages that exchange their whole body keep the chat.
  const put = () => document.documentElement.append(root);
  if (document.readyState === "loading") addEventListener("DOMContentLoaded", put);
  else put();
})();
