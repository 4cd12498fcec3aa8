"""The visitor's line is cut and comes back; nothing is lost and nothing arrives twice."""

import re

import pytest
from playwright.sync_api import expect

from conftest import VISIBLE_MAX
from pages import Widget


def test_both_sides_end_with_the_same_messages_once_each(suite, far_visitor, inbox):
    widget, line = far_visitor
    ana = inbox("ana")
    widget.open()
    widget.write("Before the tunnel.")
    ana.open("Before the tunnel.")
    ana.reply("I hear you.")
    expect(widget.message("I hear you.")).to_be_visible()

    line.cut()
    expect(widget.status).to_contain_text("Reconnecting…")
    widget.write("From the tunnel, one.")
    widget.write("From the tunnel, two.")
    widget.expect_state("From the tunnel, one.", "waits")
    widget.expect_state("From the tunnel, two.", "waits")
    expect(widget.status).to_contain_text("2 messages are kept")
    ana.reply("Are you still there?")
    ana.reply("I wait.")
    expect(ana.message("I wait.")).to_contain_text("Sent")
    assert "I wait." not in widget.texts(), "the line was not cut"
    assert "From the tunnel, one." not in ana.texts(), "the line was not cut"

    line.restore()
    widget.expect_live()
    widget.expect_state("From the tunnel, two.", "sent|delivered|read")
    expect(widget.message("I wait.")).to_be_visible()
    expect(ana.message("From the tunnel, two.")).to_be_visible()

    # One more each way: whatever a repeat would bring has come before it.
    widget.write("Out of the tunnel.")
    expect(ana.message("Out of the tunnel.")).to_be_visible()
    ana.reply("Good.")
    expect(widget.message("Good.")).to_be_visible()
    session = suite.staff["ana"].session_with("Good.")
    kept = [text for _, text in suite.staff["ana"].messages(session["id"])]
    assert sorted(kept) == sorted([
        "Before the tunnel.", "I hear you.", "From the tunnel, one.", "From the tunnel, two.", "Are you still there?", "I wait.", "Out of the tunnel.", "Good.",
    ])
    assert kept.index("From the tunnel, one.") < kept.index("From the tunnel, two.")
    assert widget.texts() == kept
    assert ana.texts() == kept


def test_a_line_that_is_cut_again_and_again_loses_nothing(suite, far_visitor):
    widget, line = far_visitor
    widget.open()
    written = []
    for number in range(6):
        widget.write(f"Message {number} in.")
        line.cut()
        widget.write(f"Message {number} out.")
        expect(widget.status).to_contain_text("Reconnecting…")
        line.restore()
        widget.expect_live()
        written += [f"Message {number} in.", f"Message {number} out."]
    widget.expect_state(written[-1], "sent|delivered|read")
    session = suite.staff["carla"].session_with(written[-1])
    assert [text for _, text in suite.staff["carla"].messages(session["id"])] == written
    assert widget.texts() == written


def test_a_line_that_dies_without_a_word_is_noticed(suite, far_visitor):
    widget, line = far_visitor
    widget.open()
    widget.write("Before the silence.")
    widget.expect_state("Before the silence.", "sent|delivered|read")
    session = suite.staff["ana"].session_with("Before the silence.")

    line.silence()
    suite.staff["ana"].say(session["id"], "Into the silence.")
    expect(widget.status).to_contain_text("Reconnecting…", timeout=VISIBLE_MAX)  # 15 s of silence, 5 s without an answer
    assert "Into the silence." not in widget.texts(), "the line was not silent"
    line.restore()
    expect(widget.message("Into the silence.")).to_be_visible()
    widget.expect_live()


def test_a_browser_that_says_it_is_offline_is_believed(suite, far_visitor):
    widget, _ = far_visitor
    widget.open()
    widget.write("Online.")
    widget.expect_state("Online.", "sent|delivered|read")
    widget.page.context.set_offline(True)
    expect(widget.status).to_contain_text("Reconnecting…")
    widget.write("Offline.")
    widget.expect_state("Offline.", "waits")
    widget.page.context.set_offline(False)
    widget.expect_state("Offline.", "sent|delivered|read")
    widget.expect_live()
    assert widget.texts() == ["Online.", "Offline."]


def test_messages_written_without_a_line_survive_closing_the_page(suite, far_visitor, watch):
    widget, line = far_visitor
    widget.open()
    widget.write("With a line.")
    widget.expect_state("With a line.", "sent|delivered|read")
    line.cut()
    expect(widget.status).to_contain_text("Reconnecting…")
    widget.write("Without a line, one.")
    widget.write("Without a line, two.")
    widget.expect_state("Without a line, two.", "waits")
    context = widget.page.context
    widget.page.close()

    line.restore()
    again = Widget(watch.page(context.new_page()))
    again.page.goto(suite.demo_page)
    again.open()
    again.expect_state("Without a line, two.", "sent|delivered|read")
    assert again.texts() == ["With a line.", "Without a line, one.", "Without a line, two."]
    session = suite.staff["carla"].session_with("Without a line, two.")
    assert [text for _, text in suite.staff["carla"].messages(session["id"])] == again.texts()


def test_the_very_first_message_may_be_written_without_a_line(suite, far_visitor):
    widget, line = far_visitor
    widget.open()
    line.cut()
    widget.write("Hello from a train.")
    expect(widget.status).to_contain_text("Reconnecting…")
    widget.expect_state("Hello from a train.", "waits")
    line.restore()
    widget.expect_state("Hello from a train.", "sent|delivered|read")
    widget.expect_live()
    assert len(suite.staff["carla"].open_sessions()) == 1
    assert widget.texts() == ["Hello from a train."]


def test_writing_too_fast_waits_and_then_goes_out(suite, far_visitor, watch):
    widget, line = far_visitor
    watch.expect(r"status of 429")
    widget.open()
    widget.write("Slowly.")
    widget.expect_state("Slowly.", "sent|delivered|read")
    line.cut()  # what gathers meanwhile goes out as fast as the line allows
    expect(widget.status).to_contain_text("Reconnecting…")
    texts = [f"Quick {number}." for number in range(40)]
    for text in texts:
        widget.text.fill(text)
        widget.text.press("Enter")
    expect(widget.message(texts[-1])).to_have_count(1)
    line.restore()
    widget.expect_state(texts[-1], "sent|delivered|read")
    session = suite.staff["carla"].session_with(texts[-1])
    assert [text for _, text in suite.staff["carla"].messages(session["id"])] == ["Slowly.", *texts]
    expect(widget.status).to_have_text(re.compile("^$"))


@pytest.mark.parametrize("service", ["gateway", "chat"])
def test_a_service_that_dies_under_a_conversation_loses_nothing(suite, visitor, inbox, online, watch, service):
    watch.expect(r"net::ERR_|WebSocket connection to|status of 50[0-9]")
    ana = inbox("ana")
    widget = visitor().open()
    widget.write("Before it dies.")
    ana.open("Before it dies.")

    suite.kill(service)
    widget.write("After it died, from the visitor.")
    widget.expect_state("After it died, from the visitor.", "sent|delivered|read")
    expect(ana.message("After it died, from the visitor.")).to_have_count(1)
    ana.reply("After it died, from Ana.")  # later, for who has not seen the newest message is asked first
    expect(widget.message("After it died, from Ana.")).to_have_count(1)
    widget.expect_live()
    session = suite.staff["ana"].ask("GET", "/api/v1/chat/sessions?view=mine")["items"][0]
    kept = [text for _, text in suite.staff["ana"].messages(session["id"])]
    assert sorted(kept) == ["After it died, from Ana.", "After it died, from the visitor.", "Before it dies."]
    assert widget.texts() == kept
    assert ana.texts() == kept
