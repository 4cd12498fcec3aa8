"""An agent's inbox for attacks on it: one company, signed in once, so that several kinds cost the sign-in's limit nothing."""

from suite import SIGN_IN_PAUSE, SIGN_IN_MAX
from target import wait_until

# How long anything visible may take on a busy machine. Unit: milliseconds.
VISIBLE_MAX = 60_000


class InboxStage:
    def __init__(self, target):
        self.target = target
        self.staff, self.site = target.company(olga="admin", anton="agent")
        self.context = self.browser_of("anton")

    def browser_of(self, name):
        """A browser in which somebody is signed in; not as a person does it, since that is another kind's matter."""
        context = self.target.browser().new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
        context.set_default_timeout(VISIBLE_MAX)
        self.sign_in(context, name)
        return context

    def sign_in(self, context, name):
        person = self.staff[name]

        def is_taken():
            answer = context.request.post(f"{self.target.gateway}/api/auth/login?cookie=1", data={"email": person.email, "password": person.password})
            assert answer.status in (200, 429, 503), f"{answer.status} {answer.text()}"
            return answer.status == 200

        assert wait_until(is_taken, SIGN_IN_MAX, pause=SIGN_IN_PAUSE), f"{name} could not sign in"

    def inbox(self, path="/inbox", context=None, script=None):
        """A page that is live."""
        page = (context or self.context).new_page()
        if script:
            page.add_init_script(script)
        page.goto(self.target.gateway + path)
        page.get_by_text("Live", exact=True).first.wait_for()
        return page

    def conversation(self, page, text):
        """A visitor's new conversation, once it stands in the page's list: (session id, visitor's token)."""
        visitor = self.target.visitor(self.site)
        session = self.target.session(visitor, text)
        row(page, text).wait_for()
        return session, visitor

    def close(self, *sessions):
        for session in sessions:
            self.staff["olga"].close(session)


def row(page, text):
    return page.get_by_role("list", name="Conversations").get_by_role("link").filter(has_text=text)


def open_row(page, text):
    row(page, text).click()
    page.get_by_role("list", name="Messages").get_by_text(text, exact=True).wait_for()


def press(page, key, code, selector="#thread", **more):
    """A key as a keyboard of another layout, or an input method, says it."""
    page.locator(selector).evaluate(
        "(element, event) => { element.dispatchEvent(new KeyboardEvent('keydown', { bubbles: true, cancelable: true, ...event })); }", {"key": key, "code": code, **more})


def stage(target):
    """The same for all kinds of a run."""
    if not hasattr(target, "inbox_stage"):
        target.inbox_stage = InboxStage(target)
    return target.inbox_stage


__all__ = ["VISIBLE_MAX", "open_row", "press", "row", "stage"]
