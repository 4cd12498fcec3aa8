"""Routing settings, the queue, and why somebody has a conversation, with the keyboard alone."""

import re

import pytest
from playwright.sync_api import expect

from suite import eventually
from test_teams import press, reach

NOT_THERE = (404, 501)


@pytest.fixture
def lead(inbox, watch):
    watch.expect(r"status of (404|501).*/api/(v1/routing/(queue|simulate|simulations)|settings/business-rules)")
    return lambda path, **options: inbox("carla", path=path, **options).page


def needs(suite, path):
    status, _ = suite.call("GET", path, token=suite.staff["carla"].token)
    if status in NOT_THERE:
        pytest.skip(f"{path} is not in this build")


def test_who_would_get_it_now_names_the_agent_and_the_refused(suite, lead, online):
    online()
    page = lead("/settings/routing?tab=preview")
    press(page, page.get_by_role("button", name="Show who"))
    answer = suite.staff["carla"].ask("POST", "/api/v1/routing/preview", {"channel": "website"})
    heading = f"{answer['agent']['name']} would get it" if answer["agent"] else "Nobody could have it now"
    expect(page.get_by_role("heading", name=heading)).to_be_visible()
    expect(page.get_by_text("Not asked")).to_be_visible()


def test_a_sum_that_is_not_100_is_said_while_it_is_typed_and_is_not_saved(suite, lead):
    needs(suite, "/api/settings/business-rules")
    before = suite.staff["carla"].ask("GET", "/api/settings/business-rules")
    page = lead("/settings/routing")
    room = page.get_by_label("Room", exact=True)
    reach(page, room)
    page.keyboard.press("Control+a")
    page.keyboard.type("25")
    expect(page.get_by_text("Together 105 of 100")).to_be_visible()
    press(page, page.get_by_role("button", name="Save rules"))
    expect(page.get_by_text("They make 105; take 5 away.")).to_be_visible()
    assert suite.staff["carla"].ask("GET", "/api/settings/business-rules")["version"] == before["version"]
    press(page, page.get_by_role("button", name="Undo changes"))
    expect(page.get_by_text("Together 100")).to_be_visible()


def test_rules_are_saved_and_used(suite, lead):
    needs(suite, "/api/settings/business-rules")
    carla = suite.staff["carla"]
    before = carla.ask("GET", "/api/settings/business-rules")
    page = lead("/settings/routing")
    wait = page.get_by_label("Wait for the agent that the customer had before")
    reach(page, wait, tabs=80)
    page.keyboard.press("Control+a")
    page.keyboard.type("45")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Saved. The next conversation")).to_be_visible()
    after = carla.ask("GET", "/api/settings/business-rules")
    assert after["routing"]["preferred_wait_seconds"] == 45
    assert after["routing"]["weights"] == before["routing"]["weights"]
    eventually(lambda: carla.ask("GET", "/api/v1/routing/policy")["settings"]["preferred_wait_seconds"] == 45, "the router uses the new rules")
    carla.ask("PUT", "/api/settings/business-rules", {**{name: value for name, value in after.items() if name != "version"}, "expected_version": after["version"], "routing": before["routing"]})


def test_rules_that_do_not_load_leave_the_preview_usable(suite, lead, watch):
    watch.expect("status of 503")
    page = lead("/docs")
    page.route("**/api/settings/business-rules", lambda route: route.fulfill(status=503, content_type="application/problem+json", body='{"type":"x:away","title":"Away","status":503,"detail":"Accounts is away."}'))
    page.goto(f"{suite.gateway}/settings/routing")
    expect(page.get_by_role("alert")).to_contain_text("Accounts is away. Conversations are given by the rules in use.")
    reach(page, page.get_by_role("tab", name="Rules"))
    page.keyboard.press("End")
    press(page, page.get_by_role("button", name="Show who"))
    expect(page.get_by_text("Not asked")).to_be_visible()


def queue_of(count):
    """What the service answers for so many who wait."""
    return [
        {"session_id": f"00000000-0000-7000-8000-{number:012x}", "customer_name": f"Customer {number}", "channel": "website", "sector": "general", "team_id": None, "priority": 5,
         "position": number, "waiting_since": "2026-11-25T08:00:00.000Z", "estimated_wait_seconds": 60 * number, "offered_to": None, "offer_expires_at": None}
        for number in range(1, count + 1)
    ]


def test_a_thousand_waiting_customers_are_walked_with_keys(suite, lead):
    """The list itself is answered here, since a thousand real customers would take longer than all other tests."""
    page = lead("/docs")
    rows = queue_of(1_000)

    def answer(route):
        cursor = re.search(r"cursor=(\d+)", route.request.url)
        start = int(cursor[1]) if cursor else 0
        route.fulfill(json={"items": rows[start:start + 200], "next_cursor": str(start + 200) if start + 200 < len(rows) else None})

    page.route(re.compile("/api/v1/routing/queue"), answer)
    page.goto(f"{suite.gateway}/queue")
    table = page.get_by_role("table", name="Who waits")
    expect(table).to_have_attribute("aria-rowcount", "1001")
    first = table.get_by_role("row", name=re.compile("Customer 1 "))
    reach(page, table.locator("[role=row][tabindex='0']"))
    assert table.get_by_role("row").count() < 60, "only the rows in view are drawn"
    page.keyboard.press("ArrowDown")
    expect(table.locator(":focus")).to_contain_text("Customer 2")
    page.keyboard.press("End")
    expect(table.locator(":focus")).to_contain_text("Customer 1000")
    expect(first).to_have_count(0)
    page.keyboard.press("a")
    expect(page.get_by_role("dialog", name="Assign Customer 1000 at place 1000")).to_be_visible()
    page.keyboard.press("Escape")
    expect(table.locator(":focus")).to_contain_text("Customer 1000")


def test_who_waits_is_in_the_queue_and_leaves_it_when_assigned(suite, visitor, lead, online):
    needs(suite, "/api/v1/routing/queue")
    online(nobody=True)
    page = lead("/queue")
    visitor().open().write("Is anybody there?")
    assign = page.get_by_role("button", name=re.compile("^Assign .*, place 1$"))
    expect(assign).to_be_visible()
    press(page, assign)
    press(page, page.get_by_role("dialog").get_by_role("button", name=re.compile("^.*Bruno")))
    expect(page.get_by_role("heading", name="The queue is empty")).to_be_visible()
    assert suite.staff["carla"].session_with("Is anybody there?")["agent"]["name"].startswith("Bruno")


def test_on_a_phone_the_queue_says_for_whom_and_how_urgent_without_scrolling_aside(suite, visitor, lead, online):
    needs(suite, "/api/v1/routing/queue")
    online(nobody=True)
    page = lead("/queue", size={"width": 390, "height": 844})
    visitor().open().write("On a phone?")
    row = page.get_by_role("row").filter(has=page.get_by_role("button", name=re.compile("^Assign .*, place 1$")))
    expect(row).to_be_visible()
    cells = row.locator("[role=cell]")
    assert cells.count() == 8
    shown = [cells.nth(number).bounding_box() for number in range(8) if cells.nth(number).is_visible()]
    assert len(shown) == 7, "the team of an offer shows where there is one"
    assert all(box["x"] >= 0 and box["x"] + box["width"] <= 390 for box in shown)
    assert page.evaluate("document.querySelector('.scroller').scrollWidth <= document.querySelector('.scroller').clientWidth")
    expect(cells.nth(2)).to_be_visible()
    expect(cells.nth(2)).to_have_text("general")
    expect(cells.nth(3)).to_be_visible()


def test_the_inbox_says_why_me_and_only_for_ones_own(suite, visitor, inbox, online):
    ana = inbox("ana")
    visitor().open().write("Why you?")
    expect(ana.row("Why you?")).to_be_visible()
    ana.page.keyboard.press("j")
    why = ana.page.locator("details", has=ana.page.get_by_role("heading", name="Why me"))
    expect(why).to_contain_text("You got this because")
    session = suite.staff["ana"].session_with("Why you?")
    decision = suite.staff["ana"].ask("GET", f"/api/v1/routing/decisions?conversation={session['id']}")["items"][0]
    mine = next(candidate for candidate in decision["candidates"] if candidate["agent_id"] == decision["chosen_agent_id"])
    expect(why.get_by_role("row", name=re.compile("^Score"))).to_contain_text(f"{mine['terms']['total']:.1f}")
    expect(why.get_by_role("row", name=re.compile("^Success"))).to_contain_text(f"{mine['terms']['success_rate']:.1f}")
    assert decision["refusal_counts"], "somebody was not asked, or this proves nothing about refusals"
    expect(why.get_by_text("Not asked")).to_be_visible()
    bruno = inbox("bruno", path=f"/inbox/{session['id']}?view=all")
    expect(bruno.thread.get_by_text("Why you?", exact=True)).to_be_visible()
    expect(bruno.page.get_by_role("heading", name="Other conversations")).to_be_visible()
    expect(bruno.page.get_by_role("heading", name="Why me")).to_have_count(0)
