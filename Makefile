# Everything runs in .venv, which is made when it is missing and brought up to date when pyproject.toml changes.
.POSIX:
.DELETE_ON_ERROR:

PYTHON ?= python3
ROUNDS ?= 20
BIN = .venv/bin
STAMP = .venv/.up-to-date

.PHONY: demo test test-plain test-sha256 test-reftable lint bench fuzz pushers docs venv clean

demo: $(STAMP)
	@$(BIN)/git-traj demo

# compiled first: where the environment forbids writing bytecode, every command that a test starts would compile all it imports
test: $(STAMP) lint
	@$(BIN)/python -m compileall -q gittraj
	$(BIN)/python -m pytest -n auto --dist worksteal -q

# The same without what makes it quick (docs/adr/0033): a new Python for every command, the whole scanner for every text.
test-plain: $(STAMP)
	TRAJ_TEST_FORKS=no TRAJ_TEST_SCANNER=no $(BIN)/python -m pytest -n auto -q

test-sha256: $(STAMP)
	TRAJ_TEST_HASH=sha256 $(BIN)/python -m pytest -n auto -q tests/store tests/e2e/test_capture.py tests/e2e/test_verify_replay.py tests/e2e/test_replay.py

# Needs git 2.45 or newer; GIT=DIRECTORY puts another one before that on PATH.
test-reftable: $(STAMP)
	PATH="$${GIT:+$$GIT:}$$PATH" TRAJ_TEST_REFS=reftable $(BIN)/python -m pytest -n auto -q tests/store tests/sync tests/e2e/test_capture.py tests/e2e/test_verify_replay.py tests/e2e/test_replay.py

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(STAMP)
	$(BIN)/python -m tests.bench

fuzz: $(STAMP)
	TRAJ_TEST_COMMITS=20 $(BIN)/python -m pytest -q tests/e2e/test_many_processes.py
	GITTRAJ_FUZZ=$(ROUNDS) GITTRAJ_FUZZ_STEPS=40 $(BIN)/python -m pytest -n auto -q tests/e2e/test_random_histories.py tests/history/test_git_oracle.py
	GITTRAJ_BETWEEN=1-$(ROUNDS) GITTRAJ_BETWEEN_STEPS=20 $(BIN)/python -m pytest -n auto -q tests/e2e/test_person_between.py
	@for round in $$(seq $(ROUNDS)); do echo "round $$round of $(ROUNDS)"; $(BIN)/python -m pytest -n auto -q -m hypothesis || exit 1; done

pushers: $(STAMP)
	TRAJ_ROUNDS=25 $(BIN)/python -m pytest -q tests/e2e/test_many_pushers.py

docs: $(STAMP)
	$(BIN)/python docs/reference/generate.py

venv: $(STAMP)

$(STAMP): pyproject.toml
	@command -v git >/dev/null || { echo "git is missing: install it (Debian: apt install git)" >&2; exit 1; }
	@command -v ssh-agent >/dev/null && command -v ssh-keygen >/dev/null || { echo "ssh-agent and ssh-keygen are missing, the tests need them: install them (Debian: apt install openssh-client)" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; name it: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "Python's venv module is missing: install it (Debian: apt install python3-venv)" >&2; exit 1; }
	@command -v bwrap >/dev/null || echo "bubblewrap is missing, which is fine: replay --commands and its tests need it (Debian: apt install bubblewrap)" >&2
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $(STAMP)

clean:
	rm -rf .venv build dist .mypy_cache .ruff_cache .hypothesis .import_linter_cache
