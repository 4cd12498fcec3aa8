TITLE = "Lost accounts"

import json
import subprocess
import time
import uuid

from target import PASSWORD, PATIENCE, Check, programs, wait_until

# An ended token is refused within this, on a busy machine too; the promise is 2 s. Unit: seconds.
ENDED_MAX = 30
# Seconds.
SIGN_IN_MAX = 60
OTHER = "another horse battery staple"


def attack(target):
    staff, _ = target.company(olga="admin", anton="agent")
    olga, anton = staff["olga"], staff["anton"]
    yield from invitations(target, olga)
    yield from resets(target, olga, anton)
    yield from sessions(target, olga, anton)
    yield from keys(target, olga)
    yield from command_line(target, anton)


def user_id(olga, email):
    return next(user["id"] for user in olga.ask("GET", "/api/users?limit=200")["items"] if user["email"] == email)


def accept(target, url, password=PASSWORD):
    return target.call("POST", "/api/auth/invitation", {"token": url.split("#")[1], "password": password})[0] if url else 0


def sign_in(target, email, password):
    """(status, value). A busy machine may need more than one attempt."""
    answers = []

    def is_answered():
        answers.append(target.call("POST", "/api/auth/login", {"email": email, "password": password}))
        return answers[-1][0] in (200, 401)

    wait_until(is_answered, SIGN_IN_MAX, pause=1)
    return answers[-1]


def url_of(value):
    return (value or {}).get("url") or ((value or {}).get("invitation") or {}).get("url")


def invitations(target, olga):
    email = f"bruno@{olga.email.split('@')[1]}"
    body = {"email": email, "name": "Bruno", "role": "agent"}
    first = target.call("POST", "/api/users", body, olga.token)
    second = target.call("POST", "/api/users", body, olga.token)
    yield Check("an address is invited again", second[0] in (200, 201) and bool(url_of(second[1])), f"{first[0]}, then {second[0]}")
    third = target.call("POST", f"/api/users/{first[1]['id']}/invitation", None, olga.token)
    yield Check("an invitation is made anew", third[0] == 201 and bool(url_of(third[1])), f"{third[0]}")
    old = [accept(target, url_of(each[1])) for each in (first, second) if url_of(third[1])]
    used = accept(target, url_of(third[1]))
    signed_in = sign_in(target, email, PASSWORD)[0]
    yield Check("only the newest link works, and it leads in", old == [400, 400] and used == 204 and signed_in == 200, f"{old}, {used}, sign-in {signed_in}")


def resets(target, olga, anton):
    email, identifier = anton.email, user_id(olga, anton.email)
    _, pair = sign_in(target, email, PASSWORD)
    status, link = target.call("POST", f"/api/users/{identifier}/reset", None, olga.token)
    yield Check("an administrator resets a password and gets a link", status == 201 and bool(url_of(link)), f"{status}")
    refused = wait_until(lambda: target.call("GET", "/api/auth/me", token=pair["access_token"])[0] == 401, ENDED_MAX if status == 201 else 0)
    refreshed = target.call("POST", "/api/auth/refresh", {"refresh_token": pair["refresh_token"]})[0]
    old = sign_in(target, email, PASSWORD)[0]
    yield Check("a reset ends the old password, every session and every token", refused and refreshed == 401 and old == 401,
                f"token refused: {refused}, refresh {refreshed}, old password {old}")
    used, again = accept(target, url_of(link), OTHER), accept(target, url_of(link), PASSWORD)
    new = sign_in(target, email, OTHER)[0]
    yield Check("the link sets another password, once", (used, again, new) == (204, 400, 200), f"{used}, then {again}; sign-in {new}")
    anton.password, anton._until = OTHER if new == 200 else PASSWORD, 0
    status, _ = target.call("POST", f"/api/users/{user_id(olga, olga.email)}/reset", None, olga.token)
    by_agent, _ = target.call("POST", f"/api/users/{identifier}/reset", None, anton.token)
    carla = target.suite.staff["carla"]
    by_stranger, _ = target.call("POST", f"/api/users/{identifier}/reset", None, carla.token)
    known = target.call("POST", f"/api/users/{uuid.uuid4()}/reset", None, olga.token)[1]["type"].endswith("user-not-found")
    yield Check("nobody resets their own, no agent another's, no administrator another company's",
                (status, by_agent, by_stranger) == (409, 403, 404) and known, f"{status}, {by_agent}, {by_stranger}")


def sessions(target, olga, anton):
    path = f"/api/users/{user_id(olga, anton.email)}/sessions"
    one, other = (sign_in(target, anton.email, anton.password)[1] for _ in range(2))
    status, listed = target.call("GET", path, token=olga.token)
    items = listed.get("items", []) if status == 200 else []
    yield Check("sessions are listed with where they began", len(items) >= 2 and all(item["address"] for item in items), f"{status}, {len(items)}")
    if not items:
        return
    ended = target.call("DELETE", f"{path}/{items[0]['id']}", token=olga.token)[0]
    refreshed = sorted(target.call("POST", "/api/auth/refresh", {"refresh_token": pair["refresh_token"]})[0] for pair in (one, other))
    yield Check("one session is ended, the others go on", ended == 204 and refreshed == [200, 401], f"{ended}, {refreshed}")
    ended = target.call("DELETE", path, token=olga.token)[0]
    gone = wait_until(lambda: {target.call("GET", "/api/auth/me", token=pair["access_token"])[0] for pair in (one, other)} == {401}, ENDED_MAX)
    left = target.call("GET", path, token=olga.token)[1]["items"]
    anton._until = 0
    yield Check("signing out everywhere ends all, tokens too", ended == 204 and gone and not left, f"{ended}, refused: {gone}, left: {len(left)}")


def keys(target, olga):
    _, full = target.call("POST", "/api/keys", {"name": "old"}, olga.token)
    status, key = target.call("POST", "/api/keys", {"name": "reads", "scopes": ["conversations:read"]}, olga.token)
    opening = {"customer": {"name": "Zoe"}, "message": {"text": "By a key"}}
    able = target.call("POST", "/api/v1/chat/sessions", opening, full["key"])[0], target.call("GET", "/api/teams", token=full["key"])[0]
    reads = target.call("GET", "/api/v1/chat/sessions", token=key["key"])[0]
    writes, teams = target.call("POST", "/api/v1/chat/sessions", opening, key["key"])[0], target.call("GET", "/api/teams", token=key["key"])[0]
    yield Check("a key does what its scopes say, one without everything", able == (201, 200) and (reads, writes, teams) == (200, 403, 403),
                f"{status}; all: {able}; reading: {reads}, writing {writes}, teams {teams}")
    end = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3))
    _, brief = target.call("POST", "/api/keys", {"name": "brief", "expires_at": end}, olga.token)
    ended = brief.get("expires_at") is not None and wait_until(lambda: target.call("GET", "/api/v1/agents", token=brief["key"])[0] == 401, PATIENCE)
    yield Check("a key ends when it was made to", ended, str(brief.get("expires_at")))
    listed = {item["name"]: item for item in olga.ask("GET", "/api/keys")["items"]}
    yield Check("keys say what they may and when they were used", listed["old"]["last_used_at"] is not None and listed["reads"].get("scopes") == ["conversations:read"],
                json.dumps({name: item.get("scopes") for name, item in listed.items()}))


def command_line(target, anton):
    slug = anton.email.split("@")[1].removesuffix(".example")
    where = ["--data", target.suite.ready["data"], "--tenant", slug, "--json"]

    def user(*words):
        done = subprocess.run([programs() / "switchboard", "user", *words, *where], capture_output=True, text=True)
        return done.returncode, json.loads(done.stdout) if done.returncode == 0 else done.stderr

    _, pair = sign_in(target, anton.email, anton.password)
    code, value = user("reset", "--email", anton.email)
    link = value["link"]["url"] if code == 0 else None
    refused = wait_until(lambda: target.call("GET", "/api/auth/me", token=pair["access_token"])[0] == 401, ENDED_MAX if code == 0 else 0)
    used = accept(target, link)
    yield Check("the command line resets a password, heard by the gateways", code == 0 and refused and used == 204, f"exit {code}, refused: {refused}, link {used}")
    codes = [user("list")[0], user("sessions", "--email", anton.email)[0], user("sign-out", "--email", anton.email)[0],
             user("role", "viewer", "--email", anton.email)[0], user("disable", "--email", anton.email)[0], user("enable", "--email", anton.email)[0]]
    unknown = user("reset", "--email", f"nobody@{slug}.example")[0]
    wrong = user("role", "chief", "--email", anton.email)[0]
    yield Check("the command line lists, signs out, changes and disables, and says by its exit code what did not work",
                codes == [0] * 6 and (unknown, wrong) == (1, 64), f"{codes}, unknown {unknown}, wrong {wrong}")
