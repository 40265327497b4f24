# Two commands for everyone: `make demo` and `make test`. The rest is for developers.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PEER := benchmarks/peer/node_modules/.package-lock.json
PAGES := src/bonewatch/web/static/built/nhsuk.css
WORDS := src/bonewatch/web/locale/tr/LC_MESSAGES/django.mo
PORT ?= 8000
DEMO ?= .demo

.PHONY: demo test check mutate bench bench-cohort bench-web docs lock clean java servers

demo: $(VENV)/ready $(PAGES) $(WORDS)   ## set up, then serve an invented clinic on this machine
	$(BIN)/bonewatch web demo --port $(PORT) --data $(DEMO)

test: check $(PEER) $(PAGES) $(WORDS) java servers   ## everything that must pass
	$(BIN)/python -m pytest
	$(BIN)/python tests/web/on_postgresql.py
	$(BIN)/python -m bonewatch.authoring.mutate

check: $(VENV)/ready           ## format, lint, types, import rule, pack, generated pages
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/bonewatch knowledge check
	$(BIN)/python -m bonewatch.authoring.accuracy
	$(BIN)/python docs/build.py --check

mutate: $(VENV)/ready          ## every small mistake in a rule must be noticed by an example
	$(BIN)/python -m bonewatch.authoring.mutate

bench: $(VENV)/ready $(PEER)   ## one person, against the npm peer
	$(BIN)/python benchmarks/one_patient.py

bench-cohort: $(VENV)/ready $(PEER) java   ## a population, against DuckDB, Spark and the npm peer
	$(BIN)/python benchmarks/cohort.py

bench-web: $(VENV)/ready $(PAGES) $(WORDS) servers   ## fifty people checking in at once, and workers killed
	$(BIN)/python benchmarks/web.py

docs: $(VENV)/ready            ## write the generated pages
	$(BIN)/python docs/build.py

lock: $(VENV)/ready            ## pin every dependency again, with hashes
	$(BIN)/pip-compile --quiet --all-extras --generate-hashes --strip-extras --allow-unsafe --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --output-file requirements.lock pyproject.toml

$(VENV)/ready: requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

java:                          ## what Spark runs on, from Debian where it is missing
	command -v java >/dev/null || { apt-get update -qq && apt-get install -qq -y --no-install-recommends openjdk-17-jre-headless; }

servers:                       ## PostgreSQL and the browser of the tests, from Debian where missing
	$(BIN)/python tests/web/postgresql.py 2>/dev/null || { apt-get update -qq && apt-get install -qq -y --no-install-recommends postgresql; }
	command -v chromium >/dev/null || { apt-get update -qq && apt-get install -qq -y --no-install-recommends chromium; }

%.mo: %.po $(VENV)/ready
	$(BIN)/pybabel --quiet compile -i $< -o $@ -l tr

$(PAGES): frontend/package-lock.json frontend/nhsuk.scss frontend/build.mjs
	cd frontend && npm ci --no-audit --no-fund --silent && npm run -s build

$(PEER): benchmarks/peer/package-lock.json
	cd benchmarks/peer && npm ci --no-audit --no-fund --silent
	touch $@

clean:                         ## remove what was installed here
	rm -rf $(VENV) benchmarks/peer/node_modules frontend/node_modules src/bonewatch/web/static/built
