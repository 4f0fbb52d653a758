# Each command sets itself up: a virtual environment in .venv, the packages in it.
PYTHON ?= python3
BIN := .venv/bin
MLCOLLAGE := $(BIN)/mlcollage

.PHONY: demo run gallery test test-slow test-all chaos mutants check format bench lock clean

demo: .venv/ready
	@rm -rf demo
	@$(MLCOLLAGE) --config demo-items/config.toml simulate --in demo --from 2021-08-01
	@$(MLCOLLAGE) --config demo/config.toml add --draw demo-items/*.md
	@$(MLCOLLAGE) simulate --in demo --to 2021-08-31
	@echo
	@echo "The threads:  demo/outbox/"
	@echo "The page:     demo/site/four-deep-learning-papers-to-read-in-september-2021/index.html"
	@echo "Next, try:    $(MLCOLLAGE) --config demo/config.toml history"

run: .venv/ready
	@test -f config.toml || $(MLCOLLAGE) init
	@$(MLCOLLAGE) run

# What to run while you work, about ten minutes: units, contracts, integration, a month end to end,
# a kill -9 for each publisher.
test: .venv/dev
	$(BIN)/python -m pytest -n 2 --dist worksteal -m "not slow"

# All the others: long scenarios on PostgreSQL, races, the state machine, a sample of the chaos,
# references, the browser.
test-slow: .venv/dev
	$(BIN)/python -m pytest -n 2 --dist worksteal -m slow

# All there are.
test-all: test test-slow

# Every trouble at every call with a crash at every later point; make test-all runs a sample.
chaos: .venv/dev
	CHAOS=all $(BIN)/python -m pytest -n 2 tests/chaos

# Mistakes put into the code, one at a time: which of them does no test notice? A sample, in a copy.
# Others with: make mutants SEED=2 COUNT=50 MINUTES=20 PATHS=bot/sending
COUNT ?= 250
SEED ?= 1
MINUTES ?= 60
mutants: .venv/dev
	$(BIN)/python -m tests.mutation --count $(COUNT) --seed $(SEED) --minutes $(MINUTES) $(PATHS)

# The same checks as before each commit, without the tests.
check: .venv/dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: .venv/dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: .venv/dev
	$(BIN)/python benchmarks/startup.py
	$(BIN)/python benchmarks/text.py
	$(BIN)/python benchmarks/queue.py
	$(BIN)/python benchmarks/pictures.py

# Draws docs/gallery anew; other figures with: make gallery FIGURES=folder GALLERY=folder
gallery: .venv/dev
	$(BIN)/python -m tests.gallery $(if $(FIGURES),--figures $(FIGURES)) $(GALLERY)

clean:
	rm -rf .venv demo dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# What is installed stands in requirements/, with versions and hashes, so that everybody has the same.
PIP = $(BIN)/python -m pip install --quiet --disable-pip-version-check
# Without isolation: pip would download what builds mlcollage, in any version.
SELF = --no-deps --no-build-isolation --editable .

# An old folder is upgraded; one whose Python is gone or too old is made anew, and so is one that
# was moved with the clone: its scripts begin with the path of the Python that they are run by.
USABLE = $(BIN)/python -c "import sys; sys.exit(sys.version_info < (3, 11))" 2>/dev/null \
	&& grep -qF "$(CURDIR)/.venv" .venv/bin/activate 2>/dev/null
ifneq ($(wildcard .venv/made),)
ifneq ($(shell $(USABLE) && echo yes),yes)
$(shell rm -f .venv/made)
endif
endif

.venv/made:
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11))" || { echo "mlcollage needs Python 3.11 or newer; name one with: make PYTHON=python3.12 ..."; exit 1; }
	@$(PYTHON) -c "import venv, ensurepip" 2>/dev/null || { echo "This Python lacks venv; on Debian and Ubuntu install the package python3-venv."; exit 1; }
	@$(PYTHON) -m venv $$({ $(USABLE); } || echo --clear) .venv
	@touch $@

.venv/ready: .venv/made pyproject.toml requirements/run.txt
	@echo "Installing mlcollage and the packages it needs into .venv ..."
	@$(PIP) --require-hashes -r requirements/run.txt
	@$(PIP) $(SELF)
	@touch $@

.venv/dev: .venv/ready requirements/dev.txt
	@echo "Installing what the tests need into .venv ..."
	@$(PIP) --require-hashes -r requirements/dev.txt
	@touch $@

# Write anew what is installed: the newest versions that pyproject.toml allows, for Python 3.11 and
# later on every system. With it in a commit of its own, a new version that breaks a test is found.
LOCK = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --upgrade \
	--no-annotate --custom-compile-command "make lock" pyproject.toml requirements/build.in
lock: .venv/dev
	@$(PIP) uv
	$(LOCK) --extra desk -o requirements/run.txt
	$(LOCK) --extra dev --extra bench --extra mutants -c requirements/run.txt -o requirements/dev.txt
