"""The widget on pages that are not ours: allowed, foreign, strict and hostile ones."""

import pytest
from playwright.sync_api import expect

from host_page import HostPage, signed_attributes
from pages import Widget

# A page that breaks everything on it, widgets included.
HOSTILE_STYLE = """
:not(html) { all: unset !important; display: none !important; font-size: 2px !important; color: red !important; }
div { transform: rotate(180deg) !important; opacity: .1 !important; visibility: hidden !important; }
iframe { width: 1px !important; height: 1px !important; } button { background: red !important; }
"""


@pytest.fixture
def host_page():
    page = HostPage()
    yield page
    page.stop()


@pytest.fixture
def embedded(suite, browser, watch, host_page, online):
    """A site of its own that allows the host page; embedded(…) opens the page with the widget."""
    site = suite.staff["carla"].ask("POST", "/api/settings/sites", {"name": "Shop", "allowed_origins": [host_page.origin]})
    contexts = []

    def signed(user):
        """The attributes of a visitor for whom the shop vouches."""
        return 'data-user-id="{}" data-user-hash="{}"'.format(*signed_attributes(suite.staff["carla"], site["id"], user))

    def visit(**page):
        context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-GB")
        contexts.append(context)
        tab = watch.page(context.new_page())
        tab.goto(host_page.put("/shop", suite, site["site_key"], **page))
        return Widget(tab)

    visit.signed = signed
    yield visit
    for context in contexts:
        context.close()


def test_an_allowed_page_of_another_origin_has_the_whole_chat(suite, embedded):
    widget = embedded().open()
    widget.write("From the shop's own page.")
    widget.expect_state("From the shop's own page.", "sent|delivered|read")
    session = suite.staff["carla"].session_with("From the shop's own page.")
    customer = suite.staff["carla"].ask("GET", f"/api/admin/customers/{session['customer']['id']}")
    assert customer["page"]["url"] == widget.page.url
    assert customer["page"]["title"] == "Shop"
    widget.page.reload()
    expect(widget.message("From the shop's own page.")).to_be_visible()


def test_a_page_that_is_not_allowed_shows_nothing(suite, browser, watch, host_page, online):
    watch.expect("frame-ancestors|Framing|refused to connect|ERR_BLOCKED_BY_RESPONSE|status of 403")
    page = watch.page(browser.new_context().new_page())
    with page.expect_event("console", lambda message: "frame-ancestors" in message.text):
        page.goto(host_page.put("/foreign", suite, suite.ready["site"]))
    expect(page.get_by_role("heading", name="Shop")).to_be_visible()
    expect(page.get_by_role("button")).to_have_count(0)
    page.context.close()


def test_a_strict_policy_of_the_page_does_not_break_it(suite, embedded):
    policy = f"default-src 'none'; script-src {suite.gateway}; frame-src {suite.gateway}; require-trusted-types-for 'script'; trusted-types 'none'"
    widget = embedded(policy=policy).open()
    widget.write("Through a strict policy.")
    widget.expect_state("Through a strict policy.", "sent|delivered|read")
    box = widget.page.locator("iframe").bounding_box()
    assert 360 <= box["width"] <= 400 and box["height"] > 400, "the styles were refused"


def test_hostile_styles_of_the_page_do_not_reach_it(embedded):
    widget = embedded(style=HOSTILE_STYLE)
    expect(widget.page.get_by_role("heading", name="Shop")).to_be_hidden()  # the page broke itself
    widget.open()
    widget.write("Still here.")
    widget.expect_state("Still here.", "sent|delivered|read")
    launcher, panel = widget.launcher.bounding_box(), widget.page.locator("iframe").bounding_box()
    assert launcher["width"] == launcher["height"] == 56
    assert 360 <= panel["width"] <= 400


def test_the_page_cannot_read_the_conversation(suite, embedded):
    widget = embedded().open()
    widget.write("My order is 4711.")
    widget.expect_state("My order is 4711.", "sent|delivered|read")
    read = """() => {
      const frame = [...document.querySelectorAll("*")].map((each) => each.shadowRoot?.querySelector("iframe")).find(Boolean);
      try { return frame.contentDocument?.body.innerText ?? null; } catch (error) { return null; }
    }"""
    assert widget.page.evaluate(read) is None
    assert "4711" not in widget.page.evaluate("() => JSON.stringify({...localStorage})")


def test_orders_of_other_windows_are_not_followed(embedded):
    widget = embedded().open()
    widget.page.evaluate("() => window.postMessage({switchboard: 1, type: 'close'}, '*')")
    widget.page.evaluate("() => window.postMessage({switchboard: 1, type: 'refused'}, '*')")
    widget.write("Still open.")
    widget.expect_state("Still open.", "sent|delivered|read")
    expect(widget.launcher).to_have_attribute("aria-expanded", "true")


def test_a_signed_in_customer_has_one_conversation_in_every_browser(suite, embedded):
    attributes = embedded.signed("customer-4711")
    first = embedded(attributes=attributes).open()
    first.write("From my desk.")
    first.expect_state("From my desk.", "sent|delivered|read")
    second = embedded(attributes=attributes).open()
    expect(second.message("From my desk.")).to_be_visible()
    second.write("From my sofa.")
    expect(first.message("From my sofa.")).to_be_visible()
    assert len(suite.staff["carla"].open_sessions()) == 1


def test_a_forged_signature_makes_nobody_somebody_else(suite, embedded, watch):
    watch.expect("status of 401")
    victim = embedded(attributes=embedded.signed("customer-4711")).open()
    victim.write("This is private.")
    victim.expect_state("This is private.", "sent|delivered|read")
    forger = embedded(attributes=f'data-user-id="customer-4711" data-user-hash="{"0" * 64}"').open()
    forger.write("Who am I?")
    forger.expect_state("Who am I?", "sent|delivered|read")
    assert forger.texts() == ["Who am I?"]
    customers = {session["customer"]["id"] for session in suite.staff["carla"].open_sessions()}
    assert len(customers) == 2
