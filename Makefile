# What people type. The work is done by minicc/start.py, which needs Python alone.

.DEFAULT_GOAL := help
.PHONY: help run test versions fuzz bench faults screenshots check python

NEW_ENOUGH = import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for name in python3 python3.13 python3.12 python3.11; do \
	$$name -c '$(NEW_ENOUGH)' 2>/dev/null && echo $$name && break; done)
BIN = .venv/bin

help:  ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*##/ {printf "make %-11s %s\n", $$1, $$2}' Makefile

# HOST counts only where it is typed after make: many shells export one.
run: python  ## a working call center on 127.0.0.1:8000 (PORT=8001 for another port)
	@MINICC_HOST=$(if $(filter command,$(origin HOST)),$(HOST)) $(PYTHON) -m minicc.start run

# MySQL never returns the keys of inserted rows; what stores history is tested so too.
KEYS = events history upkeep predecessor roads

test: python  ## all tests on SQLite, then those it makes a difference to on MariaDB
	@$(PYTHON) -m minicc.start tests
	@status=0; \
	for options in sqlite mariadb \
	  "mariadb --without-returned-keys $(KEYS:%=callcenter/tests/%)"; do \
	  $(BIN)/python -m pytest -n 2 --dist loadgroup --database=$$options || status=$$?; \
	done; exit $$status

versions: python  ## all tests and types, with each supported Python, Django, database
	@minicc/tests/get_mysql.sh
	@$(PYTHON) -m minicc.start versions

fuzz: python  ## random requests, calls and files for a quarter of an hour; prints a tally
	@$(PYTHON) -m minicc.start tests
	@status=0; pure=callcenter/tests/fuzz/test_pure.py; \
	for database in sqlite mariadb; do \
	  $(BIN)/python -m pytest callcenter/tests/fuzz reports/tests/fuzz --database=$$database \
	    --hypothesis-profile=fuzz -p no:logging --show-capture=no -q \
	    $$([ $$database = sqlite ] || echo --ignore=$$pure) || status=$$?; \
	done; exit $$status

bench: python  ## measures performance; writes benchmarks/results.md
	@$(PYTHON) -m minicc.start bench
	@$(BIN)/python -m benchmarks

faults: python  ## breaks the database, the server and the disk while calls come in
	@$(PYTHON) -m minicc.start tests
	@$(BIN)/python -m benchmarks.faults

screenshots: python  ## takes the pictures of the README, of the demo
	@$(PYTHON) -m minicc.start tests
	@$(BIN)/python -m docs.screenshots

# Settings as in production, whatever stands in .env.
check: export SECRET_KEY = for-make-check-only-and-long-enough-to-please-django-0123456789
check: export DEBUG = 0
check: export DEMO = 0
check: export ALLOWED_HOSTS = callcenter.example.com
check: export PUBLIC_BASE_URL = https://callcenter.example.com
check: export TWILIO_ACCOUNT_SID = AC00000000000000000000000000000000
check: export TWILIO_AUTH_TOKEN = for-make-check-only
check: export TWILIO_AUTH_TOKEN_SECONDARY =
check: export WEBHOOK_BASIC_AUTH =
check: export PROXY_COUNT = 1
check: export DATABASE_URL = sqlite://:memory:
check: python  ## format, lint, types, import rules, deployment, migrations
	@$(PYTHON) -m minicc.start tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	git ls-files '*.html' | xargs -r $(BIN)/djade --check --target-version 5.2
	$(BIN)/mypy .
	$(BIN)/lint-imports
	$(BIN)/python manage.py check --deploy --fail-level WARNING
	$(BIN)/python manage.py makemigrations --check --dry-run

python:
	@"$(PYTHON)" -c '$(NEW_ENOUGH)' 2>/dev/null || { echo "MiniCC needs Python 3.11 or newer, not\
	 $$($(or $(PYTHON),python3) --version 2>&1); name one: make run PYTHON=/path/to/python3" >&2; exit 1; }
