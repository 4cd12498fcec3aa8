"""Issue 4, 1: replicas come and go, are killed and restarted, and so is PostgreSQL, while messages flow. Nobody is forgiven anything."""

import os
import time

from checker import Checker
from faults import Sampler
from suite import HANGING
from workload import Workload

# A seed for what the clients do; the blows come in the order written here.
SEED = int(os.environ.get("CONTAINERS_SEED", "20261125"))
# Messages that must be acknowledged between two blows, so that each meets traffic.
BETWEEN = 40
BETWEEN_MAX = HANGING


def test_scaling_killing_and_rolling_restarts_under_load_lose_double_and_reorder_nothing(suite):
    workload = Workload(suite, SEED, agents=2)
    workload.start()
    sampler = Sampler(suite)
    sampler.start()
    blows = []

    def flow():
        before, deadline = workload.history.acknowledged_count(), time.monotonic() + BETWEEN_MAX
        while workload.history.acknowledged_count() < before + BETWEEN:
            assert time.monotonic() < deadline, f"within {BETWEEN_MAX} s only {workload.history.acknowledged_count() - before} messages after {blows[-1:]}"
            time.sleep(0.1)

    def strike(what, blow, *arguments):
        flow()
        began = time.monotonic()
        blow(*arguments)
        blows.append(what)
        print(f"{what}: {time.monotonic() - began:.1f} s", flush=True)

    strike("router 3 → 1", suite.rescale, "router", 1)
    strike("router 1 → 4", suite.rescale, "router", 4)
    for service, replica in (("chat", 1), ("router", 2), ("gateway", 2), ("accounts", 1)):
        strike(f"{service} {replica} killed", suite.kill, service, replica)
    strike("PostgreSQL restarted", suite.restart, "database")
    strike("PostgreSQL killed", suite.kill, "database")
    for service in suite.scale:
        for replica in range(1, suite.scale[service] + 1):
            strike(f"{service} {replica} restarted", suite.restart, service, replica)
    flow()
    workload.stop()
    sampler.ending.set()
    sampler.join()
    suite.await_ready()

    verdict = Checker(suite, workload, (sampler.looked, sampler.excess)).check()
    print(f"{verdict.acknowledged} of {verdict.attempted} messages acknowledged, examined: {verdict.examined}, answers: {workload.history.statuses}")
    assert verdict.acknowledged > BETWEEN * len(blows), "too little was said to prove anything"
    assert len(suite.names("router")) == 4
    assert verdict.is_clean, "\n".join(verdict.findings())
    suite.staff["carla"].close_everything()
