"""Visitors who open conversations and write, agents who answer, park and close, and ears on both sides of every conversation."""

import asyncio
import json
import math
import random
import threading
import time
import uuid

from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

import load
from history import Attempt, Follower, History
from suite import HANGING

# How long one message may take with everything being broken around it. Unit: seconds.
PATIENCE = HANGING
# One try. A paused gateway keeps a client waiting so long. Unit: seconds.
TRY_MAX = 5
# Between two tries, growing. Unit: seconds.
PAUSES = (0.05, 0.1, 0.2, 0.4, 0.8)
# No answer, or one that says: ask again. 401 because the clocks of the signer and of the reader may be an hour apart.
TRANSIENT = {0, 401, 408, 425, 429, 500, 502, 503, 504}
PASSWORD = "correct horse battery staple"
# An agent says that often that it is there. Unit: seconds.
PRESENCE_EVERY = 15
SOCKET_OPEN_MAX = 8
# How long the router may be away while events pass. Agents cannot come online meanwhile. Unit: seconds.
AWAY_MAX = 3600
# The pace at which nobody writes, and how often a writer looks whether that is over. Unit: seconds.
STILL = math.inf
STILL_LOOK = 0.1
# A socket takes 50 frames a second.
FLOOD_SOCKETS = 32


class GivenUp(Exception):
    pass


class Workload:
    def __init__(self, suite, seed, visitors=12, agents=3, pace=0.12):
        """
        pace: mean pause of a writer between two messages, in seconds. May be changed while it runs; `STILL` is: nobody begins a message.
        """
        self.suite, self.seed, self.pace = suite, seed, pace
        self.gateways = suite.ready["gateways"]
        self.history = History()
        self.stopping = threading.Event()
        self._visitors, self._agents = visitors, agents
        self._threads = []
        self._ears = Ears(self)

    def start(self):
        carla = self.suite.staff["carla"]
        self.key = carla.ask("POST", "/api/keys", {"name": "faults"})["key"]
        people = [(self.suite.staff[name].email, self.suite.staff[name].password) for name in ("ana", "bruno")]
        for number in range(self._agents - len(people)):
            email = f"faults{number}@demo.example"
            carla.ask("POST", "/api/users", {"email": email, "name": f"Faults {number}", "role": "agent", "password": PASSWORD})
            people.append((email, PASSWORD))
        self._ears.start()
        for index, (email, password) in enumerate(people[: self._agents]):
            self._run(Agent(self, index, email, password).work)
        for index in range(self._visitors):
            self._run(Visitor(self, index).work)
        self.probe = Probe(self)

    def _run(self, work):
        def guarded():
            try:
                work()
            except Exception as error:  # a client that dies would make every check vacuous
                self.history.trouble(f"a client stopped: {type(error).__name__}: {error}")

        thread = threading.Thread(target=guarded, daemon=True)
        thread.start()
        self._threads.append(thread)

    def stop(self):
        """Every message that is under way gets its answer first."""
        self.stopping.set()
        deadline = time.monotonic() + PATIENCE + 30
        for thread in self._threads:
            thread.join(max(0, deadline - time.monotonic()))
        if any(thread.is_alive() for thread in self._threads):
            self.history.trouble("a client still waits for an answer")

    def finish_listening(self, last_sequences, patience):
        """Until both sides of every conversation have heard everything: sequence by conversation."""
        self._ears.finish(last_sequences, patience)

    def follow(self, session, side, token):
        return self._ears.follow(session, side, token)

    def insist(self, method, path, body, token, patience=PATIENCE):
        """Asks one gateway after the other until one gives a final answer: (status, value, tries)."""
        deadline = time.monotonic() + patience
        tries = 0
        order = random.random() < 0.5
        while True:
            gateway = self.gateways[(tries + order) % len(self.gateways)]
            status, value = load.call(gateway, method, path, body, token() if callable(token) else token, TRY_MAX)
            self.history.count(status)
            tries += 1
            if status not in TRANSIENT:
                return status, value, tries
            if time.monotonic() > deadline:
                raise GivenUp(f"{method} {path} was not answered within {patience} s; last: {status} {value}")
            time.sleep(PAUSES[min(tries, len(PAUSES)) - 1])

    def write(self, session, author, text, token, patience=PATIENCE, again=False):
        """One message, by all means. again: says it once more after the acknowledgement, as an impatient client would."""
        attempt = self.history.attempt(str(uuid.uuid4()), session, author, text)
        body = {"id": attempt.id, "session_id": session, "text": text}
        try:
            status, value, attempt.tries = self.insist("POST", "/api/v1/chat/messages", body, token, patience)
        except GivenUp as error:
            attempt.why = str(error)
            self.history.trouble(attempt.why)
            return attempt
        self.settle(attempt, status, value)
        if again and attempt.outcome == "acknowledged":
            self.history.duplicates_sent += 1
            try:
                status, value, _ = self.insist("POST", "/api/v1/chat/messages", body, token, patience)
            except GivenUp as error:
                self.history.trouble(str(error))
                return attempt
            if status != 200 or value["sequence"] != attempt.sequence:
                self.history.trouble(f"a repeat of message {attempt.id} was answered {status} {value}")
        return attempt

    def settle(self, attempt: Attempt, status, value):
        attempt.ended = time.monotonic()
        if status in (200, 201):
            if (value["id"], value["text"], value["session_id"]) != (attempt.id, attempt.text, attempt.session):
                self.history.trouble(f"message {attempt.id} was answered with another: {value}")
            attempt.sequence = value["sequence"]
            attempt.outcome = "acknowledged"
        else:
            attempt.outcome = "refused"
            attempt.why = f"{status} {(value or {}).get('type')}"
            if status not in (403, 409):
                self.history.trouble(f"message {attempt.id} was refused with {status} {value}")

    def flood(self, events, passed):
        """Writes on many sockets, in conversations of its own, until so many events have passed."""
        self._ears.run(self._flood(events, passed))

    async def _flood(self, events, passed):
        done = asyncio.Event()
        pouring = [asyncio.create_task(self._pour(f"flood {number}", done)) for number in range(FLOOD_SOCKETS)]
        # One whose conversation an agent closed has ended; one that failed ends everything.
        while not all(each.done() for each in pouring) and not any(each.done() and each.exception() for each in pouring) and await asyncio.to_thread(passed) < events:
            await asyncio.sleep(0.2)
        done.set()
        await asyncio.gather(*pouring)

    async def _pour(self, author, done):
        """One message after the other over one socket, which is opened again whenever it breaks; the ids stay."""
        session = str(uuid.uuid4())
        author = f"{author} of {session}"
        attempt = self.history.attempt(str(uuid.uuid4()), session, author, "begin")
        body = {"id": session, "message": {"id": attempt.id, "text": attempt.text}, "customer": {"name": author}}
        status, value, _ = await asyncio.to_thread(self.insist, "POST", "/api/v1/chat/sessions", body, self.key)
        assert status in (200, 201), value
        attempt.outcome, attempt.ended = "acknowledged", time.monotonic()
        self.history.conversation(session, author).opened = True
        number, last, turn = 0, 0, 0
        attempt = None
        while attempt is not None or not done.is_set():
            turn += 1
            gateway = self.gateways[turn % len(self.gateways)].replace("http", "ws", 1)
            try:
                async with connect(f"{gateway}/api/v1/chat/ws/{session}?after={last}", subprotocols=["switchboard.v1", f"bearer.{self.key}"],
                                   open_timeout=SOCKET_OPEN_MAX, close_timeout=1, proxy=None) as socket:
                    while attempt is not None or not done.is_set():
                        if attempt is None:
                            number += 1
                            attempt = self.history.attempt(str(uuid.uuid4()), session, author, f"{author} says {number}")
                        attempt.tries += 1
                        await socket.send(json.dumps({"type": "send", "id": attempt.id, "session_id": session, "text": attempt.text}))
                        frame = {}
                        while not (frame.get("type") in ("ack", "error") and (frame.get("id") or frame["data"].get("id")) == attempt.id):
                            frame = json.loads(await asyncio.wait_for(socket.recv(), TRY_MAX))
                            last = max(last, frame.get("through") or 0)
                        if frame["type"] == "ack":
                            attempt.sequence = frame["data"]["sequence"]
                            attempt.outcome, attempt.ended, attempt = "acknowledged", time.monotonic(), None
                        elif frame["data"]["problem"]["status"] in (403, 409):
                            attempt.outcome, attempt.ended, attempt.why = "refused", time.monotonic(), "the conversation was closed"
                            return
                        else:
                            await asyncio.sleep(0.2)  # told to come again
            except (OSError, WebSocketException, TimeoutError, EOFError):
                await asyncio.sleep(0.2)
        await asyncio.to_thread(self.insist, "POST", f"/api/v1/chat/sessions/{session}/close", None, self.key)

    def pause(self, chance):
        while self.pace == STILL and not self.stopping.wait(STILL_LOOK):
            pass
        pace = self.pace
        self.stopping.wait(chance.expovariate(1 / pace) if 0 < pace < STILL else 0)


class Visitor:
    def __init__(self, workload, index):
        self.workload, self.name = workload, f"visitor {index}"
        self.chance = random.Random(f"{workload.seed} {self.name}")

    def work(self):
        workload = self.workload
        status, value, _ = workload.insist("POST", "/api/v1/widget/visitors", {"site": workload.suite.ready["site"]}, None)
        assert status == 201, value
        token = value["token"]
        while not workload.stopping.is_set():
            session = self.open(token)
            if session is None:
                continue
            workload.follow(session, "visitor", token)
            workload.follow(session, "agents", workload.key)
            ended = self.converse(session, token)
            workload.history.conversations[session].ended = ended

    def open(self, token):
        """The first message is stored with the conversation, so it is an attempt like any other."""
        workload = self.workload
        session = str(uuid.uuid4())
        conversation = workload.history.conversation(session, self.name)
        attempt = workload.history.attempt(str(uuid.uuid4()), session, self.name, f"{self.name} begins")
        body = {"id": session, "message": {"id": attempt.id, "text": attempt.text}}
        status, value, attempt.tries = workload.insist("POST", "/api/v1/chat/sessions", body, token)
        attempt.ended = time.monotonic()
        if status in (200, 201):
            if value["id"] != session:
                workload.history.trouble(f"{self.name} opened {session} and got {value['id']}, although the last conversation is closed")
            attempt.outcome, conversation.opened = "acknowledged", True
            return session
        attempt.outcome = "refused"
        workload.history.trouble(f"{self.name} could not open a conversation: {status} {value}")
        self.workload.stopping.wait(1)
        return None

    def converse(self, session, token):
        workload = self.workload
        for number in range(self.chance.randint(8, 40)):
            if workload.stopping.is_set():
                return "the end of the run"
            workload.pause(self.chance)
            attempt = workload.write(session, self.name, f"{self.name} says {number}", token, again=self.chance.random() < 0.05)
            if attempt.outcome == "refused":
                return attempt.why
        status, value, _ = workload.insist("POST", f"/api/v1/chat/sessions/{session}/close", None, token)
        if status not in (200, 409):
            workload.history.trouble(f"{self.name} could not close: {status} {value}")
        workload.history.closes += 1
        return "closed by the visitor"


class Agent:
    def __init__(self, workload, index, email, password):
        self.workload, self.name, self.email, self.password = workload, f"agent {index}", email, password
        self.chance = random.Random(f"{workload.seed} {self.name}")
        self._token, self._until = None, 0

    def token(self):
        if time.monotonic() > self._until:
            status, value, _ = self.workload.insist("POST", "/api/auth/login", {"email": self.email, "password": self.password}, None)
            assert status == 200, value
            self._token, self._until = value["access_token"], time.monotonic() + 400
        return self._token

    def work(self):
        workload = self.workload
        says_present = 0
        number = 0
        while not workload.stopping.is_set():
            if time.monotonic() > says_present:
                status, value, _ = workload.insist("PUT", "/api/v1/agents/me/status", {"status": "online"}, self.token, AWAY_MAX)
                if status >= 300:
                    workload.history.trouble(f"{self.name} could not come online: {status} {value}")
                says_present = time.monotonic() + PRESENCE_EVERY
            status, value, _ = workload.insist("GET", "/api/v1/chat/sessions?view=mine&limit=50", None, self.token)
            sessions = [item["id"] for item in value["items"] if item["status"] == "assigned"] if status == 200 else []
            if not sessions:
                workload.stopping.wait(0.3)
            for session in sessions:
                if workload.stopping.is_set():
                    return
                workload.pause(self.chance)
                number += 1
                workload.write(session, self.name, f"{self.name} answers {number}", self.token, again=self.chance.random() < 0.05)
                dice = self.chance.random()
                if dice < 0.05:
                    self.change(session, {"status": "closed"})
                    workload.history.closes += 1
                elif dice < 0.08:
                    self.change(session, {"status": "pending"})

    def change(self, session, wish):
        status, value, _ = self.workload.insist("PATCH", f"/api/v1/chat/sessions/{session}", wish, self.token)
        if status not in (200, 403, 409):
            self.workload.history.trouble(f"{self.name} could not change {session}: {status} {value}")


class Probe:
    """One conversation in which nothing happens but questions whether all is well again."""

    def __init__(self, workload):
        self.workload = workload
        suite = workload.suite
        self.token = load.visitor(suite)
        self.session = str(uuid.uuid4())
        workload.history.conversation(self.session, "probe").opened = True
        attempt = workload.history.attempt(str(uuid.uuid4()), self.session, "probe", "Is anybody there?")
        status, value, _ = workload.insist(
            "POST", "/api/v1/chat/sessions", {"id": self.session, "message": {"id": attempt.id, "text": attempt.text}}, self.token)
        assert status in (200, 201), value
        attempt.outcome, attempt.ended = "acknowledged", time.monotonic()
        workload.follow(self.session, "visitor", self.token)
        workload.follow(self.session, "agents", workload.key)
        self._number = 0

    def ask(self, gateway, patience):
        """Writes one message through this gateway and no other; returns when it is acknowledged."""
        workload = self.workload
        self._number += 1
        attempt = workload.history.attempt(str(uuid.uuid4()), self.session, "probe", f"probe {self._number}")
        body = {"id": attempt.id, "session_id": self.session, "text": attempt.text}
        deadline = time.monotonic() + patience
        while True:
            status, value = load.call(gateway, "POST", "/api/v1/chat/messages", body, self.token, TRY_MAX)
            workload.history.count(status)
            attempt.tries += 1
            if status not in TRANSIENT:
                workload.settle(attempt, status, value)
                return
            assert time.monotonic() < deadline, f"{gateway} took no message within {patience} s; last: {status} {value}"
            time.sleep(0.05)


class Ears:
    """Sockets of both sides of every conversation; each resumes by `after` and demands what contracts.md §5 promises."""

    def __init__(self, workload):
        self.workload = workload
        self._loop = asyncio.new_event_loop()
        self._targets = {}
        self._tasks = []

    def start(self):
        threading.Thread(target=self._loop.run_forever, daemon=True).start()

    def run(self, coroutine):
        """On the loop of the sockets; returns when it has ended."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()

    def follow(self, session, side, token):
        follower = Follower(session, side)
        self.workload.history.followers.append(follower)
        self._tasks.append(asyncio.run_coroutine_threadsafe(self._follow(follower, token), self._loop))

    def finish(self, last_sequences, patience):
        self._targets = last_sequences
        deadline = time.monotonic() + patience
        for task in self._tasks:
            try:
                task.result(max(0.1, deadline - time.monotonic()))
            except TimeoutError:
                task.cancel()

    async def _follow(self, follower, token):
        chance = random.Random(f"{self.workload.seed} {follower.session} {follower.side}")
        while True:
            gateway = chance.choice(self.workload.gateways).replace("http", "ws", 1)
            try:
                async with connect(
                    f"{gateway}/api/v1/chat/ws/{follower.session}?after={follower.through}", subprotocols=["switchboard.v1", f"bearer.{token}"],
                    open_timeout=SOCKET_OPEN_MAX, close_timeout=1, ping_interval=5, ping_timeout=10, proxy=None) as socket:
                    follower.connections += 1
                    while not self._is_done(follower):
                        try:
                            text = await asyncio.wait_for(socket.recv(), 0.5)
                        except TimeoutError:
                            # A conversation that ended is listened to a little longer: nothing may follow its last frame.
                            continue
                        self._hear(follower, json.loads(text))
                    return
            except (OSError, WebSocketException, TimeoutError, EOFError):
                if self._is_done(follower):
                    return
                await asyncio.sleep(chance.uniform(0.05, 0.5))

    def _is_done(self, follower):
        # The last frame is the one that closed the conversation, so nothing comes behind it.
        if follower.frames and follower.frames[-1][3] == "closed":
            return True
        return follower.through >= self._targets.get(follower.session, float("inf"))

    def _hear(self, follower, frame):
        if frame["type"] in ("typing", "presence", "queue", "receipt", "customer"):
            return
        if frame["type"] == "error":
            status = frame["data"]["problem"]["status"]
            self.workload.history.count(status)
            # The history could not be read; the gateway closes and the next socket resumes.
            if status not in TRANSIENT:
                follower.troubles.append(f"error {frame}")
            return
        sequence, through = frame.get("sequence"), frame.get("through")
        if sequence is not None:
            data = frame["data"]
            follower.frames.append((sequence, frame["type"], data.get("id"), data.get("status") if frame["type"] == "status" else None))
        if through is not None:
            if through < follower.through:
                follower.troubles.append(f"through went back from {follower.through} to {through}")
            follower.through = max(follower.through, through)
