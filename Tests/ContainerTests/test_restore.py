"""Issue 4, 3: a backup is only one when it was restored; and whoever has seen more than what was restored says so."""

import os
import subprocess
import uuid

import load
from containers import COMMAND_MAX, CHECKOUT
from suite import eventually

MESSAGES = 30


def say_something(suite, word):
    """A conversation with some messages, and every consumer has heard of all of them."""
    session = load.open_session(suite, load.visitor(suite), f"{word} begins")
    key = suite.staff["carla"].ask("POST", "/api/keys", {"name": word})["key"]
    for number in range(MESSAGES):
        status, value, _ = load.insist(
            [suite.gateway], "POST", "/api/v1/chat/messages", {"id": str(uuid.uuid4()), "session_id": session, "text": f"{word} {number}"}, key, 30)
        assert status == 201, value
    eventually(lambda: lag(suite) == 0, "the router has heard of every message")
    return session


def lag(suite):
    return int(suite.query("SELECT sum(h.last_seq - c.seq) FROM router.cursor c JOIN chat.stream_head h ON c.stream = 'chat' AND c.part = h.part")[0][0])


def script(*words):
    return subprocess.run(
        [CHECKOUT / "deploy" / words[0], *map(str, words[1:])], capture_output=True, text=True, timeout=COMMAND_MAX, env={**os.environ, "ENGINE": "podman"})


def test_a_base_backup_taken_while_messages_flow_restores_to_a_cluster_that_verify_finds_clean(suite, tmp_path):
    session = say_something(suite, "kept")
    backup = tmp_path / "base.tar"
    taken = script("backup", backup, suite.name("database"))
    assert taken.returncode == 0, taken.stderr
    assert backup.stat().st_mode & 0o777 == 0o600
    drill = script("restore-drill", backup, suite.secrets)
    assert drill.returncode == 0 and "Everything fits." in drill.stdout, drill.stdout + drill.stderr
    looked_at = [int(line.split("(")[1].split()[0]) for line in drill.stdout.splitlines() if line.startswith("ok") and "messages" in line]
    assert looked_at and max(looked_at) >= MESSAGES, f"verify saw no messages of {session}: {drill.stdout}"


def test_a_broken_backup_is_not_called_good(suite, tmp_path):
    backup = tmp_path / "base.tar"
    assert script("backup", backup, suite.name("database")).returncode == 0
    with backup.open("r+b") as file:
        file.truncate(backup.stat().st_size // 2)
    assert script("restore-drill", backup, suite.secrets).returncode != 0


def test_an_older_backup_of_one_service_under_consumers_that_had_seen_more_raises_the_alarm(suite):
    """Chat's schema alone goes back to yesterday; the router's cursors remember today."""
    say_something(suite, "yesterday")
    database = suite.name("database")
    dump = subprocess.run(
        ["podman", "exec", database, "pg_dump", "--dbname=switchboard", "--schema=chat", "--format=custom"], capture_output=True, timeout=COMMAND_MAX)
    assert dump.returncode == 0, dump.stderr
    say_something(suite, "today")
    before = suite.verify()
    assert before == (0, []), before
    assert stalled(suite) == 0
    restore = "DROP SCHEMA chat CASCADE"
    suite.query(restore)
    loaded = subprocess.run(
        ["podman", "exec", "--interactive", database, "pg_restore", "--dbname=switchboard", "--exit-on-error", "--single-transaction"],
        input=dump.stdout, capture_output=True, timeout=COMMAND_MAX)
    assert loaded.returncode == 0, loaded.stderr
    eventually(lambda: stalled(suite) > 0, "a router says that the log has another history: switchboard_partitions_stalled, the alert ConsumerStalled")
    code, findings = suite.verify()
    assert code == 1
    assert any(finding["place"].startswith("router.cursor chat part") and "the log ends at" in finding["detail"] for finding in findings), findings


def stalled(suite):
    """Over all routers: each watches the partitions that it holds."""
    total = 0
    for replica in range(1, suite.scale["router"] + 1):
        for line in suite.metrics("router", replica).splitlines():
            if line.startswith('switchboard_partitions_stalled{stream="chat"}'):
                total += float(line.split()[-1])
    return total
