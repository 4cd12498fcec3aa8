TITLE = "Odd frames and claimed encryption"

import json
import socket
import struct
import urllib.parse
import urllib.request

from target import Check


def attack(target):
    _, site = target.company(olga="admin")
    visitor = target.visitor(site)
    session = target.session(visitor)
    # Codes that must not stand in a frame, and one that may (RFC 6455, section 7.4).
    for payload, expected in ((struct.pack(">H", 1005), 1002), (struct.pack(">H", 999), 1002), (struct.pack(">H", 0), 1002), (struct.pack(">H", 5000), 1002), (b"\x03", 1002),
                              (struct.pack(">H", 1000) + b"\xff", 1007), (struct.pack(">H", 4123), 4123), (b"", 1000)):
        code = closing(target, session, visitor, 0x88, payload)
        yield Check(f"a closing frame with {payload!r} is answered {expected}", code == expected, f"{code}")
    for bits in (0x40, 0x20, 0x10):
        code = closing(target, session, visitor, 0x81 | bits, b'{"type":"typing"}')
        yield Check(f"a frame with reserved bit {bits:#x} ends the socket", code == 1002, f"{code}")
    person = target.suite.ready["users"][0]
    request = urllib.request.Request(
        target.gateway + "/api/auth/login?cookie=1", method="POST", headers={"Content-Type": "application/json", "X-Forwarded-Proto": "https"},
        data=json.dumps({"email": person["email"], "password": person["password"]}).encode())
    with urllib.request.urlopen(request) as answer:
        cookie, strict = answer.headers["Set-Cookie"], answer.headers["Strict-Transport-Security"]
    yield Check("that a connection is encrypted is not believed of anybody", "Secure" not in cookie.split("; ") and strict is None, cookie.split("; ", 1)[1])


def closing(target, session, token, first, payload):
    """Sends one frame and returns the code that the server closes with; None if it does not."""
    gateway = urllib.parse.urlsplit(target.gateway)
    with socket.create_connection((gateway.hostname, gateway.port), timeout=5) as line:
        line.sendall((
            f"GET /api/v1/chat/ws/{session}?after=0 HTTP/1.1\r\nHost: {gateway.netloc}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: switchboard.v1, bearer.{token}\r\n\r\n").encode())
        stream = line.makefile("rb")
        assert b" 101 " in stream.readline(), "the socket was not opened"
        while stream.readline() not in (b"\r\n", b""):
            pass
        line.sendall(bytes([first, 0x80 | len(payload)]) + b"\0\0\0\0" + payload)
        try:
            while len(head := stream.read(2)) == 2:
                length = head[1] & 127
                if length == 126:
                    length = struct.unpack(">H", stream.read(2))[0]
                elif length == 127:
                    length = struct.unpack(">Q", stream.read(8))[0]
                body = stream.read(length)
                if head[0] == 0x88:
                    return struct.unpack(">H", body[:2])[0] if len(body) >= 2 else None
                if head[0] == 0x81 and json.loads(body)["type"] == "error":
                    return "an answer"
        except TimeoutError:
            pass
        return None
