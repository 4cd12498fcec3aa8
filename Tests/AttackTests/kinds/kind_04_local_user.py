"""Another user of the machine on which `switchboard up` runs. He knows the addresses, which anybody finds by trying, and even the public keys."""

TITLE = "The bus of one machine trusts everybody"

import encodings.idna  # `socket` loads it at its first use, when nobody can read our interpreter's files any more
import json
import os
import pwd
import select
import socket
import stat
import struct
import subprocess
import threading
import traceback
import uuid
from pathlib import Path

import zmq

from target import Check, programs, wait_until

# How long a message may take to whoever has keys, on a busy machine. Unit: seconds.
HEARD_MAX = 30
# What a child still reads after it was told to end. Unit: milliseconds.
LAST_LOOK = 300
MAGIC = b"\xb5\x01"
SIGNING_KEYS = b"accounts.get-signing-keys"
# PostgreSQL's "you are in" and "prove your password" (SCRAM), frontend/backend protocol 3.0.
AUTHENTICATED, SASL = 0, 10


def attack(target):
    data = Path(target.suite.ready["data"])
    if not (data / "run" / "endpoints.json").exists():
        return  # a suite of another machine
    private = [path for path in [data, *data.rglob("*")] if not path.is_symlink()]
    for known in ("suite.json", "secrets.json", "run/endpoints.json", "run/processes.json", "logs/chat-1.log", "postgres/PG_VERSION"):
        assert data / known in private, f"{known} is not there to be read"
    open_files = [path for path in private if path.is_file() and path.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH) and not _is_closed(path, data)]
    yield Check("no file of the installation is for others by its mode", not open_files, _some(open_files, data))
    if os.geteuid() != 0:
        return  # nobody else can be played

    pids = [*target.pids().values(), target.suite.processes()["supervisor"]]
    private += [Path(f"/proc/{pid}/environ") for pid in pids]
    read = as_nobody(lambda: [str(path) for path in private if _opens(path)])
    yield Check("another user reads neither run/, secrets, keys, logs, tables nor a process's settings", not read, _some(read, data))

    secrets = [word for value in json.loads((data / "secrets.json").read_text()).values() for word in ([value] if isinstance(value, str) else value.values())]
    lines = as_nobody(lambda: [Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace") for pid in pids])
    assert len(secrets) > 4 and any("gateway" in line for line in lines)
    yield Check("no password stands in a command line", not any(secret in line for secret in secrets for line in lines))

    host, port = target.suite.ready["database_url"].rsplit("@", 1)[1].split("/")[0].split(":")
    asked = {user: as_nobody(lambda: _sign_in(host, int(port), user)) for user in ("switchboard", "switchboard_verify", "switchboard_chat", "postgres")}
    yield Check("the database asks everybody for a password", all(code == SASL for code in asked.values()), f"{asked}; {SASL} is SCRAM")

    yield from _bus(target, data)


def _bus(target, data):
    endpoints = json.loads((data / "run" / "endpoints.json").read_text())
    marker = f"My card number is {uuid.uuid4()}"
    visitor = target.visitor(_site_of_a_new_company(data))

    stranger = Eavesdropper(endpoints, marker, _keys(data, own=False))
    with stranger:
        # Afterwards, so that whoever has the keys did not have the better start.
        with Eavesdropper(endpoints, marker, _keys(data, own=True), is_nobody=False) as service:
            def is_heard():
                target.session(visitor, marker)
                return service.has_heard("events") and service.has_heard("requests")

            assert wait_until(is_heard, HEARD_MAX, 0.3), "not even a service hears an event and gets an answer: nothing was tried"
    seen = stranger.result()
    assert service.result()["text"], "a service read the message"
    yield Check("another user hears no event", not seen["text"] and not seen["events"], f"{seen['events']} frames, the customer's text among them: {seen['text']}")
    yield Check("another user gets no answer to a request", not seen["requests"], f"{seen['requests']} answers, signing keys among them: {seen['signing_keys']}")


def _site_of_a_new_company(data):
    """Its key. By the command line alone: nobody has to sign in, which is slow by design."""
    slug = f"target-{uuid.uuid4().hex[:8]}"

    def operate(*words):
        command = [programs() / "switchboard", *words, "--data", data, "--json"]
        return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)

    operate("tenant", "create", "--name", slug, "--slug", slug)
    return operate("site", "create", "--tenant", slug, "--name", "Shop", "--origin", f"https://{slug}.example")["site_key"]


class Eavesdropper:
    """A process that subscribes to everything and asks everybody, until it is told to end."""

    def __init__(self, endpoints, marker, keys, is_nobody=True):
        self.endpoints, self.marker, self.keys, self.is_nobody = endpoints, marker.encode(), keys, is_nobody
        self._heard, self._lines = set(), []

    def __enter__(self):
        ending, self._end = os.pipe()
        reader, writer = os.pipe()
        self._child = os.fork()
        if self._child == 0:
            os.close(self._end)
            os.close(reader)
            _end_with(lambda: self._listen(ending, os.fdopen(writer, "w", buffering=1)), self.is_nobody)
        os.close(ending)
        os.close(writer)
        self._file = os.fdopen(reader)
        assert self._file.readline() == "listening\n", "the other user's process did not start"
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_):
        os.write(self._end, b".")
        os.close(self._end)
        self._thread.join()
        os.waitpid(self._child, 0)
        self._file.close()

    def has_heard(self, use):
        return use in self._heard

    def result(self):
        return json.loads(self._lines[-1])

    def _read(self):
        for line in self._file:
            self._heard.add(line.strip())
            self._lines.append(line)

    def _listen(self, ending, report):
        context = zmq.Context()
        sockets = {}
        for service, replicas in self.endpoints.items():
            for replica in replicas:
                for secure in self.keys(service):
                    for use, kind in (("events", zmq.SUB), ("requests", zmq.DEALER)):
                        each = context.socket(kind)
                        each.linger = 0
                        secure(each)
                        if kind == zmq.SUB:
                            each.subscribe(b"")
                        each.connect(replica[use])
                        if kind == zmq.DEALER:
                            each.send(_ping())
                            each.send(_request(SIGNING_KEYS, b"{}"))
                        sockets[each] = use
        report.write("listening\n")
        seen = {"events": 0, "requests": 0, "text": False, "signing_keys": False}
        poller = zmq.Poller()
        for each in (*sockets, ending):
            poller.register(each, zmq.POLLIN)
        is_ending = False
        while ready := dict(poller.poll(LAST_LOOK if is_ending else None)):
            if ending in ready:
                poller.unregister(ending)
                is_ending = True
            for each in ready.keys() & sockets.keys():
                frame = b"".join(each.recv_multipart())
                use = sockets[each]
                seen[use] += 1
                seen["text"] |= self.marker in frame
                seen["signing_keys"] |= use == "requests" and b'"keys"' in frame
                # A frame of any kind counts for a stranger, the message and the answer for whoever has keys.
                if use == "events" and self.marker in frame or use == "requests" and frame[2:3] == b"\x05":
                    report.write(use + "\n")
            if is_ending and seen["events"] > 100_000:
                break
        report.write(json.dumps(seen) + "\n")
        context.destroy(linger=0)


def _keys(data, own):
    """Ways to give a socket its keys, by the service that it calls. A stranger tries it without any, and with some of his own."""
    folder = data / "keys"
    public = json.loads((folder / "public-keys.json").read_text()) if folder.exists() else {}
    if own:
        secret = (folder / "gateway.secret").read_text().strip().encode() if public else None
    else:
        secret = zmq.curve_keypair()[1]

    def secured(service):
        def secure(each):
            each.curve_secretkey = secret
            each.curve_publickey = zmq.curve_public(secret)
            each.curve_serverkey = public[service][-1].encode()

        plain = [] if own and public else [lambda each: None]
        return plain + ([secure] if public else [])

    return secured


def as_nobody(work):
    """What `work()` returns as another user. Forked, not started anew: he may not be able to reach our interpreter."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        _end_with(lambda: os.write(writer, json.dumps(work()).encode()), True)
    os.close(writer)
    with os.fdopen(reader) as file:
        text = file.read()
    os.waitpid(child, 0)
    assert text, "the other user's process ended without an answer"
    return json.loads(text)


def _end_with(work, is_nobody):
    """The rest of a forked process's life."""
    status = 1
    try:
        if is_nobody:
            nobody = pwd.getpwnam("nobody")
            os.setgroups([])
            os.setgid(nobody.pw_gid)
            os.setuid(nobody.pw_uid)
        work()
        status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(status)


def _is_closed(path, data):
    """Whether a folder on the way lets nobody pass."""
    return any(not folder.stat().st_mode & (stat.S_IXGRP | stat.S_IXOTH) for folder in path.parents if folder == data or data in folder.parents)


def _opens(path):
    try:
        os.listdir(path) if path.is_dir() else os.close(os.open(path, os.O_RDONLY))
    except OSError:
        return False
    return True


def _some(paths, data):
    return ", ".join(str(path).removeprefix(f"{data}/") for path in paths[:5]) + (f" and {len(paths) - 5} more" if len(paths) > 5 else "")


def _sign_in(host, port, user):
    """What the server asks for, by its number."""
    words = b"user\0" + user.encode() + b"\0database\0switchboard\0\0"
    with socket.create_connection((host, port), timeout=HEARD_MAX) as connection:
        connection.sendall(struct.pack(">II", len(words) + 8, 3 << 16) + words)
        answer = b""
        while len(answer) < 9 and (block := connection.recv(64)):
            answer += block
    return struct.unpack(">I", answer[5:9])[0] if answer[:1] == b"R" else -1


def _ping():
    return MAGIC + struct.pack(">BBQ", 6, 0, 4711)


def _request(subject, payload):
    return MAGIC + struct.pack(">BBQBI16sB16sIBB", 4, 0, 1, 1, 10_000, uuid.uuid4().bytes, 0, bytes(16), len(payload), len(subject), 0) + subject + payload
