"""A WebSocket of the suite that keeps what it hears."""

import json
import time

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

# A frame that is awaited comes much sooner; this is for a machine that has other work. Unit: seconds.
PATIENCE = 60


class Line:
    """`path` as in the document: /api/v1/realtime, /api/v1/chat/ws/{session}?after=0. At the first gateway unless another is named."""

    def __init__(self, target, token, path, gateway=None):
        self.heard = []
        self.closed = None
        address = (gateway or target.gateway).replace("http", "ws", 1) + path
        self._socket = connect(address, subprotocols=["switchboard.v1", f"bearer.{token}"], open_timeout=PATIENCE, max_size=None)

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        self._socket.close()

    def say(self, type, **members):
        self._socket.send(json.dumps({"type": type, **members}))

    def hear(self, wanted, seconds=PATIENCE):
        """The next frame of which `wanted` is true, or None. A word stands for the frame's type."""
        matches = wanted if callable(wanted) else lambda frame: frame["type"] == wanted
        deadline = time.monotonic() + seconds
        while True:
            try:
                frame = json.loads(self._socket.recv(timeout=max(0, deadline - time.monotonic())))
            except TimeoutError:
                return None
            except ConnectionClosed as end:
                self.closed = end.rcvd.code if end.rcvd else 1006
                return None
            self.heard.append(frame)
            if matches(frame):
                return frame


def code(problem):
    """The last part of a problem's type."""
    return ((problem or {}).get("type") or "").rsplit("/", 1)[-1]
