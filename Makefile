# Everything a contributor runs. Each target makes what it needs; nothing is to be installed by hand but Python and make.

VENV := .venv
BIN := $(VENV)/bin
STAMPS := $(VENV)/.stamps

# The first that runs, is 3.11 or later and can make an environment. `make PYTHON=/path/to/python` comes before all.
PYTHONS := $(PYTHON) python3.14 python3.13 python3.12 python3.11 python3 python \
	$(wildcard $(or $(PYENV_ROOT),$(HOME)/.pyenv)/versions/3.1[1-9]*/bin/python)
USABLE := import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))

LOOP ?= asyncio
HOST ?= 127.0.0.1
PORT ?= 8007
PYTEST_ARGS ?=
BENCH_ARGS ?=

# These need an extra of their own name.
EXTRA_LOOPS := trio twisted gevent tornado

# ohneio 0.8.1, beside and not among the packages, for the benchmarks
ORIGINAL := $(VENV)/original

.PHONY: help
help:
	@echo "make echo      serve the line echo on $(HOST):$(PORT) (LOOP=trio and so on for another loop)"
	@echo "make test      run the tests (PYTEST_ARGS=... for some of them)"
	@echo "make lint      ruff, check and format"
	@echo "make format    let ruff mend what it can"
	@echo "make types     make mypy and make pyright, both strict"
	@echo "make docs      the docs site, in docs/_build/html"
	@echo "make wheel     the wheel, in dist/"
	@echo "make coverage  the tests, with branch coverage"
	@echo "make bench     ratios against the peers, on CPython 3.13 and 3.11 (BENCH_ARGS=... for some rows);"
	@echo "               make bench-here: on the Python of $(VENV) alone"
	@echo "make nightly   the long tests"
	@echo "make dev       everything above, installed"
	@echo "make clean     remove what was made, but for $(VENV); make distclean: that too"

# -- environments: one stamp a set of packages -------------------------------------------------------------------

$(STAMPS)/venv:
	@for python in $(PYTHONS); do \
		if $$python -c '$(USABLE)' 2>/dev/null; then \
			echo "making $(VENV) with $$($$python --version)"; \
			$$python -m venv --clear $(VENV) && mkdir -p $(STAMPS) && touch $@; \
			exit; \
		fi; \
	done; \
	echo "No Python 3.11 or later with the venv module was found." >&2; \
	echo "Install one (Debian: apt-get install python3-venv) or say make PYTHON=/path/to/python." >&2; \
	exit 1

# pip 25.1 is the first that knows dependency groups.
$(STAMPS)/package: $(STAMPS)/venv pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

$(STAMPS)/group-%: $(STAMPS)/package
	$(BIN)/python -m pip install --quiet --group $*
	@touch $@

$(STAMPS)/loop-%: $(STAMPS)/package
	$(BIN)/python -m pip install --quiet --editable '.$(if $(filter $*,$(EXTRA_LOOPS)),[$*])'
	@touch $@

$(STAMPS)/original: $(STAMPS)/package
	$(BIN)/python -m pip install --quiet --no-deps --upgrade --target $(ORIGINAL) ohneio==0.8.1
	@touch $@

# Those that the benchmarks race with. Where one cannot be installed the tests leave it out, and say so.
$(STAMPS)/peers: $(STAMPS)/group-tests
	-$(MAKE) --no-print-directory --keep-going $(STAMPS)/group-benchmarks $(STAMPS)/original
	@touch $@

.PRECIOUS: $(STAMPS)/group-% $(STAMPS)/loop-%

.PHONY: dev
dev: $(STAMPS)/group-dev

# -- the two commands --------------------------------------------------------------------------------------------

.PHONY: echo
echo: $(STAMPS)/loop-$(LOOP)
	$(BIN)/python -m examples.line_echo --loop $(LOOP) --host $(HOST) --port $(PORT)

.PHONY: test
test: $(STAMPS)/peers
	$(BIN)/python -m pytest $(PYTEST_ARGS)

# -- the rest ----------------------------------------------------------------------------------------------------

.PHONY: lint
lint: $(STAMPS)/group-lint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

.PHONY: format
format: $(STAMPS)/group-lint
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

.PHONY: types
types: mypy pyright

.PHONY: mypy
mypy: $(STAMPS)/group-types
	$(BIN)/mypy

.PHONY: pyright
pyright: $(STAMPS)/group-types
	$(BIN)/pyright --pythonpath $(BIN)/python

.PHONY: docs
docs: $(STAMPS)/group-docs
	$(BIN)/sphinx-build --fail-on-warning --keep-going -q -b html docs docs/_build/html

.PHONY: wheel
wheel: $(STAMPS)/package
	rm -rf dist
	$(BIN)/python -m pip wheel --quiet --no-deps --wheel-dir dist .

.PHONY: coverage
coverage: $(STAMPS)/group-tests
	$(BIN)/coverage run -m pytest $(PYTEST_ARGS)
	$(BIN)/coverage report

# On 3.13 and on 3.11, each in an environment of its own; on any other, or on the one that PYTHON names, if neither is here.
BENCHED := $(if $(PYTHON),,13 11)

.PHONY: bench
bench:
	@ran=; for minor in $(BENCHED); do for python in $(PYTHONS); do \
		if $$python -c "import sys, venv, ensurepip; sys.exit(sys.version_info[:2] != (3, $$minor))" 2>/dev/null; then \
			$(MAKE) --no-print-directory VENV=$(VENV)-3.$$minor PYTHON=$$python bench-here || exit 1; \
			ran=yes; \
			break; \
		fi; \
	done; done; \
	if [ -z "$$ran" ]; then $(MAKE) --no-print-directory bench-here; fi

.PHONY: bench-here
bench-here: $(STAMPS)/group-benchmarks $(STAMPS)/original
	$(BIN)/python -m benchmarks --original $(ORIGINAL) $(BENCH_ARGS)

.PHONY: nightly
nightly: $(STAMPS)/group-tests
	-$(BIN)/python -m pip install --quiet --group fuzz # without it the fuzzers are skipped, and say so
	HYPOTHESIS_PROFILE=nightly $(BIN)/python -m pytest -m "" -o faulthandler_timeout=0 $(PYTEST_ARGS)

.PHONY: clean
clean:
	rm -rf build dist docs/_build htmlcov .coverage .coverage.* .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -not -path './$(VENV)/*' -prune -exec rm -rf {} +

.PHONY: distclean
distclean: clean
	rm -rf $(VENV) $(VENV)-3.*
