# Each target works on a fresh Debian machine with Python 3.11 or newer.
PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
PIP := $(BIN)/pip install --quiet --disable-pip-version-check
SHELL := /bin/bash

.PHONY: run test test-all check format bench bench-full bench-check lab screenshots translations packages

.venv/runtime: requirements.txt
	@$(PYTHON) -m venv --help > /dev/null || (echo "Python needs its venv module: apt-get install python3-venv"; exit 1)
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "installing what Cleanmail needs into .venv …"
	@$(PIP) -r requirements.txt
	@touch $@

.venv/dev: requirements.txt requirements-dev.txt .venv/runtime
	@echo "installing what the tests need into .venv …"
	@$(PIP) -r requirements-dev.txt
	@touch $@

run: .venv/runtime
	@$(BIN)/python manage.py run_demo --port $(PORT)

packages:
	@bash tests/install_packages.sh

check: .venv/dev
	@PATH="$(CURDIR)/$(BIN):$$PATH" bash tests/check.sh

test: .venv/dev packages check
	@PATH="$(CURDIR)/$(BIN):$$PATH" bash tests/test.sh

test-all: .venv/dev packages check
	@PATH="$(CURDIR)/$(BIN):$$PATH" bash tests/test_all.sh

format: .venv/dev
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .
	@$(BIN)/python -m tests.module_map

translations: .venv/dev packages
	@$(BIN)/python -m tests.translations write

screenshots: .venv/dev packages
	@$(BIN)/python -m tests.screenshots

lab: .venv/dev packages
	@$(BIN)/python -m tests.lab.matrix

bench: .venv/dev packages
	@$(BIN)/python -m bench.run

bench-full: .venv/dev packages
	@$(BIN)/python -m bench.run --full

bench-check: .venv/dev packages
	@$(BIN)/python -m bench.check
