"""The manifests of deploy/kubernetes, without a cluster: everything that is named exists, everything that must be said is said, and who may
talk to whom is exactly what the services need. No cluster and no kustomize are at hand, so this loads what the kustomizations list."""

import base64
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "deploy" / "kubernetes"
sys.path.insert(0, str(ROOT / "deploy"))

import services

SERVICES = services.NAMES
# Where a program looks for its secrets by itself.
SECRETS_FOLDER = re.search(r'secretsFolder = "(.*)"', (ROOT / "Shared" / "ServiceKit" / "Settings.swift").read_text())[1]
API = {
    "Namespace": "v1", "Service": "v1", "ServiceAccount": "v1", "Secret": "v1", "ConfigMap": "v1", "Deployment": "apps/v1", "Job": "batch/v1",
    "PodDisruptionBudget": "policy/v1", "HorizontalPodAutoscaler": "autoscaling/v2", "NetworkPolicy": "networking.k8s.io/v1",
    "Ingress": "networking.k8s.io/v1", "Cluster": "postgresql.cnpg.io/v1"}
# What the published schemas know for these kinds, as far as we use it; a misspelt field is what they would refuse first.
FIELDS = {
    "Deployment": {"replicas", "selector", "strategy", "template"}, "Job": {"backoffLimit", "template"},
    "Service": {"clusterIP", "selector", "ports"}, "PodDisruptionBudget": {"maxUnavailable", "minAvailable", "selector"},
    "HorizontalPodAutoscaler": {"scaleTargetRef", "minReplicas", "maxReplicas", "metrics", "behavior"},
    "NetworkPolicy": {"podSelector", "policyTypes", "ingress", "egress"}, "Ingress": {"ingressClassName", "tls", "rules"},
    "Cluster": {"instances", "imageName", "minSyncReplicas", "maxSyncReplicas", "storage", "walStorage", "resources", "bootstrap", "managed", "postgresql"},
    "pod": {"serviceAccountName", "automountServiceAccountToken", "enableServiceLinks", "terminationGracePeriodSeconds", "securityContext",
            "topologySpreadConstraints", "containers", "volumes", "restartPolicy"},
    "container": {"name", "image", "args", "env", "ports", "startupProbe", "readinessProbe", "livenessProbe", "resources", "securityContext", "volumeMounts"},
    "probe": {"httpGet", "periodSeconds", "timeoutSeconds", "failureThreshold", "initialDelaySeconds"}}
DNS_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")


class NoRepeats(yaml.SafeLoader):
    """YAML takes the last of two equal keys without a word."""


def mapping(loader, node, deep=False):
    keys = [loader.construct_object(key, deep=True) for key, _ in node.value if key.tag != "tag:yaml.org,2002:merge"]
    assert len(keys) == len(set(keys)), f"{node.start_mark}: a key stands twice"
    return yaml.SafeLoader.construct_mapping(loader, node, deep)


NoRepeats.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, mapping)


def listed(folder):
    """What a kustomization lists, bases included."""
    for entry in yaml.load((folder / "kustomization.yaml").read_text(), NoRepeats)["resources"]:
        path = (folder / entry).resolve()
        assert path.exists(), f"{folder.name}/kustomization.yaml lists {entry}, which is not there"
        yield from listed(path) if path.is_dir() else [path]


FILES = sorted(set(listed(FOLDER / "cloudnative-pg")))
OBJECTS = [document for file in FILES for document in yaml.load_all(file.read_text(), NoRepeats) if document]


def of(kind):
    found = [each for each in OBJECTS if each["kind"] == kind]
    assert found, f"no {kind} is there"
    return found


def workloads():
    return of("Deployment") + of("Job")


def pod(workload):
    return workload["spec"]["template"]["spec"]


def container(workload):
    (only,) = pod(workload)["containers"]
    return only


def name(each):
    return each["metadata"]["name"]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """What deploy/kubernetes/secrets prints for a folder as deploy/secrets makes it."""
    folder = tmp_path_factory.mktemp("secrets")
    (folder / "curve").mkdir()
    for role in ("administrator", "switchboard_verify"):
        (folder / f"{role}.password").write_text(f"of {role}")
    (folder / "curve" / "public-keys.json").write_text('{"chat":["x"]}\n')
    for service in services.ALL:
        for file in service.files:
            (folder / file).write_text(f"of {service.name}\n")
    ended = subprocess.run([FOLDER / "secrets", folder, "10.42.3.0/24,fd00:42::/64"], capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    return [document for document in yaml.load_all(ended.stdout, NoRepeats) if document]


def test_every_file_is_listed_and_every_document_is_of_a_known_kind_and_version():
    there = {path.resolve() for path in FOLDER.rglob("*.yaml") if path.name != "kustomization.yaml"}
    assert there == set(FILES)
    assert len(OBJECTS) > 25
    for each in OBJECTS:
        assert each["apiVersion"] == API[each["kind"]], each["kind"]
        assert DNS_LABEL.fullmatch(name(each)), name(each)
        assert set(each) <= {"apiVersion", "kind", "metadata", "spec", "automountServiceAccountToken"}, set(each)
        if each["kind"] in FIELDS:
            assert set(each["spec"]) <= FIELDS[each["kind"]], (each["kind"], set(each["spec"]) - FIELDS[each["kind"]])
    identities = [(each["kind"], name(each)) for each in OBJECTS]
    assert len(identities) == len(set(identities))
    for workload in workloads():
        assert set(pod(workload)) <= FIELDS["pod"], set(pod(workload)) - FIELDS["pod"]
        assert set(container(workload)) <= FIELDS["container"], set(container(workload)) - FIELDS["container"]


def test_a_workload_selects_its_own_pods_and_a_service_finds_them():
    for deployment in of("Deployment"):
        labels = deployment["spec"]["template"]["metadata"]["labels"]
        assert deployment["spec"]["selector"]["matchLabels"].items() <= labels.items()
    for service in of("Service"):
        selector = service["spec"]["selector"]
        if "cnpg.io/cluster" in selector:
            assert selector["cnpg.io/cluster"] in {name(cluster) for cluster in of("Cluster")}
            continue
        chosen = [each for each in of("Deployment") if selector.items() <= each["spec"]["template"]["metadata"]["labels"].items()]
        assert [name(each) for each in chosen] == [name(service)]
        ports = {port["name"] for port in container(chosen[0])["ports"]}
        assert {port["targetPort"] for port in service["spec"]["ports"]} <= ports
        assert service["spec"]["clusterIP"] == "None", "callers connect to every replica: the name must have all their addresses"
    for kind in ("PodDisruptionBudget", "HorizontalPodAutoscaler"):
        assert {name(each) for each in of(kind)} == set(SERVICES)
    for budget in of("PodDisruptionBudget"):
        assert budget["spec"]["selector"]["matchLabels"] == {"app.kubernetes.io/name": name(budget)}
    for scaler in of("HorizontalPodAutoscaler"):
        target = scaler["spec"]["scaleTargetRef"]
        assert (target["kind"], target["apiVersion"], target["name"]) == ("Deployment", "apps/v1", name(scaler))
        assert 2 <= scaler["spec"]["minReplicas"] < scaler["spec"]["maxReplicas"]
        assert {metric["type"] for metric in scaler["spec"]["metrics"]} == {"Pods", "Resource"}


def test_pods_are_hardened_and_bounded():
    for workload in workloads():
        security = pod(workload)["securityContext"]
        assert security["runAsNonRoot"] is True and security["runAsUser"] == 10001 and security["fsGroup"] == 10001
        assert security["seccompProfile"] == {"type": "RuntimeDefault"}
        assert pod(workload)["automountServiceAccountToken"] is False
        assert pod(workload)["enableServiceLinks"] is False, "a variable like CHAT_PORT of Kubernetes' own could be taken for a setting"
        own = container(workload)["securityContext"]
        assert own == {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}}
        resources = container(workload)["resources"]
        assert "memory" in resources["limits"] and {"cpu", "memory"} <= set(resources["requests"])
    accounts = {name(each) for each in of("ServiceAccount")}
    for deployment in of("Deployment"):
        assert pod(deployment)["serviceAccountName"] in accounts
        assert pod(deployment)["terminationGracePeriodSeconds"] >= 30, "a service drains for up to 28 s"
        assert deployment["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"] == 0


def test_probes_ask_the_internal_listener_for_what_it_has():
    source = (ROOT / "Shared" / "ServiceKit" / "Internal" / "InternalServer.swift").read_text()
    for deployment in of("Deployment"):
        ports = {port["name"]: port["containerPort"] for port in container(deployment)["ports"]}
        assert ports["health"] == 7100
        for probe, path in (("startupProbe", "/health/live"), ("readinessProbe", "/health/ready"), ("livenessProbe", "/health/live")):
            asked = container(deployment)[probe]
            assert set(asked) <= FIELDS["probe"]
            assert asked["httpGet"] == {"path": path, "port": "health"}
            assert f'routes.add(.get, "{path}"' in source


def test_images_are_built_by_the_dockerfile_and_listen_where_the_manifests_say():
    dockerfile = (ROOT / "deploy" / "Dockerfile").read_text()
    kustomization = yaml.load((FOLDER / "base" / "kustomization.yaml").read_text(), NoRepeats)
    pinned = {image["name"] for image in kustomization["images"]}
    for workload in workloads():
        image = container(workload)["image"]
        assert image in pinned
        target = image.removeprefix("switchboard-")
        stage_name = "service" if target in SERVICES else target
        assert re.search(rf"^FROM base AS {stage_name}$", dockerfile, re.M), target
        if workload["kind"] == "Job":
            continue
        stage = dockerfile.split(f"FROM base AS {stage_name}\n")[1].split("\nFROM ")[0]
        exposed = {int(port) for port in re.search(r"^EXPOSE (.*)$", stage, re.M)[1].split()}
        ports = {port["name"]: port["containerPort"] for port in container(workload)["ports"]}
        assert set(ports.values()) <= exposed
        # Outside a container all are loopback by default, or closed. A variable without the service's name counts for whatever service it is.
        told = dict(re.findall(r"(\w+)=(\S+)", re.search(r"^ENV (.*)$", stage, re.M)[1])) | {each["name"]: each.get("value") for each in container(workload)["env"]}
        assert told["HEALTH_HOST"] == "0.0.0.0" and told["HEALTH_PORT"] == str(ports["health"])
        if "http" in ports:
            assert told["HOST"] == "0.0.0.0" and told["PORT"] == str(ports["http"])
        for use in {"events", "requests"} & ports.keys():
            assert told[f"BUS_{use.upper()}"] == f"tcp://0.0.0.0:{ports[use]}"


def test_every_setting_is_one_that_the_service_knows():
    """By the keys in the sources: `chat.database.url` is CHAT_DATABASE_URL."""
    sources = "\n".join(file.read_text() for folder in ("Shared/ServiceKit", "Services") for file in (ROOT / folder).rglob("*.swift"))
    keys = set(re.findall(r'SettingKey\(\s*"((?:\\\([a-z]+\)|[a-z.])+)"', sources))
    assert len(keys) > 30, keys
    for deployment in of("Deployment"):
        known = {re.sub(r"\\\([a-z]+\)", name(deployment), key).replace(".", "_").replace("-", "_").upper() for key in keys}
        for entry in container(deployment)["env"]:
            prefix = services.service(name(deployment)).prefix
            assert {entry["name"], f"{prefix}_{entry['name']}"} & known, entry["name"]
            assert entry.get("value") or set(entry["valueFrom"]) == {"configMapKeyRef"}, entry["name"]


def test_every_secret_is_made_and_mounted_by_those_alone_who_need_it(made):
    secrets = {name(each): set(each.get("data", {})) | set(each.get("stringData", {})) for each in made if each["kind"] == "Secret"}
    maps = {name(each): set(each["data"]) for each in made if each["kind"] == "ConfigMap"}
    assert secrets["switchboard-chat"] == {"switchboard_chat.password", "chat.secret"}
    assert secrets["switchboard-gateway"] == {"gateway.secret"}
    assert secrets["switchboard-migrate"] == {f"{role}.password" for role in ("administrator", "switchboard_verify", *(each.role for each in services.WITH_SCHEMA))}
    used = set()
    for workload in workloads():
        files = {}
        volumes = {volume["name"]: volume for volume in pod(workload)["volumes"]}
        for mount in container(workload)["volumeMounts"]:
            assert mount["readOnly"] is True
            volume = volumes.pop(mount["name"])
            assert volume.get("secret", volume.get("projected"))["defaultMode"] == 0o440
            for source in volume["projected"]["sources"] if "projected" in volume else [{"secret": {"name": volume["secret"]["secretName"]}}]:
                if "secret" in source:
                    assert source["secret"]["name"] == f"switchboard-{name(workload)}"
                    used.add(source["secret"]["name"])
                    held = secrets[source["secret"]["name"]]
                else:
                    held = maps[source["configMap"]["name"]]
                files.update({f"{mount['mountPath']}/{key}": key for key in held})
        assert not volumes, f"mounted nowhere: {volumes}"
        for entry in container(workload)["env"]:
            if "valueFrom" in entry:
                reference = entry["valueFrom"]["configMapKeyRef"]
                assert reference["key"] in maps[reference["name"]] and not reference.get("optional"), reference
        assert not [entry for entry in container(workload)["env"] if entry["name"].endswith("_FILE")], "a program finds its files by their names"
        if workload["kind"] == "Deployment":
            wanted = {f"{SECRETS_FOLDER}/{Path(file).name}" for file in services.service(name(workload)).files}
            assert set(files) == wanted | {f"{SECRETS_FOLDER}/public-keys.json"}, "nobody holds what it does not use"
    (cluster,) = of("Cluster")
    used.add(cluster["spec"]["bootstrap"]["initdb"]["secret"]["name"])
    assert used == set(secrets)
    database = next(each for each in made if name(each) == "switchboard-database")
    assert database["type"] == "kubernetes.io/basic-auth" and base64.b64decode(database["data"]["password"]) == b"of administrator"


def selects(selector, labels):
    for key, value in selector.get("matchLabels", {}).items():
        if labels.get(key) != value:
            return False
    for rule in selector.get("matchExpressions", []):
        assert rule["operator"] == "In"
        if labels.get(rule["key"]) not in rule["values"]:
            return False
    return True


PODS = {name(workload): workload["spec"]["template"]["metadata"]["labels"] for workload in workloads()}
PODS["database"] = {"cnpg.io/cluster": "database"}


def allowed(direction, subject, other, port):
    for policy in of("NetworkPolicy"):
        if not selects(policy["spec"]["podSelector"], PODS[subject]) or direction.capitalize() not in policy["spec"]["policyTypes"]:
            continue
        for rule in policy["spec"].get(direction, []):
            peers = rule.get("from" if direction == "ingress" else "to")
            if peers is None or not any(entry["port"] == port for entry in rule["ports"]):
                continue
            if any("podSelector" in peer and "namespaceSelector" not in peer and selects(peer["podSelector"], PODS[other]) for peer in peers):
                return True
    return False


def test_the_network_policies_are_exactly_who_talks_to_whom():
    closed = [policy for policy in of("NetworkPolicy") if policy["spec"]["podSelector"] == {} and not policy["spec"].keys() & {"ingress", "egress"}]
    assert len(closed) == 1 and set(closed[0]["spec"]["policyTypes"]) == {"Ingress", "Egress"}
    wanted = set()
    for deployment in of("Deployment"):
        env = {entry["name"]: entry.get("value") for entry in container(deployment)["env"]}
        own = services.service(name(deployment))
        for other in services.ALL:
            # Whom a program looks for by name, unless it is told otherwise.
            wanted |= {(own.name, other.name, port) for port in (7101, 7102) if not other.is_edge}
            wanted |= {(own.name, other.name, 7100) for part in other.public_parts if own.is_edge}
        assert ("DATABASE_URL" in env) == (own.schema is not None), own.name
        if own.schema:
            wanted.add((own.name, "database", 5432))
    wanted |= {("migrate", "database", 5432), ("database", "database", 5432)}
    assert len(wanted) == len(SERVICES) * sum(not each.is_edge for each in services.ALL) * 2 + len(services.WITH_SCHEMA) + 2 + sum(bool(each.public_parts) for each in services.ALL)
    every = {(one, other, port) for one in PODS for other in PODS for port in (5432, 7100, 7101, 7102, 8080)}
    for one, other, port in every:
        both = allowed("egress", one, other, port) and allowed("ingress", other, one, port)
        assert both == ((one, other, port) in wanted), f"{one} → {other}:{port} is {'open' if both else 'closed'}"
    outside = [policy for policy in of("NetworkPolicy") for rule in policy["spec"].get("ingress", []) if any("namespaceSelector" in peer for peer in rule["from"])
               for entry in rule["ports"] if entry["port"] == 8080]
    assert [policy["spec"]["podSelector"] for policy in outside] == [{"matchLabels": {"switchboard/edge": "true"}}]
    assert {each for each, labels in PODS.items() if "switchboard/edge" in labels} == {"gateway"}
    (outside,) = [policy for policy in of("NetworkPolicy") for rule in policy["spec"].get("egress", []) if any("ipBlock" in peer for peer in rule.get("to", []))]
    assert {each for each, labels in PODS.items() if selects(outside["spec"]["podSelector"], labels)} == {each.name for each in services.ALL if each.reaches_outside}


def test_only_the_proxies_that_were_named_are_believed(made, tmp_path):
    """No manifest guesses whom: whoever installs it must say, and cannot say "everybody"."""
    (edge,) = [each for each in made if name(each) == "switchboard-edge"]
    assert edge["data"] == {"trusted-proxies": "10.42.3.0/24,fd00:42::/64"}
    (deployment,) = [each for each in of("Deployment") if name(each) == "gateway"]
    (entry,) = [entry for entry in container(deployment)["env"] if entry["name"] == "GATEWAY_TRUSTED_PROXIES"]
    assert entry["valueFrom"] == {"configMapKeyRef": {"name": "switchboard-edge", "key": "trusted-proxies"}}
    for wrong in ([], [""], ["10.0.0.0/8"], ["10.42.3.0/24,0.0.0.0/0"], ["::/0"], ["fc00::/7"], ["ingress"], ['10.42.3.0/24"']):
        ended = subprocess.run([FOLDER / "secrets", tmp_path, *wrong], capture_output=True, text=True)
        assert ended.returncode != 0 and ended.stdout == "" and ended.stderr, wrong
    (policy,) = [policy for policy in of("NetworkPolicy") if name(policy) == "edge-http"]
    (peer,) = policy["spec"]["ingress"][0]["from"]
    assert peer["namespaceSelector"]["matchLabels"] and peer["podSelector"]["matchLabels"], "the controller's pods, not all of its namespace"


def test_the_ingress_leads_to_the_gateway_and_nowhere_else():
    (ingress,) = of("Ingress")
    backends = [path["backend"]["service"] for rule in ingress["spec"]["rules"] for path in rule["http"]["paths"]]
    assert backends == [{"name": "gateway", "port": {"name": "http"}}]
    assert {rule["host"] for rule in ingress["spec"]["rules"]} == {host for each in ingress["spec"]["tls"] for host in each["hosts"]}
