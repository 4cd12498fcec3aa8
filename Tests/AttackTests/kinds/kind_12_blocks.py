TITLE = "A block that is not one"

import json
import time
import uuid

from line import Line, code
from target import Check, load, wait_until
from websockets.exceptions import ConnectionClosed, InvalidStatus

# How long is listened for what must not come: several times what it takes to come. Unit: seconds.
SILENCE = 1.5
# Whoever is blocked can do nothing any more within 2 s (decision 09); on a busy machine the wait is longer. Unit: seconds.
ENDED_WITHIN = 8


def attack(target):
    staff, site = target.company(olga="admin")
    olga = staff["olga"]
    visitor = target.visitor(site)
    session = target.session(visitor, "Hello")

    def as_visitor(method, path, body=None):
        status, value = target.call(method, path, body, token=visitor)
        return status, code(value) if isinstance(value, dict) else ""

    def refused(answer):
        # Or the token is worth nothing any more.
        return answer == (403, "customer-blocked") or answer[0] == 401

    def message(text):
        body = {"id": str(uuid.uuid4()), "session_id": session, "text": text}
        status, value = target.call("POST", "/api/v1/chat/messages", body, token=visitor)
        assert status == 201, value
        return body["id"]

    first, second = message("The first"), message("The second")
    customer = olga.ask("GET", f"/api/v1/chat/sessions/{session}")["customer"]["id"]

    def card():
        return olga.ask("GET", f"/api/admin/customers/{customer}")

    def reading():
        items = olga.ask("GET", f"/api/v1/chat/sessions/{session}/participants")["items"]
        return [(each["read_through"], each["delivered_through"]) for each in items if each["type"] == "customer"]

    def typing(active):
        return lambda frame: frame["type"] == "typing" and frame["data"]["author"]["type"] == "customer" and frame["data"]["active"] == active

    with Line(target, olga.token, "/api/v1/realtime") as desk, Line(target, visitor, f"/api/v1/chat/ws/{session}?after=0") as line:
        assert desk.hear("ready")
        desk.say("subscribe", session_id=session, after=0)
        assert desk.hear(lambda frame: frame["type"] == "ready" and frame["data"]["session_id"] == session)
        assert line.hear("ready")
        line.say("typing", session_id=session, active=True)
        assert desk.hear(typing(True)), "typing is seen before the block"
        before = card()
        marks = reading()

        olga.ask("POST", f"/api/v1/chat/users/{customer}/block", {"reason": "abuse"})
        assert desk.hear(lambda frame: frame["type"] == "customer" and frame["data"]["blocked"]), "colleagues hear of the block"
        ended = any(map(typing(False), desk.heard)) or desk.hear(typing(False), seconds=5)
        yield Check("what is live ends with the block: typing", bool(ended))
        desk.heard.clear()

        answer = as_visitor("POST", "/api/v1/chat/messages", {"session_id": session, "text": "A third"})
        yield Check("a message is refused", refused(answer), f"{answer}")
        answer = as_visitor("PUT", f"/api/v1/chat/messages/{first}", {"text": "I never said this"})
        yield Check("an edit of an old message is refused", refused(answer), f"{answer}")
        answer = as_visitor("DELETE", f"/api/v1/chat/messages/{second}")
        yield Check("a deletion is refused", refused(answer), f"{answer}")
        answer = as_visitor("POST", f"/api/v1/chat/sessions/{session}/typing", {"active": True})
        yield Check("typing is refused", refused(answer), f"{answer}")
        answer = as_visitor("PATCH", "/api/v1/widget/contact", {"name": "The Director", "email": "director@example.com"})
        yield Check("a change of name and address is refused", refused(answer), f"{answer}")
        page = {"url": "https://evil.example/", "title": "Look here"}
        answer = as_visitor("POST", "/api/v1/chat/sessions", {"page": page})
        yield Check("a new session is refused, with what it says of the page", refused(answer), f"{answer}")
        answer = as_visitor("POST", f"/api/v1/chat/sessions/{session}/read", {"through": 3})
        yield Check("receipts say nothing", reading() == marks, f"{answer[0]}, then {reading()}")

        line.hear(lambda frame: False, seconds=ENDED_WITHIN)
        for frame in () if line.closed else (
            {"type": "send", "id": str(uuid.uuid4()), "session_id": session, "text": "By socket"},
            {"type": "typing", "session_id": session, "active": True}, {"type": "read", "session_id": session, "through": 3},
            {"type": "delivered", "session_id": session, "through": 3},
        ):
            line.say(**frame)
        heard = None if line.closed else line.hear(lambda frame: frame["type"] in ("ack", "error"))
        yield Check("an open socket sends nothing any more", line.closed or heard is not None and heard["type"] == "error" and code(heard["data"]["problem"]) == "customer-blocked",
                    json.dumps(heard)[:200] if heard else f"closed with {line.closed}")
        desk.hear(typing(True), seconds=SILENCE)
        seen = [frame["type"] for frame in desk.heard if frame["type"] in ("message", "message_edited", "message_deleted", "typing", "receipt", "customer", "status")]
        yield Check("nobody at a desk sees any of it", not seen, f"{seen}")
        yield Check("receipts by socket say nothing", reading() == marks, f"{reading()}")

        answer = as_visitor("PATCH", f"/api/v1/chat/sessions/{session}", {"status": "closed"})
        yield Check("an ending is refused", refused(answer), f"{answer}")
    after = card()
    changed = [name for name in ("name", "email", "page", "locale", "last_seen_at") if before[name] != after[name]]
    yield Check("the customer's card is as before, when they were seen too", not changed, f"changed: {changed}")
    texts = [text for _, text in olga.messages(session)]
    yield Check("what was written stays as it was", texts == ["Hello", "The first", "The second"], f"{texts}")

    olga.ask("POST", f"/api/v1/chat/users/{customer}/unblock")
    status, value = target.call("POST", "/api/v1/chat/messages", {"session_id": session, "text": "Sorry"}, token=visitor)
    yield Check("and write when the block is lifted", status in (201, 401, 409), f"{status}")
    yield from worthless_token(target, olga, site)


def worthless_token(target, olga, site):
    """A token of somebody blocked is worth nothing, at no gateway, and does not become another one's."""
    gateways = target.suite.ready["gateways"]
    visitor = target.visitor(site)
    session = target.session(visitor, "Let me listen")
    customer = olga.ask("GET", f"/api/v1/chat/sessions/{session}")["customer"]["id"]
    paths = ["/api/v1/chat/sessions", *(f"/api/v1/chat/{path}" for path in (f"sessions/{session}", f"sessions/{session}/participants", f"messages/{session}"))]

    def answers(gateway):
        got = [load.call(gateway, "GET", path, token=visitor) for path in paths]
        return [(status, code(value) if isinstance(value, dict) else "") for status, value in got]

    def renewed(gateway):
        return load.call(gateway, "POST", "/api/v1/widget/visitors", {"site": site, "token": visitor})

    for gateway in gateways:
        assert {status for status, _ in answers(gateway)} == {200}, "the visitor reads before the block"
    lines = [Line(target, visitor, f"/api/v1/chat/ws/{session}?after=0", gateway) for gateway in gateways]
    for line in lines:
        assert line.hear("ready")
    began = time.monotonic()
    olga.ask("POST", f"/api/v1/chat/users/{customer}/block", {"reason": "abuse"})

    # Read again at once, wherever the news is by now: what remembers nothing cannot be late.
    got = {answer for gateway in gateways for answer in answers(gateway)}
    yield Check("reading is refused by every gateway", all(answer == (403, "customer-blocked") or answer[0] == 401 for answer in got), f"{sorted(got)}")

    def ended():
        for line in lines:
            line.hear(lambda frame: False, seconds=0.1)
        return all(line.closed for line in lines)

    wait_until(ended, ENDED_WITHIN)
    yield Check("sockets are closed by every gateway with 4001", all(line.closed == 4001 for line in lines),
                f"{[line.closed for line in lines]} after {time.monotonic() - began:.1f} s")
    opened = []
    for gateway in gateways:
        try:
            with Line(target, visitor, f"/api/v1/chat/ws/{session}?after=0", gateway) as line:
                opened.append(line.hear("ready"))
        except (InvalidStatus, ConnectionClosed):
            pass
    yield Check("and opened by none", not any(opened), f"{len(opened)} opened")
    got = [renewed(gateway) for gateway in gateways]
    yield Check("the token makes no new visitor", all(status == 403 and code(value) == "customer-blocked" for status, value in got), f"{[status for status, _ in got]}")

    olga.ask("POST", f"/api/v1/chat/users/{customer}/unblock")
    got = [renewed(gateway) for gateway in gateways]
    same = all(status == 201 and value["visitor"]["id"] == customer for status, value in got)
    got = {status for gateway in gateways for status, _ in answers(gateway)}
    yield Check("it works again when the block is lifted, for the same customer", same and got == {200}, f"the same: {same}, {got}")
    for line in lines:
        line.__exit__()
