/* The frame's page: draws what it is told and says what the visitor did. It decides nothing. */
import { isKey } from "../shared/keys.js";
import { byId, icon, make, reconcile, write, writeWithLinks } from "./elements.js";

const marks = { sending: "clock", waits: "clock", paused: "clock", held: "clock", sent: "sent", delivered: "double", read: "double", failed: "alert" };
/** A letter, a sign, an emoji: something that is seen. Spaces, fillers and joiners alone are no message. */
const visibleSign = /[^\p{White_Space}\p{Default_Ignorable_Code_Point}\p{Control}\u2800]/u;
/** How far from its end the thread may be scrolled and still follows new messages. Unit: CSS pixels. */
const followWithin = 64;

/** `actions`: send(text), typing(), close(), earlier(), saveContact({name, email}), changeContact(), startNew(), forget(), retry(id), discard(id), seen(rows) */
export function createView(language, actions) {
  const { say } = language;
  const elements = new Map();
  const visible = new Set();
  const parts = Object.fromEntries(
    ["chat", "name", "dot", "presence", "close", "scroll", "earlier", "greeting", "log", "typing", "facts", "contact", "newest", "status", "composer", "text", "send", "footer", "teaser", "forget"].map((id) => [id, byId(id)]),
  );
  const email = byId("contact-email");
  const emailError = byId("contact-error");
  const contactName = byId("contact-name");
  const kept = byId("contact-kept");

  document.documentElement.lang = language.locale;
  document.documentElement.dir = language.direction;
  const label = (element, key) => {
    element.setAttribute("aria-label", say(key));
    element.title = say(key);
  };
  label(parts.close, "close");
  label(parts.send, "send");
  parts.scroll.setAttribute("aria-label", say("conversation"));
  parts.log.setAttribute("aria-label", say("messages"));
  parts.text.setAttribute("aria-label", say("write"));
  parts.text.placeholder = say("write");
  write(parts.earlier, say("earlier"));
  write(parts.newest.querySelector("span"), say("newest"));
  write(parts.contact.querySelector("[for=contact-name]"), say("name"));
  contactName.placeholder = say("optional");
  write(parts.contact.querySelector("[for=contact-email]"), say("email"));
  write(parts.contact.querySelector("button"), say("save"));
  write(kept.querySelector("button"), say("change"));
  write(parts.footer.querySelector("button"), say("startNew"));
  write(parts.forget, say("forget"));
  parts.teaser.lastElementChild.setAttribute("aria-label", say("hide"));

  /* What the visitor does. */
  function submit(event) {
    event?.preventDefault();
    const text = parts.text.value.trim();
    if (visibleSign.test(text) && actions.send(text)) {
      parts.text.value = "";
      grow();
      toEnd();
    }
    parts.text.focus();
  }
  function grow() {
    parts.text.dir = parts.text.value ? "auto" : ""; // empty, the placeholder follows the page
    parts.text.style.blockSize = "auto";
    parts.text.style.blockSize = `${parts.text.scrollHeight}px`;
  }
  parts.composer.addEventListener("submit", submit);
  parts.text.addEventListener("keydown", (event) => {
    if (!isKey(event, "Enter") || event.shiftKey) return;
    if (event.repeat) event.preventDefault(); // held too long: one message, not many
    else submit(event);
  });
  parts.text.addEventListener("input", () => {
    grow();
    actions.typing(parts.text.value);
  });
  parts.close.addEventListener("click", () => actions.close());
  document.addEventListener("keydown", (event) => {
    if (isKey(event, "Escape")) actions.close();
  });
  parts.earlier.addEventListener("click", () => actions.earlier());
  parts.scroll.addEventListener("scroll", () => {
    if (isAtEnd()) parts.newest.hidden = true;
  });
  parts.newest.addEventListener("click", () => {
    toEnd();
    parts.text.focus();
  });
  parts.footer.querySelector("button").addEventListener("click", () => {
    actions.startNew();
    parts.text.focus();
  });
  // Asked once more in its own place; whoever goes elsewhere has not meant it.
  let isForgetting = false;
  function askForgetting(asks) {
    isForgetting = asks;
    write(parts.forget, say(asks ? "forgetSure" : "forget"));
    parts.forget.classList.toggle("asks", asks);
  }
  parts.forget.addEventListener("keydown", (event) => {
    if (event.repeat) event.preventDefault(); // a key that is held has not read the question
  });
  parts.forget.addEventListener("click", (event) => {
    if (event.detail > 1) return; // nor has a double click
    if (isForgetting) actions.forget();
    askForgetting(!isForgetting);
    parts.forget.focus(); // a browser that does not give a pressed button the focus would not tell when it goes elsewhere
  });
  parts.forget.addEventListener("blur", () => askForgetting(false));
  parts.teaser.firstElementChild.addEventListener("click", () => actions.open());
  parts.teaser.lastElementChild.addEventListener("click", () => actions.hideTeaser());

  function checkEmail() {
    const value = email.value.trim();
    const [before, after] = [value.split("@")[0], value.slice(value.lastIndexOf("@") + 1)];
    let problem = "";
    if (!value) problem = say("emailMissing");
    else if (!value.includes("@")) problem = say("emailEnd", { part: value });
    else if (!before) problem = say("emailStart", { part: value });
    else if (!/^[^.\s@]+(\.[^.\s@]+)+$/.test(after)) problem = say("emailEnd", { part: after || `${before}@` });
    showEmailProblem(problem);
    return !problem;
  }
  function showEmailProblem(problem) {
    if (problem) email.setAttribute("aria-invalid", "true");
    else email.removeAttribute("aria-invalid");
    emailError.replaceChildren(...(problem ? [icon("alert"), make("span", { textContent: problem })] : []));
  }
  email.addEventListener("blur", () => email.value.trim() && checkEmail());
  email.addEventListener("input", () => showEmailProblem(""));
  parts.contact.addEventListener("submit", (event) => {
    event.preventDefault();
    if (checkEmail()) {
      actions.saveContact({ name: contactName.value.trim(), email: email.value.trim() });
      parts.text.focus();
    } else {
      email.focus();
    }
  });
  kept.querySelector("button").addEventListener("click", () => {
    actions.changeContact();
    email.focus();
  });

  /* Of which messages of the other side the end is in sight, however tall they are; the caller decides when that means read. */
  const watcher = new IntersectionObserver(
    (changes) => {
      for (const change of changes) {
        if (change.isIntersecting) visible.add(change.target);
        else visible.delete(change.target);
      }
      actions.seen(highestVisible());
    },
    { root: parts.scroll },
  );
  function highestVisible() {
    let highest = 0;
    for (const end of visible) if (end.isConnected) highest = Math.max(highest, Number(end.parentElement.dataset.sequence) || 0);
    return highest;
  }

  const isAtEnd = () => parts.scroll.scrollHeight - parts.scroll.scrollTop - parts.scroll.clientHeight < followWithin;
  function toEnd() {
    parts.scroll.scrollTop = parts.scroll.scrollHeight;
    parts.newest.hidden = true;
  }

  function createRow(row) {
    if (row.kind === "day") return make("p", { className: "day" });
    if (row.kind === "event") return make("p", { className: "event", dir: "auto" });
    const element = make("div", { className: "message" }, make("bdi", { className: "by" }), make("div", { className: "bubble", dir: "auto" }), make("div", { className: "meta" }), make("i", { className: "end" }));
    if (!row.mine) watcher.observe(element.lastElementChild);
    return element;
  }

  function updateRow(element, row) {
    if (row.kind !== "message") return write(element, row.text);
    const unsent = ["sending", "waits", "paused", "held", "failed"].includes(row.mark);
    element.className = ["message", row.mine && "mine", row.first && "first", row.removed && "removed", unsent && row.mark !== "sending" && (row.mark === "failed" ? "failed" : "waiting")].filter(Boolean).join(" ");
    element.dataset.id = row.key;
    element.dataset.state = row.mark;
    if (row.sequence && row.sequence !== Infinity && row.current) element.dataset.sequence = row.sequence;
    else delete element.dataset.sequence;
    const [by, bubble, meta] = element.children;
    by.hidden = !row.first;
    by.className = row.mine ? "by vh" : "by";
    write(by, row.mine ? say("you") : row.author);
    writeWithLinks(bubble, row.text);
    meta.hidden = !row.last;
    const signature = [row.mark, row.edited, row.failed, row.at.getTime()].join(" ");
    if (meta.dataset.signature === signature) return;
    meta.dataset.signature = signature;
    const time = make("time", { dateTime: row.at.toISOString(), title: language.moment(row.at), textContent: language.time(row.at) });
    const between = () => make("span", { "aria-hidden": "true", textContent: "·" });
    const pieces = unsent ? [] : [time];
    if (row.edited) pieces.push(between(), say("edited"));
    if (row.mine && row.mark) {
      if (unsent) pieces.push(icon(marks[row.mark]), say(row.mark));
      else pieces.push(between(), say(row.mark), icon(marks[row.mark]));
    }
    if (row.failed) {
      pieces.push(
        make("span", { dir: "auto", textContent: row.failed }),
        make("button", { className: "link", type: "button", textContent: say("again"), onclick: () => actions.retry(row.key) }),
        make("button", { className: "link", type: "button", textContent: say("discard"), onclick: () => actions.discard(row.key) }),
      );
    }
    meta.replaceChildren(...pieces);
  }

  function fact(name, text) {
    return make("li", {}, icon(name), make("span", { textContent: text }));
  }

  return {
    /** Draws everything. `model` names each visible part; see frame.js. */
    draw(model) {
      const following = isAtEnd();
      const top = parts.scroll.scrollTop;
      const anchor = following ? null : [...parts.log.children].find((element) => element.offsetTop >= top && element.className !== "day");
      const anchorTop = anchor?.offsetTop;
      const newestBefore = parts.log.lastElementChild;

      parts.chat.hidden = model.mode === "teaser";
      parts.teaser.hidden = model.mode !== "teaser";
      document.title = model.title;
      write(parts.name, model.name);
      write(parts.presence, model.presence);
      parts.dot.className = model.isOn ? "dot on" : "dot";
      parts.greeting.hidden = !model.greeting;
      write(parts.greeting.firstElementChild, model.greeting || "");
      parts.forget.hidden = !model.canForget;
      parts.earlier.hidden = !model.hasEarlier;
      parts.earlier.disabled = model.isLoadingEarlier;
      parts.log.setAttribute("aria-busy", String(model.isLoading));
      reconcile(parts.log, elements, model.rows, createRow, updateRow);
      parts.typing.hidden = !model.typing;
      write(parts.typing.lastElementChild, model.typing || "");
      parts.facts.hidden = !model.facts.length;
      const facts = model.facts.map((text) => text.join(" ")).join("\n");
      if (parts.facts.dataset.signature !== facts) {
        parts.facts.dataset.signature = facts;
        parts.facts.replaceChildren(...model.facts.map(([name, text]) => fact(name, text)));
      }
      parts.contact.hidden = !model.asksContact;
      write(byId("contact-why"), say("leaveEmail"));
      kept.hidden = !model.keptEmail;
      write(kept.querySelector("span"), model.keptEmail || "");

      const notice = parts.status.firstElementChild;
      if (!model.notice) notice?.remove();
      else if (!notice) parts.status.append(make("p", { className: "notice" }, icon("offline"), make("span", { textContent: model.notice })));
      else write(notice.lastElementChild, model.notice);

      parts.composer.hidden = Boolean(model.footer);
      parts.footer.hidden = !model.footer;
      write(parts.footer.firstElementChild, model.footer?.text || "");
      parts.footer.lastElementChild.hidden = !model.footer?.canStart;

      if (model.teaser) {
        write(parts.teaser.firstElementChild.firstElementChild, model.teaser.name);
        write(parts.teaser.firstElementChild.lastElementChild, model.teaser.text);
      }

      if (following) toEnd();
      else {
        if (anchor?.isConnected) parts.scroll.scrollTop += anchor.offsetTop - anchorTop; // what is being read stays where it is
        if (newestBefore !== parts.log.lastElementChild) parts.newest.hidden = false;
      }
    },
    toEnd,
    focus: () => (parts.composer.hidden ? parts.close : parts.text).focus(),
    draft(text) {
      parts.text.value = text;
      grow();
    },
    contact({ name, email: address }) {
      contactName.value = name || "";
      email.value = address || "";
    },
    showEmailProblem,
    highestVisible,
    hasFocus: () => document.hasFocus(),
    teaserSize: () => parts.teaser.offsetHeight + 36,
  };
}
