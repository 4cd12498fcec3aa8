"""A suite that somebody else runs: `ready` from a file, as `switchboard up --json` would print it."""

import json
from pathlib import Path

from suite import Staff, Suite


class RunningSuite(Suite):
    def __init__(self, path):
        self._path = Path(path)

    def __enter__(self):
        self.ready = json.loads(self._path.read_text())
        self.gateway = self.ready["gateways"][0].rstrip("/")
        self.demo_page = self.ready["demo_page"]
        self.staff = {user["email"].split("@")[0]: Staff(self, user) for user in self.ready["users"]}
        return self

    def __exit__(self, *failure):
        pass
