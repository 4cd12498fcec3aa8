TITLE = "The next customer at the same page"

from embedded import embedded, shows
from target import PATIENCE, Check, wait_until

PRIVATE = "My order is 4711."


def attack(target):
    with embedded(target) as shop:
        ana, bruno = shop.signed("ana"), None
        # One secret signs both: the second call would replace it, and the first stays valid beside it.
        bruno = shop.signed("bruno")
        for how in ("changes its user", "signs the customer out"):
            widget = shop.visit(user=ana)
            widget.launcher.click()
            widget.text.fill(PRIVATE if how == "changes its user" else "And one more thing.")
            widget.text.press("Enter")
            first = widget.message(PRIVATE)
            assert shows(first), "the first customer sees what they wrote"
            if how == "changes its user":
                widget.page.evaluate(
                    "([id, hash]) => { const script = document.querySelector('script[data-site]'); script.dataset.userId = id; script.dataset.userHash = hash; }", list(bruno))
            else:
                widget.page.evaluate("() => window.Switchboard?.signOut?.()")
            gone = wait_until(lambda: first.count() == 0, PATIENCE)
            if gone:
                # Not only on the way out: the chat is there again, and is somebody else's.
                shows(widget.launcher)
                if widget.launcher.get_attribute("aria-expanded") == "false":
                    widget.launcher.click()
                shows(widget.text)
                gone = first.count() == 0
            yield Check(f"a page that {how} without loading anew shows the next one nothing", gone, "" if gone else "the chat of the one before")
