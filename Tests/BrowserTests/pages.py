"""The pages as a person meets them: by role and name, never by class."""

import re
from urllib.parse import urlsplit

from playwright.sync_api import FrameLocator, Page, expect


class Widget:
    """The chat on a page that has it."""

    def __init__(self, page: Page):
        self.page = page
        self.frame: FrameLocator = page.frame_locator("iframe[src*='/widget/frame']")
        self.launcher = page.get_by_role("button", name=re.compile("^(Open|Close) the chat"))
        self.text = self.frame.get_by_role("textbox", name="Write a message")
        self.log = self.frame.get_by_role("log")
        self.status = self.frame.get_by_role("status")
        self.forget = self.frame.get_by_role("button", name="Forget this chat in this browser")

    def open(self):
        expect(self.launcher).to_be_visible()
        self.launcher.click()
        expect(self.text).to_be_focused()
        return self

    def write(self, text):
        self.text.fill(text)
        self.text.press("Enter")
        expect(self.message(text)).to_have_count(1)

    def message(self, text):
        return self.log.locator(".message", has=self.page.get_by_text(text, exact=True))

    def state(self, text):
        """sending, waits, sent, delivered, read …"""
        return self.message(text).get_attribute("data-state")

    def expect_state(self, text, state):
        expect(self.message(text)).to_have_attribute("data-state", re.compile(state))

    def texts(self):
        return self.log.locator(".bubble").all_inner_texts()

    def expect_live(self):
        expect(self.status).to_have_text("")


class Inbox:
    """An agent's inbox, signed in."""

    def __init__(self, page: Page):
        self.page = page
        self.rows = page.get_by_role("list", name="Conversations").get_by_role("link")
        self.thread = page.get_by_role("list", name="Messages")
        self.text = page.get_by_label("Message", exact=True)

    def row(self, text):
        return self.rows.filter(has_text=text)

    def open(self, text):
        self.row(text).click()
        expect(self.thread.get_by_text(text, exact=True)).to_be_visible()

    def reply(self, text):
        self.text.fill(text)
        self.page.get_by_role("button", name=re.compile("^Send(?! and)")).click()
        expect(self.thread.get_by_text(text, exact=True)).to_have_count(1)

    def message(self, text):
        return self.thread.get_by_role("listitem").filter(has=self.page.get_by_text(text, exact=True))

    def texts(self):
        return self.thread.locator(".bub").all_inner_texts()


def sign_in(page: Page, gateway: str, user):
    page.goto(f"{gateway}/signin")
    page.get_by_label("E-mail").fill(user.email)
    page.get_by_label("Password", exact=True).fill(user.password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(re.compile(r"/inbox"))
    expect(page.get_by_role("heading", level=1, name="Mine")).to_be_visible()


def host_and_port(address: str):
    parts = urlsplit(address)
    return parts.hostname, parts.port or {"http": 80, "https": 443}[parts.scheme]
