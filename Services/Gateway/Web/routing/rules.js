/* The routing settings as a form holds them: texts, checked before the service does. */

export const weightNames = { success: "Success", priority: "Priority", load: "Room", handling_time: "Speed" };
export const weightHints = { success: "Share of conversations that ended well", priority: "The agent's priority, 0 to 10", load: "How little the agent holds now", handling_time: "Mean handling time against 300 s" };
export const weightSum = 100;
export const channels = ["website", "whatsapp", "email", "phone", "sms", "facebook", "instagram"];
/** Bounds that the service has too. Seconds, and steps. */
export const bounds = { channel: [1, 10], offer: [5, 600], wait: [0, 86_400], grace: [0, 86_400], after: [0, 86_400], lacking: [0, 100], levels: [0, 4], steps: 10, weight: [0, 100], capability: [0, 20], learned: [0, 20] };

/** How long a conversation waits for skills where nobody says otherwise. Unit: seconds. */
const fallbackStandard = 300;
const text = (value) => (value === null || value === undefined ? "" : String(value));

export function formOf(settings) {
  return {
    weights: Object.fromEntries([...Object.keys(weightNames), "capability"].map((name) => [name, text(settings.weights?.[name])])),
    channels: Object.fromEntries(channels.map((channel) => [channel, text(settings.channel_weights?.[channel] ?? 1)])),
    asks: settings.offer_timeout_seconds !== null && settings.offer_timeout_seconds !== undefined, offer: text(settings.offer_timeout_seconds ?? 30),
    wait: text(settings.preferred_wait_seconds ?? 0),
    steps: (settings.relaxation || []).map((step) => ({ after: text(step.after_seconds), lacking: text(step.lacking_max), levels: text(step.levels_below_max) })),
    fallsBack: settings.priority_fallback_seconds !== null, fallback: text(settings.priority_fallback_seconds ?? fallbackStandard),
    reoffers: settings.offline_grace_seconds !== null && settings.offline_grace_seconds !== undefined, grace: text(settings.offline_grace_seconds ?? 300),
    learns: (settings.learned_weight || 0) > 0, learned: text(settings.learned_weight || 10), measures: Boolean(settings.measures_capabilities),
  };
}

/** `before`: the settings that the form was made of; members that this page does not know stay as they are. */
export function settingsOf(form, before = {}) {
  const weights = Object.fromEntries(channels.filter((channel) => before.channel_weights?.[channel] !== undefined || Number(form.channels[channel]) !== 1).map((channel) => [channel, Number(form.channels[channel])]));
  return {
    ...before,
    weights: Object.fromEntries(Object.entries(form.weights).map(([name, value]) => [name, Number(value)])),
    channel_weights: { ...before.channel_weights, ...weights },
    offer_timeout_seconds: form.asks ? Number(form.offer) : null, preferred_wait_seconds: Number(form.wait),
    relaxation: form.steps.map((step) => ({ after_seconds: Number(step.after), lacking_max: Number(step.lacking), levels_below_max: Number(step.levels) })),
    // The service leaves it out where it is the standard.
    ...(before.priority_fallback_seconds === undefined && form.fallsBack && Number(form.fallback) === fallbackStandard ? {} : { priority_fallback_seconds: form.fallsBack ? Number(form.fallback) : null }),
    offline_grace_seconds: form.reoffers ? Number(form.grace) : null, learned_weight: form.learns ? Number(form.learned) : 0, measures_capabilities: form.measures,
  };
}

function whole(value, [least, most], unit = "") {
  if (!/^\d+$/.test(value.trim())) return `Enter a whole number${unit && ` of ${unit}`}.`;
  const number = Number(value);
  return number < least || number > most ? `Enter ${least} to ${most.toLocaleString("en-GB")}${unit && ` ${unit}`}.` : undefined;
}

function decimal(value, [least, most]) {
  const number = Number(value);
  if (!value.trim() || !Number.isFinite(number)) return "Enter a number.";
  if (number < least) return "A weight is 0 or more.";
  return number > most ? `Enter at most ${most}.` : undefined;
}

/** The four weights together, or null while one of them is no number. */
export function sumOf(form) {
  const numbers = Object.keys(weightNames).map((name) => (form.weights[name].trim() ? Number(form.weights[name]) : NaN));
  return numbers.every(Number.isFinite) ? Math.round(numbers.reduce((sum, number) => sum + number, 0) * 1_000) / 1_000 : null;
}

/** What is wrong, by control: the keys are what `fieldOf` makes of the service's names too. */
export function formErrors(form) {
  const errors = {};
  const put = (key, error) => { if (error) errors[key] = error; };
  for (const name of Object.keys(weightNames)) put(`weights.${name}`, decimal(form.weights[name], bounds.weight));
  put("weights.capability", decimal(form.weights.capability, bounds.capability));
  const sum = sumOf(form);
  if (sum !== null && sum !== weightSum) errors.weights = sum > weightSum ? `They make ${sum}; take ${round(sum - weightSum)} away.` : `They make ${sum}; ${round(weightSum - sum)} are missing.`;
  for (const channel of channels) put(`channel_weights.${channel}`, whole(form.channels[channel], bounds.channel));
  if (form.asks) put("offer_timeout_seconds", whole(form.offer, bounds.offer, "seconds"));
  put("preferred_wait_seconds", whole(form.wait, bounds.wait, "seconds"));
  if (form.fallsBack) put("priority_fallback_seconds", whole(form.fallback, bounds.wait, "seconds"));
  if (form.reoffers) put("offline_grace_seconds", whole(form.grace, bounds.grace, "seconds"));
  if (form.learns) put("learned_weight", decimal(form.learned, bounds.learned));
  form.steps.forEach((step, index) => {
    put(`relaxation[${index}].after_seconds`, whole(step.after, bounds.after, "seconds") || (index > 0 && Number(step.after) <= Number(form.steps[index - 1].after) ? "Later than the step before." : undefined));
    put(`relaxation[${index}].lacking_max`, whole(step.lacking, bounds.lacking));
    put(`relaxation[${index}].levels_below_max`, whole(step.levels, bounds.levels));
  });
  return errors;
}

const round = (number) => Math.round(number * 1_000) / 1_000;

/** The control that a field of a problem names: `routing.weights.success` or `settings.weights.success` is `weights.success`. */
export const fieldOf = (name) => name.replace(/^(routing|settings)\./, "");

/** A draft beside what happened: [name, actual, draft, difference in words], each as text. */
export function comparison(actual, draft) {
  const difference = (one, other, words) => (one === null || one === undefined || other === null || other === undefined ? "" : words(other - one));
  const seconds = (value) => (value === null || value === undefined ? "–" : `${Math.round(value)} s`);
  const share = (value) => (value === null || value === undefined ? "–" : `${Math.round(value * 100)} %`);
  const plain = (value) => (value === null || value === undefined ? "–" : String(Math.round(value * 100) / 100));
  const by = (more, less, unit, show = Math.round) => (change) => (show(Math.abs(change)) === 0 ? "the same" : `${show(Math.abs(change))}${unit} ${change > 0 ? more : less}`);
  const hundredths = (value) => Math.round(value * 100) / 100;
  const row = (name, field, show, words) => [name, show(actual?.[field]), show(draft?.[field]), difference(actual?.[field], draft?.[field], words)];
  return [
    row("Conversations", "conversations", plain, by("more", "fewer", "")),
    row("Half waited at most", "wait_seconds_p50", seconds, by("longer", "shorter", " s")),
    row("Nine of ten waited at most", "wait_seconds_p90", seconds, by("longer", "shorter", " s")),
    row("Answered in time", "sla_met_share", share, by("points more", "points fewer", "", (value) => Math.round(value * 100))),
    row("Mean load of an agent", "load_mean", plain, by("more", "less", "", hundredths)),
    row("Highest load of an agent", "load_max", plain, by("more", "less", "", hundredths)),
    row("Fairness, 0 to 1", "fairness", plain, by("more even", "less even", "", hundredths)),
  ];
}
