"""What is watched exists: every metric that a rule, a panel or an autoscaler names is exported by a service that runs."""

import json
import re

import pytest
import yaml

from containers import CHECKOUT, SERVICES

FOLDER = CHECKOUT / "deploy" / "observability"
# Not ours: Prometheus' own, and those of prometheus-node-exporter.
FOREIGN = {"up", "node_filesystem_avail_bytes", "node_filesystem_size_bytes"}
NAME = re.compile(r"\b(?:(?:switchboard|router|gateway|chat|accounts|node)_[a-z0-9_]+|up)\b")


def expressions():
    for group in yaml.safe_load((FOLDER / "alerts.yml").read_text())["groups"]:
        yield from (rule["expr"] for rule in group["rules"])
    for panel in json.loads((FOLDER / "dashboard.json").read_text())["panels"]:
        yield from (target["expr"] for target in panel["targets"])


def scaling_metrics():
    for file in (CHECKOUT / "deploy" / "kubernetes" / "base").glob("*.yaml"):
        for document in yaml.safe_load_all(file.read_text()):
            if document["kind"] == "HorizontalPodAutoscaler":
                for metric in document["spec"]["metrics"]:
                    if metric["type"] == "Pods":
                        yield document["spec"]["scaleTargetRef"]["name"], metric["pods"]["metric"]["name"]


def exported(suite, service):
    names = set()
    for line in suite.metrics(service).splitlines():
        if line and not line.startswith("#"):
            names.add(re.match(r"[a-zA-Z0-9_]+", line)[0])
    return names


def test_every_metric_that_is_named_is_exported(suite):
    suite.staff["ana"].set_status("online")
    known = set().union(*(exported(suite, service) for service in SERVICES))
    assert len(known) > 20, known
    named = {name for expression in expressions() for name in NAME.findall(re.sub(r"\{[^}]*\}|by \([^)]*\)", "", expression))}
    assert len(named) > 15, named
    assert named - FOREIGN <= known, named - FOREIGN - known


def test_every_autoscaler_goes_by_a_metric_of_its_own_service(suite):
    found = list(scaling_metrics())
    assert {service for service, _ in found} == set(SERVICES)
    for service, name in found:
        assert name in exported(suite, service), f"{service} does not export {name}"


@pytest.mark.parametrize("address", ["live", "ready"])
def test_every_service_tells_its_health(suite, address):
    import urllib.request

    for service in SERVICES:
        with urllib.request.urlopen(f"http://{suite.address(service)}:7100/health/{address}", timeout=10) as answer:
            assert answer.status == 200
