"""Issue 3: with a synchronous standby (`ANY 1`) the primary's whole disk may be lost, and nothing acknowledged is."""

import contextlib
import os
import signal
import tempfile
import threading
import time
import uuid

import pytest

import load
from checker import Checker
from cluster import Cluster
from faults import Sampler
from installation import Installation, wait_until
from suite import HANGING
from tcp_proxy import TCPProxy
from workload import Workload

SEED = 3
PATIENCE = HANGING
# Messages acknowledged before and after the disaster.
ENOUGH = 200
# Longer than a statement may take, so that a wait that is given up as if the commit were done would be seen. Unit: seconds.
STANDBY_AWAY = 8
# How long one try may take while nothing can be committed. Unit: seconds.
TRY_MAX = 4


@pytest.fixture
def folder():
    with tempfile.TemporaryDirectory(prefix="switchboard-standby-") as path:
        os.chmod(path, 0o755)
        yield path


@contextlib.contextmanager
def pair(folder):
    """A primary that commits nothing without its standby: (primary, standby)."""
    with Cluster(folder, "primary") as primary, Cluster(folder, "standby") as standby:
        primary.make()
        standby.follow(primary)
        primary.query("ALTER SYSTEM SET synchronous_standby_names = 'ANY 1 (standby)'")
        primary.query("SELECT pg_reload_conf()")
        wait_until(lambda: primary.query("SELECT application_name, sync_state FROM pg_stat_replication") == [["standby", "quorum"]], PATIENCE, "synchronous")
        yield primary, standby


def test_losing_the_primarys_disk_loses_nothing_that_was_acknowledged(folder):
    with pair(folder) as (primary, standby):
        with TCPProxy("127.0.0.1", primary.port) as front, Installation(primary.url_at(front.port)) as suite:
            workload = Workload(suite, SEED)
            workload.start()
            sampler = Sampler(suite)
            sampler.start()
            history = workload.history

            def write_enough():
                before = history.acknowledged_count()
                wait_until(lambda: history.acknowledged_count() >= before + ENOUGH, PATIENCE, f"{ENOUGH} messages acknowledged")

            write_enough()

            # Nothing is acknowledged that only the primary has: what is begun while the standby stands still is not finished before it goes on.
            standby.signal(signal.SIGSTOP)
            began = time.monotonic()
            time.sleep(STANDBY_AWAY)  # not a wait for something: nothing may happen meanwhile
            ended = time.monotonic()
            early = [attempt for attempt in history.acknowledged() if began < attempt.began and attempt.ended < ended]
            waiting = history.attempted_between(began, ended)
            standby.signal(signal.SIGCONT)
            write_enough()
            assert waiting, "somebody wrote meanwhile"
            assert not early, f"{len(early)} messages were acknowledged that the standby cannot have had"

            # The primary burns while everybody writes.
            front.cut()
            primary.destroy()
            assert not primary.folder.exists()
            before = {attempt.id for attempt in history.acknowledged()}
            assert len(before) > 2 * ENOUGH
            standby.promote()
            front.lead_to("127.0.0.1", standby.port)
            front.restore()
            assert suite.query("SELECT pg_is_in_recovery()") == [["f"]]
            write_enough()
            suite.await_ready()

            workload.stop()
            sampler.ending.set()
            sampler.join()
            verdict = Checker(suite, workload, (sampler.looked, sampler.excess)).check()
            assert verdict.is_clean, "\n".join(verdict.findings())
            assert verdict.acknowledged >= 3 * ENOUGH
            assert before <= {row[0] for row in suite.query("SELECT id FROM chat.communication_messages")}


@pytest.mark.parametrize("how", ["its backend is terminated", "the primary crashes"])
def test_what_only_the_primary_has_is_not_acknowledged_to_who_asks_again(folder, how):
    """A commit that waits for the standby becomes visible without it when its backend ends. Whoever repeats the request finds it there."""
    with pair(folder) as (primary, standby), Installation(primary.url) as suite:
        gateway = suite.gateway
        visitor = load.visitor(suite)
        session = load.open_session(suite, visitor, "hello")
        body = {"id": str(uuid.uuid4()), "session_id": session, "text": "only on one disk"}

        def write():
            return load.call(gateway, "POST", "/api/v1/chat/messages", body, visitor, TRY_MAX)

        def stored():
            return primary.query(f"SELECT 1 FROM chat.communication_messages WHERE id = '{body['id']}'")

        standby.signal(signal.SIGSTOP)
        try:
            first = []
            writing = threading.Thread(target=lambda: first.append(write()))
            writing.start()
            waits = "FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND usename = 'switchboard_chat'"
            wait_until(lambda: primary.query(f"SELECT pid {waits}"), PATIENCE, "the commit waits for the standby")
            assert not stored(), "it shows although the standby has not got it"
            if how == "the primary crashes":
                primary.crash()
                primary.start()
            else:
                wait_until(lambda: primary.query(f"SELECT pg_terminate_backend(pid) {waits}") and stored(), PATIENCE, "the commit shows")
            assert stored(), "without it nothing can be acknowledged by mistake"
            writing.join()
            answers = first + [write(), write()]
            assert not [status for status, _ in answers if 200 <= status < 300], answers
        finally:
            standby.signal(signal.SIGCONT)
        status, value, _ = load.insist([gateway], "POST", "/api/v1/chat/messages", body, visitor, PATIENCE)
        assert status in (200, 201) and value["text"] == body["text"], value
        wait_until(lambda: standby.query(f"SELECT 1 FROM chat.communication_messages WHERE id = '{body['id']}'"), PATIENCE, "the standby has it")
