# Two commands: `make run` opens the studio, `make test` checks it. Each installs what is missing, once.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test clean

# Asked before anything is installed, and said by make itself: one line.
ifeq ($(shell uname),Linux)
NO_DISPLAY = $(if $(DISPLAY)$(WAYLAND_DISPLAY)$(QT_QPA_PLATFORM),,\
  $(error There is no display: run this from a desktop session, or set DISPLAY to one that runs))
endif

run: display $(VENV)/installed
	@$(BIN)/selfie-studio

.PHONY: display
display:
	$(NO_DISPLAY)@:

test: $(VENV)/installed-for-tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest

$(VENV)/system: .ci/system-packages
	@.ci/system-packages $(PYTHON)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12 ...")'
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/installed: $(VENV)/system pyproject.toml
	$(BIN)/python -m pip install --quiet --editable '.[formats,lossless,lab]'
	@touch $@

$(VENV)/installed-for-tests: $(VENV)/system pyproject.toml
	$(BIN)/python -m pip install --quiet --editable '.[formats,lossless,lab,test,train]'
	@touch $@ $(VENV)/installed

clean:
	rm -rf $(VENV) build dist runs .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
