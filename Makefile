# Every target works on a fresh clone: .venv is made when something needs it.
PYTHON ?= python3
CORPUS ?= corpus
OUT ?= outputs
JOBS ?= 1
DATA ?= ../shared/data
EVAL ?= ../shared/eval
BIN := .venv/$(if $(filter Windows_NT,$(OS)),Scripts,bin)
READY := .venv/.ready
# --no-compile: Python compiles what it imports; pip would compile everything, which is 150 MB more
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --constraint constraints.txt

help:  ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY)  ## make .venv with everything pinned (needs Python 3.11+ and a package index)

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(PIP) --editable ".[dev]"
	@touch $(READY)

extract: $(READY)  ## read CORPUS (corpus/), write the tables to OUT (outputs/), with JOBS processes
	$(BIN)/hearsay extract "$(CORPUS)" --out "$(OUT)" --jobs $(JOBS)

report: $(READY)  ## the tables of OUT as a page: OUT/report.html
	$(BIN)/hearsay report --out "$(OUT)"

test: $(READY)  ## run the tests
	$(BIN)/python -m pytest

lint: $(READY)  ## ruff and mypy
	$(BIN)/ruff check .
	$(BIN)/mypy

goldens: $(READY)  ## write the expected tables of the shipped corpus anew; look at the difference before committing it
	$(BIN)/python -m pytest tests/test_goldens.py --force-regen || true
	git --no-pager diff --stat -- tests

docs: $(READY)  ## write docs/tables.md and docs/cli.md anew from the code
	$(BIN)/python -m pipeline.output.codebook

evaluate: $(READY)  ## measure the shipped reader and the tables on the dev data (DATA, EVAL); writes docs/scores.md
	$(BIN)/python -m training.evaluate --data "$(DATA)" --eval "$(EVAL)"

bench: $(READY)  ## words per second, start-up, peak memory; pages and MB of text per second, memory over large files
	$(BIN)/python -m training.bench
	$(BIN)/python -m training.bench_ingest --data "$(DATA)"

train: $(READY)  ## train the reader from DATA and put it into pipeline/model (installs torch)
	$(PIP) --editable ".[train]"
	$(BIN)/python -m training --data "$(DATA)"

.PHONY: help setup extract report test lint goldens docs evaluate bench train
