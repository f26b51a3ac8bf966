# Plaza's targets; everything they need comes from the lock file. Works with make 3.81.

PYTHON ?= python3
UV_VERSION := 0.13.9
BIN := .venv/bin
STAMP := .venv/.in-step

# The environment stands in .venv and nowhere else, whatever shell this runs in.
export UV_PROJECT_ENVIRONMENT := .venv
export UV_PYTHON_DOWNLOADS := never
unexport VIRTUAL_ENV
# So does what Python compiled, also where the shell wants none of it: a suite starts a hundred processes.
export PYTHONPYCACHEPREFIX := $(CURDIR)/.venv/bytecode
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help serve worker test test-all second-look check format lock schema load bench bench-peers figures clean

help:
	@echo "make serve     PostgreSQL, Valkey, a demonstration network and the API on this machine"
	@echo "make test      the suite, in parallel, with small doses of fuzz and storm"
	@echo "make test-all  the suite in full doses, with coverage, real clients and a browser"
	@echo "make check     format, lint, types, import contracts, schema and migrations in step"
	@echo "make format    put the code into shape"
	@echo "make schema    write schema.graphql"
	@echo "make .env      passwords and a signing key for compose.yaml"
	@echo "make load      people use a served Plaza for a minute: latency, errors, CPU and memory against the targets"
	@echo "make bench     CPU and latency of every hot operation on networks of 2,000 and 20,000 people"
	@echo "make bench-peers  one page by hand, by Plaza and by other GraphQL servers; needs npm's registry once"
	@echo "make figures   CPU of what each gate refuses and of operations by id, and feeds beside a crowd that signs in"
	@echo "make clean     remove the environment and the local data"

serve: $(STAMP)
	@$(BIN)/plaza serve

worker: $(STAMP)
	@$(BIN)/plaza worker

test: $(STAMP)
	$(BIN)/python -m pytest -n 2 --dist loadgroup -q -m "not outside and not long"

test-all: $(STAMP)
	@$(BIN)/uv sync --quiet --frozen --inexact --group bench
	PLAZA_DOSE=full $(BIN)/python -m pytest -n 2 --dist loadgroup -q --cov --cov-report=term:skip-covered --cov-fail-under=90 || $(MAKE) second-look
	$(BIN)/python -m coverage report --include='domain/*,auth/*' --fail-under=98

# A few tests measure time, or race on purpose; beside everything else on a busy machine one may lose by chance.
# Up to five that failed are asked again, alone and one by one, and named as flaky; more than that stay failed.
second-look:
	@$(BIN)/python -m tests.second_look

check: $(STAMP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/plaza export-schema --check
	$(BIN)/plaza contract check
	$(BIN)/plaza export-docs --check
	$(BIN)/python -m tests.checks
	$(BIN)/hadolint Dockerfile
	$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec compose.yaml
	$(BIN)/check-jsonschema --builtin-schema vendor.dependabot .github/dependabot.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows $(wildcard .github/workflows/*.yml)
	$(BIN)/zizmor --offline --quiet .github

format: $(STAMP)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

schema: $(STAMP)
	$(BIN)/plaza export-schema

lock: $(BIN)/uv
	$(BIN)/uv lock

.env:
	@$(PYTHON) deploy/env.py

# LOAD="--users 200 --seconds 120"; --help tells the rest, and so it is with BENCH.
load: $(STAMP)
	@echo "Bringing what load needs, where it is missing ..."
	@$(BIN)/uv sync --quiet --frozen --inexact --group bench
	@$(BIN)/python -m bench.load $(LOAD)

bench: $(STAMP)
	@echo "Bringing what measuring needs, where it is missing ..."
	@$(BIN)/uv sync --quiet --frozen --inexact --group bench
	@$(BIN)/python -m bench.measure $(BENCH)

# PEERS="--rounds 3 --seconds 10", or PEERS=--endurance.
bench-peers: $(STAMP)
	@echo "Bringing what measuring needs, where it is missing ..."
	@$(BIN)/uv sync --quiet --frozen --inexact --group bench
	@$(BIN)/python -m bench.peers.measure $(PEERS)

figures: $(STAMP)
	@$(BIN)/uv sync --quiet --frozen --inexact --group bench
	@$(BIN)/python -m bench.persisted
	@$(BIN)/python -m bench.refusals
	@$(BIN)/python -m bench.sign_in

clean:
	@-test ! -x $(BIN)/python || $(BIN)/python -c 'from server.environment import FOLDER; from server.local import LocalServers; [LocalServers(folder, durable=True).erase() for folder in (FOLDER, FOLDER / "bench")]'
	rm -rf web/node_modules web/dist web/.built
	rm -rf .venv .plaza .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(STAMP): pyproject.toml uv.lock $(BIN)/uv
	@echo "Bringing .venv in step with uv.lock ..."
	@$(BIN)/uv sync --quiet --frozen --inexact
	@$(BIN)/python -c 'import sys; from server.local.node import is_on_path; sys.exit(not is_on_path())' || $(BIN)/uv sync --quiet --frozen --inexact --group node
	@touch $@

$(BIN)/uv:
	@$(PYTHON) -c 'import sys; ok = (3, 11) <= sys.version_info < (3, 15); sys.exit(0 if ok else "Plaza needs Python 3.11 to 3.14; this is " + sys.version.split()[0] + ". Name another: make PYTHON=python3.12 ...")'
	@echo "Making the environment in .venv ..."
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
