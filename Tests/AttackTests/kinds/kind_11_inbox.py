TITLE = "Wrong person: a tab of the inbox that goes on under another name"

from inbox_stage import open_row, stage
from target import PATIENCE, Check, wait_until

TEXT = "Who answers me?"


def attack(target):
    here = stage(target)
    context = here.browser_of("anton")
    try:
        page = here.inbox(context=context)
        session, _ = here.conversation(page, TEXT)
        open_row(page, TEXT)
        # In another tab of the same browser the agent left and an administrator came. This tab's token is refused, and it renews it.
        here.sign_in(context, "olga")
        page.route("**/api/v1/chat/messages", lambda route: route.fulfill(status=401, content_type="application/problem+json", body="{}"), times=1)
        page.get_by_label("Message", exact=True).fill("This is Anton's reply.")
        page.get_by_label("Message", exact=True).press("Enter")

        def written():
            items = here.staff["olga"].ask("GET", f"/api/v1/chat/messages/{session}?after=0")["items"]
            return [item["author"]["name"] for item in items if item["text"] == "This is Anton's reply."]

        stopped = page.get_by_role("heading", name="This tab stopped")
        wait_until(lambda: stopped.is_visible() or written(), PATIENCE)
        yield Check("a tab stops when its session has become somebody else's", stopped.is_visible(), page.url)
        yield Check("nothing is sent under the next one's name", written() == [], f"written by {written()}")
        here.close(session)
    finally:
        context.close()
