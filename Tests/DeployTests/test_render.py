"""deploy/render: what is committed is what it writes, and a service as none is yet gets all that it needs."""

import importlib.util
import json
import subprocess
import sys
from importlib.machinery import SourceFileLoader
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "deploy"))

import services

loader = SourceFileLoader("render", str(ROOT / "deploy" / "render"))
render = importlib.util.module_from_spec(importlib.util.spec_from_loader("render", loader))
loader.exec_module(render)


def test_what_is_committed_is_what_it_writes():
    for path, text in render.rendered().items():
        assert (ROOT / path).read_text() == text, f"{path}: run deploy/render"
    ended = subprocess.run([ROOT / "deploy" / "render", "--check"], capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr


@pytest.fixture
def sms(monkeypatch):
    """A hyphen in its name, a public part, a way outside, beside the services that there are."""
    (row,) = [row for row in json.loads((ROOT / "deploy" / "services.json").read_text()) if row["name"] == "chat"]
    row |= {
        "name": "channel-sms", "folder": "Channels/SMS", "module": "ChannelsSMS", "prefix": "CHANNEL_SMS", "schema": "channel_sms", "reaches_outside": True,
        "public_parts": [{"prefix": "/api/webhooks/twilio", "body_bytes_max": 262144}, {"prefix": "/ws/voice"}],
        "secrets": [{"file": "sealing-keys", "variable": "SEALING_KEYS_FILE"}]}
    (service,) = services.read(json.dumps([row]))
    monkeypatch.setattr(services, "ALL", (*services.ALL, service))
    monkeypatch.setattr(services, "NAMES", (*services.NAMES, service.name))
    monkeypatch.setattr(services, "WITH_SCHEMA", (*services.WITH_SCHEMA, service))
    return service


def test_a_new_service_has_its_manifest_and_its_place_in_each_list(sms):
    texts = render.rendered()
    documents = list(yaml.safe_load_all(texts["deploy/kubernetes/base/channel-sms.yaml"]))
    assert {each["metadata"]["name"] for each in documents} == {"channel-sms"}
    (pod,) = [each["spec"]["template"] for each in documents if each["kind"] == "Deployment"]
    assert {key.removeprefix("switchboard/") for key in pod["metadata"]["labels"] if key.startswith("switchboard/")} == {
        "asks", "answers", "database", "outside", "public-parts"}
    (container,) = pod["spec"]["containers"]
    assert {entry["name"]: entry["value"] for entry in container["env"]}["DATABASE_URL"] == "postgres://switchboard_channel_sms@database:5432/switchboard"
    kustomization = yaml.safe_load(texts["deploy/kubernetes/base/kustomization.yaml"])
    assert "channel-sms.yaml" in kustomization["resources"] and {"name": "switchboard-channel-sms", "newTag": "latest"} in kustomization["images"]
    assert "channel-sms" in yaml.safe_load(texts["deploy/observability/prometheus.yml"])["scrape_configs"][0]["dns_sd_configs"][0]["names"]


def test_a_new_service_has_its_container_and_the_gateways_know_its_public_parts(sms):
    texts = render.rendered()
    compose = yaml.safe_load(texts["docker-compose.yml"])
    service = compose["services"]["channel-sms"]
    assert service["scale"] == "${SWITCHBOARD_SCALE_CHANNEL_SMS:-1}" and service["networks"] == ["private", "outside"]
    assert service["secrets"] == ["switchboard_channel_sms.password", "channel-sms.secret", "sealing-keys", "public-keys.json"]
    assert set(service["secrets"]) <= compose["secrets"].keys() and "switchboard_channel_sms.password" in compose["services"]["migrate"]["secrets"]
    assert "internal" not in (compose["networks"]["outside"] or {})
    known = "/api/webhooks/twilio=http://channel-sms:7100;body=262144,/ws/voice=http://channel-sms:7100"
    assert compose["services"]["gateway"]["environment"]["PASS_THROUGH"] == known
    gateway = next(each for each in yaml.safe_load_all(texts["deploy/kubernetes/base/gateway.yaml"]) if each["kind"] == "Deployment")
    assert {"name": "PASS_THROUGH", "value": known} in gateway["spec"]["template"]["spec"]["containers"][0]["env"]
