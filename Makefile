# Needs make, and a Python of 3.11 or newer with its venv module. Everything else is installed
# into .venv, pinned and with hashes; the emulated cloud of the tests into .venv-emulators,
# and what looks through terraform/ into .venv-terraform.

PYTHON ?= python3
# The game day that `make day` plays: twelve games, on 12 November 2025.
DATE ?= 2025-11-12
# The program that checks terraform/ without a provider registry, if there is one (tf-check).
TF_CHECK ?=
# Processes for the tests; 0 runs them in one.
JOBS ?= 2
# More for pytest, such as ARGS="-k plan" or ARGS="-p no:randomly".
ARGS ?=

BIN := .venv/bin
STAMP := .venv/.installed
EMULATORS := .venv-emulators/.installed
CHECKOV := .venv-terraform/.installed
FUNCTIONS := schedule_locker controller executor scraper loader cleanup status
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header
# Half a recipe that failed leaves no file behind that looks made.
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
.PHONY: help setup emulators browser day test check tf-check fix soak bench lock clean

help: ## Print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' Makefile

setup: $(STAMP) ## Make .venv with everything pinned, and install Tipoff editable (once)

$(STAMP): requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Tipoff needs Python 3.11 or newer; [$(PYTHON)] is not. Say make PYTHON=..." >&2; \
		exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing into .venv (a minute or so, once) ..."
	@$(BIN)/python -m pip install -qq --disable-pip-version-check \
		--require-hashes -r requirements/dev.txt
	@$(BIN)/python -m pip install -qq --disable-pip-version-check \
		--no-deps --no-build-isolation -e .
	@touch $(STAMP)

emulators: $(EMULATORS) ## Make .venv-emulators: the stand-ins for BigQuery and Cloud Storage (once)

$(EMULATORS): requirements/emulators.txt
	@test -x .venv-emulators/bin/python || $(PYTHON) -m venv .venv-emulators
	@echo "Installing into .venv-emulators (half a minute or so, once) ..."
	@.venv-emulators/bin/python -m pip install -qq --disable-pip-version-check \
		--require-hashes -r requirements/emulators.txt
	@touch $(EMULATORS)

browser: ## Have chromium for the tests of the page: as root it is installed where it is missing
	@command -v chromium > /dev/null || { test "$$(id -u)" = 0 && \
		apt-get update -qq > /dev/null && \
		DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium > /dev/null 2>&1; } || { \
		echo "chromium is missing: apt-get install chromium, as root" >&2; exit 1; }

day: setup ## Play one whole game day on this machine: make day DATE=2025-11-12
	@$(BIN)/tipoff day $(DATE)

test: check ## All checks, then every test but the long ones
	@mkdir -p build/junit
	$(BIN)/pytest -n $(JOBS) --junitxml=build/junit/test.xml $(ARGS)

check: setup ## The linters alone: ruff, mypy, import-linter, deptry; and what is generated
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/deptry .
	$(BIN)/python -m monitoring.build --check

tf-check: setup $(CHECKOV) ## Check terraform/: fmt, validate, test, checkov (TF_CHECK=PROGRAM: offline)
	@rm -rf build/terraform && mkdir -p build/terraform
	@cp -R terraform config build/terraform && cd build/terraform/terraform && \
		rm -rf .terraform* backend.tf *.tfvars *.tfstate*
	@$(BIN)/tipoff package --out build/terraform/dist > /dev/null
ifneq ($(TF_CHECK),)
	"$(TF_CHECK)" --project build/terraform --var project_id=tipoff-check all > build/terraform/log \
		|| { cat build/terraform/log; exit 1; }
	@grep -E '^(Success!|Plan:|plan lint)' build/terraform/log
else
	cd build/terraform/terraform && terraform fmt -check -recursive -diff
	cd build/terraform/terraform && terraform init -backend=false -input=false
	cd build/terraform/terraform && terraform validate && terraform test
endif
	.venv-terraform/bin/checkov --config-file terraform/.checkov.yaml -d build/terraform/terraform

$(CHECKOV): requirements/terraform.txt
	@test -x .venv-terraform/bin/python || $(PYTHON) -m venv .venv-terraform
	@echo "Installing into .venv-terraform (half a minute or so, once) ..."
	@.venv-terraform/bin/python -m pip install -qq --disable-pip-version-check \
		--require-hashes -r requirements/terraform.txt
	@touch $(CHECKOV)

fix: setup ## Mend what ruff can mend, and format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

soak: setup ## The long tests: many days, many seeds
	@mkdir -p build/junit
	$(BIN)/pytest -m soak -n $(JOBS) --junitxml=build/junit/soak.xml $(ARGS)

bench: setup ## Measure the fan-out of a game day: python -m benchmarks.fanout
	$(BIN)/python -m benchmarks.fanout $(ARGS)

# dev.txt comes first and binds the others, so that what is tested is what is deployed.
lock: setup ## Pin requirements/*.in anew, with hashes: UPGRADE=--upgrade for newer versions
	cd requirements && ../$(COMPILE) $(UPGRADE) -o dev.txt \
		runtime.in fetching.in page.in gcp.in local.in dev.in > /dev/null
	cd requirements && for each in $(FUNCTIONS); do \
		../$(COMPILE) -c dev.txt -o $$each.txt $$each.in > /dev/null || exit 1; done
	cd requirements && ../$(COMPILE) $(UPGRADE) -o emulators.txt emulators.in > /dev/null
	cd requirements && ../$(COMPILE) $(UPGRADE) -o terraform.txt terraform.in > /dev/null

clean: ## Remove what was built, cached and played; the environments stay
	rm -rf build dist .tipoff .pytest_cache .mypy_cache .ruff_cache .hypothesis \
		.import_linter_cache *.egg-info
	find . -name __pycache__ -not -path './.venv*' -prune -exec rm -rf {} +
