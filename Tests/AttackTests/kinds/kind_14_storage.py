TITLE = "Storage denied"

from embedded import embedded, shows
from target import Check

# What Chromium does in a frame of another site when site data are blocked.
DENIED = """
const denied = () => { throw new DOMException("denied", "SecurityError"); };
for (const name of ["localStorage", "sessionStorage", "indexedDB", "caches"]) Object.defineProperty(window, name, { get: denied });
Object.defineProperty(navigator, "locks", { get: () => ({ request: () => Promise.reject(new DOMException("denied", "SecurityError")) }) });
"""


def attack(target):
    with embedded(target) as shop:
        widget = shop.visit(script=DENIED)
        appears = shows(widget.launcher)
        yield Check("the chat appears where the browser denies storage and locks", appears)
        if not appears:
            return
        widget.launcher.click()
        widget.text.fill("Nothing of me is kept.")
        widget.text.press("Enter")
        stored = shows(widget.log.locator(".message[data-state=sent], .message[data-state=delivered], .message[data-state=read]"))
        yield Check("and a message gets through", stored)
