/* Times in words. The viewer's clock and zone; absolute times name the zone. 24 hours, day before month. */
const locale = "en-GB";
const clock = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit" });
const clockSeconds = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const dayAndMonth = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short" });
const monthAndYear = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", year: "numeric" });
const weekday = new Intl.DateTimeFormat(locale, { weekday: "long" });
const longDay = new Intl.DateTimeFormat(locale, { weekday: "long", day: "numeric", month: "long" });
const longDayYear = new Intl.DateTimeFormat(locale, { weekday: "long", day: "numeric", month: "long", year: "numeric" });
const absolute = new Intl.DateTimeFormat(locale, { weekday: "long", day: "numeric", month: "long", year: "numeric", hour: "2-digit", minute: "2-digit", timeZoneName: "short" });

export const atClock = (time) => clock.format(new Date(time));
export const atSecond = (time) => clockSeconds.format(new Date(time));
export const onDay = (time) => monthAndYear.format(new Date(time));
export const inFull = (time) => absolute.format(new Date(time));

/** The calendar day in the viewer's zone, as a key that sorts. */
export function dayKey(time) {
  const date = new Date(time);
  return `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, "0")}-${String(date.getDate()).padStart(2, "0")}`;
}

export function daysBetween(time, now) {
  const start = (value) => { const date = new Date(value); return Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()); };
  return Math.round((start(now) - start(time)) / 86_400_000);
}

export function dayName(time, now) {
  const days = daysBetween(time, now);
  const text = (new Date(time).getFullYear() === new Date(now).getFullYear() ? longDay : longDayYear).format(new Date(time)).replace(",", "");
  return days === 0 ? `Today, ${text}` : days === 1 ? `Yesterday, ${text}` : text;
}

/** How long something lasts: "now", "4 min", "2 h", "3 days". */
export function span(milliseconds) {
  const minutes = Math.floor(milliseconds / 60_000);
  if (minutes < 1) return "now";
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 && hours < 10 ? `${hours} h ${String(minutes % 60).padStart(2, "0")}` : `${hours} h`;
  const days = Math.floor(hours / 24);
  return days === 1 ? "1 day" : `${days} days`;
}

/** A moment in the past, short: the clock today, then yesterday, the weekday, the date. */
export function shortMoment(time, now) {
  const days = daysBetween(time, now);
  if (days <= 0) return clock.format(new Date(time));
  if (days === 1) return "Yesterday";
  if (days < 7) return weekday.format(new Date(time));
  return (new Date(time).getFullYear() === new Date(now).getFullYear() ? dayAndMonth : monthAndYear).format(new Date(time));
}

/** A moment to come: "14:00", "tomorrow 09:00", "Monday 09:00", "3 Dec 09:00". */
export function comingMoment(time, now) {
  const days = -daysBetween(time, now);
  const at = clock.format(new Date(time));
  if (days <= 0) return at;
  if (days === 1) return `tomorrow ${at}`;
  if (days < 7) return `${weekday.format(new Date(time))} ${at}`;
  return `${dayAndMonth.format(new Date(time))} ${at}`;
}

export function inZone(now, timeZone) {
  try {
    return new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", timeZone }).format(new Date(now));
  } catch {
    return null;
  }
}
