# Everything runs in .venv and node_modules of this folder; nothing else on the machine is touched.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
NPM_BIN := node_modules/.bin
export PATH := $(CURDIR)/$(BIN):$(CURDIR)/$(NPM_BIN):$(PATH)

.DEFAULT_GOAL := help
.PHONY: help setup demo local-aws smoke-aws test test-fast soak crashes mutants bench docs docs-serve lint lock clean

help: ## Show what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

setup: $(VENV)/.ready $(VENV)-checkov/.ready .wheelhouse/.ready node_modules/.ready ## Install the pinned tools into this folder

$(VENV)/.ready: requirements-dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else f"Python 3.11 or newer is needed, {sys.executable} is {sys.version.split()[0]}; name another with make PYTHON=python3.13 ...")'
	@echo "Setting up .venv ..."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

# Apart, as it pins an older boto3.
$(VENV)-checkov/.ready: tests/security/requirements-checkov.txt
	@echo "Setting up .venv-checkov ..."
	@$(PYTHON) -m venv $(VENV)-checkov
	@$(VENV)-checkov/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	@touch $@

# What tests/distribution and tests/security install, without a network, into empty environments.
.wheelhouse/.ready: tests/distribution/requirements-newest.txt tests/distribution/requirements-lowest.txt tests/security/requirements-cdk-nag-2.txt | $(VENV)/.ready
	@echo "Setting up .wheelhouse ..."
	@rm -rf .wheelhouse
	@$(BIN)/python -m pip download --quiet --disable-pip-version-check --no-deps --only-binary=:all: \
	  --dest .wheelhouse -r tests/security/requirements-cdk-nag-2.txt
	@for python in 3.11 3.12 3.13 3.14; do for versions in newest lowest; do \
	  $(BIN)/python -m pip download --quiet --disable-pip-version-check --no-deps --only-binary=:all: \
	    --python-version $$python --dest .wheelhouse -r tests/distribution/requirements-$$versions.txt \
	    || exit 1; done; done
	@touch $@

node_modules/.ready: package-lock.json
	@echo "Setting up node_modules ..."
	@npm ci --no-audit --no-fund --silent
	@touch $@

demo: $(VENV)/.ready node_modules/.ready ## Take a snapshot with the real cdk command line on AWS emulated on this machine
	@python -m local_aws.demo

local-aws: $(VENV)/.ready node_modules/.ready ## AWS emulated on this machine until Ctrl-C, for an app of your own (ARGS=--help)
	@python -m local_aws $(ARGS)

smoke-aws: setup ## Try it on a real AWS account: asks first, cleans up, reports (ARGS=--help)
	@python -m aws_smoke $(ARGS)

test: setup ## Run every test
	@python -m pytest -m "not e2e" -q -n 2 --dist loadfile
	@python -m pytest -m e2e -q -n 4  # they wait more than they compute

test-fast: setup ## Run the tests that deploy nothing
	@python -m pytest -m "not e2e" -q -n 2 --dist loadfile

soak: setup ## Look for orders of events that break a promise, for MINUTES (30)
	@PYTHONPATH=tests python -m simulation.soak --minutes $(or $(MINUTES),30)

crashes: setup ## Disturb every call of every scenario
	@PYTHONPATH=tests python -m simulation.crashes

mutants: setup ## Show which test catches each of some typical mistakes
	@PYTHONPATH=tests python -m simulation.mutants

bench: setup ## Measure beside the peers and write docs/benchmarks.md
	@python -m benchmarks

docs: setup ## Build the documentation into site/; a dead link is an error
	@NO_MKDOCS_2_WARNING=1 mkdocs build --strict --quiet
	@echo "Open site/index.html"

docs-serve: setup ## Show the documentation at http://127.0.0.1:8000 and follow changes
	@NO_MKDOCS_2_WARNING=1 mkdocs serve --strict --dev-addr 127.0.0.1:8000

lint: setup ## Check style and types
	@ruff check .
	@ruff format --check .
	@mypy
	@pyright

lock: ## Pin again what pyproject.toml asks for (needs uv)
	uv pip compile -q --universal --python-version 3.11 --no-header pyproject.toml --group app --group dev --group docs -o requirements-dev.txt
	uv pip compile -q --universal --python-version 3.11 --no-header pyproject.toml --group app -c requirements-dev.txt -o requirements.txt
	echo "-e ." >> requirements.txt
	uv pip compile -q --universal --python-version 3.11 --no-header pyproject.toml --extra alpha --extra cli -c requirements-dev.txt -o tests/distribution/requirements-newest.txt
	uv pip compile -q --universal --python-version 3.11 --no-header pyproject.toml --extra alpha --extra cli --resolution lowest-direct -o tests/distribution/requirements-lowest.txt
	uv pip compile -q --universal --python-version 3.11 --no-header tests/security/requirements-checkov.in -o tests/security/requirements-checkov.txt

.PHONY: api build
api: setup ## Write down the public API again, after a change that is meant
	@PYTHONPATH=tests python -m distribution.api

build: $(VENV)/.ready ## Build the wheel and the sdist into dist/
	@rm -rf dist
	@python -m hatchling build -d dist

clean: ## Remove what make made
	rm -rf $(VENV) $(VENV)-checkov .wheelhouse node_modules .local-aws cdk.out dist site .mypy_cache .pytest_cache .ruff_cache .hypothesis
