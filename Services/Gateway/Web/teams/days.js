/* A team's days: what was counted, with the days on which nothing was. Days are the service's, in UTC. */

export const ranges = { 7: "7 days", 14: "14 days", 30: "30 days", 90: "90 days" };
export const firstRange = "14";

/** The last `count` days up to the one of `now`, as `2026-11-25`, oldest first. */
export function lastDays(count, now) {
  return Array.from({ length: count }, (_, index) => new Date(now - (count - 1 - index) * 86_400_000).toISOString().slice(0, 10));
}

/** One entry for each day, oldest first; a day without an entry counts nothing and measures nothing. */
export function filledDays(items, days) {
  const known = new Map(items.map((item) => [item.day, item]));
  return days.map((day) => known.get(day) || { day, assigned_count: 0, resolved_count: 0, given_up_count: 0, success_rate: null, mean_wait_seconds: null, mean_handling_seconds: null });
}

/** Of several days together. Means are weighted by what they were measured over; null where nothing was measured. */
export function summary(days) {
  const sum = (field) => days.reduce((total, day) => total + (day[field] || 0), 0);
  const mean = (field, weight) => {
    const measured = days.filter((day) => day[field] !== null && weight(day) > 0);
    const over = measured.reduce((total, day) => total + weight(day), 0);
    return over ? measured.reduce((total, day) => total + day[field] * weight(day), 0) / over : null;
  };
  const ended = (day) => day.resolved_count + day.given_up_count;
  return {
    assigned: sum("assigned_count"), resolved: sum("resolved_count"), givenUp: sum("given_up_count"),
    success: mean("success_rate", ended), waitSeconds: mean("mean_wait_seconds", (day) => day.assigned_count), handlingSeconds: mean("mean_handling_seconds", ended),
  };
}

/** "87 %", "1:18", "–". */
export const percent = (share) => (share === null || share === undefined ? "–" : `${Math.round(share * 100)} %`);
export function minutes(seconds) {
  if (seconds === null || seconds === undefined) return "–";
  const whole = Math.round(seconds);
  return whole < 3_600 ? `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}` : `${Math.floor(whole / 3_600)}:${String(Math.floor((whole % 3_600) / 60)).padStart(2, "0")}:${String(whole % 60).padStart(2, "0")}`;
}
