TITLE = "One address can lock everybody out"

import http.client
import json
import threading
import uuid
from urllib.parse import urlsplit

from target import PASSWORD, Check, wait_until

# At once: more than the queue of those whose password is computed holds (100), and than one address may fail (50).
FLOOD = 120
# A guess that was refused is made again after this. Seconds.
GUESS_AGAIN = 1
# Whoever knows the password tries so often, as people do when they are told to come again.
TRIES = 4


def log_in(gateway, email, password, address, headers=None, query=""):
    """(status, fields, value) of an attempt that comes from one of this machine's own addresses."""
    place = urlsplit(gateway)
    connection = http.client.HTTPConnection(place.hostname, place.port, timeout=30, source_address=(address, 0))
    try:
        connection.request(
            "POST", f"/api/auth/login{query}", json.dumps({"email": email, "password": password}),
            {"Content-Type": "application/json", **(headers or {})})
        answer = connection.getresponse()
        text = answer.read()
        return answer.status, answer.headers, json.loads(text) if text else None
    except OSError as error:
        return 0, {}, str(error)
    finally:
        connection.close()


def insist(*attempt, **details):
    """The same, tried again while the machine is too busy for a hash."""
    for _ in range(10):
        answer = log_in(*attempt, **details)
        if answer[0] != 503:
            break
    return answer


def attack(target):
    gateways = target.suite.ready["gateways"]
    staff, _ = target.company(olga="admin", anton="agent")
    olga, anton = staff["olga"], staff["anton"]
    status, fields, _ = insist(gateways[0], olga.email, PASSWORD, "127.0.0.9", query="?cookie=1")
    assert status == 200, status
    cookies = [value.split(";")[0] for value in fields.get_all("Set-Cookie")]
    device = next((cookie for cookie in cookies if cookie.startswith("switchboard_device=")), None)

    # One address tries e-mails that nobody has, as many at once as it can, for as long as somebody else needs to sign in.
    answers, refusals, over = [], [], threading.Event()

    def guess(index):
        while not over.is_set():
            status, fields, _ = log_in(gateways[index % len(gateways)], f"{uuid.uuid4().hex}@nobody.example", "a guess at it", "127.0.0.2")
            answers.append(status)
            if status == 429:
                refusals.append(fields)
            over.wait(GUESS_AGAIN)

    flood = [threading.Thread(target=guess, args=(index,)) for index in range(FLOOD)]
    for thread in flood:
        thread.start()
    wait_until(lambda: len(answers) > 3, 30, pause=0.01)
    meanwhile = {}
    for name, person in (("olga", olga), ("anton", anton)):
        tried = meanwhile[name] = []
        while len(tried) < TRIES and 200 not in tried:
            tried.append(log_in(gateways[len(tried) % len(gateways)], person.email, PASSWORD, "127.0.0.3")[0])
    over.set()
    for thread in flood:
        thread.join()
    assert len(answers) >= FLOOD, "there was a flood"
    yield Check("a correct password is taken while another address floods sign-in", all(200 in tried for tried in meanwhile.values()), f"{meanwhile}")
    told = all(int(fields.get("Retry-After", 0)) > 0 for fields in refusals)
    yield Check("the address that floods is refused once it has failed too often, and told when to come again", bool(refusals) and told, f"{len(refusals)} of {len(answers)} refused")

    # The flooding address is out of attempts; a browser that has signed in here before is not.
    status, _, _ = insist(gateways[0], olga.email, PASSWORD, "127.0.0.2", headers={"Cookie": device} if device else {})
    yield Check("a known browser signs in from an address that is out of attempts", device is not None and status == 200, f"{status}, cookie given: {device is not None}")
    forged = device[:-2] + ("AA" if not device.endswith("AA") else "BB") if device else "switchboard_device=a.b.c.d"
    status, _, _ = log_in(gateways[0], olga.email, PASSWORD, "127.0.0.2", headers={"Cookie": forged})
    yield Check("a forged cookie is no known browser", status == 429, f"{status}")

    # Many addresses guess at one account: each has ever fewer tries, and whoever knows the password is not refused.
    guesses = [log_in(gateways[index % 2 % len(gateways)], anton.email, "a guess at it", f"127.0.1.{index}")[0] for index in range(1, 24)]
    fresh = [log_in(gateways[0], anton.email, "a guess at it", "127.0.2.1")[0] for _ in range(5)]
    yield Check("an account that many addresses fail at gives a new address three tries", fresh == [401] * 3 + [429] * 2, f"{guesses.count(401)} failures before, then {fresh}")
    status = insist(gateways[0], anton.email, PASSWORD, "127.0.0.4")[0]
    yield Check("and takes the correct password from elsewhere", status == 200, f"{status}")
