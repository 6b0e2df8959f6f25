# The one front door. `make demo` and `make test` do all their own set-up.
#
#   make demo [SITE=dir] [VARS=file] [PORT=8080]   a live site on this machine
#   make test                                      everything that CI checks
#   make lint                                      ruff, mypy, ansible-lint
#   make sanity                                    ansible-test sanity
#   make package                                   build what travels to the edge, into build/
#   make bench [SECTION=edge] [SAMPLE=dir]         measure, and write docs/performance.md
#     SECTION=site [BASE=commit]                   this tree beside another commit; ROUNDS=1: only print
#   make clean                                     remove all that the others made

PYTHON ?= python3
PORT ?= 8080

VENV := .venv
EMULATOR := .venv-emulator
BIN := $(VENV)/bin
COLLECTIONS := build/collections/ansible_collections
LINK := $(COLLECTIONS)/multiregion/edge
PIP := -m pip --disable-pip-version-check --quiet

export SITE VARS PORT
export PYTHONDONTWRITEBYTECODE := 1
export PYTHONPATH := $(CURDIR)/tests
export ANSIBLE_COLLECTIONS_PATH := $(CURDIR)/build/collections
export ANSIBLE_HOME := $(CURDIR)/build/ansible

.DEFAULT_GOAL := help
.PHONY: help demo test lint sanity package bench clean

help:
	@sed -n 's/^#   //p' Makefile

demo: $(VENV)/.demo $(EMULATOR)/.ready $(LINK)
	@$(BIN)/python -m demo

test: lint sanity $(VENV)/.demo $(VENV)/.test $(EMULATOR)/.ready $(LINK)
	@$(BIN)/python -m pytest --numprocesses=auto --no-loadscope-reorder

lint: $(VENV)/.demo $(VENV)/.test $(LINK)
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/ansible-lint --offline -q

sanity: $(VENV)/.demo $(VENV)/.test
	@tests/sanity.sh

package: $(VENV)/.demo $(LINK)
	@ANSIBLE_LOCALHOST_WARNING=false ANSIBLE_INVENTORY_UNPARSED_WARNING=false $(BIN)/ansible localhost -m multiregion.edge.lambda_edge_package \
	  -a "source=$(CURDIR)/files/edge/origin_request dest=$(CURDIR)/build/origin_request.zip cache=$(CURDIR)/build/cache"
	@$(BIN)/python files/edge/viewer_request/build.py build/viewer_request.js

bench: $(VENV)/.demo $(VENV)/.test $(EMULATOR)/.ready $(LINK) package
	@SAMPLE="$(SAMPLE)" BASE="$(BASE)" ROUNDS="$(ROUNDS)" $(BIN)/python -m bench $(SECTION)

clean:
	rm -rf $(VENV) $(EMULATOR) build .pytest_cache .mypy_cache .ruff_cache .hypothesis .ansible

$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or newer is needed: give one as PYTHON, for example make demo PYTHON=python3.13" >&2; exit 1; }
	@echo "Setting up (once): a virtual environment and what it needs ..."
	@$(PYTHON) -m venv --clear $(VENV)
	@touch $@

$(VENV)/.demo: requirements.txt tests/cloud/requirements.txt | $(VENV)/.made
	@$(BIN)/python $(PIP) install -r requirements.txt -r tests/cloud/requirements.txt
	@touch $@

$(VENV)/.test: tests/requirements.txt $(VENV)/.demo
	@$(BIN)/python $(PIP) install -r tests/requirements.txt
	@touch $@

$(EMULATOR)/.ready: tests/cloud/requirements-emulator.txt | $(VENV)/.made
	@$(BIN)/python -m venv --clear $(EMULATOR)
	@$(EMULATOR)/bin/python $(PIP) install -r tests/cloud/requirements-emulator.txt
	@touch $@

# The collection where its full names resolve: a link, so that what is run is what is edited.
$(LINK):
	@mkdir -p $(@D)
	@ln -sfn ../../../.. $@
