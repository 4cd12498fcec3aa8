TITLE = "Length by graphemes: one letter of a hundred kilobytes, and loops that one row stops"

import datetime
import json
import random
import urllib.error
import urllib.request
import uuid

from document import Document, places, replaced
from target import Check, wait_until

ACCENT = "\u0301"
# Bytes of UTF-8: of a subject and a name that together are more than an event carries, and of any other text.
SUBJECT, NAME, TEXT = 120_000, 180_000, 100_000
# Letters of no width and without ink.
NOTHING = ["\u200b\u2060", "\u3164", "\u2800\u00a0", "\ufeff\u00ad"]
# Longer than a clock's period and a snooze: how long another company's may take to come back.
CLOCK_MAX = 25
# Would sign somebody out, or use up the attempts to sign in that the next attack needs.
LEFT_OUT = {"signIn", "signOut", "changePassword"}
BUSY = 0


class Everything(random.Random):
    """Every member, and the first of what may be chosen."""

    def random(self):
        return 0.0

    def choice(self, several):
        return several[0]

    def randint(self, low, high):
        return low


def letter(size):
    """One letter to a reader."""
    return "a" + ACCENT * (size // 2)


def send(target, method, path, body, token):
    """The status; BUSY for a 503 that says when to come back. As bytes of UTF-8: escaped, each accent would have six and the body be too large."""
    request = urllib.request.Request(
        target.gateway + path, method=method, data=json.dumps(body, ensure_ascii=False).encode(),
        headers={"Content-Type": "application/json", **({"Authorization": f"Bearer {token}"} if token else {})})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status
    except urllib.error.HTTPError as refusal:
        refusal.read()
        return BUSY if refusal.code == 503 and refusal.headers["Retry-After"] else refusal.code


def open_session(target, visitor, subject=None):
    body = {"id": str(uuid.uuid4()), "message": {"id": str(uuid.uuid4()), "text": "Where is my parcel?"}, **({"subject": subject} if subject else {})}
    status = send(target, "POST", "/api/v1/chat/sessions", body, visitor)
    return status, body["id"]


def snooze(person, session, seconds):
    until = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
    person.ask("PATCH", f"/api/v1/chat/sessions/{session}", {"status": "pending", "snoozed_until": until.isoformat(timespec="milliseconds")})


def attack(target):
    people, site = target.company(olga="admin")
    others, other_site = target.company(carla="admin")
    olga, carla = people["olga"], others["carla"]
    yield from clock_and_list(target, olga, site, carla, other_site)
    yield from texts(target, olga, site)


def clock_and_list(target, olga, site, carla, other_site):
    visitors = [target.visitor(site) for _ in range(10)]
    statuses, sessions = set(), []
    for visitor in visitors:
        status, session = open_session(target, visitor, letter(SUBJECT))
        statuses.add(status)
        if status >= 300:
            _, session = open_session(target, visitor)
        sessions.append(session)
    yield Check("a subject of one letter with sixty thousand accents is refused", statuses <= {400, 413}, f"{sorted(statuses)}")
    # The first one's next event is to be longer than an event may be, in a loop that works for everybody.
    snooze(olga, sessions[0], 1)
    statuses = {send(target, "PATCH", "/api/v1/widget/contact", {"name": letter(NAME)}, visitor) for visitor in visitors}
    yield Check("a name of one letter with ninety thousand accents is refused", statuses <= {400, 413}, f"{sorted(statuses)}")

    other = target.session(target.visitor(other_site))
    snooze(carla, other, 2)

    seen, pages, cursor, status = [], 0, "", 200
    while cursor is not None and status == 200 and pages < 20:
        status, page = olga.suite.call("GET", f"/api/v1/chat/sessions?view=all&limit=100{cursor and '&cursor=' + cursor}", token=olga.token)
        if status == 200:
            seen += [item["id"] for item in page["items"]]
            cursor, pages = page["next_cursor"], pages + 1
    yield Check("the inbox's list shows all of them", status == 200 and set(sessions) <= set(seen), f"{status}, {len(set(seen) & set(sessions))} of 10 on {pages} pages")

    came_back = wait_until(lambda: carla.ask("GET", f"/api/v1/chat/sessions/{other}")["status"] == "waiting", CLOCK_MAX, pause=0.25)
    yield Check("another company's snoozed conversation comes back", came_back)


def texts(target, olga, site):
    """Every text of every body in the document."""
    _, raw = target.call("GET", "/openapi.json")
    document, everything = Document(raw), Everything(3)
    visitor = target.visitor(site)
    session = target.session(visitor)
    me = olga.ask("GET", "/api/auth/me")
    ids = {"id": session, "session_id": session, "site": site, "kind": "message", "type": "human", "sector": "general"}
    answered, faults = {}, []
    for operation in document.operations:
        if operation.body is None or operation.id in LEFT_OUT:
            continue
        body = document.value(operation.body, everything, lambda name: ids.get(name) if name != "id" else None)
        path = operation.path
        for parameter in operation.parameters:
            if parameter["in"] == "path":
                path = path.replace("{" + parameter["name"] + "}", session if "/chat/" in path else me.get("id") or str(uuid.uuid4()))
        token = visitor if path.startswith("/api/v1/widget") else olga.token
        for place in places(body):
            if isinstance(value_at(body, place), str):
                status = send(target, operation.method, path, replaced(body, place, letter(TEXT)), token)
                answered[status] = answered.get(status, 0) + 1
                if status >= 500:
                    faults.append(f"{operation} {'.'.join(map(str, place))}: {status}")
    yield Check("no text of a hundred kilobytes in one letter is a fault of ours", answered and not faults, f"{sum(answered.values())} texts, {faults[:5] or answered}")

    accepted = [
        f"{what} {text!a}" for text in NOTHING for what, method, path, body, token in [
            ("message", "POST", "/api/v1/chat/messages", {"session_id": session, "text": text}, visitor),
            ("note", "POST", "/api/v1/chat/messages", {"session_id": session, "text": text, "kind": "note"}, olga.token),
            ("name of a room", "POST", "/api/v1/chat/rooms", {"name": text}, olga.token),
            ("name of a key", "POST", "/api/keys", {"name": text}, olga.token),
            ("name of a team", "POST", "/api/teams", {"name": text}, olga.token),
            ("name of an agent", "POST", "/api/v1/agents", {"name": text}, olga.token),
        ] if send(target, method, path, body, token) != 400]
    yield Check("what nobody can see is no text where one is needed", not accepted, "; ".join(accepted[:4]))


def value_at(value, place):
    for step in place:
        value = value[step]
    return value
