"""What is broken when: a pure function of the seed, so that a failing run can be replayed."""

import random
from dataclasses import dataclass

from installation import REPLICAS, WITH_DATABASE
from suite import services

# What each kind breaks, as the report names it.
KINDS = {
    "kill": "kill -9 of up to three processes",
    "kill all": "kill -9 of every process at once, with PostgreSQL or without",
    "pause": "SIGSTOP and SIGCONT of up to three processes",
    "postgres crash": "pg_ctl stop -m immediate, or kill -9 of the postmaster; the supervisor starts it again",
    "backend crash": "kill -9 of one of PostgreSQL's backends, so that it recovers with all others cut off",
    "backends terminated": "pg_terminate_backend of every service's connections, again and again",
    "postgres cut": "connections of a service to PostgreSQL reset, new ones refused",
    "postgres slow": "each block to and from PostgreSQL late",
    "postgres half open": "connections to PostgreSQL stay open and say nothing, one way or both",
    "postgres forgotten": "connections to PostgreSQL of this moment never say anything again, new ones work",
    "commit unanswered": "PostgreSQL commits, the answer is lost",
    "bus cut": "connections to a service on the bus reset, new ones refused",
    "bus slow": "each block to and from a service on the bus late",
    "bus half open": "connections to a service on the bus stay open and say nothing, one way or both",
    "wrong service": "another service answers at a known address",
    "noise": "random and oversize frames at every socket of a service, and from its address",
    "repeated frames": "published frames lost, doubled and overtaking each other",
    "slow subscriber": "a subscriber that never reads and a link that hardly moves",
    "tiny queues": "a burst through replicas whose ZeroMQ queues hold two messages, so that frames are dropped and read from the log",
    "away": "the router away while events pass",
    "rolling restart": "SIGTERM to every process, one after the other",
    "start in any order": "everything killed, then started in a random order",
    "clock": "the clock of a process one hour off, then right again",
}
# They take everything, so nothing else goes on beside them.
ALONE = {"kill all", "tiny queues", "away", "rolling restart", "start in any order"}


@dataclass(frozen=True)
class Fault:
    kind: str
    # Processes, or names of lines; what the kind needs.
    targets: tuple
    seconds: float
    # For what the fault itself draws by lot.
    seed: int
    # One of the kind's own choices: a way, an hour, a number.
    choice: object = None

    @property
    def lines(self):
        """What it breaks between programs: a service's line to PostgreSQL, or a replica's sockets on the bus."""
        if self.kind.startswith(("postgres ", "commit ")):
            return set(self.targets)
        if self.kind.startswith("bus "):
            return {target.split(".")[0] for target in self.targets}
        return set(self.targets) if self.kind in ("wrong service", "noise", "repeated frames", "slow subscriber") else set()

    def __str__(self):
        details = [", ".join(self.targets)] if self.targets else []
        if self.choice is not None:
            details.append(str(self.choice))
        return f"{self.kind} ({'; '.join(details + [f'{self.seconds:.1f} s'])})"


@dataclass(frozen=True)
class Round:
    faults: tuple
    # Quiet time behind it. Unit: seconds.
    rest: float


# How many events pass while a consumer is away, after the first time.
AWAY_EVENTS = 2_000
# How many events pass in a burst through tiny queues.
BURST_EVENTS = 500


def rounds(seed, kinds=tuple(KINDS), longest=6.0, away_events=AWAY_EVENTS):
    """Without end: every kind once in a random order, then up to three at a time, for ever.

    longest: of one fault, in seconds. away_events: how many events pass while a consumer is away, the first time.
    """
    chance = random.Random(f"faults {seed}")
    kinds = [kind for kind in KINDS if kind in kinds]
    first = chance.sample(kinds, len(kinds))
    while True:
        if first:
            chosen = [first.pop()]
        else:
            away_events = min(away_events, AWAY_EVENTS)
            chosen = chance.sample(kinds, min(len(kinds), chance.choice((1, 1, 2, 2, 3))))
            if ALONE & set(chosen):
                chosen = chosen[:1]
        faults = []
        for fault in [draw(kind, chance, longest, away_events) for kind in chosen]:
            # Of two faults on one line one would hide the other: what is cut off is not slow.
            if not any(fault.lines & other.lines for other in faults):
                faults.append(fault)
        yield Round(tuple(faults), chance.uniform(0.5, 1.5))


def draw(kind, chance, longest, away_events):
    names = [f"{service}-{replica}" for service in REPLICAS for replica in range(1, REPLICAS[service] + 1)]
    answering = [name for name in names if not services.service(services.service_of(name)).is_edge]
    seconds = chance.uniform(1.0, longest)
    targets, choice = (), None
    if kind in ("kill", "pause"):
        targets = chance.sample(names, chance.randint(1, 3))
    elif kind == "kill all":
        targets = names + chance.sample(["postgres-1"], chance.randint(0, 1))
    elif kind == "postgres crash":
        choice = chance.choice(("immediate", "kill -9"))
    elif kind == "start in any order":
        targets = chance.sample(names, len(names))
    elif kind == "rolling restart":
        targets = names
    elif kind == "clock":
        # Every service, in the end; the signer of tokens too.
        targets = (chance.choice(names),)
        choice = chance.choice((-3600, 3600))
        seconds += 1.5  # a process looks at its clock's setting once a second
    elif kind.startswith("postgres "):
        targets = chance.sample(WITH_DATABASE, chance.randint(1, len(WITH_DATABASE)))
        if kind == "postgres slow":
            choice = round(chance.uniform(0.05, 0.5), 2)
        if kind == "postgres half open":
            choice = chance.choice(("there", "back", "both"))
            if "chat" not in targets:
                targets = (*targets, "chat")  # the others may have nothing to ask for seconds
    elif kind == "commit unanswered":
        targets, choice = (chance.choice(("chat", "router")),), chance.randint(1, 5)
    elif kind.startswith("bus "):
        struck = chance.sample(answering, chance.randint(1, 3))
        uses = chance.choice((("events",), ("requests",), ("events", "requests")))
        targets = tuple(f"{service}.{use}" for service in struck for use in uses)
        if kind == "bus slow":
            choice = round(chance.uniform(0.05, 0.5), 2)
        if kind == "bus half open":
            choice = chance.choice(("there", "back", "both"))
            if choice == "there" and "requests" not in uses:
                choice = "both"  # a subscriber that has subscribed says nothing, so that its silence would be seen by nobody
    elif kind == "wrong service":
        targets = (chance.choice(("chat-1", "chat-2", "router-1", "router-2")),)
        seconds += 3.5  # longer than the silence after which a link is opened again
    elif kind in ("noise", "repeated frames", "slow subscriber"):
        targets = (chance.choice(("chat-1", "chat-2", "router-1", "router-2")),)
    elif kind == "tiny queues":
        choice = BURST_EVENTS
    elif kind == "away":
        choice = away_events
    return Fault(kind, tuple(targets), round(seconds, 2), chance.randrange(2**32), choice)
