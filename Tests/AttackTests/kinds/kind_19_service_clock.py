TITLE = "The first-response target goes on when nobody is to answer"

import datetime

from target import Check, wait_until

# A keeper looks every second, on a busy machine later.
KEEPER_MAX = 60
PAUSED = ("resolved", "pending")


def attack(target):
    people, site = target.company(olga="admin")
    olga = people["olga"]
    version = olga.ask("GET", "/api/settings/business-rules")["version"]
    olga.ask(
        "PUT", "/api/settings/business-rules",
        {"expected_version": version, "sla": [{"name": "All", "first_response_seconds": 600, "resolution_seconds": 3600, "counts_business_hours": False}]})

    def due(session):
        sla = olga.ask("GET", f"/api/v1/chat/sessions/{session}")["sla"]
        return sla and sla["first_response_due_at"]

    for status in PAUSED:
        visitor = target.visitor(site)
        # The rules may take a moment to be heard: a conversation counts by those under which it begins.
        session = target.session(visitor)
        while not wait_until(lambda: due(session), 3):
            olga.ask("PATCH", f"/api/v1/chat/sessions/{session}", {"status": "closed"})
            session = target.session(visitor)
        change = {"status": status}
        if status == "pending":
            until = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=1)
            change["snoozed_until"] = until.isoformat(timespec="milliseconds")
        olga.ask("PATCH", f"/api/v1/chat/sessions/{session}", change)
        stands = wait_until(lambda: not due(session), KEEPER_MAX, pause=0.25)
        yield Check(f"it stands still while the conversation is {status}", stands, "" if stands else f"due at {due(session)}")
        answer, _ = target.call("POST", "/api/v1/chat/messages", {"session_id": session, "text": "It is still not here."}, token=visitor)
        goes_on = answer == 201 and wait_until(lambda: due(session), KEEPER_MAX, pause=0.25)
        yield Check(f"it goes on when the customer writes again after {status}", goes_on, f"{answer}")
