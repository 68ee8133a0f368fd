"""However a program ends, what it showed before counts, and the recording says how it ended."""

from __future__ import annotations

import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from shutil import copytree

import pytest

from backprop_lab.limits import DEEPEST, Bounds, Limits
from backprop_lab.sandbox import local
from backprop_lab.sandbox.request import Ended, Request
from backprop_lab.sandbox.runner import LOCAL, SILENT, TAMPERED, TOO_MUCH, record
from backprop_lab.submissions import beside
from backprop_lab.submissions.beside import files_beside
from backprop_lab.submissions.program import File
from tests.needs import needs, needs_posix, needs_torch
from tests.sandbox.recorded import notebook, run, script, seen, values


@pytest.fixture(autouse=True)
def _posix() -> None:
    needs_posix()


SHORT = Limits(seconds=1.0)


def test_a_traceback_is_the_students_own_with_true_lines() -> None:
    recording = record(script("def f(z):\n    w = z * 2\n    return w / 0\n\nx = 1\ny = f(\n    x)\n"))
    assert (recording.status, values(recording, "w")) == ("error", [(2.0,)])
    assert recording.crash is not None
    assert (recording.crash.type, recording.crash.message) == ("ZeroDivisionError", "division by zero")
    assert (recording.crash.line, recording.crash.cell) == (3, None)
    plain = recording.crash.traceback.replace("^", "").replace("~", "")
    assert [line for line in plain.splitlines() if line.strip()] == [
        "Traceback (most recent call last):",
        '  File "lab.py", line 6, in <module>',
        "    y = f(",
        '  File "lab.py", line 3, in f',
        "    return w / 0",
        "ZeroDivisionError: division by zero",
    ]


def test_a_crash_in_a_library_is_put_at_the_students_line() -> None:
    recording = record(script("import numpy as np\nx = np.ones(3)\n\ny = np.dot(x, np.ones(2))"))
    assert recording.crash is not None
    assert (recording.crash.type, recording.crash.line) == ("ValueError", 4)
    assert recording.crash.traceback.count("File") == 1


def test_a_crash_in_a_cell_names_the_cell_and_what_ran_before_counts() -> None:
    recording = record(notebook("w = 0.5", "v = w * 2\nv = u", "t = 3"))
    assert (recording.status, values(recording, "v"), values(recording, "t")) == ("error", [(1.0,)], [])
    assert recording.crash is not None
    assert (recording.crash.type, recording.crash.line, recording.crash.cell) == ("NameError", 2, 2)
    assert 'File "<cell 2>", line 2' in recording.crash.traceback
    assert "    v = u\n" in recording.crash.traceback


def test_a_syntax_error_is_shown_where_it_is() -> None:
    recording = record(script("w = 0.5\nv = = 3\n"))
    assert (recording.status, recording.seen) == ("error", ())
    assert recording.crash is not None
    assert (recording.crash.type, recording.crash.message, recording.crash.line) == (
        "SyntaxError", "invalid syntax (lab.py, line 2)", 2,
    )  # fmt: skip
    assert recording.crash.traceback.startswith('  File "lab.py", line 2\n    v = = 3\n        ^\n')


def test_cells_before_one_that_does_not_parse_are_run() -> None:
    recording = record(notebook("w = 0.5", "v = 1", "else:", "t = 3"))
    assert [entry.where.name for entry in recording.seen] == ["w", "v"]
    assert recording.crash is not None
    assert (recording.crash.type, recording.crash.cell) == ("SyntaxError", 3)


def test_python_2_is_told_by_pythons_own_message() -> None:
    recording = record(script("w = 0.5\nprint 'w', w\n"))
    assert recording.crash is not None
    assert "Missing parentheses in call to 'print'" in recording.crash.message


@pytest.mark.parametrize(
    ("end", "status"),
    [
        ("sys.exit()", "ok"), ("sys.exit(0)", "ok"), ("exit()", "ok"), ("sys.exit(2)", "error"),
        ("sys.exit('no')", "error"), ("os._exit(0)", "ok"), ("os._exit(3)", "error"),
        ("raise KeyboardInterrupt", "error"), ("raise GeneratorExit", "error"), ("raise MemoryError", "memory"),
        ("os.kill(os.getpid(), 9)", "error"), ("os.kill(os.getpid(), 11)", "error"), ("os.abort()", "error"),
        ("import posix; posix._exit(0)", "error"), ("import atexit; atexit.register(lambda: 1 / 0)", "ok"),
        ("os.close(3); os.closerange(3, 50)", "error"),
        ("class E(Exception):\n    def __str__(self): raise SystemExit\nraise E", "error"),
    ],
)  # fmt: skip
def test_what_was_seen_before_the_end_counts(end: str, status: str) -> None:
    recording = record(script(f"import os, sys\nw = 0.5 * 2\n{end}\n"))
    assert (recording.status, values(recording, "w")) == (status, [(1.0,)])
    assert (recording.crash is None) == (status == "ok")


@pytest.mark.parametrize(
    "text", ["while True: pass", "import time\ntime.sleep(60)", "while True:\n    try: u = 1 / 0\n    except: pass"]
)
def test_an_endless_program_is_stopped_and_its_last_numbers_are_kept(text: str) -> None:
    recording = record(script(f"for k in [1] * 100:\n    w = k * 2\n{text}"), limits=SHORT)
    assert recording.status == "timeout"
    visits = [entry.visit for entry in seen(recording, "w")]
    assert (visits[0], visits[15]) == (1, 16)
    assert visits[16] >= 100


def test_a_program_deaf_to_alarms_is_killed() -> None:
    text = "import signal\nw = 0.5\nsignal.signal(signal.SIGALRM, signal.SIG_IGN)\nwhile True: pass"
    recording = record(script(text), limits=SHORT)
    assert (recording.status, values(recording, "w")) == ("timeout", [(0.5,)])


def test_a_child_of_the_program_writes_nothing_and_does_not_hold_up_the_end() -> None:
    recording = run("import os, time\npid = os.fork() and 1\nw = pid * 3\nif not pid: time.sleep(60)")
    assert values(recording, "w") == [(3.0,)]


def test_a_process_is_there_to_be_waited_for_until_its_group_is_ended() -> None:
    text = "import os, time\nif not os.fork():\n    time.sleep(60)"
    with LOCAL.start(Request(script(text), Limits())) as process:
        while not process.ended():
            time.sleep(0.01)
        assert os.getpgid(process.process.pid) == process.process.pid
        assert process.wait(1.0) == Ended(0)
        process.kill()
        assert process.wait(0.0) == Ended(0)


def test_a_million_printed_lines_neither_block_nor_fail() -> None:
    recording = run("for k in range(10**6): print('epoch', k)\nw = 0.5")
    assert values(recording, "w") == [(0.5,)]


def test_endless_printing_is_stopped() -> None:
    recording = record(script("w = 0.5\nwhile True: print('x' * 1000)"), limits=Limits(output=1 << 20))
    assert (recording.status, values(recording, "w")) == ("output", [(0.5,)])


def test_too_much_memory_is_told() -> None:
    recording = record(script("import numpy as np\nw = 0.5\nv = np.ones(10**9)"), limits=Limits(memory=1 << 31))
    assert (recording.status, values(recording, "w")) == ("memory", [(0.5,)])


@pytest.mark.parametrize("text", ["def f(n):\n    m = n + 1\n    return f(m)\nf(0)", "def f(n): return f(n)\nf(0)"])
def test_deep_recursion_is_an_error_of_the_program(text: str) -> None:
    recording = record(script(f"w = 0.5\n{text}"))
    assert (recording.status, values(recording, "w")) == ("error", [(0.5,)])
    assert recording.crash is not None
    assert recording.crash.type == "RecursionError"
    assert len(recording.crash.traceback) < 7000


def test_a_long_loop_keeps_the_first_and_the_last_and_says_what_it_dropped() -> None:
    recording = run("w = 0.0\nfor k in range(10**6):\n    w = w + 1.0")
    visits = [entry.visit for entry in seen(recording, "w")][1:]
    assert visits == [*range(1, 17), 10**6]
    assert values(recording, "w")[-1] == (1e6,)
    assert recording.dropped == 10**6 - 17


def test_a_long_loop_takes_no_more_memory_than_it_would() -> None:
    needs(sys.platform == "linux", "this is not Linux, which tells what memory a process has")
    text = "w = [0.0]\nfor k in range(3 * 10**5):\n    w[0] += 1.0\n    v = [k] * 50\n    t = 0"
    recording = run(f"{text}\npages = int(open('/proc/self/statm').read().split()[1])")
    ((pages,),) = values(recording, "pages")
    assert pages is not None
    assert pages * 4096 < 100e6


def test_constants_leave_room_for_observations() -> None:
    recording = run("w = [0.5, [0.25]]\n" * 20, limits=Limits(observations=2))
    assert (len(recording.seen), len(recording.constants)) == (2, 40)


def test_observations_and_arrays_are_bounded() -> None:
    text = "import numpy as np\nbig = np.ones(5000)\nw = {str(k): k for k in range(1000)}\nfor k in range(9): x = 1"
    recording = run(text, limits=Limits(observations=10))
    assert len(recording.seen) == 10
    assert recording.dropped > 10


def test_many_large_arrays_leave_room_for_small_ones() -> None:
    text = (
        "import numpy as np\nw = [np.random.rand(64, 64) for k in range(150)]\nfor k in range(9): v = w[:]\nz = 0.5"
    )
    recording = run(text)
    assert sum(len(entry.numbers) for entry in recording.seen) < 401_000
    assert values(recording, "z") == [(0.5,)]
    assert recording.dropped > 100


def test_names_are_cut() -> None:
    recording = run("d = {'k' * 200: 0.5}\nprint(1.5 + 2 * (" + " + ".join(["1.5"] * 50) + "))")
    assert {len(entry.where.name) for entry in recording.seen} == {80}


@pytest.mark.parametrize(
    "hostile",
    [
        "class F(float):\n    def __float__(self): return 7.0\nw = F(0.5)",
        "class F:\n    def __float__(self): return 7.0\n    def __array__(self, *a, **k): return np.ones(1)\nw = F()",
        "class F(np.ndarray):\n    def tolist(self): return [7.0]\nw = np.ones(2).view(F)",
        "class F:\n    def __eq__(self, other): return True\n    def __hash__(self): return hash('W')\nw = {F(): 1}",
        "class F:\n    __dict__ = property(lambda self: 1 / 0)\n    __class__ = float\nw = F()",
        "class M(type):\n    __module__ = property(lambda self: 1 / 0)\nclass F(metaclass=M): pass\nw = F()",
        "class F(list):\n    def __iter__(self): raise SystemExit\n    def __len__(self): raise SystemExit\nw = F()",
        "class F(str):\n    def __str__(self): raise SystemExit\n    __repr__ = __str__\nw = {F('a'): 0.5}",
        "n = []\nclass K(str): __hash__ = lambda k: n.append(7) or 1\na = K()\nvars(a)[a] = 1\nn *= 0\nb = a",
        "class F:\n    __slots__ = ('v',)\n    def __getattribute__(self, name): raise SystemExit\nw = F()",
        "w = []\nw.append(w)",
        "w = {}\nw['w'] = w",
        "w = None\nfor k in range(2000): w = [w]",
    ],
)
def test_hostile_objects_are_not_asked_for_numbers(hostile: str) -> None:
    recording = run(f"import numpy as np\n{hostile}\nz = 0.25")
    assert 7.0 not in [number for entry in recording.seen for number in entry.numbers]
    assert values(recording, "z") == [(0.25,)]
    assert not values(recording, "w")


@pytest.mark.parametrize(
    "patch",
    [
        "import json\njson.dumps = json.JSONEncoder.encode = lambda *a, **k: '[]'",
        "import builtins\nbuiltins.print = builtins.len = builtins.type = builtins.isinstance = lambda *a, **k: 7",
        "import builtins\nbuiltins.float = builtins.str = builtins.map = builtins.tuple = 7",
        "import sys\nsys.settrace(lambda *a: None)\nsys.setprofile(lambda *a: None)",
        "import os\nos.write = lambda *a: 7",
        "import numpy as np\nnp.ndarray = np.float64 = np.isclose = np.array = 7",
        "import math\nmath.isfinite = lambda x: False",
        "import sys\nsys.modules.clear()",
        "import gc\ngc.disable()",
        "globals().clear()",
        "import sys, io\nsys.stdout = sys.stderr = io.StringIO()\nsys.stdin = None",
    ],
)
def test_patched_functions_change_nothing_in_what_is_seen(patch: str) -> None:
    recording = run(f"import numpy as np\n{patch}\nw = [0.5, 1]\nz = 0.25\nz += 1")
    assert (values(recording, "w"), values(recording, "z")) == ([(0.5, 1.0)], [(0.25,), (1.25,)])


@pytest.mark.parametrize(
    "line",
    [
        "nonsense", '["s"]', '["s",1,1,"w",1,null,[2],[0.5],false,false,false]',
        '["s",1,1,"w",1,null,[],[1e999],false,false,false]', '["s",1,1,"w",1,null,[0],[],false,false,false]',
        '["e","sandbox",0,null]', '["l",[0.5]]',
        '["e","splendid",0,null]', '{"a":1}', "[" * 100_000, "\\xff", '["c",1,1,"w",1,null,[],[null]]',
        f'["s",1,1,"w",1,null,[5000],[{",".join(["1"] * 5000)}],false,false,false]',
        f'["l",[{",".join(["1"] * 501)}]]',
        f'["s",1,1,"w",1,null,[{",".join(["1"] * 65)}],[0.5],false,false,false]',
        f'["s",1,1,"w",{"9" * 400},null,[],[0.5],false,false,false]',
    ],
)  # fmt: skip
def test_what_a_program_writes_in_the_recorders_place_is_never_our_crash(line: str) -> None:
    text = f"""
import os
w = 0.5
for k in range(3, 30):
    try: os.write(k, b'''{line}\\n''')
    except OSError: pass
"""
    recording = record(script(text))
    assert (recording.status, values(recording, "w")) == ("error", [(0.5,)])
    assert recording.crash == TAMPERED


def test_a_line_of_the_recorders_own_form_is_taken_for_one() -> None:
    text = """
import os
for k in range(3, 30):
    try: os.write(k, b'["s",1,1,"w",1,null,[2],[0.5,1],false,false,false]\\n')
    except OSError: pass
"""
    assert values(run(text), "w") == [(0.5, 1.0)]


def test_a_flood_of_numbers_in_the_recorders_place_is_stopped() -> None:
    text = """
import os
line = b'["s",1,1,"w",1,null,[4000],[' + b','.join([b'1'] * 4000) + b'],false,false,false]\\n'
for k in range(3, 30):
    try:
        for _ in range(2000): os.write(k, line)
    except OSError: pass
"""
    recording = record(script(text))
    assert recording.crash == TAMPERED
    assert sum(len(entry.numbers) for entry in recording.seen) < 4_000_000


def test_a_flood_in_the_recorders_place_is_stopped() -> None:
    text = """
        import os
        while True:
            for k in range(3, 30):
                try: os.write(k, b'x' * 65536)
                except OSError: pass
    """
    assert record(script(text)).crash == TAMPERED


def test_arrays_of_one_number_pass_for_it_as_before_numpy_2_4() -> None:
    recording = run("""
        import math
        import numpy as np
        theta = np.array([0.1, 0.2, 0.3])
        d = np.array([0.5])
        theta[2] -= 0.1 * d
        theta[0] = d
        e = float(d) + math.exp(d * 0) + int(d * 4)
        print("%.2f %.1f" % (d, e), "%f" % d)
        pair = d, 2
        s = "%.1f %.1f" % pair + "%(a).1f" % {"a": 3}
        t = "%s" % "text" + "%d %d" % (*pair[1:], 4) + str(math.pow(*[2, 3]))
        w = (s, t) == ("0.5 2.03.0", "text2 48.0") and 2.5
        z = 1.5
    """)
    assert recording.lenient
    assert values(recording, "theta[2]") == [(0.25,)]
    assert values(recording, "e") == [(3.5,)]
    assert values(recording, "w") == [(2.5,)]
    assert values(recording, "z") == [(1.5,)]


def test_a_program_that_fails_all_the_same_is_not_lenient() -> None:
    recording = record(script("import numpy as np\nw = np.zeros(2)\nw[0] = np.ones(2)\n"))
    assert (recording.status, recording.lenient) == ("error", False)


@pytest.mark.parametrize(
    "text",
    [
        "w = input('w? ') == ''",
        "import sys\nw = sys.stdin.read() == ''",
        "w = __name__ == '__main__'",
        "import sys\nw = sys.modules['__main__'].__dict__ is globals()",
        "import __main__\nw = 'w' not in vars(__main__)",
        "w = __file__.endswith('lab.py')",
        "get_ipython().run_line_magic('matplotlib', 'inline')\nw = get_ipython().getoutput('ls') == []",
        "display([1])\nw = True",
        "import pickle\nclass A: pass\npickle.loads(pickle.dumps(A()))\nw = True",
        "from dataclasses import dataclass\n@dataclass\nclass A:\n    '''Text.'''\n    b: int = 5\nw = A().b == 5",
        "class A:\n    b: int = 5\nw = A.__annotations__['b'] is int",
        "from __future__ import annotations\ndef f():\n    '''Text.'''\n    w = 1\nw = f.__doc__ == 'Text.'",
        "import sys\nw = not any('backprop' in name or 'sandbox' in name for name in sys.modules)",
        "import sys\nw = not any('backprop_lab' in folder for folder in sys.path)",
        "import warnings\nwarnings.warn('w')\nw = True",
        "import threading as t\nv = []\nx = t.Thread(target=v.append, args=[1])\nx.start()\nx.join()\nw = v == [1]",
        "import os\nw = not any(name.startswith(('SECRET', 'PYTEST')) for name in os.environ)",
        "w = eval('1 + 1') == 2\nexec('v = 3')\nw = w and v == 3",
        "async def f():\n    x = 1\n    return x\nimport asyncio\nw = asyncio.run(f()) == 1",
        "def g():\n    x = yield 1\n    y = yield from [2]\nw = list(g()) == [1, 2]",
        "x = 5\nmatch x:\n    case int(y) if (z := y): w = z == 5",
        "class A:\n    def __setitem__(self, key, value): pass\na = A()\na[0] = 1\nw = True",
        "class A:\n    def __setattr__(self, key, value): pass\na = A()\na.b = 1\nw = True",
        "from enum import Enum\nclass A(Enum):\n    B = 1\n    C = 2\nw = len(A) == 2",
        "try:\n    x = 1 / 0\nexcept ZeroDivisionError as e:\n    w = True\nelse:\n    w = False",
        "def __bias__(x): return x\nw = __bias__([0.5]) == [0.5]",
        "x = [1, 2, 3]\nx[0], x[1] = x[1], x[0]\ndel x[0]\nw = x == [1, 3]",
    ],
)  # fmt: skip
def test_a_program_finds_what_it_would_find_by_itself(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_ANSWERS", "all of them")
    run(f"{text}\nassert w is True, w")


def test_a_drawing_at_the_end_costs_nothing_where_nothing_can_be_drawn() -> None:
    run("""
        import bokeh.plotting
        from celluloid import Camera
        import drawnow as plt
        fig, ax = plt.subplots()
        fig, (a, b) = plt.subplots(1, 2, figsize=(8, 4))
        fig, grid = plt.subplots(nrows=2, ncols=2)
        grid[0][1].plot([1, 2])
        line, = ax.plot([1], [2], label="loss")
        with plt.style.context("dark"):
            plt.xlabel("epoch").set(a=1)
        plt.show()
    """)


@pytest.mark.parametrize(
    "text",
    [
        "from tqdm import tqdm\nbar = tqdm(range(3))\nfor k in bar:\n    w += k\n    bar.set_description(f'{k}')",
        "from tqdm.auto import tqdm\nfor k in tqdm(iterable=range(3), desc='epoch'): w += k",
        "from tqdm import trange\nbar = trange(3)\nfor k in bar:\n    w += k\n    bar.set_postfix(loss=k)",
        "from tqdm import tqdm\nwith tqdm(total=3) as bar:\n  for k in (0, 1, 2):\n    w += k\n    bar.update(1)",
        "from rich.progress import track\nfor k in track(range(3)): w += k",
    ],
)
def test_a_bar_goes_through_what_it_is_given(text: str) -> None:
    assert values(run(f"w = 0\n{text}"), "w")[-1] == (3.0,)


def test_what_a_stand_in_has_with_a_large_name_is_a_class() -> None:
    """Libraries ask of what they are given whether it is one of another library's that has been imported."""
    recording = run("""
        import drawnow
        from drawnow import Table
        shown = Table([1, 2], columns=3)
        Table.from_dict({}).show(shown)
        asked = [float(isinstance(thing, Table)) for thing in (1, shown)]
        alike = float(drawnow.Table is Table)
    """)
    assert values(recording, "asked") == [(0.0, 1.0)]
    assert values(recording, "alike") == [(1.0,)]


@pytest.mark.parametrize("package", ["celluloid", "google.colab", "pandas.nowhere"])
def test_what_the_program_can_do_without_is_missing(package: str) -> None:
    recording = run(f"try:\n    import {package}\n    w = 1\nexcept ImportError:\n    w = 2")
    assert values(recording, "w") == [(2.0,)]


@pytest.mark.parametrize(
    "text",
    [
        "from celluloid import Camera",
        "from google.colab import drive\ndrive.mount('/content')",
        "import google.colab\ntry: import google.colab\nexcept ImportError: w = 0",
        "try:\n    import celluloid\n    v = 1\n    u = 2\n    t = 3\nexcept: w = 0",
    ],
)
def test_what_the_program_cannot_do_without_is_there(text: str) -> None:
    assert values(run(f"w = 0.5\n{text}"), "w") == [(0.5,)]


def test_data_that_a_missing_package_would_read_are_not_made_up() -> None:
    needs(find_spec("pandas") is None, "pandas is installed")
    done = record(script("import pandas as pd\nw = 0.5\nframe = pd.read_csv('data.csv')\n"))
    assert done.crash is not None
    assert (done.crash.type, done.crash.message) == ("ModuleNotFoundError", "No module named 'pandas'")


def test_a_table_that_pandas_would_show_costs_nothing_where_it_is_not_installed() -> None:
    needs(find_spec("pandas") is None, "pandas is installed")
    shown = 'pd.DataFrame({"w": [w]}).round(4)\nv = w'
    assert values(run(f"import pandas as pd\nw = 0.5\n{shown}"), "v") == [(0.5,)]


def test_show_shows_nothing(tmp_path: Path) -> None:
    text = "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()\nw = 0.5"
    assert values(record(script(text, files_beside(tmp_path / "lab.py"))), "w") == [(0.5,)]


def test_what_is_no_drawing_is_missing_where_it_is_missing() -> None:
    recording = record(script("import tensorflow_of_nowhere"))
    assert recording.crash is not None
    assert recording.crash.type == "ModuleNotFoundError"


def test_the_programs_folder_is_where_it_runs(tmp_path: Path) -> None:
    (tmp_path / "values.py").write_text("W = [0.5, 1]\n")
    (tmp_path / "data.csv").write_text("0.25")
    text = "from values import W\nx = float(open('data.csv').read())"
    recording = record(script(text, files_beside(tmp_path / "lab.py")))
    assert values(recording, "x") == [(0.25,)]


@pytest.mark.parametrize("name", ["data.csv", "results/run.csv", "linked.csv", "all/run.csv", "lab.py"])
def test_nothing_beside_the_program_is_changed_by_it(name: str, tmp_path: Path) -> None:
    (tmp_path / "results").mkdir()
    (tmp_path / "linked.csv").symlink_to("data.csv")
    (tmp_path / "all").symlink_to("results")
    (tmp_path / "nowhere").symlink_to("nowhere")
    for there in ("data.csv", "results/run.csv", "lab.py"):
        (tmp_path / there).write_text("0.25")
    text = f"x = float(open({name!r}).read())\nopen({name!r}, 'w').write('0.5')\ny = float(open({name!r}).read())"
    recording = record(script(text, files_beside(tmp_path / "lab.py")))
    assert (values(recording, "x"), values(recording, "y")) == ([(0.25,)], [(0.5,)])
    assert (tmp_path / name).read_text() == "0.25"


def test_what_is_too_large_to_be_copied_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beside, "HAND_IN", Bounds(10, 150))
    for name, size in (("large", 151), ("one", 100), ("two", 100)):
        (tmp_path / name).write_bytes(bytes(size))
    (tmp_path / "empty").mkdir()
    os.mkfifo(tmp_path / "pipe")
    assert [file.name for file in files_beside(tmp_path / "lab.py")] == ["one"]


def test_a_file_whose_name_is_no_text_is_there_under_another(tmp_path: Path) -> None:
    needs(sys.platform == "linux", "file names are text here")
    (tmp_path / os.fsdecode(b"l\xe4b.csv")).write_text("0.25")
    recording = record(script("x = float(open('l?b.csv').read())", files_beside(tmp_path / "lab.py")))
    assert values(recording, "x") == [(0.25,)]


def test_what_lies_too_deep_is_not_there(tmp_path: Path) -> None:
    bottom = tmp_path.joinpath(*["d"] * DEEPEST)
    (bottom / "d").mkdir(parents=True)
    for folder in (bottom, bottom / "d"):
        (folder / "data.csv").write_text("0.25")
    files = files_beside(tmp_path / "lab.py")
    assert [file.name for file in files] == [f"{'d/' * DEEPEST}data.csv"]
    assert record(script("w = 0.5", files)).status == "ok"


@pytest.mark.parametrize("name", ["x" * 256, f"{'d' * 200}/" * 30 + "data.csv", "a.csv/b.csv"])
def test_a_file_that_cannot_be_put_beside_the_program_is_not_there(name: str) -> None:
    files = File("a.csv", b"0.25"), File(name, b"0.5"), File("z.csv", b"0.75")
    recording = record(script("x = float(open('a.csv').read()) + float(open('z.csv').read())", files))
    assert (recording.status, values(recording, "x")) == ("ok", [(1.0,)])


def test_a_large_file_cannot_be_written() -> None:
    recording = record(script("w = 0.5\nfile = open('out', 'wb')\nwhile True: file.write(bytes(10**7))"))
    assert recording.crash is not None
    assert (recording.crash.type, values(recording, "w")) == ("OSError", [(0.5,)])


def test_programs_can_be_recorded_at_the_same_time() -> None:
    texts = [f"w = {k}\nfor k in (1, 2, 3): v = w * k" for k in range(12)]
    with ThreadPoolExecutor(4) as pool:
        recordings = list(pool.map(run, texts))
    assert [values(recording, "v")[2] for recording in recordings] == [(3.0 * k,) for k in range(12)]


def test_every_cell_is_run_in_one_namespace_and_constants_are_numbered_through() -> None:
    recording = record(notebook("w = 0.5", "def f(x): return x * w", "y = f(3)"))
    assert (recording.status, values(recording, "y")) == ("ok", [(1.5,)])
    assert [(entry.place, entry.where.cell) for entry in recording.constants] == [(0, 1)]


def test_a_program_of_nothing_is_recorded() -> None:
    assert record(notebook()).status == "ok"
    assert run("").seen == ()


@pytest.mark.parametrize(
    "text", ["w = 0.5\0", "w = " + "(" * 300, "w = " + "-" * 5000 + "1", "\ufeffw = 0.5", "w = 1e999"]
)
def test_strange_texts_are_not_our_crash(text: str) -> None:
    assert record(script(text)).status in ("ok", "error", "memory")


@pytest.mark.parametrize(
    ("module", "ours"),
    [
        ("instrument", "def instrument(*_): raise RecursionError"),
        ("instrument", "def instrument(*_): return ast.Module([ast.Return()], [])"),
        ("observer", "def install(*_): raise KeyError\nObserver.install = install"),
        ("constants", "def literals(*_): raise ValueError"),
        ("surroundings", "def prepare(*_): raise OSError"),
        ("process", "def run(*_): raise ValueError"),
        ("process", "def run(*_): _exit(0)"),
    ],
)
def test_our_own_failure_is_told_from_the_programs(
    module: str, ours: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copytree(local.RECORDER.parent, tmp_path / "sandbox")
    monkeypatch.setattr(local, "RECORDER", tmp_path / "sandbox" / "recorder.py")
    assert record(script("w = 0.5")).status == "ok"
    with (tmp_path / "sandbox" / f"{module}.py").open("a") as file:
        file.write(f"\n\n{ours}\n")
    recording = record(script("w = 0.5"))
    assert recording.status == "sandbox"
    assert recording.crash in (None, SILENT)


def test_a_process_that_ends_for_what_it_is_given_is_the_programs_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copytree(local.RECORDER.parent, tmp_path / "sandbox")
    monkeypatch.setattr(local, "RECORDER", tmp_path / "sandbox" / "recorder.py")
    with (tmp_path / "sandbox" / "constants.py").open("a") as file:
        file.write("\n\nimport os\n_all = literals\ndef literals(nodes):\n")
        file.write("    if len(nodes) > 100: os.abort()\n    return _all(nodes)\n")
    recording = record(script("w = 0.5\n" * 50 + "# torch"))
    assert (recording.status, recording.crash) == ("error", TOO_MUCH)
    assert record(script("w = 0.5")).status == "ok"


@pytest.mark.parametrize("text", ["return 0.5", "w = 0.5\nbreak", "v = = 3", "def f():\n    yield\n    await v"])
def test_what_python_itself_refuses_is_the_programs_error(text: str) -> None:
    recording = record(script(text))
    assert recording.crash is not None
    assert (recording.status, recording.crash.type) == ("error", "SyntaxError")


def test_long_sums_are_recorded_as_they_are_run() -> None:
    recording = run("w = 0.5\nw = " + " + ".join(["w"] * 900))
    assert values(recording, "w")[1] == (450.0,)


def test_the_terms_of_long_sums_are_seen_too() -> None:
    recording = run("import numpy as np\nw = np.array([0.5, 1.0])\nt = " + " + ".join(["w * 0.5"] * 600))
    assert values(recording, "w * 0.5") == [(0.25, 0.5)] * 600
    assert values(recording, "t") == [(150.0, 300.0)]


def test_a_training_loop_of_torch_keeps_the_first_and_the_last() -> None:
    needs_torch()
    recording = run("""
        import torch
        w = torch.nn.Linear(1, 1)
        optimizer = torch.optim.SGD(w.parameters(), lr=0.01)
        for epoch in range(200):
            optimizer.zero_grad()
            loss = (w(torch.ones(1, 1)) - 3).pow(2).mean()
            loss.backward()
            optimizer.step()
    """)
    assert seen(recording, "loss")[-1].visit == 200
    assert 16 < len(values(recording, "w.weight")) < 40
