"""Issue 3: a visitor's socket that is never read while load flows harms nobody else, costs bounded memory, and loses nothing."""

import asyncio
import json
import os
import socket
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

from websockets.asyncio.client import connect

import load
from suite import HANGING, eventually

# Of one message. With what the kernel holds for a connection, some hundred of them are beyond what a reader may be behind (4 MiB).
TEXT_BYTES = 48 * 1024
MESSAGES_MAX = 600
# Sockets that nobody reads.
SLOW = 8
# A gateway may hold 4 MiB for each of them, and needs room for its own work. Unit: bytes.
GROWTH_MAX = (SLOW * 4 + 64) * 1024 * 1024
LISTEN_MAX = HANGING


def memory(suite):
    """Of the gateway, resident. Unit: bytes."""
    pid = suite._running("gateway", 1)["pid"]
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


class DeafSocket:
    """Speaks enough of RFC 6455 to be let in, and then reads nothing."""

    def __init__(self, gateway, session, token):
        address = urlsplit(gateway)
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self._socket.settimeout(LISTEN_MAX)
        self._socket.connect((address.hostname, address.port))
        self._socket.sendall((
            f"GET /api/v1/chat/ws/{session}?after=0 HTTP/1.1\r\nHost: {address.netloc}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: switchboard.v1, bearer.{token}\r\n\r\n").encode())
        assert self._socket.recv(12) == b"HTTP/1.1 101", "the socket was not opened"

    def rest(self):
        """What comes if it is read after all, to the end."""
        received = bytearray()
        try:
            while block := self._socket.recv(65536):
                received += block
        except ConnectionResetError:
            pass
        return bytes(received)


async def listen(gateway, session, token, last, after=0):
    """Until `last` has come: the sequences of messages, in order."""
    heard = []
    async with connect(f"{gateway.replace('http', 'ws', 1)}/api/v1/chat/ws/{session}?after={after}", subprotocols=["switchboard.v1", f"bearer.{token}"],
                       proxy=None, max_size=2**20) as listening:
        while last not in heard:
            frame = json.loads(await asyncio.wait_for(listening.recv(), LISTEN_MAX))
            if frame["type"] == "message":
                heard.append(frame["sequence"])
    return heard


def test_a_socket_that_nobody_reads_is_closed_harms_nobody_and_catches_up(suite):
    gateway = suite.gateway
    visitor = load.visitor(suite)
    session = load.open_session(suite, visitor, "begins")
    key = suite.staff["carla"].ask("POST", "/api/keys", {"name": "slow"})["key"]
    behind, grew, written = suite.metric("gateway", "gateway_sockets_closed_behind_total"), 0, []
    before = memory(suite)
    deaf = [DeafSocket(gateway, session, visitor) for _ in range(SLOW)]

    def closed():
        return suite.metric("gateway", "gateway_sockets_closed_behind_total") - behind

    while closed() < SLOW:
        assert len(written) < MESSAGES_MAX, f"{closed():.0f} of {SLOW} sockets were closed after {len(written)} messages"
        body = {"id": str(uuid.uuid4()), "session_id": session, "text": f"{len(written)} ".ljust(TEXT_BYTES, "x")}
        status, value, _ = load.insist([gateway], "POST", "/api/v1/chat/messages", body, key, LISTEN_MAX)
        assert status == 201, value
        written.append(value["sequence"])
        grew = max(grew, memory(suite) - before)
        if len(written) % 20 == 0:
            # Somebody else's socket on the same gateway, meanwhile.
            other = load.visitor(suite)
            beside = load.open_session(suite, other, "beside")
            assert asyncio.run(listen(gateway, beside, other, 1)) == [1]
    assert grew < GROWTH_MAX, f"the gateway grew by {grew >> 20} MiB"
    print(f"{len(written)} messages of {TEXT_BYTES >> 10} KiB, the gateway grew by {grew >> 20} MiB")
    # RFC 6455: a close frame is the last one, and its body begins with the code. Whoever reads too late even for that finds the connection cut.
    with ThreadPoolExecutor(SLOW) as pool:
        ends = [rest[-128:] for rest in pool.map(DeafSocket.rest, deaf)]
    assert any(b"\x88" in end and (4008).to_bytes(2, "big") in end for end in ends), ends
    assert asyncio.run(listen(gateway, session, visitor, written[-1])) == [1, *written], "whoever comes again gets everything, once, in order"
    eventually(lambda: suite.verify() == (0, []), "everything fits")
