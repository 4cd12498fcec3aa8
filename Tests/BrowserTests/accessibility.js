/* What a person with a screen reader, a keyboard or weak eyes would stumble over, as far as a program can tell. Returns sentences. */
() => {
  const problems = [];
  const describe = (element) => `<${element.tagName.toLowerCase()}${element.id ? ` id=${element.id}` : ""}${element.className && typeof element.className === "string" ? ` class="${element.className}"` : ""}> ${(element.textContent || "").trim().slice(0, 40)}`;
  const all = (selector) => [...roots].flatMap((root) => [...root.querySelectorAll(selector)]);
  const roots = new Set([document]);
  for (const element of document.querySelectorAll("*")) if (element.shadowRoot) roots.add(element.shadowRoot);
  const isShown = (element) => element.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true }) && element.getClientRects().length > 0;

  if (!document.documentElement.lang) problems.push("The page names no language.");
  if (!document.title.trim()) problems.push("The page has no title.");

  for (const root of roots) {
    const seen = new Set();
    for (const { id } of root.querySelectorAll("[id]")) {
      if (seen.has(id)) problems.push(`The id ${id} is used twice.`);
      seen.add(id);
    }
    for (const element of root.querySelectorAll("[aria-labelledby], [aria-describedby], [aria-controls]")) {
      for (const name of ["aria-labelledby", "aria-describedby", "aria-controls"]) {
        for (const id of (element.getAttribute(name) || "").split(/\s+/).filter(Boolean)) if (!root.getElementById(id)) problems.push(`${name} names ${id}, which is not there: ${describe(element)}`);
      }
    }
  }

  function nameOf(element) {
    const root = element.getRootNode();
    const labelled = (element.getAttribute("aria-labelledby") || "").split(/\s+/).filter(Boolean).map((id) => root.getElementById(id)?.textContent || "").join(" ");
    return (element.getAttribute("aria-label") || labelled || [...(element.labels || [])].map((label) => label.textContent).join(" ") || textOf(element) || element.title || "").trim();
  }
  function textOf(element) {
    let text = "";
    for (const node of element.childNodes) {
      if (node.nodeType === Node.TEXT_NODE) text += node.data;
      else if (node.nodeType === Node.ELEMENT_NODE && node.getAttribute("aria-hidden") !== "true") text += node.tagName === "IMG" ? node.alt : textOf(node);
    }
    return text;
  }
  for (const element of all("a[href], button, input:not([type=hidden]), select, textarea, summary, iframe, [role=button], [role=region], [role=dialog], [role=log], [role=list][aria-label]")) {
    if (isShown(element) && !nameOf(element)) problems.push(`Without a name: ${describe(element)}`);
  }
  for (const image of all("img")) if (!image.hasAttribute("alt")) problems.push(`An image without a text: ${image.src}`);
  for (const element of all("[tabindex]")) if (element.tabIndex > 0) problems.push(`A place in the tab order by number: ${describe(element)}`);
  for (const element of all("[aria-hidden=true]")) {
    for (const inner of [element, ...element.querySelectorAll("a[href], button, input, select, textarea, [tabindex]")]) if (inner.tabIndex >= 0 && isShown(inner)) problems.push(`Reachable but hidden from screen readers: ${describe(inner)}`);
  }

  let level = 0;
  for (const heading of all("h1, h2, h3, h4, h5, h6").filter(isShown)) {
    const next = Number(heading.tagName[1]);
    if (level && next > level + 1) problems.push(`A heading of level ${next} follows one of level ${level}: ${describe(heading)}`);
    level = next;
  }
  if (!all("h1").some(isShown)) problems.push("No heading of the first level is shown.");
  if (!all("main, [role=main]").some(isShown)) problems.push("No main part is marked.");

  /* WCAG 2.2: targets of 24 px, or with that much room; here simply their size, links inside text excepted. */
  for (const element of all("button, input:not([type=hidden]):not([type=radio]):not([type=checkbox]), select, textarea, summary")) {
    if (!isShown(element) || element.closest("p, .meta, label")) continue;
    const { width, height } = element.getBoundingClientRect();
    if (width > 1 && (width < 24 || height < 24)) problems.push(`Smaller than 24 px (${Math.round(width)} × ${Math.round(height)}): ${describe(element)}`);
  }

  /* Contrast of text, where the ground is a plain colour. */
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 1;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  function rgba(colour) {
    context.clearRect(0, 0, 1, 1);
    context.fillStyle = colour;
    context.fillRect(0, 0, 1, 1);
    const [red, green, blue, alpha] = context.getImageData(0, 0, 1, 1).data;
    return [red, green, blue, alpha / 255];
  }
  const over = (front, back) => [0, 1, 2].map((index) => front[index] * front[3] + back[index] * (1 - front[3])).concat(1);
  function ground(element) {
    const layers = [];
    for (let at = element; at; at = at.parentElement || (at.getRootNode() instanceof ShadowRoot ? at.getRootNode().host : null)) {
      const style = getComputedStyle(at);
      if (style.backgroundImage !== "none") return null;
      const colour = rgba(style.backgroundColor);
      if (colour[3] > 0) layers.push(colour);
      if (colour[3] === 1) break;
    }
    const dark = getComputedStyle(document.documentElement).colorScheme.includes("dark") && matchMedia("(prefers-color-scheme: dark)").matches;
    return layers.reverse().reduce((back, front) => over(front, back), dark ? [18, 18, 18, 1] : [255, 255, 255, 1]);
  }
  const linear = (value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);
  const luminance = ([red, green, blue]) => 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
  for (const element of all("*")) {
    if (![...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim()) || !isShown(element) || element.closest("[disabled], .vh, .skip, script, style, noscript")) continue;
    const back = ground(element);
    if (!back) continue;
    const style = getComputedStyle(element);
    const [high, low] = [luminance(over(rgba(style.color), back)), luminance(back)].sort((one, other) => other - one);
    const ratio = (high + 0.05) / (low + 0.05);
    const size = parseFloat(style.fontSize);
    const least = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700) ? 3 : 4.5;
    if (ratio < least - 0.01) problems.push(`Contrast ${ratio.toFixed(2)}, at least ${least} is needed: ${describe(element)}`);
  }
  return problems;
}
