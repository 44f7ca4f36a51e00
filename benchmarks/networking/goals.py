"""What the API has to reach, on each database. The peer is Neutron 25 over MariaDB on such a machine."""

from __future__ import annotations

from benchmarks.figure import Goal

CLIENTS = 8
PAGE = 1000
BULK = 100
FULL = 50_000

NETWORK = Goal("create network (median)", "ms", 5, "67 ms")
SUBNET = Goal("create subnet (median)", "ms", 6, "64 ms")
PORT = Goal("create port, sequential (median)", "ms", 6, "128 ms")
PORT_RATE = Goal("create port, sequential", "/s", 150, "7.5/s", at_least=True)
PORTS_P95 = Goal(f"create port, {CLIENTS} clients (p95)", "ms", 80, "2551 ms")
PORTS_RATE = Goal(f"create port, {CLIENTS} clients", "/s", 200, "7/s", at_least=True)
SHOW = Goal("show port (median)", "ms", 1.5, "14 ms")
LIST = Goal(f"list {PAGE} ports, all fields (median)", "ms", 60, "1414 ms")
LIST_IDS = Goal(f"list {PAGE} ports, fields=id (median)", "ms", 15, "536 ms")
BULK_PORTS = Goal(f"bulk create of {BULK} ports (median)", "ms", 250, "14300 ms")
HA_ROUTER = Goal("create HA router (median)", "ms", 12, "106 ms")
FIRST = Goal(f"first HA routers of a project, {CLIENTS} at once: failed", "of 16", 0, "14 of 16")
MEMORY = Goal("server memory after all that (PSS)", "MB", 150, "305 MB")
FULL_PORT = Goal(f"port create with {FULL:,} ports there, to the empty database", "x", 1.3)
FULL_MEMORY = Goal(f"server memory with {FULL:,} ports there (PSS)", "MB", 250)

ALL = (
    NETWORK,
    SUBNET,
    PORT,
    PORT_RATE,
    PORTS_P95,
    PORTS_RATE,
    SHOW,
    LIST,
    LIST_IDS,
    BULK_PORTS,
    HA_ROUTER,
    FIRST,
    MEMORY,
    FULL_PORT,
    FULL_MEMORY,
)
