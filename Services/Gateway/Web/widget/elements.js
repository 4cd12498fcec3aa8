/* Small tools for the page. Text is only ever set as text, so nothing that a person wrote becomes markup. */

import { linkParts } from "../shared/text.js";

export const byId = (id) => document.getElementById(id);

export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in element) element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

export function icon(name) {
  const drawing = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  drawing.setAttribute("class", "i");
  drawing.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `#i-${name}`);
  drawing.append(use);
  return drawing;
}

/** Writes only what changed, so that live regions and selections are left alone. */
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** A message's text with its web addresses as links that tell the other page nothing about us. */
export function writeWithLinks(element, text) {
  if (element.textContent === text) return;
  element.replaceChildren(
    ...linkParts(text).map((part) => (part.address ? make("a", { href: part.address, target: "_blank", rel: "noopener noreferrer nofollow", textContent: part.text }) : part.text)),
  );
}

/** Makes `parent`'s children those of `rows`, in order; rows that stay keep their element. Whatever is gone leaves first, so nothing else moves. */
export function reconcile(parent, elements, rows, create, update) {
  const keys = new Set(rows.map((row) => row.key));
  for (const [key, element] of elements) {
    if (keys.has(key)) continue;
    element.remove();
    elements.delete(key);
  }
  let cursor = parent.firstChild;
  for (const row of rows) {
    let element = elements.get(row.key);
    if (!element) elements.set(row.key, (element = create(row)));
    update(element, row);
    if (element === cursor) cursor = cursor.nextSibling;
    else parent.insertBefore(element, cursor);
  }
}
