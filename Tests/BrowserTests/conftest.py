import os
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

from pages import Inbox, Widget, host_and_port, sign_in
from running_suite import RunningSuite
from suite import CHECKOUT, Suite
from tcp_proxy import TCPProxy
from watch import Watch

# How long anything visible may take, with every process of the suite on a small machine that has other work. Unit: milliseconds.
VISIBLE_MAX = 60_000
WIDE = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}

expect.set_options(timeout=VISIBLE_MAX)


@pytest.fixture(scope="session")
def suite():
    """One of our own, or the one whose `ready` stands in the file that SWITCHBOARD_READY names."""
    ready = os.environ.get("SWITCHBOARD_READY")
    with RunningSuite(ready) if ready else Suite() as running:
        yield running


@pytest.fixture(scope="session")
def playwright():
    with sync_playwright() as driver:
        yield driver


def launch(playwright, *arguments):
    """Debian's Chromium, or the one named in CHROMIUM."""
    return playwright.chromium.launch(executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=list(arguments))


@pytest.fixture(scope="session")
def browser(playwright):
    browser = launch(playwright)
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def line(suite):
    """The network of the visitors that `far_browser` has."""
    with TCPProxy(*host_and_port(suite.gateway)) as proxy:
        yield proxy


@pytest.fixture(scope="session")
def far_browser(playwright, suite, line):
    """Its connections to the gateway go through the proxy, while addresses and origins stay what they are."""
    host, port = host_and_port(suite.gateway)
    browser = launch(playwright, f"--host-resolver-rules=MAP {host}:{port} 127.0.0.1:{line.port}")
    yield browser
    browser.close()


@pytest.fixture
def watch():
    watch = Watch()
    yield watch
    watch.check()


@pytest.fixture(autouse=True)
def nothing_left_over(suite):
    """Conversations hold an agent's room; each test ends with none."""
    yield
    suite.staff["carla"].close_everything()


@pytest.fixture
def online(suite):
    """Ana alone is there: `online("bruno")` adds colleagues, `online(nobody=True)` sends all away."""

    def choose(*others, nobody=False):
        for name in ("ana", "bruno"):
            suite.staff[name].set_status("online" if not nobody and (name == "ana" or name in others) else "offline")

    choose()
    return choose


@pytest.fixture
def visitor(suite, browser, watch, online):
    """visitor() is a new person with an empty browser on the demo page; visitor(far=…) uses the browser behind the proxy."""
    contexts = []

    def arrive(browser=browser, path="", wait_until="load", **options):
        context = browser.new_context(**{"viewport": WIDE, "locale": "en-GB", **options})
        context.set_default_timeout(VISIBLE_MAX)
        contexts.append(context)
        page = watch.page(context.new_page())
        page.goto(suite.demo_page + path, wait_until=wait_until)
        return Widget(page)

    yield arrive
    for context in contexts:
        context.close()


@pytest.fixture
def far_visitor(far_browser, visitor, line, watch):
    """A visitor whose line can be cut: (widget, line)."""
    watch.expect(r"net::ERR_(CONNECTION_|EMPTY_RESPONSE|SOCKET_NOT_CONNECTED|NETWORK_CHANGED|INTERNET_DISCONNECTED|ABORTED|TIMED_OUT)|WebSocket connection to")
    line.restore()
    accepted = line.accepted
    widget = visitor(far_browser)
    assert line.accepted > accepted, "without the proxy in between, cutting it proves nothing"
    yield widget, line
    line.restore()


class Colleague:
    """An agent with a browser of their own, signed in once for the whole run: sign-in is limited, and rotating refresh tokens are not to be copied."""

    def __init__(self, suite, browser, user):
        self.suite, self.user = suite, user
        self.context = browser.new_context(viewport=WIDE, locale="en-GB")
        self.context.set_default_timeout(VISIBLE_MAX)
        page = self.context.new_page()
        sign_in(page, suite.gateway, user)
        page.close()


@pytest.fixture(scope="session")
def colleagues(suite, browser):
    """Signs somebody in at the first use."""
    known = {}

    def named(name):
        if name not in known:
            known[name] = Colleague(suite, browser, suite.staff[name])
        return known[name]

    yield named
    for colleague in known.values():
        colleague.context.close()


@pytest.fixture
def inbox(suite, colleagues, watch):
    """inbox("ana") is her inbox, open and live."""
    pages = []

    def open_for(name, path="/inbox", size=WIDE):
        page = watch.page(colleagues(name).context.new_page())
        pages.append(page)
        page.set_viewport_size(size)
        page.goto(suite.gateway + path)
        return Inbox(page)

    yield open_for
    for page in pages:
        page.close()


@pytest.fixture(scope="session")
def screenshots():
    """Where pictures for a person to look at are kept."""
    folder = Path(os.environ.get("BROWSER_SCREENSHOTS", CHECKOUT / ".build" / "screenshots"))
    folder.mkdir(parents=True, exist_ok=True)

    def keep(page, name):
        page.screenshot(path=folder / f"{name}.png", animations="disabled")

    return keep
