TITLE = "The session cookie leaves its cookie"

import http.client
import json
import urllib.error
import urllib.request
from urllib.parse import urlsplit

from suite import Suite
from target import Check, load, wait_until

# Whoever is forgotten is refused everywhere within this, on a busy machine too; the promise is 2 s. Unit: seconds.
FORGOTTEN_MAX = 30
# Seconds.
SIGN_IN_MAX = 60


def attack(target):
    yield from cookie_and_body(target)
    yield from next_page(target)
    yield from forgotten_visitor(target)
    yield from many_identities(target)


def post(target, path, body=None, headers=None):
    """(status, value, headers)."""
    request = urllib.request.Request(
        target.gateway + path, method="POST", headers={"Content-Type": "application/json", **(headers or {})},
        data=None if body is None else json.dumps(body).encode())
    try:
        answer = urllib.request.urlopen(request, timeout=30)
    except urllib.error.HTTPError as refusal:
        answer = refusal
    with answer:
        text = answer.read()
        return answer.status, json.loads(text) if text else None, answer.headers


def sign_in(target, query=""):
    """(value, refresh cookie or None). A busy machine may need more than one attempt."""
    person = target.suite.ready["users"][0]
    answers = []

    def is_in():
        answers.append(post(target, "/api/auth/login" + query, {"email": person["email"], "password": person["password"]}))
        return answers[-1][0] == 200

    assert wait_until(is_in, SIGN_IN_MAX, pause=1), f"nobody could sign in: {answers[-1][:2]}"
    cookies = [cookie.split(";")[0] for cookie in answers[-1][2].get_all("Set-Cookie") or []]
    return answers[-1][1], next((cookie for cookie in cookies if cookie.startswith("switchboard_refresh=")), None)


def cookie_of(target):
    return sign_in(target, "?cookie=1")[1]


def sets_cookie(headers):
    return any(cookie.startswith("switchboard_refresh=") for cookie in headers.get_all("Set-Cookie") or [])


def cookie_and_body(target):
    for path in ("/api/auth/refresh", "/api/auth/refresh?cookie=0"):
        status, value, headers = post(target, path, headers={"Cookie": cookie_of(target)})
        shown = isinstance(value, dict) and value.get("refresh_token") is not None
        yield Check(f"a cookie is answered by a cookie only, at {path}", status == 200 and not shown and sets_cookie(headers),
                    f"{status}, refresh token in the body: {shown}")
    pair, _ = sign_in(target)
    cookie = cookie_of(target)
    status, value, headers = post(target, "/api/auth/refresh?cookie=1", {"refresh_token": pair["refresh_token"]}, {"Cookie": cookie})
    yield Check("a token in the body is answered in the body, beside a cookie too",
                status == 200 and bool(value.get("refresh_token")) and not sets_cookie(headers), f"{status}, cookie set: {sets_cookie(headers)}")
    if status != 200 or not value.get("refresh_token"):
        return
    status, _, headers = post(target, "/api/auth/logout", {"refresh_token": value["refresh_token"]}, {"Cookie": cookie})
    still, _, _ = post(target, "/api/auth/refresh", headers={"Cookie": cookie})
    yield Check("signing out by a token in the body leaves the cookie's session alone", status == 204 and still == 200 and not sets_cookie(headers),
                f"{status}, then the cookie: {still}")


def next_page(target):
    """Signs in by the page with an address that some browsers read as another host."""
    person = target.suite.ready["users"][0]
    context = target.browser().new_context()
    try:
        left = []
        page = context.new_page()
        page.route("**/*", lambda route: (left.append(route.request.url), route.abort()) if urlsplit(route.request.url).hostname == "evil.example" else route.continue_())
        page.goto(f"{target.gateway}/signin?next=/%09/evil.example")
        page.get_by_label("E-mail").fill(person["email"])
        page.get_by_label("Password", exact=True).fill(person["password"])
        page.get_by_role("button", name="Sign in").click()

        def is_inside():
            page.wait_for_timeout(50)  # lets the driver hear of what happened
            return page.url == f"{target.gateway}/inbox"

        wait_until(lambda: is_inside() or bool(left), 60)
        yield Check("after signing in nobody leaves the origin", not left and is_inside(),
                    f"asked for {left[0]}" if left else "")
    finally:
        context.close()


def forgotten_visitor(target):
    staff, site = target.company(olga="admin")
    token = target.visitor(site)
    session = target.session(token, "Forget me afterwards")
    known = all(load.call(gateway, "GET", f"/api/v1/chat/sessions/{session}", token=token)[0] == 200 for gateway in target.suite.ready["gateways"])
    status, _ = target.call("DELETE", "/api/v1/widget/visitors/me", token=token)

    def answers():
        return [load.call(gateway, "GET", f"/api/v1/chat/sessions/{session}", token=token)[0] for gateway in target.suite.ready["gateways"]]

    ended = status == 204 and wait_until(lambda: set(answers()) == {401}, FORGOTTEN_MAX)
    yield Check("a forgotten visitor's token is refused by every gateway", known and ended, f"{status}, then {answers()}")
    _, before = target.call("POST", "/api/v1/widget/visitors", {"site": site})
    _, same = target.call("POST", "/api/v1/widget/visitors", {"site": site, "token": before["token"]})
    _, after = target.call("POST", "/api/v1/widget/visitors", {"site": site, "token": token})
    fresh = after and target.call("GET", f"/api/v1/chat/sessions/{session}", token=after.get("token", ""))[0]
    yield Check("it makes a new visitor, who sees nothing of the one before", same["visitor"] == before["visitor"] and fresh == 404, f"{fresh}")


# Of a suite that is made for it: what is taken does not come back while one looks, and the narrowest limit is reached in a few requests.
VISITORS_OF_ADDRESS, VISITORS_OF_SITE, CONVERSATIONS_OF_ADDRESS, CONVERSATIONS_OF_COMPANY = 4, 6, 3, 5
NARROW = {f"GATEWAY_LIMIT_{what}_{how}": str(value) for what, burst in (
    ("ADDRESS_VISITORS", VISITORS_OF_ADDRESS), ("SITE_VISITORS", VISITORS_OF_SITE), ("ADDRESS_CONVERSATIONS", CONVERSATIONS_OF_ADDRESS),
    ("TENANT_CONVERSATIONS", CONVERSATIONS_OF_COMPANY)) for how, value in (("RATE", 0.001), ("BURST", burst))}


def many_identities(target):
    """A new identity for each request, from three addresses: what an address and a site may holds all the same."""
    with Suite(environment=NARROW) as suite:
        site = suite.ready["site"]
        administrator = next(person for person in suite.staff.values() if person.role == "admin")
        another = administrator.ask("POST", "/api/settings/sites", {"name": "Another"})["site_key"]
        tokens = []

        def visitors(address, count, of=site):
            answers = [post_from(suite, address, "/api/v1/widget/visitors", {"site": of}) for _ in range(count)]
            tokens.extend((address, value["token"]) for status, value in answers if status == 201)
            return [status for status, _ in answers]

        first, rest = visitors("127.0.0.2", VISITORS_OF_ADDRESS + 1), VISITORS_OF_SITE - VISITORS_OF_ADDRESS
        yield Check("an address becomes no more visitors than it may", first == [201] * VISITORS_OF_ADDRESS + [429], f"{first}")
        second = visitors("127.0.0.3", rest + 1)
        yield Check("another one as many as the site has left", second == [201] * rest + [429], f"{second}")
        third = visitors("127.0.0.4", 1) + visitors("127.0.0.4", 1, of=another) + visitors("127.0.0.2", 1, of=another)
        yield Check("a third none of that site, but of another; the first none of any", third == [429, 201, 429], f"{third}")

        def conversations(of):
            return [post_from(suite, address, "/api/v1/chat/sessions", {"message": {"text": "Again"}}, token)[0] for address, token in tokens if address == of]

        assert len(tokens) == VISITORS_OF_SITE + 1, "each conversation is another visitor's"
        opened = conversations("127.0.0.2")
        yield Check("visitors of an address open no more conversations than it may",
                    opened == [201] * CONVERSATIONS_OF_ADDRESS + [429] * (VISITORS_OF_ADDRESS - CONVERSATIONS_OF_ADDRESS), f"{opened}")
        opened = [*conversations("127.0.0.3"), *conversations("127.0.0.4")]
        left = CONVERSATIONS_OF_COMPANY - CONVERSATIONS_OF_ADDRESS
        yield Check("nor visitors of a company more than it may, of whichever site", opened == [201] * left + [429] * (rest + 1 - left), f"{opened}")


def post_from(suite, address, path, body, token=None):
    """(status, value), from an address of this machine's own network."""
    where = urlsplit(suite.gateway)
    connection = http.client.HTTPConnection(where.hostname, where.port, timeout=30, source_address=(address, 0))
    try:
        connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json", **({"Authorization": f"Bearer {token}"} if token else {})})
        answer = connection.getresponse()
        text = answer.read()
        return answer.status, json.loads(text) if text else None
    finally:
        connection.close()
