"""A browser that several people use: a page is one person's from its first to its last moment."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from conftest import VISIBLE_MAX, WIDE
from pages import Inbox, Widget, sign_in
from suite import eventually

# What a browser does whose user has forbidden it to keep anything: no storage, no channel between tabs, no locks.
NOTHING_IS_KEPT = """
Object.defineProperty(window, "localStorage", { get() { throw new DOMException("denied", "SecurityError"); } });
delete window.BroadcastChannel;
Object.defineProperty(navigator, "locks", { value: { request: () => Promise.reject(new DOMException("denied", "SecurityError")) } });
"""


@pytest.fixture
def desk(suite, browser, watch):
    """desk() is a browser of its own in which Ana signed in: its tabs share one session."""
    contexts = []

    def sit_down(script=None):
        context = browser.new_context(viewport=WIDE, locale="en-GB")
        context.set_default_timeout(VISIBLE_MAX)
        if script:
            context.add_init_script(script)
        contexts.append(context)
        page = watch.page(context.new_page())
        sign_in(page, suite.gateway, suite.staff["ana"])
        return page

    yield sit_down
    for context in contexts:
        context.close()


def sign_out(page):
    page.get_by_label(re.compile("^You: [^,]+, ")).click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def become(page, suite, user):
    """Signs in where the form stands."""
    page.get_by_label("E-mail").fill(user.email)
    page.get_by_label("Password", exact=True).fill(user.password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(re.compile(r"/inbox"))


def test_signing_out_stops_every_tab_and_what_was_being_written_waits_for_its_writer(suite, desk, visitor, online, watch):
    watch.expect("status of 40[01]")
    widget = visitor().open()
    widget.write("Which tab is whose?")
    page = desk()
    ana = Inbox(page)
    ana.open("Which tab is whose?")
    session = suite.staff["ana"].session_with("Which tab is whose?")
    ana.text.fill("Half a reply of Ana's")
    other = watch.page(page.context.new_page())
    other.goto(f"{suite.gateway}/inbox")
    expect(other.get_by_role("heading", level=1, name="Mine")).to_be_visible()

    sign_out(other)
    expect(page.get_by_text("You are signed out.")).to_be_visible()
    expect(page.get_by_text("Half a reply of Ana's")).to_have_count(0)
    become(other, suite, suite.staff["carla"])
    other.goto(f"{suite.gateway}/inbox/{session['id']}?view=all")
    carla = Inbox(other)
    expect(carla.thread.get_by_text("Which tab is whose?", exact=True)).to_be_visible()
    expect(carla.text).to_have_value("")
    assert [text for _, text in suite.staff["carla"].messages(session["id"])] == ["Which tab is whose?"]

    sign_out(other)
    become(other, suite, suite.staff["ana"])
    other.goto(f"{suite.gateway}/inbox/{session['id']}?view=all")
    expect(Inbox(other).text).to_have_value("Half a reply of Ana's")


class HeldLine:
    """What a tab says and hears in HTTP waits from `hold` to `release`, as on a line that is slow. Its socket stays as it is."""

    def __init__(self, page):
        self._page, self._held, self._is_held = page, [], False

    def hold(self):
        self._is_held = True
        self._page.route("**/api/**", lambda route: self._held.append(route) if self._is_held else route.continue_())

    def release(self):
        self._is_held = False
        for route in self._held:
            route.continue_()


def test_a_tab_stops_when_its_session_is_somebody_elses_though_the_browser_keeps_nothing(suite, desk, visitor, online, watch):
    watch.expect("status of 40[01]")
    widget = visitor().open()
    widget.write("Who answers me?")
    page = desk(NOTHING_IS_KEPT)
    ana = Inbox(page)
    ana.open("Who answers me?")
    session = suite.staff["ana"].session_with("Who answers me?")
    line = HeldLine(page)
    other = watch.page(page.context.new_page())
    other.goto(f"{suite.gateway}/inbox")
    expect(other.get_by_role("heading", level=1, name="Mine")).to_be_visible()
    line.hold()
    sign_out(other)
    become(other, suite, suite.staff["carla"])
    expect(ana.text).to_be_visible()  # nothing has told this tab yet
    ana.text.fill("This is Ana's reply.")
    ana.text.press("Enter")
    line.release()
    expect(page.get_by_role("heading", name="This tab stopped")).to_be_visible()
    expect(page.get_by_role("alert")).to_contain_text(suite.staff["carla"].name)
    expect(page.get_by_text("is kept in this browser")).to_have_count(0)
    assert [text for _, text in suite.staff["carla"].messages(session["id"])] == ["Who answers me?"]

    page.get_by_role("button", name=re.compile("^Go on as")).click()
    expect(page.get_by_label(re.compile(f"^You: {suite.staff['carla'].name}"))).to_be_visible()
    assert [text for _, text in suite.staff["carla"].messages(session["id"])] == ["Who answers me?"]


def test_a_tab_whose_session_ends_elsewhere_ends_at_the_form_though_the_browser_keeps_nothing(suite, desk, visitor, online, watch):
    watch.expect("status of 40[01]")
    widget = visitor().open()
    widget.write("Who is still here?")
    page = desk(NOTHING_IS_KEPT)
    ana = Inbox(page)
    ana.open("Who is still here?")
    other = watch.page(page.context.new_page())
    other.goto(f"{suite.gateway}/inbox")
    expect(other.get_by_role("heading", level=1, name="Mine")).to_be_visible()
    sign_out(other)
    # Only its socket tells it, by being closed.
    expect(page.get_by_text("You are signed out.")).to_be_visible()
    expect(page.get_by_text("Who is still here?")).to_have_count(0)
    become(other, suite, suite.staff["carla"])
    page.reload()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    expect(page.get_by_text("Who is still here?")).to_have_count(0)
    assert urlsplit(page.url).path == "/signin", "it is not Carla's without a word"


def test_chosen_offline_outlives_a_reload_and_signing_in_again(suite, desk, online, watch):
    watch.expect("status of 40[01]")
    page = desk()
    you = page.get_by_label(re.compile("^You: [^,]+, "))
    expect(you).to_have_attribute("aria-label", re.compile("Online"))
    you.click()
    page.get_by_role("radio", name="Offline").check(force=True)
    expect(you).to_have_attribute("aria-label", re.compile("Offline"))
    eventually(lambda: suite.staff["ana"].ask("GET", "/api/v1/agents/me/status")["status"] == "offline", "the service knows")
    page.reload()
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    expect(you).to_have_attribute("aria-label", re.compile("Offline"))
    you.click()
    page.get_by_role("radio", name="Online").check(force=True)
    expect(you).to_have_attribute("aria-label", re.compile("Online"))

    # Signing out is no choice.
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert suite.staff["ana"].ask("GET", "/api/v1/agents/me/status")["status"] == "offline"
    become(page, suite, suite.staff["ana"])
    expect(you).to_have_attribute("aria-label", re.compile("Online"))


KEPT_TOKEN = "() => JSON.parse(localStorage.getItem(Object.keys(localStorage).find((key) => key.endsWith('.visitor')))).token"


def test_a_visitor_has_the_chat_forgotten_and_is_a_stranger_from_then_on(suite, visitor, online, watch):
    # The other tab may still ask for the conversation when the browser is a stranger already.
    watch.expect("status of (401|404)")
    widget = visitor().open()
    page = widget.page
    expect(widget.forget).to_have_count(0)  # there is nothing yet
    words = "Nobody else at this computer shall read this."
    widget.write(words)
    widget.expect_state(words, "sent|delivered|read")
    session = suite.staff["carla"].session_with(words)
    token = widget.frame.locator("html").evaluate(KEPT_TOKEN)

    def answer():
        return suite.call("GET", f"/api/v1/chat/sessions/{session['id']}", token=token)[0]

    assert answer() == 200
    other = Widget(watch.page(page.context.new_page()))
    other.page.goto(suite.demo_page)
    other.open()
    expect(other.message(words)).to_be_visible()
    page.bring_to_front()

    # Asked once more; whoever goes elsewhere has not meant it, and a key that is held has not read the question.
    sure = widget.frame.get_by_role("button", name=re.compile("^Sure"))
    widget.forget.press("Enter")
    expect(sure).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(widget.forget).to_be_visible()
    widget.forget.focus()
    for _ in range(6):
        page.keyboard.down("Enter")
    page.keyboard.up("Enter")
    expect(sure).to_be_focused()
    expect(widget.message(words)).to_be_visible()
    assert answer() == 200
    page.keyboard.press("Enter")

    for tab in (widget, other):
        expect(tab.launcher).to_have_attribute("aria-expanded", "false")
    expect(widget.launcher).to_be_focused()
    eventually(lambda: answer() == 401, "the token that was here is refused")
    for tab in (widget, other):
        tab.open()
        expect(tab.log).to_have_attribute("aria-busy", "false")
        expect(tab.log.locator(".message")).to_have_count(0)
        expect(tab.frame.get_by_role("button", name="Earlier messages")).to_have_count(0)
        expect(tab.forget).to_have_count(0)
    page.reload()
    expect(widget.text).to_be_visible()
    expect(widget.log.locator(".message")).to_have_count(0)

    widget.write("Good morning")
    widget.expect_state("Good morning", "sent|delivered|read")
    assert widget.texts() == ["Good morning"]
    assert suite.staff["carla"].session_with("Good morning")["customer"]["id"] != session["customer"]["id"]
    assert [text for _, text in suite.staff["carla"].messages(session["id"])] == [words], "the company keeps what it was told"
