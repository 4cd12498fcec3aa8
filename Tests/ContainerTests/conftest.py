import sys
from pathlib import Path

# The checker and its load are the fault tests' own, the interface to a running suite is the browser tests'.
sys.path[:0] = [str(Path(__file__).resolve().parents[1] / folder) for folder in ("BrowserTests", "FaultTests")]

import pytest

from containers import Containers


@pytest.fixture(scope="session")
def suite():
    """What the issue asks for: three routers, two chats, two gateways, one of the rest."""
    with Containers(router=3, chat=2, gateway=2) as running:
        yield running
