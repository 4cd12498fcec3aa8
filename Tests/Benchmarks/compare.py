"""Two versions of Switchboard side by side: the same short measurement of one and of the other, alternating, so that what else the machine
does falls on both. A ratio of two neighbours says what changed; the two rates alone say nothing."""

import statistics
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path

from rows import in_process, wrk
from suite import NO_LIMITS, BenchmarkError, Suite, processor_seconds

# How often both are started anew: where a process's memory comes to lie makes it some percent faster or slower for as long as it lives.
SITTINGS = 5
# Of each sitting; each measures the older and the newer version once.
ROUNDS = 2
# Of each measurement. Unit: seconds.
SECONDS = 3
# How much dearer something may become in one change.
REACH = 1.05


@dataclass
class Comparison:
    """`ratio` is the newer version's cost by the older one's: above 1 it became slower."""

    name: str
    older: float
    newer: float
    ratio: float
    lowest: float
    highest: float
    passed: bool

    def json(self):
        return asdict(self)


class Side:
    """One of the two, running."""

    def __init__(self, root: Path, port: int, environment: dict[str, str]):
        self.root = root
        self.suite = Suite(port=port, root=root, environment={**NO_LIMITS, **environment})
        visitor = self.suite.post("/api/v1/widget/visitors", {"site": self.suite.report["site"]})["token"]
        session = self.suite.post("/api/v1/chat/sessions", {"message": {"text": "hello"}}, visitor)["id"]
        agent = self.suite.user("agent")
        self._agent = {"email": agent["email"], "password": agent["password"]}
        self._conversation = f"{self.suite.gateway}/api/v1/chat/sessions/{session}"
        # Answered, a read of it asks nothing of the router.
        self.suite.post("/api/v1/chat/messages", {"session_id": session, "text": "hello"}, self._sign_in())
        self.suite.settle()

    def _sign_in(self):
        return self.suite.post("/api/auth/login", self._agent)["access_token"]

    def messages(self):
        found = self.suite.bench("messages", "--connections", "32", "--duration", str(SECONDS), "--measure", str(self.suite.pid))
        if found["missing"]:
            raise BenchmarkError(f"{found['missing']} messages did not arrive")
        return {"a durable message, CPU ms": found["cpu_seconds_per_1000_total"], "a durable message of 32 writers, ms": 1000 / found["per_second"]}

    def paced(self):
        found = self.suite.bench("messages", "--connections", "32", "--rate", "200", "--duration", str(SECONDS), "--measure", str(self.suite.pid))
        return {"200 messages/s: p50 to the other socket, ms": found["delivered_ms"]["p50"],
                "200 messages/s: a message, CPU ms": found["cpu_seconds_per_1000_total"]}

    def read(self):
        token, before = self._sign_in(), processor_seconds(self.suite.pid)
        rate = wrk(self._conversation, token, seconds=SECONDS)
        used = processor_seconds(self.suite.pid) - before
        return {"a read, CPU ms": used / (rate * SECONDS) * 1000, "a read of 32 readers, ms": 1000 / rate}

    def in_process(self):
        log = in_process("log", {"SWITCHBOARD_TEST_CLUSTER_URL": self.suite.database_url}, self.root)
        decide = in_process("decide", root=self.root)
        return {"an event through the log, µs": 1e6 / log["live_per_second"], "an event after an absence, µs": 1e6 / log["catch_up_per_second"],
                "a routing decision among 10,000 agents, µs": decide["decide_p50_us"]}


def compare(older: Path, environment: dict[str, str]) -> Iterator[Comparison]:
    """
    older: the top folder of another version's checkout, with a release build in it
    environment: what is set for the older one alone, such as keys for its bus
    """
    newer = Path(__file__).resolve().parents[2]
    measured: dict[str, list[tuple[float, float]]] = {}
    kinds: list[Callable[[Side], dict[str, float]]] = [Side.messages, Side.paced, Side.read, Side.in_process]
    for sitting in range(SITTINGS):
        with ExitStack() as stack:
            sides = []
            for root, port, settings in ((older, 18800, environment), (newer, 18900, {})):
                side = Side(root, port, settings)
                stack.callback(side.suite.close)
                sides.append(side)
            for round in range(ROUNDS):
                print(f"· {sitting * ROUNDS + round + 1} of {SITTINGS * ROUNDS}", file=sys.stderr, flush=True)
                for measure in kinds:
                    keep(measured, measure, sides, sitting + round)
    for name, pairs in measured.items():
        ratios = [new / old for old, new in pairs]
        ratio = statistics.median(ratios)
        yield Comparison(
            name, statistics.median(old for old, _ in pairs), statistics.median(new for _, new in pairs), ratio, min(ratios), max(ratios),
            ratio <= REACH)


def keep(measured, measure, sides, round):
    """Who goes first alternates: what a first leaves behind for a second falls on both."""
    order = sides if round % 2 == 0 else sides[::-1]
    found = {side.root: measure(side) for side in order}
    older, newer = (found[side.root] for side in sides)
    for name in older.keys() & newer.keys():
        measured.setdefault(name, []).append((older[name], newer[name]))
