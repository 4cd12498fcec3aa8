"""What people see of a service that is away for longer than anybody waits."""

import os
import signal
from contextlib import contextmanager

from playwright.sync_api import expect


@contextmanager
def frozen(suite, service):
    """The service hangs: its connections stand, and nothing comes out of them."""
    pids = [process["pid"] for process in suite.processes()["processes"] if process["service"] == service]
    assert pids
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


def test_an_inbox_on_a_gateway_that_began_without_the_router_says_what_is_not_live(suite, inbox, visitor, online, watch, screenshots):
    watch.expect(r"net::ERR_(CONNECTION_|EMPTY_RESPONSE|SOCKET_NOT_CONNECTED)|WebSocket connection to|status of 50[234]")
    widget = visitor().open()
    widget.write("Is anybody there?")
    with frozen(suite, "router"):
        suite.kill("gateway")
        ana = inbox("ana", path="/inbox?view=all")
        banner = ana.page.get_by_role("status").filter(has_text="Not live at the moment")
        expect(banner).to_contain_text("offers, waiting times and who is available")
        # The rest goes on: visitors are served, and what they write arrives.
        widget.write("Hello?")
        widget.expect_state("Hello?", "sent|delivered|read")
        expect(ana.row("Hello?")).to_be_visible()
        screenshots(ana.page, "inbox-router-away")
        ana.page.set_viewport_size({"width": 390, "height": 844})
        ana.page.emulate_media(color_scheme="dark")
        screenshots(ana.page, "inbox-router-away-phone-dark")
    expect(banner).to_have_count(0)
