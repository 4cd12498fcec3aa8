"""The attacker without a plan, for a minute in CI; FREE_SECONDS and FREE_SEED choose otherwise."""

import os

from free import FreeAttack

# Fewer would not have reached every route as everybody.
REQUESTS_MIN = 1_000


def test_a_minute_of_anything_kills_nobody_and_breaks_nothing(target):
    attack = FreeAttack(target, os.environ.get("FREE_SEED", "1"), float(os.environ.get("FREE_SECONDS", "60")))
    findings = attack.go()
    assert sum(attack.counts[who] for who in ("nobody", "visitor", "agent", "key")) > REQUESTS_MIN, attack.counts
    for who in ("visitor", "agent", "key"):
        assert attack.counts[f"{who} 200"] > attack.counts[f"{who} 401"], f"as {who} hardly anything was reached: {attack.counts}"
    assert attack.statuses[200] and attack.statuses["socket 101"] and attack.counts["frames"], attack.statuses
    assert not findings, "\n".join(findings)
