"""Teams, with the keyboard alone: nothing here clicks."""

import re
import uuid

import pytest
from playwright.sync_api import expect

from suite import eventually


@pytest.fixture
def lead(inbox, watch):
    """Carla's browser. The queue's list may not be there in every build; then the pages leave its figures out."""
    watch.expect(r"status of (404|501).*/api/v1/routing/queue")
    return lambda path="/teams", **options: inbox("carla", path=path, **options).page


@pytest.fixture
def team(suite):
    """team("Repairs") is a team of Ana's; all are deleted afterwards."""
    carla, made = suite.staff["carla"], []

    def make(name, *people):
        team = carla.ask("POST", "/api/teams", {"name": f"{name} {uuid.uuid4().hex[:6]}", "description": "For the tests."})
        made.append(team["id"])
        for person in people:
            user = suite.staff[person].ask("GET", "/api/auth/me")["id"]
            member = carla.ask("POST", f"/api/teams/{team['id']}/members", {"user_id": user})
            carla.ask("POST", f"/api/teams/{team['id']}/agents", {"member_id": member["id"], "agent_id": user})
        return team

    yield make
    for identifier in made:
        suite.call("DELETE", f"/api/teams/{identifier}", token=carla.token)


def press(page, locator, key="Enter"):
    """Presses a key where a person who only has keys would be."""
    expect(locator).to_be_visible()
    reach(page, locator)
    page.keyboard.press(key)


def reach(page, locator, tabs=60):
    """Tabs until the control has the focus; fails when no number of tabs leads there."""
    for _ in range(tabs):
        if locator.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{tabs} times Tab did not lead to {locator}")


def test_a_team_is_made_after_its_name_was_missing(suite, lead, watch):
    watch.expect(r"status of 409.*/api/teams")
    page = lead()
    press(page, page.get_by_role("button", name="New team", exact=True).first)
    dialog = page.get_by_role("dialog", name="New team")
    expect(dialog.get_by_label("Name")).to_be_focused()
    page.keyboard.press("Tab")
    expect(dialog.get_by_text("Enter a name.")).to_be_visible()
    page.keyboard.press("Shift+Tab")
    expect(dialog.get_by_label("Name")).to_be_focused()
    name = f"Keys {uuid.uuid4().hex[:6]}"
    page.keyboard.type(name)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()
    expect(page).to_have_url(re.compile(r"/teams/[0-9a-f-]{36}$"))
    made = [team for team in suite.staff["carla"].ask("GET", "/api/teams?limit=200")["items"] if team["name"] == name]
    assert len(made) == 1
    # The same name again is refused by the service, at the field.
    press(page, page.get_by_role("button", name="New team", exact=True))
    page.keyboard.type(name.upper())
    page.keyboard.press("Enter")
    expect(dialog.get_by_label("Name")).to_have_attribute("aria-invalid", "true")
    expect(dialog.get_by_text("Is already taken.")).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    suite.staff["carla"].ask("DELETE", f"/api/teams/{made[0]['id']}")


def test_a_member_joins_becomes_lead_and_leaves(suite, lead, team):
    made = team("Joining")
    page = lead(f"/teams/{made['id']}")
    press(page, page.get_by_role("button", name="Add the first member"))
    who = page.get_by_label("Who")
    expect(who).to_be_focused()
    page.keyboard.type("Bruno")
    press(page, page.get_by_role("dialog").get_by_role("button", name="Add member"))
    row = page.get_by_role("row", name=re.compile("Bruno"))
    expect(row).to_be_visible()

    def members():
        return suite.staff["carla"].ask("GET", f"/api/teams/{made['id']}/members")["items"]

    assert [(member["role"], len(member["assignments"])) for member in members()] == [("member", 1)]
    press(page, row.get_by_role("button", name="Change Bruno"))
    dialog = page.get_by_role("dialog")
    reach(page, dialog.get_by_role("radio", name="Member"))
    page.keyboard.press("ArrowRight")
    press(page, dialog.get_by_role("button", name="Save"))
    expect(row.get_by_text("Lead")).to_be_visible()
    assert [member["role"] for member in members()] == ["lead"]
    press(page, row.get_by_role("button", name="Remove Bruno"))
    expect(dialog.get_by_text("holds no open conversation")).to_be_visible()
    press(page, dialog.get_by_role("button", name="Remove", exact=True))
    expect(page.get_by_role("heading", name="Nobody is in this team")).to_be_visible()
    assert members() == []


def test_removing_somebody_says_how_much_is_offered_to_others(suite, visitor, lead, team, online):
    ana = suite.staff["ana"]
    widget = visitor().open()
    widget.write("Who keeps me?")
    widget.expect_state("Who keeps me?", "sent|delivered|read")
    eventually(lambda: ana.session_with("Who keeps me?")["agent"], "Ana has the conversation")
    made = team("Leaving", "ana")
    page = lead(f"/teams/{made['id']}")
    press(page, page.get_by_role("button", name=re.compile("^Remove Ana")))
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("1 open conversation will be offered to others at once.")).to_be_visible()
    press(page, dialog.get_by_role("button", name="Keep"))
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("button", name=re.compile("^Remove Ana"))).to_be_focused()
    assert ana.session_with("Who keeps me?")["agent"]["id"] == ana.ask("GET", "/api/auth/me")["id"]
    press(page, page.get_by_role("button", name=re.compile("^Remove Ana")))
    press(page, dialog.get_by_role("button", name="Remove and offer 1"))
    expect(page.get_by_role("heading", name="Nobody is in this team")).to_be_visible()
    events = "SELECT count(*) FROM router.team_members WHERE team_id = '%s'" % made["id"]
    assert suite.query(events) == [["0"]]


def test_tabs_are_one_stop_and_stand_in_the_address(suite, lead, team):
    made = team("Tabs", "bruno")  # whose conversations are over: one that ends now counts for the teams its agent is in
    page = lead(f"/teams/{made['id']}")
    reach(page, page.get_by_role("tab", name=re.compile("Members")))
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name=re.compile("Assignments"))).to_be_focused()
    expect(page.get_by_role("tabpanel", name=re.compile("Assignments"))).to_contain_text("For member")
    expect(page).to_have_url(re.compile("tab=assignments"))
    page.keyboard.press("End")
    expect(page.get_by_role("tab", name="Performance")).to_have_attribute("aria-selected", "true")
    expect(page.get_by_text(re.compile("No conversation in 14 days"))).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("tabpanel")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile("range=30"))
    page.reload()
    expect(page.get_by_role("radio", name="30 days")).to_be_checked()
    page.get_by_role("tab", name="Performance").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name=re.compile("Members"))).to_be_focused()


def test_what_an_agent_ended_is_taken_back(suite, lead, team):
    made = team("Undone", "ana")
    page = lead(f"/teams/{made['id']}?tab=assignments")

    def assignments():
        return [assignment for member in suite.staff["carla"].ask("GET", f"/api/teams/{made['id']}/members")["items"] for assignment in member["assignments"]]

    assert len(assignments()) == 1
    press(page, page.get_by_role("button", name=re.compile("^End Ana")))
    press(page, page.get_by_role("dialog").get_by_role("button", name="End it"))
    expect(page.get_by_role("heading", name="No agent works for this team")).to_be_visible()
    assert assignments() == []
    press(page, page.get_by_role("button", name="Undo"))
    expect(page.get_by_role("row", name=re.compile("Ana")).first).to_be_visible()
    eventually(lambda: len(assignments()) == 1, "Ana works for the team again")


def test_a_team_is_found_and_deleted_with_its_consequence(suite, lead, team):
    made, other = team("Found", "ana"), team("Other")
    page = lead()
    expect(page.get_by_role("link", name=re.compile(other["name"]))).to_be_visible()
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox", name="Search teams")).to_be_focused()
    page.keyboard.type(made["name"])
    expect(page.get_by_role("link", name=re.compile(other["name"]))).to_have_count(0)
    expect(page).to_have_url(re.compile("text=Found"))
    press(page, page.get_by_role("link", name=re.compile(made["name"])))
    press(page, page.get_by_role("button", name="Delete the team"))
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("1 member and 1 agent leave it")).to_be_visible()
    expect(dialog.get_by_role("button", name="Keep")).to_be_focused()
    press(page, dialog.get_by_role("button", name="Delete the team"))
    expect(page.get_by_text(f"{made['name']} is deleted.")).to_be_visible()
    status, _ = suite.call("GET", f"/api/teams/{made['id']}", token=suite.staff["carla"].token)
    assert status == 404


def test_agents_see_teams_and_change_none(suite, inbox, watch, team):
    watch.expect(r"status of (404|501).*/api/v1/routing/queue")
    made = team("Read", "ana")
    page = inbox("ana", path=f"/teams/{made['id']}").page
    expect(page.get_by_role("row", name=re.compile("Ana"))).to_be_visible()
    for name in ("New team", "Add member", "Delete the team"):
        expect(page.get_by_role("button", name=name)).to_have_count(0)
    expect(page.get_by_role("link", name="Settings")).to_have_count(0)


def test_teams_that_do_not_load_say_so_and_are_asked_for_again(suite, lead, watch, team):
    watch.expect(r"status of 503|ERR_FAILED")
    made = team("Late")
    page = lead("/docs")
    page.route(re.compile(r"/api/teams\?"), lambda route: route.fulfill(status=503, content_type="application/problem+json", body='{"type":"urn:switchboard:problem:unavailable","title":"Away","status":503,"detail":"The router is away."}'))
    page.goto(f"{suite.gateway}/teams")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("The teams did not load")
    expect(alert).to_contain_text("The router is away.")
    page.unroute(re.compile(r"/api/teams\?"))
    press(page, alert.get_by_role("button", name="Try again"))
    expect(page.get_by_role("link", name=re.compile(made["name"]))).to_be_visible()
