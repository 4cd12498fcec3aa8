"""Issue 2, 3: a burst of simultaneous sessions over two routers never puts an agent above capacity, and the rest waits in order."""

import contextlib
import threading
from concurrent.futures import ThreadPoolExecutor

import load
from suite import Staff, eventually

AGENTS = 20
CAPACITY = 5
SESSIONS = 500
AT_ONCE = 32
# An agent without a socket who says to be online counts as that for a minute; on a slow machine a wait takes longer. Unit: seconds.
ONLINE_AGAIN = 15
PASSWORD = "correct horse battery staple"


class Agent(Staff):
    def __init__(self, suite, email):
        super().__init__(suite, {"email": email, "password": PASSWORD, "role": "agent"})


def hire(suite, number):
    email = f"agent{number:02}@demo.example"
    suite.staff["carla"].ask("POST", "/api/users", {"email": email, "name": f"Agent {number:02}", "role": "agent", "password": PASSWORD})
    return Agent(suite, email)


def loads(suite):
    return {name: int(load) for name, load in suite.query("SELECT name, load FROM router.sector_agents WHERE name LIKE 'Agent %'")}


def waiting(suite):
    """In the queue's order: priority, then chat's commit time, then id."""
    rows = suite.query(
        "SELECT conversation_id FROM router.work_items WHERE status = 'waiting' ORDER BY priority DESC, waiting_since, conversation_id")
    return [row[0] for row in rows]


def statuses(suite):
    return {status: int(count) for status, count in suite.query("SELECT status, count(*) FROM chat.conversations GROUP BY status")}


def assigned(suite):
    return {row[0] for row in suite.query("SELECT id FROM chat.conversations WHERE status = 'assigned'")}


def test_a_burst_fills_every_agent_and_overfills_none_and_the_rest_is_handed_out_in_order(suite):
    carla = suite.staff["carla"]
    carla.close_everything()
    for name in ("ana", "bruno"):
        suite.staff[name].set_status("offline")
    with ThreadPoolExecutor(AT_ONCE) as pool, contextlib.ExitStack() as ends:
        agents = [hire(suite, number) for number in range(AGENTS)]
        for agent in agents:
            agent.name  # signs in, one after the other: each costs a good part of a core for a while
        eventually(lambda: len(loads(suite)) == AGENTS, "the router knows every agent")

        def all_online(_=None):
            list(pool.map(lambda agent: agent.set_status("online"), agents))

        def stay_online():
            while not ended.wait(ONLINE_AGAIN):
                all_online()

        all_online()
        ended = threading.Event()
        ends.callback(ended.set)
        threading.Thread(target=stay_online, daemon=True).start()
        tokens = list(pool.map(lambda _: load.visitor(suite), range(SESSIONS)))
        highest = []
        opened = [pool.submit(load.open_session, suite, token, f"session {index}") for index, token in enumerate(tokens)]
        while not all(future.done() for future in opened):
            highest.append(max(loads(suite).values()))
            all_online()  # they have no sockets; saying so counts for a minute
        sessions = {future.result() for future in opened}
        assert len(sessions) == SESSIONS
        assert highest, "nobody looked while the burst ran"

        full = AGENTS * CAPACITY
        eventually(lambda: statuses(suite).get("assigned") == full, f"{full} sessions have an agent")
        eventually(lambda: len(waiting(suite)) == SESSIONS - full, "the others wait")
        assert max(highest) <= CAPACITY
        assert set(loads(suite).values()) == {CAPACITY}

        # One by one: whoever is next in the queue gets the room.
        for _ in range(5):
            all_online()
            expected = waiting(suite)[0]
            carla.close(sorted(assigned(suite) - {expected})[0])
            eventually(lambda: expected in assigned(suite), "the next in the queue has an agent")
        # Many at once, of many agents: exactly the first of the queue.
        all_online()
        queue, holding = waiting(suite), sorted(assigned(suite))
        list(pool.map(carla.close, holding[:50]))
        eventually(lambda: len(waiting(suite)) == len(queue) - 50, "as many have left the queue as were closed")
        assert waiting(suite) == queue[50:]
        eventually(lambda: set(queue[:50]) <= assigned(suite), "and they are the first fifty")
        assert max(loads(suite).values()) <= CAPACITY
        eventually(lambda: suite.verify() == (0, []), "everything fits")
        list(pool.map(carla.close, sorted(sessions & (assigned(suite) | set(waiting(suite))))))
