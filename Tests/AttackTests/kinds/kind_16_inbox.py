TITLE = "Copies without a tie: what changes elsewhere, in the inbox of somebody who has not opened it"

from inbox_stage import row, stage
from target import PATIENCE, Check, wait_until

SECRET = "The code is 4711."


def attack(target):
    here = stage(target)
    page = here.inbox("/inbox?view=all")
    session, _ = here.conversation(page, "What is the code?")
    try:
        said = here.staff["olga"].say(session, SECRET)
        row(page, SECRET).wait_for()
        here.staff["olga"].ask("PUT", f"/api/v1/chat/messages/{said['id']}", {"text": "The code is secret."})
        gone = wait_until(lambda: row(page, SECRET).count() == 0, PATIENCE)
        yield Check("a changed text leaves the list's preview", gone and row(page, "The code is secret.").count() == 1)
        here.staff["olga"].ask("DELETE", f"/api/v1/chat/messages/{said['id']}")
        gone = wait_until(lambda: row(page, "The code is secret.").count() == 0 and row(page, SECRET).count() == 0, PATIENCE)
        yield Check("a deleted text leaves the list's preview", gone)
        here.staff["olga"].ask("PATCH", f"/api/v1/chat/sessions/{session}", {"priority": 9})
        urgent = wait_until(lambda: row(page, "Priority 9").count() == 1, PATIENCE)
        yield Check("a colleague's change of priority is seen", urgent)
    finally:
        here.close(session)
        page.close()
