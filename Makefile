# Every target sets up what it needs by itself; `make help` lists them.

PYTHON := .venv/bin/python
PYTEST := $(PYTHON) -m pytest
LOCK := uv pip compile -q --python-version 3.11 --generate-hashes --no-emit-index-url --no-header

.DEFAULT_GOAL := help
.PHONY: help run test unit system lint fmt bench bench-data bench-alarms profile screenshots faults attacks simulate laws search trial chart docs lock site setup clean

help: ## Show this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: setup ## Start everything on this machine, with a demo organisation; EMPTY=1 without; Ctrl-C stops it
	@$(PYTHON) -m deploy.local.run $(if $(EMPTY),--empty)

test: .tests-setup lint ## Run all that decides whether a change lands
	@$(PYTEST) -n 2 tests/unit tests/contracts tests/deploy tests/test_boundaries.py tests/laws tests/simulation
	@$(PYTEST) -n 2 --dist loadfile tests/attacks -m "not slow"
	@$(PYTEST) tests/faults
	@$(PYTEST) -n 2 --dist loadfile --no-loadscope-reorder --durations 25 tests/component tests/system tests/browser

unit: setup ## Run the tests that need no server
	@$(PYTEST) tests/unit tests/contracts

system: .tests-setup ## Run the tests over a whole installation
	@$(PYTEST) -n 2 tests/system

lint: setup ## Check style, format, types and who imports whom
	@.venv/bin/ruff check --quiet
	@.venv/bin/ruff format --check --quiet
	@.venv/bin/mypy
	@.venv/bin/lint-imports --no-logo

fmt: setup ## Format the code and mend what can be mended
	@.venv/bin/ruff check --fix --quiet || true
	@.venv/bin/ruff format

bench: setup ## Measure against the numbers of docs/performance.md; SCENARIO=register_alone for one
	@$(PYTHON) -m tests.load.bench $(if $(SCENARIO),--scenario $(SCENARIO)) $(if $(STORED),--stored $(STORED))

trial: .tests-setup ## Prove that a trial's answer is that of a full re-run; TICKETS=2000 in both
	@TICKETS=$(or $(TICKETS),2000) $(PYTEST) tests/component/sla/test_trials.py -k empty_installation --timeout 1800

bench-data: setup ## Make installations that have stored many tickets, for bench; STORED=100000
	@$(PYTHON) -m tests.load.stored $(STORED)

bench-alarms: setup ## Measure alarms with a million open tickets; KEEP=folder keeps these for the next time
	@$(PYTHON) -m tests.load.alarms_million $(if $(KEEP),--keep $(KEEP)) $(if $(STEPS),--steps $(STEPS))

profile: setup ## Draw where each process's time goes; SCENARIO=follow_32_callers PROCESS=intake
	@$(PYTHON) -m tests.load.profile $(if $(SCENARIO),--scenario $(SCENARIO)) $(if $(PROCESS),--process $(PROCESS))

screenshots: .tests-setup ## Take every page into .local/screenshots; ONLY="inbox board" for some, README=1 for docs/
	@$(PYTHON) -m tests.browser.gallery $(if $(ONLY),--only $(ONLY)) $(if $(README),--readme)

faults: .faults-setup ## Inject faults and count what is lost; TEST=5 SEED=42 for one of them
	@$(PYTHON) -m tests.faults $(if $(TEST),--test $(TEST)) $(if $(SEED),--seed $(SEED))

attacks: .tests-setup ## Attack a whole installation in every way that the suite knows
	@$(PYTEST) tests/attacks -s

simulate: setup ## Run the services' code through thousands of seeded histories of crashes
	@$(PYTHON) -m tests.simulation --seeds 2000

laws: setup ## Have random people do random things on random workflows; STEPS=200000
	@$(PYTHON) -m tests.laws --steps $(or $(STEPS),200000)

search: setup ## Try what must always hold on new random examples
	@$(PYTEST) -n 2 tests/unit tests/contracts --hypothesis-profile search

chart: .tests-setup ## Render, lint and check the Helm chart, the image and the composition
	@$(PYTEST) tests/deploy

docs: setup ## Generate what is generated below docs/
	@$(PYTHON) -m peygir docs
	@$(PYTHON) -W ignore -m deploy.helm

lock: ## Write the lock files from pyproject.toml; versions that still fit stay
	@$(LOCK) pyproject.toml --extra local --extra dev -o requirements.lock
	@$(LOCK) pyproject.toml -c requirements.lock -o requirements-image.lock
	@$(LOCK) --group pyproject.toml:deploy -c requirements.lock -o requirements-deploy.lock
	@$(LOCK) --group pyproject.toml:build -c requirements-image.lock -o requirements-build.lock

site: setup ## Build the documentation into .local/site, to be served as files
	@$(PYTHON) -m mkdocs build --quiet -f deploy/site/mkdocs.yml
	@$(PYTHON) -m mkdocs build --quiet -f deploy/site/mkdocs.fa.yml

setup: ## Install what is missing on this machine, and nothing else
	@deploy/local/setup.sh

clean: ## Remove caches and the local installation's data
	rm -rf .local .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -not -path './.venv/*' -prune -exec rm -rf {} +

.PHONY: .tests-setup .faults-setup
.tests-setup:
	@deploy/local/setup.sh --tests

.faults-setup:
	@deploy/local/setup.sh --faults
