TITLE = "Times that are none"

import urllib.parse

from target import Check

# Years with other than four digits, and what an offset moves out of the years 0001 to 9999.
TIMES = ["0000-01-01T00:00:00Z", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "10000-01-01T00:00:00Z", "2026-11-30T00:00:00+24:00"]


def attack(target):
    staff, site = target.company(olga="admin")
    olga = staff["olga"]
    session = target.session(target.visitor(site))
    simulation = {"from": "2026-11-01T00:00:00Z", "to": "2026-11-02T00:00:00Z", "settings": {}}
    places = [
        ("from", "GET", "2026-11-01T12:00:00+01:00", lambda time: (f"/api/v1/admin/chat-audit?from={urllib.parse.quote(time)}", None)),
        ("to", "GET", "2026-11-01T12:00:00+01:00", lambda time: (f"/api/v1/admin/chat-audit?to={urllib.parse.quote(time)}", None)),
        ("snoozed_until", "PATCH", "2099-11-01T12:00:00+01:00",
         lambda time: (f"/api/v1/chat/sessions/{session}", {"status": "pending", "snoozed_until": time})),
        ("from", "POST", "2026-11-01T12:00:00+01:00", lambda time: ("/api/v1/routing/simulate", {**simulation, "from": time})),
        ("to", "POST", "2026-11-01T12:00:00+01:00", lambda time: ("/api/v1/routing/simulate", {**simulation, "to": time})),
    ]
    for field, method, taken, request in places:
        path, body = request(taken)
        status, value = target.call(method, path, body, token=olga.token)
        assert status < 300, f"{method} {path} answered {status}: {value}"
        wrong = []
        for time in TIMES:
            path, body = request(time)
            status, value = target.call(method, path, body, token=olga.token)
            if status != 400 or field not in [error["field"] for error in value.get("errors", [])]:
                wrong.append(f"{time} answered {status}")
        yield Check(f"{method} {path.split('?')[0].replace(session, '…')}: such times are a 400 that names `{field}`", not wrong, ", ".join(wrong))
