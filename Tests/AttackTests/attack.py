"""Attacks a suite, one kind of fault after the other, and says what held. `deploy/attack` runs it."""

import argparse
import json
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from target import Target  # its import makes the other folders' modules visible
import kinds
from free import FreeAttack
from running_suite import RunningSuite
from suite import Suite

EPILOG = """exit codes: 0 everything held, 1 something did not, 2 the attack could not be made.
SWITCHBOARD_BIN names another folder of programs, a version from before for one."""


def main():
    parser = argparse.ArgumentParser(prog="deploy/attack", description=__doc__, epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kind", type=int, action="append", choices=kinds.numbers(), metavar="N", help="only this kind; may be repeated")
    parser.add_argument("--suite", metavar="FILE", help="attack the running suite whose `switchboard up --json` line stands in FILE; else one of its own")
    parser.add_argument("--free", action="store_true", help="attack without a plan, by --seed, for --minutes")
    parser.add_argument("--minutes", type=float, default=1, help="of --free (default 1)")
    parser.add_argument("--seed", default="1", help="of --free (default 1)")
    parser.add_argument("--list", action="store_true", help="say which kinds there are")
    parser.add_argument("--json", action="store_true", help="one line of JSON on standard output")
    options = parser.parse_args()
    wanted = options.kind or kinds.numbers()
    if options.list:
        for number in wanted:
            print(f"{number:3}  {' · '.join(module.TITLE for module in kinds.load(number))}")
        return 0

    def say(line):
        print(line, file=sys.stderr, flush=True)

    report = []
    with RunningSuite(options.suite) if options.suite else Suite("--scale", "router=2", "--scale", "gateway=2") as suite:
        target = Target(suite)
        try:
            for number in [] if options.free else wanted:
                for module in kinds.load(number):
                    say(f"{number:3}  {module.TITLE}")
                    for check in module.attack(target):
                        say(f"     {'held  ' if check.held else 'BROKEN'}  {check.what}" + (f": {check.seen}" if check.seen else ""))
                        report.append({"kind": number, "what": check.what, "held": check.held, "seen": check.seen})
            if options.free:
                attack = FreeAttack(target, options.seed, options.minutes * 60)
                say(f"Anything for {options.minutes:g} min, seed {options.seed}")
                findings = attack.go()
                asked = sum(attack.statuses.values())
                for finding in findings:
                    say(f"     BROKEN  {finding}")
                say(f"     {asked} requests: {dict(attack.statuses)}; {dict(attack.counts)}")
                report += [{"kind": "free", "what": finding, "held": False, "seen": f"seed {options.seed}"} for finding in findings]
                report.append({"kind": "free", "what": "anything", "held": not findings, "seen": f"{asked} requests, seed {options.seed}"})
        finally:
            target.close()
    broken = sum(not check["held"] for check in report)
    if options.json:
        print(json.dumps({"held": len(report) - broken, "broken": broken, "checks": report}))
    say(f"{len(report) - broken} held, {broken} broken" if report else "Nothing was tried.")
    return 2 if not report else 1 if broken else 0


if __name__ == "__main__":
    try:
        status = main()
    except KeyboardInterrupt:
        status = 130
    sys.stdout.flush()
    os._exit(status) if status == 130 else sys.exit(status)
