"""Fails a test for what a person would only see in the browser's console: errors, exceptions, refused by the content security policy."""

import re

# Chromium has no icon to draw and asks for one; pages name theirs, this is for the tests' own host pages.
HARMLESS = [re.compile(r"/favicon\.ico")]

REPORT_VIOLATIONS = """
addEventListener("securitypolicyviolation", (event) =>
  console.error(`Content security policy: ${event.violatedDirective} refused ${event.blockedURI} in ${event.documentURI}`));
"""


class Watch:
    def __init__(self):
        self.found = []
        self._expected = []

    def page(self, page):
        """Watches a page from its first address on."""
        page.add_init_script(REPORT_VIOLATIONS)
        page.on("console", lambda message: message.type == "error" and self._note(f"{message.text} ({message.location.get('url', '')})"))
        page.on("pageerror", lambda error: self._note(f"exception: {error}"))
        page.on("crash", lambda _: self._note(f"crashed: {page.url}"))
        return page

    def expect(self, pattern):
        """Declares what this test provokes, such as a cut line's network errors."""
        self._expected.append(re.compile(pattern))

    def _note(self, text):
        if not any(pattern.search(text) for pattern in HARMLESS):
            self.found.append(text)

    def check(self):
        unexpected = [text for text in self.found if not any(pattern.search(text) for pattern in self._expected)]
        assert not unexpected, "The browser's console says:\n" + "\n".join(unexpected)
