# make tile    a first picture: sets up .venv, then paints the recipe below
# make serve   the page in a browser, and the HTTP API, until Ctrl-C
# make test    lint, types, import contracts, tests: what CI runs
# make docs    build/site, the documentation as a site; a warning or a broken link fails
# make wheel   dist/plitka-*.whl, the whole program in one file, to install elsewhere
# make clean   remove what make has made
#
# PYTHON=python3.12   another interpreter (3.11 to 3.13)
# TORCH=torch==X.Y.Z  another build of torch, e.g. with CUDA; anything that pip accepts

PYTHON ?= python3
# The last choice stays until another is made.
TORCH ?= $(shell cat .venv/torch 2>/dev/null)
RECIPE ?= 60% red, 30% black, 10% white
SEED ?= 7

BIN := .venv/bin
# Node comes into .venv with the checkers.
NODE := PATH="$(CURDIR)/$(BIN):$$PATH" node_modules/.bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
TORCH_PIN := $(shell sed -n '/^torch==/p' constraints.txt)
# One stamp for each choice of TORCH, so that another choice is installed and the same one is not.
TORCH_STAMP := .venv/torch-$(shell printf '%s' '$(TORCH)' | cksum | cut -d' ' -f1).stamp
TESTERS := $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)
CATALOGUES := src/plitka/core/language/locale

.PHONY: tile serve wheel docs test lint types contracts tests translations clean
.DELETE_ON_ERROR:

tile: .venv/plitka.stamp
	@$(BIN)/plitka generate '$(RECIPE)' --seed $(SEED) --output tile.png
	@echo "The picture is $(CURDIR)/tile.png"

# Ctrl-C is how it ends, and no failure.
serve: .venv/serve.stamp
	@trap : INT; $(BIN)/plitka serve --open || test $$? -eq 130

wheel: .venv/plitka.stamp
	@$(PIP) wheel --quiet --no-deps --wheel-dir dist .
	@ls dist/*.whl

# The pages lie as they do here, so that a link which holds in one place holds in the other. Readers' browsers are to fetch
# nothing from elsewhere.
docs: .venv/dev.stamp
	@rm -rf build/pages build/site
	@mkdir -p build/pages
	@cp -R README.md CONTRIBUTING.md CHANGELOG.md docs build/pages
	$(BIN)/zensical build --clean --strict
	@! grep -rlE '(src|srcset)="(https?:)?//|<link [^>]*rel="(stylesheet|preconnect|preload)"[^>]*"https?:|class="mermaid"' \
	  build/site || { echo "These pages would fetch something from elsewhere"; exit 1; }

test: lint types contracts docs tests

lint: .venv/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/dev.stamp node_modules/.stamp
	$(BIN)/mypy
	$(NODE)/tsc --project tsconfig.json

contracts: .venv/dev.stamp
	$(BIN)/lint-imports

# After the cheap checks, also under make -j: the last lines are then pytest's. One process more than there are cores,
# since many tests wait for a server or a browser, and in each of them one thread: the tests' networks are too small to
# share. Files are dealt in their order, since the ones with the fewest tests, which would be last, take the longest. Byte
# code is kept though images for containers often forbid it: each of the many processes would compile all of it anew.
tests: .venv/dev.stamp node_modules/.stamp | lint types contracts docs
	PYTHONDONTWRITEBYTECODE= OMP_NUM_THREADS=1 $(BIN)/pytest --numprocesses $(TESTERS) --dist loadfile --no-loadscope-reorder

translations: .venv/dev.stamp
	$(BIN)/pybabel --quiet compile --domain plitka --directory $(CATALOGUES)

clean:
	rm -rf .venv node_modules build dist .cache .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis tile.png
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} +

# Debian splits ensurepip off into another package; the pip that is there can fill the environment too.
$(BIN)/python:
	@echo "Making .venv with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv .venv >/dev/null 2>&1 || { \
	  $(PYTHON) -m venv --clear --without-pip .venv && \
	  $(PYTHON) -m pip --quiet --python .venv/bin/python install pip; }

# PyPI's torch for Linux brings gigabytes of CUDA libraries, so the CPU build is tried first.
$(TORCH_STAMP): constraints.txt | $(BIN)/python
	@rm -f .venv/torch-*.stamp
	@sed '/^torch==/d' constraints.txt > .venv/constraints.txt
	@if [ -n '$(TORCH)' ]; then \
	  echo "Installing $(TORCH)"; \
	  $(PIP) install --quiet '$(TORCH)'; \
	elif echo "Installing $(TORCH_PIN)+cpu" && \
	  $(PIP) install --quiet --constraint constraints.txt '$(TORCH_PIN)+cpu' >/dev/null 2>&1; then :; \
	else \
	  echo "pip's indexes offer no CPU-only build of torch; installing $(TORCH_PIN), a larger download"; \
	  $(PIP) install --constraint constraints.txt '$(TORCH_PIN)'; \
	fi
	@printf '%s' '$(TORCH)' > .venv/torch
	@touch $@

.venv/plitka.stamp: pyproject.toml constraints.txt $(TORCH_STAMP)
	@echo "Installing plitka"
	@$(PIP) install --quiet --constraint .venv/constraints.txt --editable .
	@touch $@

.venv/serve.stamp: .venv/plitka.stamp
	@echo "Installing what the service needs"
	@$(PIP) install --quiet --constraint .venv/constraints.txt --editable '.[serve]'
	@touch $@

.venv/dev.stamp: .venv/plitka.stamp
	@echo "Installing the checkers"
	@$(PIP) install --quiet --constraint .venv/constraints.txt --editable '.[dev]'
	@touch $@

node_modules/.stamp: package.json package-lock.json .venv/dev.stamp
	@echo "Installing the page's checkers"
	@PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --silent --no-audit --no-fund
	@touch $@
