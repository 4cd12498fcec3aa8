TITLE = "What the inbox says and does: a chosen Offline, one bell for a browser, what was searched"

from inbox_stage import row, stage
from target import PATIENCE, Check, wait_until

COUNT_TONES = """
window.tones = 0;
const create = AudioContext.prototype.createOscillator;
AudioContext.prototype.createOscillator = function () { window.tones += 1; return create.call(this); };
"""


def attack(target):
    here = stage(target)
    tabs = [here.inbox(script=COUNT_TONES) for _ in range(2)]
    session = None
    try:
        for page in tabs:
            page.mouse.click(700, 500)
        session, _ = here.conversation(tabs[0], "Do you ring?")
        row(tabs[1], "Do you ring?").wait_for()
        rang = wait_until(lambda: sum(page.evaluate("window.tones") for page in tabs) > 0, PATIENCE)
        for page in tabs:
            page.wait_for_timeout(600)  # longer than a tab waits for another one
        tones = [page.evaluate("window.tones") for page in tabs]
        yield Check("two tabs of a browser ring once", rang and tones.count(0) == 1, f"tones played: {tones}")

        page = tabs[0]
        page.get_by_role("searchbox", name="Search conversations").fill("Do you ring?")
        page.get_by_role("heading", name="Nothing found").wait_for()
        said = page.locator("#list").inner_text()
        yield Check("a search that does not look into messages says where it looked", "e-mail" in said, said.strip().splitlines()[-1])

        anton = here.staff["anton"]
        anton.set_status("offline")
        page.goto(f"{target.gateway}/inbox")
        page.get_by_text("Live", exact=True).first.wait_for()
        status = anton.ask("GET", "/api/v1/agents/me/status")["status"]
        yield Check("a chosen Offline outlives a reload", status == "offline", f"after it: {status}")
        anton.set_status("online")
    finally:
        for page in tabs:
            page.close()
        if session:
            here.close(session)
