"""The suite in containers: docker-compose.yml, brought up by podman-compose, with an interface like the browser tests' Suite."""

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from suite import CALL_MAX, CHECKOUT, HANGING, Staff, Suite, services

# First start: a cluster is made, all migrations run. Unit: seconds.
READY_MAX = HANGING
# Between two looks at a container: each starts podman anew. Unit: seconds.
LOOK_PAUSE = 0.2
# How long a container is given to drain. Unit: seconds; the compose file's stop_grace_period.
DRAIN_MAX = 30
# What no container may need longer for. Unit: seconds.
COMMAND_MAX = HANGING
SERVICES = services.NAMES
PEOPLE = (("carla@demo.example", "Carla", "administrator"), ("ana@demo.example", "Ana", "agent"), ("bruno@demo.example", "Bruno", "agent"))


class Containers(Suite):
    """`ready` has what `switchboard up --json` prints, with the proxy as the only gateway."""

    def __init__(self, **scale):
        """scale: replicas by service; 1 where nothing is said."""
        self.scale = {service: scale.get(service, 1) for service in SERVICES}
        self.project = f"sb{os.getpid()}"

    def __enter__(self):
        self.folder = tempfile.mkdtemp(prefix="switchboard-containers-")
        self.secrets = Path(self.folder) / "secrets"
        subprocess.run([CHECKOUT / "deploy" / "secrets", self.secrets], check=True, capture_output=True, text=True)
        self.port = free_port()
        # Several runs on one machine must not want the same network.
        self.edge = f"10.{secrets.randbelow(50) + 200}.{secrets.randbelow(255)}"
        self.gateway = f"http://127.0.0.1:{self.port}"
        self.demo_page = self.gateway + "/demo"
        self.site = ""
        try:
            self._start()
        except BaseException:
            print(self.logs(), file=sys.stderr)
            self.down()
            raise
        return self

    def __exit__(self, *failure):
        if failure[0] is not None:
            print(self.logs(), file=sys.stderr)
        self.down()
        if failure[0] is None:
            shutil.rmtree(self.folder, ignore_errors=True)

    def _start(self):
        # Podman 4 does not restart what depends on something that has ended, as the services do on the migrations; so the waiting that the
        # file asks for is done here, and the containers are made without the dependency.
        self.compose("up", "-d", "database", "migrate")
        assert podman("wait", self.name("migrate")).strip() == "0", podman("logs", self.name("migrate"))
        self.compose("up", "-d", "--no-recreate", "--no-deps", *SERVICES, "proxy")
        self.await_ready()
        tenant = self.operator("tenant", "create", "--json", "--name", "Nordlys Outdoor", "--slug", "demo")
        site = self.operator("site", "create", "--json", "--tenant", "demo", "--name", "Nordlys", "--origin", self.gateway)
        self.site = site["site_key"]
        users = []
        for email, name, role in PEOPLE:
            password = secrets.token_urlsafe(18)
            self.operator(
                "user", "create", "--json", "--tenant", "demo", "--email", email, "--name", name, "--role",
                {"administrator": "admin"}.get(role, role), "--password-stdin", input=password + "\n")
            users.append({"email": email, "password": password, "role": role})
        self.ready = {
            "gateways": [self.gateway], "site": self.site, "demo_page": self.demo_page, "users": users,
            "tenant": {"client_id": tenant["id"], "slug": "demo"}}
        self.staff = {user["email"].split("@")[0]: Staff(self, user) for user in users}
        # The demo page carries the site's key, which is known only now.
        for name in self.names("gateway"):
            podman("rm", "--force", "--time", str(DRAIN_MAX), name)
        self.compose("up", "-d", "--no-recreate", "--no-deps", "gateway")
        self.await_ready()

    def down(self):
        self.compose("down", "--volumes", "--timeout", "2", check=False)

    # The compose file

    def environment(self):
        return {
            **os.environ, "SWITCHBOARD_SECRETS": str(self.secrets), "SWITCHBOARD_PORT": f"127.0.0.1:{self.port}", "SWITCHBOARD_DEMO_SITE": self.site,
            "SWITCHBOARD_EDGE": self.edge, "SWITCHBOARD_PUBLIC_URL": self.gateway,
            # All visitors of the workload have one address, and two agents follow all conversations, each on a socket of its own.
            **{f"SWITCHBOARD_LIMIT_{what}": "1000000" for what in ("ADDRESS_RATE", "ADDRESS_CONVERSATIONS_RATE", "PERSON_SOCKETS")},
            **{f"SWITCHBOARD_SCALE_{services.service(name).prefix}": str(count) for name, count in self.scale.items()}}

    def compose(self, *words, check=True, input=None):
        ended = subprocess.run(
            [sys.executable, "-m", "podman_compose", "-p", self.project, *words], cwd=CHECKOUT, env=self.environment(), capture_output=True, text=True,
            input=input, timeout=COMMAND_MAX)
        assert not check or ended.returncode == 0, f"compose {' '.join(words)}: {ended.stdout}\n{ended.stderr}"
        return ended.stdout

    def operator(self, *words, input=None):
        """A command of `switchboard`, as an operator says it: its line of JSON."""
        return json.loads(self.operate(*words, input=input).stdout.strip().splitlines()[-1])

    def operate(self, *words, input=None):
        # `podman-compose run` mixes its own words into the output; the same container by hand.
        mounts = [word for file in sorted(self.secrets.glob("*.password")) for word in ("--volume", f"{file}:/run/secrets/{file.name}:ro")]
        ended = subprocess.run(
            ["podman", "run", "--rm", "--interactive", "--read-only", "--network", f"{self.project}_private", *mounts,
             "--env", "SWITCHBOARD_DATABASE_URL=postgres://switchboard@database:5432/switchboard", "--env", "SWITCHBOARD_SECRETS=/run/secrets",
             "localhost/switchboard-switchboard:latest", *words], input=input, capture_output=True, text=True, timeout=COMMAND_MAX)
        assert ended.returncode in (0, 1), f"switchboard {' '.join(words)}: {ended.stdout}\n{ended.stderr}"
        return ended

    # Containers

    def name(self, service, replica=1):
        return f"{self.project}_{service}_{replica}"

    def names(self, service):
        """Of the running replicas."""
        listed = podman("ps", "--filter", f"label=com.docker.compose.project={self.project}", "--filter", f"label=com.docker.compose.service={service}", "--format", "{{.Names}}")
        return sorted(listed.split())

    def await_ready(self, services=("database", *SERVICES, "proxy")):
        """Every container's own health check says so. Nobody else runs it where there is no systemd."""
        deadline = time.monotonic() + READY_MAX
        for service in services:
            wanted = self.scale.get(service, 1)
            while True:
                names = self.names(service)
                if len(names) == wanted and all(is_healthy(name) for name in names):
                    break
                assert time.monotonic() < deadline, f"{service} is not ready: {names}\n{self.logs()}"
                time.sleep(LOOK_PAUSE)

    def rescale(self, service, count):
        """As `docker compose up --scale`; podman-compose only adds, so those that are too many are stopped as compose would."""
        before, self.scale[service] = self.scale[service], count
        for replica in range(before, count, -1):
            podman("stop", "--time", str(DRAIN_MAX), self.name(service, replica))
            podman("rm", self.name(service, replica))
        if count > before:
            self.compose("up", "-d", "--no-recreate", "--no-deps", service)
        self.await_ready([service])

    def kill(self, service, replica=1):
        """Without a warning, as the kernel would; the engine's restart policy brings it back."""
        name = self.name(service, replica)
        pid = int(podman("inspect", "--format", "{{.State.Pid}}", name))
        os.kill(pid, 9)
        deadline = time.monotonic() + READY_MAX
        while True:
            now = podman("inspect", "--format", "{{.State.Pid}} {{.State.Running}}", name).split()
            if now[1] == "true" and int(now[0]) not in (0, pid) and is_healthy(name):
                return
            assert time.monotonic() < deadline, f"{name} did not come back: {now}"
            time.sleep(LOOK_PAUSE)

    def restart(self, service, replica=1):
        """SIGTERM, drain, start, ready."""
        podman("restart", "--time", str(DRAIN_MAX), self.name(service, replica))
        self.await_ready([service])

    def address(self, service, replica=1, network="private"):
        networks = json.loads(podman("inspect", "--format", "{{json .NetworkSettings.Networks}}", self.name(service, replica)))
        return networks[f"{self.project}_{network}"]["IPAddress"]

    def logs(self):
        lines = []
        for name in podman("ps", "--all", "--filter", f"label=com.docker.compose.project={self.project}", "--format", "{{.Names}}").split():
            ended = subprocess.run(["podman", "logs", "--tail", "15", name], capture_output=True, text=True)
            lines.append(f"== {name}\n{ended.stdout}{ended.stderr}")
        return "\n".join(lines)

    def metrics(self, service, replica=1):
        """The text of a replica's /metrics. The host stands in the private network's bridge; nobody else does."""
        with urllib.request.urlopen(f"http://{self.address(service, replica)}:7100/metrics", timeout=CALL_MAX) as answer:
            return answer.read().decode()

    def metric(self, name, service, replica=1):
        """The sum of a metric over its labels; 0 as long as nothing was counted."""
        return sum(float(line.split()[-1]) for line in self.metrics(service, replica).splitlines() if line.startswith((name + "{", name + " ")))

    # PostgreSQL

    def query(self, statement):
        """Rows as the administrator: lists of texts."""
        ended = subprocess.run(
            ["podman", "exec", self.name("database"), "psql", "-X", "-A", "-t", "-q", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-d", "switchboard", "-c", statement],
            capture_output=True, text=True, timeout=CALL_MAX)
        assert ended.returncode == 0, ended.stderr
        return [line.split("\t") for line in ended.stdout.splitlines()]

    def rows(self, statement):
        try:
            return self.query(statement)
        except (AssertionError, subprocess.TimeoutExpired):
            return None

    def inside(self, *words, network="private"):
        """A command in a network of the suite, in a container that belongs to no service: (exit code, output)."""
        ended = subprocess.run(
            ["podman", "run", "--rm", "--network", f"{self.project}_{network}" if network else "podman", "--entrypoint", words[0],
             "localhost/switchboard-database:latest", *words[1:]], capture_output=True, text=True, timeout=COMMAND_MAX)
        return ended.returncode, ended.stdout + ended.stderr


def podman(*words):
    ended = subprocess.run(["podman", *words], capture_output=True, text=True, timeout=COMMAND_MAX)
    assert ended.returncode == 0, f"podman {' '.join(words)}: {ended.stdout}\n{ended.stderr}"
    return ended.stdout


def is_healthy(name):
    return subprocess.run(["podman", "healthcheck", "run", name], capture_output=True, timeout=COMMAND_MAX).returncode == 0


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
