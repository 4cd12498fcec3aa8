"""Contracts 4: a write under an Idempotency-Key happens once, is answered alike, and the key is good for nothing else."""

import uuid

import pytest

import load


def writes(suite):
    """(method, path, body, another body) of writes of every service, by the administrator."""
    session = load.open_session(suite, load.visitor(suite), "keys")
    unique = uuid.uuid4().hex[:8]
    return [
        ("POST", "/api/users", {"email": f"{unique}@demo.example", "name": "Key", "role": "viewer"}, {"email": f"{unique}x@demo.example", "name": "Key", "role": "viewer"}),
        ("POST", "/api/keys", {"name": unique}, {"name": unique + "x"}),
        ("POST", "/api/v1/chat/rooms", {"name": unique}, {"name": unique + "x"}),
        ("POST", "/api/v1/chat/messages", {"session_id": session, "text": "once"}, {"session_id": session, "text": "twice"}),
        ("PATCH", f"/api/v1/chat/sessions/{session}", {"priority": 7}, {"priority": 8}),
    ]


def test_a_write_under_a_key_happens_once_and_the_key_is_refused_for_another(suite):
    carla = suite.staff["carla"]
    tried = writes(suite)
    for method, path, body, other in tried:
        headers = {"Idempotency-Key": uuid.uuid4().hex}
        first = suite.call(method, path, body, carla.token, headers)
        assert first[0] in (200, 201), (path, first)
        again = suite.call(method, path, body, carla.token, headers)
        assert again[0] in (200, 201) and again[1] == first[1], (path, first, again)
        status, problem = suite.call(method, path, other, carla.token, headers)
        assert status == 422 and problem["type"].endswith("idempotency-key-reused"), (path, status, problem)
    assert len(tried) == 5


@pytest.mark.parametrize("key", ["", "k" * 256])
def test_a_key_of_impossible_length_is_refused_by_name(suite, key):
    status, problem = suite.call("POST", "/api/keys", {"name": "a"}, suite.staff["carla"].token, {"Idempotency-Key": key})
    assert status == 400 and problem["errors"][0]["field"] == "Idempotency-Key", problem


def test_a_refused_write_may_be_corrected_under_the_same_key(suite):
    carla, headers = suite.staff["carla"], {"Idempotency-Key": uuid.uuid4().hex}
    status, problem = suite.call("POST", "/api/v1/chat/rooms", {"name": ""}, carla.token, headers)
    assert 400 <= status < 500 and problem["errors"][0]["field"] == "name", problem
    status, room = suite.call("POST", "/api/v1/chat/rooms", {"name": "corrected " + uuid.uuid4().hex[:6]}, carla.token, headers)
    assert status in (200, 201), room
