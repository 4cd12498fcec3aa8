TITLE = "The widget's teaser follows its message"

from embedded import embedded, shows
from target import PATIENCE, Check, wait_until


def attack(target):
    with embedded(target) as shop:
        widget = shop.visit()
        widget.launcher.click()
        widget.text.fill("How much is it?")
        widget.text.press("Enter")
        session = shop.session()
        assert shows(widget.log.locator(".message[data-state=sent], .message[data-state=delivered]"))
        widget.launcher.click()
        teaser = widget.frame.locator("#teaser")
        message = shop.olga.say(session, "Ninety, between us.")
        assert shows(teaser), "the answer is teased with"
        shop.olga.ask("PUT", f"/api/v1/chat/messages/{message['id']}", {"text": "Ninety-nine."})
        follows = wait_until(lambda: "between us" not in teaser.inner_text(), PATIENCE)
        yield Check("an edited text is gone from the teaser", follows, teaser.inner_text())
        shop.olga.ask("DELETE", f"/api/v1/chat/messages/{message['id']}")
        gone = wait_until(lambda: not teaser.is_visible(), PATIENCE)
        yield Check("a deleted message is teased with no more", gone)
        counted = widget.launcher.get_attribute("aria-label")
        yield Check("nor counted as unread", "unread" not in counted, counted)
