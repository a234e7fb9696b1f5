# Tongban 通办. `make up` starts everything; `make` alone says what else there is.
PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
ARGS ?=
BIN := .venv/bin
export PYTHON

.PHONY: help up doctor reset test test-database check bench run dev

help:
	@echo "make up       start the whole site (HOST=$(HOST) PORT=$(PORT)); Ctrl-C stops it"
	@echo "make doctor   what is right and wrong on this machine"
	@echo "make reset    delete the data folder and start anew"
	@echo "make check    style, types, import contracts, migrations, messages"
	@echo "make test     all tests, also in a browser (ARGS='-k name' for some)"
	@echo "make test-database   the tests of the tables alone (DATABASE_URL names another server)"
	@echo "make bench    measure; prints a table and writes build/bench.json"

up: run
	@exec $(BIN)/tongban up --host $(HOST) --port $(PORT)

doctor: run
	@exec $(BIN)/tongban doctor --host $(HOST) --port $(PORT)

reset: run
	@exec $(BIN)/tongban reset $(ARGS)

check: dev
	$(BIN)/ruff check --quiet src tests bench
	$(BIN)/mypy
	$(BIN)/lint-imports
	DATABASE_URL=postgresql:///unused $(BIN)/python -m tongban.site.command manage messages --check
	$(BIN)/python -m pytest --quiet -n 2 tests/architecture tests/folders/test_site_checks.py

test: dev
	@$(BIN)/python -m tests.web.browser
	$(BIN)/python -m pytest --quiet -n 2 --dist loadscope --no-loadscope-reorder $(ARGS)

test-database: dev
	$(BIN)/python -m pytest --quiet -n 2 --dist loadscope -m "not slow and not browser" tests/folders $(ARGS)

bench: dev
	@$(BIN)/python -m bench $(ARGS)

run dev:
	@requirements/install $@
