"""The process in which a program is recorded: read a request from standard input, run it, send back what is seen.

This file is run by its path, in a bare sandbox too: the folder that it lies in is all that it needs, as a package of
its own, of which nothing is left on the path or among the modules when the program starts.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from os.path import basename, dirname

STANDARD_OUTPUT, STANDARD_ERROR = 1, 2


def main() -> None:
    """Record the program that standard input holds, and write to the descriptor that the command line names.

    Where that is standard output, what the program prints goes where its errors go.
    """
    folder = sys.path[0]
    sys.path[0] = dirname(folder)  # noqa: PTH120 (pathlib would cost as much as all the rest of starting)
    package = basename(folder)  # noqa: PTH119
    run = import_module(f"{package}.process").run
    for name in [name for name in sys.modules if name.partition(".")[0] == package]:
        del sys.modules[name]
    del sys.path[0]
    descriptor = int(sys.argv[1])
    if descriptor == STANDARD_OUTPUT:
        descriptor = os.dup(STANDARD_OUTPUT)
        os.dup2(STANDARD_ERROR, STANDARD_OUTPUT)
    run(descriptor)


if __name__ == "__main__":
    main()
