"""What deploy/services.py says of the services, and what else in deploy/ names each of them. A test in Swift holds deploy/services.json to the
list in Contracts; here a service with a hyphen in its name stands beside those that there are."""

import json
import re
import subprocess
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "deploy"))

import services

HYPHENED = {
    **json.loads((ROOT / "deploy" / "services.json").read_text())[0], "name": "channel-sms", "folder": "Channels/SMS", "module": "ChannelsSMS",
    "prefix": "CHANNEL_SMS", "schema": "channel_sms", "secrets": [{"file": "sealing-keys", "variable": "SEALING_KEYS_FILE"}]}


def said(*words):
    return subprocess.run([ROOT / "deploy" / "services.py", *words], capture_output=True, text=True, check=True).stdout.splitlines()


def test_a_shell_gets_one_service_a_line():
    assert said("name") == list(services.NAMES)
    assert said("name", "schema", "--if", "schema") == [f"{each.name} {each.schema}" for each in services.WITH_SCHEMA]
    assert set(services.NAMES) - {each.name for each in services.WITH_SCHEMA} == {each.name for each in services.ALL if each.is_edge}
    assert "chat switchboard_chat.password curve/chat.secret" in said("name", "files")


def test_a_hyphen_stays_in_the_name_and_in_no_other():
    (service,) = services.read(json.dumps([HYPHENED]))
    assert service.role == "switchboard_channel_sms"
    assert service.files == ("switchboard_channel_sms.password", "curve/channel-sms.secret", "sealing-keys")
    assert services.service_of("channel-sms-2") == "channel-sms" and services.service_of("chat-1") == "chat"


def test_prometheus_looks_for_every_service_and_keeps_its_whole_name():
    (scrape,) = [each for each in yaml.safe_load((ROOT / "deploy/observability/prometheus.yml").read_text())["scrape_configs"] if "dns_sd_configs" in each]
    assert scrape["dns_sd_configs"][0]["names"] == list(services.NAMES)
    (label,) = [each for each in scrape["relabel_configs"] if each["target_label"] == "service"]
    for name in (*services.NAMES, HYPHENED["name"]):
        for looked_up in (name, f"{name}.switchboard.svc.cluster.local"):
            # Prometheus anchors the expression at both ends; what it puts into the label is the first group.
            assert re.fullmatch(label["regex"], looked_up)[1] == name
