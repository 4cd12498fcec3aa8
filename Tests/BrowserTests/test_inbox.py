"""What the inbox promises its agents: nothing is sent blindly, twice or out of order, and everything works by keyboard and on a phone."""

import re
import uuid

import pytest
from playwright.sync_api import expect

from conftest import PHONE
from suite import eventually

CUT = r"net::ERR_INTERNET_DISCONNECTED|WebSocket connection to"


@pytest.fixture
def talk(suite, visitor, inbox, online):
    """talk(text) is a visitor who wrote `text`, and Ana's inbox with it open: (widget, ana, session)."""
    opened = []

    def begin(text, **options):
        ana = inbox("ana", **options)
        opened.append(ana.page.context)
        widget = visitor().open()
        widget.write(text)
        ana.open(text)
        return widget, ana, suite.staff["ana"].session_with(text)

    yield begin
    for context in opened:
        context.set_offline(False)


def test_replies_written_without_a_line_are_kept_and_go_out_once_in_order(suite, talk, watch):
    watch.expect(CUT)
    widget, ana, session = talk("Are you in a tunnel?")
    ana.page.context.set_offline(True)
    banner = ana.page.get_by_role("status").filter(has_text="complete up to")
    expect(banner).to_contain_text("offline")
    ana.reply("Yes, one.")
    ana.reply("Yes, two.")
    expect(ana.message("Yes, two.")).to_contain_text("Kept here")
    expect(banner).to_contain_text("2 replies are kept here")
    assert [text for _, text in suite.staff["carla"].messages(session["id"])] == ["Are you in a tunnel?"], "the line was not cut"

    ana.page.context.set_offline(False)
    expect(ana.page.get_by_text(re.compile("^Connected again. The list is complete up to"))).to_be_visible()
    expect(widget.message("Yes, two.")).to_be_visible()
    expect(ana.message("Yes, two.")).to_contain_text(re.compile("Sent|Delivered|Read"))
    expect(banner).to_have_count(0)
    assert [text for _, text in suite.staff["carla"].messages(session["id"])] == ["Are you in a tunnel?", "Yes, one.", "Yes, two."]
    assert ana.texts() == ["Are you in a tunnel?", "Yes, one.", "Yes, two."]


def test_kept_replies_survive_a_reload(suite, talk, watch):
    watch.expect(CUT)
    widget, ana, session = talk("Will you reload?")
    ana.page.context.set_offline(True)
    ana.reply("Before the reload.")
    expect(ana.message("Before the reload.")).to_contain_text("Kept here")
    ana.page.evaluate("window.addEventListener('online', event => event.stopImmediatePropagation(), true)")  # the new page sends it, not this one
    ana.page.context.set_offline(False)
    ana.page.reload()
    expect(widget.message("Before the reload.")).to_be_visible()
    expect(ana.message("Before the reload.")).to_contain_text(re.compile("Sent|Delivered|Read"))
    assert [text for _, text in suite.staff["carla"].messages(session["id"])] == ["Will you reload?", "Before the reload."]


def test_who_wrote_meanwhile_is_shown_and_the_agent_decides(suite, talk, watch):
    watch.expect(CUT + "|status of 409")
    widget, ana, session = talk("When does it arrive?")
    ana.page.context.set_offline(True)
    ana.reply("On Friday.")
    suite.staff["carla"].say(session["id"], "On Thursday, I looked it up.")
    ana.page.context.set_offline(False)
    notice = ana.page.get_by_role("alert").filter(has_text="wrote while you typed")
    expect(notice).to_contain_text(f"{suite.staff['carla'].name} wrote while you typed. “On Thursday, I looked it up.”")
    assert "On Friday." not in [text for _, text in suite.staff["carla"].messages(session["id"])]

    notice.get_by_role("button", name="Read first").click()
    expect(notice).to_have_count(0)
    expect(ana.text).to_have_value("On Friday.")
    expect(ana.text).to_be_focused()
    ana.reply("Yes, on Thursday.")
    expect(widget.message("Yes, on Thursday.")).to_be_visible()
    assert [text for _, text in suite.staff["carla"].messages(session["id"])] == ["When does it arrive?", "On Thursday, I looked it up.", "Yes, on Thursday."]


def test_sent_anyway_it_stands_behind_what_came_between(suite, talk, watch):
    watch.expect(CUT + "|status of 409")
    widget, ana, session = talk("Is it in stock?")
    ana.page.context.set_offline(True)
    ana.reply("In Bergen, yes.")
    ana.reply("And in Oslo.")
    suite.staff["carla"].say(session["id"], "I am asking the shop.")
    ana.page.context.set_offline(False)
    ana.page.get_by_role("button", name="Send anyway").click()
    expect(widget.message("And in Oslo.")).to_be_visible()
    assert [text for _, text in suite.staff["carla"].messages(session["id"])] == ["Is it in stock?", "I am asking the shop.", "In Bergen, yes.", "And in Oslo."]


def test_a_draft_waits_with_its_conversation(talk):
    _, ana, _ = talk("First the draft.")
    ana.text.fill("Half a thought")
    ana.page.reload()
    expect(ana.text).to_have_value("Half a thought")
    ana.text.fill("")


def test_an_inbox_without_a_mouse(suite, talk):
    widget, ana, session = talk("By keyboard, please.")
    page = ana.page
    page.keyboard.press("Escape")
    expect(page.get_by_role("heading", name="Pick a conversation")).to_be_visible()
    page.keyboard.press("j")
    expect(ana.text).to_be_visible()
    page.keyboard.press("r")
    expect(ana.text).to_be_focused()
    page.keyboard.type("Of course, j and k too.")
    page.keyboard.press("Enter")
    expect(widget.message("Of course, j and k too.")).to_be_visible()

    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    page.keyboard.type("snooze")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Snooze")
    expect(dialog.get_by_role("button", name=re.compile("^In an hour"))).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox", name="Search conversations")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("e")
    expect(ana.rows).to_have_count(0)
    assert suite.staff["ana"].ask("GET", f"/api/v1/chat/sessions/{session['id']}")["status"] == "resolved"


def test_a_long_conversation_keeps_the_page_small_and_the_place(suite, talk):
    _, ana, session = talk("The first of many.")
    for number in range(300):
        suite.staff["ana"].ask("POST", "/api/v1/chat/messages", {"id": str(uuid.uuid4()), "session_id": session["id"], "text": f"Line {number}."})
    expect(ana.message("Line 299.")).to_be_visible()
    ana.page.reload()
    expect(ana.message("Line 299.")).to_be_visible()
    thread = ana.page.get_by_role("region", name=re.compile("^Conversation with"))

    def reach_the_first():
        thread.evaluate("element => { element.scrollTop = 0; }")
        return ana.message("The first of many.").count() == 1

    eventually(reach_the_first, "the first message is shown")
    assert ana.thread.get_by_role("listitem").count() < 120
    ana.page.get_by_role("button", name="Latest").click()
    expect(ana.message("Line 299.")).to_be_in_viewport()


def test_on_a_phone_one_thing_at_a_time(talk):
    _, ana, _ = talk("From a phone.", size=PHONE)
    page = ana.page
    expect(ana.rows).to_have_count(0)
    page.get_by_role("button", name="Customer details").click()
    expect(page.get_by_role("heading", name="Details")).to_be_visible()
    expect(ana.thread).to_have_count(0)
    page.go_back()
    expect(ana.thread.get_by_text("From a phone.", exact=True)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    page.get_by_role("link", name="Back to the list").click()
    expect(ana.row("From a phone.")).to_be_visible()


def test_a_new_website_and_its_two_lines(suite, inbox):
    carla = inbox("carla", path="/settings/website").page
    carla.get_by_role("button", name="New website").click()
    carla.get_by_label("Name", exact=True).last.fill("A second shop")
    carla.get_by_label("Address", exact=True).fill("https://second.example/with/a/path")
    carla.get_by_role("button", name="Add website").click()
    expect(carla.get_by_text("without a path.")).to_be_visible()
    carla.get_by_label("Address", exact=True).fill("https://second.example")
    carla.get_by_role("button", name="Add website").click()
    expect(carla.get_by_role("heading", level=1, name="A second shop")).to_be_visible()
    made = next(site for site in suite.staff["carla"].ask("GET", "/api/settings/sites")["items"] if site["name"] == "A second shop")
    assert made["allowed_origins"] == ["https://second.example"]
    expect(carla.get_by_label("Lines to paste")).to_contain_text(f'<script src="{suite.gateway}/widget.js" data-site="{made["site_key"]}" async></script>')
