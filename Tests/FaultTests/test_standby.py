"""Issue 3: with a synchronous standby (`ANY 1`) the primary's whole disk may be lost, and nothing acknowledged is."""

import os
import signal
import tempfile
import time

import pytest

from checker import Checker
from cluster import Cluster
from faults import Sampler
from installation import Installation, wait_until
from tcp_proxy import TCPProxy
from workload import Workload

SEED = 3
PATIENCE = 90
# Messages acknowledged before and after the disaster.
ENOUGH = 200
# Longer than a statement may take, so that a wait that is given up as if the commit were done would be seen. Unit: seconds.
STANDBY_AWAY = 8


@pytest.fixture
def folder():
    with tempfile.TemporaryDirectory(prefix="switchboard-standby-") as path:
        os.chmod(path, 0o755)
        yield path


def test_losing_the_primarys_disk_loses_nothing_that_was_acknowledged(folder):
    with Cluster(folder, "primary") as primary, Cluster(folder, "standby") as standby:
        primary.make()
        standby.follow(primary)
        primary.query("ALTER SYSTEM SET synchronous_standby_names = 'ANY 1 (standby)'")
        primary.query("SELECT pg_reload_conf()")
        wait_until(lambda: primary.query("SELECT application_name, sync_state FROM pg_stat_replication") == [["standby", "quorum"]], PATIENCE, "synchronous")
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

