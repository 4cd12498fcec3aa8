TITLE = "Slow clients and many connections"

import json
import resource
import socket
import threading
import time
import urllib.parse

from target import Check

# A request that dawdles is watched for this long; the gateway gives it up much sooner. Unit: seconds.
WATCHED_MAX = 45
# Of one visitor: fewer than a visitor once could hold, more than any visitor needs.
SOCKETS = 60
# From one address: more than an office has.
CONNECTIONS = 1300
# One of its own, so that nobody else's requests are counted with these.
MANY_FROM = "127.0.0.7"


def attack(target):
    yield from dawdling(target)
    yield from sockets(target)
    yield from connections(target)


def connect(target, source="127.0.0.1"):
    gateway = urllib.parse.urlsplit(target.gateway)
    return socket.create_connection((gateway.hostname, gateway.port), timeout=WATCHED_MAX, source_address=(source, 0))


def dawdling(target):
    """A head and a body, a byte a second, both at once."""
    ended = {}

    def dawdle(name, first):
        began = time.monotonic()
        with connect(target) as line:
            line.sendall(first)
            line.settimeout(1)
            while time.monotonic() - began < WATCHED_MAX:
                try:
                    line.sendall(b"x")
                    if (answer := line.recv(1024)) is not None:
                        ended[name] = answer.split(b"\r\n")[0].decode() or "closed"
                        return
                except TimeoutError:
                    continue
                except OSError as trouble:
                    ended[name] = type(trouble).__name__
                    return

    requests = {"head": b"GET /api/v1/chat/sessions HTTP/1.1\r\nHost: x\r\nX-Slow: ",
                "body": b"POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n{"}
    threads = [threading.Thread(target=dawdle, args=request) for request in requests.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for name in requests:
        yield Check(f"a {name} at one byte a second is given up", name in ended, ended.get(name, f"still open after {WATCHED_MAX} s"))


def sockets(target):
    _, site = target.company(olga="admin")
    visitor = target.visitor(site)
    session = target.session(visitor)
    lines, answers = [], []
    gateway = urllib.parse.urlsplit(target.gateway)
    try:
        for _ in range(SOCKETS):
            line = connect(target)
            lines.append(line)
            line.sendall((
                f"GET /api/v1/chat/ws/{session}?after=0 HTTP/1.1\r\nHost: {gateway.netloc}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                f"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: switchboard.v1, bearer.{visitor}\r\n\r\n").encode())
            answers.append(line.recv(4096).decode(errors="replace"))
    finally:
        for line in lines:
            line.close()
    opened = sum(answer.startswith("HTTP/1.1 101") for answer in answers)
    refused = [answer for answer in answers if answer.startswith("HTTP/1.1 429")]
    told = all("retry-after" in answer.lower() for answer in refused)
    yield Check("one visitor holds a few sockets and no more", 0 < opened < SOCKETS, f"{opened} of {SOCKETS} opened")
    yield Check("who may not have one more is told when to come again", bool(refused) and told, f"{len(refused)} refused with 429")


def connections(target):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(8192, hard)), hard))
    lines = []
    try:
        for _ in range(CONNECTIONS):
            try:
                lines.append(connect(target, MANY_FROM))
            except OSError:
                break
        # The last one is asked first: whoever is over the limit has been closed without a word.
        ended = 0
        for line in reversed(lines):
            line.settimeout(0.5 if ended or line is lines[-1] else 0.05)
            try:
                if line.recv(1) == b"":
                    ended += 1
                    continue
            except TimeoutError:
                break
            except OSError:
                ended += 1
                continue
    finally:
        for line in lines:
            line.close()
    status, _ = target.call("GET", "/.well-known/jwks.json")
    yield Check("one address holds so many connections and no more", ended > 0, f"{ended} of {len(lines)} were closed")
    yield Check("other addresses are answered meanwhile", status == 200, f"{status}")
