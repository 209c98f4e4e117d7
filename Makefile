# One command a task; `make help` lists them. The environment is .venv, made by `make setup`.
PYTHON ?= python3
BIN := .venv/bin
SECONDS ?=
REPORT ?=
JOBS ?= auto

.DEFAULT_GOAL := help
.PHONY: help setup demo serve test again check style types house cover bench figures client panel lock clean

help:  ## what can be made
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1\t/' | expand -t 12

setup: .venv/.ready callcenter/panel/index.html  ## the environment and the built panel

.venv/.ready: requirements.lock pyproject.toml scripts/make_venv.sh
	@PYTHON="$(PYTHON)" bash scripts/make_venv.sh

WEB := $(shell find web -path web/node_modules -prune -o -type f -print 2>/dev/null)
callcenter/panel/index.html: $(WEB) web/src/api/described.ts scripts/build_panel.py | .venv/.ready
	@$(BIN)/python scripts/build_panel.py

panel: callcenter/panel/index.html  ## build the panel

demo: setup  ## a call centre at work: make demo [SECONDS=60 REPORT=out.json]
	@$(BIN)/callcenter demo $(if $(SECONDS),--seconds $(SECONDS)) $(if $(REPORT),--report $(REPORT))

serve: setup  ## the server, for the PBX named in callcenter.toml
	@$(BIN)/callcenter serve

style: .venv/.ready client  ## ruff, codespell, Biome, tsc
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && git ls-files -z | xargs -0 $(BIN)/codespell
	@if [ -f web/package.json ]; then $(BIN)/python scripts/build_panel.py --check; fi

types: .venv/.ready  ## mypy, strict
	@$(BIN)/mypy

house: .venv/.ready  ## import rules
	@$(BIN)/lint-imports

check: style types house  ## style, types and import rules

test: setup  ## every test: real Asterisk, PostgreSQL, browser and SIP phone included
	@bash scripts/system_packages.sh
	@$(BIN)/python -m pytest -n $(JOBS) --maxprocesses 4 --dist loadfile $(TESTS)

again: setup  ## the tests that failed last, by themselves
	@$(BIN)/python -m pytest -n 0 --last-failed --last-failed-no-failures none $(TESTS)

cover: setup  ## tests with branch coverage
	@$(BIN)/coverage run -m pytest && $(BIN)/coverage report

figures: .venv/.ready  ## docs/figures.md, from the catalogue
	@$(BIN)/python -m scripts.figures_page

web/src/api/described.ts: | .venv/.ready
	@$(BIN)/python -m scripts.client_types

client: .venv/.ready  ## the panel's types of the API, from its own description
	@$(BIN)/python -m scripts.client_types

bench: setup  ## measurements, each beside its baseline
	@$(BIN)/python -m bench

lock:  ## renew requirements.lock (hashes, no addresses)
	@$(BIN)/uv pip compile pyproject.toml --extra s3 --group dev --universal --python-version 3.11 --generate-hashes \
		--no-header --no-annotate --upgrade -o requirements.lock

clean:  ## remove what was built
	@rm -rf .venv callcenter/panel web/node_modules web/dist web/src/api/described.ts
