"""Run one program in this process, in its own namespace, and report what it shows and how it ends."""

from __future__ import annotations

import ast
import gc
import json
import os
import signal
import sys
from contextlib import suppress
from types import CodeType, ModuleType

from .channel import Channel
from .constants import literals
from .crashes import Sources, crash
from .expressions import Plan
from .instrument import instrument, persistent
from .nodes import walk
from .observer import Observer
from .softening import fitted, single, singles
from .surroundings import BUILTINS, prepare
from .values import numpy, torch
from .watcher.training import Watcher

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn

_exit = os._exit
DEEPEST_TEXT = 20_000
MOST_DESCRIPTORS = 256


def run(descriptor: int) -> NoReturn:
    """Record the program that standard input holds, write to the descriptor, and end this process.

    Standard input is a line of JSON, and behind it the contents of the files that the program finds beside it.
    """
    os.set_inheritable(descriptor, False)
    parts = []
    while part := os.read(0, 1 << 20):
        parts.append(part)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    header, _, contents = b"".join(parts).partition(b"\n")
    request = json.loads(header)
    put_files(request["folder"], request["files"], contents)
    limit_resources(request["limits"])
    Run(request, descriptor).run()


def put_files(folder: str, files: list[tuple[str, int]], contents: bytes) -> None:
    """Write files of those names and sizes into a folder; what cannot be written is not there for the program."""
    os.makedirs(folder, exist_ok=True)  # noqa: PTH103 (pathlib is slow to import)
    place = 0
    for name, size in files:
        path = os.path.join(folder, name)  # noqa: PTH118
        with suppress(OSError):
            os.makedirs(os.path.dirname(path), exist_ok=True)  # noqa: PTH103, PTH120
            with open(path, "wb") as file:  # noqa: PTH123
                file.write(contents[place : place + size])
        place += size


def limit_resources(limits: dict[str, int | None]) -> None:
    """Let no more be had than the request says, and leave no core behind."""
    import resource

    wanted = {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NOFILE: MOST_DESCRIPTORS,
        resource.RLIMIT_FSIZE: limits["file_size"],
        resource.RLIMIT_AS: limits["memory"],
        resource.RLIMIT_CPU: limits["cpu_seconds"],
        resource.RLIMIT_NPROC: limits["processes"],
    }
    for kind, most in wanted.items():
        _, hard = resource.getrlimit(kind)
        if most is not None and (hard == resource.RLIM_INFINITY or most < hard):
            grace = 1 if kind == resource.RLIMIT_CPU else 0  # between the signal and the end
            resource.setrlimit(kind, (most, most + grace))


class Cell:
    """A cell of a program: its text, the name of its file, its tree and its code, or what is wrong with them."""

    code: CodeType | BaseException

    def __init__(self, sources: Sources, source: str, number: int | None) -> None:
        self.source, self.number = source, number
        self.name = sources.add(source, number)
        self.tree: ast.Module | BaseException
        try:
            self.tree = ast.parse(source, self.name)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            self.tree = error.with_traceback(None)


class Run:
    """One run of a program."""

    def __init__(self, request: dict[str, Any], descriptor: int) -> None:
        self.request = request
        self.sources = Sources(request["name"], request["folder"])
        self.module = ModuleType("__main__")
        self.plan = Plan()
        moves: dict[tuple[int, int], list[tuple[tuple[float, ...], list[float]]]] = {}
        for place, leaf, was, now in request["moves"]:
            moves.setdefault((place, leaf), []).append((tuple(map(float, was)), list(map(float, now))))
        self.channel, names = Channel(descriptor), self.module.__dict__
        self.observer: Observer | Watcher
        if request["watch"] is None:
            self.observer = Observer(self.channel, self.plan, moves, request["observations"], names)
        else:
            self.observer = Watcher(self.channel, request["watch"], names, self.sources)
        self.process = os.getpid()
        self.over = False

    def run(self) -> NoReturn:
        """Run the program to its end, or to that of its time.

        The numbers of its text are reported last before it starts: what fails until then is our own failure.
        """
        try:
            cells = [Cell(self.sources, **cell) for cell in self.request["cells"]]
            texts = [(cell.tree, walk(cell.tree)) for cell in cells if isinstance(cell.tree, ast.Module)]
            for tree, nodes in texts:
                self.plan.prepare(tree, nodes)
            numbers = literals([node for _, nodes in texts for node in nodes])
            self.surround()
            for cell in cells:
                cell.code = self.compiled(cell)
            self.channel.write(f'["l",[{",".join(map(float.__repr__, numbers))}]]\n')
        except Exception as error:
            self.end("memory" if isinstance(error, MemoryError) else "sandbox", None)
        try:
            for cell in cells:
                if not isinstance(cell.code, CodeType):
                    raise cell.code
                exec(cell.code, self.module.__dict__)
            self.join_threads()
        except BaseException as error:
            if isinstance(error, SystemExit) and (error.code is None or error.code == 0):
                self.end("ok", None)
            self.end("memory" if isinstance(error, MemoryError) else "error", error)
        self.end("ok", None)

    def surround(self) -> None:
        """Let the program find what it would find as a script or notebook of its own."""
        folder = self.request["folder"]
        self.names = BUILTINS.__dict__
        self.names.update(__bp_fit__=fitted, __bp_single__=single, __bp_singles__=singles)
        self.names["__bp_errors__"] = Exception, SystemExit
        namespace = self.module.__dict__
        namespace["__builtins__"] = sys.modules["builtins"] = BUILTINS
        if self.request["cells"] and self.request["cells"][0]["number"] is None:
            namespace["__file__"] = os.path.join(folder, self.request["name"])  # noqa: PTH118
        sys.modules["__main__"] = self.module
        sys.argv[:] = [self.request["name"]]
        if os.path.isdir(folder):  # noqa: PTH112 (pathlib is slow to import)
            os.chdir(folder)
            sys.path.insert(0, folder)
        prepare(self.plan.dispensable())
        os._exit = self.leave  # type: ignore[assignment]
        os.register_at_fork(after_in_child=self.forked)
        signal.signal(signal.SIGALRM, self.alarmed)
        signal.signal(signal.SIGXCPU, self.alarmed)
        signal.setitimer(signal.ITIMER_REAL, self.request["seconds"])
        if isinstance(self.observer, Watcher):
            self.observer.install()
        numpy(), torch()  # their own types, where they have been imported before the program could patch them
        gc.freeze()  # what is there by now is no garbage of the program's

    def compiled(self, cell: Cell) -> CodeType | BaseException:
        """Return the code of a cell with hooks in it, or the program's own error: what Python itself refuses."""
        if not isinstance(cell.tree, ast.Module):
            return cell.tree
        try:
            if isinstance(self.observer, Watcher):
                self.observer.trees.append((cell.tree, cell.number))
                return compile(cell.tree, cell.name, "exec", dont_inherit=True)
            return self.hooked(self.observer, cell.tree, cell)
        except MemoryError:
            raise
        except Exception:
            try:
                compile(cell.source, cell.name, "exec", dont_inherit=True)
            except Exception as error:
                return error.with_traceback(None)
            raise

    def hooked(self, observer: Observer, tree: ast.Module, cell: Cell) -> CodeType:
        """Return the code of a cell's tree, whose hooks are among the builtins by then."""
        request, limit = self.request, sys.getrecursionlimit()
        sys.setrecursionlimit(DEEPEST_TEXT)
        try:
            tree = instrument(tree, self.plan, cell.number, request["lenient"], bool(request["moves"]))
            tree = persistent(tree) if request["persistent"] else tree
            code = compile(tree, cell.name, "exec", dont_inherit=True)
        finally:
            sys.setrecursionlimit(limit)
        observer.install(self.names)
        return code

    def join_threads(self) -> None:
        """Wait for the threads that the program has started, as Python does at the end of a script."""
        threading = sys.modules.get("threading")
        if threading is not None:
            threading._shutdown()

    def alarmed(self, *_: object) -> None:
        """End the run shortly before it would be killed."""
        if self.channel.writer:
            signal.setitimer(signal.ITIMER_REAL, 0.01)
        else:
            self.end("timeout", None)

    def forked(self) -> None:
        """Write nothing from a child of the program's."""
        self.channel.silent = True

    def leave(self, code: int) -> NoReturn:
        """End the run where the program leaves without further ado."""
        if os.getpid() == self.process:
            self.end("ok" if code == 0 else "error", None if code == 0 else SystemExit(code))
        _exit(code)

    def end(self, status: str, error: BaseException | None) -> NoReturn:
        """Report how the program ended, and end this process without what else it has prepared for its end."""
        if self.over or os.getpid() != self.process:
            _exit(0)
        self.over = True
        try:
            signal.setitimer(signal.ITIMER_REAL, 0)
            self.observer.finish(status, "null" if error is None else crash(error, self.sources))
        finally:
            _exit(0)
