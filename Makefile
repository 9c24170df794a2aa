# Everything starts from here: `make test` on a fresh machine sets up its own environment first.
# Needed: make and Python 3.11 or newer with venv. uv is used where it is there; a C compiler is optional.

SHELL := /bin/sh
IN_VENV := .venv/bin/python
BIN := .venv/bin

# A stamp file says that the environment matches these; nothing is done while it is newer.
ENVIRONMENT := .venv/.environment-stamp
KERNEL := .venv/.kernel-stamp
CLIENTS := .venv-clients/.environment-stamp

.DEFAULT_GOAL := help
.PHONY: help setup clients test test-pure check format demo bench soak simulate sim fuzz fuzz-asan clean

help: ## Show this list.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

$(ENVIRONMENT): pyproject.toml uv.lock setup.py .ci/setup
	@.ci/setup
	@touch $@

$(KERNEL): $(ENVIRONMENT) $(wildcard src/tickwright/kernel/*.pyx src/tickwright/kernel/*.px[di])
	@$(IN_VENV) setup.py --quiet build_ext --inplace
	@touch $@

setup: $(KERNEL) ## Make or refresh .venv; quick when nothing changed.

$(CLIENTS): $(ENVIRONMENT) .ci/setup-clients
	@.ci/setup-clients
	@touch $@

clients: $(CLIENTS) ## Install the independent clients that the sandbox is proven with.

test: setup ## Run the tests.
	@$(IN_VENV) -m pytest $(ARGS)

test-pure: setup ## Run the kernel's tests on its pure-Python twin.
	@TICKWRIGHT_PURE=1 $(IN_VENV) -m pytest tests/kernel $(ARGS)

check: setup ## Check style, types, import rules and the lock file.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(IN_VENV) -m pytest -q tests/test_tidy.py

format: setup ## Put the code in its standard form.
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

demo: setup ## Show the main job for about 20 s.
	@$(BIN)/tickwright demo

bench: setup ## Measure the hot path, and the peers where they are installed.
	@$(IN_VENV) -m benchmarks $(ARGS)

soak: setup ## Run for MINUTES=1 against a venue that keeps failing, and count what became of 200 books.
	@$(IN_VENV) -m benchmarks.soak --minutes $(or $(MINUTES),1) $(ARGS)

simulate: setup ## Play SEEDS=1000 mixtures of faults; a fifth of them over sockets, too.
	@SEEDS=$(or $(SEEDS),1000) $(IN_VENV) -m pytest -q tests/simulation/test_mixtures.py $(ARGS)

sim: setup ## Play WORLDS=1000 worlds of orders drawn from seeds, or SEED=7 alone, with its story.
	@$(IN_VENV) -m tests.simulation.orders $(if $(SEED),--seed $(SEED),--worlds $(or $(WORLDS),1000) --first $(or $(FIRST),0)) $(ARGS)

fuzz: setup ## Feed a million mutated frames to the kernel.
	@$(IN_VENV) -m tests.kernel.fuzz --count 1000000 $(ARGS)

fuzz-asan: setup ## The same under AddressSanitizer; needs gcc.
	@tests/kernel/asan.sh $(ARGS)

clean: ## Remove everything that is made, the environment included.
	rm -rf .venv .venv-clients build dist src/*.egg-info .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
	rm -f src/tickwright/kernel/*.so src/tickwright/kernel/*.c
	find src tests benchmarks -name __pycache__ -prune -exec rm -rf {} +
