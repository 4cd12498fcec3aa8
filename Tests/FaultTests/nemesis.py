"""Breaks what the schedule says and mends it, and holds evidence for each: a fault that did not happen proves nothing."""

import base64
import contextlib
import json
import os
import random
import signal
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import load
import noise
from installation import READY_MAX, wait_until
from schedule import Fault, Round
from suite import HANGING, services
from workload import STILL

# From the end of a round until every gateway has stored a message again. Unit: seconds.
RECOVERY_MAX = HANGING
# For what depends on traffic: that a commit comes along, that frames pass. Unit: seconds.
TRAFFIC_MAX = HANGING


@dataclass
class Struck:
    """One round as it went. Times are monotonic."""

    number: int
    faults: tuple
    began: float
    lifted: float = 0.0
    recovered: float = 0.0
    evidence: list = field(default_factory=list)
    trouble: str = ""
    acknowledged: int = 0
    attempted: int = 0

    @property
    def recovery_seconds(self):
        return self.recovered - self.lifted


class Nemesis:
    def __init__(self, suite, workload):
        self.suite, self.workload = suite, workload
        self.struck: list[Struck] = []

    def strike(self, round: Round):
        """Breaks, mends, and waits until all is well. Whatever goes wrong stands in the result."""
        began = time.monotonic()
        struck = Struck(len(self.struck) + 1, round.faults, began)
        self.struck.append(struck)
        with ThreadPoolExecutor(len(round.faults)) as pool:
            for fault, doing in [(fault, pool.submit(self._do, fault)) for fault in round.faults]:
                try:
                    struck.evidence.append(doing.result())
                except Exception as error:
                    struck.evidence.append("")
                    struck.trouble = f"{fault}: {type(error).__name__}: {error}"
        struck.lifted = time.monotonic()
        try:
            self.suite.await_ready()
            for gateway in self.workload.gateways:
                self.workload.probe.ask(gateway, RECOVERY_MAX)
        except AssertionError as error:
            struck.trouble = struck.trouble or f"no recovery after {', '.join(map(str, round.faults))}: {error}"
        struck.recovered = time.monotonic()
        history = self.workload.history
        struck.attempted = history.attempted_between(began, struck.lifted)
        struck.acknowledged = history.acknowledged_between(began, struck.recovered)
        time.sleep(round.rest)  # not a wait for something: the pace of the blows
        return struck

    def _do(self, fault: Fault):
        return getattr(self, "_" + fault.kind.replace(" ", "_"))(fault)

    # Processes

    def _kill(self, fault, names=None):
        names = names or fault.targets
        before = {name: self.suite.signal(name, signal.SIGKILL) for name in names}
        wait_until(lambda: all(self.suite.process(name)["pid"] != pid for name, pid in before.items()), READY_MAX, "other processes in their place")
        return f"{len(before)} killed: " + ", ".join(f"{name} {pid}" for name, pid in before.items())

    def _kill_all(self, fault):
        return self._kill(fault)

    def _pause(self, fault):
        pids = []
        try:
            for name in fault.targets:
                pids.append(self.suite.signal(name, signal.SIGSTOP))
            wait_until(lambda: all(self._is(pid, "T") for pid in pids), READY_MAX, "paused")
            time.sleep(fault.seconds)
        finally:
            for pid in pids:
                try:
                    os.kill(pid, signal.SIGCONT)
                except ProcessLookupError:
                    pass  # another fault of this round was harder on it
        return f"{len(pids)} stood still for {fault.seconds} s"

    def _is(self, pid, state):
        try:
            return self.suite.is_stopped(pid) == (state == "T")
        except OSError:
            return True  # gone: another fault of this round

    def _rolling_restart(self, fault):
        for name in fault.targets:
            pid = self.suite.signal(name, signal.SIGTERM)
            wait_until(lambda: self.suite.process(name)["pid"] != pid, READY_MAX, f"{name} ended and another one in its place")
            self.suite.await_ready([name])
        return f"{len(fault.targets)} restarted one after the other"

    def _start_in_any_order(self, fault):
        for name in fault.targets:
            self.suite.hold(name)
        try:
            self._kill(fault)
            for name in fault.targets:
                self.suite.release(name)
                time.sleep(fault.seconds / len(fault.targets))
        finally:
            for name in fault.targets:
                self.suite.release(name)
        return "started as " + ", ".join(fault.targets)

    def _away(self, fault):
        """A consumer and all its replicas: the log keeps everything for it."""
        names = self.suite.names(["router"])
        pace, self.workload.pace = self.workload.pace, 0
        head = "SELECT sum(last_seq) FROM chat.stream_head"
        before = int(self.suite.query(head)[0][0])
        try:
            for name in names:
                self.suite.hold(name)
            self._kill(fault, names)
            self.workload.flood(fault.choice, lambda: int(self.suite.query(head)[0][0]) - before)
        finally:
            self.workload.pace = pace
            for name in names:
                self.suite.release(name)
        passed = int(self.suite.query(head)[0][0]) - before
        assert passed >= fault.choice, f"only {passed} events passed"
        self.suite.await_ready(names)
        behind = ("SELECT sum(h.last_seq - c.seq) FROM chat.stream_head h JOIN router.cursor c ON c.stream = 'chat' AND c.part = h.part")
        took = wait_until(lambda: int((self.suite.rows(behind) or [["9999"]])[0][0]) < 200, RECOVERY_MAX + passed / 500, "the router caught up")
        return f"{passed} events passed, caught up within {took:.1f} s"

    def _tiny_queues(self, fault):
        """Nobody restarts meanwhile, so what the gateways count is all theirs: each time they ask the log, frames had not come."""
        head = "SELECT sum(last_seq) FROM chat.stream_head"
        pace, self.workload.pace = self.workload.pace, 0
        asked, before = self.suite.metric("gateway", "gateway_log_fetches_total"), int(self.suite.query(head)[0][0])
        try:
            self.workload.flood(fault.choice, lambda: int(self.suite.query(head)[0][0]) - before)
            # While messages flow, a gateway on a busy machine is always a few events behind, though each is heard in its turn.
            self.workload.pace = STILL
            passed = int(self.suite.query(head)[0][0]) - before
            healed = self.suite.metric("gateway", "gateway_log_fetches_total") - asked
            assert healed, f"of {passed} events none was dropped on its way to a gateway"
            wait_until(lambda: self.suite.metric("gateway", "gateway_log_lag_events") == 0, RECOVERY_MAX, "the gateways have heard everything")
        finally:
            self.workload.pace = pace
        return f"{passed} events passed, gateways read what had been dropped {healed:.0f} times from the log"

    def _clock(self, fault):
        name = fault.targets[0]
        assert "libfaketime" in Path(f"/proc/{self.suite.process(name)['pid']}/maps").read_text(), f"nobody can set the clock of {name}"
        shown = []
        try:
            self.suite.set_clock(name, fault.choice)
            time.sleep(fault.seconds)
            see = {"chat": self._clock_of_chat, "accounts": self._clock_of_accounts}.get(services.service_of(name))
            see = see or (lambda seconds, shown: self._clock_of_log(name, seconds, shown))
            wait_until(lambda: see(fault.choice, shown), TRAFFIC_MAX, f"{name} wrote down a time that is {fault.choice} s off")
        finally:
            self.suite.set_clock(name, 0)
        time.sleep(1.5)  # the setting is read once a second
        return f"{name} was {fault.choice:+d} s off, as it wrote itself"

    def _clock_of_chat(self, seconds, shown):
        rows = self.suite.rows(
            "SELECT count(*) FROM chat.outbox o JOIN chat.communication_messages m ON m.conversation_id = o.key AND m.sequence = o.key_sequence"
            f" WHERE m.sent_at BETWEEN clock_timestamp() + interval '{seconds - 120} seconds' AND clock_timestamp() + interval '{seconds + 120} seconds'")
        shown.extend([1] * int(rows[0][0]) if rows else [])
        return shown

    def _clock_of_accounts(self, seconds, shown):
        status, value = load.call(self.workload.gateways[0], "POST", "/api/v1/widget/visitors", {"site": self.suite.ready["site"]})
        if status == 201:
            claims = value["token"].split(".")[1]
            issued = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))["iat"]
            shown.extend([1] if abs(issued - time.time() - seconds) < 120 else [])
        return shown

    def _clock_of_log(self, name, seconds, shown):
        """Router and gateway store no time of their own; but whoever has a part in a sampled trace writes a line about it."""
        trace = uuid.uuid4().hex
        for gateway in self.workload.gateways:
            load.call(gateway, "GET", "/api/v1/agents?limit=1", None, self.workload.key, headers={"traceparent": f"00-{trace}-00f067aa0ba902b7-01"})
        for line in self.suite.log(name):
            if trace in line:
                written = datetime.fromisoformat(json.loads(line[line.index("{"):])["time"].replace("Z", "+00:00")).timestamp()
                shown.extend([1] if abs(written - time.time() - seconds) < 120 else [])
        return shown

    # PostgreSQL

    def _postgres_crash(self, fault):
        before = self.suite.postmaster()
        if fault.choice == "kill -9":
            os.kill(before[0], signal.SIGKILL)
        else:
            self.suite.stop_database_immediately()
        wait_until(lambda: self._postmaster() not in (None, before), READY_MAX, "another postmaster")
        return f"postmaster {before[0]} stopped, {self._postmaster()[0]} recovered"

    def _postmaster(self):
        try:
            return self.suite.postmaster()
        except (OSError, IndexError, ValueError):
            return None

    def _backend_crash(self, fault):
        found = []

        def one():
            rows = self.suite.rows("SELECT pid FROM pg_stat_activity WHERE usename LIKE 'switchboard\\_%' AND state IS NOT NULL ORDER BY random() LIMIT 1")
            found.extend(rows or [])
            return found

        wait_until(one, READY_MAX, "a backend to kill")
        pid = int(found[0][0])
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda: self.suite.rows(f"SELECT 1 WHERE NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = {pid})"), READY_MAX, "recovered")
        return f"backend {pid} killed"

    def _backends_terminated(self, fault):
        ended, until = 0, time.monotonic() + fault.seconds
        while time.monotonic() < until or not ended:
            rows = self.suite.rows("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename LIKE 'switchboard\\_%'")
            ended += int(rows[0][0]) if rows else 0
            assert time.monotonic() < until + TRAFFIC_MAX, "there was no backend to terminate"
            time.sleep(0.3)
        return f"{ended} backends terminated"

    def _lines(self, fault):
        return [self.suite.lines[name] for name in fault.targets]

    def _postgres_cut(self, fault):
        lines = self._lines(fault)

        def noticed():
            return sum(line.broken + line.refused for line in lines)

        before = noticed()
        try:
            for line in lines:
                line.cut()
            time.sleep(fault.seconds)
            # Whoever was killed or paused in the same round may have had no connection.
            wait_until(lambda: noticed() > before, TRAFFIC_MAX, "somebody was connected or called")
        finally:
            for line in lines:
                line.restore()
        return f"{noticed() - before} connections cut or refused"

    def _postgres_slow(self, fault):
        lines = self._lines(fault)
        before = sum(line.delayed_blocks for line in lines)
        with contextlib.ExitStack() as slowness:
            for line in lines:
                slowness.enter_context(line.delayed(fault.choice))
            time.sleep(fault.seconds)
            wait_until(lambda: sum(line.delayed_blocks for line in lines) > before, TRAFFIC_MAX, "something was said")
        return f"{sum(line.delayed_blocks for line in lines) - before} blocks delayed"

    def _postgres_half_open(self, fault):
        lines = self._lines(fault)
        before = sum(line.swallowed_bytes for line in lines)
        try:
            for line in lines:
                line.silence(*([] if fault.choice == "both" else [fault.choice]))
            time.sleep(fault.seconds)
            wait_until(lambda: sum(line.swallowed_bytes for line in lines) > before, TRAFFIC_MAX, "something was said")
        finally:
            for line in lines:
                line.restore()
        return f"{sum(line.swallowed_bytes for line in lines) - before} bytes swallowed"

    def _postgres_forgotten(self, fault):
        lines = self._lines(fault)
        before = sum(line.swallowed_bytes for line in lines)
        for line in lines:
            line.forget_connections()
        wait_until(lambda: sum(line.swallowed_bytes for line in lines) > before, TRAFFIC_MAX, "somebody spoke into a dead connection")
        return "connections went dead for ever"

    def _commit_unanswered(self, fault):
        line = self.suite.lines[fault.targets[0]]
        before = line.swallowed_commits
        line.swallow_commits(fault.choice)
        try:
            wait_until(lambda: line.swallowed_commits > before, TRAFFIC_MAX, "an answer to COMMIT came along")
            time.sleep(fault.seconds)
        finally:
            line.swallow_commits(0)
        return f"{line.swallowed_commits - before} answers to COMMIT lost"

    # The bus

    _bus_cut = _postgres_cut
    _bus_slow = _postgres_slow
    _bus_half_open = _postgres_half_open

    def _wrong_service(self, fault):
        name = fault.targets[0]
        other = "router-1" if services.service_of(name) == "chat" else "chat-1"
        lines = [self.suite.lines[f"{name}.{use}"] for use in ("events", "requests")]
        before = sum(line.accepted for line in lines)
        try:
            for line, use in zip(lines, ("events", "requests")):
                line.lead_to(*self.suite.real[f"{other}.{use}"])
            time.sleep(fault.seconds)
        finally:
            for line, use in zip(lines, ("events", "requests")):
                line.lead_to(*self.suite.real[f"{name}.{use}"])
        accepted = sum(line.accepted for line in lines) - before
        assert accepted, "nobody called"
        return f"{accepted} connections met {other} at the address of {name}"

    def _noise(self, fault):
        name = fault.targets[0]
        chance = random.Random(fault.seed)
        line = self.suite.lines[f"{name}.events"]
        before = line.accepted
        service, keys = name.rsplit("-", 1)[0], noise.Keys(self.suite.ready["data"])
        endpoints = [f"tcp://{host}:{port}" for host, port in (self.suite.real[f"{name}.{use}"] for use in ("events", "requests"))]
        sent = noise.shout_at(endpoints, chance) + noise.shout_at(endpoints, chance, keys, service)
        assert sent, "nothing was shouted"
        with noise.Shouter(chance, keys, service) as shouter:
            try:
                line.lead_to("127.0.0.1", shouter.port)
                wait_until(lambda: shouter.sent > 20 and line.accepted > before, TRAFFIC_MAX, "noise went out")
                time.sleep(fault.seconds)
            finally:
                line.lead_to(*self.suite.real[f"{name}.events"])
        return f"{sent} frames at {name}, {shouter.sent} from its address, oversize ones among both"

    def _repeated_frames(self, fault):
        name = f"{fault.targets[0]}.events"
        line = self.suite.lines[name]
        host, port = self.suite.real[name]
        keys = noise.Keys(self.suite.ready["data"])
        with noise.Mischief(f"tcp://{host}:{port}", random.Random(fault.seed), keys, fault.targets[0].rsplit("-", 1)[0]) as mischief:
            try:
                line.lead_to("127.0.0.1", mischief.port)
                time.sleep(fault.seconds)
                wait_until(lambda: mischief.lost and mischief.doubled and mischief.overtaken, TRAFFIC_MAX, "frames were lost, doubled and late")
            finally:
                line.lead_to(host, port)
        return f"of {mischief.heard} frames {mischief.lost} lost, {mischief.doubled} doubled, {mischief.overtaken} overtaken"

    def _slow_subscriber(self, fault):
        name = f"{fault.targets[0]}.events"
        line = self.suite.lines[name]
        before = line.delayed_blocks
        service, keys = fault.targets[0].rsplit("-", 1)[0], noise.Keys(self.suite.ready["data"])
        with noise.DeafSubscriber("tcp://%s:%d" % self.suite.real[name], keys, service), line.delayed(1.0):
            wait_until(lambda: line.delayed_blocks > before, TRAFFIC_MAX, "a frame came along")
            time.sleep(fault.seconds)
        return f"a subscriber that never read, {line.delayed_blocks - before} blocks a second late"
