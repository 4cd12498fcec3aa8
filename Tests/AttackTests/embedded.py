"""A shop's page with the widget, and the shop's people: what attacks on the widget begin with."""

from contextlib import contextmanager

from target import PATIENCE, wait_until
from host_page import HostPage, signed_attributes
from pages import Widget

# How long anything on a page may take while every process of the suite shares a small machine. Unit: milliseconds.
VISIBLE_MAX = 60_000


class Embedded:
    def __init__(self, target, host):
        self.target, self.host = target, host
        self.staff, _ = target.company(olga="admin")
        self.olga = self.staff["olga"]
        self.site = self.olga.ask("POST", "/api/settings/sites", {"name": "Shop", "allowed_origins": [host.origin]})
        self._contexts = []

    def signed(self, user):
        return signed_attributes(self.olga, self.site["id"], user)

    def visit(self, user=None, script=None, **page):
        """A new person with an empty browser; script: runs in every document before anything else."""
        context = self.target.browser().new_context(viewport={"width": 1280, "height": 800}, locale="en-GB")
        context.set_default_timeout(VISIBLE_MAX)
        self._contexts.append(context)
        if script:
            context.add_init_script(script)
        tab = context.new_page()
        if user:
            page["attributes"] = 'data-user-id="{}" data-user-hash="{}"'.format(*user)
        tab.goto(self.host.put("/shop", self.target.suite, self.site["site_key"], **page))
        return Widget(tab)

    def session(self):
        """The newest conversation's id, once it is there."""
        wait_until(lambda: self.olga.open_sessions(), PATIENCE)
        return self.olga.open_sessions()[0]["id"]

    def close(self):
        for context in self._contexts:
            context.close()


@contextmanager
def embedded(target):
    host = HostPage()
    shop = Embedded(target, host)
    try:
        yield shop
    finally:
        shop.close()
        host.stop()


def shows(locator, seconds=15):
    """Whether it becomes visible in time."""
    return wait_until(lambda: locator.count() > 0 and locator.first.is_visible(), seconds)
