# Everything runs in .venv and node_modules of this folder. Packages stay in the caches of uv and npm,
# so that another checkout is set up in seconds.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv
NPM_BIN := node_modules/.bin
export PATH := $(CURDIR)/$(BIN):$(CURDIR)/$(NPM_BIN):$(PATH)
export UV_PYTHON_DOWNLOADS := never
# Otherwise every process that imports the CDK compiles it again, for two seconds.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup demo local-aws smoke-aws test test-fast soak crashes mutants bench docs docs-serve lint lock clean

help: ## Show what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

setup: $(VENV)/.dev $(VENV)/.packages $(VENV)-checkov/.ready node_modules/.dev ## Install the pinned tools into this folder

# pip installs uv and nothing else; -qq silences its warnings about indexes that uv does not use.
$(UV): requirements-uv.txt
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed, %s is %s; name another: make PYTHON=python3.13 ..." % (sys.executable, sys.version.split()[0]))'
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "$(PYTHON) cannot create virtual environments. On Debian and Ubuntu: apt install $(notdir $(PYTHON))-venv" >&2; exit 1; }
	@echo "Setting up uv ..."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -qq --disable-pip-version-check -r $<
	@touch $@

# demo, docs and dev are lists of the same versions for the same .venv; dev includes the others.
$(VENV)/.%: requirements-%.txt pyproject.toml | $(UV)
	@echo "Setting up .venv for $* ..."
	@$(UV) pip install -q --python $(BIN)/python -r $< --build-constraints requirements-dev.txt -e .
	@touch $@ $(if $(filter dev,$*),$(VENV)/.demo $(VENV)/.docs)

# Apart, as it pins an older boto3.
$(VENV)-checkov/.ready: tests/security/requirements-checkov.txt | $(UV)
	@echo "Setting up .venv-checkov ..."
	@$(UV) venv -q --clear --python $(BIN)/python $(VENV)-checkov
	@$(UV) pip install -q --python $(VENV)-checkov/bin/python -r $<
	@touch $@

# What tests install from uv's cache, without a network, into empty environments.
$(VENV)/.packages: tests/support/packages.py tests/distribution/requirements-newest.txt tests/distribution/requirements-lowest.txt tests/security/requirements-cdk-nag-2.txt | $(VENV)/.dev
	@echo "Setting up the packages that tests install ..."
	@PYTHONPATH=tests python -m support.packages
	@touch $@

node_modules/.demo: package-lock.json
	@echo "Setting up node_modules for demo ..."
	@npm ci --omit=dev --no-audit --no-fund --silent
	@touch $@

node_modules/.dev: package-lock.json
	@echo "Setting up node_modules for dev ..."
	@npm ci --no-audit --no-fund --silent
	@touch $@ node_modules/.demo

demo: $(VENV)/.demo node_modules/.demo ## Take a snapshot with the real cdk command line on AWS emulated on this machine
	@python -m local_aws.demo

local-aws: $(VENV)/.demo node_modules/.demo ## AWS emulated on this machine until Ctrl-C, for an app of your own (ARGS=--help)
	@python -m local_aws $(ARGS)

smoke-aws: setup ## Try it on a real AWS account: asks first, cleans up, reports (ARGS=--help)
	@python -m aws_smoke $(ARGS)

# The tests marked `account` run within the test of `make smoke-aws`.
# Five workers for two cores, as tests that deploy mostly wait; the longest first, as tests/conftest.py says.
PYTEST := python -m pytest -q --dist loadfile --no-loadscope-reorder
test: setup ## Run every test
	@$(PYTEST) -n 5 -m "not account"

test-fast: setup ## Run the tests that deploy nothing
	@$(PYTEST) -n 2 -m "not e2e"

soak: setup ## Look for orders of events that break a promise, for MINUTES (30)
	@PYTHONPATH=tests python -m simulation.soak --minutes $(or $(MINUTES),30)

crashes: setup ## Disturb every call of every scenario
	@PYTHONPATH=tests python -m simulation.crashes

mutants: setup ## Show which test catches each of some typical mistakes
	@PYTHONPATH=tests python -m simulation.mutants

bench: setup ## Measure beside the peers and write docs/benchmarks.md
	@python -m benchmarks

docs: $(VENV)/.docs ## Build the documentation into site/; a dead link is an error
	@NO_MKDOCS_2_WARNING=1 mkdocs build --strict --quiet
	@echo "Open site/index.html"

docs-serve: $(VENV)/.docs ## Show the documentation at http://127.0.0.1:8000 and follow changes
	@NO_MKDOCS_2_WARNING=1 mkdocs serve --strict --dev-addr 127.0.0.1:8000

lint: setup ## Check style and types
	@ruff check .
	@ruff format --check .
	@mypy
	@pyright

PIN := $(UV) pip compile -q --universal --python-version 3.11 --no-header
lock: $(UV) ## Pin again what pyproject.toml asks for
	@$(PIN) pyproject.toml --group dev --group docs -o requirements-dev.txt
	@$(PIN) pyproject.toml --group demo -c requirements-dev.txt -o requirements-demo.txt
	@$(PIN) --group docs -c requirements-dev.txt -o requirements-docs.txt
	@$(PIN) pyproject.toml --group app -c requirements-dev.txt -o requirements.txt
	@echo "-e ." >> requirements.txt
	@$(PIN) pyproject.toml --extra alpha --extra cli -c requirements-dev.txt -o tests/distribution/requirements-newest.txt
	@$(PIN) pyproject.toml --extra alpha --extra cli --resolution lowest-direct -o tests/distribution/requirements-lowest.txt
	@$(PIN) tests/security/requirements-checkov.in -o tests/security/requirements-checkov.txt

.PHONY: api build
api: setup ## Write down the public API again, after a change that is meant
	@PYTHONPATH=tests python -m distribution.api

build: $(UV) ## Build the wheel and the sdist into dist/
	@rm -rf dist
	@$(UV) build -q --build-constraints requirements-dev.txt

clean: ## Remove what make made
	rm -rf $(VENV) $(VENV)-checkov node_modules .local-aws cdk.out dist site .mypy_cache .pytest_cache .ruff_cache .hypothesis
