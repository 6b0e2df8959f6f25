# All targets. Each does its own set-up.
#
#   make demo [SITE=dir] [VARS=file] [PORT=8080]   a live site on this machine
#   make test-fast                                 while you work: unit, edge, and lint of what you changed
#   make test                                      everything that CI checks
#   make unit | edge | modules | localaws | e2e    one folder of tests (localaws: those of local AWS itself)
#   make sanity                                    ansible-test sanity
#   make lint                                      ruff, mypy, ansible-lint
#   make docs                                      generate the documentation that comes from tables in the code
#   make package                                   build what runs at the edge, into build/
#   make bench [SECTION=edge] [SAMPLE=dir]         measure, and write docs/performance.md
#     SECTION=site [BASE=commit]                   this tree beside another commit; ROUNDS=1: only print
#     SECTION=viewer                               of the section edge only the viewer function
#   make clean                                     remove everything that the others created
#
# Tests take ARGS for pytest (make modules ARGS='-k route') and CORE for the ansible-core to run on (make e2e CORE=2.21).

PYTHON ?= python3
PORT ?= 8080

# The versions of ansible-core that the tests run on, each with its Python; requirements.txt has what pip installs there.
CORES := 2.19 2.21
PYTHON_2.19 := 3.11
PYTHON_2.21 := 3.13
# The one for PYTHON is installed in .venv, each other one in .venv-<core>.
MAIN := $(if $(shell $(or $(wildcard .venv/bin/python),$(PYTHON)) -c 'import sys; print("newer" if sys.version_info >= (3, 12) else "")'),2.21,2.19)
CORE ?= $(MAIN)
$(if $(filter $(CORE),$(CORES)),,$(error CORE=$(CORE) is not one of $(CORES)))
# The path of the Python for a core; empty if it is not installed.
find_python = $(if $(filter $(MAIN),$(1)),$(PYTHON),$(shell tests/find_python.sh $(PYTHON_$(1))))
FOUND = $(foreach core,$(CORES),$(if $(call find_python,$(core)),$(core)))

VENV := .venv$(if $(filter-out $(MAIN),$(CORE)),-$(CORE))
EMULATOR := .venv-emulator
GALAXY := .venv-galaxy
BIN := $(VENV)/bin
SANITY := build/sanity/$(CORE)
LINK := build/collections/ansible_collections/multiregion/edge
LOCAL_AWS := $(VENV)/.test $(EMULATOR)/.ready $(LINK)
INSTALL := -m pip --disable-pip-version-check --quiet install
WORKERS := auto
RUN_SANITY = tests/sanity.sh $(VENV) $(SANITY) $(foreach test,$(SKIP),--skip-test $(test))
PYTEST = $(BIN)/python -m pytest --numprocesses=$(WORKERS) -o cache_dir=.pytest_cache/$(CORE)

MAKEFLAGS += --no-print-directory

export SITE VARS PORT
# Bytecode is kept, since pytest alone would compile for seconds; but not beside the sources, which are linked below.
unexport PYTHONDONTWRITEBYTECODE
export PYTHONPYCACHEPREFIX := $(CURDIR)/build/pycache
export PYTHONPATH := $(CURDIR)/tests
export ANSIBLE_COLLECTIONS_PATH := $(CURDIR)/build/collections
export ANSIBLE_HOME := $(CURDIR)/build/ansible

.DEFAULT_GOAL := help
.PHONY: help demo test test-fast unit edge modules localaws e2e lint sanity docs package bench clean ready whole both-cores

help:
	@sed -n 's/^#   //p; /^# Tests take/s/^# //p' Makefile

demo: $(VENV)/.demo $(EMULATOR)/.ready $(LINK)
	@$(BIN)/python -m demo

edge: $(VENV)/.test $(LINK)
	@$(PYTEST) tests/$@ $(ARGS)

# The emulator's environment has AWS's Service Authorization Reference, which the tests of docs/deployer read.
unit modules: $(LOCAL_AWS)
	@$(PYTEST) tests/$@ $(ARGS)

e2e: $(LOCAL_AWS) $(GALAXY)/.ready
	@$(PYTEST) tests/$@ $(ARGS)

localaws: $(LOCAL_AWS)
	@$(PYTEST) tests/localaws $(ARGS)

test-fast: $(LOCAL_AWS)
	@tests/lint_changed.sh $(BIN)
	@$(PYTEST) tests/edge tests/unit $(ARGS)

lint: $(VENV)/.test $(LINK)
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/ansible-lint --offline -q

sanity: $(VENV)/.test $(SANITY)/.ready
	@$(RUN_SANITY)

# Tests for one core run on CORE; sanity, the unit tests and those marked both_cores run on each core that has a
# Python here. The parts run in parallel. pytest is shown as it runs (past make, by descriptor 9), every other part when
# it ends.
OTHERS = $(filter-out $(CORE),$(FOUND))
SKIPPED = $(filter-out $(CORE) $(OTHERS),$(CORES))
# These sanity tests only read text, with the same result on each core.
TEXT := changelog pep8 yamllint
FAILED := build/failed
SIDE_BY_SIDE := --keep-going --jobs=$(shell getconf _NPROCESSORS_ONLN) $(if $(filter output-sync,$(.FEATURES)),--output-sync)

test:
	@$(MAKE) ready $(foreach core,$(OTHERS),&& $(MAKE) CORE=$(core) SKIP="$(TEXT)" ready)
	@rm -rf $(FAILED)
	@$(MAKE) $(SIDE_BY_SIDE) PYTEST_OUTPUT='>&9 2>&9' $(addprefix piece-,whole lint sanity $(OTHERS:%=sanity-on-%) $(OTHERS:%=tests-on-%)) 9>&1; \
	status=$$?; \
	$(foreach core,$(SKIPPED),echo "Skipped: ansible-core $(core) needs Python $(PYTHON_$(core)), which is not installed.";) \
	if [ $$status != 0 ]; then echo "Failed: $$(ls $(FAILED) | xargs)" >&2; exit 1; fi

piece-%:
	@if $(MAKE) $*; then echo "$*: passed"; else mkdir -p $(FAILED); touch $(FAILED)/$*; exit 1; fi

whole:
	@$(PYTEST) $(ARGS) $(PYTEST_OUTPUT)

sanity-on-%:
	@$(MAKE) CORE=$* SKIP="$(TEXT)" sanity

tests-on-%:
	@$(MAKE) CORE=$* WORKERS=0 both-cores

both-cores: $(LOCAL_AWS)
	@$(PYTEST) tests/unit tests/modules tests/e2e -m both_cores $(ARGS)

ready: $(LOCAL_AWS) $(GALAXY)/.ready $(SANITY)/.ready
	@:

docs: $(VENV)/.test $(LINK)
	@PYTHONPATH=$(CURDIR)/tests:$(CURDIR)/build/collections $(BIN)/python -m generate_docs

package: $(VENV)/.demo $(LINK)
	@ANSIBLE_LOCALHOST_WARNING=false ANSIBLE_INVENTORY_UNPARSED_WARNING=false $(BIN)/ansible localhost -m multiregion.edge.lambda_edge_package \
	  -a "source=$(CURDIR)/files/edge/origin_request dest=$(CURDIR)/build/origin_request.zip cache=$(CURDIR)/build/cache"
	@$(BIN)/python files/edge/viewer_request/build.py build/viewer_request.js

bench: $(LOCAL_AWS) package
	@SAMPLE="$(SAMPLE)" BASE="$(BASE)" ROUNDS="$(ROUNDS)" $(BIN)/python -m bench $(SECTION)

clean:
	rm -rf .venv .venv-* build .pytest_cache .mypy_cache .ruff_cache .hypothesis .ansible

$(VENV)/.made:
	@test -n "$(call find_python,$(CORE))" \
	  || { echo "ansible-core $(CORE) needs Python $(PYTHON_$(CORE)), which is not installed" >&2; exit 1; }
	@$(call find_python,$(CORE)) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or newer is needed: give one as PYTHON, for example make demo PYTHON=python3.13" >&2; exit 1; }
	@echo "Setting up (once): a virtual environment and what it needs ..."
	@$(call find_python,$(CORE)) -m venv --clear $(VENV)
	@touch $@

# Without --no-compile, pip would compile ten thousand modules of the `ansible` package that nothing here imports.
$(VENV)/.demo: requirements.txt tests/localaws/requirements.txt | $(VENV)/.made
	@$(BIN)/python $(INSTALL) --no-compile -r requirements.txt -r tests/localaws/requirements.txt
	@touch $@

$(VENV)/.test: tests/requirements.txt $(VENV)/.demo
	@$(BIN)/python $(INSTALL) -r tests/requirements.txt
	@touch $@

$(EMULATOR)/.ready: tests/localaws/requirements-emulator.txt | $(VENV)/.made
	@$(BIN)/python -m venv --clear $(EMULATOR)
	@$(EMULATOR)/bin/python $(INSTALL) -r tests/localaws/requirements-emulator.txt
	@touch $@

$(GALAXY)/.ready: tests/requirements-galaxy.txt | $(VENV)/.made
	@$(BIN)/python -m venv --clear $(GALAXY)
	@$(GALAXY)/bin/python $(INSTALL) --no-compile -r tests/requirements-galaxy.txt
	@touch $@

$(SANITY)/.ready: $(VENV)/.test
	@rm -rf $(SANITY)
	@$(RUN_SANITY) --prime-venvs
	@touch $@

# Links the collection to where Ansible finds its full name, so that edited code is what runs.
$(LINK):
	@mkdir -p $(@D)
	@ln -sfn ../../../.. $@
