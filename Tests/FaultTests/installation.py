"""The suite with a network in between that can be broken: every connection to PostgreSQL and between services goes through a proxy."""

import json
import os
import shlex
import subprocess
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

from suite import CHECKOUT, HANGING, Suite, programs, services
from tcp_proxy import TCPProxy

# The services that `up` starts, with how many replicas a run has.
REPLICAS = {**dict.fromkeys(services.NAMES, 1), "chat": 2, "router": 2, "gateway": 2}
WITH_DATABASE = tuple(service.name for service in services.WITH_SCHEMA)
# How many messages ZeroMQ holds for the second replica of each service: next to none, so that it drops them under any load.
TINY_HIGH_WATER = 2
FAKETIME = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1")
# How long a process may take to be ready again. Unit: seconds.
READY_MAX = HANGING


class Installation(Suite):
    """`lines["chat"]` leads chat to PostgreSQL, `lines["chat-1.events"]` and `lines["chat-1.requests"]` lead the others to chat."""

    def __init__(self, database_url=None):
        """
        database_url: a server that is there already; else `up` makes and supervises one of its own.
        """
        scale = [word for service, count in REPLICAS.items() for word in ("--scale", f"{service}={count}")]
        super().__init__(*scale)
        self._database_url = database_url
        self.lines = {service: TCPProxy() for service in WITH_DATABASE}
        self._held = set()
        # Whether the folder stays for whoever looks for what went wrong.
        self.is_kept = False

    def __enter__(self):
        for line in list(self.lines.values()):
            line.__enter__()
        self._make_folder()
        self._make_programs()
        self._environment = {
            "SWITCHBOARD_BIN": f"{self.folder}/programs", "GATEWAY_WEB_DIRECTORY": str(CHECKOUT / "Services/Gateway/Web/dist"),
            # The workload's visitors have one address.
            "GATEWAY_LIMIT_ADDRESS_RATE": "1000000", "GATEWAY_LIMIT_ADDRESS_BURST": "1000000",
            # And one agent and one key follow every conversation, each on a socket of its own.
            "GATEWAY_LIMIT_PERSON_SOCKETS": "1000000",
        }
        if self._database_url:
            self._environment["SWITCHBOARD_DATABASE_URL"] = self._database_url
        threading.Thread(target=self._lead_to_database, daemon=True).start()
        super().__enter__()
        self._put_bus_behind_proxies()
        return self

    def __exit__(self, *failure):
        for name in list(self._held):
            self.release(name)
        super().__exit__(*(("kept",) if self.is_kept else failure))
        for line in self.lines.values():
            line.__exit__()

    def _make_folder(self):
        if not getattr(self, "folder", None):
            super()._make_folder()

    def _make_programs(self):
        """Every service starts through a few lines of shell that become the program: with our way to PostgreSQL, a clock of its own,
        and not before we let it."""
        folder = Path(self.folder) / "programs"
        folder.mkdir()
        (Path(self.folder) / "control").mkdir()
        for entry in programs().iterdir():
            if entry.name not in REPLICAS:
                (folder / entry.name).symlink_to(entry)
        assert FAKETIME.exists(), "libfaketime is missing: apt-get install libfaketime"
        for service in REPLICAS:
            control = shlex.quote(f"{self.folder}/control")
            lines = [
                "#!/bin/sh",
                f'name={service}-$SWITCHBOARD_REPLICA',
                f'while [ -e {control}/hold-$name ]; do sleep 0.05; done',
                f'[ "$SWITCHBOARD_REPLICA" = 1 ] || export SWITCHBOARD_BUS_HIGH_WATER={TINY_HIGH_WATER}',
            ]
            if service in WITH_DATABASE:
                key = f"{services.service(service).prefix}_DATABASE_URL"
                lines.append(
                    f'{key}=$(printf %s "${key}" | sed -E "s#@[^@/]+/#@127.0.0.1:{self.lines[service].port}/#"); export {key}')
            lines += [
                f'[ -e {control}/clock-$name ] || echo "+0" > {control}/clock-$name',
                f'export LD_PRELOAD={FAKETIME} FAKETIME_TIMESTAMP_FILE={control}/clock-$name FAKETIME_CACHE_DURATION=1 FAKETIME_DONT_FAKE_MONOTONIC=1',
                f'exec {shlex.quote(str(programs() / service))} "$@"',
            ]
            (folder / service).write_text("\n".join(lines) + "\n")
            (folder / service).chmod(0o755)

    def _lead_to_database(self):
        """`up` writes down where PostgreSQL is before it starts the services."""
        settings = Path(self.folder) / "data" / "suite.json"
        while not settings.exists():
            time.sleep(0.02)
        address = urlsplit(json.loads(settings.read_text())["database_url"])
        for service in WITH_DATABASE:
            self.lines[service].target = (address.hostname, address.port)

    def _put_bus_behind_proxies(self):
        path = Path(self.ready["data"]) / "run" / "endpoints.json"
        endpoints = json.loads(path.read_text())
        self.real = {}
        for service, replicas in endpoints.items():
            for replica in replicas:
                for use in ("events", "requests"):
                    name = f"{service}-{replica['replica']}.{use}"
                    host, port = replica[use].removeprefix("tcp://").split(":")
                    self.real[name] = (host, int(port))
                    self.lines[name] = TCPProxy(host, int(port)).__enter__()
                    replica[use] = f"tcp://127.0.0.1:{self.lines[name].port}"
        fresh = path.with_suffix(".new")
        fresh.write_text(json.dumps(endpoints))
        fresh.chmod(0o600)
        fresh.replace(path)
        used = [f"{service}-{replica}.{use}" for service in ("chat", "router") for replica in range(1, REPLICAS[service] + 1) for use in ("events", "requests")]
        wait_until(lambda: all(self.lines[name].accepted for name in used), READY_MAX, "the services found each other through the proxies")

    # Processes

    def names(self, wanted=REPLICAS):
        return [f"{service}-{replica}" for service in wanted for replica in range(1, REPLICAS[service] + 1)]

    def process(self, name):
        service, replica = name.rsplit("-", 1)
        if service == "postgres":
            return self.processes()["database"]
        return self._running(service, int(replica))

    def signal(self, name, number):
        """Returns the pid that got it."""
        pid = self.process(name)["pid"]
        os.kill(pid, number)
        return pid

    def is_stopped(self, pid):
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "T"

    def hold(self, name):
        """From its next start on it is not let in."""
        self._held.add(name)
        (Path(self.folder) / "control" / f"hold-{name}").touch()

    def release(self, name):
        self._held.discard(name)
        (Path(self.folder) / "control" / f"hold-{name}").unlink(missing_ok=True)

    def set_clock(self, name, seconds):
        """Beyond the true time. Within a second."""
        path = Path(self.folder) / "control" / f"clock-{name}"
        fresh = path.with_suffix(".new")
        fresh.write_text(f"{seconds:+d}\n")
        fresh.replace(path)

    def await_ready(self, names=None):
        def ready():
            running = self.processes()
            database = running.get("database")
            wanted = [process for process in running["processes"] if names is None or f"{process['service']}-{process['replica']}" in names]
            return all(process["ready"] for process in wanted) and (database is None or database["ready"])

        wait_until(ready, READY_MAX, f"{', '.join(names or ['everything'])} ready again")

    # PostgreSQL

    @property
    def cluster(self):
        return Path(self.ready["data"]) / "postgres"

    def postmaster(self):
        """(pid, when it started)."""
        lines = (self.cluster / "postmaster.pid").read_text().splitlines()
        return int(lines[0]), lines[2]

    def stop_database_immediately(self):
        """As `pg_ctl stop -m immediate`, as the server's own user; the supervisor of `up` starts it again."""
        owner = self.cluster.stat()
        version = (self.cluster / "PG_VERSION").read_text().strip()
        command = [f"/usr/lib/postgresql/{version}/bin/pg_ctl", "stop", "-m", "immediate", "-W", "-D", str(self.cluster)]
        if os.geteuid() == 0:
            command = ["setpriv", "--reuid", str(owner.st_uid), "--regid", str(owner.st_gid), "--clear-groups", "--", *command]
        subprocess.run(command, check=True, capture_output=True, cwd="/")

    def rows(self, statement):
        """As `change`, or None while the database is away."""
        try:
            return self.change(statement)
        except (AssertionError, subprocess.TimeoutExpired):
            return None


def wait_until(condition, patience, what):
    """Returns how long it took. Unit: seconds."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() < began + patience, f"Not within {patience} s: {what}"
        time.sleep(0.05)
    return time.monotonic() - began
