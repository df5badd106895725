# Two commands: `make run` and `make test`. Each sets up whatever it needs.
PYTHON ?= python3
ENV := .venv
BIN := $(ENV)/bin
RUN_READY := $(ENV)/.run-ready
TEST_READY := $(ENV)/.test-ready
JS_READY := node_modules/.ready
INSTALL := $(BIN)/python -m pip --disable-pip-version-check install --quiet
PIP := $(INSTALL) --require-hashes
OURSELVES := $(INSTALL) --no-deps --editable .

.PHONY: run test check types format bench attack parity references screenshots lock clean help

help:
	@grep -E '^[a-z]+:.*##' Makefile | sed -E 's/:.*##/\t/'

run: $(RUN_READY) ## set up and open the playground (OPTIONS="--port 8001" passes options on)
	@$(BIN)/python -m app $(OPTIONS)

test: check ## set up, lint, types, all tests, those in a real Chromium included
	@$(BIN)/python tests/browser/install.py
	$(BIN)/python -m pytest --numprocesses=auto --dist=worksteal $(OPTIONS)

check: $(TEST_READY) $(JS_READY) ## lint and types alone
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m pyright
	$(BIN)/python tests/node.py node node_modules/typescript/bin/tsc -p jsconfig.json

types: $(TEST_READY) ## the page's types of what travels, from the OpenAPI document
	$(BIN)/python -m tests.js_types

format: $(TEST_READY) ## put the code into its form
	$(BIN)/python -m ruff check --fix .
	$(BIN)/python -m ruff format .

bench: $(TEST_READY) ## the engine against every peer that is installed, then server and page
	@$(BIN)/python tests/browser/install.py
	$(BIN)/python -m tests.bench.engine
	$(BIN)/python -m tests.bench.races
	$(BIN)/python -m tests.bench.load
	$(BIN)/python -m tests.bench.page
	$(BIN)/python -m tests.bench.tabs
	$(BIN)/python -m tests.bench.hand

attack: $(TEST_READY) ## every operation of the API, 200 drawn requests each and all edges (half an hour)
	$(BIN)/python -m tests.trust.test_document

parity: $(TEST_READY) ## live against PyTorch and Keras, where they are installed
	$(BIN)/python -m tests.parity.live
	$(BIN)/python -m tests.parity.exported

references: $(TEST_READY) ## record PyTorch's figures for the tests
	$(BIN)/python -m tests.parity.references
	$(BIN)/python -m tests.parity.trace_references
	$(BIN)/python -m tests.parity.input_references
	$(BIN)/python -m tests.parity.unrolling_references
	$(BIN)/python -m tests.parity.sampling_references
	$(BIN)/python -m tests.parity.descent_references

screenshots: $(TEST_READY) ## the pictures of the README
	@$(BIN)/python tests/browser/install.py
	$(BIN)/python -m tests.browser.screenshots

lock: ## resolve the dependencies anew, for every platform (needs uv)
	uv pip compile --universal -p 3.11 --no-emit-index-url --no-header --generate-hashes -q pyproject.toml -o requirements.lock
	uv pip compile --universal -p 3.11 --no-emit-index-url --no-header --generate-hashes -q --group dev pyproject.toml -o requirements-dev.lock

clean: ## take away what the other targets made
	rm -rf $(ENV) node_modules dist build .pytest_cache .ruff_cache .hypothesis

$(ENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Glassbox needs Python 3.11 or newer; set PYTHON=python3.12, say")'
	@$(PYTHON) -m venv $(ENV)

$(RUN_READY): requirements.lock pyproject.toml | $(ENV)/bin/python
	@echo "Installing dependencies, once"
	@$(PIP) -r requirements.lock
	@$(OURSELVES)
	@touch $@

$(TEST_READY): requirements-dev.lock pyproject.toml | $(ENV)/bin/python
	@echo "Installing dependencies for development, once"
	@$(PIP) -r requirements-dev.lock
	@$(OURSELVES)
	@touch $@ $(RUN_READY)

$(JS_READY): package-lock.json $(TEST_READY)
	@$(BIN)/python tests/node.py npm ci --silent
	@touch $@
