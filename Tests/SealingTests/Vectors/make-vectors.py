"""Makes sealing.json with another implementation of AES-GCM (the Python package `cryptography`), from the format that Shared/Sealing/README.md describes."""

import base64
import hashlib
import json
import pathlib
import struct
import uuid

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

TENANT, OTHER_TENANT = "0193a1b2-0000-7000-8000-000000000001", "0193a1b2-0000-7000-8000-000000000002"
ACCOUNT, OTHER_ACCOUNT = "0193a1b2-0000-7000-8000-0000000000a1", "0193a1b2-0000-7000-8000-0000000000a2"
CASES = [
    ("new", TENANT, ACCOUNT, "auth_token", "a token"),
    ("new", TENANT, ACCOUNT, "auth_token", ""),
    ("new", TENANT, OTHER_ACCOUNT, "auth_token", "a token"),
    ("new", OTHER_TENANT, ACCOUNT, "password", "päss wörd 🔑\n"),
    ("old", TENANT, ACCOUNT, "", "x" * 5_000),
]


def digest(text, size):
    return hashlib.sha256(text.encode()).digest()[:size]


def part(data):
    return struct.pack(">I", len(data)) + data


def url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


keys = {name: digest(f"key {name}", 32) for name in ("new", "old")}
values = []
for number, (key, tenant, account, name, secret) in enumerate(CASES):
    nonce = digest(f"nonce {number}", 12)
    associated = b"".join(map(part, (b"sealed-1", key.encode(), uuid.UUID(tenant).bytes, uuid.UUID(account).bytes, name.encode())))
    sealed = AESGCM(keys[key]).encrypt(nonce, secret.encode(), associated)
    values.append({
        "tenant": tenant, "account": account, "name": name, "secret": secret, "sealed": f"sealed-1.{key}.{url(nonce + sealed)}",
    })
ring = "".join(f"{name}:{base64.b64encode(key).decode()}\n" for name, key in keys.items())
path = pathlib.Path(__file__).with_name("sealing.json")
path.write_text(json.dumps({"key_ring": ring, "values": values}, ensure_ascii=False, indent=2) + "\n")
