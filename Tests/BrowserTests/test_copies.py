"""Nothing on an inbox's page outlives what it is a copy of; nothing counts as read that was not seen; one tab calls."""

import json
import re

import pytest
from playwright.sync_api import expect

from suite import eventually

COUNT_CALLS = """
window.tones = 0; window.notifications = [];
const create = AudioContext.prototype.createOscillator;
AudioContext.prototype.createOscillator = function () { window.tones += 1; return create.call(this); };
window.Notification = class { constructor(title, options) { window.notifications.push([title, options.body]); } close() {} };
window.Notification.permission = "granted";
"""


@pytest.fixture
def talk(suite, visitor, inbox, online):
    def begin(text, **options):
        ana = inbox("ana", **options)
        widget = visitor().open()
        widget.write(text)
        ana.open(text)
        return widget, ana, suite.staff["ana"].session_with(text)

    return begin


def test_a_changed_or_deleted_text_is_gone_from_the_list_of_every_tab(suite, talk, inbox):
    _, ana, session = talk("Is the list a copy?")
    said = suite.staff["carla"].say(session["id"], "The code is 4711.")
    other = inbox("bruno", path="/inbox?view=all")  # has not opened it
    row = other.rows.filter(has_text="The code is 4711.")
    expect(row).to_have_count(1)
    expect(ana.row("The code is 4711.")).to_have_count(1)
    suite.staff["carla"].ask("PUT", f"/api/v1/chat/messages/{said['id']}", {"text": "The code is secret."})
    for each in (ana, other):
        expect(each.row("The code is secret.")).to_have_count(1)
        expect(each.page.get_by_text("4711")).to_have_count(0)
    suite.staff["carla"].ask("DELETE", f"/api/v1/chat/messages/{said['id']}")
    for each in (ana, other):
        expect(each.row("Message deleted")).to_have_count(1)
        expect(each.page.get_by_text("The code is secret.")).to_have_count(0)


def test_a_colleagues_change_of_the_customer_is_seen_at_once(suite, talk):
    _, ana, session = talk("Who am I?")
    suite.staff["carla"].ask("PATCH", f"/api/admin/customers/{session['customer']['id']}", {"name": "Nora Lind"})
    expect(ana.row("Nora Lind")).to_have_count(1)
    expect(ana.page.get_by_role("heading", name="Nora Lind").first).to_be_visible()


def story(name):
    return "\n".join(f"Line {number} of {name}." for number in range(1, 91))


def test_a_tall_message_is_read_when_its_end_was_seen(suite, inbox, online):
    visitor = suite.call("POST", "/api/v1/widget/visitors", {"site": suite.ready["site"]})[1]["token"]
    _, session = suite.call("POST", "/api/v1/chat/sessions", {"message": {"text": story("the first story")}}, token=visitor)
    ana = inbox("ana")
    page = ana.page
    told = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda text: told.append(json.loads(text)) if '"type":"read"' in text else None))
    page.clock.install()
    page.reload()
    ana.row("Line 1 of the first story.").click()
    eventually(lambda: unread(suite, session) == 0, "the first story is read to its end")
    page.evaluate("0")  # what the socket said meanwhile is heard now
    assert told, "without a frame seen this test proves nothing"
    thread = page.locator("#thread")
    thread.evaluate("element => { element.scrollTop -= 500; }")
    expect(page.get_by_role("button", name="Latest")).to_be_visible()

    status, said = suite.call("POST", "/api/v1/chat/messages", {"session_id": session["id"], "text": story("the second story")}, token=visitor)
    assert status == 201, said
    below = page.get_by_role("button", name="1 new below")
    expect(below).to_be_visible()
    thread.evaluate("element => { element.scrollTop += 500 + element.clientHeight; }")  # it fills the view; its end is below
    expect(ana.thread.get_by_text("Line 1 of the second story.")).to_be_in_viewport()
    assert thread.evaluate("element => element.scrollHeight - element.scrollTop - element.clientHeight") > 400
    page.clock.fast_forward(5_000)
    expect(below).to_be_visible()
    assert [frame for frame in told if frame["through"] >= said["sequence"]] == []

    below.click()
    eventually(lambda: unread(suite, session) == 0, "it is read when its end was seen")
    page.evaluate("0")
    assert told[-1]["through"] >= said["sequence"]


def unread(suite, session):
    return next(each["unread_count"] for each in suite.staff["ana"].open_sessions() if each["id"] == session["id"])


def test_two_tabs_of_one_browser_call_once(suite, colleagues, visitor, inbox, online):
    context = colleagues("ana").context
    tabs = []
    for _ in range(2):
        page = context.new_page()
        page.add_init_script(COUNT_CALLS)
        page.goto(f"{suite.gateway}/inbox")
        expect(page.get_by_text("Live", exact=True)).to_be_visible()
        page.mouse.click(700, 500)  # somebody touched it, so it may sound
        tabs.append(page)
    try:
        visitor().open().write("Do you ring?")
        eventually(lambda: sum(page.evaluate("window.tones") for page in tabs) >= 2, "somebody is called")
        for page in tabs:
            expect(page.get_by_role("link").filter(has_text="Do you ring?")).to_be_visible()
            page.wait_for_function("performance.now() > 0")
        tones = [page.evaluate("window.tones") for page in tabs]
        assert sorted(tones) == [0, 2], f"a call is two notes; the tabs played {tones}"
    finally:
        for page in tabs:
            page.close()


def test_a_search_that_finds_nothing_says_where_it_looked(talk):
    _, ana, _ = talk("Only a message has the word marzipan.")
    ana.page.get_by_role("searchbox", name="Search conversations").fill("marzipan")
    expect(ana.page.get_by_role("heading", name="Nothing found")).to_be_visible()
    expect(ana.page.get_by_text("in its subject, or in its customer’s name or e-mail address")).to_be_visible()


def test_a_name_turns_no_line_and_is_cut_between_characters(suite, talk):
    _, ana, session = talk("What is my name?")
    suite.staff["carla"].ask("PATCH", f"/api/admin/customers/{session['customer']['id']}", {"name": "\u202egnp.exe " + "👨‍👩‍👧‍👦" * 60})
    expect(ana.row("gnp.exe")).to_have_count(1)
    ana.page.wait_for_function("document.title.includes('gnp.exe')")
    title = ana.page.title()
    assert "\u202e" not in title and "\u2068gnp.exe" in title and "\u2069 · Inbox" in title, repr(title)
    assert ana.page.evaluate("document.title.isWellFormed()")
    assert "👨‍👩‍👧‍👦…\u2069" in title, repr(title)
    assert "\u202e" not in ana.page.get_by_role("main").inner_text()


def test_links_keep_their_brackets_and_end_at_any_full_stop(suite, talk):
    _, ana, session = talk("Where can I read about it?")
    suite.staff["carla"].say(session["id"], "See (https://en.wiki.example/Tent_(shelter)), HTTPS://SHOP.EXAMPLE/A。 or https://shop.example/路径。谢谢")
    link = ana.thread.get_by_role("link")
    expect(link).to_have_count(3)
    assert [each.get_attribute("href") for each in link.all()] == ["https://en.wiki.example/Tent_(shelter)", "HTTPS://SHOP.EXAMPLE/A", "https://shop.example/路径"]


def test_a_service_that_has_less_than_the_page_is_believed(suite, talk, watch):
    watch.expect(r"net::ERR_INTERNET_DISCONNECTED|WebSocket connection to")
    _, ana, session = talk("Before the backup.")
    suite.staff["carla"].say(session["id"], "Lost with the disk.")
    expect(ana.row("Lost with the disk.")).to_have_count(1)

    def restored(route):
        answer = route.fetch()
        body = answer.json()
        for each in body.get("items", [body]):
            if each["id"] == session["id"]:
                each.update(last_sequence=1, last_message_sequence=1, last_message={**each["last_message"], "text": "Before the backup.", "sequence": 1})
        route.fulfill(response=answer, json=body)

    ana.page.route(re.compile(r"/api/v1/chat/sessions(/[^/?]+)?(\?.*)?$"), restored)
    ana.page.context.set_offline(True)
    expect(ana.page.get_by_role("status").filter(has_text="complete up to")).to_be_visible()
    ana.page.context.set_offline(False)
    expect(ana.row("Before the backup.")).to_have_count(1)
    expect(ana.page.get_by_text("Live", exact=True)).to_be_visible()
    ana.page.unroute_all()
