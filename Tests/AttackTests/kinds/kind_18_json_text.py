TITLE = "Text: escapes in JSON"

import json
import urllib.error
import urllib.request

from target import Check


def attack(target):
    visitor = target.visitor()
    session = target.session(visitor)
    cut = '{"page": {"title": "A shop \\ud83d", "url": "https://a.example/"}, "metadata": {"n": 1.5}}'
    status, value = raw(target, "POST", "/api/v1/chat/sessions", cut, visitor)
    text = json.dumps(value)
    yield Check("half a character is said to be one, at its place", status == 400 and "page.title" in text and "number" not in text, f"{status} {text}")
    body = f'{{"session_id": "{session}", "text": "a", "metadata": {{"path": "C:\\\\u0000", "escaped": "\\\\\\\\u0000"}}}}'
    status, value = raw(target, "POST", "/api/v1/chat/messages", body, visitor)
    kept = (value or {}).get("metadata")
    yield Check("a backslash before u0000 is text like any other", status == 201 and kept == {"path": "C:\\u0000", "escaped": "\\\\u0000"}, f"{status} {kept}")


def raw(target, method, path, text, token):
    request = urllib.request.Request(
        target.gateway + path, method=method, data=text.encode(), headers={"Content-Type": "application/json", "Authorization": f"Bearer {token}"})
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as refusal:
        return refusal.code, json.loads(refusal.read())
