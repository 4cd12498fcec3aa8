TITLE = "Lost accounts: members that nobody reads"

import json

from target import Check, load


def attack(target):
    staff, site = target.company(olga="admin", anton="agent")
    status, user = target.call("GET", "/api/auth/me", token=staff["anton"].token)
    visitor = target.visitor(site)
    session = load.open_session(target.suite, visitor, "Where is my parcel?")
    asked = {
        "password": ("PATCH", f"/api/users/{user['id']}", {"password": "another battery staple"}, staff["olga"].token),
        "kind": ("PATCH", f"/api/v1/chat/sessions/{session}", {"priority": 3, "kind": "x"}, staff["anton"].token),
        "reason": ("POST", f"/api/v1/chat/sessions/{session}/close", {"reason": "x"}, staff["anton"].token),
        "message.kind": ("POST", "/api/v1/chat/sessions", {"message": {"text": "a", "kind": "note"}}, visitor),
        "verified": ("PATCH", "/api/v1/widget/contact", {"email": "a@b.example", "verified": True}, visitor),
        "remember": ("POST", "/api/auth/login", {"email": "a@b.example", "password": "x", "remember": True}, None),
    }
    seen = {}
    for field, (method, path, body, token) in asked.items():
        status, value = target.call(method, path, body, token=token)
        seen[field] = (status, [error["field"] for error in (value or {}).get("errors", [])])
    yield Check("a member that nobody reads is refused by its name", all(seen[field] == (400, [field]) for field in asked), json.dumps(seen))
    status, value = target.call(
        "POST", "/api/v1/chat/messages", {"session_id": session, "text": "a", "metadata": {"anything": {"goes": [1, None]}}}, token=visitor)
    yield Check("metadata is free", status == 201 and value["metadata"] == {"anything": {"goes": [1, None]}}, str(status))
