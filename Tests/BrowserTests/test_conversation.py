"""A visitor writes on the website, the right agent answers."""

import re

from playwright.sync_api import expect

from suite import eventually


def test_a_visitor_writes_and_the_agent_who_is_there_answers(suite, visitor, inbox, online):
    ana = inbox("ana")
    expect(ana.rows).to_have_count(0)
    widget = visitor().open()
    expect(widget.frame.get_by_role("heading", level=1)).not_to_be_empty()

    widget.write("Does the Tarn 3 stand well in strong wind?")
    expect(ana.row("Does the Tarn 3 stand well")).to_be_visible()  # nobody reloaded
    widget.expect_state("Does the Tarn 3 stand well in strong wind?", "sent|delivered|read")

    ana.open("Does the Tarn 3 stand well in strong wind?")
    ana.reply("Yes, up to 18 m/s if you use all eight guy lines.")
    expect(widget.message("Yes, up to 18 m/s if you use all eight guy lines.")).to_be_visible()

    # Each side learns that the other one has read it.
    widget.expect_state("Does the Tarn 3 stand well in strong wind?", "read")
    expect(ana.message("Yes, up to 18 m/s if you use all eight guy lines.")).to_contain_text("Read")
    session = suite.staff["ana"].session_with("Yes, up to 18 m/s if you use all eight guy lines.")
    assert session["agent"]["name"] == suite.staff["ana"].name
    assert suite.staff["ana"].messages(session["id"]) == [
        ("customer", "Does the Tarn 3 stand well in strong wind?"), ("agent", "Yes, up to 18 m/s if you use all eight guy lines."),
    ]


def test_of_two_agents_exactly_one_gets_the_conversation(suite, visitor, inbox, online):
    online("bruno")
    inboxes = {"ana": inbox("ana"), "bruno": inbox("bruno")}
    widget = visitor().open()
    widget.write("Which of you answers?")
    expect(widget.frame.get_by_text(re.compile("^You are talking to"))).to_be_visible()

    session = suite.staff["carla"].session_with("Which of you answers?")
    chosen = next(name for name in inboxes if suite.staff[name].name == session["agent"]["name"])
    other = "bruno" if chosen == "ana" else "ana"
    expect(inboxes[chosen].row("Which of you answers?")).to_be_visible()
    expect(inboxes[other].row("Which of you answers?")).to_have_count(0)
    expect(widget.frame.get_by_text(f"You are talking to {session['agent']['name']}")).to_be_visible()


def test_each_side_sees_that_the_other_is_typing(visitor, inbox, online):
    ana = inbox("ana")
    widget = visitor().open()
    widget.write("Are you there?")
    ana.open("Are you there?")

    widget.text.press_sequentially("I am writing")
    expect(ana.page.get_by_text(re.compile("is typing|^Typing")).first).to_be_visible()
    widget.text.fill("")

    ana.text.press_sequentially("So am I")
    expect(widget.frame.get_by_text(re.compile("is typing$"))).to_be_visible()
    ana.text.press("Enter")
    expect(widget.message("So am I")).to_be_visible()
    expect(widget.frame.get_by_text(re.compile("is typing$"))).to_be_hidden()


def test_an_answer_to_a_closed_panel_counts_as_unread_until_it_was_seen(suite, visitor, online):
    ana = suite.staff["ana"]
    widget = visitor().open()
    widget.write("I will close the panel now.")
    widget.expect_state("I will close the panel now.", "sent|delivered|read")
    widget.text.press("Escape")

    session = ana.session_with("I will close the panel now.")
    ana.say(session["id"], "Here is your answer.")
    expect(widget.page.get_by_role("button", name="Open the chat, 1 unread")).to_be_visible()
    expect(widget.frame.get_by_role("button", name=re.compile("Here is your answer"))).to_be_visible()  # its first line, beside the launcher

    widget.open()
    expect(widget.message("Here is your answer.")).to_be_visible()
    expect(widget.page.get_by_role("button", name="Close the chat")).to_be_visible()
    participants = f"/api/v1/chat/sessions/{session['id']}/participants"
    answer = [item for item in ana.ask("GET", f"/api/v1/chat/messages/{session['id']}")["items"] if item["text"] == "Here is your answer."][0]

    def is_read():
        return any(item["type"] == "customer" and item["read_through"] >= answer["sequence"] for item in ana.ask("GET", participants)["items"])

    eventually(is_read, "the visitor has read the answer")


def test_reload_and_the_next_page_keep_the_conversation(suite, visitor, online):
    widget = visitor().open()
    widget.write("Please remember me.")
    widget.expect_state("Please remember me.", "sent|delivered|read")

    widget.page.reload()
    expect(widget.message("Please remember me.")).to_be_visible()  # and the panel is open, as it was
    assert widget.texts() == ["Please remember me."]

    widget.page.goto(suite.demo_page + "?page=2")
    expect(widget.message("Please remember me.")).to_be_visible()
    widget.write("And now from another page.")
    widget.expect_state("And now from another page.", "sent|delivered|read")
    assert len(suite.staff["carla"].open_sessions()) == 1


def test_two_tabs_of_one_visitor_show_each_message_once(suite, visitor, watch, online):
    widget = visitor().open()
    widget.write("First tab.")
    widget.expect_state("First tab.", "sent|delivered|read")

    second = type(widget)(watch.page(widget.page.context.new_page()))
    second.page.goto(suite.demo_page)
    second.open()
    expect(second.message("First tab.")).to_be_visible()
    second.write("Second tab.")
    second.expect_state("Second tab.", "sent|delivered|read")
    expect(widget.message("Second tab.")).to_be_visible()
    widget.write("First tab again.")
    second.expect_state("First tab again.", "sent|delivered|read")

    session = suite.staff["carla"].session_with("First tab again.")
    suite.staff["ana"].say(session["id"], "One answer.")
    for tab in (widget, second):
        expect(tab.message("One answer.")).to_be_visible()
        assert tab.texts() == ["First tab.", "Second tab.", "First tab again.", "One answer."]
    assert len(suite.staff["carla"].open_sessions()) == 1


def test_two_tabs_that_start_together_are_one_visitor_with_one_conversation(suite, visitor, watch, online):
    first = visitor(wait_until="commit")
    second = type(first)(watch.page(first.page.context.new_page()))
    second.page.goto(suite.demo_page, wait_until="commit")
    first.open()
    second.open()
    first.text.fill("From the first tab.")
    second.text.fill("From the second tab.")
    first.text.press("Enter")
    second.text.press("Enter")
    for tab in (first, second):
        for text in ("From the first tab.", "From the second tab."):
            tab.expect_state(text, "sent|delivered|read")
            expect(tab.message(text)).to_have_count(1)
    assert len(suite.staff["carla"].open_sessions()) == 1


def test_a_closed_conversation_offers_a_new_one_and_stays_readable(suite, visitor, online):
    widget = visitor().open()
    widget.write("A short question.")
    widget.expect_state("A short question.", "sent|delivered|read")
    suite.staff["ana"].close(suite.staff["ana"].session_with("A short question.")["id"])

    expect(widget.frame.get_by_text("This conversation is closed.")).to_be_visible()
    expect(widget.text).to_be_hidden()
    widget.frame.get_by_role("button", name="Start a new conversation").click()
    expect(widget.text).to_be_focused()
    widget.write("Another question.")
    widget.expect_state("Another question.", "sent|delivered|read")
    assert widget.texts() == ["A short question.", "Another question."]
    assert suite.staff["carla"].session_with("Another question.")

    widget.page.reload()
    expect(widget.message("Another question.")).to_be_visible()


def test_earlier_messages_come_when_asked_for(suite, visitor, online):
    widget = visitor().open()
    widget.write("The very first message.")
    widget.expect_state("The very first message.", "sent|delivered|read")
    session = suite.staff["ana"].session_with("The very first message.")
    for number in range(60):
        suite.staff["ana"].say(session["id"], f"Line {number}.")
    expect(widget.message("Line 59.")).to_be_visible()

    widget.page.reload()
    expect(widget.message("Line 59.")).to_be_visible()
    expect(widget.message("The very first message.")).to_have_count(0)  # else the rest of this test shows nothing
    widget.frame.get_by_role("button", name="Earlier messages").click()
    expect(widget.message("The very first message.")).to_have_count(1)
    assert widget.texts() == ["The very first message.", *(f"Line {number}." for number in range(60))]


def test_what_was_written_is_text_and_never_markup(visitor, inbox, online):
    ana = inbox("ana")
    widget = visitor().open()
    text = "<img src=x onerror=alert(1)> <b>bold</b> & https://nordlys.example/guide?a=1&b=2."
    widget.write(text)
    expect(widget.frame.get_by_role("link", name="https://nordlys.example/guide?a=1&b=2", exact=True)).to_have_attribute("rel", re.compile("noopener"))
    assert widget.log.locator(".bubble img, .bubble b").count() == 0
    ana.row("<img src=x").click()
    expect(ana.thread.get_by_text("<b>bold</b>")).to_be_visible()


def test_a_blocked_visitor_is_told_at_once_and_does_not_begin_anew(suite, visitor, watch, online):
    watch.expect(r"status of 403")
    widget = visitor().open()
    widget.write("I will be blocked.")
    widget.expect_state("I will be blocked.", "sent|delivered|read")
    blocked = widget.frame.get_by_text("You can no longer write in this chat.")
    customer = suite.staff["ana"].session_with("I will be blocked.")["customer"]["id"]
    suite.staff["ana"].ask("POST", f"/api/v1/chat/users/{customer}/block", {"reason": "A test."})
    try:
        expect(blocked).to_be_visible()  # nobody wrote: the line was ended
        widget.page.reload()
        expect(blocked).to_be_visible()  # the same visitor, not a new one
        expect(widget.text).to_be_hidden()
        expect(widget.log.locator(".message")).to_have_count(0)
    finally:
        suite.staff["ana"].ask("POST", f"/api/v1/chat/users/{customer}/unblock")
    widget.page.reload()
    expect(widget.message("I will be blocked.")).to_be_visible()
    widget.write("And now I am not.")
    widget.expect_state("And now I am not.", "sent|delivered|read")
