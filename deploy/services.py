#!/usr/bin/env python3
"""The suite's services as deploy/services.json has them, for everything that runs without Swift. A test in Swift holds that file to the list
in Shared/Contracts/Core/SuiteService.swift; deploy/services.json is what `switchboard services --json` prints.

    deploy/services.py FIELD… [--if FIELD]     these fields of each service, one service a line, for shells: `deploy/services.py name`,
                                               `deploy/services.py name schema --if schema` of those that have a schema"""

import json
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Service:
    name: str
    # Below Services.
    folder: str
    # The beginning of its modules' names, and of its variables in the environment.
    module: str
    prefix: str
    # None: it has none, and does not sign in to PostgreSQL.
    schema: str | None
    # Each with its file's name and the variable that says where it is.
    secrets: tuple
    reaches_outside: bool
    public_parts: tuple
    has_jobs: bool
    # It asks the others and none of them asks it.
    is_edge: bool

    @property
    def role(self):
        """As whom it signs in to PostgreSQL."""
        return f"switchboard_{self.schema}"

    @property
    def files(self):
        """What it alone is given, as `deploy/secrets` makes it: below that folder."""
        password = [f"{self.role}.password"] if self.schema else []
        return (*password, f"curve/{self.name}.secret", *(secret["file"] for secret in self.secrets))


def read(text):
    return tuple(Service(**{key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}) for row in json.loads(text))


ALL = read((Path(__file__).parent / "services.json").read_text())
NAMES = tuple(service.name for service in ALL)
WITH_SCHEMA = tuple(service for service in ALL if service.schema)


def service(name):
    return next(each for each in ALL if each.name == name)


def service_of(process):
    """`channel-sms` of `channel-sms-2`, as replicas are called."""
    return process.rsplit("-", 1)[0]


def text(value):
    return " ".join(value) if isinstance(value, tuple) else str(value)


if __name__ == "__main__":
    words = sys.argv[1:]
    fields, conditions = (words[:words.index("--if")], words[words.index("--if") + 1:]) if "--if" in words else (words, [])
    for each in ALL:
        if all(getattr(each, name) for name in conditions):
            print(*(text(getattr(each, field)) for field in fields))
