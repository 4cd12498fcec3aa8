import sys
from pathlib import Path

# The running suite is the browser tests' own.
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "BrowserTests"))

import pytest

from suite import Suite


@pytest.fixture(scope="session")
def suite():
    """Two routers and two gateways side by side, on a database that flushes to disk."""
    with Suite("--scale", "router=2", "--scale", "gateway=2") as running:
        yield running
