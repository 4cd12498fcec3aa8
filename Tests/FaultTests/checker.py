"""Compares what clients were told with what is there, in the manner of Jepsen's set and queue checkers. It forgives nothing."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from installation import wait_until
from suite import HANGING, services

# How long consumers and sockets may take to come up to date once nothing is broken any more. Unit: seconds.
CATCH_UP_MAX = HANGING
# Findings of one kind that are printed.
SHOWN = 10

LAG = """
SELECT coalesce(sum(h.last_seq - c.seq), -1) FROM router.cursor c JOIN chat.stream_head h ON c.stream = 'chat' AND c.part = h.part
UNION ALL SELECT coalesce(sum(h.last_seq - c.seq), -1) FROM router.cursor c JOIN accounts.stream_head h ON c.stream = 'accounts' AND c.part = h.part
UNION ALL SELECT coalesce(sum(h.last_seq - c.seq), -1) FROM chat.cursor c JOIN router.stream_head h ON c.stream = 'router' AND c.part = h.part
"""


@dataclass
class Verdict:
    attempted: int = 0
    acknowledged: int = 0
    refused: int = 0
    lost: list = field(default_factory=list)
    doubled: list = field(default_factory=list)
    reordered: list = field(default_factory=list)
    # Everything else that must not be: phantoms, gaps, capacity, sockets, effects.
    other: list = field(default_factory=list)
    # What was looked at; a check that looked at nothing proves nothing.
    examined: dict = field(default_factory=dict)

    @property
    def is_clean(self):
        return not (self.lost or self.doubled or self.reordered or self.other)

    def findings(self):
        for name in ("lost", "doubled", "reordered", "other"):
            found = getattr(self, name)
            yield from (f"{name}: {finding}" for finding in found[:SHOWN])
            if len(found) > SHOWN:
                yield f"{name}: … and {len(found) - SHOWN} more"


class Checker:
    def __init__(self, suite, workload, samples):
        """samples: (agents looked at, the highest load beyond capacity) as seen while the run went on."""
        self.suite, self.workload, self.history, self.samples = suite, workload, workload.history, samples
        self.verdict = Verdict()

    def check(self):
        """After the workload has stopped and everything is ready."""
        other = self.verdict.other
        try:
            wait_until(self._is_caught_up, CATCH_UP_MAX, "every consumer's cursor stands at the head of its log")
        except AssertionError as error:
            other.append(f"{error}; lags: {self.suite.rows(LAG)}")
        self.last = {id: int(sequence) for id, sequence in self.suite.query("SELECT id, last_sequence FROM chat.conversations")}
        opened = {id: self.last.get(id, 0) for id, conversation in self.history.conversations.items() if conversation.opened}
        self.workload.finish_listening(opened, CATCH_UP_MAX)
        other += self.history.troubles
        self._messages()
        self._sequences()
        self._effects()
        self._capacity()
        self._sockets()
        code, findings = self.suite.verify()
        other += [f"verify: {finding['place']}: {finding['detail']}" for finding in findings]
        if code != 0 and not findings:
            other.append(f"verify ended with {code}")
        self.verdict.examined["decisions"], differences = self.suite.replay()
        other += [f"replay: decision {difference['decision']}: {'; '.join(difference['details'])}" for difference in differences]
        for what, count in self.verdict.examined.items():
            # Not every fault breaks a socket.
            if not count and what != "sockets that had to resume":
                other.append(f"nothing was examined: {what}")
        return self.verdict

    def _is_caught_up(self):
        rows = self.suite.rows(LAG)
        return rows is not None and [row[0] for row in rows] == ["0", "0", "0"]

    def _messages(self):
        verdict = self.verdict
        rows = self.suite.query("SELECT id, conversation_id, sequence, content FROM chat.communication_messages WHERE kind = 'message'")
        stored = {id: (session, int(sequence), text) for id, session, sequence, text in rows}
        verdict.examined["stored messages"] = len(rows)
        verdict.doubled += [f"message {id} is there {count} times" for id, count in Counter(row[0] for row in rows).items() if count > 1]
        # A second id for the same words would be a doubled effect too: nobody says the same twice.
        verdict.doubled += [f"{text!r} is {count} times in conversation {session}" for (session, text), count in Counter((row[1], row[3]) for row in rows).items() if count > 1]
        attempts = list(self.history.attempts)
        verdict.attempted = len(attempts)
        by_writer = defaultdict(list)
        for attempt in attempts:
            found = stored.get(attempt.id)
            if attempt.outcome == "acknowledged":
                verdict.acknowledged += 1
                if found is None:
                    verdict.lost.append(f"message {attempt.id} of {attempt.author} in {attempt.session}")
                elif found[0] != attempt.session or found[2] != attempt.text or attempt.sequence not in (None, found[1]):
                    verdict.lost.append(f"message {attempt.id} was acknowledged as {attempt.session} {attempt.sequence} {attempt.text!r} and is {found}")
            elif attempt.outcome == "refused":
                verdict.refused += 1
                if found is not None:
                    verdict.other.append(f"phantom: message {attempt.id} was refused ({attempt.why}) and is there")
            if found is not None:
                by_writer[attempt.session, attempt.author].append((found[1], attempt.text))
        known = {attempt.id for attempt in attempts}
        verdict.other += [f"phantom: message {id} was written by nobody" for id in stored if id not in known]
        verdict.examined["writers in conversations"] = len(by_writer)
        for (session, author), written in by_writer.items():
            if [sequence for sequence, _ in written] != sorted(sequence for sequence, _ in written):
                verdict.reordered.append(f"{author} in {session}: {written}")
        self.stored = stored

    def _sequences(self):
        """Messages and entries together number a conversation from 1 to its last sequence."""
        rows = self.suite.query(
            "SELECT conversation_id, sequence FROM chat.communication_messages UNION ALL SELECT conversation_id, sequence FROM chat.conversation_entries")
        numbers = defaultdict(list)
        for session, sequence in rows:
            numbers[session].append(int(sequence))
        self.numbers = numbers
        self.verdict.examined["conversations"] = len(self.last)
        for session, last in self.last.items():
            if sorted(numbers[session]) != list(range(1, last + 1)):
                self.verdict.other.append(f"conversation {session} has sequences {sorted(numbers[session])} and says that it ends at {last}")
        for id, conversation in self.history.conversations.items():
            if conversation.opened and id not in self.last:
                self.verdict.lost.append(f"conversation {id} of {conversation.author}")
        self.verdict.other += [f"phantom: conversation {id} was opened by nobody" for id in self.last if id not in self.history.conversations]

    def _effects(self):
        """Each event's effect once: of chat's on the router, of the router's on chat, and of every write on the log."""
        other, examined = self.verdict.other, self.verdict.examined
        for schema in (service.schema for service in services.WITH_SCHEMA):
            for id, count in self.suite.query(f"SELECT event_id, count(*) FROM {schema}.outbox GROUP BY 1 HAVING count(*) > 1"):
                self.verdict.doubled.append(f"event {id} is {count} times in {schema}'s log")
            for row in self.suite.query(f"SELECT stream, part, seq, subject, reason FROM {schema}.parked"):
                other.append(f"{schema} parked {row}")
        said = Counter((key, int(sequence)) for key, sequence in self.suite.query(
            "SELECT key, key_sequence FROM chat.outbox WHERE subject = 'chat.message-appended'"))
        examined["events of messages"] = len(said)
        for id, (session, sequence, _) in self.stored.items():
            if said[session, sequence] != 1:
                other.append(f"message {id} was said {said[session, sequence]} times")
        # The router's effect of what chat said: one item for each conversation, with the last status that it was told.
        items = {row[0]: row[1] for row in self.suite.query("SELECT conversation_id, status FROM router.work_items")}
        examined["the router's items"] = len(items)
        other += [f"the router knows nothing of conversation {id}" for id in self.last if id not in items]
        # Chat's effect of what the router said.
        assigned = self.suite.query(
            "SELECT p->'assignment'->>'session_id', p->'assignment'->>'decision_id', (p->'assignment'->>'number')::bigint"
            "  FROM (SELECT convert_from(payload, 'UTF8')::jsonb AS p FROM router.outbox WHERE subject = 'router.conversation-assigned') AS said")
        applied = Counter(tuple(row) for row in self.suite.query(
            "SELECT p->>'session_id', p->>'decision_id'"
            "  FROM (SELECT convert_from(payload, 'UTF8')::jsonb AS p FROM chat.outbox WHERE subject = 'chat.assignment-applied') AS said"
            " WHERE p->>'decision_id' IS NOT NULL AND p->'agent' <> 'null'::jsonb"))
        ledger = {(row[0], int(row[1])): row[2] for row in self.suite.query("SELECT conversation_id, number, decision_id FROM router.assignments")}
        closed = {row[0] for row in self.suite.query("SELECT id FROM chat.conversations WHERE status = 'closed'")}
        examined["assignments"] = len(assigned)
        newest = defaultdict(int)
        for session, _, number in assigned:
            newest[session] = max(newest[session], int(number))
        if len(assigned) != len(ledger):
            other.append(f"the router said {len(assigned)} assignments and has {len(ledger)} in its ledger")
        for session, decision, number in assigned:
            if ledger.get((session, int(number))) != decision:
                other.append(f"assignment {number} of conversation {session} was said and is not in the ledger")
            count = applied[session, decision]
            may_be_passed_over = session in closed or int(number) < newest[session]
            if count > 1 or (count == 0 and not may_be_passed_over):
                other.append(f"assignment {number} of conversation {session} took effect {count} times")

    def _capacity(self):
        """No agent holds more than the capacity at any time: as seen meanwhile, and by the ledger's times afterwards."""
        looked, excess = self.samples
        self.verdict.examined["samples of load"] = looked
        if excess > 0:
            self.verdict.other.append(f"an agent was {excess} above capacity while the run went on")
        capacity = {id: int(number) for id, number in self.suite.query("SELECT id, capacity FROM router.sector_agents")}
        moves = defaultdict(list)
        for agent, weight, began, ended in self.suite.query(
                "SELECT agent_id, weight, extract(epoch FROM started_at), extract(epoch FROM ended_at) FROM router.assignments"):
            moves[agent].append((began, 1, int(weight)))
            if ended:
                moves[agent].append((ended, 0, -int(weight)))
        self.verdict.examined["agents with assignments"] = len(moves)
        for agent, changes in moves.items():
            load = highest = 0
            # Numbers of the same shape, so their texts would order as well; at the same moment ends come first.
            for _, _, weight in sorted((float(at), order, weight) for at, order, weight in changes):
                load += weight
                highest = max(highest, load)
            if highest > capacity[agent]:
                self.verdict.other.append(f"agent {agent} held {highest} with a capacity of {capacity[agent]}, by the ledger")

    def _sockets(self):
        """No repeat, no gap up to what was promised, nothing that is not stored, and the same on both sides."""
        other = self.verdict.other
        sides = defaultdict(dict)
        frames = reconnected = 0
        for follower in self.history.followers:
            name = f"the {follower.side} socket of {follower.session}"
            frames += len(follower.frames)
            reconnected += max(0, follower.connections - 1)
            other += [f"{name}: {trouble}" for trouble in follower.troubles]
            sequences = [frame[0] for frame in follower.frames]
            repeats = [sequence for sequence, count in Counter(sequences).items() if count > 1]
            if repeats:
                self.verdict.doubled.append(f"{name} brought {repeats} more than once")
            elif sequences != sorted(sequences):
                self.verdict.reordered.append(f"{name} brought {sequences}")
            missing = set(self.numbers[follower.session]) - set(sequences)
            if missing:
                self.verdict.lost.append(f"{name} never brought {sorted(missing)} of {self.last.get(follower.session)}; it says through {follower.through}")
            strays = set(sequences) - set(self.numbers[follower.session])
            if strays:
                other.append(f"{name} brought {sorted(strays)}, which are not stored")
            for sequence, kind, id, _ in follower.frames:
                if kind == "message" and self.stored.get(id, (None, None))[:2] != (follower.session, sequence):
                    other.append(f"{name} brought message {id} as {sequence}, stored is {self.stored.get(id)}")
            sides[follower.session][follower.side] = follower.frames
        for session, both in sides.items():
            if len(both) == 2 and both["visitor"] != both["agents"]:
                other.append(f"visitor and agents saw different things in conversation {session}")
        self.verdict.examined["conversations with sockets on both sides"] = sum(len(both) == 2 for both in sides.values())
        self.verdict.examined["frames on sockets"] = frames
        self.verdict.examined["sockets that had to resume"] = reconnected
