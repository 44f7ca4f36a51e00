"""What is measured of the API: each function does one kind of work and gives the seconds that each request took."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import count
from uuid import uuid4

from benchmarks.networking.client import Client

_numbers = count(1)


def timed(work: Callable[[], object]) -> float:
    """Seconds that ``work`` takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def networks(client: Client, times: int) -> list[float]:
    """Networks, one after another."""
    return [timed(lambda: client.create("network", name=f"net{next(_numbers)}")) for _ in range(times)]


def subnets(client: Client, times: int) -> list[float]:
    """Subnets with DHCP, each on a network of its own."""
    made = [client.create("network", name=f"net{next(_numbers)}") for _ in range(times)]
    return [timed(partial(subnet, client, each)) for each in made]


def subnet(client: Client, network: str, cidr: str = "10.0.0.0/16") -> str:
    """A subnet with room for all ports that are measured; its id."""
    return client.create("subnet", network_id=network, ip_version=4, cidr=cidr)


def lan(client: Client) -> str:
    """A network with a subnet; its id."""
    network = client.create("network", name=f"net{next(_numbers)}")
    subnet(client, network)
    return network


def ports(client: Client, network: str, times: int) -> list[float]:
    """Ports of one network, one after another."""
    return [timed(lambda: client.create("port", network_id=network)) for _ in range(times)]


def ports_of_many(client: Client, network: str, clients: int, times: int) -> tuple[list[float], float]:
    """Ports of one network by several clients at once; and the seconds that all took together."""
    began = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        taken = list(pool.map(lambda _: ports(client, network, times), range(clients)))
    return [each for one in taken for each in one], time.perf_counter() - began


def bulk(client: Client, network: str, size: int, times: int) -> list[float]:
    """Several ports in one request."""
    body = {"ports": [{"network_id": network, "name": f"bulk{number}"} for number in range(size)]}
    return [timed(lambda: client.ask("POST", "/ports", body)) for _ in range(times)]


def reads(client: Client, path: str, times: int) -> list[float]:
    """One GET again and again."""
    return [timed(lambda: client.ask("GET", path)) for _ in range(times)]


def ha_routers(client: Client, times: int) -> list[float]:
    """HA routers of a project that has one already."""
    client.create("router", name="first", ha=True)
    return [timed(lambda: client.create("router", name=f"r{next(_numbers)}", ha=True)) for _ in range(times)]


def first_ha_routers(admin: Client, projects: int, at_once: int) -> int:
    """How many fail of the first HA routers of each of some new projects, which are asked for at once."""
    failed = 0
    for _ in range(projects):
        wanted = {"project_id": uuid4().hex, "ha": True}
        with ThreadPoolExecutor(at_once) as pool:
            made = [pool.submit(admin.create, "router", **wanted) for _ in range(at_once)]
        failed += sum(each.exception() is not None for each in made)
    return failed
