"""One module a kind, `kind_NN_name.py`, with TITLE and `attack(target)`, which yields a `Check` for each thing that it tried."""

import importlib
import re
from pathlib import Path


def numbers():
    """Of the kinds that exist, ascending."""
    return sorted({int(match[1]) for path in Path(__file__).parent.glob("kind_*.py") if (match := re.match(r"kind_(\d+)_", path.name))})


def load(number):
    """The modules of a kind: one, or several where parts of a kind have nothing in common."""
    paths = sorted(Path(__file__).parent.glob(f"kind_{number:02}_*.py"))
    return [importlib.import_module(f"kinds.{path.stem}") for path in paths]
