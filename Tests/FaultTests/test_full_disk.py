"""Issue 4, a full disk: nothing that was acknowledged is lost, nobody is told otherwise, and with room everything goes on by itself."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from checker import Checker
from faults import Sampler
from installation import READY_MAX, Installation, wait_until
from suite import HANGING
from workload import Workload

SEED = 20261126
# The whole data folder: cluster, write-ahead log, services' logs, run files. Unit: bytes.
DISK_SIZE = 512 * 1024 * 1024
# Messages that must be acknowledged before and after.
BETWEEN = 60
# Answers that say so while there is no room; some are given at once, some after a budget is gone.
REFUSALS = 30
REFUSALS_MAX = HANGING


class SmallDisk(Installation):
    """The data folder is a file system of its own, in memory."""

    def _make_folder(self):
        if getattr(self, "folder", None):
            return
        super()._make_folder()
        self.disk = Path(self.folder) / "data"
        self.disk.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_SIZE},mode=0755", "switchboard-small-disk", self.disk], check=True)

    def __exit__(self, *failure):
        try:
            super().__exit__(*failure)
        finally:
            subprocess.run(["umount", "--lazy", self.disk], check=True)

    def fill(self):
        """To the last byte."""
        with (self.disk / "ballast").open("ab", buffering=0) as ballast:
            for size in (1 << 20, 1 << 12, 1):
                block = bytes(size)
                try:
                    while True:
                        if ballast.write(block) < size:
                            break
                except OSError as error:
                    assert error.errno == errno.ENOSPC

    def has_room(self):
        free = os.statvfs(self.disk)
        return free.f_bavail * free.f_frsize > 0

    def free(self):
        (self.disk / "ballast").unlink()


def refused(workload):
    """Answers that say: not now."""
    return workload.history.statuses.get(503, 0)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may make a disk that is small")
def test_a_full_disk_loses_nothing_that_was_acknowledged_and_with_room_all_goes_on():
    with SmallDisk() as suite:
        workload = Workload(suite, SEED, visitors=8, agents=2)
        workload.start()
        sampler = Sampler(suite)
        sampler.start()

        def flow(what):
            before = workload.history.acknowledged_count()
            wait_until(lambda: workload.history.acknowledged_count() >= before + BETWEEN, READY_MAX, f"messages flow {what}")

        flow("before")
        before = refused(workload)

        def is_refused_often():
            """What was free in the last segment of the write-ahead log and in pages that are there can still be written; new segments cannot.
            PostgreSQL gives up what it has half written when it starts again: then there is a little room, until it is filled too."""
            if suite.has_room():
                suite.fill()
            suite.rows("SELECT pg_switch_wal()")
            return refused(workload) >= before + REFUSALS

        wait_until(is_refused_often, REFUSALS_MAX, "answers say that there is no room")
        acknowledged = workload.history.acknowledged_count()
        suite.free()
        took = wait_until(lambda: workload.history.acknowledged_count() > acknowledged, READY_MAX, "messages flow again")
        suite.await_ready()
        for gateway in workload.gateways:
            workload.probe.ask(gateway, READY_MAX)
        flow("after")
        workload.stop()
        sampler.ending.set()
        sampler.join()
        suite.await_ready()

        verdict = Checker(suite, workload, (sampler.looked, sampler.excess)).check()
        print(f"{refused(workload) - before} answers of 503, {took:.1f} s after there was room, answers: {workload.history.statuses}", file=sys.stderr)
        assert verdict.acknowledged > 2 * BETWEEN
        if not verdict.is_clean:
            suite.is_kept = True
        assert verdict.is_clean, "\n".join(verdict.findings())
