# Two commands to know: `make demo` and `make test`. Both do all of their set-up.
.PHONY: demo test check check-pure check-types check-style check-layers bench bench-api bench-ha soak lab-up lab-down setup setup-dev conformance lock
HAWSER = .venv/bin/hawser
CODE = src tests benchmarks conformance soak
# Tests are compiled, too, and by each process again unless it may keep what it made.
export PYTHONDONTWRITEBYTECODE =

setup:
	@scripts/setup run

setup-dev:
	@scripts/setup dev

demo: setup            ## see a highly available router survive the loss of its node
	@$(HAWSER) demo

lab-up: setup          ## start the lab: a controller, two network nodes, two compute nodes, outside
	@$(HAWSER) lab up

lab-down: setup        ## stop the lab; nothing of it stays
	@$(HAWSER) lab down

check: setup-dev       ## style, types, layers and the pure tests: under a minute
	@$(MAKE) --no-print-directory --jobs=2 --output-sync --keep-going check-pure check-types check-style check-layers

check-pure:
	@.venv/bin/pytest -q -n auto -m 'not kernel and not lab and not service' tests

check-types:
	@.venv/bin/mypy

check-style:
	@.venv/bin/ruff check $(CODE)
	@.venv/bin/ruff format --check $(CODE)

check-layers:
	@.venv/bin/lint-imports

test: check            ## everything, on real services and real namespaces (root)
	@status=0; \
	.venv/bin/pytest -q -n auto -m '(service or kernel) and not lab' tests || status=1; \
	.venv/bin/pytest -q -m lab tests || status=1; \
	exit $$status

bench-api: setup-dev   ## the API's figures, on SQLite and on PostgreSQL
	@.venv/bin/python -m benchmarks.networking

bench: setup-dev       ## the figures of docs/benchmarks.md
	@.venv/bin/python -m benchmarks

conformance:           ## the public test suite of the Networking API, on SQLite and on PostgreSQL
	@scripts/setup conformance
	@.venv/bin/python -m conformance

bench-ha: setup-dev    ## the figures of failover, and of many routers
	@.venv/bin/python -m benchmarks.highavailability

soak: setup-dev        ## faults in random order for half an hour; MINUTES=, SEED=, OPTIONS= as one likes
	@.venv/bin/python -m soak --minutes $(or $(MINUTES),30) $(if $(SEED),--seed $(SEED)) $(OPTIONS)

lock:                  ## write the lock files again from pyproject.toml and requirements/*.in
	build/env/uv/bin/uv pip compile -q --upgrade --python-version 3.11 --no-header --generate-hashes --extra plot --extra dev pyproject.toml -o requirements/hawser.txt
	build/env/uv/bin/uv pip compile -q --upgrade --python-version 3.11 --no-header --generate-hashes requirements/openstack.in -o requirements/openstack.txt
	build/env/uv/bin/uv pip compile -q --upgrade --python-version 3.11 --no-header --generate-hashes requirements/keystone.in -o requirements/keystone.txt
	build/env/uv/bin/uv pip compile -q --upgrade --python-version 3.11 --no-header --generate-hashes requirements/neutronclient.in -o requirements/neutronclient.txt
	build/env/uv/bin/uv pip compile -q --upgrade --python-version 3.11 --no-header --generate-hashes requirements/novaclient.in -o requirements/novaclient.txt
	build/env/uv/bin/uv pip compile -q --upgrade --python-version 3.11 --no-header --generate-hashes requirements/conformance.in -o requirements/conformance.txt
