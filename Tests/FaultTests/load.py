"""Clients of the running suite: people of the company, visitors, and a writer that never gives up on a message."""

import http.client
import json
import threading
import time
import urllib.error
import urllib.request
import uuid

from suite import HANGING

# One attempt at a call. Unit: seconds.
ATTEMPT_MAX = 10
# Between attempts. Unit: seconds.
PAUSE = 0.05


def call(gateway, method, path, body=None, token=None, patience=ATTEMPT_MAX, headers=None):
    """(status, value); status 0 if the gateway could not be reached or the answer was lost."""
    request = urllib.request.Request(
        gateway + path, method=method, data=None if body is None else json.dumps(body).encode(),
        headers={"Content-Type": "application/json", **({"Authorization": f"Bearer {token}"} if token else {}), **(headers or {})})
    try:
        try:
            answer = urllib.request.urlopen(request, timeout=patience)
        except urllib.error.HTTPError as refusal:
            answer = refusal
        with answer:
            text = answer.read()
            return answer.status, json.loads(text) if text else None
    except (OSError, ValueError, urllib.error.URLError, http.client.HTTPException):
        return 0, None


def insist(gateways, method, path, body, token, patience):
    """Asks one gateway after the other until one says yes or a final no. The body's id makes every attempt the same effect."""
    deadline = time.monotonic() + patience
    attempt = 0
    while True:
        status, value = call(gateways[attempt % len(gateways)], method, path, body, token)
        attempt += 1
        if 200 <= status < 300 or (400 <= status < 500 and status not in (408, 429)):
            return status, value, attempt
        assert time.monotonic() < deadline, f"{method} {path} was not answered within {patience} s; last: {status} {value}"
        threading.Event().wait(PAUSE)


def visitor(suite, site=None):
    """Of the demo company's website unless another one's key is given."""
    status, value, _ = insist(suite.ready["gateways"], "POST", "/api/v1/widget/visitors", {"site": site or suite.ready["site"]}, None, HANGING)
    assert status == 201, value
    return value["token"]


def open_session(suite, token, text):
    body = {"id": str(uuid.uuid4()), "message": {"id": str(uuid.uuid4()), "text": text}}
    status, value, _ = insist(suite.ready["gateways"], "POST", "/api/v1/chat/sessions", body, token, HANGING)
    assert status in (200, 201), value
    return body["id"]
