/* The form of business rules: texts as they are typed, and the document that they mean. */

export const days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
/** Where everything goes that names no other sector; every company has it. */
const general = "general";
export const channels = ["website", "whatsapp", "email", "phone", "sms", "facebook", "instagram"];

const minutesOf = (seconds) => (seconds === null || seconds === undefined ? "" : String(Math.round(seconds / 6) / 10));
/** Empty: no target. What is no number stays what it is, and the service says so. */
const secondsOf = (text) => (text.trim() === "" ? null : Math.round(Number(text.replace(",", ".")) * 60));

export function formOf(rules) {
  return {
    time_zone: rules.time_zone,
    hours: Object.fromEntries(days.map((day) => [day, (rules.hours[day] || []).map((each) => ({ ...each }))])),
    holidays: rules.holidays.map((each) => ({ ...each, hours: each.hours.map((one) => ({ ...one })) })),
    // `kept`: it cannot be renamed or removed.
    sectors: rules.sectors.map((each) => ({ ...each, kept: each.name === general })),
    sla: rules.sla.map((each) => ({ ...each, first: minutesOf(each.first_response_seconds), resolution: minutesOf(each.resolution_seconds), warn: String(Math.round(each.warn_at_share * 100)), priority: each.priority_min === null ? "" : String(each.priority_min) })),
  };
}

export function changeOf(form, version) {
  return {
    expected_version: version,
    time_zone: form.time_zone.trim(),
    hours: form.hours,
    holidays: form.holidays,
    sectors: form.sectors.map(({ name, description }) => ({ name: name.trim(), description: description.trim() })),
    sla: form.sla.map(({ name, channel, sector, counts_business_hours, first, resolution, warn, priority }) => ({
      name: name.trim(), channel: channel || null, sector: sector || null, priority_min: priority === "" ? null : Number(priority),
      first_response_seconds: secondsOf(first), resolution_seconds: secondsOf(resolution), warn_at_share: Number(warn) / 100, counts_business_hours,
    })),
  };
}

/** What can be said without asking: by the path that the service would name, in the order of the form. */
export function formErrors(form) {
  const found = {};
  const number = (text, path) => { if (text.trim() !== "" && !Number.isFinite(Number(text.replace(",", ".")))) found[path] = "Enter a number of minutes, or nothing."; };
  const stretches = (list, place) => list.forEach(({ opens, closes }, index) => {
    if (!isTime(opens)) found[`${place}[${index}].opens`] = "Enter a time like 09:00.";
    else if (!isTime(closes)) found[`${place}[${index}].closes`] = "Enter a time like 17:30, or 24:00.";
    else if (opens >= closes) found[`${place}[${index}].closes`] = "Closes before it opens. Hours over midnight are two lines: until 24:00, and from 00:00 on the next day.";
  });
  for (const day of days) stretches(form.hours[day], `hours.${day}`);
  form.holidays.forEach((each, index) => {
    if (!each.date) found[`holidays[${index}].date`] = "Choose a day.";
    if (!each.name.trim()) found[`holidays[${index}].name`] = "Enter a name.";
    stretches(each.hours, `holidays[${index}].hours`);
  });
  form.sectors.forEach((each, index) => { if (!each.name.trim()) found[`sectors[${index}].name`] = "Enter a name."; });
  form.sla.forEach((each, index) => {
    if (!each.name.trim()) found[`sla[${index}].name`] = "Enter a name.";
    number(each.first, `sla[${index}].first_response_seconds`);
    number(each.resolution, `sla[${index}].resolution_seconds`);
  });
  return found;
}

const isTime = (text) => /^([01]\d|2[0-3]):[0-5]\d$|^24:00$/.test(text);
