"""An attacker without a plan: by a seed, over every route, parameter, header, body and frame of the OpenAPI document, as nobody, visitor, agent and
key. The suite must keep its processes, answer nothing with 5xx but 503 with Retry-After, and keep its memory within a bound."""

import base64
import http.client
import json
import os
import random
import socket
import struct
import threading
import time
import urllib.parse
from collections import Counter
from pathlib import Path

from document import NASTY, RAW_BODIES, Document, places, replaced

# Attackers at once. Each has one connection at a time.
ATTACKERS = 6
# One answer may take this long before it counts as none. A 503 says sooner that there is trouble. Unit: seconds.
ANSWER_MAX = 60
# How long one attacker keeps a visitor, agent or key before it becomes somebody else. Unit: requests.
AS_SOMEBODY = 40
# What a process may grow while it is attacked: caches fill up to their limits, allocators keep what they had once. Unit: bytes.
GROWTH_MAX = 192 * 1024 * 1024
# Findings that are kept; more say nothing new.
FINDINGS_MAX = 40
# Operations that would end what the attackers themselves are signed in with.
LEFT_OUT = {"signOut", "changePassword", "forgetVisitor", "endSignIns", "endSignIn"}
# Frames that a socket gets before another one is opened.
FRAMES_A_SOCKET = 25


class FreeAttack:
    """`people`: the tokens to be had, by kind of attacker: lists of (name of header, value)."""

    def __init__(self, target, seed, seconds):
        self.target, self.seed, self.seconds = target, seed, seconds
        self.gateways = target.suite.ready["gateways"]
        _, raw = target.call("GET", "/openapi.json")
        self.document = Document(raw)
        self.counts, self.statuses, self.findings = Counter(), Counter(), []
        self._lock = threading.Lock()

    # Preparing

    def prepare(self):
        people, site = self.target.company(olga="admin", anton="agent")
        olga = people["olga"]
        key = olga.ask("POST", "/api/keys", {"name": "attacker"})
        visitors = [self.target.visitor(site) for _ in range(4)]
        sessions = [self.target.session(visitor) for visitor in visitors[:2]]
        self.site, self.people = site, people
        self.key, self.visitors = key["key"], visitors
        message = olga.ask("GET", f"/api/v1/chat/messages/{sessions[0]}")["items"][0]["id"]
        me = olga.ask("GET", "/api/auth/me")
        # Ids that exist, so that attacks reach what lies behind "not found".
        self.ids = [*sessions, *sessions, message, me.get("id") or me["user"]["id"]]
        self.session = sessions[0]

    def go(self):
        """Attacks until the time is over; returns the findings."""
        self.prepare()
        before, memory = self.target.pids(), self._memory()
        until = time.monotonic() + self.seconds
        threads = [threading.Thread(target=self._attack, args=(index, until), daemon=True) for index in range(ATTACKERS)]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            for thread in threads:
                thread.join(1)
            self._compare(before)
        self._compare(before)
        for name, bytes_now in self._memory().items():
            grown = bytes_now - memory.get(name, bytes_now)
            if grown > GROWTH_MAX:
                self._find(f"{name} grew by {grown // 1024 // 1024} MiB")
        return self.findings

    def _memory(self):
        page = os.sysconf("SC_PAGE_SIZE")
        return {name: int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * page for name, pid in self.target.pids().items() if Path(f"/proc/{pid}").exists()}

    def _compare(self, before):
        now = self.target.pids()
        died = [name for name, pid in before.items() if now.get(name) != pid]
        for name in died:
            self._find(f"{name} died")
            before[name] = now.get(name)

    def _find(self, what):
        with self._lock:
            if len(self.findings) < FINDINGS_MAX:
                self.findings.append(what)

    # Attacking

    def _attack(self, index, until):
        chance = random.Random(f"{self.seed}/{index}")
        number = 0
        while time.monotonic() < until:
            if number % AS_SOMEBODY == 0:
                who, header = self._somebody(chance)
            number += 1
            try:
                if chance.random() < 0.04:
                    self._socket(chance, header)
                else:
                    self._request(chance, who, header)
            except (OSError, http.client.HTTPException) as trouble:
                # The gateway may close a connection that misbehaves; whether it lives is seen by its pid.
                self.counts[type(trouble).__name__] += 1

    def _somebody(self, chance):
        who = chance.choice(["nobody", "visitor", "visitor", "agent", "agent", "key"])
        match who:
            case "visitor":
                return who, ("Authorization", f"Bearer {chance.choice(self.visitors)}")
            case "agent":
                try:
                    return who, ("Authorization", f"Bearer {self.people['anton'].token}")
                except AssertionError:  # not signed in within minutes, on a machine that has no time for it
                    self.counts["sign-in given up"] += 1
                    return "nobody", None
            case "key":
                return who, ("X-API-Key", self.key)
        return who, None

    def _known(self, chance):
        def known(name):
            if name in ("site", "site_key"):
                return self.site
            if name == "session_id":
                return self.session
            if name.endswith("id") and chance.random() < 0.7:
                return chance.choice(self.ids)
            return None
        return known

    def _request(self, chance, who, header):
        operation = chance.choice(self.document.operations)
        if operation.id in LEFT_OUT:
            return
        known = self._known(chance)
        path = operation.path
        query = []
        for parameter in operation.parameters:
            name, schema = parameter["name"], parameter.get("schema", {})
            is_nasty = chance.random() < 0.3
            value = chance.choice(NASTY) if is_nasty else known(name) or self.document.value(schema, chance, known)
            text = value if isinstance(value, str) else json.dumps(value)
            if parameter["in"] == "path":
                text = text or "x"
                path = path.replace("{" + name + "}", urllib.parse.quote(text[:2000].encode("utf-8", "surrogatepass"), safe=""))
            elif parameter["in"] == "query" and (parameter.get("required") or chance.random() < 0.6):
                query.append((name, text[:3000].encode("utf-8", "surrogatepass")))
        headers = {"Accept": "application/json"}
        if header:
            headers[header[0]] = header[1]
        if chance.random() < 0.15:
            headers.update(self._odd_headers(chance))
        body = None
        if operation.body is not None or chance.random() < 0.02:
            body = self._body(chance, operation, known)
            headers.setdefault("Content-Type", "application/json")
        address = path + ("?" + urllib.parse.urlencode(query) if query else "")
        status, answered = self._send(chance, operation.method, address, headers, body)
        self._judge(operation, status, answered, address, headers, body, who)

    def _body(self, chance, operation, known):
        roll = chance.random()
        if roll < 0.12 or operation.body is None:
            return chance.choice(RAW_BODIES)
        value = self.document.value(operation.body, chance, known)
        if roll < 0.25:
            return json.dumps(value).encode()
        if roll < 0.32 and isinstance(value, dict):
            value[chance.choice(["role", "client_id", "id", "", "a" * 300, "password"])] = chance.choice(NASTY)
        else:
            for _ in range(chance.choice((1, 1, 2))):
                value = replaced(value, chance.choice(list(places(value))), chance.choice(NASTY))
        return json.dumps(value).encode("utf-8", "surrogatepass")

    def _odd_headers(self, chance):
        return dict([chance.choice([
            ("Authorization", "Bearer " + "a." * 200), ("Authorization", "Basic eDp5"), ("Authorization", "Bearer " + base64.b64encode(b"[" * 900).decode() + ".e30.AA"),
            ("X-API-Key", "sk_" + "a" * 300), ("X-Forwarded-For", "1.2.3.4, ,::1,%"), ("X-Forwarded-Proto", "https"), ("Content-Type", "text/plain"),
            ("Content-Type", "application/json; charset=utf-16"), ("Idempotency-Key", "k" * chance.choice((1, 255, 256, 4000))), ("Idempotency-Key", str(chance.randint(1, 50))),
            ("traceparent", "00-" + "0" * 32 + "-" + "0" * 16 + "-01"), ("traceparent", "ff-" + "z" * 50), ("Cookie", "switchboard_refresh=" + "x" * 3000),
            ("Range", "bytes=0-18446744073709551615"), ("If-None-Match", "*"), ("Accept", "a/b;q=" + "9" * 400), ("Host", "evil.example"), ("Origin", "null"),
            ("Connection", "Upgrade"), ("Upgrade", "websocket"), ("Expect", "100-continue"), ("Content-Encoding", "gzip"), ("Transfer-Encoding", "identity")])])

    def _send(self, chance, method, address, headers, body):
        gateway = urllib.parse.urlsplit(chance.choice(self.gateways))
        connection = http.client.HTTPConnection(gateway.hostname, gateway.port, timeout=ANSWER_MAX)
        try:
            if body is not None and chance.random() < 0.1:
                connection.request(method, address, body=iter([body[:7], body[7:]]), headers=headers, encode_chunked=True)
            else:
                connection.request(method, address, body=body, headers=headers)
            answer = connection.getresponse()
            return answer.status, (dict(answer.headers), answer.read())
        finally:
            connection.close()

    def _judge(self, operation, status, answered, address, headers, body, who):
        self.statuses[status] += 1
        self.counts[who] += 1
        self.counts[f"{who} {status}"] += 1
        if status < 500:
            return
        fields, text = answered
        if status == 503 and any(name.lower() == "retry-after" for name in fields):
            return
        shown = {name: value[:80] for name, value in headers.items() if name not in ("Authorization", "X-API-Key")}
        self._find(f"{operation.method} {address[:300]} as {who} {shown} {(body or b'')[:300]!r} answered {status}: {text[:300]!r}")

    # Sockets

    def _socket(self, chance, header):
        gateway = urllib.parse.urlsplit(chance.choice(self.gateways))
        path = chance.choice([f"/api/v1/chat/ws/{self.session}?after={chance.choice(('0', '-1', '99999999', '9223372036854775807', 'x', ''))}", "/api/v1/realtime"])
        with socket.create_connection((gateway.hostname, gateway.port), timeout=ANSWER_MAX) as line:
            line.sendall((
                f"GET {path} HTTP/1.1\r\nHost: {gateway.netloc}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                f"Sec-WebSocket-Version: 13\r\n{header[0] + ': ' + header[1] if header else 'X-Nothing: 1'}\r\n\r\n").encode())
            status = int((line.recv(4096).split(b" ", 2) + [b"0", b"0"])[1] or 0)
            self.statuses[f"socket {status}"] += 1
            if status >= 500 and status != 503:
                self._find(f"the socket {path} answered {status}")
            if status != 101:
                return
            for _ in range(chance.randint(1, FRAMES_A_SOCKET)):
                line.sendall(self._frame(chance))
            # Its answers, until it has nothing more to say or closes.
            line.settimeout(0.2)
            try:
                while line.recv(65536):
                    pass
            except TimeoutError:
                pass

    def _frame(self, chance):
        self.counts["frames"] += 1
        if chance.random() < 0.8:
            value = chance.choice([
                {"type": "subscribe", "session_id": self.session, "after": 0}, {"type": "unsubscribe", "session_id": self.session},
                {"type": "send", "id": f"{chance.getrandbits(128):032x}", "session_id": self.session, "text": "hello", "expected_sequence": 1},
                {"type": "typing", "session_id": self.session, "active": True}, {"type": "delivered", "session_id": self.session, "through": 1},
                {"type": "read", "session_id": self.session, "through": 1}])
            if chance.random() < 0.7:
                value = replaced(value, chance.choice(list(places(value))), chance.choice(NASTY))
            payload, opcode = json.dumps(value).encode("utf-8", "surrogatepass"), 1
        else:
            payload, opcode = chance.choice(RAW_BODIES + [b"\x03\xff", b"\x00", struct.pack(">H", 1005), b"a" * 300_000]), chance.choice((0, 1, 1, 2, 3, 8, 9, 10, 15))
        first = opcode | chance.choice((0x80, 0x80, 0x80, 0x80, 0x00, 0xC0, 0xF0))
        mask = struct.pack(">I", chance.getrandbits(32))
        count = len(payload)
        if count < 126:
            length = bytes([0x80 | count])
        elif count < 65536:
            length = bytes([0xFE]) + struct.pack(">H", count)
        else:
            length = bytes([0xFF]) + struct.pack(">Q", count)
        if chance.random() < 0.02:
            length = bytes([0xFF]) + struct.pack(">Q", chance.choice((2**63, 2**63 - 1, 2**40)))
        key = int.from_bytes((mask * (count // 4 + 1))[:count], "big")
        masked = (int.from_bytes(payload, "big") ^ key).to_bytes(count, "big")
        return bytes([first]) + length + mask + masked
