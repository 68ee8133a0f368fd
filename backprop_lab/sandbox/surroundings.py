"""What a program finds around it: drawing that draws nothing, empty input, the same random numbers in every run."""

from __future__ import annotations

import builtins
import sys
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence, Set
    from typing import Any

SEED = 20240229
# What draws, shows or decorates: where it is missing, something inert stands in for it.
DECORATIVE = frozenset((
    "matplotlib", "seaborn", "networkx", "graphviz", "plotly", "IPython", "tabulate", "torchviz",
    "google", "mpl_toolkits", "ipywidgets", "tqdm", "torchsummary", "torchinfo", "prettytable", "termcolor",
    "colorama", "rich", "bokeh", "altair", "pydot", "pygraphviz", "drawnow", "celluloid",
    "pandas",
))  # fmt: skip
# What takes longer to import than a lab takes to run, and draws or shows: something inert stands in for it always.
NEVER_SHOWN = frozenset(("matplotlib", "mpl_toolkits", "seaborn", "IPython", "plotly", "bokeh"))
UNPACKED = {"subplots": 2, "hist": 3, "plot": 1, "pie": 2}


class Inert:
    """Something that may be called, read, drawn upon and used in a `with`, and that does nothing."""

    def __init__(self, length: int = 0) -> None:
        self._length = length

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Named(name)

    def __call__(self, *_: Any, **__: Any) -> Inert:
        """Do nothing."""
        return Inert()

    def __iter__(self) -> Iterator[Inert]:
        return iter([Inert() for _ in range(self._length)])

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, _: Any) -> Inert:
        return Inert()

    def __setitem__(self, _: Any, __: Any) -> None:
        pass

    def __bool__(self) -> bool:
        return True

    def __enter__(self) -> Inert:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def __add__(self, other: Any) -> Any:
        return other

    __radd__ = __add__

    def __mro_entries__(self, _: Any) -> tuple[type, ...]:
        return ()

    def __repr__(self) -> str:
        return ""


class Shown(Inert):
    """What an inert class makes of whatever it is given."""

    def __init__(self, *_: Any, **__: Any) -> None:
        super().__init__()


class Named(Inert):
    """An inert function: what it returns can be taken apart as what the real one returns."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name

    def __call__(self, *given: Any, **named: Any) -> Any:
        """Return something that can be taken apart."""
        if self._name == "subplots":
            return Inert(), axes(*given[:2], **{key: named[key] for key in ("nrows", "ncols") if key in named})
        if self._name in ("tqdm", "track"):
            return Bar(given[0] if given else named.get("iterable", named.get("sequence", ())))
        if self._name == "trange":
            return Bar(range(*given))
        if self._name == "colored":
            return given[0]
        return Inert(UNPACKED.get(self._name, 0))


class Bar(Inert):
    """An inert progress bar, which goes through what the real one would."""

    def __init__(self, entries: Any) -> None:
        super().__init__()
        self._entries = () if entries is None else entries

    def __iter__(self) -> Iterator[Any]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)


def axes(nrows: int = 1, ncols: int = 1) -> Any:
    """Return as many inert axes as there are subplots."""
    if nrows == 1 or ncols == 1:
        return Inert(0 if nrows == ncols else nrows * ncols)
    return [[Inert() for _ in range(ncols)] for _ in range(nrows)]


class InertKind(type):
    """The type of classes that have every attribute."""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Named(name)


class InertModule(ModuleType):
    """A module in which there is everything, and nothing of it does anything; what is written large is a class.

    Data that it would read nothing can stand in for.
    """

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if name.startswith("read_"):
            raise ModuleNotFoundError(f"No module named {self.__name__!r}", name=self.__name__)
        if not name[:1].isupper():
            return Named(name)
        made = self.__dict__[name] = InertKind(name, (Shown,), {})
        return made


class StandIns:
    """Finds modules that stand in for some packages, but for none that the program can do without."""

    def __init__(self, packages: Set[str]) -> None:
        self.packages = packages

    def find_spec(self, name: str, _path: Sequence[str] | None, _target: object = None) -> ModuleSpec | None:
        """Return the specification of a module that stands in for one."""
        stands_in = name.partition(".")[0] in self.packages
        return ModuleSpec(name, self, is_package=True) if stands_in else None  # type: ignore[arg-type]

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """Return the module that stands in."""
        return InertModule(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Do nothing."""


class Seeding:
    """Seeds random numbers when the module is imported that makes them, so that two runs draw the same."""

    def __init__(self) -> None:
        for name, seed in SEEDS.items():
            if name in sys.modules:
                seed(sys.modules[name])

    def find_spec(self, name: str, path: Sequence[str] | None, _target: object = None) -> ModuleSpec | None:
        """Return the specification of a module that is seeded as soon as it has been imported."""
        seed = SEEDS.get(name)
        spec = PathFinder.find_spec(name, path) if seed is not None else None
        if spec is None or spec.loader is None or seed is None:
            return None
        run = spec.loader.exec_module

        def run_and_seed(module: ModuleType) -> None:
            run(module)
            seed(module)

        spec.loader.exec_module = run_and_seed  # type: ignore[method-assign]
        return spec


def seed_random(module: Any) -> None:
    """Seed Python's random numbers."""
    module.seed(SEED)


def seed_numpy(module: Any) -> None:
    """Seed NumPy's random numbers, also those of generators that are made without a seed."""
    from random import Random

    module.seed(SEED)
    module.bit_generator.randbits = Random(SEED).getrandbits


def seed_torch(module: Any) -> None:
    """Seed PyTorch's random numbers; `manual_seed` would also see to devices that are not here."""
    module.default_generator.manual_seed(SEED)


SEEDS: dict[str, Callable[[Any], None]] = {"random": seed_random, "numpy.random": seed_numpy, "torch": seed_torch}


class Shell:
    """IPython's interface to a notebook, in which no command does anything."""

    def system(self, *_: Any) -> None:
        """Run no command."""

    run_line_magic = run_cell_magic = magic = ex = set_next_input = system

    def getoutput(self, *_: Any) -> list[str]:
        """Return the output of no command."""
        return []


def ask(prompt: object = "") -> str:
    """Answer a question with an empty line."""
    sys.stdout.write(str(prompt))
    return ""


def display(*objects: object, **_: object) -> None:
    """Show objects as a notebook does, in plain text."""
    for entry in objects:
        sys.stdout.write(f"{entry}\n")


def own_builtins() -> ModuleType:
    """Return builtins of a program's own: what it puts in their place there changes nothing for anybody else."""
    module = ModuleType("builtins", builtins.__doc__)
    module.__dict__.update(builtins.__dict__)
    module.__dict__.update(input=ask, display=display, get_ipython=Shell)
    return module


# Made before there is a program, so that the children of a warm parent find them.
BUILTINS = own_builtins()


def prepare(dispensable: Set[str]) -> None:
    """Let imports be seeded and what is decorative be missing, unless the program says what to do without it."""
    sys.meta_path[:0] = Seeding(), StandIns(NEVER_SHOWN - dispensable)
    sys.meta_path.append(StandIns(DECORATIVE - dispensable))
