/* How long to wait before trying again. */

/** The first waiting time. Unit: milliseconds. */
const first = 500;
/** The longest waiting time: a visitor is back soon after a long outage, and 1,000 widgets are 200 attempts a second. Unit: milliseconds. */
const longest = 10_000;

/** Full jitter: anything between nothing and the doubled limit, so that a thousand widgets do not return in one moment. */
export function waitingTime(failures, random = Math.random) {
  return random() * Math.min(longest, first * 2 ** Math.min(failures, 16));
}
