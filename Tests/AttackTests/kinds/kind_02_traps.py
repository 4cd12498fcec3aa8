"""Numbers, times and cursors at their extremes, in every parameter, body field and frame that the interface's document names."""

TITLE = "Numbers, times and cursors that no arithmetic expects"

import base64
import http.client
import json
import threading
import urllib.parse
import uuid
from concurrent.futures import ThreadPoolExecutor

from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from target import Check, eventually, wait_until

# Words that stand where a number should, as they would be written in JSON.
NUMBERS = [
    "-0", "-0.0", "1", "-1", "0.1", "2147483648", "-2147483649", "9007199254740992", "9007199254740993", "9223372036854775807",
    "9223372036854775808", "-9223372036854775808", "1e19", "1e308", "-1e308", "1e309", "NaN", "Infinity", "1" + "0" * 400,
]
# Digits of the longest number: in a body, and in an address.
DIGITS_MAX, DIGITS_OF_ADDRESS_MAX = 50_000, 4_000
TIMES = [
    "0000-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "0001-01-01T00:00:00+23:59", "0001-01-01T23:59:00+23:59", "1582-10-10T00:00:00Z",
    "1969-12-31T23:59:59.999Z", "9999-12-31T23:59:59Z", "9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.9999999Z",
    "9999-12-31T23:59:60Z", "9999-12-31T23:59:59-23:59", "9999-12-31T23:59:59-99:99", "10000-01-01T00:00:00Z", "-0001-01-01T00:00:00Z",
    "292277026596-12-04T15:30:07Z", "2026-11-30T00:00:00." + "9" * 400 + "Z", "2026-02-30T00:00:00Z", "NaN", "1e308",
]
DATES = ["0000-01-01", "0001-01-01", "9999-12-31", "10000-01-01", "-001-01-01", "2026-02-30", "NaN"]
# Of all operations with a body: what the least that is taken has beside the number. Names in capitals are ids of `things`.
BODIES = {
    "openSession": {"customer": {"name": "Zoe"}, "message": {"text": "Hello"}},
    "sendMessage": {"session_id": "SESSION", "text": "Hello", "kind": "message"},
    "changeSession": {},
    "markRead": {"through": 1},
    "createAgent": {"name": "Night desk", "type": "automated"},
    "changeAgent": {},
    "changeTeams": {"operations": [{"operation": "change_agent", "id": "AGENT"}], "mode": "per_row"},
    "previewRouting": {},
    "simulateRouting": {"from": "2026-11-01T00:00:00Z", "to": "2026-11-02T00:00:00Z", "settings": {}},
}
# As whom each is asked besides the administrator, if the document lets them.
ASKERS = {"agent": "agent", "visitor": "customer"}
THREADS = 6
# Requests that one visitor may send at once, less some for what it has done already.
VISITOR_REQUESTS = 20
MARK = "@@number@@"


class Asker:
    """Keeps a connection per thread and what was answered. An answer of 5xx is a finding, but for 503 with Retry-After."""

    def __init__(self, gateway):
        address = urllib.parse.urlsplit(gateway)
        self._address = (address.hostname, address.port)
        self._local = threading.local()
        self._lock = threading.Lock()
        self.asked, self.taken, self.broken = 0, 0, []

    def ask(self, method, path, body=None, token=None):
        headers = {"Content-Type": "application/json"} if body is not None else {}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        for _ in range(2):  # a kept connection may have been closed meanwhile
            status, answered, value = 0, {}, None
            connection = getattr(self._local, "connection", None) or http.client.HTTPConnection(*self._address, timeout=60)
            self._local.connection = connection
            try:
                connection.request(method, path, body=body, headers=headers)
                answer = connection.getresponse()
                text = answer.read()
                status, answered = answer.status, answer.headers
                value = json.loads(text) if text else None
                break
            except (OSError, http.client.HTTPException, ValueError):
                connection.close()
                self._local.connection = None
        with self._lock:
            self.asked += 1
            self.taken += 200 <= status < 300
            if (status == 0 or status >= 500) and not (status == 503 and answered.get("Retry-After")):
                self.broken.append(f"{method} {path[:120]} {(body or '')[:80]} answered {status}")
        return status, value

    def said(self):
        first = f": {'; '.join(self.broken[:3])}" if self.broken else ""
        return f"{self.asked} asked, {self.taken} taken, {len(self.broken)} broken{first}"


class Visitors:
    """Visitors with a conversation each; a new one when the last has asked enough."""

    def __init__(self, target, site):
        self._target, self._site, self._left = target, site, 0
        self._lock = threading.Lock()

    def next(self):
        with self._lock:
            if self._left == 0:
                self._left = VISITOR_REQUESTS
                self._token = self._target.visitor(self._site)
                self._session = self._target.session(self._token)
            self._left -= 1
            return self._token, self._session


def numbers(schema, digits):
    edges = [str(schema[name] + step) for name, step in (("minimum", -1), ("minimum", 0), ("maximum", 0), ("maximum", 1)) if name in schema]
    return NUMBERS + [edge for edge in edges if edge not in NUMBERS] + ["9" * digits]


# Microseconds in cursors: the ends of 64 bits, and times just outside the years 1 to 9999.
INSTANTS = [
    "-9223372036854775808", "9223372036854775806", "9223372036854775807", "-62135596800000001", "253402300800000000", "9" * 1500,
]


def cursors():
    """What lists of ours write and wrote, with extremes in the places of numbers and times, and what none wrote."""
    some = str(uuid.uuid4())

    def base(*parts, padded=True):
        text = base64.b64encode("\n".join(parts).encode()).decode()
        return text if padded else text.rstrip("=").replace("+", "-").replace("/", "_")

    for number in INSTANTS:
        yield f"{number}.{some}"
        yield f"5.{number}.{some}"
        yield f"{number}.0.{some}"
        yield base(some, number)
        yield base(some, number, "5")
        yield base(number, some, padded=False)
    for time in TIMES[::3]:
        yield base(time, some, padded=False)
        yield f"{base(time, padded=False)}.{some}"
    for date in DATES[:4]:
        yield base(date)
    yield from [".", "..", "...", f".{some}", f"0.{some}.{some}", "AA", base("\0", some), "AA." + some, "x" * 4_000, "%"]


def leaves(document, schema, path=()):
    """Every number and time in a body: (path, schema). A list's element is 0; a member of any name is `website`, which channels have."""
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    for part in schema.get("anyOf", []) + schema.get("oneOf", []) + schema.get("allOf", []):
        yield from leaves(document, part, path)
    types = schema.get("type") if isinstance(schema.get("type"), list) else [schema.get("type")]
    if "integer" in types or "number" in types or schema.get("format") in ("date-time", "date"):
        yield path, schema
    for name, member in schema.get("properties", {}).items():
        yield from leaves(document, member, path + (name,))
    if "items" in schema:
        yield from leaves(document, schema["items"], path + (0,))
    if isinstance(schema.get("additionalProperties"), dict):
        yield from leaves(document, schema["additionalProperties"], path + ("website",))


# What stands beside a number in the elements of lists, so that the element is whole.
ELEMENTS = {
    "holidays": {"date": "2026-12-24", "name": "Eve"}, "sla": {"name": "Fast", "first_response_seconds": 60, "resolution_seconds": 600},
    "relaxation": {"after_seconds": 60, "lacking_max": 1, "levels_below_max": 1}, "capabilities": {"name": "returns", "level": 3},
    "required_capabilities": {"name": "returns", "level": 3}, "weights": {},
}


def with_leaf(body, path, things):
    """The body with the mark at this place, and ids for the names in capitals."""
    body = json.loads(json.dumps(body), object_hook=lambda members: {
        name: things.get(value.lower(), value) if isinstance(value, str) and value.isupper() else value for name, value in members.items()})
    place = body
    for name, following in zip(path, path[1:] + (None,)):
        if following is None:
            place[name] = MARK
        elif isinstance(place, list):
            if not place:
                place.append({})
            place = place[0]
        else:
            if following == 0:
                if not place.get(name):
                    place[name] = [dict(ELEMENTS.get(name, {}))]
            elif not isinstance(place.get(name), dict):
                place[name] = {}
            place = place[name]
    return json.dumps(body)


def make_things(target, olga, site):
    visitor = target.visitor(site)
    session = target.session(visitor)
    eventually(lambda: olga.ask("GET", f"/api/v1/routing/decisions?conversation={session}")["items"], "the router knows the session")
    user = next(user for user in olga.ask("GET", "/api/users")["items"] if user["role"] == "agent")
    eventually(lambda: user["id"] in [agent["id"] for agent in olga.ask("GET", "/api/v1/agents")["items"]], "the router knows the agent")
    team = olga.ask("POST", "/api/teams", {"name": "Returns"})
    member = olga.ask("POST", f"/api/teams/{team['id']}/members", {"user_id": user["id"]})
    return visitor, {
        "session": session, "agent": user["id"], "user": user["id"], "team": team["id"], "member": member["id"],
        "message": olga.ask("GET", f"/api/v1/chat/messages/{session}")["items"][0]["id"],
    }


def address(path, things, session):
    for part, kind in [("/api/v1/agents/", "agent"), ("/api/teams/", "team"), ("/api/users/", "user")]:
        if path.startswith(part):
            return path.replace("{id}", things[kind]).replace("{memberId}", things["member"])
    return path.replace("{id}", session).replace("{session_id}", session)


def attack(target):
    staff, site = target.company(olga="admin", anton="agent")
    olga, anton = staff["olga"], staff["anton"]
    visitor, things = make_things(target, olga, site)
    visitors = Visitors(target, site)
    _, document = target.call("GET", "/openapi.json")
    before = target.pids()
    tokens = {"administrator": olga.token, "agent": anton.token}
    operations = [(method, path, operation) for path, members in document["paths"].items() for method, operation in members.items()
                  if method in ("get", "post", "put", "patch", "delete") and "/ws/" not in path and not path.endswith("/realtime")]

    def parameters(operation):
        """(parameter, whether other operations have it too)"""
        for parameter in operation.get("parameters", []):
            is_common = "$ref" in parameter
            while "$ref" in parameter:
                parameter = document["components"]["parameters"][parameter["$ref"].rsplit("/", 1)[1]]
            if parameter["in"] == "query":
                yield parameter, is_common

    def askers(operation, method):
        roles = operation.get("x-roles") or []
        yield from (name for name in ("nobody", "administrator") if name == "nobody" or "admin" in roles or not roles)
        yield from (name for name, role in ASKERS.items() if role in roles)

    def ask(asker, who, method, path, query=None, body=None):
        token, session = (tokens.get(who), things["session"]) if who != "visitor" else visitors.next()
        place = address(path, things, session)
        if query:
            place += "?" + query
        return asker.ask(method.upper(), place, body, token)

    pool = ThreadPoolExecutor(THREADS)

    # Parameters of addresses, cursors among them.
    asker, unnamed = Asker(target.gateway), []
    lists = 0

    def refused(who, method, path, query, cursor):
        status, value = ask(asker, who, method, path, query + "cursor=" + urllib.parse.quote(cursor))
        if status == 403:
            return  # a list that is not for them
        if status != 400 or "cursor" not in [error["field"] for error in value.get("errors", [])]:
            unnamed.append(f"{path} as {who}: {cursor[:60]} answered {status}")

    jobs = []
    for method, path, operation in operations:
        if method != "get":
            continue
        needed = f"conversation={things['session']}&" if operation["operationId"] == "listDecisions" else ""
        for parameter, is_common in parameters(operation):
            schema, name = parameter["schema"], parameter["name"]
            for who in askers(operation, method):
                if name == "cursor" and operation["operationId"] == "listJobs":
                    continue  # refused for its service first, since none of this version has jobs
                if name == "cursor":
                    lists += who == "administrator"
                    orders = [needed, "sort=waiting&view=all&"] if operation["operationId"] == "listSessions" else [needed]
                    for order in orders if who in ("administrator", "visitor") else []:
                        for cursor in cursors() if who == "administrator" else list(cursors())[:6]:
                            jobs.append((ask, asker, who, method, path, order + "cursor=" + urllib.parse.quote(cursor)))
                        for cursor in (f"-9223372036854775808.{uuid.uuid4()}", "x" * 4_000, "%", "..", f"5.9223372036854775806.{uuid.uuid4()}"):
                            jobs.append((refused, who, method, path, order, cursor))
                    continue
                if schema.get("type") in ("integer", "number"):
                    words = numbers(schema, DIGITS_OF_ADDRESS_MAX)
                elif schema.get("format") in ("date-time", "date"):
                    words = TIMES if schema["format"] == "date-time" else DATES
                else:
                    words = ["\0", "1e308"] if schema.get("type") == "string" else []
                # What every list takes is read by one piece of code.
                for word in words[:3] if who == "nobody" or is_common and who != "administrator" else words:
                    jobs.append((ask, asker, who, method, path, needed + name + "=" + urllib.parse.quote(word)))
    list(pool.map(lambda job: job[0](*job[1:]), jobs))
    assert lists > 8 and asker.asked > 1000 and asker.taken > 50, asker.said()
    yield Check("parameters and cursors at their extremes are answered", not asker.broken, asker.said())
    yield Check("a cursor that no list gave is a 400 that names it", not unnamed, f"{len(unnamed)} otherwise: {unnamed[:3]}")

    # Fields of bodies. Rules that are taken are a new version, which the next must name.
    asker, places, reached, rules = Asker(target.gateway), 0, set(), {}

    def field(who, method, path, operation, base, leaf, word):
        name = operation["operationId"]
        for _ in range(2):
            if name == "changeBusinessRules" and who == "administrator":
                if not rules:
                    rules.update(olga.ask("GET", path))
                base = {"expected_version": rules["version"], "routing": rules["routing"]}
            if name in ("sendMessage", "openSession") and who == "visitor":
                base = {key: value for key, value in base.items() if key != "customer"}
            token, own = (tokens.get(who), things["session"]) if who != "visitor" else visitors.next()
            text = with_leaf(base, leaf, {**things, "session": own})
            status, _ = asker.ask(method.upper(), address(path, things, own), text.replace(f'"{MARK}"', word), token)
            if 200 <= status < 300:
                reached.add(name)
            if name != "changeBusinessRules" or status not in (200, 409):
                return
            rules.clear()  # another version now
            if status == 200:
                return

    jobs, serial = [], []
    for method, path, operation in operations:
        body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
        if body is None:
            continue
        for leaf, schema in leaves(document, body):
            places += 1
            if schema.get("format") in ("date-time", "date"):
                words = [json.dumps(word) for word in (TIMES if schema["format"] == "date-time" else DATES)] + NUMBERS[:2]
            else:
                words = numbers(schema, DIGITS_MAX) + ['"NaN"']
            for who in askers(operation, method):
                base = BODIES.get(operation["operationId"], {})
                to = serial if operation["operationId"] == "changeBusinessRules" else jobs
                to += [(who, method, path, operation, base, leaf, word) for word in (words[:3] if who == "nobody" else words)]
    in_turn = pool.submit(lambda: [field(*job) for job in serial])
    list(pool.map(lambda job: field(*job), jobs))
    in_turn.result()
    assert places > 40 and len(reached) >= 8, f"{places} places, taken: {sorted(reached)}; {asker.said()}"
    yield Check("numbers and times in bodies at their extremes are answered", not asker.broken, asker.said())

    # Frames.
    alive, answers = frames(target, visitor, things["session"])
    yield Check("numbers in frames at their extremes are answered, and the socket lives on", alive, f"{answers} answers")

    # Nobody died, not even to come back at once.
    wait_until(lambda: before.keys() == target.pids().keys(), 30)
    after = target.pids()
    died = sorted(name for name in before if after.get(name) != before[name])
    yield Check("every process is the one that it was", not died, f"died: {', '.join(died)}" if died else f"{len(before)} processes")
    pool.shutdown()


def frames(target, visitor, session):
    where = target.gateway.replace("http", "ws", 1) + f"/api/v1/chat/ws/{session}"
    protocols = ["switchboard.v1", f"bearer.{visitor}"]
    answers = 0
    for word in NUMBERS + ["9" * DIGITS_OF_ADDRESS_MAX]:
        try:
            with connect(f"{where}?after={urllib.parse.quote(word)}", subprotocols=protocols, open_timeout=60, max_size=2**22):
                answers += 1
        except InvalidStatus as refusal:
            answers += 1
            if refusal.response.status_code >= 500:
                return False, f"after={word[:30]} answered {refusal.response.status_code},"
        except (OSError, EOFError, ConnectionClosed, TimeoutError):
            return False, answers
    try:
        with connect(f"{where}?after=0", subprotocols=protocols, open_timeout=60, max_size=2**22) as socket:
            message = json.dumps(str(uuid.uuid4()))
            for kind, member in [("subscribe", "after"), ("read", "through"), ("delivered", "through"), ("send", "expected_sequence")]:
                for word in NUMBERS + ["9" * DIGITS_OF_ADDRESS_MAX]:
                    more = f',"id":{message},"text":"Hello"' if kind == "send" else ""
                    socket.send(f'{{"type":"{kind}","session_id":"{session}","{member}":{word}{more}}}')
            last = str(uuid.uuid4())
            socket.send(json.dumps({"type": "send", "session_id": session, "id": last, "text": "Still here"}))
            while True:
                answer = json.loads(socket.recv(timeout=60))
                answers += 1
                if answer["type"] == "ack" and last in json.dumps(answer):
                    return True, answers
                if answer["type"] == "error" and last in json.dumps(answer):  # too much at once
                    threading.Event().wait(0.2)
                    socket.send(json.dumps({"type": "send", "session_id": session, "id": last, "text": "Still here"}))
    except (OSError, EOFError, ConnectionClosed, TimeoutError):
        return False, answers
