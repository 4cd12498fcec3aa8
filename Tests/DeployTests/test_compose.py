"""docker-compose.yml, read as a file: what is promised there is promised for every service."""

import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "deploy"))

import services

COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]


def test_only_the_proxy_is_published_and_only_it_and_the_gateways_stand_at_the_edge():
    assert {name for name, service in SERVICES.items() if "ports" in service} == {"proxy"}
    assert {name for name, service in SERVICES.items() if "edge" in service["networks"]} == {"proxy", "gateway"}
    assert {name for name, service in SERVICES.items() if "private" in service["networks"]} == SERVICES.keys() - {"proxy"}
    assert COMPOSE["networks"]["private"]["internal"] is True


def test_every_container_is_hardened_bounded_and_started_again():
    for name, service in SERVICES.items():
        assert service["read_only"] is True and service["cap_drop"] == ["ALL"] and service["security_opt"] == ["no-new-privileges:true"], name
        assert service["deploy"]["resources"]["limits"].keys() == {"cpus", "memory"}, name
        assert service["restart"] == {"migrate": "on-failure:5", "switchboard": "no"}.get(name, "unless-stopped"), name
        assert service["image"].startswith(f"switchboard-{'switchboard' if name == 'migrate' else name}:"), name


def test_passwords_stand_in_files_that_are_declared_and_in_no_variable():
    declared = COMPOSE["secrets"].keys()
    used = set()
    for name, service in SERVICES.items():
        mounted = set(service.get("secrets", []))
        assert mounted <= declared, name
        used |= mounted
        for key, value in service.get("environment", {}).items():
            assert "PASSWORD" not in key or key.endswith("_FILE"), key
            if key.endswith("_FILE"):
                assert value.removeprefix("/run/secrets/") in mounted, key
            if "DATABASE_URL" in key:
                assert ":" not in value.split("//")[1].split("@")[0], key
    assert used == declared
    for service in services.ALL:
        assert SERVICES[service.name]["secrets"] == [*(Path(file).name for file in service.files), "public-keys.json"]


def test_every_health_check_is_one_of_the_image():
    dockerfile = (ROOT / "deploy" / "Dockerfile").read_text()
    for name in SERVICES.keys() - {"migrate", "switchboard"}:
        stage = dockerfile.split(f" AS {'service' if name in services.NAMES else name}\n")[1].split("\nFROM ")[0]
        assert "HEALTHCHECK" in stage and "USER 10001:10001" in dockerfile, name
