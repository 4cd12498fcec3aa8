TITLE = "Power outlives its end: users, sign-ins, keys and their sockets"

import threading
import time

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from target import PASSWORD, Check, load, wait_until

# What has ended is refused within 2 s (contracts §1); on a busy machine the wait is longer before it counts as not refused. Seconds.
REFUSED_WITHIN = 8


# A busy machine may say 503 so often: a password's hash takes its time.
TRIES = 10


def insist(target, path, body, token=None):
    """(status, value), tried again while the machine is too busy."""
    for _ in range(TRIES):
        status, value = target.call("POST", path, body, token=token)
        if status != 503:
            break
    return status, value


def sign_in(target, person):
    """Another sign-in of somebody: {access_token, refresh_token}."""
    status, tokens = insist(target, "/api/auth/login", {"email": person.email, "password": person.password})
    assert status == 200, tokens
    return tokens


class Line:
    """A realtime socket that somebody opened, and the code with which it was closed."""

    def __init__(self, gateway, token, path="/api/v1/realtime"):
        self.code = None
        self._socket = connect(gateway.replace("http", "ws", 1) + path, subprotocols=["switchboard.v1", f"bearer.{token}"])
        self._socket.recv(timeout=60)
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self):
        try:
            while True:
                self._socket.recv()
        except ConnectionClosed as closed:
            self.code = closed.rcvd.code if closed.rcvd else 1006

    def close(self):
        self._socket.close()


def attack(target):
    gateways = target.suite.ready["gateways"]
    staff, site = target.company(olga="admin", boris="admin", dora="admin", carla="agent", emil="agent", fred="agent")
    olga = staff["olga"]
    ids = {user["name"].lower(): user["id"] for user in olga.ask("GET", "/api/users")["items"]}
    key = olga.ask("POST", "/api/keys", {"name": "Webshop"})
    tokens = {name: sign_in(target, staff[name]) for name in ("boris", "dora", "carla", "emil", "fred")}
    stays = sign_in(target, staff["emil"])

    def ask(gateway, method, path, body=None, token=None, headers=None):
        return load.call(gateway, method, path, body, token, headers=headers)[0]

    def me(gateway, name):
        return ask(gateway, "GET", "/api/auth/me", token=tokens[name]["access_token"])

    visitor = target.visitor(site)
    session = target.session(visitor)

    def as_visitor(gateway):
        return ask(gateway, "GET", f"/api/v1/chat/sessions/{session}", token=visitor)

    def with_key(gateway):
        return ask(gateway, "GET", "/api/v1/chat/sessions?view=all", headers={"X-API-Key": key["key"]})

    # Everybody is somebody at every gateway first, and each has remembered it.
    for gateway in gateways:
        for name in tokens:
            assert me(gateway, name) == 200
        assert with_key(gateway) == 200 and as_visitor(gateway) == 200
    lines = {(name, gateway): Line(gateway, tokens[name]["access_token"]) for name in ("carla", "emil", "fred") for gateway in gateways}
    lines |= {("visitor", gateway): Line(gateway, visitor, f"/api/v1/chat/ws/{session}?after=0") for gateway in gateways}
    stayed = Line(gateways[0], stays["access_token"])

    began = time.monotonic()
    olga.ask("PATCH", f"/api/users/{ids['boris']}", {"disabled": True})
    olga.ask("PATCH", f"/api/users/{ids['dora']}", {"role": "viewer"})
    # At once, wherever the news is by now: the database is asked.
    for name, change in (("boris", {"disabled": False}), ("dora", {"role": "admin"})):
        tried = [ask(gateway, "PATCH", f"/api/users/{ids[name]}", change, tokens[name]["access_token"]) for gateway in gateways]
        yield Check(f"an administrator who is none any more does not become one again: {change}", all(status in (401, 403) for status in tried), f"{tried}")
    new = {"email": "made@later.example", "name": "Later", "role": "admin"}
    tried = [
        ask(gateway, "POST", path, body, tokens[name]["access_token"])
        for gateway in gateways for name in ("boris", "dora") for path, body in (("/api/users", new), ("/api/keys", {"name": "Later"}))]
    yield Check("nor makes administrators or keys", all(status in (401, 403) for status in tried), f"{tried}")
    olga.ask("PATCH", f"/api/users/{ids['carla']}", {"disabled": True})
    olga.ask("DELETE", f"/api/keys/{key['id']}")
    target.call("DELETE", "/api/v1/widget/visitors/me", token=visitor)
    target.call("POST", "/api/auth/logout", {"refresh_token": tokens["emil"]["refresh_token"]})
    another = sign_in(target, staff["fred"])
    status, _ = insist(
        target, "/api/auth/password", {"current_password": PASSWORD, "new_password": PASSWORD + "!", "refresh_token": another["refresh_token"]},
        token=another["access_token"])
    assert status in (204, 401), status  # 401: it happened at a try whose answer was lost

    refused = {}

    def settle():
        now = time.monotonic() - began
        for gateway in gateways:
            for name in tokens:
                if (name, gateway) not in refused and me(gateway, name) == 401:
                    refused[name, gateway] = now
            for name, asked in (("key", with_key), ("visitor", as_visitor)):
                if (name, gateway) not in refused and asked(gateway) == 401:
                    refused[name, gateway] = now
        return len(refused) == (len(tokens) + 2) * len(gateways) and all(line.code for line in lines.values())

    wait_until(settle, REFUSED_WITHIN, pause=0.1)
    for name, what in (
            ("boris", "the token of a disabled administrator"), ("dora", "the token of a demoted one"), ("carla", "the token of a disabled agent"),
            ("emil", "the token of a sign-in that signed out"), ("fred", "the token from before a new password"), ("key", "a revoked API key"),
            ("visitor", "the token of a forgotten browser")):
        late = [f"gateway {index}" for index, gateway in enumerate(gateways, 1) if (name, gateway) not in refused]
        seen = f"still taken by {', '.join(late)}" if late else f"refused after {max(refused[name, gateway] for gateway in gateways):.1f} s"
        yield Check(f"{what} is refused by every gateway", not late, seen)
    for name, what in (("carla", "a disabled agent"), ("emil", "a sign-in that signed out"), ("fred", "a sign-in from before a new password"),
                       ("visitor", "a forgotten browser")):
        codes = [lines[name, gateway].code for gateway in gateways]
        yield Check(f"the sockets of {what} are closed with 4001", codes == [4001] * len(gateways), f"{codes}")

    again = [ask(gateway, "GET", "/api/auth/me", token=stays["access_token"]) for gateway in gateways]
    yield Check("another sign-in of the same user goes on", again == [200] * len(again) and stayed.code is None, f"{again}, socket {stayed.code}")
    status, renewed = target.call("POST", "/api/auth/refresh", {"refresh_token": another["refresh_token"]})
    codes = [ask(gateway, "GET", "/api/auth/me", token=renewed["access_token"]) for gateway in gateways] if status == 200 else status
    yield Check("whoever changed the password goes on", codes == [200] * len(gateways), f"{codes}")
    for line in [*lines.values(), stayed]:
        line.close()
    # Last: where it works, nobody is left who could go on.
    for what, change in (("state", {"disabled": True}), ("role", {"role": "agent"})):
        status, _ = target.call("PATCH", f"/api/users/{ids['olga']}", change, token=olga.token)
        yield Check(f"nobody changes their own {what}", status == 409, f"{status}")
