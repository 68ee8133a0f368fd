# `make help` lists the targets. Everything is installed into .venv; nothing outside this folder changes.

# The Python to make .venv with; by default the first of these that is new enough.
PYTHON ?=
CANDIDATES = $(if $(PYTHON),$(PYTHON),python3 python3.14 python3.13 python3.12 python3.11)

# An additional package index to take PyTorch from, for example one with CPU-only builds for Linux.
TORCH_INDEX ?=

# What `make demo` solves, and where the solution goes.
TASK ?= lab_task_3
SOLUTION ?= solution.md

# Additional arguments of pytest, as in: make test PYTEST_ARGS="-x -k softmax"
PYTEST_ARGS ?=

VENV := .venv
BIN := $(VENV)/bin

# The constraints hold for the build backend too: older versions of pip read the first variable for it,
# newer ones the second.
PIP_INSTALL = PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_CONSTRAINT=constraints.txt PIP_BUILD_CONSTRAINT=constraints.txt \
	$(BIN)/python -m pip install $(if $(TORCH_INDEX),--extra-index-url "$(TORCH_INDEX)")

.DEFAULT_GOAL := help
.PHONY: help demo test lint format bench solutions wheel-test clean
.NOTPARALLEL:
.DELETE_ON_ERROR:

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' Makefile
	@echo
	@echo "  Variables: PYTHON (the Python to use, 3.11 or newer), TORCH_INDEX (an additional package index"
	@echo "  to take PyTorch from), TASK and SOLUTION (for demo), PYTEST_ARGS (for test)."

demo: $(VENV)/.installed-demo ## install, solve lab_task_3, and show the solution
	@$(BIN)/backprop-lab solve "$(TASK)" -o "$(SOLUTION)"
	@$(BIN)/backprop-lab solve "$(TASK)"
	@echo
	@echo "The worked solution of $(TASK), as Markdown with formulas, lies in $(abspath $(SOLUTION))"

test: $(VENV)/.installed-test ## run all tests
	$(BIN)/python -m pytest $(PYTEST_ARGS)

lint: $(VENV)/.installed-dev ## check style, formatting and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --strict

format: $(VENV)/.installed-dev ## format the code and repair what can be repaired
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.installed-test ## run the benchmarks
	$(BIN)/python -m tests.benchmarks

solutions: $(VENV)/.installed-test ## write the solutions/ folder anew
	$(BIN)/python -m tests.regenerate

wheel-test: $(VENV)/.installed-dev ## build the wheel and try it in a fresh environment
	tests/wheel_test.sh $(BIN)/python

clean: ## remove .venv and everything else that was generated
	rm -rf $(VENV) build dist *.egg-info solution.* .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find backprop_lab tests -type d -name __pycache__ -prune -exec rm -rf {} +

# The interpreter of .venv. A .venv that was half made is removed again, so that the next run starts afresh.
$(BIN)/python:
	@found=; \
	for python in $(CANDIDATES); do \
		if "$$python" -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then \
			found=$$python; break; \
		fi; \
	done; \
	if [ -z "$$found" ]; then \
		echo "Python 3.11 or newer with its venv module is needed, and none of these is: $(CANDIDATES). Name another: make PYTHON=/path/to/python3" >&2; \
		exit 1; \
	fi; \
	echo "making $(VENV) with $$("$$found" --version) ($$(command -v "$$found"))"; \
	"$$found" -m venv --clear $(VENV) || { rm -rf $(VENV); exit 1; }

# What is installed for which target: the extras, and the smaller sets that they contain.
EXTRAS_demo := torch,notebooks
EXTRAS_test := torch,notebooks,test
EXTRAS_dev := torch,notebooks,dev
CONTAINS_demo := demo
CONTAINS_test := demo test
CONTAINS_dev := demo test dev

$(VENV)/.installed-%: pyproject.toml constraints.txt $(BIN)/python
	$(PIP_INSTALL) -c constraints.txt -e ".[$(EXTRAS_$*)]"
	@touch $(addprefix $(VENV)/.installed-,$(CONTAINS_$*))
