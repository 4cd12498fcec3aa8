TITLE = "A claim is taken for truth"

import base64
import hashlib
import hmac
import json
import time
import uuid

from target import Check


def _signed(claims, secret):
    """As a website's own program signs it: a JWT with HS256."""
    def part(value):
        return base64.urlsafe_b64encode(value).rstrip(b"=").decode()

    head = part(json.dumps({"alg": "HS256", "typ": "JWT"}).encode()) + "." + part(json.dumps(claims).encode())
    return head + "." + part(hmac.digest(secret.encode(), head.encode(), hashlib.sha256))


def attack(target):
    staff, site = target.company(olga="admin")
    olga = staff["olga"]
    mine = next(each for each in olga.ask("GET", "/api/settings/sites")["items"] if each["site_key"] == site)

    def visitor(**identity):
        body = {"site": site, **({"identity": identity} if identity else {})}
        status, value = target.call("POST", "/api/v1/widget/visitors", body)
        assert status == 201, value
        return value["token"], value["visitor"]["id"]

    def card(customer):
        return olga.ask("GET", f"/api/admin/customers/{customer}")

    def claim(token, email):
        status, value = target.call("PATCH", "/api/v1/widget/contact", {"email": email}, token=token)
        return status, (value or {}).get("email")

    def write_to(email, text):
        """What staff begin with an address: the conversation."""
        return olga.ask("POST", "/api/v1/chat/sessions", {"customer": {"name": "Vera", "email": email}, "message": {"text": text}})

    # Somebody else's address.
    token, stranger = visitor()
    target.session(token, "Hello")
    status, kept = claim(token, "vera@victim.example")
    assert status == 200 and kept == "vera@victim.example", f"the claim was not taken: {status} {kept}"
    session = write_to("Vera@Victim.example", "Your new card's number is 4711")
    yield Check("what is written to an address does not go to a visitor who typed it", session["customer"]["id"] != stranger,
                f"staff wrote in the conversation of customer {session['customer']['id']}, the visitor is {stranger}")
    status, _ = target.call("GET", f"/api/v1/chat/sessions/{session['id']}", token=token)
    yield Check("nor does that visitor read it", status == 404, f"{status}")
    seen = card(stranger)
    yield Check("staff see that it is a claim", seen.get("email_provenance") == "claimed", f"email_provenance: {seen.get('email_provenance')}")

    # What staff wrote stays, and finds its customer.
    again = write_to("vera@victim.example", "One more thing")
    yield Check("an address that staff entered finds its customer again", again["customer"]["id"] == session["customer"]["id"])
    corrected = olga.ask("PATCH", f"/api/admin/customers/{stranger}", {"email": "mallory@example.com"})
    yield Check("an address is entered when staff write it", corrected.get("email_provenance") == "entered", f"{corrected.get('email_provenance')}")
    status, _ = claim(token, "vera@victim.example")
    yield Check("a claim does not replace it", card(stranger)["email"] == "mallory@example.com", f"{status}, then {card(stranger)['email']}")

    # What the website signed.
    secret = olga.ask("POST", f"/api/settings/sites/{mine['id']}/identity-secret")["secret"]
    soon = int(time.time()) + 300
    token, known = visitor(jwt=_signed({"sub": f"u-{uuid.uuid4()}", "exp": soon, "email": "wanda@example.com"}, secret))
    target.session(token, "Me again")
    seen = card(known)
    yield Check("an address is verified when the website signed it", (seen["email"], seen.get("email_provenance")) == ("wanda@example.com", "verified"),
                f"{seen['email']}, {seen.get('email_provenance')}")
    claim(token, "vera@victim.example")
    yield Check("and a claim does not replace that either", card(known)["email"] == "wanda@example.com", f"then {card(known)['email']}")
    token, doubtful = visitor(jwt=_signed({"sub": f"u-{uuid.uuid4()}", "exp": soon, "email": "vera@victim.example", "email_verified": False}, secret))
    target.session(token, "And me")
    yield Check("an address that the website itself calls unverified is not taken", card(doubtful)["email"] is None, f"{card(doubtful)['email']}")
