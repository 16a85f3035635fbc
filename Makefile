# Everything a fresh machine needs is installed by these targets, from hashed lock files.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet --no-input
PORT ?= 8000
# What the tests run beside Python, as COMMAND-OR-FILE=PACKAGE.
TEST_TOOLS := knotd=knot kdig=knot-dnsutils kzonesign=knot-dnssecutils unbound=unbound openssl=openssl \
  nginx=nginx /usr/lib/nginx/modules/ngx_http_js_module.so=libnginx-mod-http-js caddy=caddy \
  apache2=apache2 \
  varnishd=varnish chromium=chromium /usr/share/fonts/truetype/dejavu/DejaVuSans.ttf=fonts-dejavu-core

.PHONY: help serve check lint audit fix test test-tools test-corpus bench docs docs-site lock clean

help:  ## List these targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

# A virtual environment needs ensurepip, which Debian ships apart from Python itself.
$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or newer is needed; PYTHON=... names another one." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || scripts/system-packages python3-venv
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements/run.txt requirements/build.txt pyproject.toml | $(BIN)/python
	$(PIP) install --require-hashes -r requirements/run.txt -r requirements/build.txt
	$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.run
	$(PIP) install --require-hashes -r requirements/dev.txt
	@touch $@

# Other people's clients keep their own environment: their pins are not ours.
.venv-clients/.ready: requirements/clients.txt | $(BIN)/python
	$(PYTHON) -m venv .venv-clients
	.venv-clients/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes -r $<
	@touch $@

serve: $(VENV)/.run  ## Build registry-data/ and serve it at http://127.0.0.1:8000
	$(BIN)/mcp-static build
	$(BIN)/mcp-static serve --port $(PORT)

NODE_BIN := tests/node/node_modules/.bin
ESLINT = $(NODE_BIN)/eslint --config tests/node/eslint.config.mjs --max-warnings 0
JS_FILES = $(shell git ls-files --cached --others --exclude-standard '*.js' '*.mjs')

ZIZMOR = $(BIN)/zizmor --quiet --persona auditor --strict-collection .github action.yml docs/examples/*.yml

lint: $(VENV)/.dev tests/node/node_modules/.ready  ## Check formatting, code, types, imports and workflows
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(NODE_BIN)/prettier --check --log-level warn $(JS_FILES)
	$(ESLINT) $(JS_FILES)
	$(ZIZMOR) --offline
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml docs/examples/*.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.github-actions action.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.dependabot .github/dependabot.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.github-issue-config .github/ISSUE_TEMPLATE/config.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.github-issue-forms $(filter-out %/config.yml,$(wildcard .github/ISSUE_TEMPLATE/*.yml))

audit: $(VENV)/.dev  ## Audit the workflows with what is known online (needs GH_TOKEN)
	$(ZIZMOR)

fix: $(VENV)/.dev tests/node/node_modules/.ready  ## Format the code and fix what the linters can fix
	-$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	-$(ESLINT) --fix $(JS_FILES)
	$(NODE_BIN)/prettier --write --log-level warn $(JS_FILES)

check: lint  ## Run make lint and the unit tests (under 2 minutes), for every commit
	node --test tests/edge/
	$(BIN)/pytest -q -n $$(nproc) -m "not integration"

test-tools: tests/node/node_modules/.ready
	@PATH="$$PATH:/usr/sbin" missing=""; for tool in $(TEST_TOOLS); do \
	  command -v "$${tool%=*}" >/dev/null || test -e "$${tool%=*}" || missing+=" $${tool#*=}"; done; \
	test -z "$$missing" || scripts/system-packages $$missing

tests/node/node_modules/.ready: tests/node/package-lock.json
	@command -v npm >/dev/null || scripts/system-packages nodejs npm
	npm ci --prefix tests/node --no-audit --no-fund --loglevel error
	@touch $@

# More than there are processors: many tests wait for what is slow or silent on purpose.
WORKERS ?= $(shell echo $$(($$(nproc) * 3 / 2)))

PYTEST = MCP_STATIC_CLIENTS=$(CURDIR)/.venv-clients/bin/python $(BIN)/pytest -n $(WORKERS) --dist worksteal

test: lint docs-site test-tools .venv-clients/.ready  ## Run make lint and every test (under 20 minutes)
	node --test tests/edge/
	$(PYTEST)

test-corpus: $(VENV)/.dev test-tools .venv-clients/.ready  ## Run the tests that read a corpus, from the file MCP_STATIC_CORPUS and the folder MCP_STATIC_CASES
	$(PYTEST) -m corpus

bench: $(VENV)/.dev  ## Measure performance, as reported in benchmarks/README.md
	$(BIN)/python -m benchmarks

RULES = $(BIN)/mcp-static rules --format markdown
COMMANDS = $(BIN)/python -c 'from mcp_static.cli.markdown import commands_page; print(commands_page(), end="")'
FACTS = $(BIN)/python -c 'from mcp_static.api.edge_facts import edge_facts; print(edge_facts(), end="")'

# A file written from what a command prints: replaced by all of it, or left alone.
define write
	@echo 'Writing $(1)'
	@trap 'rm -f $(1).new' EXIT; $(2) > $(1).new && mv $(1).new $(1)
endef

docs: $(VENV)/.dev  ## Regenerate docs/rules.md and docs/commands.md, the table of package types, site/edge/facts.js and workflows
	$(call write,docs/rules.md,$(RULES))
	$(call write,docs/commands.md,$(COMMANDS))
	$(BIN)/python scripts/write_package_types.py docs/authors.md
	$(BIN)/python scripts/write_workflows.py
	$(call write,site/edge/facts.js,$(FACTS))

docs-site: $(VENV)/.dev  ## Build the documentation as a website in build/guide/
	$(BIN)/zensical build --clean --strict

UV_COMPILE = uv pip compile --universal --python-version 3.11 --generate-hashes \
  --no-emit-index-url --no-header --quiet

lock:  ## Update the lock files (needs uv)
	$(UV_COMPILE) pyproject.toml --all-extras -o requirements/run.txt
	$(UV_COMPILE) --group build -c requirements/run.txt -o requirements/build.txt
	$(UV_COMPILE) --group dev --group build -c requirements/run.txt -o requirements/dev.txt
	$(UV_COMPILE) --group docs -c requirements/dev.txt -o requirements/docs.txt
	$(UV_COMPILE) requirements/uv.in -o requirements/uv.txt
	$(UV_COMPILE) requirements/clients.in -o requirements/clients.txt

clean:  ## Remove everything these targets created
	rm -rf $(VENV) .venv-clients tests/node/node_modules dist dist.state build artifacts .cache
