TITLE = "Read when the end was seen, in the widget"

from embedded import embedded, shows
from target import PATIENCE, Check, wait_until


def attack(target):
    with embedded(target) as shop:
        widget = shop.visit()
        widget.launcher.click()
        widget.text.fill("How does it work?")
        widget.text.press("Enter")
        session = shop.session()
        tall = shop.olga.say(session, "\n".join(f"Step {number}" for number in range(1, 46)))
        last = widget.log.get_by_text("Step 45")
        assert shows(last)

        def read_through():
            people = shop.olga.ask("GET", f"/api/v1/chat/sessions/{session}/participants")["items"]
            return max((person["read_through"] or 0) for person in people if person.get("kind", person.get("type")) == "customer")

        widget.frame.locator("#scroll").evaluate("(scroll) => { scroll.scrollTop = scroll.scrollHeight; }")
        widget.page.bring_to_front()
        is_read = wait_until(lambda: read_through() >= tall["sequence"], PATIENCE, pause=0.5)
        yield Check("a message taller than the widget is read when its end was seen", is_read, f"read through {read_through()} of {tall['sequence']}")
