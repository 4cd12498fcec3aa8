import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import pytest

from target import Target
from suite import Suite


@pytest.fixture(scope="session")
def target():
    with Suite("--scale", "router=2", "--scale", "gateway=2") as suite:
        target = Target(suite)
        yield target
        target.close()
