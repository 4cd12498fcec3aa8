"""Issue 4, 1: a person in a browser, through the proxy, with whichever gateway it chooses."""

import json
import os
import subprocess
import sys

from containers import CHECKOUT
from suite import HANGING

# Sentences of Tests/BrowserTests/test_conversation.py that need every hop: pages, REST, sockets of both sides, two agents, a closed one.
SENTENCES = (
    "test_a_visitor_writes_and_the_agent or test_of_two_agents or test_each_side_sees or test_reload_and_the_next_page or test_a_closed_conversation")
BROWSER_MAX = 2 * HANGING


def test_the_browser_conversation_runs_through_the_proxy(suite, tmp_path):
    served = {replica: suite.metric("gateway_requests_total", "gateway", replica) for replica in (1, 2)}
    ready = tmp_path / "ready.json"
    ready.touch(mode=0o600)
    ready.write_text(json.dumps(suite.ready))
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(CHECKOUT / "Tests" / "BrowserTests" / "test_conversation.py"), "-k", SENTENCES],
        capture_output=True, text=True, timeout=BROWSER_MAX, env={**os.environ, "SWITCHBOARD_READY": str(ready)})
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "5 passed" in ended.stdout, ended.stdout
    for replica, before in served.items():
        assert suite.metric("gateway_requests_total", "gateway", replica) > before, f"gateway {replica} had no part in it"
    assert suite.verify() == (0, [])
