# Composes cargo, pip and scripts; the logic is in tests/scripts and tests/rig.
# `make` alone tells what there is.

CASES ?= 1000000
UPSTREAM ?= https://api.anthropic.com
PORT ?= 8082

export PATH := $(CURDIR)/.venv/bin:$(CURDIR)/.run/bin:$(PATH)
# The tests' own Python finds the rig from anywhere and leaves no files behind.
python := PYTHONPATH=tests PYTHONDONTWRITEBYTECODE=1 .venv/bin/python
pytest := cd tests && PYTHONDONTWRITEBYTECODE=1 ../.venv/bin/python -m pytest -p no:cacheprovider

.DEFAULT_GOAL := help
.PHONY: help build wasm sidecar demo run test test-rust test-e2e test-kong lint fmt scan bench fuzz
.PHONY: up smoke down logs dist venv node redis-server rust asked

help: ## tells what there is
	@sed -n 's/^\([a-z0-9-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

build: wasm sidecar ## builds the filter (.wasm) and the sidecar

wasm: rust
	@echo "building the filter and the sidecar; the first time this takes a few minutes"
	@cargo build --quiet --release --target wasm32-wasip1 -p filter

sidecar: rust
	@cargo build --quiet -p redis-sidecar

demo: build venv ## masks and restores two conversations in Envoy, against a scripted upstream; no Docker, no Redis
	@$(python) -m rig.demo

run: asked wasm venv ## keeps a gateway on PORT=8082 to UPSTREAM=https://api.anthropic.com
	@cargo build --quiet --profile sidecar -p redis-sidecar
	@SIDECAR_PROFILE=sidecar $(python) -m rig.run --upstream '$(UPSTREAM)' --port '$(PORT)'

test: test-rust test-e2e ## everything: cargo's tests, the sidecar with a real Redis, the filter in Envoy with the SDKs

test-rust: wasm redis-server
	cargo test --workspace --quiet

test-e2e: build venv node redis-server
	$(pytest) fresh kong e2e faults

test-kong: export GATEWAY_HOST := kong
test-kong: build venv node redis-server ## the same in a Kong 3.9 that is installed on this machine
	@command -v kong >/dev/null || { echo "cannot go on: a Kong 3.9 is needed (kong in PATH)" >&2; exit 1; }
	$(pytest) e2e faults

lint: rust venv ## fmt, clippy (native and wasm), ruff, and the boundaries of ARCHITECTURE.md
	cargo fmt --all --check
	cargo clippy --quiet --workspace --all-targets -- -D warnings
	cargo clippy --quiet --target wasm32-wasip1 -p filter -- -D warnings
	.venv/bin/ruff check --no-cache --config tests/pyproject.toml tests scripts
	.venv/bin/ruff format --no-cache --config tests/pyproject.toml --check --diff tests scripts
	cargo build --quiet --target wasm32-wasip1 -p masking --example scan
	$(python) tests/scripts/boundaries.py

fmt: rust venv ## formats the Rust and the Python
	cargo fmt --all
	.venv/bin/ruff check --no-cache --config tests/pyproject.toml --fix --quiet tests scripts
	.venv/bin/ruff format --no-cache --config tests/pyproject.toml --quiet tests scripts

scan: rust ## shows what would be masked in FILE=…
	@test -n "$(FILE)" || { echo "which file? make scan FILE=…" >&2; exit 1; }
	@cargo run --quiet --release -p masking --example scan -- "$(FILE)"

bench: wasm venv ## measures the core, and the gateway with and without the filter
	cargo bench --quiet -p masking
	@cargo build --quiet --profile sidecar -p redis-sidecar
	@SIDECAR_PROFILE=sidecar $(python) -m rig.bench

fuzz: rust ## mutates traffic at random, CASES=1000000 times
	FUZZ_CASES=$(CASES) cargo test --quiet --release -p masking --test fuzz

up: ## builds and starts Kong, the sidecar and Redis in Docker; makes .env
	@scripts/up

smoke: ## one masked conversation through the running stack, seen from both sides
	@scripts/smoke

down: ## stops the stack; the mappings stay in their volume
	@scripts/down

logs: ## follows the logs of the stack
	@scripts/logs

dist: rust ## dist/: the .wasm, its meta.json, the sidecar, SBOM and sums
	@scripts/dist

# Long before there is something to run: a typing error is not worth a build.
asked:
	@python=$$(tests/scripts/python.sh) && PYTHONPATH=tests "$$python" -B -m rig.asked --upstream '$(UPSTREAM)' --port '$(PORT)'

rust:
	@tests/scripts/rust.sh

venv:
	@tests/scripts/venv.sh

node:
	@tests/scripts/node.sh

redis-server:
	@tests/scripts/redis-server.sh
