"""Issue 4: what the runbooks say can be typed as it stands. Each line of each block is run, in its order, against real containers."""

import os
import re
import shlex
import subprocess
import sys

import pytest

from containers import CHECKOUT, COMMAND_MAX, SERVICES, podman

FOLDER = CHECKOUT / "deploy" / "runbooks"
NEW_TAG = "1.5.0"
# What an operator has to put in, and what a test cannot do: these are said otherwise, or not at all.
NOT_HERE = (
    "deploy/images",  # the images of the new version are the same ones under another name
    "docker compose kill",  # test_faults kills
)


def commands(name):
    """The lines of the blocks, those that a quotation holds together as one."""
    for block in re.findall(r"^```\n(.*?)^```", (FOLDER / name).read_text(), re.MULTILINE | re.DOTALL):
        line = ""
        for part in block.splitlines():
            line = f"{line}\n{part}" if line else part
            if line.count('"') % 2 == 0 and not line.endswith("\\"):
                yield line.removesuffix("\\")
                line = ""
        assert not line, f"{name}: a quotation is not closed: {line}"


def as_podman(suite, command, folder):
    """The same words for podman, as the runbooks' first page says, and for this project's names."""
    compose = f"{shlex.quote(sys.executable)} -m podman_compose -p {suite.project}"
    command = command.replace("docker compose run", f"{compose} --profile operator run").replace("docker compose", compose).replace("docker ", "podman ")
    command = command.replace("exec database", "exec -T database")
    command = re.sub(r"switchboard-(\w+)-(\d)", rf"{suite.project}_\1_\2", command)
    if "| grep " in command:
        command += " || [ $? = 1 ]"  # nothing found is good news
    command = command.replace("COMPANY", suite.ready["tenant"]["client_id"]).replace("/backups/", f"{folder}/").replace("data/secrets", str(suite.secrets))
    return command


@pytest.mark.parametrize("name", ["replicas.md", "dead-consumer.md", "ledger.md", "full-disk.md", "rolling-upgrade.md"])
def test_every_command_can_be_typed_as_it_stands(suite, tmp_path, name):
    for image in ("database", "proxy", "switchboard", *SERVICES):
        podman("tag", f"localhost/switchboard-{image}:latest", f"localhost/switchboard-{image}:{NEW_TAG}")
    script = ["set -e"]
    for command in commands(name):
        if not any(each in command for each in NOT_HERE):
            script.append(as_podman(suite, command, tmp_path))
    assert len(script) > 2, f"{name} has no commands"
    environment = {**suite.environment(), "ENGINE": "podman", "PODMAN_COMPOSE_PROVIDER": "", "NO_COLOR": "1"}
    ended = subprocess.run(["bash", "-x", "-c", "\n".join(script)], cwd=CHECKOUT, env=environment, capture_output=True, text=True, timeout=3 * COMMAND_MAX)
    assert ended.returncode == 0, f"{ended.stdout[-4000:]}\n{ended.stderr[-4000:]}"
    for service in SERVICES:
        suite.scale[service] = len(suite.names(service))
    suite.await_ready()
    assert suite.verify() == (0, [])
    if name == "rolling-upgrade.md":
        running = {service: podman("inspect", "--format", "{{.ImageName}}", *suite.names(service)).split() for service in SERVICES}
        assert all(image.endswith(f":{NEW_TAG}") for images in running.values() for image in images), running
