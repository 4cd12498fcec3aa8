"""Issue 4: one message is followed by its id, or its trace's, through every service and every replica that had a part in it."""

import json
import subprocess
import uuid

import load
from suite import HANGING, eventually, programs, services


def trace(suite, subject):
    ended = subprocess.run([programs() / "switchboard", "trace", "--json", subject, "--data", suite.ready["data"]], capture_output=True, text=True, timeout=HANGING)
    assert ended.returncode in (0, 1), ended.stderr
    return json.loads(ended.stdout)["hops"]


def test_a_message_is_followed_through_tables_and_if_it_asks_for_it_through_the_logs_of_all_replicas(suite):
    # What other tests left open would take the agent's room.
    suite.staff["carla"].close_everything()
    suite.staff["ana"].set_status("online")
    visitor = load.visitor(suite)
    for flags in ("00", "01"):
        name, session, message = uuid.uuid4().hex, str(uuid.uuid4()), str(uuid.uuid4())
        body = {"id": session, "message": {"id": message, "text": f"follow me, {flags}"}}
        status, _ = load.call(
            suite.ready["gateways"][1], "POST", "/api/v1/chat/sessions", body, visitor, headers={"traceparent": f"00-{name}-00f067aa0ba902b7-{flags}"})
        assert status == 201

        def heard():
            return [
                hop["what"] for hop in trace(suite, message)
                if hop["kind"] == "event" and hop["consumers"] and all(each["applied"] for each in hop["consumers"])]

        eventually(
            lambda: {"chat.message-appended", "router.conversation-assigned", "chat.assignment-applied"} <= set(heard()),
            "chat said it, the router assigned it, chat took that over")
        logged = {"gateway-1": "an event was handed on: chat.message-appended", "gateway-2": "a request was answered: /api/v1/chat/sessions"}
        for place, what in logged.items():
            def is_logged():
                return any(hop["kind"] == "log" and hop["service"] == place and hop["what"].endswith(what) for hop in trace(suite, name))

            if flags == "01":
                eventually(is_logged, f"{place} logged: {what}")
            else:
                assert not is_logged(), "nobody asked for it"
        writers = {services.service_of(hop["service"]) for hop in trace(suite, name) if hop["kind"] == "log"}
        assert writers == ({"gateway", "chat", "router"} if flags == "01" else set())
        suite.staff["carla"].close(session)
