# Works with GNU make 3.81 and any POSIX shell.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DATA ?= .dalil
# Tests wait for processes more than they compute: one more of them than there are cores. What a file's tests share is made once,
# and the long files, which are not those with many tests, come early.
PYTEST_ARGS ?= -n $(shell expr 1 + $$(getconf _NPROCESSORS_ONLN)) --dist loadfile --no-loadscope-reorder
RUN_STAMP := $(VENV)/.installed
DEV_STAMP := $(VENV)/.installed-dev

ARABIC_QUESTION := متى أعلن التحالف الدولي انتهاء عملياته القتالية الرئيسية في العراق؟
ENGLISH_QUESTION := When did the coalition announce the end of its main combat operations in Iraq?

.DEFAULT_GOAL := help
.PHONY: help run serve install test check format bench lock audit clean

help: ## this list
	@echo "make TARGET, where TARGET is one of"
	@grep -E '^[a-z]+:.*## ' Makefile | while IFS= read -r line; do \
		printf '  %-9s %s\n' "$${line%%:*}" "$${line##*## }"; done

run: install ## index the two articles in seeds/ and answer a question about them in Arabic and in English
	@$(BIN)/dalil index seeds --data $(DATA)
	@for question in "$(ARABIC_QUESTION)" "$(ENGLISH_QUESTION)"; do \
		printf '\n> %s\n\n' "$$question"; $(BIN)/dalil ask "$$question" --data $(DATA) || exit 1; done
	@printf '\nNext:\n'
	@printf '  %s\n' '$(BIN)/dalil index YOUR-ARTICLES/       # txt, md, html, pdf, docx, json, jsonl, feeds, web addresses'
	@printf '  %s\n' '$(BIN)/dalil ask "your question"        # one answer'
	@printf '  %s\n' '$(BIN)/dalil chat                       # questions in the terminal'
	@printf '  %s\n' '$(BIN)/dalil serve                      # web page and HTTP API on http://127.0.0.1:8080/'

serve: install ## the web page and the HTTP API
	@$(BIN)/dalil serve --data $(DATA)

install: $(RUN_STAMP) ## Dalil and what it needs, into .venv

# Hundreds of processes are started: compiling every module in each of them would take as long as the tests.
test: export PYTHONDONTWRITEBYTECODE =
test: $(DEV_STAMP) ## the whole test suite
	$(BIN)/python -m pytest $(PYTEST_ARGS)

check: $(DEV_STAMP) ## lint, format, types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(DEV_STAMP) ## put the code into its format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(DEV_STAMP) ## speed and memory, printed
	@for benchmark in tests/benchmarks/bench_*.py; do $(BIN)/python "$$benchmark" || exit 1; done

lock: $(DEV_STAMP) ## versions and hashes for deployments, into qa/service/deploy/
	$(BIN)/python -m pip install --quiet --disable-pip-version-check 'uv>=0.5'
	$(BIN)/python -m qa.service.deploy.lock $(TORCH)

audit: $(DEV_STAMP) ## known vulnerabilities of what is locked; asks the advisory database of the package index
	$(BIN)/python -m pip install --quiet --disable-pip-version-check 'pip-audit>=2.9'
	$(BIN)/pip-audit --strict --disable-pip --require-hashes -r qa/service/deploy/requirements.lock -r qa/service/deploy/torch.lock

clean: ## remove .venv and everything that was made
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The first of these that is Python 3.11 to 3.13 makes the virtual environment.
$(BIN)/python:
	@for python in "$(PYTHON)" python3.13 python3.12 python3.11; do \
		if "$$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then \
			echo "Making $(VENV) with $$("$$python" --version)"; \
			"$$python" -m venv $(VENV) && exit 0; \
			echo "Could not make $(VENV): on Debian and Ubuntu install the package python3-venv." >&2; exit 1; \
		fi; done; \
	echo "Dalil needs Python 3.11, 3.12 or 3.13, and none was found. Install one, or name it: make PYTHON=/path/to/python3.12" >&2; exit 1

$(RUN_STAMP): pyproject.toml | $(BIN)/python
	@echo "Installing Dalil into $(VENV): some minutes the first time, seconds afterwards"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(DEV_STAMP): pyproject.toml | $(BIN)/python
	@echo "Installing Dalil and what its tests need into $(VENV): some minutes the first time, seconds afterwards"
	@# Python compiles what it imports; compiling all of it beforehand takes as long as installing.
	@$(BIN)/python -m pip install --no-compile --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@ $(RUN_STAMP)
