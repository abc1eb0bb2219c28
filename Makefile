# make demo    the five plans and four accounts, served on http://127.0.0.1:8000/
# make test    the whole suite, on SQLite or on DATABASE_URL
# make lint    what machines check of the code
# make bench   the measures of speed
# make lock    writes the tested versions again, after a change of dependencies

PORT ?= 8000
HOST ?= 127.0.0.1
PY := .venv/bin/python
MANAGE := $(PY) manage.py

.PHONY: demo test lint ruff mypy templates checks bench lock

demo:
	@.ci/install
	@$(PY) -c "import socket; socket.create_server(('$(HOST)', $(PORT)))" \
		2>/dev/null || { echo "Le port $(PORT) est pris : make demo PORT=8080"; exit 1; }
	@$(MANAGE) migrate --verbosity 0
	@$(MANAGE) build_fonts
	@$(MANAGE) collectstatic --no-input --verbosity 0
	@$(MANAGE) load_demo
	@echo
	@echo "Le site répond sur http://$(HOST):$(PORT)/ (Ctrl-C pour l’arrêter)."
	@exec $(PY) -m gunicorn pcaet.wsgi --bind $(HOST):$(PORT) \
		--workers 2 --threads 4 --log-level warning

test:
	@.ci/install dev
	$(PY) -m pytest

lint: ruff mypy templates checks

ruff:
	@.ci/install dev
	.venv/bin/ruff check
	.venv/bin/ruff format --check

mypy:
	@.ci/install dev
	.venv/bin/mypy

templates:
	@.ci/install dev
	find templates -name '*.html' | xargs .venv/bin/djade --target-version 5.2 --check
	.venv/bin/djlint --quiet --lint templates

checks:
	@.ci/install dev
	$(MANAGE) check --fail-level WARNING
	$(MANAGE) makemigrations --check --dry-run

bench:
	@.ci/install dev
	@set -e; for bench in tests/benchmarks/bench_*.py; do \
		echo "== $$bench"; $(PY) -m $$(echo $${bench%.py} | tr / .); done

lock:
	rm -rf .venv/lock
	python3 -m venv .venv/lock
	.venv/lock/bin/pip install --quiet --upgrade --upgrade-strategy eager -e '.[dev]'
	(sed -n 1p constraints.txt; .venv/lock/bin/pip freeze --exclude-editable) > .venv/constraints
	mv .venv/constraints constraints.txt
	rm -rf .venv/lock
