"""Issue 2, 6: every route and socket of the gateway, with a valid token and another company's ids."""

import json
import uuid

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

import load
from company import company
from suite import CALL_MAX, eventually

# What a route with an id in its path is asked, so that nothing but the id can be wrong.
BODIES = {
    "changeUser": {"name": "Eve"},
    "changeSite": {"name": "Eve's"},
    "changeSession": {"priority": 9},
    "markRead": {"through": 1},
    "reportTyping": {"active": True},
    "editMessage": {"text": "changed"},
    "changeCustomer": {"name": "Eve"},
    "blockCustomer": {"reason": "none"},
    "changeRoom": {"name": "Eve's"},
    "changeAgent": {"priority": 1},
    "assignSession": {},
    "transferSession": {"reason": "none"},
    "changeTeam": {"name": "Eve's"},
    "addTeamMember": {"user_id": str(uuid.uuid4())},
    "changeTeamMember": {"role": "lead"},
    "assignTeamAgent": {"member_id": str(uuid.uuid4())},
}


@pytest.fixture(scope="module")
def eve(suite):
    """The administrator of another company."""
    return company(suite, "other", eve="admin")["eve"]


@pytest.fixture(scope="module")
def own(suite):
    return company(suite, "own", olga="admin", anton="agent")


@pytest.fixture(scope="module")
def things(suite, own):
    """One of everything, of the first company, by the kind of id that a path takes."""
    olga, anton = own["olga"], own["anton"]
    site = olga.ask("POST", "/api/settings/sites", {"name": "Shop"})
    visitor = load.visitor(suite, site["site_key"])
    session = load.open_session(suite, visitor, "Only its own company may read this")
    eventually(lambda: olga.ask("GET", f"/api/v1/routing/decisions?conversation={session}")["items"], "the router knows the session")
    room = olga.ask("POST", "/api/v1/chat/rooms", {"name": "Returns"})
    key = olga.ask("POST", "/api/keys", {"name": "till"})
    user = next(user for user in olga.ask("GET", "/api/users")["items"] if user["role"] == "agent")
    # Of people the router hears by events.
    eventually(lambda: user["id"] in [agent["id"] for agent in olga.ask("GET", "/api/v1/agents")["items"]], "the router knows Anton")
    assert anton.token, "he has signed in, so there is a session to be named"
    sign_in = olga.ask("GET", f"/api/users/{user['id']}/sessions")["items"][0]
    team = olga.ask("POST", "/api/teams", {"name": "Returns"})
    member = olga.ask("POST", f"/api/teams/{team['id']}/members", {"user_id": user["id"]})
    assignment = olga.ask("POST", f"/api/teams/{team['id']}/agents", {"member_id": member["id"]})
    simulation = olga.ask("POST", "/api/v1/routing/simulate", {"from": "2026-11-01T00:00:00Z", "to": "2026-11-02T00:00:00Z", "settings": {}})
    rules = olga.ask("GET", "/api/settings/business-rules")
    asking = {"expected_version": rules["version"], "routing": {**rules["routing"], "offer_timeout_seconds": 600}}
    rules = olga.ask("PUT", "/api/settings/business-rules", asking)
    eventually(lambda: olga.ask("GET", "/api/v1/routing/policy")["settings"] == rules["routing"], "the router asks before it gives")
    anton.set_status("online")
    eventually(lambda: anton.ask("GET", "/api/v1/agents/me/offers")["items"], "Anton is asked whether she takes it")
    offer = anton.ask("GET", "/api/v1/agents/me/offers")["items"][0]
    yield {
        "simulation": simulation["id"], "offer": offer["id"], "team": team["id"], "member": member["id"], "assignment": assignment["id"],
        "visitor": visitor, "session": session, "message": olga.ask("GET", f"/api/v1/chat/messages/{session}")["items"][0]["id"],
        "customer": olga.ask("GET", f"/api/v1/chat/sessions/{session}")["customer"]["id"], "room": room["id"], "site": site["id"],
        "key": key["id"], "user": user["id"], "sign_in": sign_in["id"],
    }
    assert anton.ask("GET", "/api/v1/agents/me/offers")["items"] == [offer], "nobody else has answered it"
    olga.ask("PUT", "/api/settings/business-rules", {"expected_version": rules["version"], "routing": {**rules["routing"], "offer_timeout_seconds": None}})
    anton.set_status("offline")
    olga.close_everything()


def kind(method, path):
    for part, name in [("/chat/sessions/", "session"), ("/chat-dashboard/sessions/", "session"), ("/chat/users/", "customer"),
                       ("/chat/rooms/", "room"), ("/admin/customers/", "customer"), ("/api/users/", "user"), ("/api/keys/", "key"),
                       ("/settings/sites/", "site"), ("/api/v1/agents/", "user"), ("/api/teams/", "team"),
                       ("/routing/offers/", "offer"), ("/routing/simulations/", "simulation")]:
        if part in path:
            return name
    assert "/chat/messages/" in path, f"{path} takes an id this test does not know"
    return "session" if method == "GET" else "message"


def routes(suite, with_id):
    _, document = suite.call("GET", "/openapi.json")
    for path, operations in document["paths"].items():
        if path.startswith("/api/v1/chat/ws/"):
            continue  # asked as sockets below
        for method, operation in operations.items():
            if method in ("get", "post", "put", "patch", "delete") and ("{" in path) == with_id:
                yield method.upper(), path, operation["operationId"]


def is_empty(path):
    """No service of this version has jobs, so there are none of another company: every service that could be named is refused."""
    return path.startswith("/api/v1/jobs")


def test_another_companys_ids_are_not_found_on_any_route(suite, eve, things):
    asked = 0
    for method, path, operation in routes(suite, with_id=True):
        if is_empty(path):
            continue
        address = path[:path.index("{")] + things[kind(method, path)] + path[path.index("}") + 1:]
        address = address.replace("{memberId}", things["member"]).replace("{assignmentId}", things["assignment"]).replace("{session_id}", things["sign_in"])
        status, value = suite.call(method, address, BODIES.get(operation), token=eve.token)
        assert status == 404, f"{method} {address} ({operation}) answered {status}: {value}"
        asked += 1
    assert asked > 20, "the document names the routes"


def test_another_companys_ids_in_bodies_and_filters_find_nothing(suite, eve, things):
    token = eve.token
    for method, path, body in [
        ("POST", "/api/v1/chat/messages", {"session_id": things["session"], "text": "hello"}),
        ("POST", "/api/v1/chat/sessions", {"customer": {"id": things["customer"]}}),
        ("POST", "/api/v1/chat/sessions", {"customer": {"name": "Zoe"}, "room_id": things["room"]}),
        ("POST", "/api/teams", {"name": "Eve's", "fallback_team_id": things["team"]}),
        ("POST", "/api/v1/routing/preview", {"team_id": things["team"]}),
        ("POST", "/api/teams/bulk", {"operations": [{"operation": "delete_team", "id": things["team"]}]}),
    ]:
        status, value = suite.call(method, path, body, token=token)
        assert status == 404, f"{method} {path} answered {status}: {value}"
    for path in (f"/api/v1/chat/sessions?customer={things['customer']}&status=active", f"/api/v1/routing/decisions?conversation={things['session']}",
                 f"/api/v1/admin/chat-audit?session_id={things['session']}"):
        status, value = suite.call("GET", path, token=token)
        assert status == 404 or (status == 200 and value["items"] == []), f"{path} answered {status}: {value}"


def test_no_list_shows_anything_of_another_company(suite, eve, things):
    asked = 0
    for method, path, operation in routes(suite, with_id=False):
        if method != "GET" or is_empty(path) or path in ("/openapi.json", "/.well-known/jwks.json", "/api/v1/realtime"):
            continue
        query = f"?conversation={uuid.uuid4()}" if path == "/api/v1/routing/decisions" else ""
        status, value = suite.call("GET", path + query, token=eve.token)
        assert status in (200, 404), f"GET {path} answered {status}: {value}"
        text = json.dumps(value)
        found = [name for name, id in things.items() if id in text]
        assert not found, f"GET {path} shows the other company's {found}"
        asked += 1
    assert asked > 10


def test_nothing_was_changed(own, things):
    olga = own["olga"]
    session = olga.ask("GET", f"/api/v1/chat/sessions/{things['session']}")
    assert session["status"] != "closed" and session["priority"] == 5 and session["last_message_sequence"] == 1
    assert [text for _, text in olga.messages(things["session"])] == ["Only its own company may read this"]
    assert olga.ask("GET", f"/api/admin/customers/{things['customer']}")["blocked"] is False
    members = olga.ask("GET", f"/api/teams/{things['team']}/members")["items"]
    assert [(member["id"], member["role"], len(member["assignments"])) for member in members] == [(things["member"], "member", 1)]


def test_another_visitor_finds_nothing_either(suite, things):
    stranger = load.visitor(suite)
    session = things["session"]
    for method, path, body in [
        ("GET", f"/api/v1/chat/sessions/{session}", None), ("GET", f"/api/v1/chat/messages/{session}", None),
        ("POST", "/api/v1/chat/messages", {"session_id": session, "text": "hello"}), ("POST", f"/api/v1/chat/sessions/{session}/close", None),
        ("POST", f"/api/v1/chat/sessions/{session}/read", {"through": 1}), ("POST", f"/api/v1/chat/sessions/{session}/typing", {"active": True}),
        ("PUT", f"/api/v1/chat/messages/{things['message']}", {"text": "x"}), ("DELETE", f"/api/v1/chat/messages/{things['message']}", None),
    ]:
        status, value = suite.call(method, path, body, token=stranger)
        assert status == 404, f"{method} {path} answered {status}: {value}"


def socket(suite, path, token):
    return connect(suite.gateway.replace("http", "ws", 1) + path, subprotocols=["switchboard.v1", f"bearer.{token}"], open_timeout=CALL_MAX)


def test_sockets_do_not_open_on_another_companys_session(suite, eve, things):
    for token in (eve.token, load.visitor(suite)):
        with pytest.raises(InvalidStatus) as refusal:
            socket(suite, f"/api/v1/chat/ws/{things['session']}?after=0", token)
        assert refusal.value.response.status_code == 404
    with pytest.raises(InvalidStatus) as refusal:
        socket(suite, "/api/v1/realtime", things["visitor"])
    assert refusal.value.response.status_code == 403


def test_an_inbox_socket_hears_nothing_of_another_company(suite, eve, own, things):
    with socket(suite, "/api/v1/realtime", eve.token) as inbox:
        request = str(uuid.uuid4())
        for frame in ({"type": "subscribe", "session_id": things["session"], "after": 0},
                      {"type": "typing", "session_id": things["session"], "active": True},
                      {"type": "read", "session_id": things["session"], "through": 1},
                      {"type": "send", "id": request, "session_id": things["session"], "text": "hello"}):
            inbox.send(json.dumps(frame))
        own["olga"].ask("PATCH", f"/api/v1/chat/sessions/{things['session']}", {"subject": "Poles"})
        suite.call("POST", "/api/v1/chat/messages", {"session_id": things["session"], "text": "Still only Nordlys"}, token=things["visitor"])
        frames = []
        # The answer to the last order comes after whatever the message could have brought: each is committed and said before.
        while not any(frame["type"] == "error" and (frame.get("id") == request or frame["data"].get("id") == request) for frame in frames):
            frames.append(json.loads(inbox.recv(timeout=CALL_MAX)))
        problems = [frame for frame in frames if frame["type"] == "error"]
        assert problems, "every order was refused"
        heard = [frame for frame in frames if frame["type"] not in ("ready", "error", "resync")]
        assert all(things["session"] not in json.dumps(frame) for frame in heard), heard
