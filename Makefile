# The two commands are `make run` and `make test`; `make help` lists the rest.
# Works from any directory (`make -C …`, `make -f …/Makefile`) and needs only Python >= 3.11.

ROOT := $(patsubst %/,%,$(dir $(realpath $(lastword $(MAKEFILE_LIST)))))
BIN := $(ROOT)/.venv/bin

# The port `make run` serves on; the Python to build the environment with; arguments for pytest; how
# it shares the tests among processors (PARALLEL= runs them in one process, where a debugger stops).
PORT ?= 8000
PYTHON ?=
ARGS ?=
PARALLEL ?= -n logical --dist worksteal
# Half of a test is waiting for a disk, a database or a browser: two for each processor keep it busy.
export PYTEST_XDIST_AUTO_NUM_WORKERS ?= $(shell expr 2 '*' $$(getconf _NPROCESSORS_ONLN))
export PYTHON

# Without a home directory that can be written to, everything that caches does so in the clone.
CACHE := $(shell home="$${XDG_CACHE_HOME:-$${HOME:-/nonexistent}/.cache}"; \
	test -w "$$home" || { test ! -e "$$home" && test -w "$$(dirname "$$home")"; } || echo "$(ROOT)/.cache")
ifneq ($(CACHE),)
export XDG_CACHE_HOME := $(CACHE)
endif

.PHONY: help run test pictures lint setup setup-test catalogues provision lock clean
.NOTPARALLEL:

help:
	@echo 'make run    set everything up and serve the example programme on http://127.0.0.1:$(PORT)'
	@echo '            (PORT=8001 chooses another port)'
	@echo 'make test   set everything up and run all tests (ARGS="-k receipt" chooses some)'
	@echo 'make lint   style and types'
	@echo 'make pictures  the pictures of the README, taken anew'
	@echo 'make setup  only the environment, in .venv (PYTHON=python3.12 chooses a Python)'
	@echo 'make lock   requirements/*.txt anew from pyproject.toml (needs uv; ARGS=--upgrade for new versions)'
	@echo 'make clean  remove what can be made again; instance/ is never touched'

run: setup catalogues
	@exec '$(BIN)/intake' run --with-examples --port '$(PORT)'

test: setup-test lint catalogues provision
	@cd '$(ROOT)' && exec '$(BIN)/python' -m pytest $(PARALLEL) $(ARGS)

pictures: setup-test catalogues provision
	@cd '$(ROOT)' && INTAKE_TEST_PICTURES=1 exec '$(BIN)/python' -m pytest -q tests/journeys

lint: setup-test
	@cd '$(ROOT)' && '$(BIN)/ruff' check && '$(BIN)/ruff' format --check && '$(BIN)/mypy'

setup:
	@'$(ROOT)/requirements/install' run

setup-test:
	@'$(ROOT)/requirements/install' test

catalogues: setup
	@cd '$(ROOT)' && '$(BIN)/python' -m intake.foundation.catalogues compile

# What the tests need from the machine: looked for, installed where that is possible, and listed.
provision: setup-test
	@cd '$(ROOT)' && '$(BIN)/python' -m tests.provision

# Every version and hash for every platform, and no index address. test.txt holds run.txt; build.txt
# is what pyproject.toml says it is built with.
COMPILE := uv pip compile --quiet --universal --generate-hashes --python-version 3.11 \
	--no-emit-index-url --custom-compile-command 'make lock'
lock:
	@command -v uv >/dev/null || { echo 'make lock needs uv on the PATH.' >&2; exit 1; }
	@cd '$(ROOT)' && $(COMPILE) $(ARGS) pyproject.toml -o requirements/run.txt
	@cd '$(ROOT)' && $(COMPILE) $(ARGS) --extra test -c requirements/run.txt pyproject.toml -o requirements/test.txt
	@cd '$(ROOT)' && sed -n 's/^requires = \["\(.*\)"\]$$/\1/p' pyproject.toml \
		| $(COMPILE) $(ARGS) -c requirements/test.txt - -o requirements/build.txt

clean:
	@cd '$(ROOT)' && rm -rf .venv .cache .pytest_cache .mypy_cache .ruff_cache .hypothesis dist test-results
	@cd '$(ROOT)' && find . -name __pycache__ -type d -prune -exec rm -rf {} +
