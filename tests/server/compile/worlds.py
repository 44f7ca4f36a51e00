"""Small clouds as pictures, any of which may follow on any other: for the laws of the compiler.

A world is a choice of things by (noun, key); what hangs on a thing that is not there is not there either.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Any

from hypothesis import strategies as st

from hawser.server.compile.picture import NOUNS, Picture
from hawser.server.model import port as owners
from hawser.server.model.agent import L3, LINUX_BRIDGE, Agent, DhcpHosting
from hawser.server.model.floatingip import FloatingIp
from hawser.server.model.move import QUEUED
from hawser.server.model.network import Network
from hawser.server.model.port import AddressPair, FixedIp, Port
from hawser.server.model.router import Router, RouterHost
from hawser.server.model.subnet import Subnet
from hawser.wire.intent import NetworkType
from hawser.wire.report import Mastership

World = Mapping[tuple[str, str], Any]

NOW = datetime(2026, 1, 1, tzinfo=UTC)
HOSTS = ("h0", "h1", "h2")
NETWORKS = ("n0", "n1")
SUBNETS = ("n0-a", "n0-b", "n1-a")
PORTS = tuple(f"p{n}" for n in range(6))
ROUTERS = ("r0", "r1")
DEVICE_OWNERS = ("", owners.ROUTER_INTERFACE, owners.ROUTER_GATEWAY, owners.DHCP)

hosts = st.sampled_from(HOSTS)


def _network(id: str, mtu: int, name: str) -> Network:
    return Network(
        id, "p", name, "", True, False, False, mtu, True, NetworkType.VXLAN, None, 7, None, 1, NOW, NOW
    )


def _cidr(subnet: str) -> IPv4Network | IPv6Network:
    return ip_network("fd00::/64" if subnet == "n0-b" else f"10.0.{SUBNETS.index(subnet)}.0/24")


def _subnet(id: str, dhcp: bool, mode: str | None, gateway: bool) -> Subnet:
    cidr = _cidr(id)
    gateway_ip = cidr[1] if gateway else None
    return Subnet(id, "p", id[:2], "", "", cidr, gateway_ip, dhcp, (), (), (), mode, mode, 1, NOW, NOW)


def _port(
    id: str,
    network: str,
    owner: str,
    device: str,
    host: str,
    mac: int,
    used: tuple[str, ...],
    pair: str = "",
) -> Port:
    pairs = (AddressPair("", ip_network(pair)),) if pair else ()
    fixed = tuple(FixedIp(each, _cidr(each)[10 + mac]) for each in used if each.startswith(network))
    return Port(
        id, "p", network, "", "", f"fa:16:3e:00:00:{mac:02x}", True, "DOWN", device, owner, host, "normal",
        True, fixed, (), pairs, 1, NOW, NOW,
    )  # fmt: skip


def _ha_port(id: str, host: str, mac: int) -> Port:
    fixed = (FixedIp("n1-a", ip_address(f"10.0.2.{10 + mac}")),)
    return Port(
        id, "", "n1", "", "", f"fa:16:3e:00:01:{mac:02x}", True, "DOWN", id[:2], owners.ROUTER_HA, host,
        "normal", True, fixed, (), (), 1, NOW, NOW,
    )  # fmt: skip


def _router(id: str, name: str, ha: bool) -> Router:
    return Router(id, "p", name, "", True, "ACTIVE", ha, None, (), 1 if ha else None, "n1", 1, NOW, NOW)


def _router_hosts(
    id: str,
    places: Mapping[str, int],
    active: bool,
    with_ports: bool,
    wanted: str = "",
    since: datetime | None = None,
    queued: str = "",
) -> tuple[RouterHost, ...]:
    state = Mastership.ACTIVE if active else Mastership.UNKNOWN
    return tuple(
        RouterHost(
            id,
            f"l3-{host}",
            host,
            rank,
            f"{id}-{host}" if with_ports else None,
            state,
            since,
            NOW if host == wanted else QUEUED if host == queued else None,
        )
        for host, rank in sorted(places.items())
    )


def _floating_ip(id: str, router: str | None, last: int) -> FloatingIp:
    fixed = ip_address(f"10.0.0.{last}") if router else None
    return FloatingIp(id, "p", "", "n0", ip_address("203.0.113.9"), "", None, fixed, router, "", 1, NOW, NOW)


def _agent(id: str, tunnel: str, answers: bool) -> Agent:
    said = {"arp_responder": answers}
    return Agent(id, LINUX_BRIDGE, "b", id[-2:], "", "", True, tunnel, (), said, NOW, NOW, NOW, True)


def _l3_agent(id: str, drained: bool) -> Agent:
    return Agent(id, L3, "b", id[-2:], "", "", True, "", (), {}, NOW, NOW, NOW, True, drained)


def _servers(network: str, ports: Mapping[str, str | None]) -> tuple[DhcpHosting, ...]:
    return tuple(DhcpHosting(network, f"dhcp-{host}", host, port) for host, port in sorted(ports.items()))


def _things() -> st.SearchStrategy[tuple[tuple[str, str], Any]]:
    """Any one thing, by its noun and key."""

    @st.composite
    def of(draw: st.DrawFn, noun: str, keys: tuple[str, ...], build: Any, *parts: Any) -> Any:
        key = draw(st.sampled_from(keys))
        return (noun, key), draw(st.none() | st.builds(build, st.just(key), *parts))

    flags, some = st.booleans(), st.sampled_from
    return st.one_of(
        of("networks", NETWORKS, _network, some((1450, 1500)), some("ab")),
        of("subnets", SUBNETS, _subnet, flags, some((None, None, "slaac")), flags),
        of("ports", PORTS, _port, some(NETWORKS), some(DEVICE_OWNERS), some(ROUTERS), some((*HOSTS, "")),
           st.integers(1, 3), st.sets(some(SUBNETS)).map(sorted).map(tuple),
           some(("", "", "10.0.0.11/32", "10.0.0.0/24"))),
        of("ports", tuple(f"{r}-{h}" for r in ROUTERS for h in HOSTS), _ha_port, hosts, st.integers(1, 3)),
        of("routers", ROUTERS, _router, some("ab"), flags),
        of("router_hosts", ROUTERS, _router_hosts, st.dictionaries(hosts, st.integers(0, 2)), flags, flags,
           some((*HOSTS, "")), some((None, NOW)), some((*HOSTS, ""))),
        of("floating_ips", ("f0", "f1"), _floating_ip, some((None, *ROUTERS)), st.integers(5, 6)),
        of("agents", tuple(f"bridge-{h}" for h in HOSTS), _agent, some(("", "10.1.0.1", "10.1.0.2")),
           flags),
        of("agents", tuple(f"l3-{h}" for h in HOSTS), _l3_agent, flags),
        of("dhcp_hostings", NETWORKS, _servers, st.dictionaries(hosts, some((*PORTS, None)))),
    )  # fmt: skip


things = _things()

WORLD: World = {
    **{("networks", id): _network(id, 1450, "a") for id in NETWORKS},
    **{("subnets", id): _subnet(id, True, "slaac" if id == "n0-b" else None, True) for id in SUBNETS},
    **{
        ("agents", f"bridge-{host}"): _agent(f"bridge-{host}", f"10.1.0.{n}", host != "h1")
        for n, host in enumerate(HOSTS)
    },
    **{("agents", f"l3-{host}"): _l3_agent(f"l3-{host}", False) for host in HOSTS},
    **{("routers", id): _router(id, "a", True) for id in ROUTERS},
    **{("ports", f"{r}-{h}"): _ha_port(f"{r}-{h}", h, n) for r in ROUTERS for n, h in enumerate(HOSTS)},
    **{("router_hosts", id): _router_hosts(id, {"h0": 0, "h1": 1}, False, True) for id in ROUTERS},
    ("ports", "p0"): _port("p0", "n0", owners.ROUTER_INTERFACE, "r0", "h0", 1, ("n0-a", "n0-b")),
    ("ports", "p1"): _port("p1", "n1", owners.ROUTER_GATEWAY, "r0", "h0", 2, ("n1-a",)),
    ("ports", "p2"): _port("p2", "n0", owners.DHCP, "", "h1", 3, ("n0-a",)),
    ("ports", "p3"): _port("p3", "n0", "", "", "h2", 4, ("n0-a",)),
    ("floating_ips", "f0"): _floating_ip("f0", "r0", 5),
    ("dhcp_hostings", "n0"): _servers("n0", {"h1": "p2"}),
}
"""A cloud with something of everything, to begin with."""


def picture_of(world: World, revision: int) -> Picture:
    """A picture of what is whole in the world."""
    picture = Picture(revision=revision)
    for noun in NOUNS:
        for (of, key), thing in world.items():
            whole = _whole(picture, noun, thing) if of == noun and thing is not None else None
            if whole:
                getattr(picture, noun)[key] = whole
    for id, network in picture.networks.items():
        own = sorted(subnet.id for subnet in picture.subnets.values() if subnet.network_id == id)
        picture.networks[id] = replace(network, subnet_ids=tuple(own))
    return picture


def _whole(picture: Picture, noun: str, thing: Any) -> Any:
    match noun:
        case "subnets":
            return thing if thing.network_id in picture.networks else None
        case "ports":
            there = thing.network_id in picture.networks
            return thing if there and all(ip.subnet_id in picture.subnets for ip in thing.fixed_ips) else None
        case "router_hosts":
            return tuple(
                each
                for each in thing
                if each.router_id in picture.routers and each.ha_port_id in {None, *picture.ports}
            )
        case "floating_ips":
            return thing if thing.router_id in {None, *picture.routers} else None
        case "dhcp_hostings":
            return tuple(
                each
                for each in thing
                if each.port_id is None or _network_of(picture, each.port_id) == each.network_id
            )
    return thing


def _network_of(picture: Picture, port: str) -> str | None:
    return picture.ports[port].network_id if port in picture.ports else None
