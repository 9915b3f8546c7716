# Every command of this project, for people and for CI alike. `make` alone lists them.
.DEFAULT_GOAL := help
.PHONY: help demo test test-fast lint format docs bench up down pin clean
SHELL := /bin/sh

# An unset or empty HOME would make tools write their caches into the working tree.
ifeq ($(strip $(HOME)),)
export HOME := $(CURDIR)/.slipway/home
endif
export PYTHON

# Compiled modules are kept, outside the working tree: without them every process compiles all of Airflow anew.
unexport PYTHONDONTWRITEBYTECODE
export PYTHONPYCACHEPREFIX := $(CURDIR)/.venv/pycache

PY := .venv/bin/python

# One session: two processes at most have a platform; the rest runs beside them.
ON_ALL_CORES := --numprocesses=auto --dist=loadscope --no-loadscope-reorder
READY := .venv/ready-$(shell cksum < requirements.txt | tr ' ' '-')

help:  ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

demo: $(READY)  ## release a sample service from Dev to live (KEEP=1 leaves everything running)
	@.venv/bin/slipway demo $(if $(KEEP),--keep)

test: $(READY)  ## run all tests, releases on a real Airflow and kills of its processes included (about half an hour)
	@$(PY) -m pytest $(ON_ALL_CORES)

test-fast: $(READY)  ## run unit and contract tests only (a minute on two cores)
	@$(PY) -m pytest $(ON_ALL_CORES) tests/unit tests/contract

lint: $(READY)  ## check style, types, layers, generated files and the compose file
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy
	@.venv/bin/lint-imports --config pyproject.toml
	@$(PY) -m check_jsonschema --builtin-schema vendor.compose-spec docker-compose.yaml
	@.venv/bin/slipway platform compose --check
	@.venv/bin/slipway docs --check

format: $(READY)  ## format the code and mend what can be mended
	@$(PY) -m ruff format .
	@$(PY) -m ruff check --fix .

docs: $(READY)  ## write the generated reference pages
	@.venv/bin/slipway docs --write
	@.venv/bin/slipway platform compose --write

bench: $(READY)  ## measure overhead, scale, log, approval and lane times
	@$(PY) -m tests.bench

up: $(READY)  ## start the platform to use by hand; state is kept in .slipway/
	@.venv/bin/slipway platform up

down:  ## stop the platform
	@if [ -x .venv/bin/slipway ]; then .venv/bin/slipway platform down; else echo "Nothing runs: there is no .venv."; fi

pin: $(READY)  ## compile requirements.txt anew from requirements.in (add UPGRADE=1 for newer versions)
	@$(PY) -m uv pip compile --quiet --universal --python-version 3.11 --no-emit-index-url --no-emit-find-links \
		--custom-compile-command "make pin" $(if $(UPGRADE),--upgrade) requirements.in -o requirements.txt

clean: down  ## stop the platform and remove the environment, the state and the caches
	@rm -rf .venv .slipway .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The environment: made once for each content of requirements.txt. `include` is put on the path by a .pth file, so
# that nothing has to be built; `slipway` is a script that works in folders with spaces too.
$(READY): requirements.txt
	@python=$$(sh .ci/find-python) && { [ -x $(PY) ] || "$$python" -m venv .venv; } || { \
		echo "Could not create .venv (on Debian and Ubuntu: apt install python3-venv)." >&2; exit 1; }
	@$(PY) -m pip --version >/dev/null 2>&1 || { rm -rf .venv; \
		echo "The virtual environment has no pip (on Debian and Ubuntu: apt install python3-venv). Then try again." >&2; exit 1; }
	@echo "Installing the pinned requirements into .venv (once) ..."
	@$(PY) -m pip install --quiet --disable-pip-version-check "$$(grep '^uv==' requirements.txt)"
	@$(PY) -m uv pip install --quiet --python $(PY) -r requirements.txt \
		|| { echo "Trying pip instead, which knows this machine's own certificates and mirrors ..."; \
			$(PY) -m pip install --quiet --disable-pip-version-check -r requirements.txt; }
	@$(PY) -c 'import pathlib, sysconfig; pathlib.Path(sysconfig.get_path("purelib"), "slipway.pth").write_text(str(pathlib.Path("include").resolve()) + "\n")'
	@printf '#!/bin/sh\nexec "$$(dirname "$$0")/python" -c "from slipway.cli.main import main; main()" "$$@"\n' > .venv/bin/slipway
	@chmod +x .venv/bin/slipway
	@rm -f .venv/ready-* && touch $@
