/* One accent colour of the site becomes the tokens that depend on it, readable in light and dark whatever was chosen. */

/** The product's own accent. Its dark twin was chosen by hand, so nothing is computed for it. */
const ownAccent = "#2a50b8";
const grounds = { light: "#ffffff", dark: "#1b1a18" };
const inks = { light: "#ffffff", dark: "#0f1730" };
/** The contrast asked of text in the accent. On dark ground 4.5 would be readable and still look dull. */
const wanted = { light: 4.5, dark: 7 };

/** WCAG 2.2, relative luminance: 0 black … 1 white. */
function luminance([red, green, blue]) {
  const linear = (value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
}

export function contrast(one, other) {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

export function parseColour(text) {
  const match = /^#?([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(String(text || "").trim());
  if (!match) return null;
  const digits = match[1].length === 3 ? match[1].replace(/./g, "$&$&") : match[1];
  return [0, 2, 4].map((index) => parseInt(digits.slice(index, index + 2), 16));
}

const mix = (one, other, share) => one.map((value, index) => Math.round(value + (other[index] - value) * share));
const css = (colour) => `#${colour.map((value) => value.toString(16).padStart(2, "0")).join("")}`;

/** Moves a colour away from its ground in steps of 4 % until text in it is readable. */
function readable(colour, ground, towards, least) {
  for (let share = 0; share < 1; share += 0.04) {
    const candidate = mix(colour, towards, share);
    if (contrast(candidate, ground) >= least) return candidate;
  }
  return towards;
}

/** The custom properties for one scheme, or null when the product's own accent stays, as it does when the text is no hexadecimal colour. */
export function accentTokens(text, scheme) {
  const chosen = parseColour(text);
  if (!chosen || css(chosen) === ownAccent) return null;
  const [ground, ink] = [parseColour(grounds[scheme]), parseColour(inks[scheme])];
  const towards = scheme === "light" ? [0, 0, 0] : [255, 255, 255];
  const accent = readable(chosen, ground, towards, wanted[scheme]);
  return {
    "--accent": css(accent),
    "--accent-hover": css(mix(accent, towards, 0.16)),
    "--accent-text": css(accent),
    "--focus": css(accent),
    "--on-accent": css(ink), // at least as dark (light) as the ground, so it is readable wherever the accent is
  };
}
