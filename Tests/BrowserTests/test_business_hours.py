"""Business hours and service targets: an administrator sets them, the service says what is wrong with them, visitors see them."""

import re
import uuid
from datetime import datetime, timedelta, timezone

import pytest
from playwright.sync_api import expect

from conftest import PHONE
from suite import eventually
from test_teams import press, reach

RULES = "/api/settings/business-rules"


@pytest.fixture
def rules(suite):
    """Puts the rules back as they were."""
    carla = suite.staff["carla"]
    before = carla.ask("GET", RULES)
    yield lambda: carla.ask("GET", RULES)
    now = carla.ask("GET", RULES)
    restored = {name: value for name, value in before.items() if name != "version"}
    carla.ask("PUT", RULES, {**restored, "expected_version": now["version"]})


@pytest.fixture
def settings(suite, colleagues):
    page = colleagues("carla").context.new_page()
    page.goto(f"{suite.gateway}/settings/hours")
    expect(page.get_by_role("heading", name="Opening hours")).to_be_visible()
    yield page
    page.close()


def test_hours_holidays_and_targets_are_set_with_the_keyboard(rules, settings):
    before = rules()
    settings.get_by_label("Time zone").fill("Europe/Oslo")
    monday = settings.get_by_role("group", name="Monday")
    monday.get_by_label("Monday, opens").fill("09:00")
    monday.get_by_label("Monday, closes").fill("08:00")
    save = settings.get_by_role("button", name="Save")
    save.focus()
    settings.keyboard.press("Enter")
    closes = monday.get_by_label("Monday, closes")
    expect(closes).to_have_attribute("aria-invalid", "true")
    expect(closes).to_be_focused()
    expect(monday.get_by_text(re.compile("^Closes before it opens"))).to_be_visible()
    closes.fill("12:00")
    monday.get_by_role("button", name="Add hours").press("Enter")
    second = monday.get_by_label("Monday, opens").nth(1)
    second.fill("11:00")
    # Only the service knows that these overlap; what it says stands at the field.
    save.press("Enter")
    expect(second).to_have_attribute("aria-invalid", "true")
    expect(monday.get_by_text(re.compile("^Overlaps"))).to_be_visible()
    assert rules() == before, "nothing was half applied"
    second.fill("13:00")
    settings.get_by_role("button", name="Add a holiday").press("Enter")
    holiday = settings.get_by_role("group", name="Holiday 1")
    holiday.get_by_label("Day").fill("2026-12-25")
    holiday.get_by_label("Name", exact=True).fill("Christmas Day")
    settings.get_by_role("button", name="Add a target").press("Enter")
    target = settings.get_by_role("group", name="Target 1")
    target.get_by_label("Name", exact=True).fill("Everybody")
    save.press("Enter")
    expect(settings.get_by_text("Saved. The new rules are in use.")).to_be_visible()
    now = rules()
    assert now["version"] == before["version"] + 1 and now["time_zone"] == "Europe/Oslo"
    assert now["hours"]["monday"] == [{"opens": "09:00", "closes": "12:00"}, {"opens": "13:00", "closes": "24:00"}]
    assert now["holidays"] == [{"date": "2026-12-25", "name": "Christmas Day", "hours": []}]
    assert [(each["name"], each["first_response_seconds"]) for each in now["sla"]] == [("Everybody", 300)]
    assert now["routing"] == before["routing"], "what the form does not show stays"


def test_whoever_looked_before_a_colleague_saved_is_told(suite, rules, settings):
    now = rules()
    suite.staff["carla"].ask("PUT", RULES, {"expected_version": now["version"], "time_zone": "Asia/Tokyo"})
    settings.get_by_label("Time zone").fill("Europe/Oslo")
    settings.get_by_role("button", name="Save").press("Enter")
    expect(settings.get_by_text("Somebody else changed these rules meanwhile.")).to_be_visible()
    settings.get_by_role("button", name="Show theirs and drop mine").press("Enter")
    expect(settings.get_by_label("Time zone")).to_have_value("Asia/Tokyo")


def test_a_visitor_reads_when_somebody_is_back_and_is_kept(suite, rules, visitor, online):
    now = rules()
    # Open for one minute a week, which lies two to five days ahead.
    days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
    day = days[(datetime.now(timezone.utc) + timedelta(days=3)).weekday()]
    suite.staff["carla"].ask(
        "PUT", RULES, {"expected_version": now["version"], "time_zone": "UTC", "hours": {day: [{"opens": "12:00", "closes": "12:01"}]}})
    online(nobody=True)
    eventually(lambda: not answer(suite)["online"], "the service knows that nobody is there")
    assert answer(suite)["office_hours"]["is_open"] is False
    widget = visitor().open()
    expect(widget.frame.get_by_text(re.compile("^Closed now, back " + day.capitalize()))).to_be_visible()
    widget.write("Do you have it in blue?")
    widget.expect_state("Do you have it in blue?", "sent")


def answer(suite):
    status, answer = suite.call("POST", "/api/v1/widget/visitors", {"site": suite.ready["site"]})
    assert status == 201, answer
    return answer["settings"]


@pytest.mark.parametrize("look", ["light", "dark"])
def test_nothing_is_cut_on_a_phone_in_any_theme(settings, look):
    settings.set_viewport_size(PHONE)
    settings.emulate_media(color_scheme=look)
    for name in ("Add a holiday", "Add a target"):
        settings.get_by_role("button", name=name).click()
    width = settings.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE["width"], f"the page is {width} wide"
    last = settings.get_by_role("button", name="Save")
    expect(last).to_be_in_viewport()


def test_a_sector_is_made_before_anything_can_be_put_into_it(suite, rules, settings):
    carla = suite.staff["carla"]
    team = {"name": f"Sellers {uuid.uuid4().hex[:6]}", "sector": "sales"}
    status, problem = suite.call("POST", "/api/teams", team, token=carla.token)
    assert (status, [error["field"] for error in problem["errors"]]) == (400, ["sector"])
    general = settings.get_by_role("group", name="general")
    expect(general.get_by_label("Name")).not_to_be_editable()
    expect(general.get_by_role("button")).to_have_count(0)
    press(settings, settings.get_by_role("button", name="Add a sector"))
    added = settings.get_by_role("group", name="Sector 2")
    reach(settings, added.get_by_label("Name"))
    settings.keyboard.press("Enter")
    expect(added.get_by_text("Enter a name.")).to_be_visible()
    expect(added.get_by_label("Name")).to_be_focused()
    settings.keyboard.type("sales")
    settings.keyboard.press("Tab")
    settings.keyboard.type("Before buying")
    settings.keyboard.press("Enter")
    expect(settings.get_by_text("Saved. The new rules are in use.")).to_be_visible()
    assert rules()["sectors"] == [{"name": "general", "description": ""}, {"name": "sales", "description": "Before buying"}]

    def make():
        status, made = suite.call("POST", "/api/teams", team, token=carla.token)
        return made["id"] if status == 201 else None

    made = []
    eventually(lambda: made.append(make()) or made[-1], "the router knows the new sector")
    settings.goto(f"{suite.gateway}/settings/routing?tab=simulator")
    expect(settings.get_by_label("Sector").get_by_role("option", name="sales")).to_have_count(1)
    carla.ask("DELETE", f"/api/teams/{made[-1]}")
