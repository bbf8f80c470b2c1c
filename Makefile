# Composes cargo, pip and scripts; the logic is in launcher, scripts, tests/scripts and tests/rig.
# `make` alone lists the commands.

CASES ?= 1000000
UPSTREAM ?= https://api.anthropic.com
PORT ?= 8082

export PATH := $(CURDIR)/.venv/bin:$(CURDIR)/.run/bin:$(PATH)
# cargo shows its progress on a terminal; a log gets one line per build, plus cargo's warnings and errors.
export CARGO_TERM_QUIET := $(shell test -t 2 && echo false || echo true)
target := $(or $(CARGO_TARGET_DIR),$(CURDIR)/target)
building = @$(if $(filter true,$(CARGO_TERM_QUIET)),echo "building $(1)",:)
# The tests' own Python finds the launcher and the rig from anywhere and leaves no files in the tree.
python := PYTHONPATH=tests:launcher PYTHONDONTWRITEBYTECODE=1 .venv/bin/python
# REDIS_URL is not among them: it reaches the launcher by the environment, as it may hold a password.
asked := --make --upstream '$(UPSTREAM)' --port '$(PORT)' --config '$(CONFIG)' --logs '$(LOGS)'
pytest := cd tests && PYTHONDONTWRITEBYTECODE=1 ../.venv/bin/python -m pytest -p no:cacheprovider

.DEFAULT_GOAL := help
# In the order of the prerequisites: checks, then installs, then builds.
.NOTPARALLEL:
.PHONY: help build wasm wasm-core try-box sidecar sidecar-aws demo run test test-rust test-e2e test-kong lint lint-aws fmt scan bench bench-peers fuzz doctor
.PHONY: up smoke stack-faults down logs dist wheel venv node clients moto peers redis-server chromium promtool pictures recording reference docs mkdocs rust asked about

help: ## lists the commands
	@sed -n 's/^\([a-z0-9-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

build: about := building the filter and the sidecar; the first run takes about 5 minutes
build: about wasm sidecar ## builds the filter (.wasm) and the sidecar

wasm: rust
	$(call building,the filter)
	@cargo build --release --target wasm32-wasip1 -p filter

# The core alone, in its one example, for the test that it imports nothing of a host. It is a release build, because it
# shares most of its dependencies with the filter's.
wasm-core: rust
	$(call building,the core)
	@cargo build --release --target wasm32-wasip1 -p masking --example scan

# The program that the sidecar's page runs in the browser. The sidecar's build packs it; without it, the page has no box.
try-box: rust
	$(call building,the box to try a text)
	@cargo build --profile small --target wasm32-wasip1 -p try-box

# Always in the profile that is shipped: the demo, the gateway, the tests and the benchmark share one build.
sidecar: export AWS_MASKER_TRY_BOX := $(target)/wasm32-wasip1/small/try-box.wasm
sidecar: rust try-box
	$(call building,the sidecar)
	@cargo build --profile sidecar -p redis-sidecar

# With the AWS SDK, for the test of `learn --aws` alone: unoptimised, beside what `cargo test` builds, and under a name of its own.
sidecar-aws: rust
	$(call building,the sidecar with the AWS SDK)
	@cargo build -p redis-sidecar --features aws
	@cp $(target)/debug/redis-sidecar $(target)/debug/redis-sidecar-aws

demo: about := a demo in Envoy; the first run takes about 6 minutes, because everything is installed and built
demo: about rust venv build ## masks and restores two conversations in Envoy, against a scripted upstream; no Docker, no Redis
	@$(python) -m rig.demo

run: about := a gateway on port $(PORT) to $(UPSTREAM); the first run takes about 6 minutes, because everything is installed and built
run: asked about rust venv build ## keeps a gateway on PORT=8082 to UPSTREAM=https://api.anthropic.com; CONFIG=file, REDIS_URL=…, LOGS=folder
	@$(python) -m aws_masker $(asked)

test: about := every test; about 20 minutes, half of it for the builds of the first run
test: about rust venv node clients moto mkdocs redis-server chromium promtool test-rust test-e2e ## everything: cargo's tests, the sidecar with a real Redis, the filter in Envoy with the SDKs

test-rust: redis-server wasm wasm-core
	$(call building,the Rust tests)
	@cargo test --workspace --no-run
	cargo test --workspace --quiet

test-e2e: venv node clients moto mkdocs redis-server chromium promtool build sidecar-aws
	# What mostly waits for processes runs two files at a time; what installs, counts on a steady
	# load, or has a browser with an event loop, by itself.
	$(pytest) -n 2 --dist loadfile docs kong e2e
	$(pytest) page fresh faults

pictures: venv redis-server chromium build ## takes the pictures of the sidecar's page for the documentation anew
	@$(python) -m rig.pictures

recording: rust venv build ## records `make demo` on a terminal, as a cast and as a picture for the documentation
	@$(python) -m rig.recording

reference: rust venv ## writes docs/kinds.md, docs/configuration.md and the schemas anew, from the tables of the code
	@$(python) tests/scripts/reference.py

docs: mkdocs ## builds the pages of the documentation into target/docs
	@NO_MKDOCS_2_WARNING=1 .run/docs/bin/mkdocs build --strict --quiet
	@echo 'target/docs/index.html'

test-kong: export GATEWAY_HOST := kong
test-kong: venv node clients moto redis-server build sidecar-aws ## e2e and faults on a Kong 3.9 that is installed on this machine
	@command -v kong >/dev/null || { echo "error: Kong 3.9 is required (kong in PATH)" >&2; exit 1; }
	$(pytest) e2e faults

lint: rust venv ## fmt, clippy and docs (native and wasm), ruff, the boundaries of ARCHITECTURE.md, and deny.toml
	cargo fmt --all --check
	.venv/bin/ruff check --no-cache --config tests/pyproject.toml launcher tests scripts
	.venv/bin/ruff format --no-cache --config tests/pyproject.toml --check --diff launcher tests scripts
	cargo clippy --workspace --all-targets -- -D warnings
	cargo clippy --target wasm32-wasip1 -p filter -p try-box -- -D warnings
	RUSTDOCFLAGS='-D warnings' cargo doc --workspace --no-deps --document-private-items
	RUSTDOCFLAGS='-D warnings' cargo doc --target wasm32-wasip1 -p filter --no-deps --document-private-items
	$(python) tests/scripts/boundaries.py
	$(python) tests/scripts/reference.py --check
	@tests/scripts/deny.sh

lint-aws: rust ## clippy and the unit tests of the sidecar with the AWS SDK
	cargo clippy -p redis-sidecar --features aws --all-targets -- -D warnings
	cargo test -p redis-sidecar --features aws --lib --quiet

fmt: rust venv ## formats the Rust and the Python
	cargo fmt --all
	.venv/bin/ruff check --no-cache --config tests/pyproject.toml --fix --quiet launcher tests scripts
	.venv/bin/ruff format --no-cache --config tests/pyproject.toml --quiet launcher tests scripts

scan: sidecar ## shows what would be masked in FILE=… (- for stdin), with an inventory in ESTATE=… too
	@test -n "$(FILE)" || { echo "error: FILE is required: make scan FILE=…" >&2; exit 1; }
	@$(target)/sidecar/redis-sidecar scan $(if $(CONFIG),--config '$(CONFIG)') $(if $(ESTATE),--estate '$(ESTATE)') -- '$(FILE)'

# The filter that only copies is its yardstick.
bench: about := the cost of the core and the gateway; the first run takes about 12 minutes, most of it for the builds
bench: about rust venv node chromium redis-server build ## measures the core, the gateway with and without the filter, and the vault; COMPARE=old.json
	@cargo build --release --target wasm32-wasip1 -p filter --example copy
	cargo bench -p masking --bench scan
	@$(python) -m rig.bench --json '$(target)/bench.json' $(if $(COMPARE),--compare '$(abspath $(COMPARE))')
	@$(python) -m rig.paint

bench-peers: about := other tools beside this one; takes about 5 minutes without the builds
bench-peers: about rust venv peers build ## measures other tools that mask, on the same body: speed, memory, what leaked
	@$(python) -m rig.peers

doctor: sidecar ## looks at a set-up: KONG=kong.yml CONF=kong.conf GATEWAY=http://…, says what is wrong and what mends it
	@$(target)/sidecar/redis-sidecar doctor $(if $(KONG),--kong '$(KONG)') $(if $(CONF),--conf '$(CONF)') \
	  $(if $(GATEWAY),--gateway '$(GATEWAY)',--offline) $(if $(SELFCHECK),--selfcheck '$(SELFCHECK)')

fuzz: rust ## mutates traffic at random, CASES=1000000 times, and guided by coverage, each target for a minute
	FUZZ_CASES=$(CASES) cargo test --release -p masking --test fuzz
	@tests/scripts/fuzz.sh

up: ## builds and starts Kong, the sidecar and Redis in Docker; makes .env
	@scripts/up

smoke: ## one masked conversation through the running stack, seen from both sides
	@scripts/smoke

stack-faults: ## kills the sidecar and restarts a gateway of the running stack, under load; requests are refused for some seconds
	@scripts/faults

down: ## stops the stack; the mappings stay in their volume
	@scripts/down

logs: ## follows the logs of the stack
	@scripts/logs

wheel: venv build ## dist/: the Python package aws-masker for this platform, of what `make build` makes
	@scripts/wheel dist '$(target)/wasm32-wasip1/release/aws_masker.wasm' '$(target)/sidecar/redis-sidecar'

dist: rust venv ## dist/: the .wasm, its meta.json, the sidecar without and with the AWS SDK, the Python package, SBOM and sums
	@scripts/dist

about:
	@echo '$(about)'

# Before anything is built: a typing error is not worth a build.
asked:
	@python=$$(tests/scripts/python.sh) && PYTHONPATH=launcher "$$python" -B -m aws_masker.asked $(asked)

rust:
	@tests/scripts/rust.sh

venv:
	@tests/scripts/venv.sh

node:
	@tests/scripts/node.sh

clients:
	@tests/scripts/clients.sh

moto:
	@tests/scripts/venv.sh tests/aws .run/aws "moto and boto3"

peers:
	@tests/scripts/venv.sh tests/peers .run/peers "anonproxy, cloudmask-aws and maskflow-gateway"

mkdocs:
	@tests/scripts/venv.sh docs .run/docs mkdocs

redis-server:
	@tests/scripts/redis-server.sh

chromium:
	@tests/scripts/chromium.sh

promtool:
	@tests/scripts/promtool.sh
