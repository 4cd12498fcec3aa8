"""The suite as an attacker finds it: public addresses, what anybody can get there, and people who already are somebody."""

import sys
import time
import uuid
from dataclasses import dataclass
from pathlib import Path

for folder in ("BrowserTests", "FaultTests"):
    sys.path.insert(0, str(Path(__file__).resolve().parents[1] / folder))

import load
from company import PASSWORD, company
from suite import eventually, programs


# How long what shall happen may take, on a machine that has other work. Unit: seconds.
PATIENCE = 60


@dataclass
class Check:
    """One thing that an attack tried. `seen` says what happened, in words for whoever reads the report."""

    what: str
    held: bool
    seen: str = ""


class Target:
    """What every attack needs of a suite. `suite` is the browser tests' `Suite` or `RunningSuite`."""

    def __init__(self, suite):
        self.suite = suite
        self.gateway = suite.gateway
        self._companies = {}
        self._browser = self._playwright = None

    def call(self, method, path, body=None, token=None, headers=None):
        """(status, value)."""
        return self.suite.call(method, path, body, token=token, headers=headers)

    def visitor(self, site=None):
        """A new visitor's token."""
        return load.visitor(self.suite, site)

    def session(self, visitor, text="Where is my parcel?"):
        """A new conversation's id."""
        return load.open_session(self.suite, visitor, text)

    def company(self, **roles):
        """A company of its own, so that what an attack leaves behind troubles no other: (staff by name, site key).
        company(olga="admin", anton="agent")"""
        staff = company(self.suite, f"target-{uuid.uuid4().hex[:8]}", **roles)
        administrator = next((person for person in staff.values() if person.role == "admin"), None)
        site = administrator and administrator.ask("POST", "/api/settings/sites", {"name": "Shop"})["site_key"]
        return staff, site

    def pids(self):
        """Of all processes, by name: nobody may have died."""
        return {f"{process['service']}-{process['replica']}": process["pid"] for process in self.suite.processes()["processes"]}

    def processor_seconds(self, service, replica=1):
        """What a process has used so far, user and system."""
        pid = self.pids()[f"{service}-{replica}"]
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / 100

    def browser(self):
        """Headless Chromium, started at the first use."""
        if self._browser is None:
            from playwright.sync_api import sync_playwright

            self._playwright = sync_playwright().start()
            self._browser = self._playwright.chromium.launch(executable_path="/usr/bin/chromium")
        return self._browser

    def close(self):
        if self._browser:
            self._browser.close()
            self._playwright.stop()
            self._browser = self._playwright = None


def wait_until(condition, seconds, pause=0.05):
    """Whether it became true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(pause)
    return True


__all__ = ["Check", "Target", "eventually", "load", "programs", "wait_until", "PASSWORD", "PATIENCE"]
