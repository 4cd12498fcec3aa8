TITLE = "Copies without a tie: what the server keeps and says"

import uuid

from line import Line
from target import Check


def attack(target):
    staff, site = target.company(olga="admin")
    olga = staff["olga"]
    visitor = target.visitor(site)
    session = target.session(visitor, "Hello")

    def write(text):
        body = {"id": str(uuid.uuid4()), "session_id": session, "text": text}
        status, value = target.call("POST", "/api/v1/chat/messages", body, token=visitor)
        assert status == 201, value
        return value

    def row():
        """As the list shows it."""
        return next(each for each in olga.ask("GET", "/api/v1/chat/sessions?view=all")["items"] if each["id"] == session)

    with Line(target, olga.token, "/api/v1/realtime") as desk, Line(target, visitor, f"/api/v1/chat/ws/{session}?after=0") as line:
        assert desk.hear("ready") and line.hear("ready")
        message = write("My PIN is 1234")
        assert row()["unread_count"] == 2 and row()["last_message"]["text"] == "My PIN is 1234", row()
        status, _ = target.call("PUT", f"/api/v1/chat/messages/{message['id']}", {"text": "My PIN is a secret"}, token=visitor)
        last = row()["last_message"]
        yield Check("an edit reaches the list's preview", status == 200 and last["text"] == "My PIN is a secret", f"{last}")
        frame = desk.hear("message_edited")
        yield Check("the frame of an edit says which place it changes, for lists that have not loaded the conversation",
                    frame is not None and frame["data"].get("message_sequence") == message["sequence"], f"{frame and sorted(frame['data'])}")
        target.call("DELETE", f"/api/v1/chat/messages/{message['id']}", token=visitor)
        last = row()["last_message"]
        yield Check("a deletion reaches it too, and says that it was one", last["text"] == "" and last.get("deleted_at") is not None, f"{last}")
        frame = desk.hear("message_deleted")
        yield Check("the frame of a deletion says which place it changes",
                    frame is not None and frame["data"].get("message_sequence") == message["sequence"], f"{frame and sorted(frame['data'])}")
        yield Check("unread_count leaves out what was deleted", row()["unread_count"] == 1, f"{row()['unread_count']}")

        before = row()["last_sequence"]
        changed = olga.ask("PATCH", f"/api/v1/chat/sessions/{session}", {"subject": "Poles", "priority": 9})
        fence = write("A fence")["sequence"]
        for name, heard in (("a colleague", desk), ("the visitor", line)):
            heard.hear(lambda frame: frame["sequence"] == fence)
            frames = [frame for frame in heard.heard if frame["type"] == "session"]
            data = frames[0]["data"] if frames else {}
            yield Check(f"a change of subject and priority says a frame to {name}, with what stands then",
                        len(frames) == 1 and (data["session_id"], data["subject"], data["priority"]) == (session, "Poles", 9), f"{data}")
        olga.ask("PATCH", f"/api/v1/chat/sessions/{session}", {"subject": "Poles", "priority": 9})
        yield Check("what changes nothing says nothing", row()["last_sequence"] == fence, f"{row()['last_sequence']} after {fence}")

    with Line(target, visitor, f"/api/v1/chat/ws/{session}?after={before}") as resumed:
        resumed.hear("ready")
        replayed = [frame["type"] for frame in resumed.heard]
        yield Check("whoever was away hears of the change when they come back", replayed[:1] == ["session"], f"{replayed}")
    yield Check("messages are counted apart", changed["last_message_sequence"] < changed["last_sequence"],
                f"{changed['last_message_sequence']}, {changed['last_sequence']}")

    customer = row()["customer"]["id"]
    olga.ask("PATCH", f"/api/admin/customers/{customer}", {"name": "Ana Berg"})
    names = [each["name"] for each in olga.ask("GET", f"/api/v1/chat/sessions/{session}/participants")["items"]]
    yield Check("a customer's new name stands in every copy", row()["customer"]["name"] == "Ana Berg" and "Ana Berg" in names, f"{row()['customer']['name']}, {names}")
