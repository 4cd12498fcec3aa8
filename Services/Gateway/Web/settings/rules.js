/* What the forms check before the service does. */

/** Scheme, host and port in their normal form, or null. A pasted address with only a slash behind it is fine. */
export function originOf(text) {
  try {
    const address = new URL(text);
    const plain = (address.protocol === "https:" || address.protocol === "http:") && !address.username && !address.password && address.pathname === "/" && !address.search && !address.hash && !address.host.includes("*");
    return plain ? address.origin : null;
  } catch {
    return null;
  }
}

/** WCAG contrast of a colour like #1a2b3c with white, 1 to 21. */
export function contrastWithWhite(colour) {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const part = parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05);
}

/** The form's field that a problem names: `allowed_origins[1]` belongs to `allowed_origins`. */
export function fieldOf(name, fields) {
  return fields.find((field) => name === field || name.startsWith(`${field}[`) || name.startsWith(`${field}.`));
}
