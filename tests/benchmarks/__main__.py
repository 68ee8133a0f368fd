"""Run all benchmarks, or those that are named, and print one table in Markdown; then what some tell besides."""

from __future__ import annotations

import argparse
import os
import platform
import sys
from importlib import import_module
from importlib.metadata import version

from tests.benchmarks.measure import table

BENCHMARKS = (
    "process", "network", "variants", "drawing", "writing", "growth", "formulas", "recorder", "watching", "marking",
    "feedback", "classroom", "handouts", "pdf", "training", "wide",
)  # fmt: skip
WHEN_ASKED = ("peers",)  # they take several minutes
DETAILED = ("growth", "classroom", "training", "peers")
HEADS = ("benchmark", "measured", "floor", "ratio", "asked")


def main() -> None:
    """Measure and print."""
    known = BENCHMARKS + WHEN_ASKED
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"one of {', '.join(known)}; by default {', '.join(BENCHMARKS)}"
    )
    names = parser.parse_args().names or BENCHMARKS
    for name in names:
        if name not in known:
            parser.error(f"no benchmark {name}; there are {', '.join(known)}")
    rows: list[tuple[str, ...]] = []
    for name in names:
        print(f"measuring: {name}", file=sys.stderr)
        rows += [row.cells for row in import_module(f"tests.benchmarks.{name}").rows()]
    print(table(HEADS, rows))
    for name in DETAILED:
        if name in names:
            print("\n" + import_module(f"tests.benchmarks.{name}").details())
    versions = ", ".join(f"{name} {version(name)}" for name in ("numpy", "sympy", "jinja2"))
    print(
        "\nMedians of processor time, in turns with the floor; of a process, by the clock. BLAS on one thread.\n"
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, {versions}."
    )
    for name in WHEN_ASKED:
        if name not in names:
            print(f"Measured only when asked: python -m tests.benchmarks {name}", file=sys.stderr)


if __name__ == "__main__":
    main()
