"""Measures, and prints how near the limits we are. Started by deploy/bench."""

import argparse
import json
import os
import platform
import resource
import sys
import time
from pathlib import Path

import compare
from rows import ROWS
from suite import POSTGRES, BenchmarkError, Suite, run


def machine():
    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), platform.machine())
    memory = next(int(line.split()[1]) for line in open("/proc/meminfo") if line.startswith("MemTotal")) // 1024 // 1024
    return {
        "cpu": model, "cores": os.cpu_count(), "memory_gib": memory, "kernel": platform.release(), "load_average": os.getloadavg()[0],
        "postgresql": run(POSTGRES / "postgres", "--version").split()[2],
        "swift": run("swift", "--version").splitlines()[0].split("(")[0].strip(),
        "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    }


def main():
    parser = argparse.ArgumentParser(
        prog="deploy/bench", description="Each row beside a limit that is measured in the same run, on this machine.",
        epilog="Rows: " + "; ".join(f"{name}: {rows.__doc__.rstrip('.')}" for name, rows in ROWS.items())
        + ". Exit codes: 0 every reach met, 1 not every one, 2 something could not be measured.")
    parser.add_argument("--only", action="append", choices=list(ROWS), metavar="NAME", help="only this one; may be given several times")
    parser.add_argument("--json", action="store_true", help="everything that was measured, as JSON on standard output")
    parser.add_argument("--against", type=Path, metavar="FOLDER",
                        help="instead of the rows: what everyday work costs beside the version in FOLDER (a checkout with a release build), alternating")
    parser.add_argument("--setting", action="append", default=[], metavar="NAME=VALUE", help="with --against: an environment variable for the other version alone")
    wishes = parser.parse_args()
    if wishes.setting and not wishes.against:
        parser.error("--setting is for the version of --against")
    if not all("=" in setting for setting in wishes.setting):
        parser.error("--setting takes NAME=VALUE")
    # 10,000 sockets here and as many in the gateway.
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(20_000, hard) if hard != resource.RLIM_INFINITY else 20_000, hard))

    if wishes.against:
        return against(wishes)
    facts, rows, troubles = machine(), [], []
    suite = Suite()
    try:
        for name, measure in ROWS.items():
            if wishes.only and name not in wishes.only:
                continue
            print(f"· {measure.__doc__}", file=sys.stderr, flush=True)
            try:
                rows += measure(suite)
            except BenchmarkError as trouble:
                troubles.append(f"{name}: {trouble}")
                print(f"! {name}: {trouble}", file=sys.stderr, flush=True)
    finally:
        suite.close()

    if wishes.json:
        print(json.dumps({"machine": facts, "rows": [row.json() for row in rows], "not_measured": troubles}, ensure_ascii=False))
    else:
        print(f"{facts['cpu']}, {facts['cores']} cores, {facts['memory_gib']} GiB, Linux {facts['kernel']}, PostgreSQL {facts['postgresql']},"
              f" {facts['swift']}, load {facts['load_average']:.1f} before\n")
        show([("", "ours", "limit", "ratio", "reach", "")] + [
            (row.name, row.ours, row.limit, f"{row.ratio:.2f}" if row.ratio is not None else "–", row.reach, "pass" if row.passed else "MISSED")
            for row in rows
        ])
        for trouble in troubles:
            print(f"not measured: {trouble}")
    sys.exit(2 if troubles else 0 if all(row.passed for row in rows) else 1)


def show(table):
    widths = [max(len(line[column]) for line in table) for column in range(len(table[0]))]
    for line in table:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip())


def against(wishes):
    if not (wishes.against / ".build" / "release" / "switchboard").exists():
        sys.exit(f"{wishes.against} has no release build: swift build -c release")
    try:
        found = list(compare.compare(wishes.against.resolve(), dict(setting.split("=", 1) for setting in wishes.setting)))
    except BenchmarkError as trouble:
        print(trouble, file=sys.stderr)
        sys.exit(2)
    if wishes.json:
        print(json.dumps({"machine": machine(), "comparisons": [row.json() for row in found]}, ensure_ascii=False))
    else:
        show([("", "older", "newer", "ratio", "lowest", "highest", "reach", "")] + [
            (row.name, f"{row.older:.3f}", f"{row.newer:.3f}", f"{row.ratio:.3f}", f"{row.lowest:.2f}", f"{row.highest:.2f}", f"≤ {compare.REACH}",
             "pass" if row.passed else "MISSED") for row in found
        ])
    sys.exit(0 if all(row.passed for row in found) else 1)


if __name__ == "__main__":
    main()
