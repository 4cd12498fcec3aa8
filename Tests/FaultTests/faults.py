"""Breaks a running suite by a seed's schedule while load flows, and counts what was lost. `deploy/faults` runs it."""

import argparse
import json
import platform
import sys
import threading
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "BrowserTests"))

from checker import Checker
from installation import Installation
from nemesis import Nemesis
from schedule import AWAY_EVENTS, KINDS, rounds
from workload import Workload

# Load before the first blow and after the last. Unit: seconds.
QUIET = 2
# How often the router's ledger is looked at. Unit: seconds.
SAMPLE_EVERY = 0.5
# How many events pass once while a consumer is away, in a run that is long enough for it: four minutes on two cores.
AWAY_EVENTS_OF_LONG_RUN = 100_000
LONG_RUN_MINUTES = 10


class Sampler(threading.Thread):
    """Looks at every agent's load while the run goes on, past all proxies."""

    def __init__(self, suite):
        super().__init__(daemon=True)
        self.suite, self.ending = suite, threading.Event()
        self.looked, self.excess = 0, 0

    def run(self):
        while not self.ending.wait(SAMPLE_EVERY):
            rows = self.suite.rows(
                "SELECT count(*), coalesce(max(greatest(a.load, coalesce(held.weight, 0)) - a.capacity), 0) FROM router.sector_agents a LEFT JOIN"
                " (SELECT client_id, agent_id, sum(weight) AS weight FROM router.assignments WHERE ended_at IS NULL GROUP BY 1, 2) AS held"
                " ON held.client_id = a.client_id AND held.agent_id = a.id")
            if rows:
                self.looked += int(rows[0][0])
                self.excess = max(self.excess, int(rows[0][1]))


class Run:
    """One run from start to verdict. `report` is what is printed."""

    def __init__(self, minutes, seed, kinds=tuple(KINDS), longest=6.0, away_events=None, say=lambda line: None):
        self.minutes, self.seed, self.kinds, self.say = minutes, seed, kinds, say
        self.longest = longest
        self.away_events = away_events or (AWAY_EVENTS_OF_LONG_RUN if minutes >= LONG_RUN_MINUTES else AWAY_EVENTS)
        self.report = None

    def go(self, then=lambda suite, workload, samples: None):
        """then: called when all is compared and the suite still runs."""
        with Installation() as suite:
            try:
                self._go(suite, then)
            except BaseException:
                self.say(f"Everything is kept in {suite.folder}")
                raise
            if not self.is_good:
                suite.is_kept = True
                self.say(f"Everything is kept in {suite.folder}")
        return self.report

    def _go(self, suite, then):
        workload = Workload(suite, self.seed)
        workload.start()
        sampler = Sampler(suite)
        sampler.start()
        nemesis = Nemesis(suite, workload)
        began = time.monotonic()
        time.sleep(QUIET)
        missing = set(self.kinds)
        for round in rounds(self.seed, self.kinds, self.longest, self.away_events):
            # Every kind has its turn, however short the time.
            if time.monotonic() > began + self.minutes * 60 and not missing:
                break
            self.say(f"{time.monotonic() - began:5.0f} s  {len(nemesis.struck) + 1:3}  " + " + ".join(map(str, round.faults)))
            struck = nemesis.strike(round)
            missing -= {fault.kind for fault in round.faults}
            self.say(f"             recovered in {struck.recovery_seconds:.1f} s; " + "; ".join(filter(None, struck.evidence)) + (f"  !! {struck.trouble}" if struck.trouble else ""))
        time.sleep(QUIET)
        self.say("Waiting for the last answers")
        workload.stop()
        ended = time.monotonic()
        sampler.ending.set()
        sampler.join()
        suite.await_ready()
        self.say("Comparing what was said with what is there")
        samples = (sampler.looked, sampler.excess)
        verdict = Checker(suite, workload, samples).check()
        self.report = self._report(verdict, workload.history, nemesis.struck, began, ended)
        then(suite, workload, samples)

    def _report(self, verdict, history, struck, began, ended):
        times = [began, *sorted(attempt.ended for attempt in history.acknowledged() if began <= attempt.ended <= ended)]
        gap, at = max(((later - earlier, earlier - began) for earlier, later in zip(times, times[1:])), default=(0, 0))
        recoveries = sorted((each.recovery_seconds for each in struck), reverse=True)
        latencies = sorted(attempt.ended - attempt.began for attempt in history.acknowledged())
        troubles = [each.trouble for each in struck if each.trouble]
        troubles += [f"no message was under way in round {each.number}" for each in struck if not each.attempted]
        injected = Counter(fault.kind for each in struck for fault, evidence in zip(each.faults, each.evidence) if evidence)
        troubles += [f"{kind} was never seen to happen" for kind in self.kinds if not injected[kind]]
        return {
            "seed": self.seed, "seconds": round(ended - began), "machine": f"{platform.machine()}, {platform.system()} {platform.release()}",
            "injected": {kind: injected[kind] for kind in self.kinds}, "rounds": len(struck), "away_events": self.away_events,
            "messages": {
                "attempted": verdict.attempted, "acknowledged": verdict.acknowledged, "refused": verdict.refused, "lost": len(verdict.lost),
                "doubled": len(verdict.doubled), "reordered": len(verdict.reordered), "sent_again_on_purpose": history.duplicates_sent,
                "tries_beyond_the_first": sum(max(0, attempt.tries - 1) for attempt in history.attempts),
            },
            "answers_by_status": {str(status): count for status, count in sorted(history.statuses.items())},
            "longest_unavailability_seconds": round(gap, 2), "longest_unavailability_at": round(at),
            "recovery_seconds": {"longest": round(recoveries[0], 2), "median": round(recoveries[len(recoveries) // 2], 2)},
            "recovery_seconds_by_kind": self._recoveries(struck),
            "message_seconds": {"median": round(latencies[len(latencies) // 2], 3), "longest": round(latencies[-1], 1)},
            "examined": verdict.examined, "findings": list(verdict.findings()), "troubles": troubles,
        }

    def _recoveries(self, struck):
        found = {}
        for each in struck:
            for fault in each.faults:
                found.setdefault(fault.kind, []).append(each.recovery_seconds)
        return {kind: round(max(times), 2) for kind, times in found.items()}

    @property
    def is_good(self):
        return self.report is not None and not self.report["findings"] and not self.report["troubles"]


def text(report):
    messages = report["messages"]
    lines = [f"Seed {report['seed']}, {report['seconds']} s, {report['rounds']} rounds on {report['machine']}", "", "  faults injected        times  longest recovery"]
    for kind, count in report["injected"].items():
        took = report["recovery_seconds_by_kind"].get(kind)
        lines.append(f"    {kind:20} {count:5}  {'' if took is None else f'{took:8.1f} s'}")
    lines += ["", "  messages"]
    lines += [f"    {name.replace('_', ' '):24} {count:8}" for name, count in messages.items()]
    lines += ["", f"  longest unavailability {report['longest_unavailability_seconds']:.1f} s (after {report['longest_unavailability_at']} s)",
              f"  recovery after a round, median {report['recovery_seconds']['median']:.1f} s, longest {report['recovery_seconds']['longest']:.1f} s",
              f"  acknowledged after     median {report['message_seconds']['median']:.3f} s, longest {report['message_seconds']['longest']:.1f} s",
              "  answers by status      " + ", ".join(f"{status or 'none'}: {count}" for status, count in report["answers_by_status"].items()),
              "  examined               " + ", ".join(f"{count} {what}" for what, count in report["examined"].items())]
    for name in ("findings", "troubles"):
        if report[name]:
            lines += ["", f"  {name}"] + [f"    {each}" for each in report[name]]
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(
        prog="deploy/faults", description=__doc__,
        epilog="Kinds of faults:\n" + "\n".join(f"  {kind:21} {what}" for kind, what in KINDS.items())
        + "\n\nEvery kind strikes at least once, however short the time. The same seed breaks the same things in the same order."
        + "\nExit codes: 0 nothing was lost, doubled, reordered or otherwise wrong; 1 something was; 2 the run could not be made.",
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10, metavar="N", help="how long (10)")
    parser.add_argument("--seed", type=int, default=None, metavar="S", help="what is broken when; else one by the clock, which is printed")
    parser.add_argument("--kind", action="append", choices=list(KINDS), metavar="KIND", help="only this kind of fault; may be repeated")
    parser.add_argument("--longest", type=float, default=6.0, metavar="SECONDS", help="the longest a fault lasts (6)")
    parser.add_argument("--away-events", type=int, default=None, metavar="N", help="how many events pass while the router is away the first time (100,000 in ten minutes or more, else 2,000)")
    parser.add_argument("--schedule", action="store_true", help="print the first 40 rounds of the schedule and break nothing")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    options = parser.parse_args()
    seed = int(time.time()) if options.seed is None else options.seed
    kinds = tuple(kind for kind in KINDS if not options.kind or kind in options.kind)

    def say(line):
        print(line, file=sys.stderr, flush=True)

    run = Run(options.minutes, seed, kinds, options.longest, options.away_events, say)
    if options.schedule:
        for number, round in zip(range(1, 41), rounds(seed, kinds, run.longest, run.away_events)):
            print(f"{number:3}  " + " + ".join(map(str, round.faults)))
        return 0
    say(f"Seed {seed}")
    try:
        run.go()
    except Exception as error:
        say(f"The run could not be made: {type(error).__name__}: {error}")
        return 2
    print(json.dumps(run.report) if options.json else text(run.report))
    if not run.is_good:
        say(f"Again: deploy/faults --minutes {options.minutes:g} --seed {seed}")
    return 0 if run.is_good else 1


if __name__ == "__main__":
    sys.exit(main())
