"""One key press is one thing: held keys, other layouts, input methods, and taking back what a key did."""

import re

import pytest
from playwright.sync_api import expect

from suite import eventually


@pytest.fixture
def row_of(suite, visitor, inbox, online):
    """row_of(texts) is Ana's inbox with one conversation for each text, the first one open."""

    def begin(*texts):
        ana = inbox("ana")
        for text in texts:
            visitor().open().write(text)
            expect(ana.row(text)).to_be_visible()
        ana.open(texts[0])
        return ana

    return begin


def press(page, key, code, selector="body", **more):
    """A key as a keyboard of another layout says it."""
    return page.locator(selector).evaluate(
        """(element, event) => element.dispatchEvent(new KeyboardEvent("keydown", { bubbles: true, cancelable: true, ...event }))""",
        {"key": key, "code": code, **more})


def statuses(suite, *texts):
    sessions = suite.staff["carla"].ask("GET", "/api/v1/chat/sessions?view=all&status=waiting,assigned,pending,resolved&limit=200")["items"]
    return [next(session["status"] for session in sessions if session["last_message"]["text"] == text) for text in texts]


def test_a_held_key_resolves_one_conversation_and_it_can_be_taken_back(suite, row_of):
    texts = ["Held, one.", "Held, two.", "Held, three."]
    ana = row_of(*texts)
    page = ana.page
    page.get_by_role("region", name=re.compile("^Conversation with")).focus()
    resolved = page.get_by_role("status").filter(has_text="Resolved.")
    page.keyboard.down("e")
    for _ in range(20):
        page.keyboard.down("e")  # the system repeats it
    expect(resolved).to_be_visible()
    for _ in range(20):
        page.keyboard.down("e")
    page.keyboard.up("e")
    eventually(lambda: statuses(suite, texts[0]) == ["resolved"], "the first one is resolved")
    assert statuses(suite, *texts[1:]) == ["assigned", "assigned"]

    resolved.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("status").filter(has_text="It is yours again.")).to_be_visible()
    eventually(lambda: statuses(suite, texts[0]) == ["assigned"], "it is Ana's again")
    expect(ana.thread.get_by_text(texts[0], exact=True)).to_be_visible()

    page.get_by_role("region", name=re.compile("^Conversation with")).focus()
    page.keyboard.press("e")
    eventually(lambda: statuses(suite, texts[0]) == ["resolved"], "it is resolved again")
    expect(resolved).to_be_visible()
    page.keyboard.press("Control+z")
    eventually(lambda: statuses(suite, texts[0]) == ["assigned"], "Ctrl Z takes it back too")


def test_a_held_enter_presses_a_button_once(suite, row_of):
    texts = ["Pressed, one.", "Pressed, two."]
    ana = row_of(*texts)
    page = ana.page
    page.get_by_role("button", name="Resolve", exact=True).focus()
    page.keyboard.down("Enter")
    for _ in range(20):
        page.keyboard.down("Enter")
    expect(page.get_by_role("status").filter(has_text="Resolved.")).to_be_visible()
    for _ in range(20):
        page.keyboard.down("Enter")
    page.keyboard.up("Enter")
    eventually(lambda: statuses(suite, texts[0]) == ["resolved"], "the first one is resolved")
    assert statuses(suite, texts[1]) == ["assigned"]


def test_keys_work_by_their_place_on_other_layouts(suite, row_of):
    ana = row_of("По-русски, пожалуйста.", "Και ελληνικά.")
    page = ana.page
    thread = "#thread"
    press(page, "κ", "KeyK", thread)  # the newest stands on top
    expect(ana.thread.get_by_text("Και ελληνικά.", exact=True)).to_be_visible()
    press(page, "о", "KeyJ", thread)
    expect(ana.thread.get_by_text("По-русски, пожалуйста.", exact=True)).to_be_visible()
    press(page, "л", "KeyK", thread, ctrlKey=True)
    expect(page.get_by_role("dialog", name="Find or do")).to_be_visible()
    page.keyboard.press("Escape")
    press(page, ".", "Slash", thread)
    expect(page.get_by_role("searchbox", name="Search conversations")).to_be_focused()
    page.keyboard.press("Escape")
    press(page, "у", "KeyE", thread)
    expect(page.get_by_role("status").filter(has_text="Resolved.")).to_be_visible()
    press(page, "я", "KeyZ", thread, ctrlKey=True)
    expect(page.get_by_role("status").filter(has_text="It is yours again.")).to_be_visible()


@pytest.mark.parametrize("sign", [{"isComposing": True, "keyCode": 13}, {"isComposing": False, "keyCode": 229}], ids=["isComposing", "229"])
def test_an_input_methods_enter_sends_nothing_and_its_escape_leaves_nothing(suite, row_of, sign):
    text = f"日本語で ({sign['keyCode']})"
    ana = row_of(text)
    session = suite.staff["ana"].session_with(text)
    ana.text.fill("にほんご")
    press(ana.page, "Enter", "Enter", "#message", **sign)
    press(ana.page, "Escape", "Escape", "#message", **sign)
    expect(ana.text).to_be_focused()
    expect(ana.text).to_have_value("にほんご")
    ana.page.keyboard.press("Control+k")
    finder = ana.page.get_by_role("dialog", name="Find or do")
    finder.get_by_role("combobox").fill("resolve")
    press(ana.page, "Enter", "Enter", "dialog input", **sign)
    press(ana.page, "Escape", "Escape", "dialog input", **sign)
    expect(finder).to_be_visible()
    ana.page.keyboard.press("Escape")
    assert suite.staff["ana"].messages(session["id"]) == [("customer", text)]
    assert statuses(suite, text) == ["assigned"]
    ana.text.press("Enter")
    expect(ana.message("にほんご")).to_have_count(1)
