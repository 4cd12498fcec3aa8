"""Every row of the table: what is measured of ours, and its limit, in the same run."""

import http.client
import json
import os
import subprocess
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urlsplit

from suite import PROGRAMS, ROOT, BenchmarkError, Suite, run


@dataclass
class Row:
    name: str
    ours: str
    limit: str
    ratio: float | None
    reach: str
    passed: bool
    detail: dict

    def json(self):
        return asdict(self)


def wrk(url, token=None, connections=32, seconds=5):
    """Requests per second; refuses to call refusals a result."""
    header = ["-H", f"Authorization: Bearer {token}"] if token else []
    out = run("wrk", "-t1", f"-c{connections}", f"-d{seconds}s", *header, url)
    if "Non-2xx" in out:
        raise BenchmarkError(f"{url} refused: {out}")
    return float(next(line.split()[1] for line in out.splitlines() if line.startswith("Requests/sec:")))


def in_process(name, environment=None, root=ROOT):
    return json.loads(run(root / ".build" / "release" / "benchmarks", name, cwd=root, env={**os.environ, **(environment or {})}))


def messages(suite: Suite):
    """Rate and CPU cost of durable messages, 32 visitors."""
    suite.sql_file("prepare.sql")
    suite.settle()
    limit = suite.pgbench("message.sql")
    ours = suite.bench("messages", "--connections", "32", "--duration", "8", "--measure", str(suite.pid))
    if ours["missing"]:
        raise BenchmarkError(f"{ours['missing']} messages did not arrive")
    detail = {"ours": ours, "pgbench": limit}
    ratio, cost = ours["per_second"] / limit["per_second"], ours["cpu_seconds_per_1000_total"]
    yield Row("durable message, 32 connections", f"{ours['per_second']:.0f}/s", f"{limit['per_second']:.0f}/s", ratio, "≥ 0.5 of its rate",
              ratio >= 0.5, detail)
    yield Row("its CPU-seconds per 1,000, all processes", f"{cost:.3f}", f"{limit['cpu_seconds_per_1000']:.3f}",
              cost / limit["cpu_seconds_per_1000"], "≤ 0.2", cost <= 0.2, detail)


def paced(suite: Suite):
    """Latency of durable messages at 200 per second."""
    suite.sql_file("prepare.sql")
    suite.settle()
    # By itself pgbench counts from when a transaction was due, and so its own lateness as the server's; the log tells them apart.
    statement = suite.pgbench_median("message.sql", rate=200)
    hop = in_process("request")["bus_p50_us"] / 1000
    ours = suite.bench("messages", "--connections", "32", "--rate", "200", "--duration", "8")
    limit, times = statement + hop, ours["delivered_ms"]
    ratio = times["p50"] / limit
    yield Row("the same at 200/s: send to the other socket", f"p50 {times['p50']:.2f} p99 {times['p99']:.2f} ms", f"{limit:.2f} ms", ratio,
              "p50 ≤ 3×; p50 ≤ 1.5, p99 ≤ 4 ms", ratio <= 3 and times["p50"] <= 1.5 and times["p99"] <= 4,
              {"ours": ours, "statement_ms": statement, "hop_ms": hop})


def request(suite: Suite):
    """The bus's request and answer, 512 bytes."""
    found = in_process("request")
    ratio = found["bus_p50_us"] / found["libzmq_p50_us"]
    yield Row("bus: request/reply, 512 B, p50", f"{found['bus_p50_us']:.0f} µs", f"{found['libzmq_p50_us']:.0f} µs", ratio, "≤ 2.5×",
              ratio <= 2.5, found)
    yield Row("bus: request/reply, 64 in flight", f"{found['bus_per_second_64']:.0f}/s", "–", None, "≥ 40,000/s",
              found["bus_per_second_64"] >= 40_000, found)
    yield Row("bus: request/reply with keys, p50", f"{found['with_keys_p50_us']:.0f} µs", f"{found['bus_p50_us']:.0f} µs without",
              found["with_keys_p50_us"] / found["bus_p50_us"], "stated", True, found)
    yield Row("bus: CPU-seconds per 1,000 requests with keys", f"{found['with_keys_cpu_seconds_per_1000']:.3f}",
              f"{found['without_keys_cpu_seconds_per_1000']:.3f} without", found["keys_cpu_ratio"], "stated", True, found)


def log(suite: Suite):
    """Events through the durable log, live and after an absence."""
    suite.sql_file("prepare.sql")
    suite.settle()
    limit = suite.pgbench("publish.sql", "apply.sql", clients=2)["per_second"] / 2 * 32
    found = in_process("log", {"SWITCHBOARD_TEST_CLUSTER_URL": suite.database_url})
    ratio = found["live_per_second"] / limit
    yield Row("bus: durable publish → apply with cursor", f"{found['live_per_second']:.0f}/s", f"{limit:.0f}/s", ratio, "≥ 0.7", ratio >= 0.7,
              found)
    suite.sql("INSERT INTO bench.outbox SELECT mod(n, 16), 1000000 + n, gen_random_uuid(), 'chat.noted', 1, 1, NULL, gen_random_uuid(), NULL,"
              " clock_timestamp(), NULL, convert_to(rpad('{', 40, 'x'), 'UTF8') FROM generate_series(1, 100000) AS n; ANALYZE bench.outbox")
    began = time.monotonic()
    run("/usr/lib/postgresql/15/bin/psql", "-qtAX", suite.database_url, "-o", "/dev/null", "-c",
        "SELECT * FROM bench.outbox WHERE seq > 1000000 ORDER BY part, seq")
    read = 100_000 / (time.monotonic() - began)
    ratio = found["catch_up_per_second"] / read
    yield Row("catch-up after absence, an effect per event", f"{found['catch_up_per_second']:.0f}/s", f"{read:.0f}/s", ratio,
              "≥ 0.15; ≥ 50,000/s", ratio >= 0.15 and found["catch_up_per_second"] >= 50_000, found)


def decide(suite: Suite):
    """A routing decision among 10,000 agents, pure."""
    found = in_process("decide")
    ratio = found["decide_p50_us"] / found["pass_p50_us"]
    yield Row("routing decision, pure, 10,000 agents", f"{found['decide_p50_us']:.0f} µs", f"{found['pass_p50_us']:.0f} µs", ratio, "≤ 2×",
              ratio <= 2, found)


def route(suite: Suite):
    """Claims by the router, and an agent of 10,000 who has room again while 1,000 conversations wait."""
    suite.sql_file("prepare.sql")
    suite.settle()
    # The least that a claim can be: one conditional UPDATE of an agent's row, durable.
    update = suite.pgbench_median("claim.sql", rate=200)
    found = in_process("route", {"SWITCHBOARD_TEST_CLUSTER_URL": suite.database_url})
    claim, freed = found["claim_p50_us"] / 1000, found["freed_p50_us"] / 1000
    detail = {**found, "update_ms": update}
    yield Row("routing: request → claimed → answered", f"p50 {claim:.2f} p99 {found['claim_p99_us'] / 1000:.2f} ms", f"{update:.2f} ms",
              claim / update, "≤ 3×", claim / update <= 3, detail)
    yield Row("freed among 10,000, 1,000 waiting: has the next", f"p50 {freed:.2f} p99 {found['freed_p99_us'] / 1000:.2f} ms",
              f"{update:.2f} ms", freed / update, "≤ 5×", freed / update <= 5, detail)


def read(suite: Suite):
    """A read through the gateway with a checked token."""
    visitor = suite.post("/api/v1/widget/visitors", {"site": suite.report["site"]})
    session = suite.post("/api/v1/chat/sessions", {"message": {"text": "hello"}}, visitor["token"])
    agent = suite.user("agent")
    token = suite.post("/api/auth/login", {"email": agent["email"], "password": agent["password"]})["access_token"]
    suite.sql_file("prepare.sql")
    suite.settle()
    sql = suite.pgbench("read.sql")["per_second"]
    bare = subprocess.Popen([PROGRAMS / "benchmarks", "http"], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    try:
        http = wrk(f"http://127.0.0.1:{int(bare.stdout.readline())}/")
    finally:
        bare.terminate()
        bare.wait(30)
    address = f"{suite.gateway}/api/v1/chat/sessions/{session['id']}"
    # While it waits, its place in the queue is asked of the router: a second service's answer, which the limit has not. Answered, the
    # same address is what the limit is: one HTTP request, one statement.
    waiting = wrk(address, token)
    suite.post("/api/v1/chat/messages", {"session_id": session["id"], "text": "hello"}, token)
    answered = suite.get(f"/api/v1/chat/sessions/{session['id']}", token)
    if answered["status"] != "assigned":
        raise BenchmarkError(f"the conversation is {answered['status']} after an answer")
    ours = wrk(address, token)
    limit = 1 / (1 / http + 1 / sql)
    yield Row("gateway read with token check", f"{ours:.0f}/s", f"{limit:.0f}/s", ours / limit, "≥ 0.5", ours / limit >= 0.5,
              {"ours": ours, "ours_while_waiting": waiting, "bare_hummingbird": http, "pgbench": sql})


def idle(suite: Suite):
    """10,000 WebSockets on one gateway."""
    found = suite.bench("idle", "--connections", "10000", "--measure", str(suite.process("gateway")))
    each, slowest = found["bytes_per_connection"] / 1000, found["broadcast_ms"]["max"]
    yield Row("10,000 idle WebSockets: memory each", f"{each:.1f} KB", "–", None, "≤ 15 KB", each <= 15, found)
    yield Row("10,000 idle WebSockets: a message reaches all", f"{slowest:.0f} ms", "–", None, "≤ 1,000 ms", slowest <= 1000, found)


# Of the well-behaved visitor: fewer than a visitor may send. Unit: messages per second.
VISITOR_RATE = 8
# Of each stretch, quiet and attacked, twice in turn. Unit: seconds.
STRETCH = 20


# Somebody who attacks shares no address with him: the limits of one are no part of what is measured.
VISITOR_ADDRESS = "127.0.0.2"


def well_behaved(suite, seconds):
    """A visitor on a connection of its own writes at a steady rate; how long each message took, in milliseconds."""
    address = urlsplit(suite.gateway)
    line = http.client.HTTPConnection(address.hostname, address.port, timeout=60, source_address=(VISITOR_ADDRESS, 0))

    def post(path, body, token=None):
        headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {token}"} if token else {})}
        line.request("POST", path, json.dumps(body), headers)
        answer = line.getresponse()
        value = json.loads(answer.read())
        if answer.status not in (200, 201):
            raise BenchmarkError(f"a well-behaved visitor was refused at {path}: {answer.status} {value}")
        return value

    visitor = post("/api/v1/widget/visitors", {"site": suite.report["site"]})["token"]
    session = post("/api/v1/chat/sessions", {"message": {"text": "hello"}}, visitor)["id"]
    times, began = [], time.monotonic()
    for number in range(seconds * VISITOR_RATE):
        time.sleep(max(0, began + number / VISITOR_RATE - time.monotonic()))
        sent = time.monotonic()
        post("/api/v1/chat/messages", {"session_id": session, "text": "hello"}, visitor)
        times.append((time.monotonic() - sent) * 1000)
    line.close()
    return times


def attacked(suite: Suite):
    """A well-behaved visitor beside the attacker without a plan."""
    # With the limits that everybody has: they are what keeps one from the other. The attacker's own CPU is not the suite's trouble, so the
    # kernel gives him what nobody else wants at that moment (`nice` would still make others wait for his turn to end).
    guarded = Suite(port=18900, environment={})
    try:
        ready = Path(guarded.data + ".ready.json")
        ready.write_text(json.dumps(guarded.report))
        quiet, beside = [], []
        well_behaved(guarded, 5)
        for round in (1, 2):
            quiet += well_behaved(guarded, STRETCH)
            attacker = subprocess.Popen(
                ["chrt", "--idle", "0", ROOT / ".venv/bin/python", ROOT / "Tests/AttackTests/attack.py", "--free", "--seed", str(round), "--minutes",
                 str((STRETCH + 20) / 60), "--suite", str(ready), "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            for line in attacker.stderr:
                if line.startswith("Anything for"):
                    break
            beside += well_behaved(guarded, STRETCH)
            if attacker.poll() is not None:
                raise BenchmarkError(f"the attacker ended before it was measured: {attacker.stderr.read()[-500:]}")
            out, trouble = attacker.communicate(timeout=300)
            if not out:
                raise BenchmarkError(f"the attacker could not attack: {trouble[-500:]}")
    finally:
        guarded.close()
    p99 = lambda times: sorted(times)[int(len(times) * 0.99)]
    ratio = p99(beside) / p99(quiet)
    yield Row("a visitor's message beside the attacker, p99", f"{p99(beside):.1f} ms", f"{p99(quiet):.1f} ms quiet", ratio, "≤ 3×", ratio <= 3,
              {"quiet_ms": quiet, "beside_ms": beside, "attack": json.loads(out)})


def growth(suite: Suite):
    """What a message costs with 1,000 and with 1,000,000 stored."""
    def cost():
        return suite.bench("messages", "--duration", "6", "--measure", str(suite.pid))["cpu_seconds_per_1000_total"]
    suite.bench("messages", "--duration", "1")
    suite.sql_file("grow.sql")
    suite.sql("SELECT chat.bench_grow(1)")
    suite.sql("VACUUM ANALYZE")
    first = cost()
    suite.sql("SELECT chat.bench_grow(1000)")
    suite.sql("DROP FUNCTION chat.bench_grow(int)")
    suite.sql("VACUUM ANALYZE")
    last = cost()
    yield Row("CPU per message, 10⁶ stored against 10³", f"{last:.3f}", f"{first:.3f}", last / first, "≤ 1.2×", last / first <= 1.2,
              {"first": first, "last": last})


def start(suite: Suite):
    """`switchboard up` again, on the data that is there."""
    suite.stop()
    again = Suite(suite.data)
    again.stop()
    yield Row("start: switchboard up to ready", f"{again.seconds_to_ready:.1f} s", "–", None, "≤ 5 s", again.seconds_to_ready <= 5,
              {"again": again.seconds_to_ready, "first": suite.seconds_to_ready})


# `start` stops the suite, so it comes last.
ROWS = {
    "messages": messages, "paced": paced, "log": log, "request": request, "decide": decide, "route": route, "read": read, "idle": idle,
    "attacked": attacked,
    "growth": growth, "start": start,
}
