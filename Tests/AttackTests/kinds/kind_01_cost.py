TITLE = "Cost beyond size"

import base64
import http.client
import json
import urllib.parse
import uuid
from pathlib import Path

from websockets.sync.client import connect

from suite import services
from target import Check, load

# How often a request of the same size that is only text may fit into the worst one. Everything that a byte may cost is linear, so the rest is
# the price of values: at most 10,000 in a body, whatever its size.
MULTIPLE_MAX = 12
# Bytes: the limit of a body, of a frame (with room for its other members), of metadata, and what a token is allowed at most.
BODY_BYTES, FRAME_BYTES, METADATA_BYTES, TOKEN_BYTES = 256 * 1024 - 64, 200_000, 30_000, 4_000
# Costs below this are noise of what the process does anyway. Unit: CPU seconds.
NOISE = 0.004
# What is plainly too much is not tried again. Unit: CPU seconds.
ENOUGH = 1.0
UNKNOWN_ID = "0190a3b1-0000-7000-8000-000000000001"


class Meter:
    """What the replicas that answer the first gateway's requests have used."""

    def __init__(self, target):
        pids = target.pids()
        self.tasks = [Path(f"/proc/{pid}/task") for name, pid in pids.items() if name == "gateway-1" or services.service_of(name) in ("accounts", "chat")]

    def seconds(self):
        nanoseconds = 0
        for task in self.tasks:
            for thread in task.iterdir():
                try:
                    nanoseconds += int((thread / "schedstat").read_text().split()[0])
                except (FileNotFoundError, ProcessLookupError):
                    pass  # it ended meanwhile
        return nanoseconds / 1e9

    def cost(self, work, times):
        """Of one: the least of several, since other work of the same processes only adds."""
        least = None
        for _ in range(times):
            before = self.seconds()
            work()
            spent = self.seconds() - before
            least = spent if least is None else min(least, spent)
            if spent > ENOUGH:
                break
        return least


def filled(text, size):
    """The same members with as much text behind them as the size has room for: {"…": …, "z": "aaa…"}."""
    body = text[:-1] + (', "z": "' if text != "{}" else '"z": "')
    return body + "a" * (size - len(body) - 2) + '"}'


def worst(size, member="a"):
    """By name, bodies of that size that are dear to read."""
    values = 9_900
    nested = "[" * 28 + ",".join(["[]"] * values) + "]" * 28
    numbers = ",".join(["1.5"] * values)
    members = ",".join(f'"{number:05}": {{}}' for number in range(values))
    word = "NaN,"
    deep = size // 2 - 40
    return {
        "arrays in arrays": filled(f'{{"{member}": {nested}}}', size),
        "fractions": filled(f'{{"{member}": [{numbers}]}}', size),
        "members": filled(f'{{"{member}": {{{members}}}}}', size),
        "words": f'{{"{member}": [' + word * ((size - 20) // len(word)) + "0]}",
        "levels": f'{{"{member}": ' + "[" * deep + "]" * deep + "}",
        "escapes": f'{{"{member}": "' + r"\u00e9" * ((size - 20) // 6) + '"}',
    }


def attack(target):
    meter = Meter(target)
    yield from tokens(target, meter)
    yield from bodies(target, meter)
    yield from frames(target, meter)
    yield from metadata(target, meter)


def send(connection, method, path, body, token=None):
    headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {token}"} if token else {})}
    connection.request(method, path, body=body.encode(), headers=headers)
    answer = connection.getresponse()
    return answer.status, answer.read()


def connected(target, patience=120):
    return http.client.HTTPConnection(urllib.parse.urlsplit(target.gateway).netloc, timeout=patience)


def part(text):
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def token(header, claims='{"sub": "x"}'):
    return f"{part(header)}.{part(claims)}.{part('no signature of ours, which has 64 bytes, but as long as one..')}"


def tokens(target, meter):
    """Before anybody is authenticated: a header that nests costs what one of text costs."""
    connection = connected(target)
    nested = '{"alg": "EdDSA", "x": ' + "[" * 490 + "]" * 490 + "}"
    plain = filled('{"alg": "EdDSA"}', len(nested))

    def bearer(text):
        return lambda: send(connection, "GET", "/api/auth/me", "", token(text))

    def visitor(member):
        def ask(text):
            value = token(text)
            body = {"site": target.suite.ready["site"], member: {"jwt": value} if member == "identity" else value}
            return lambda: send(connection, "POST", "/api/v1/widget/visitors", json.dumps(body))
        return ask

    for name, ask in {"bearer token": bearer, "visitor's token": visitor("token"), "identity's token": visitor("identity")}.items():
        status, _ = ask(plain)()
        price, paid = meter.cost(ask(plain), 4), meter.cost(ask(nested), 4)
        yield compared(f"a {name} whose header nests 490 arrays", price, {"nested": paid}, 400 <= status < 500)


def compared(what, price, paid, is_sound=True):
    """`is_sound`: the comparison says something."""
    name, most = max(paid.items(), key=lambda each: each[1])
    multiple = most / max(price, NOISE)
    return Check(f"{what} costs at most {MULTIPLE_MAX} times a plain one of its size", is_sound and multiple <= MULTIPLE_MAX,
                 f"{price * 1e3:.1f} ms plain, {most * 1e3:.1f} ms with {name}: {multiple:.1f} times")


def routes(target):
    """(method, path, who) of every route that takes a body."""
    _, document = target.call("GET", "/openapi.json")
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if method in ("post", "put", "patch") and "requestBody" in operation:
                roles = operation["x-roles"]
                who = "nobody" if not roles else "visitor" if "customer" in roles else "agent" if "agent" in roles else "admin"
                yield method.upper(), path, who


def bodies(target, meter):
    staff, site = target.company(olga="admin", anton="agent")
    connection = connected(target)
    by_who = {}
    for method, path, who in routes(target):
        by_who.setdefault(who, []).append((method, path))
    assert set(by_who) == {"nobody", "visitor", "agent", "admin"}, by_who
    shapes = worst(BODY_BYTES)
    plain = filled("{}", BODY_BYTES)
    for who, found in by_who.items():
        dearest = None
        for method, path in found:
            # Of each route a visitor of its own: what one may ask for in a second is little.
            power = {"nobody": lambda: None, "visitor": lambda: target.visitor(site), "agent": lambda: staff["anton"].token, "admin": lambda: staff["olga"].token}[who]()
            address = path.replace("{id}", UNKNOWN_ID).replace("{memberId}", UNKNOWN_ID)
            answers = []

            def ask(body):
                return lambda: answers.append(send(connection, method, address, body, power)[0])

            price = meter.cost(ask(plain), 3)
            paid = {name: meter.cost(ask(body), 1) for name, body in shapes.items()}
            # One dear answer may have been somebody else's work in the same process.
            suspects = [name for name in paid if paid[name] > MULTIPLE_MAX * max(price, NOISE)]
            paid |= {name: min(paid[name], meter.cost(ask(shapes[name]), 2)) for name in suspects}
            multiple = max(paid.values()) / max(price, NOISE)
            is_sound = all(400 <= status < 500 and status not in (401, 403, 413, 429) for status in answers)
            if dearest is None or not is_sound or multiple > dearest[0]:
                dearest = (multiple if is_sound else float("inf"), f"{method} {path}", price, paid, is_sound)
            if not is_sound or multiple > 10 * MULTIPLE_MAX:
                break
        _, route, price, paid, is_sound = dearest
        check = compared(f"the worst body of {len(found)} routes that take {BODY_BYTES // 1024 + 1} KiB from {'an ' if who[0] == 'a' else '' if who == 'nobody' else 'a '}{who}", price, paid, is_sound)
        check.seen = f"{route}: {check.seen}"
        yield check


def frames(target, meter):
    visitor = target.visitor()
    session = target.session(visitor)
    address = target.gateway.replace("http", "ws", 1) + f"/api/v1/chat/ws/{session}?after=0"
    with connect(address, additional_headers={"Authorization": f"Bearer {visitor}"}, max_size=None) as socket:
        def say(text):
            def work():
                socket.send(text)
                while json.loads(socket.recv(timeout=120))["type"] != "error":
                    pass
            return work

        def frame(body):
            return '{"type": "nothing", ' + body[1:]

        price = meter.cost(say(frame(filled("{}", FRAME_BYTES))), 4)
        paid = {name: meter.cost(say(frame(body)), 3) for name, body in worst(FRAME_BYTES, "metadata").items()}
    yield compared("a socket's frame", price, paid)


def metadata(target, meter):
    visitor = target.visitor()
    session = target.session(visitor)
    connection = connected(target)
    answers = {}

    def ask(name, value):
        def work():
            text = f'{{"session_id": "{session}", "id": "{uuid.uuid4()}", "text": "{name}", "metadata": {value}}}'
            answers[name] = send(connection, "POST", "/api/v1/chat/messages", text, visitor)[0]
        return work

    shapes = {
        "levels": '{"a": ' + "[" * 480 + "]" * 480 + "}",
        "arrays in arrays": '{"a": ' + ",".join(["[" * 10 + ",".join(["[]"] * 90) + "]" * 10]) + "}",
        "large numbers": '{"a": [' + ",".join(["1e308"] * 2_000) + "]}",
        "values": '{"a": [' + ",".join(["1.5"] * 900) + "]}",
    }
    price = meter.cost(ask("plain", filled("{}", METADATA_BYTES)), 4)
    # jsonb's own form of the numbers leaves less room beside them.
    paid = {name: meter.cost(ask(name, filled(value, METADATA_BYTES // (2 if name == "large numbers" else 1))), 2) for name, value in shapes.items()}
    yield compared("metadata", price, paid, answers["plain"] == 201 and answers["values"] == 201)
    yield Check("metadata is refused where it is too deep or its numbers are too large, with its name",
                answers["levels"] == 400 and answers["large numbers"] == 400, str(answers))
    status, page = target.call("GET", f"/api/v1/chat/messages/{session}?after=0&limit=200", token=visitor)
    longest = max(len(json.dumps(message["metadata"])) for message in page["items"])
    yield Check("what is kept is no larger than what was sent", status == 200 and longest < 2 * METADATA_BYTES, f"{longest} bytes of {METADATA_BYTES}")
