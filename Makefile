# Everything a checkout needs: Python 3.11, make, and the package index.
PYTHON := $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
READY := .venv/.ready
CHROMIUM ?= $(shell command -v chromium || command -v chromium-browser || command -v google-chrome)
export CHROMIUM

.DEFAULT_GOAL := help
.PHONY: help install run evaluate test test-slow chromium bench lock clean

help: ## Show the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info[:2] == (3, 11) else "trialsift needs Python 3.11, this is " + sys.version.split()[0])'
	@echo "Setting up .venv (a few minutes, once)"
	@$(PYTHON) -m venv --clear .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-index -e .
	@touch $@

install: $(READY) ## Set up .venv with what requirements.lock pins

run: $(READY) ## Extract raw/articles into extracted/
	@$(BIN)/trialsift run

evaluate: $(READY) ## Compare the extractors with raw/gold
	@$(BIN)/trialsift evaluate

test: $(READY) ## Format, lint, types, import contracts, tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m pytest -m "not slow" --numprocesses auto --dist loadfile

test-slow: $(READY) chromium ## What takes minutes, in a real browser too
	$(BIN)/python -m pytest -m slow --numprocesses auto

chromium: # where it is missing, and we may
	@test -n "$(CHROMIUM)" || { test "$$(id -u)" = 0 && command -v apt-get > /dev/null \
		&& apt-get update -qq && apt-get install -qq -y --no-install-recommends chromium > /dev/null; } \
		|| { echo "No Chromium. Install it (on Debian: sudo apt-get install chromium), or name one: make test-slow CHROMIUM=/path" >&2; exit 1; }

bench: $(READY) ## Time the stages beside a plain scispaCy pipeline, and the formats
	@$(BIN)/python -m tests.benchmarks.stages
	@$(BIN)/python -m tests.benchmarks.scaling
	@$(BIN)/python -m tests.benchmarks.formats
	@$(BIN)/python -m tests.benchmarks.pdf

lock: $(READY) ## Resolve pyproject.toml anew into requirements.lock
	$(BIN)/uv pip compile pyproject.toml --extra dev --python-version 3.11 --generate-hashes --upgrade --no-header --quiet --output-file requirements.lock

clean: ## Remove what was made
	rm -rf .venv .prefect extracted build .mypy_cache .pytest_cache .ruff_cache .hypothesis .benchmarks *.egg-info
