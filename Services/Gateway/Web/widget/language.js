/* Which words and which numbers: the page's attribute wins, then the browser, then what the site says, then English. */
import { isolated } from "../shared/text.js";
import ar from "./locales/ar.js";
import en from "./locales/en.js";

const tables = { ar, en };
const rightToLeft = ["ar"];

/** The first wish that has a table. `locale` keeps its region, because numbers and dates differ by it (ar-MA, en-GB). */
export function chooseLocale(wishes) {
  for (const wish of wishes) {
    const language = String(wish || "").toLowerCase().split(/[-_]/)[0];
    if (!tables[language]) continue;
    try {
      return { language, locale: new Intl.Locale(String(wish).replace(/_/g, "-")).toString() };
    } catch {
      return { language, locale: language };
    }
  }
  return { language: "en", locale: "en" };
}

export function createLanguage(wishes) {
  const { language, locale } = chooseLocale(wishes);
  const table = tables[language];
  const plural = new Intl.PluralRules(locale);
  const numbers = new Intl.NumberFormat(locale);
  const clock = new Intl.DateTimeFormat(locale, { timeStyle: "short" });
  const day = new Intl.DateTimeFormat(locale, { day: "numeric", month: "long" });
  const dayWithYear = new Intl.DateTimeFormat(locale, { day: "numeric", month: "long", year: "numeric" });
  const moment = new Intl.DateTimeFormat(locale, { dateStyle: "full", timeStyle: "short" });

  function say(key, values = {}) {
    let sentence = table[key];
    if (typeof sentence === "object") sentence = sentence[plural.select(values.n)] || sentence.other;
    return sentence.replace(/\{(\w+)\}/g, (_, name) => (name === "n" ? numbers.format(values.n) : isolated(values[name])));
  }

  /** A length of time as one rounds it when talking: seconds only where they matter, else minutes or hours, rounded up. */
  function duration(seconds, withSeconds = false) {
    const [value, unit] = withSeconds && seconds < 60 ? [seconds, "second"] : seconds < 5400 ? [seconds / 60, "minute"] : [seconds / 3600, "hour"];
    return new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "long", maximumFractionDigits: 0 }).format(Math.max(1, Math.ceil(value)));
  }

  function dayName(date, now) {
    const midnight = (value) => new Date(value.getFullYear(), value.getMonth(), value.getDate()).getTime();
    const days = Math.round((midnight(now) - midnight(date)) / 86_400_000);
    if (days === 0) return say("today");
    if (days === 1) return say("yesterday");
    return (date.getFullYear() === now.getFullYear() ? day : dayWithYear).format(date);
  }

  /** A time to come: the clock alone today, the weekday within a week, else the day. */
  function upcoming(date, now) {
    if (date.toDateString() === now.toDateString()) return clock.format(date);
    const isSoon = date - now < 6 * 86_400_000;
    return new Intl.DateTimeFormat(locale, { ...(isSoon ? { weekday: "long" } : { day: "numeric", month: "long" }), hour: "numeric", minute: "2-digit" }).format(date);
  }

  return {
    language,
    locale,
    direction: rightToLeft.includes(language) ? "rtl" : "ltr",
    say,
    duration,
    dayName,
    upcoming,
    number: (value) => numbers.format(value),
    time: (date) => clock.format(date),
    moment: (date) => moment.format(date),
  };
}
