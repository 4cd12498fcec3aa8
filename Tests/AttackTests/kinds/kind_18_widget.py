TITLE = "Text on the website: titles, addresses, nothing visible"

from embedded import embedded, shows
from target import Check


def attack(target):
    with embedded(target) as shop:
        # The three-hundredth unit is the first half of an emoji.
        widget = shop.visit(script=f"addEventListener('DOMContentLoaded', () => {{ document.title = 'x'.repeat(299) + '\\u{{1F600}}'.repeat(20); }});")
        widget.launcher.click()
        widget.text.fill("Is anybody there?")
        widget.text.press("Enter")
        stored = shows(widget.log.locator(".message[data-state=sent], .message[data-state=delivered], .message[data-state=read]"))
        yield Check("a page's long title does not keep the first message", stored)
        if not stored:
            return
        widget.text.fill("\u200b\u3164\u2800")
        widget.text.press("Enter")
        yield Check("fillers alone are no message", widget.log.locator(".message").count() == 1)
        shop.olga.say(shop.session(), "See (https://a.example/x_(y)), HTTPS://B.example/z。 and https://c.example/「q」!")
        links = widget.log.locator("a")
        shows(links)
        found = [link.get_attribute("href") for link in links.all()]
        yield Check("addresses end where a reader ends them", found == ["https://a.example/x_(y)", "HTTPS://B.example/z", "https://c.example/「q」"], f"{found}")
