"""Every kind of attack, as `deploy/attack` makes it, against one suite after the other."""

import pytest

import kinds


@pytest.mark.parametrize("number", kinds.numbers())
def test_the_suite_holds_against(number, target):
    checks = [check for module in kinds.load(number) for check in module.attack(target)]
    assert checks, "nothing was tried"
    broken = [f"{check.what}: {check.seen}" for check in checks if not check.held]
    assert not broken, "\n".join(broken)
