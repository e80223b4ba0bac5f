# Needs Python 3.11+, make and the package index; everything else comes with `make setup`, into .venv alone.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help setup setup-dev setup-bolt demo up secrets test check lint chaos chaos-ci chaos-control fuzz lock bench clean

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP = $(BIN)/python -m pip --disable-pip-version-check --quiet
# A stamp carries the checksum of what was installed: a changed lock is a new stamp.
RUNTIME := $(VENV)/.runtime-$(shell cat requirements.lock setup.cfg pyproject.toml | cksum | cut -d' ' -f1)
DEV := $(VENV)/.dev-$(shell cat requirements-dev.lock setup.cfg pyproject.toml | cksum | cut -d' ' -f1)

# Else each of a stack's processes would compile the project anew.
unexport PYTHONDONTWRITEBYTECODE

DOC ?=
PROMPT ?=
ARGS ?=
# Tests wait more than they compute.
JOBS ?= $(shell n=$$(($$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2) + 1)); [ $$n -gt 8 ] && n=8; echo $$n)
EVAL_DATA ?= $(abspath $(wildcard ../shared/data))
ifneq ($(EVAL_DATA),)
export EVAL_DATA
endif

help: ## Show this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "%-16s %s\n", $$1, $$2 }'

setup: $(RUNTIME) ## Make .venv and install what `up` needs
setup-dev: $(DEV) ## The same and what the checks need

demo: $(RUNTIME) ## Start a temporary stack, run one document through it, print the report (DOC=, PROMPT=)
	@$(BIN)/python -P scripts/demo.py $(if $(DOC),--document "$$DOC") $(if $(PROMPT),--prompt "$$PROMPT") $(ARGS)
demo: export DOC := $(value DOC)
demo: export PROMPT := $(value PROMPT)

up: $(RUNTIME) ## Run the whole stack until Ctrl-C (ARGS="--port 8080")
	@exec $(BIN)/orchestrator up $(ARGS)

setup-bolt: $(DEV) ## Add a Bolt server (70 MB), on which the graph's contract is tested as on Neo4j
	@$(PIP) install --require-hashes -r requirements-bolt.lock

secrets: $(RUNTIME) ## Make the secret files that docker-compose.yml mounts
	@$(BIN)/python -P scripts/make_secrets.py secrets

test: $(DEV) ## Run all tests (ARGS="-k name")
	$(BIN)/pytest -n $(JOBS) --dist loadgroup $(ARGS)

check: lint test ## Lint, types, layers, tests

SEED ?= 1
SECONDS ?= 60
chaos: $(DEV) ## Let go wrong what can on a temporary stack, then check that nothing is lost, doubled or stuck (SEED=, SECONDS=)
	@$(BIN)/python tests/guarantees/chaos.py --seed "$$SEED" --seconds "$$FAULT_SECONDS" $(ARGS)
chaos: export SEED := $(value SEED)
chaos: export FAULT_SECONDS := $(value SECONDS)

chaos-ci: $(DEV) ## The same on three seeds for 20 s each; about two minutes
	$(BIN)/pytest -q -n 0 -m slow -k test_the_invariants_hold tests/guarantees/test_chaos.py $(ARGS)

chaos-control: $(DEV) ## The same without fence and republishing, on three seeds: has to break an invariant on each
	$(BIN)/pytest -m slow tests/guarantees $(ARGS)

fuzz: $(DEV) ## Generated requests to every route with the key of each role, for minutes (EXAMPLES=)
	FUZZ_EXAMPLES=$(or $(EXAMPLES),100) $(BIN)/pytest -q -n 0 --timeout 7200 tests/integration/api/test_contract.py $(ARGS)

lint: $(DEV) ## Lint, format, types, layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

lock: $(DEV) ## Resolve the dependencies of setup.cfg anew into the locks
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate --python-version 3.11 \
		--extra build setup.cfg -o requirements.lock
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate --python-version 3.11 \
		--extra build --extra dev --extra otel --extra vault setup.cfg -o requirements-dev.lock
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate --python-version 3.11 \
		--extra build --extra dev --extra otel --extra vault --extra bolt-test setup.cfg -o requirements-bolt.lock

bench: $(DEV) ## Print speed and quality figures
	@for each in $(if $(ARGS),$(ARGS),$(filter-out %/figures.py %/labelled.py %/steps.py %/unobserved.py %_worker.py %_leader.py,$(wildcard bench/*.py))); do \
		echo "== $$each"; $(BIN)/python "$$each" || exit 1; done

clean: ## Remove .venv, caches and build output
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@for each in "$(PYTHON)" python3.11 python3.12 python3.13 python3.14; do \
		if "$$each" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then found="$$each"; break; fi; \
	done; \
	if [ -z "$$found" ]; then echo "Python 3.11 or newer is needed: install it, or name it with PYTHON=..." >&2; exit 1; fi; \
	"$$found" -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "$$found cannot make virtual environments: install its venv package (Debian: python3-venv)" >&2; exit 1; }; \
	"$$found" -m venv $(VENV)

$(RUNTIME): | $(BIN)/python
	@echo "Installing into $(VENV)" >&2
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@rm -f $(VENV)/.runtime-*; touch $@

$(DEV): | $(BIN)/python
	@echo "Installing into $(VENV), with the tools for the checks" >&2
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@rm -f $(VENV)/.dev-* $(VENV)/.runtime-*; touch $@ $(RUNTIME)  # the larger lock holds the smaller one
