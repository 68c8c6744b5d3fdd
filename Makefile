# Two commands for a stranger: `make run` and `make test`. Each sets up what it needs; paths are
# relative throughout, so that folders with spaces or other scripts in their names do no harm.
PYTHON ?= python3
BIN := .venv/bin
.DEFAULT_GOAL := help
.PHONY: help setup run test check fix lock accept bench study clean

help:  ## this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1 \t/p' Makefile | expand -t 16

run: .venv/run-ready  ## publish the embedded city and say where the page lies
	@SAFETY_INDEX_HOME="$${SAFETY_INDEX_HOME:-var}" $(BIN)/python flows.py

test: .venv/dev-ready  ## all tests
	@$(BIN)/python -m pytest

check: .venv/dev-ready  ## formatting, lint, types, import rule; changes nothing
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/python -m pytest tests/spec/test_house.py

fix: .venv/dev-ready  ## repair formatting and what lint can repair
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

accept: .venv/dev-ready  ## take the pages and files of this code as the new golden files
	@ACCEPT_GOLDEN=1 $(BIN)/python -m pytest tests/spec/test_golden.py

bench: .venv/dev-ready  ## speed and memory, as ratios
	@$(BIN)/python -m benchmarks.counting
	@$(BIN)/python -m benchmarks.encoded
	@$(BIN)/python -m benchmarks.scoring
	@$(BIN)/python -m benchmarks.methods
	@$(BIN)/python -m benchmarks.night

study: .venv/dev-ready  ## the tables of docs/methods/standard.md, in some minutes; draws its pictures anew
	@for study in standard memory frontier tail coverage choices steadiness; do $(BIN)/python -m benchmarks.$${study}_study || exit 1; done

setup: .venv/dev-ready  ## the environment alone

.venv/uv-ready: requirements/uv.lock
	@$(PYTHON) -c 'import sys; sys.exit(f"Python 3.11 or newer is needed, found {sys.version.split()[0]}; try make PYTHON=python3.12" if sys.version_info < (3, 11) else 0)'
	@echo "setting up .venv"
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.lock
	@touch $@

# Bytecode is compiled once here: otherwise every start of the program would compile its libraries.
.venv/run-ready: .venv/uv-ready requirements/run.lock pyproject.toml
	@echo "installing the locked packages"
	@VIRTUAL_ENV=.venv $(BIN)/python -m uv pip install --quiet --compile-bytecode --require-hashes -r requirements/run.lock
	@VIRTUAL_ENV=.venv $(BIN)/python -m uv pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

.venv/dev-ready: .venv/run-ready requirements/dev.lock
	@echo "installing the locked tools for tests"
	@VIRTUAL_ENV=.venv $(BIN)/python -m uv pip install --quiet --compile-bytecode --require-hashes -r requirements/dev.lock
	@touch $@

lock: .venv/uv-ready  ## resolve the locked versions anew
	@cd requirements && ../$(BIN)/python -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate uv.in -o uv.lock
	@$(BIN)/python -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate pyproject.toml requirements/build.in -o requirements/run.lock
	@$(BIN)/python -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate pyproject.toml requirements/build.in --extra dev -c requirements/run.lock -o requirements/dev.lock

clean:  ## remove the environment and everything that runs have written
	@rm -rf .venv var
