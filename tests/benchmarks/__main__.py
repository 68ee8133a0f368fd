"""Run all benchmarks, or those that are named, and print one table in Markdown; then how times grow."""

from __future__ import annotations

import argparse
import os
import platform
import sys
from importlib import import_module
from importlib.metadata import version

from tests.benchmarks.measure import table

BENCHMARKS = ("process", "network", "variants", "writing", "growth", "formulas", "recorder", "marking", "feedback")
HEADS = ("benchmark", "measured", "floor", "ratio", "asked")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of {', '.join(BENCHMARKS)}; by default all")
    names = parser.parse_args().names or BENCHMARKS
    for name in names:
        if name not in BENCHMARKS:
            parser.error(f"no benchmark {name}; there are {', '.join(BENCHMARKS)}")
    rows: list[tuple[str, ...]] = []
    for name in names:
        print(f"measuring: {name}", file=sys.stderr)
        rows += [row.cells for row in import_module(f"tests.benchmarks.{name}").rows()]
    print(table(HEADS, rows))
    if "growth" in names:
        print("\n" + import_module("tests.benchmarks.growth").details())
    versions = ", ".join(f"{name} {version(name)}" for name in ("numpy", "sympy", "jinja2"))
    print(
        "\nMedians of processor time, in turns with the floor; of a process, by the clock. BLAS on one thread.\n"
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, {versions}."
    )


if __name__ == "__main__":
    main()
