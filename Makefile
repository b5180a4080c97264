# `make help` lists what a person types. Needs Python 3.11 or newer, pip and make; nothing else.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help demo test search contract check bench format clean

help: ## Show this list
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1|\2/' | column -t -s '|'

$(VENV)/ready: pyproject.toml constraints.txt
	@echo "Setting up $(VENV) (once, about a minute) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev]'
	@touch $@

demo: $(VENV)/ready ## Play one session from booking to inspection, then stay up (ARGS=--exit to leave)
	@$(BIN)/python -m demo $(ARGS)

test: $(VENV)/ready ## Run every test, on SQLite, a real PostgreSQL, and Chromium where there is one
	@$(BIN)/python -m pytest -n 2 --dist loadgroup $(ARGS)

search: $(VENV)/ready ## Look for a history that breaks a promise, for long (SEARCH_HISTORIES=, SEARCH_STEPS=)
	@SEARCH_HISTORIES=$${SEARCH_HISTORIES:-300} SEARCH_STEPS=$${SEARCH_STEPS:-50} \
		$(BIN)/python -m pytest -n 2 --show-capture=no $(ARGS) tests/search

contract: $(VENV)/ready ## Try each fault of each provider call, on both databases (make test tries a part)
	@WHOLE_CONTRACT=1 $(BIN)/python -m pytest -n 2 $(ARGS) tests/contract

check: $(VENV)/ready ## Lint, format, types, layers, and documents that could be stale
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/python -m service handbook --check docs/policy.md
	@$(BIN)/python -m service routes --check docs/api.md
	@$(BIN)/python -m tests.pitfalls --check docs/pitfalls.md

bench: $(VENV)/ready ## Measure against baselines in the same run (ARGS=--json, ARGS=NAME)
	@$(BIN)/python -m bench $(ARGS)

format: $(VENV)/ready ## Bring the code into its usual form
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

clean: ## Forget the virtual environment and caches
	@rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache build *.egg-info
