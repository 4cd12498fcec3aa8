TITLE = "Text: names that turn the line, titles cut inside a character, links, in the inbox"

from inbox_stage import stage
from target import PATIENCE, Check, wait_until

TEXT = "See (https://en.wiki.example/Tent_(shelter)), HTTPS://SHOP.EXAMPLE/A。"
# Of a page that nobody looks at: what its notifications say.
AWAY = """
localStorage.setItem("switchboard.inbox", JSON.stringify({ sound: false, desktop: true }));
document.hasFocus = () => false;
window.told = [];
window.Notification = class { constructor(title, options) { window.told.push([title, options.body]); } close() {} };
window.Notification.permission = "granted";
"""
WANTED = ["https://en.wiki.example/Tent_(shelter)", "HTTPS://SHOP.EXAMPLE/A"]


def attack(target):
    here = stage(target)
    page = here.inbox(script=AWAY)
    session, visitor = here.conversation(page, TEXT)
    try:
        page.get_by_role("list", name="Conversations").get_by_role("link").filter(has_text="See (").click()
        links = page.get_by_role("list", name="Messages").get_by_role("link")
        page.get_by_role("list", name="Messages").get_by_text("See (").first.wait_for()
        found = [link.get_attribute("href") for link in links.all()]
        yield Check("a link keeps its bracket, ends at any full stop, and may be written in capitals", found == WANTED, f"{found}")

        customer = here.staff["olga"].ask("GET", f"/api/v1/chat/sessions/{session}")["customer"]["id"]
        here.staff["olga"].ask("PATCH", f"/api/admin/customers/{customer}", {"name": "\u202egnp.exe " + "\N{GRINNING FACE}" * 60})
        page.reload()
        named = wait_until(lambda: "gnp.exe" in page.title(), PATIENCE)
        title = page.title()
        yield Check("a name does not turn the page's title", named and "\u202e" not in title, repr(title))

        page.get_by_text("Live", exact=True).first.wait_for()
        status, _ = target.call("POST", "/api/v1/chat/messages", {"session_id": session, "text": "x" * 139 + "\N{GRINNING FACE}" * 20}, token=visitor)
        assert status == 201, status
        wait_until(lambda: any("xxx" in body for _, body in page.evaluate("window.told")), PATIENCE)
        whole = page.evaluate("window.told.filter(([, body]) => body.includes('xxx')).map(([title, body]) => title.isWellFormed() && body.isWellFormed())")
        yield Check("a notification is not cut inside a character", whole != [] and all(whole), f"{len(whole)} notifications")
    finally:
        page.evaluate("localStorage.removeItem('switchboard.inbox')")  # the choices are the browser's
        here.close(session)
        page.close()
