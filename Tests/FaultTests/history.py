"""What clients did and what they were told, in their own words. The checker believes nothing else."""

import threading
import time
from dataclasses import dataclass, field


@dataclass
class Attempt:
    """One message that somebody wanted stored. All tries carry its id."""

    id: str
    session: str
    author: str
    text: str
    began: float
    tries: int = 0
    ended: float | None = None
    # acknowledged, refused (a final no: it must not be there), unknown (given up).
    outcome: str = "unknown"
    sequence: int | None = None
    why: str = ""


@dataclass
class Conversation:
    id: str
    author: str
    opened: bool = False
    # Why nobody writes in it any more.
    ended: str = ""


@dataclass
class Follower:
    """What one side's sockets brought of one conversation, over all their lives."""

    session: str
    side: str
    through: int = 0
    # (sequence, type, message id or None), as they came.
    frames: list = field(default_factory=list)
    troubles: list = field(default_factory=list)
    connections: int = 0


class History:
    def __init__(self):
        self._lock = threading.Lock()
        self.attempts: list[Attempt] = []
        self.conversations: dict[str, Conversation] = {}
        self.followers: list[Follower] = []
        self.duplicates_sent = 0
        self.closes = 0
        self.troubles: list[str] = []
        self.statuses: dict[int, int] = {}

    def attempt(self, id, session, author, text):
        attempt = Attempt(id, session, author, text, time.monotonic())
        with self._lock:
            self.attempts.append(attempt)
        return attempt

    def conversation(self, id, author):
        conversation = Conversation(id, author)
        with self._lock:
            self.conversations[id] = conversation
        return conversation

    def count(self, status):
        with self._lock:
            self.statuses[status] = self.statuses.get(status, 0) + 1

    def trouble(self, what):
        with self._lock:
            self.troubles.append(what)

    def acknowledged(self):
        with self._lock:
            return [attempt for attempt in self.attempts if attempt.outcome == "acknowledged"]

    def acknowledged_count(self):
        return len(self.acknowledged())

    def acknowledged_between(self, begin, end):
        return sum(1 for attempt in self.acknowledged() if begin <= attempt.ended <= end)

    def attempted_between(self, begin, end):
        with self._lock:
            return sum(1 for attempt in self.attempts if attempt.began <= end and (attempt.ended is None or attempt.ended >= begin))
