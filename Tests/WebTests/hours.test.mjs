import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { changeOf, formErrors, formOf } from "../../Services/Gateway/Web/hours/rules.js";
import { createLanguage } from "../../Services/Gateway/Web/widget/language.js";

const rules = {
  version: 4, time_zone: "Europe/Oslo", hours: { monday: [{ opens: "09:00", closes: "24:00" }] },
  holidays: [{ date: "2026-12-25", name: "Christmas Day", hours: [] }],
  sectors: [{ name: "general", description: "" }, { name: "sales", description: "Before buying" }],
  sla: [{ name: "All", channel: null, sector: null, priority_min: 3, first_response_seconds: 90, resolution_seconds: null, warn_at_share: 0.8, counts_business_hours: true }],
};

describe("the form of business hours", () => {
  test("sends back what it was given, with the version that was looked at", () => {
    const { version, ...members } = rules;
    const sent = changeOf(formOf(rules), version);
    assert.deepEqual(sent, { ...members, expected_version: 4, hours: { monday: rules.hours.monday, tuesday: [], wednesday: [], thursday: [], friday: [], saturday: [], sunday: [] } });
  });

  test("finds nothing wrong with what the service gave it", () => {
    assert.deepEqual(formErrors(formOf(rules)), {});
  });

  test("names the fields that cannot be as the service would", () => {
    const form = formOf(rules);
    form.hours.monday.push({ opens: "9", closes: "10:00" }, { opens: "10:00", closes: "10:00" });
    form.holidays.push({ date: "", name: " ", hours: [{ opens: "10:00", closes: "24:30" }] });
    form.sectors.push({ name: " ", description: "" });
    form.sla[0].first = "soon";
    assert.deepEqual(Object.keys(formErrors(form)), [
      "hours.monday[1].opens", "hours.monday[2].closes", "holidays[1].date", "holidays[1].name", "holidays[1].hours[0].closes", "sectors[2].name", "sla[0].first_response_seconds",
    ]);
  });
});

describe("a time to come", () => {
  const { upcoming } = createLanguage(["en-GB"]);
  const now = new Date(2026, 10, 25, 12, 0);
  test("has the clock alone today, the weekday soon, else the day", () => {
    assert.equal(upcoming(new Date(2026, 10, 25, 16, 30), now), "16:30");
    assert.match(upcoming(new Date(2026, 10, 27, 8, 0), now), /^Friday.* 0?8:00$/);
    assert.match(upcoming(new Date(2026, 11, 24, 8, 0), now), /^24 December.* 0?8:00$/);
  });
});
