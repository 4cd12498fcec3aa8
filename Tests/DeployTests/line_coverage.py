"""Line coverage by module, of the Swift tests, with the Domain folders apart. `deploy/coverage` measures and calls it."""

import argparse
import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# What decides, without input and output, is tested thoroughly. Unit: percent of a Domain folder's lines.
DOMAIN_MIN = 90


def module(path):
    """The module that a file of the checkout belongs to, as its folder; None for tests and what is not ours."""
    parts = path.parts
    if parts[0] == "Shared":
        return "/".join(parts[:2])
    if parts[0] != "Services":
        return None
    for kind in ("Service", "Main"):
        if kind in parts[:-1]:
            return "/".join(parts[: parts.index(kind) + 1])
    return "/".join(parts[:2])


def domain(path):
    """The Domain folder that a file belongs to, else None."""
    parts = path.parts
    return "/".join(parts[: parts.index("Domain") + 1]) if "Service" in parts and parts[parts.index("Service") + 1] == "Domain" else None


def lines_by_folder(export, root):
    """{folder: (lines, of them run)} of an export by llvm-cov, for every module and every Domain folder. A Domain folder of the
    checkout with nothing in the export is there too, with no line run."""
    found = {str(folder.relative_to(root)): [0, 0] for folder in root.glob("Services/**/Service/Domain") if any(folder.rglob("*.swift"))}
    for file in export["data"][0]["files"]:
        path = Path(file["filename"])
        if not path.is_relative_to(root) or path.relative_to(root).parts[0].startswith("."):
            continue
        path = path.relative_to(root)
        for folder in filter(None, (module(path), domain(path))):
            lines = found.setdefault(folder, [0, 0])
            lines[0] += file["summary"]["lines"]["count"]
            lines[1] += file["summary"]["lines"]["covered"]
    return {folder: tuple(lines) for folder, lines in sorted(found.items())}


def percent(lines, run):
    return 100 * run / lines if lines else 0.0


def is_domain(folder):
    return folder.endswith("/Service/Domain")


def too_low(found):
    """The Domain folders that fall short."""
    return [folder for folder, lines in found.items() if is_domain(folder) and percent(*lines) < DOMAIN_MIN]


def text(found):
    width = max(map(len, found))
    rows = [f"{'module':{width}}    lines      run"]
    for folder, (lines, run) in found.items():
        mark = f"  under {DOMAIN_MIN} %" if folder in too_low(found) else ""
        rows.append(f"{folder:{width}}  {lines:7}  {percent(lines, run):5.1f} %{mark}")
    return "\n".join(rows)


def main(words=None):
    parser = argparse.ArgumentParser(
        prog="deploy/coverage", description=__doc__,
        epilog=f"Exit codes: 0 every Domain folder is at {DOMAIN_MIN} % or above; 1 one is not; 2 nothing was measured. A Domain folder counts in its module too.")
    parser.add_argument("--from", dest="export", metavar="FILE", help="of an export by llvm-cov that is there already; builds and runs nothing")
    parser.add_argument("--json", action="store_true", help="print one line of JSON")
    options = parser.parse_args(words)
    found = lines_by_folder(json.loads(Path(options.export).read_text()), ROOT)
    if not any(lines for folder, (lines, _) in found.items() if is_domain(folder)):
        print(f"{options.export} has no line of any Domain folder.", file=sys.stderr)
        return 2
    short = too_low(found)
    if options.json:
        modules = [{"folder": folder, "lines": lines, "run": run, "percent": round(percent(lines, run), 1)} for folder, (lines, run) in found.items()]
        print(json.dumps({"modules": modules, "domain_min_percent": DOMAIN_MIN, "too_low": short}))
    else:
        print(text(found))
    return 1 if short else 0


if __name__ == "__main__":
    sys.exit(main())
