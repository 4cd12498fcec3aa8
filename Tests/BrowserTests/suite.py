"""The real suite: `switchboard up --json` on a data folder of its own, and its HTTP API as the tests need it."""

import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
import uuid
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
sys.path.append(str(CHECKOUT / "deploy"))

import services

# What takes longer hangs. No test waits for it or measures by it; a machine with other work may be ten times slower than one without. Unit: seconds.
HANGING = 300
# How long the suite may take to start, first start with a new database included. Unit: seconds.
START_MAX = HANGING
# How long it may take to stop cleanly. Unit: seconds.
STOP_MAX = 60
# How long one call may take. Unit: seconds.
CALL_MAX = 60
# An access token lives 600 s; sign-in is limited to 10 a minute, so one is kept and replaced in time. Unit: seconds.
TOKEN_KEPT = 480
# What signing in may take on a machine that has other work. Unit: seconds.
SIGN_IN_MAX = 120
SIGN_IN_PAUSE = 2


# Between two questions to the API about something that no page shows. Unit: seconds.
ASK_AGAIN = 0.1


def eventually(condition, what):
    """For what only the API tells; everything visible is awaited by playwright's `expect`."""
    deadline = time.monotonic() + HANGING
    while not condition():
        assert time.monotonic() < deadline, f"Not within {HANGING} s: {what}"
        threading.Event().wait(ASK_AGAIN)


def free_port():
    """One that nobody listens at now. Suites that start at the same moment would all see the same first port free."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def programs() -> Path:
    """The folder of the built programs: SWITCHBOARD_BIN, else what this checkout built last."""
    if named := os.environ.get("SWITCHBOARD_BIN"):
        return Path(named)
    built = [CHECKOUT / ".build" / kind for kind in ("release", "debug")]
    built = [folder for folder in built if (folder / "switchboard").exists()]
    if not built:
        raise RuntimeError("switchboard is not built. Run deploy/test, or name the folder of the programs in SWITCHBOARD_BIN.")
    return max(built, key=lambda folder: (folder / "switchboard").stat().st_mtime)


# All visitors of all tests come from this one address, as no visitors do.
MANY_NEWCOMERS = {f"GATEWAY_LIMIT_ADDRESS_{what}_{how}": "1000000" for what in ("VISITORS", "CONVERSATIONS") for how in ("RATE", "BURST")}


class Suite:
    """Runs from `with` to its end. `ready` is the line that `switchboard up --json` printed (contracts.md §11)."""

    def __init__(self, *arguments, environment=None):
        """Further arguments of `switchboard up`, and of its environment."""
        self._arguments = arguments
        self._environment = environment or {}

    def __enter__(self):
        self._make_folder()
        self.log_path = Path(self.folder) / "up.log"
        self._log = self.log_path.open("wb")
        self._process = subprocess.Popen(
            [programs() / "switchboard", "up", "--json", "--data", f"{self.folder}/data", "--port", str(free_port()), *self._arguments],
            cwd=CHECKOUT, env={**MANY_NEWCOMERS, **os.environ, **self._environment}, stdout=subprocess.PIPE, stderr=self._log, start_new_session=True,
        )
        try:
            self.ready = self._ready_line()
        except BaseException:
            self._stop()
            raise
        self.gateway = self.ready["gateways"][0].rstrip("/")
        self.demo_page = self.ready["demo_page"]
        self.staff = {user["email"].split("@")[0]: Staff(self, user) for user in self.ready["users"]}
        return self

    def _make_folder(self):
        # Directly below the system's folder for temporary files: PostgreSQL's user must be able to reach it.
        self.folder = tempfile.mkdtemp(prefix="switchboard-browser-")
        os.chmod(self.folder, 0o755)

    def __exit__(self, *failure):
        self._stop()
        if failure[0] is None:
            shutil.rmtree(self.folder, ignore_errors=True)

    def _ready_line(self):
        deadline = time.monotonic() + START_MAX
        buffer = b""
        while time.monotonic() < deadline:
            readable, _, _ = select.select([self._process.stdout], [], [], 1)
            if readable:
                block = os.read(self._process.stdout.fileno(), 65536)
                buffer += block
                if b"\n" in buffer:
                    return json.loads(buffer.split(b"\n")[0])
                if not block:
                    break
        raise RuntimeError(f"switchboard up did not become ready. Its log ends:\n{self.log_tail()}")

    def log_tail(self, lines=40):
        return "\n".join(self.log_path.read_text(errors="replace").splitlines()[-lines:])

    def _stop(self):
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            try:
                self._process.wait(STOP_MAX)
            except subprocess.TimeoutExpired:
                os.killpg(self._process.pid, signal.SIGKILL)
                self._process.wait()
        self._process.stdout.close()
        self._log.close()

    def kill(self, service, replica=1):
        """Ends a replica without a warning; returns when the supervisor has a ready one in its place."""
        before = self._running(service, replica)
        os.kill(before["pid"], signal.SIGKILL)

        def is_back():
            now = self._running(service, replica)
            return now["ready"] and now["pid"] not in (0, before["pid"])

        eventually(is_back, f"{service} is there again")

    def processes(self):
        """What runs now, as the supervisor wrote it."""
        return json.loads((Path(self.ready["data"]) / "run" / "processes.json").read_text())

    def log(self, name):
        """The lines of a process's present log, `router-2` for one."""
        return (Path(self.ready["data"]) / "logs" / f"{name}.log").read_text(errors="replace").splitlines()

    def metric(self, service, name):
        """The sum of a metric over a service's replicas and its labels."""
        total = 0.0
        for process in self.processes()["processes"]:
            if process["service"] == service:
                with urllib.request.urlopen(process["health"] + "/metrics", timeout=CALL_MAX) as answer:
                    lines = answer.read().decode().splitlines()
                total += sum(float(line.split()[-1]) for line in lines if line.startswith((name + "{", name + " ")))
        return total

    def _running(self, service, replica):
        return next(process for process in self.processes()["processes"] if process["service"] == service and process["replica"] == replica)

    def verify(self):
        """What `switchboard verify` says: (exit code, findings)."""
        ended = self.operate("verify", "--json")
        checks = json.loads(ended.stdout)["checks"]
        return ended.returncode, [finding for check in checks for finding in check["findings"]]

    def replay(self):
        """What `switchboard routing replay` says: how many decisions were made again, and those that came out otherwise."""
        ended = self.operate("routing", "replay", "--json")
        result = json.loads(ended.stdout)
        assert ended.returncode == (1 if result["differing"] else 0)
        return result["examined"], result["differences"]

    def operate(self, *words):
        """A command of `switchboard` that compares: it ended with 0 or 1."""
        ended = subprocess.run(
            [programs() / "switchboard", *words, "--data", self.ready["data"]], capture_output=True, text=True, timeout=START_MAX)
        assert ended.returncode in (0, 1), f"switchboard {' '.join(words)}: {ended.stderr}"
        return ended

    def query(self, statement):
        """Rows of a statement as the role that reads everything and changes nothing: lists of texts."""
        return self._psql(self.ready["database_url"], statement)

    def change(self, statement):
        """As the installation's administrator, who is no service and may do anything; its connection is for the data folder's owner."""
        return self._psql(json.loads((Path(self.ready["data"]) / "suite.json").read_text())["database_url"], statement)

    def _psql(self, url, statement):
        ended = subprocess.run(
            ["psql", "-X", "-A", "-t", "-q", "-F", "\t", "-v", "ON_ERROR_STOP=1", url, "-c", statement],
            capture_output=True, text=True, timeout=CALL_MAX)
        assert ended.returncode == 0, ended.stderr
        return [line.split("\t") for line in ended.stdout.splitlines()]

    def call(self, method, path, body=None, token=None, headers=None):
        """Returns (status, value). A refusal is a value too; only an unreachable gateway raises."""
        request = urllib.request.Request(
            self.gateway + path, method=method, data=None if body is None else json.dumps(body).encode(),
            headers={"Accept": "application/json", **({"Content-Type": "application/json"} if body is not None else {}),
                     **({"Authorization": f"Bearer {token}"} if token else {}), **(headers or {})},
        )
        try:
            with urllib.request.urlopen(request, timeout=CALL_MAX) as answer:
                status, text = answer.status, answer.read()
        except urllib.error.HTTPError as refusal:
            status, text = refusal.code, refusal.read()
        return status, json.loads(text) if text else None


class Staff:
    """One signed-in user of the demo company, by API."""

    def __init__(self, suite, user):
        self.suite = suite
        self.email, self.password, self.role = user["email"], user["password"], user["role"]
        self._token, self._until = None, 0

    @property
    def token(self):
        if time.monotonic() > self._until:
            self._token = self._sign_in()["access_token"]
            self._until = time.monotonic() + TOKEN_KEPT
        return self._token

    def _sign_in(self):
        """A password's work may take longer than a busy machine gives it: 503 says to come again, and 429 that it was too often."""
        body = {"email": self.email, "password": self.password}
        deadline = time.monotonic() + SIGN_IN_MAX
        while True:
            status, value = self.suite.call("POST", "/api/auth/login", body)
            if status not in (429, 503) or time.monotonic() > deadline:
                assert status < 300, f"signing in as {self.email} answered {status}: {value}"
                return value
            time.sleep(SIGN_IN_PAUSE)

    def ask(self, method, path, body=None, anonymous=False):
        status, value = self.suite.call(method, path, body, token=None if anonymous else self.token)
        assert status < 300, f"{method} {path} answered {status}: {value}"
        return value

    @property
    def name(self):
        return self.ask("GET", "/api/auth/me")["name"]

    def set_status(self, status):
        return self.ask("PUT", "/api/v1/agents/me/status", {"status": status})

    def open_sessions(self):
        return self.ask("GET", "/api/v1/chat/sessions?view=all&limit=200")["items"]

    def session_with(self, text):
        """The open conversation whose last message is this one."""
        found = [session for session in self.open_sessions() if (session["last_message"] or {}).get("text") == text]
        assert len(found) == 1, f"{len(found)} conversations end with {text!r}"
        return found[0]

    def messages(self, session_id):
        """(author's type, text) of everything written, in order."""
        items = self.ask("GET", f"/api/v1/chat/messages/{session_id}?after=0&limit=200")["items"]
        return [(item["author"]["type"], item["text"]) for item in items if item["kind"] == "message"]

    def say(self, session_id, text):
        return self.ask("POST", "/api/v1/chat/messages", {"id": str(uuid.uuid4()), "session_id": session_id, "text": text})

    def close(self, session_id):
        self.ask("POST", f"/api/v1/chat/sessions/{session_id}/close")

    def close_everything(self):
        for session in self.open_sessions():
            self.close(session["id"])
