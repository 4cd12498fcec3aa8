"""Issue 2, bad input: PostgreSQL is killed under the suite: 503 with Retry-After, pages and health go on, nothing acknowledged is lost, service resumes."""

import json
import os
import signal
import subprocess
import urllib.error
import urllib.request
import uuid
from pathlib import Path

import load
from suite import HANGING, eventually

# How often it must be said. Each time the services have waited for the database as long as they may.
REFUSALS = 3
# Until the supervisor has the database back, backoff included. Unit: seconds.
BACK_MAX = HANGING


def answer(gateway, method, path, body=None, token=None):
    """(status, Retry-After), whatever it is."""
    request = urllib.request.Request(
        gateway + path, method=method, data=None if body is None else json.dumps(body).encode(),
        headers={"Content-Type": "application/json", **({"Authorization": f"Bearer {token}"} if token else {})})
    try:
        with urllib.request.urlopen(request, timeout=20) as reply:
            return reply.status, None
    except urllib.error.HTTPError as refusal:
        return refusal.code, refusal.headers["Retry-After"]


def test_while_the_database_is_away_nothing_is_acknowledged_and_afterwards_nothing_is_lost(suite):
    visitor = load.visitor(suite)
    session = load.open_session(suite, visitor, "before")
    gateway = suite.gateway
    cluster = Path(suite.ready["data"]) / "postgres"
    postmaster = int((cluster / "postmaster.pid").read_text().split()[0])
    message = {"id": str(uuid.uuid4()), "session_id": session, "text": "during"}
    # Without this file no new server starts, so the database stays away until it is back.
    version, hidden = cluster / "PG_VERSION", cluster / "PG_VERSION.hidden"
    version.rename(hidden)
    try:
        # Its children too: one of them would finish what it is doing, and acknowledge it.
        children = subprocess.run(["pgrep", "-P", str(postmaster)], capture_output=True, text=True).stdout.split()
        assert children, "a server without processes holds nobody's connection"
        for pid in [postmaster, *map(int, children)]:
            os.kill(pid, signal.SIGKILL)
        refused = [answer(gateway, "POST", "/api/v1/chat/messages", message, visitor) for _ in range(REFUSALS)]
        reads = answer(gateway, "GET", f"/api/v1/chat/sessions/{session}", token=visitor)
        pages = [answer(gateway, "GET", path)[0] for path in ("/widget.js", "/signin", "/openapi.json", "/demo")]
    finally:
        hidden.rename(version)
    assert all(status == 503 and after for status, after in [*refused, reads]), (refused, reads)
    assert pages == [200, 200, 200, 200]
    status, value, _ = load.insist([gateway], "POST", "/api/v1/chat/messages", message, visitor, BACK_MAX)
    assert status == 201, value
    # The same id once more is the same message.
    status, value, _ = load.insist([gateway], "POST", "/api/v1/chat/messages", message, visitor, BACK_MAX)
    assert status == 200, value
    items = suite.staff["carla"].ask("GET", f"/api/v1/chat/messages/{session}?after=0")["items"]
    assert [item["text"] for item in items] == ["before", "during"]
    eventually(lambda: suite.verify() == (0, []), "everything fits")
