TITLE = "Keys of an input method, and keys held down, in the widget"

from embedded import embedded, shows
from target import Check

PRESS = """(textarea, [name, more]) => textarea.dispatchEvent(
    new KeyboardEvent("keydown", { key: name, code: name, bubbles: true, cancelable: true, ...more }))"""


def attack(target):
    with embedded(target) as shop:
        widget = shop.visit()
        widget.launcher.click()
        assert shows(widget.text)
        for what, more in (("inside a composition", {"isComposing": True}), ("that an input method has taken (229)", {"keyCode": 229}), ("that is held", {"repeat": True})):
            widget.text.fill("にほん")
            widget.text.evaluate(PRESS, ["Enter", more])
            sent = widget.text.input_value() == ""
            yield Check(f"an Enter {what} sends nothing", not sent, "sent" if sent else "")
        widget.text.evaluate(PRESS, ["Escape", {"keyCode": 229}])
        widget.text.fill("still open")
        yield Check("an Escape of an input method does not close the chat", widget.launcher.get_attribute("aria-expanded") == "true")
