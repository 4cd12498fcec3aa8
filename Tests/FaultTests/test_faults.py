"""Issue 3: whatever is killed, paused, cut, doubled or led astray, nothing acknowledged is lost, doubled or reordered."""

import random
import socket
import sys
import threading

import faults
from checker import Checker
from schedule import KINDS, rounds
from suite import HANGING
from tcp_proxy import COMMIT_ANSWER, TCPProxy

# Another one finds other things: deploy/faults --minutes 10 --seed S.
SEED = 20261125
MINUTES = 1.5
LONGEST = 2.0


def test_the_same_seed_breaks_the_same_things_in_the_same_order():
    def first(seed):
        return [round for _, round in zip(range(100), rounds(seed))]

    assert first(SEED) == first(SEED) != first(SEED + 1)
    assert {fault.kind for round in first(SEED)[: len(KINDS)] for fault in round.faults} == set(KINDS), "every kind has its turn"
    assert max(len(round.faults) for round in first(SEED)) > 1, "several at once"


def test_one_fault_of_a_line_ends_and_leaves_the_others_in_force():
    with socket.create_server(("127.0.0.1", 0)) as server, TCPProxy(*server.getsockname()) as line:
        def answer():
            for _ in range(3):
                client, _ = server.accept()
                client.sendall(client.recv(64))

        threading.Thread(target=answer, daemon=True).start()

        def echo():
            with socket.create_connection(("127.0.0.1", line.port), timeout=HANGING) as client:
                client.sendall(COMMIT_ANSWER)
                try:
                    return client.recv(64)
                except ConnectionResetError:
                    return b""

        assert echo() == COMMIT_ANSWER, "a line that nobody breaks"
        with line.delayed(0.01):
            with line.delayed(0.02):
                line.swallow_commits(1)
                line.silence()
            line.restore()
            assert echo() == b"" and line.swallowed_commits == 1
            before = line.delayed_blocks
            assert echo() == COMMIT_ANSWER and line.delayed_blocks > before


def test_nothing_is_lost_doubled_or_reordered_and_the_checker_would_see_it():
    run = faults.Run(MINUTES, SEED, longest=LONGEST, say=lambda line: print(line, file=sys.stderr, flush=True))
    seen = []
    report = run.go(then=lambda suite, workload, samples: seen.append(tampered(suite, workload, samples)))
    assert run.is_good, f"{faults.text(report)}\nAgain: deploy/faults --minutes {MINUTES} --seed {SEED} --longest {LONGEST}"
    assert all(report["injected"].values()), report["injected"]
    assert report["messages"]["acknowledged"] > 500
    assert report["messages"]["sent_again_on_purpose"] and report["messages"]["tries_beyond_the_first"]
    assert report["examined"]["sockets that had to resume"]

    verdict = seen[0]
    found = "\n".join([*verdict.lost, *verdict.doubled, *verdict.reordered, *verdict.other])
    assert any("is there" not in finding and "message" in finding for finding in verdict.lost), found
    assert any("never brought" in finding for finding in verdict.lost), found
    assert any("are 2 times" in finding or "is 2 times" in finding for finding in verdict.doubled), found
    assert any("more than once" in finding for finding in verdict.doubled), found
    assert verdict.reordered, found
    for what in ("written by nobody", "saw different things", "by the ledger", "has sequences", "verify:"):
        assert any(what in finding for finding in verdict.other), f"nobody noticed: {what}\n{found}"


def tampered(suite, workload, samples):
    """What the checker says of data in which one message is gone, one is doubled under a new id, two have changed places, agents
    held too much, and one socket heard one frame twice and another not at all."""
    chance = random.Random(SEED)
    writers = {}
    for attempt in workload.history.acknowledged():
        if attempt.sequence is not None:
            writers.setdefault((attempt.session, attempt.author), []).append(attempt)
    lost, doubled, swapped = chance.sample([written for written in writers.values() if len(written) > 5], 3)
    first, second = swapped[2], swapped[3]
    table = "chat.communication_messages"
    suite.change(f"""
        DELETE FROM {table} WHERE id = '{lost[1].id}';
        INSERT INTO {table} (client_id, conversation_id, sequence, id, kind, direction, author_kind, author_name, content, content_hash, sent_at)
        SELECT client_id, conversation_id, 100000, gen_random_uuid(), kind, direction, author_kind, author_name, content, content_hash, sent_at
          FROM {table} WHERE id = '{doubled[1].id}';
        UPDATE {table} SET sequence = 200000 WHERE id = '{first.id}';
        UPDATE {table} SET sequence = {first.sequence} WHERE id = '{second.id}';
        UPDATE {table} SET sequence = {second.sequence} WHERE id = '{first.id}';
        UPDATE router.assignments SET ended_at = ended_at + interval '1 hour' WHERE ended_at IS NOT NULL""")
    deaf, echoing = [follower for follower in workload.history.followers if len(follower.frames) > 5][:2]
    deaf.frames.pop(3)
    echoing.frames.insert(3, echoing.frames[2])
    return Checker(suite, workload, samples).check()
