"""Issue 4, 2: who cannot reach what."""

import json
import subprocess
import time

import pytest

from containers import CHECKOUT, DRAIN_MAX, podman
from suite import eventually, services


def test_a_container_cannot_reach_another_services_schema(suite):
    """With the password that the container of chat holds, from where the container of chat stands."""

    def ask(role, schema, table):
        password = (suite.secrets / f"{role}.password").read_text().strip()
        return suite.inside("psql", "-X", "-A", "-t", f"postgres://{role}:{password}@database/switchboard", "-c", f"SELECT count(*) FROM {schema}.{table}")

    for own in services.WITH_SCHEMA:
        assert ask(own.role, own.schema, "outbox")[0] == 0, "its own schema is reachable, else the refusals prove nothing"
        for other in services.WITH_SCHEMA:
            if other != own:
                code, output = ask(own.role, other.schema, "outbox")
                assert code != 0 and f"permission denied for schema {other.schema}" in output, output
    mounts = json.loads(podman("inspect", "--format", "{{json .Mounts}}", suite.name("chat")))
    held = {mount["Destination"].rsplit("/", 1)[-1] for mount in mounts}
    assert held == {"switchboard_chat.password", "chat.secret", "public-keys.json"}, "a container holds its own secrets and no others"


def test_nobody_signs_in_to_the_database_without_a_password(suite):
    code, output = suite.inside("psql", "-X", "-w", "postgres://switchboard@database/switchboard", "-c", "SELECT 1")
    assert code != 0 and "no password supplied" in output, output


def test_a_service_without_the_right_curve_key_is_refused(suite, tmp_path):
    """A gateway with keys of its own making finds everybody by name and gets no answer from anybody."""
    subprocess.run([CHECKOUT / "deploy" / "secrets", tmp_path / "forged"], check=True, capture_output=True)
    forged = tmp_path / "forged" / "curve"
    # It knows the services' real public keys: only its own are unknown to them.
    keys = json.loads((suite.secrets / "curve" / "public-keys.json").read_text())
    keys["gateway"] = json.loads((forged / "public-keys.json").read_text())["gateway"]
    (forged / "public-keys.json").write_text(json.dumps(keys))
    for name, folder in (("forged", forged), ("genuine", suite.secrets / "curve")):
        podman(
            "run", "--detach", "--name", f"{suite.project}_{name}", "--network", f"{suite.project}_private", "--read-only",
            "--volume", f"{folder}/gateway.secret:/run/secrets/gateway.secret:ro", "--volume", f"{folder}/public-keys.json:/run/secrets/public-keys.json:ro",
            "localhost/switchboard-gateway:latest")

    def sign_in(name):
        address = json.loads(podman("inspect", "--format", "{{json .NetworkSettings.Networks}}", f"{suite.project}_{name}"))[f"{suite.project}_private"]["IPAddress"]
        user = suite.staff["ana"]
        body = json.dumps({"email": user.email, "password": user.password})
        ended = subprocess.run(
            ["curl", "--silent", "--max-time", "10", "--output", "/dev/null", "--write-out", "%{http_code}", "--header", "Content-Type: application/json",
             "--data", body, f"http://{address}:8080/api/auth/login"], capture_output=True, text=True)
        return ended.stdout

    try:
        eventually(lambda: sign_in("genuine") == "200", "with the right key the same gateway is served")
        assert sign_in("forged") == "503"
        assert "switchboard_bus_endpoints_ready 0" in _metrics(suite, "forged")
    finally:
        for name in ("forged", "genuine"):
            podman("rm", "--force", "--time", "0", f"{suite.project}_{name}")


def _metrics(suite, name):
    address = json.loads(podman("inspect", "--format", "{{json .NetworkSettings.Networks}}", f"{suite.project}_{name}"))[f"{suite.project}_private"]["IPAddress"]
    return subprocess.run(["curl", "--silent", "--max-time", "10", f"http://{address}:7100/metrics"], capture_output=True, text=True).stdout


def test_nothing_but_the_proxy_is_reachable_from_outside(suite):
    """Outside is a container in another network: it may go anywhere, as another machine may that routes to us."""
    published = {
        name: ports for name in podman("ps", "--filter", f"label=com.docker.compose.project={suite.project}", "--format", "{{.Names}}").split()
        if (ports := podman("port", name).split())}
    assert list(published) == [suite.name("proxy")], published
    targets = [(suite.address("database"), 5432)]
    targets += [(suite.address(service), port) for service in services.NAMES for port in (7100, 7101, 7102) if not services.service(service).is_edge]
    targets += [(suite.address("gateway"), port) for port in (7100, 8080)]
    probe = "timeout 2 bash -c 'exec 3<>/dev/tcp/{0}/{1}' 2>/dev/null"
    inside = "; ".join(f"{probe.format(*target)} || echo {target[0]}:{target[1]}" for target in targets)
    outside = "; ".join(f"{probe.format(*target)} && echo {target[0]}:{target[1]}" for target in targets)
    assert suite.inside("bash", "-c", inside + "; true") == (0, ""), "from inside everything is reachable, else this proves nothing"
    assert suite.inside("bash", "-c", outside + "; true", network=None) == (0, "")
    status = subprocess.run(["curl", "--silent", "--output", "/dev/null", "--write-out", "%{http_code}", f"{suite.gateway}/signin"], capture_output=True, text=True)
    assert status.stdout == "200"


def test_a_container_runs_as_nobody_in_particular_and_cannot_change_its_files(suite):
    for service in ("database", *services.NAMES, "proxy"):
        facts = json.loads(podman("inspect", suite.name(service)))[0]
        assert facts["Config"]["User"] == "10001:10001", service
        assert facts["HostConfig"]["ReadonlyRootfs"], service
        assert not facts["EffectiveCaps"], service
        pid = facts["State"]["Pid"]
        with open(f"/proc/{pid}/status") as status:
            lines = dict(line.split(":", 1) for line in status.read().splitlines())
        assert lines["Uid"].split()[0] == "10001" and lines["CapEff"].strip() == "0" * 16 and lines["NoNewPrivs"].strip() == "1", service


def test_x_forwarded_for_counts_from_the_proxy_alone(suite):
    """Eleven attempts to sign in from eleven addresses: through the proxy they are one address's, whatever they claim."""
    body = json.dumps({"email": "nobody@demo.example", "password": "wrong"})
    codes = [
        subprocess.run(
            ["curl", "--silent", "--output", "/dev/null", "--write-out", "%{http_code}", "--header", "Content-Type: application/json",
             "--header", f"X-Forwarded-For: 203.0.113.{number}", "--data", body, f"{suite.gateway}/api/auth/login"], capture_output=True, text=True).stdout
        for number in range(40)]
    assert "401" in codes and "429" in codes, codes
