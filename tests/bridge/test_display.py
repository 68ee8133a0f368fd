"""Two lines in a notebook show the worked pass of one's own model."""

from __future__ import annotations

import re
import subprocess
import sys

from backprop_lab import load_task, solve
from backprop_lab.display import markdown
from tests.needs import needs_torch

MODEL = """
import torch
torch.manual_seed(0)
model = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.ReLU(), torch.nn.Linear(3, 1))
x, y = torch.rand(4, 2), torch.rand(4, 1)
"""
CELL = """
from backprop_lab import from_torch, solve
solve(from_torch(model, x, y, torch.nn.MSELoss()))
"""
NOTEBOOK = """
import sys
from IPython.core.interactiveshell import InteractiveShell

shell = InteractiveShell()
for cell in sys.argv[1:]:
    result = shell.run_cell(cell)
    result.raise_error()
formats, _ = shell.display_formatter.format(result.result)
sys.stdout.buffer.write(formats["text/markdown"].encode())
"""


def test_two_lines_in_a_notebook_show_the_pass_of_a_model() -> None:
    needs_torch()
    done = subprocess.run([sys.executable, "-c", NOTEBOOK, MODEL, CELL], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    shown = done.stdout.decode()[done.stdout.decode().index("# Sequential 2-3-1") :]
    assert "## Backward pass" in shown
    assert r"\texttt{fc1.weight.grad} &= \texttt{z1.grad}^{\top} \mathbin{@} \texttt{x}" in shown
    assert len(re.findall(r"^\$\$$", shown, re.MULTILINE)) % 2 == 0


def test_a_solution_shows_itself_in_the_notation_of_its_task() -> None:
    solution = solve(load_task("lab_task_3"))
    assert solution._repr_markdown_() == markdown(solution)
    assert r"\theta_{3}" in markdown(solution)
