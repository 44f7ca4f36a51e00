"""One run over all goals against one server."""

from __future__ import annotations

import gc
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median, quantiles

from keystoneauth1.identity import v3
from keystoneauth1.session import Session

from benchmarks.figure import Figure, Goal
from benchmarks.networking import goals, measures
from benchmarks.networking.client import Client
from benchmarks.networking.fill import fill
from conformance.site import Site
from conformance.stage import Server
from hawser.base import config
from hawser.lab.ports import LOOPBACK
from hawser.lab.progress import Progress, step

_TIMES = 100
_FEW = 20
_WARM = 30


def measure(site: Site, server: Server, full: int, progress: Progress) -> list[Figure]:
    """A figure for each of `goals.ALL`; ``full`` is how many ports fill the database for the last ones."""
    admin, demo = (_client(site, user) for user in ("admin", "demo"))
    admin.ask("PUT", f"/quotas/{_project(demo)}", {"quota": _UNLIMITED})
    admin.ask("PUT", f"/quotas/{_project(admin)}", {"quota": _UNLIMITED})
    lan = measures.lan(demo)
    measures.ports(demo, lan, _WARM)
    found: list[Figure] = []
    with step(progress, "networks, subnets, ports"):
        found += [
            _middle(goals.NETWORK, measures.networks(demo, _TIMES)),
            _middle(goals.SUBNET, measures.subnets(demo, _TIMES)),
        ]
        one_by_one = measures.ports(demo, lan, 2 * _TIMES)
        together, seconds = measures.ports_of_many(demo, lan, goals.CLIENTS, _TIMES)
        found += [
            _middle(goals.PORT, one_by_one),
            Figure(goals.PORT_RATE, len(one_by_one) / sum(one_by_one), len(one_by_one)),
            Figure(goals.PORTS_P95, quantiles(together, n=20)[-1] * 1000, len(together)),
            Figure(goals.PORTS_RATE, len(together) / seconds, len(together)),
        ]
    with step(progress, "reads, bulk creates, routers"):
        found += [*_reads(demo), _middle(goals.BULK_PORTS, measures.bulk(demo, lan, goals.BULK, 10))]
        found.append(_middle(goals.HA_ROUTER, measures.ha_routers(admin, _TIMES)))
        found.append(Figure(goals.FIRST, measures.first_ha_routers(admin, 2, goals.CLIENTS), 16))
    found.append(Figure(goals.MEMORY, _pss(server.pid), 1))
    with step(progress, f"{full:,} ports"):
        found.append(_full(site, server, demo, full, median(one_by_one)))
    return [*found, Figure(goals.FULL_MEMORY, _pss(server.pid), 1)]


_UNLIMITED = dict.fromkeys(("network", "subnet", "port", "router"), -1)


def _reads(client: Client) -> list[Figure]:
    page = client.ask("GET", "/ports?fields=id&limit=1").decode().split('"')[5]
    return [
        _middle(goals.SHOW, measures.reads(client, f"/ports/{page}", 2 * _TIMES)),
        _middle(goals.LIST, measures.reads(client, f"/ports?limit={goals.PAGE}", _FEW)),
        _middle(goals.LIST_IDS, measures.reads(client, f"/ports?limit={goals.PAGE}&fields=id", _FEW)),
    ]


def _full(site: Site, server: Server, client: Client, ports: int, empty: float) -> Figure:
    """Creating ports in a full database to doing so in an empty one: on a full network, and on a new one."""
    conf = config.read(site.server_files(server.connection))
    settings = replace(config.server_settings(conf), connection=server.connection)
    fill(settings, _project(client), ports, per_network=ports // 10)
    gc.collect()
    crowded = client.ask("GET", "/networks?name=full0&fields=id").decode().split('"')[5]
    lan = measures.lan(client)
    measures.ports(client, lan, _WARM)
    worse = max(median(measures.ports(client, each, 2 * _TIMES)) for each in (crowded, lan))
    return Figure(goals.FULL_PORT, worse / empty, 2 * _TIMES)


def _middle(goal: Goal, seconds: Sequence[float]) -> Figure:
    return Figure(goal, median(seconds) * 1000, len(seconds))


def _pss(pid: int) -> float:
    """The process's share of memory, in MB."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) * 1024 / 1e6


def _project(client: Client) -> str:
    return client.ask("GET", "/quotas/tenant").decode().split('"')[5]


def _client(site: Site, user: str) -> Client:
    said = site.variables(user)
    password = v3.Password(
        auth_url=said["OS_AUTH_URL"],
        username=said["OS_USERNAME"],
        password=said["OS_PASSWORD"],
        project_name=said["OS_PROJECT_NAME"],
        user_domain_name=said["OS_USER_DOMAIN_NAME"],
        project_domain_name=said["OS_PROJECT_DOMAIN_NAME"],
    )
    return Client(LOOPBACK, site.ports["network"], str(Session(auth=password).get_token()))
