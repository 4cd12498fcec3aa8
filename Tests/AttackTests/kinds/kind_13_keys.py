TITLE = "One key, six conversations: held keys, other layouts, input methods in the inbox"

from inbox_stage import open_row, press, row, stage
from target import PATIENCE, Check, wait_until

TEXTS = ["Held, one.", "Held, two.", "Held, three."]


def attack(target):
    here = stage(target)
    page = here.inbox()
    sessions = [here.conversation(page, text)[0] for text in TEXTS]

    def statuses():
        return [here.staff["olga"].ask("GET", f"/api/v1/chat/sessions/{session}")["status"] for session in sessions]

    try:
        open_row(page, TEXTS[0])
        text = page.get_by_label("Message", exact=True)
        text.fill("にほんご")
        for sign in ({"isComposing": True, "keyCode": 13}, {"isComposing": False, "keyCode": 229}):
            press(page, "Enter", "Enter", "#message", **sign)
        kept = text.input_value()
        yield Check("an input method's Enter sends nothing", kept == "にほんご", f"the composer has {kept!r}")
        text.fill("")

        press(page, "л", "KeyK", ctrlKey=True)
        finder = page.get_by_role("dialog", name="Find or do")
        opened = wait_until(finder.is_visible, PATIENCE)
        yield Check("Ctrl and K's place open the palette on a Cyrillic layout", opened)
        if opened:
            page.keyboard.press("Escape")

        # The agent's first conversation is open; the key stays down while each answer arrives.
        page.locator("#thread").focus()
        page.keyboard.down("e")
        wait_until(lambda: (page.keyboard.down("e"), "resolved" in statuses())[1], PATIENCE)
        for _ in range(40):
            page.keyboard.down("e")
            page.wait_for_timeout(25)  # as fast as a system repeats it
        page.keyboard.up("e")
        resolved = statuses().count("resolved")
        yield Check("a held key resolves one conversation", resolved == 1, f"{resolved} of {len(TEXTS)} were resolved")
        undo = page.get_by_role("button", name="Undo")
        offered = undo.is_visible()
        if offered:
            undo.click()
        yield Check("and it can be taken back", offered and wait_until(lambda: statuses().count("resolved") == 0, PATIENCE), f"now {', '.join(statuses())}")
    finally:
        here.close(*sessions)
        page.close()
