"""Being asked before getting a conversation, and what was promised to the customer, with the keyboard alone."""

import re

import pytest
from playwright.sync_api import expect

from suite import eventually
from test_teams import press, reach, team  # noqa: F401 – a fixture

# Longer than any of these tests, so that no offer runs out beneath them. Unit: seconds.
TIME_TO_ANSWER = 300


@pytest.fixture
def rules(suite):
    """rules(routing={…}, sla=[…]) changes the company's rules until the test ends; returns when those who use them know them."""
    carla = suite.staff["carla"]
    kept = carla.ask("GET", "/api/settings/business-rules")

    def change(routing=None, sla=None):
        before = carla.ask("GET", "/api/settings/business-rules")
        after = carla.ask("PUT", "/api/settings/business-rules", {
            "expected_version": before["version"], "routing": {**before["routing"], **(routing or {})}, "sla": before["sla"] if sla is None else sla})
        eventually(lambda: carla.ask("GET", "/api/v1/routing/policy")["settings"] == after["routing"], "the router uses the rules")
        heard = f"SELECT count(*) FROM chat.business_rules WHERE version = {after['version']}"
        eventually(lambda: suite.query(heard) == [["1"]], "chat uses the rules")

    yield change
    change(routing=kept["routing"], sla=kept["sla"])


@pytest.fixture
def asked(suite, visitor, inbox, online, rules):
    """Ana's inbox, where she is asked to take Dora, who wrote these words: (inbox, session)."""

    def ask(words, *others):
        rules(routing={"offer_timeout_seconds": TIME_TO_ANSWER})
        online(nobody=True)
        widget = visitor().open()
        widget.write(words)
        widget.expect_state(words, "sent|delivered|read")
        session = suite.staff["carla"].session_with(words)
        suite.staff["carla"].ask("PATCH", f"/api/admin/customers/{session['customer']['id']}", {"name": "Dora Lind"})
        ana = inbox("ana")
        expect(ana.page.get_by_role("region", name=re.compile("^Offer"))).to_have_count(0)
        online(*others)
        expect(ana.page.get_by_role("region", name="Offer: Dora Lind")).to_be_visible()
        return ana, session

    return ask


def holder(suite, session):
    return suite.staff["carla"].ask("GET", f"/api/v1/chat/sessions/{session['id']}")["agent"]


def test_an_offer_is_said_and_taken_with_the_enter_key(suite, asked):
    ana, session = asked("Will you take me?")
    expect(ana.page.get_by_role("status").filter(has_text="You are asked to take Dora Lind, Website")).to_have_count(1)
    assert holder(suite, session) is None, "asked is not given"
    ana.page.keyboard.press("Enter")
    expect(ana.page).to_have_url(re.compile(session["id"]))
    expect(ana.thread.get_by_text("Will you take me?", exact=True)).to_be_visible()
    expect(ana.page.get_by_role("region", name=re.compile("^Offer"))).to_have_count(0)
    eventually(lambda: (holder(suite, session) or {}).get("name", "").startswith("Ana"), "Ana holds it")


def test_an_offer_is_declined_with_a_reason_and_goes_to_the_next(suite, asked):
    ana, session = asked("Who else will?")
    ana_first = suite.staff["ana"].ask("GET", "/api/v1/agents/me/offers")["items"]
    assert [offer["customer_name"] for offer in ana_first] == ["Dora Lind"]
    suite.staff["bruno"].set_status("online")
    card = ana.page.get_by_role("region", name="Offer: Dora Lind")
    press(ana.page, card.get_by_role("button", name="Say why"))
    reason = card.get_by_label("Why, for your supervisor")
    expect(reason).to_be_focused()
    ana.page.keyboard.type("I am about to leave")
    ana.page.keyboard.press("Enter")
    expect(card).to_have_count(0)
    eventually(lambda: [offer["session_id"] for offer in suite.staff["bruno"].ask("GET", "/api/v1/agents/me/offers")["items"]] == [session["id"]], "Bruno is asked")
    assert suite.staff["ana"].ask("GET", "/api/v1/agents/me/offers")["items"] == []
    assert holder(suite, session) is None
    notes = f"SELECT state, note FROM router.offers WHERE conversation_id = '{session['id']}' ORDER BY offered_at"
    assert suite.query(notes) == [["declined", "I am about to leave"], ["offered", ""]]


def test_an_offer_does_not_take_the_enter_of_a_field(suite, asked):
    ana, session = asked("Are you writing?")
    reach(ana.page, ana.page.get_by_role("searchbox", name="Search conversations"))
    ana.page.keyboard.type("parcel")
    ana.page.keyboard.press("Enter")
    expect(ana.page.get_by_role("region", name="Offer: Dora Lind")).to_be_visible()
    assert holder(suite, session) is None


def test_what_was_promised_is_said_until_it_is_kept(suite, visitor, inbox, online, rules):
    rules(sla=[{"name": "Website", "channel": "website", "first_response_seconds": 3_600, "resolution_seconds": 36_000, "warn_at_share": 0.8, "counts_business_hours": False}])
    online()
    ana = inbox("ana")
    visitor().open().write("By when?")
    row = ana.row("By when?")
    expect(row).to_contain_text(re.compile(r"Reply in (59|60) min|Reply in 1 h"))
    expect(row).to_contain_text("First reply is due")
    ana.page.keyboard.press("j")
    header = ana.page.get_by_role("main").locator("header")
    expect(header).to_contain_text("First reply is due")
    ana.reply("By one")
    expect(header).to_contain_text("Resolve in")
    expect(header).not_to_contain_text("First reply")
    expect(row).to_have_count(0)
    expect(ana.row("By one")).to_contain_text("Resolve in")


def test_a_promise_that_is_nearly_broken_warns_without_a_reload(suite, visitor, inbox, online, rules):
    # The shortest target there is, and the earliest warning: it comes by the socket seconds after the first word.
    rules(sla=[{"name": "Website", "first_response_seconds": 30, "warn_at_share": 0.1, "counts_business_hours": False}])
    online()
    ana = inbox("ana")
    visitor().open().write("Hurry, please")
    expect(ana.row("Hurry, please").locator(".chip.warn, .chip.bad")).to_contain_text(re.compile("Reply in under 1 min|Due now"))


def test_the_rail_says_how_many_wait_for_a_team_and_leads_to_them(suite, visitor, inbox, online, team):
    made = team("Rail")
    ana = inbox("ana")
    link = ana.page.get_by_role("navigation", name="Switchboard").get_by_role("link", name=re.compile(made["name"]))
    expect(link).to_contain_text("0 waiting")
    online(nobody=True)
    widget = visitor().open()
    widget.write("For the team")
    widget.expect_state("For the team", "sent|delivered|read")
    session = suite.staff["carla"].session_with("For the team")
    suite.staff["carla"].ask("POST", f"/api/v1/admin/chat-dashboard/sessions/{session['id']}/assign", {"agent_id": suite.staff["bruno"].ask("GET", "/api/auth/me")["id"]})
    suite.staff["carla"].ask("POST", f"/api/v1/admin/chat-dashboard/sessions/{session['id']}/transfer", {"team_id": made["id"], "reason": "Theirs"})
    expect(link).to_contain_text("1 waiting")
    press(ana.page, link)
    expect(ana.page).to_have_url(re.compile(f"/queue\\?team_id={made['id']}"))
    expect(ana.page.get_by_role("table", name="Who waits")).to_be_visible()
