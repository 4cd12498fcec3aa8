TITLE = "Odd answers: U+0000 in text"

import json
import uuid

from target import Check


def attack(target):
    visitor = target.visitor()
    session = target.session(visitor)
    token = target.suite.staff["carla"].token
    paths = [f"{path}={value}" for path in ("/api/v1/chat/sessions?text", "/api/v1/agents?sector", "/api/teams?sector", "/api/v1/chat/sessions?cursor")
             for value in ("%00", "a%00b")]
    answers = {path: target.call("GET", path, token=token)[0] for path in paths}
    yield Check("a query with %00 is refused by its parameter", set(answers.values()) == {400}, str(answers))
    bodies = {
        "text": ("POST", "/api/v1/chat/messages", {"id": str(uuid.uuid4()), "session_id": session, "text": "a\0b"}, visitor),
        "metadata.k[0]": ("POST", "/api/v1/chat/messages", {"id": str(uuid.uuid4()), "session_id": session, "text": "a", "metadata": {"k": ["\0"]}}, visitor),
        "email": ("POST", "/api/auth/login", {"email": "a\0@b.example", "password": "x"}, None),
        "name": ("PATCH", "/api/v1/widget/contact", {"name": "a\0b"}, visitor),
        "page.url": ("PATCH", "/api/v1/widget/contact", {"page": {"url": "https://a.example/\0"}}, visitor),
        "locale": ("PATCH", "/api/v1/widget/contact", {"locale": "e\0"}, visitor),
        "sector": ("POST", "/api/v1/routing/preview", {"channel": "website", "sector": "\0"}, token),
    }
    seen = {}
    for field, (method, path, body, who) in bodies.items():
        status, value = target.call(method, path, body, token=who)
        seen[field] = (status, [error["field"] for error in (value or {}).get("errors", [])])
    yield Check("a body with U+0000 is refused by its member", all(seen[field] == (400, [field]) for field in bodies), json.dumps(seen))
