"""Issue 2, 4: chat, router and gateway are killed during a burst; whatever was acknowledged is there once, in order."""

import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import load
from suite import HANGING, eventually

MESSAGES = 5_000
CONVERSATIONS = 50
WRITERS = 16
# How long a message may take with everything being killed around it. Unit: seconds.
PATIENCE = HANGING


def test_killing_services_during_a_burst_loses_doubles_and_reorders_nothing(suite):
    carla = suite.staff["carla"]
    gateways = suite.ready["gateways"]
    for name in ("ana", "bruno"):
        suite.staff[name].set_status("online")
    key = carla.ask("POST", "/api/keys", {"name": "burst"})["key"]
    with ThreadPoolExecutor(WRITERS) as pool:
        sessions = list(pool.map(lambda index: load.open_session(suite, load.visitor(suite), f"hello {index}"), range(CONVERSATIONS)))
        acknowledged = {session: [] for session in sessions}
        repeats, done = [], threading.Event()

        def write(index):
            """Each conversation has one writer at a time, so its own order is known; a retry keeps the id."""
            session = sessions[index]
            for number in range(MESSAGES // CONVERSATIONS):
                body = {"id": str(uuid.uuid4()), "session_id": session, "text": f"{index}.{number}"}
                status, value, attempts = load.insist(gateways, "POST", "/api/v1/chat/messages", body, key, PATIENCE)
                assert status in (200, 201), value
                assert (value["id"], value["text"], value["session_id"]) == (body["id"], body["text"], session), "another's answer"
                acknowledged[session].append((value["sequence"], value["id"], body["text"]))
                if status == 200:
                    repeats.append(body["id"])

        killed = []

        def kill():
            for service, replica in [("chat", 1), ("router", 1), ("gateway", 1), ("chat", 1), ("gateway", 2), ("router", 2)] * 3:
                if done.is_set():
                    return
                suite.kill(service, replica)
                killed.append(service)
                time.sleep(0.2)  # not a wait for something: the pace of the blows

        nemesis = pool.submit(kill)
        list(ThreadPoolExecutor(WRITERS).map(write, range(CONVERSATIONS)))
        done.set()
        nemesis.result()
    assert {"chat", "router", "gateway"} <= set(killed), f"only {killed} were killed while messages flowed"
    assert sum(len(written) for written in acknowledged.values()) == MESSAGES

    for session, written in acknowledged.items():
        stored, after = [], 0
        while True:
            status, page, _ = load.insist(gateways, "GET", f"/api/v1/chat/messages/{session}?after={after}&limit=200", None, carla.token, PATIENCE)
            assert status == 200, page
            stored += page["items"]
            if not page["next_cursor"]:
                break
            after = page["items"][-1]["sequence"]
        ids = [item["id"] for item in stored]
        assert len(ids) == len(set(ids)), "a message is there twice"
        by_id = {item["id"]: item for item in stored}
        for sequence, id, text in written:
            assert by_id[id]["sequence"] == sequence and by_id[id]["text"] == text
        # The first message opened the conversation; every other one is acknowledged: nothing is there that nobody wrote.
        assert set(ids) - {id for _, id, _ in written} == {stored[0]["id"]}
        assert [item["text"] for item in stored[1:]] == [text for _, _, text in sorted(written, key=lambda entry: entry[2].split(".")[1].zfill(9))]
        assert [item["sequence"] for item in stored] == sorted(item["sequence"] for item in stored)
    eventually(lambda: suite.verify() == (0, []), "sequences, cursors, ledger and digests fit")


def test_verify_finds_one_row_that_was_tampered_with(suite):
    eventually(lambda: suite.verify() == (0, []), "nothing is wrong before")
    suite.change(
        "UPDATE chat.communication_messages SET content = content || '!' "
        "WHERE (client_id, id) IN (SELECT client_id, id FROM chat.communication_messages WHERE deleted_at IS NULL LIMIT 1)")
    code, findings = suite.verify()
    assert code == 1 and len(findings) == 1, findings
    suite.change(
        "UPDATE chat.communication_messages SET content = left(content, -1) WHERE right(content, 1) = '!' AND deleted_at IS NULL")
    assert suite.verify() == (0, [])


def test_replay_finds_one_decision_that_was_tampered_with(suite):
    examined, differences = suite.replay()
    assert examined > 0 and differences == [], "decisions are there, and come out as they are kept"
    tampered = suite.query("SELECT id FROM router.decisions WHERE work IS NOT NULL AND candidates <> '[]' ORDER BY id LIMIT 1")[0][0]
    change = (
        "UPDATE router.decisions SET candidates = jsonb_set(candidates, '{{0,inputs,load}}', "
        f"to_jsonb((candidates #>> '{{{{0,inputs,load}}}}')::int {{}} 1)) WHERE id = '{tampered}'")
    suite.change(change.format("+"))
    assert [difference["decision"] for difference in suite.replay()[1]] == [tampered]
    suite.change(change.format("-"))
    assert suite.replay()[1] == []
