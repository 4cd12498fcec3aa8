"""A suite of our own for the measurements: real processes, a private PostgreSQL cluster with fsync on, limits out of the way."""

import json
import os
import signal
import statistics
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = ROOT / ".build" / "release"
POSTGRES = Path("/usr/lib/postgresql/15/bin")
SQL = Path(__file__).parent / "SQL"
# One address and one company are all the load there is; the limits that protect them from each other would be what is measured.
NO_LIMITS = {
    f"GATEWAY_LIMIT_{who}_{what}": "10000000" for who in (
        "ADDRESS", "VISITOR", "TENANT", "SOCKET", "SIGNIN", "ADDRESS_VISITORS", "ADDRESS_CONVERSATIONS", "SITE_VISITORS", "TENANT_CONVERSATIONS",
    ) for what in ("RATE", "BURST")
    if (who, what) != ("SIGNIN", "BURST")
} | {
    f"GATEWAY_LIMIT_{what}": "1000000" for what in ("ADDRESS_CONNECTIONS", "ADDRESS_SOCKETS", "VISITOR_SOCKETS", "PERSON_SOCKETS", "TENANT_SOCKETS")
}


class BenchmarkError(Exception):
    pass


def run(*command, **options):
    """Standard output of a command; its standard error in the exception if it fails."""
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=900, **options)
    if done.returncode != 0:
        raise BenchmarkError(f"{command[0]} ended with {done.returncode}: {done.stderr.strip()[-2000:]}")
    return done.stdout


def processes():
    """(parent, name, CPU time in ticks) by pid; of all, those that ended and were waited for by it too."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                text = (entry / "stat").read_text()
            except OSError:
                continue
            words = text[text.rindex(")") + 2:].split()
            found[int(entry.name)] = (int(words[1]), text[text.index("(") + 1:text.rindex(")")], sum(map(int, words[11:15])))
    return found


def processor_seconds(root, name=None):
    """CPU time of a process and all below it, or of those below it that have this name."""
    all = processes()

    def belongs(pid):
        while pid in all and pid != root:
            pid = all[pid][0]
        return pid == root

    return sum(ticks for pid, (_, its, ticks) in all.items() if name in (None, its) and belongs(pid)) / os.sysconf("SC_CLK_TCK")


class Suite:
    def __init__(self, data=None, port=18800, environment=None, root=ROOT):
        """
        environment: other limits than none, for instance
        root: the checkout whose programs it runs
        """
        self.root, self._programs = root, root / ".build" / "release"
        self._folder = None
        if data is None:
            self._folder = tempfile.TemporaryDirectory(prefix="switchboard-bench-")
            data = self._folder.name + "/data"
            os.chmod(self._folder.name, 0o755)
        self.data = data
        self._settled = False
        began = time.monotonic()
        self._log = open(data.rstrip("/") + ".log", "w")
        self._process = subprocess.Popen(
            [self._programs / "switchboard", "up", "--json", "--data", data, "--port", str(port)], stdout=subprocess.PIPE, stderr=self._log,
            text=True, cwd=root, env={**os.environ, **(NO_LIMITS if environment is None else environment)})
        line = self._process.stdout.readline()
        if not line:
            raise BenchmarkError("switchboard up ended: " + Path(self._log.name).read_text()[-2000:])
        self.seconds_to_ready = time.monotonic() - began
        self.report = json.loads(line)
        self.pid = self._process.pid
        self.gateway = self.report["gateways"][0]
        # The administrator's, from where only the data folder's owner reads: the benchmarks make tables of their own.
        self.database_url = json.loads((Path(self.report["data"]) / "suite.json").read_text())["database_url"]

    def settle(self):
        """Makes it an installation that has run for a while: PostgreSQL counts what the tables hold, as it does by itself within a minute.
        Until then it plans for empty tables, and keeps those plans; on both sides of a ratio."""
        if not self._settled:
            self.bench("messages", "--connections", "32", "--duration", "1")
            self._settled = True
        self.sql("ANALYZE")

    def stop(self):
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(60)

    def close(self):
        self.stop()
        self._log.close()
        if self._folder:
            self._folder.cleanup()

    def process(self, service):
        return next(p["pid"] for p in self.report["processes"] if p["service"] == service)

    def user(self, role):
        return next(u for u in self.report["users"] if u["role"] == role)

    def bench(self, *words):
        """What `switchboard bench … --json` printed."""
        agent = self.user("agent")
        return json.loads(run(
            self._programs / "switchboard", "bench", *words, "--json", "--gateway", self.gateway, "--site", self.report["site"], "--email",
            agent["email"], cwd=self.root, env={**os.environ, "SWITCHBOARD_BENCH_PASSWORD": agent["password"]}))

    def post(self, path, body, token=None):
        headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {token}"} if token else {})}
        request = urllib.request.Request(self.gateway + path, json.dumps(body).encode(), headers)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def get(self, path, token):
        request = urllib.request.Request(self.gateway + path, headers={"Authorization": f"Bearer {token}"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def sql(self, text):
        return run(POSTGRES / "psql", "-qtAX", "-v", "ON_ERROR_STOP=1", self.database_url, "-c", text).strip()

    def sql_file(self, name):
        run(POSTGRES / "psql", "-qX", "-v", "ON_ERROR_STOP=1", self.database_url, "-f", SQL / name)

    def pgbench(self, *scripts, clients=32, seconds=5, rate=None):
        """Transactions per second, mean latency in milliseconds, CPU-seconds of the server per 1,000 transactions."""
        words = [word for script in scripts for word in ("-f", SQL / script)]
        if rate:
            words += ["-R", rate]
        before = self.postgres_seconds()
        out = run(POSTGRES / "pgbench", "-n", "-M", "prepared", "-c", clients, "-j", min(2, clients), "-T", seconds, *words,
                  self.database_url)
        used = self.postgres_seconds() - before
        found = {}
        for line in out.splitlines():
            if line.startswith("tps ="):
                found["per_second"] = float(line.split()[2])
            if line.startswith("latency average ="):
                found["milliseconds"] = float(line.split()[3])
            if line.startswith("number of transactions actually processed:"):
                found["count"] = int(line.split(":")[1].split("/")[0])
        found["cpu_seconds_per_1000"] = used / max(found["count"], 1) * 1000
        return found

    def pgbench_median(self, script, rate, seconds=5):
        """Median of one client's transactions in milliseconds, begun `rate` times per second."""
        with tempfile.TemporaryDirectory(prefix="switchboard-bench-") as folder:
            run(POSTGRES / "pgbench", "-n", "-M", "prepared", "-c", 1, "-T", seconds, "-R", rate, "-l", "--log-prefix", folder + "/log",
                "-f", SQL / script, self.database_url)
            # client, transaction, microseconds since it was due, script, time, its microseconds, microseconds it began too late
            lines = [line.split() for log in Path(folder).iterdir() for line in log.read_text().splitlines()]
        return statistics.median(int(words[2]) - int(words[6]) for words in lines) / 1000

    def postgres_seconds(self):
        """CPU time of the server and all its processes, those that ended too."""
        return processor_seconds(self.pid, "postgres")
