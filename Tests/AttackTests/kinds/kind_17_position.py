TITLE = "A client whose position is not the server's"

from line import Line
from target import Check

# What a client may have seen of a conversation before a backup was restored.
AHEAD = 4711


def attack(target):
    staff, site = target.company(olga="admin")
    olga = staff["olga"]
    visitor = target.visitor(site)
    session = target.session(visitor, "Hello")

    def write(text):
        status, value = target.call("POST", "/api/v1/chat/messages", {"session_id": session, "text": text}, token=visitor)
        assert status == 201, value
        return value["sequence"]

    with Line(target, visitor, f"/api/v1/chat/ws/{session}?after={AHEAD}") as line:
        frame = line.hear(lambda frame: frame["type"] in ("resync", "ready"))
        held = frame is not None and frame["type"] == "resync" and frame["data"]["session_id"] == session
        yield Check("a visitor who is ahead is told to begin anew", held, f"{frame}")
        line.say("subscribe", session_id=session, after=0)
        ready = line.hear("ready")
        first = [frame for frame in line.heard if frame["type"] == "message"]
        sequence = write("After the restore")
        news = line.hear(lambda frame: frame["sequence"] == sequence, seconds=5)
        yield Check("and hears everything when they do", ready is not None and len(first) == 1 and news is not None,
                    f"{[(frame['type'], frame['sequence']) for frame in line.heard]}")

    with Line(target, olga.token, "/api/v1/realtime") as desk:
        assert desk.hear("ready")
        desk.say("subscribe", session_id=session, after=AHEAD)
        frame = desk.hear(lambda frame: frame["type"] in ("resync", "ready"))
        held = frame is not None and frame["type"] == "resync" and frame["data"]["session_id"] == session
        yield Check("so is an agent, for that conversation alone", held, f"{frame}")
        desk.say("subscribe", session_id=session, after=0)
        assert desk.hear("ready")
        desk.say("subscribe", session_id=session, after=AHEAD)
        frame = desk.hear(lambda frame: frame["type"] in ("resync", "ready"))
        yield Check("and whoever follows it already", frame is not None and frame["type"] == "resync", f"{frame}")

    status, page = target.call("GET", f"/api/v1/chat/messages/{session}?after={AHEAD}", token=visitor)
    yield Check("a page beyond the end says where the end is", status == 200 and page["items"] == [] and page["through"] < AHEAD, f"{status} {page}")
    status, page = target.call("GET", f"/api/v1/chat/messages/{session}?after={sequence}", token=visitor)
    yield Check("whoever is level is not sent away", status == 200 and page["through"] == sequence, f"{status} {page}")
