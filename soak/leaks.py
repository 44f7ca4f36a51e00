"""What stands on nodes without a fault, and in the API, of things that are gone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from hawser.base import names
from soak.site import Site

CONFS = "/var/lib/neutron/ha_confs"
DAEMONS = {"keepalived": 2, "conntrackd": 1}
"""Processes of each a highly available router: keepalived is a parent and a child."""
_FLOOD = "00:00:00:00:00:00"
_LOOK = f"""
ls /run/netns
echo ==
grep ' nsfs ' /proc/self/mounts | cut -d' ' -f2 | sort -u
echo ==
ls -F {CONFS} | grep /
echo ==
ps -ww -eo stat,args --no-headers
echo ==
ip -o link
for name in $(ls /run/netns); do ip -n $name -o link; done
echo ==
bridge fdb
echo ==
for name in $(ls /run/netns | grep ^qrouter-); do ip netns exec $name cat /proc/net/nf_conntrack; done
true
"""
_LINKS = ("tap", "brq", "qr-", "qg-", "ha-", "ns-")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the API tells: the ids of ports and networks, cut as the names of interfaces are, the VNIs, where each
    network is in use, the routers on each node that are highly available or not, and the addresses outside."""

    cut_ids: frozenset[str]
    hosts: dict[str, frozenset[str]]
    clustered: dict[str, frozenset[str]]
    alone: dict[str, frozenset[str]]
    outer: frozenset[str]
    wrong: tuple[str, ...]


def found(site: Site) -> Iterator[str]:
    """In words; nothing where all is as it shall be."""
    wanted = _wanted(site)
    yield from wanted.wrong
    for name in site.network_nodes:
        if name != site.state.broken:
            yield from (f"{name}: {each}" for each in _on_node(site, name, wanted))


def _wanted(site: Site) -> Wanted:
    ports, networks = site.admin.find("port"), site.admin.find("network")
    routers = {each["id"]: each for each in site.admin.find("router")}
    places = {router: site.admin.hosts(router) for router in routers}
    ids = [each["id"] for each in (*ports, *networks)]
    return Wanted(
        cut_ids=frozenset(each[: names.ID_CHARACTERS] for each in ids),
        hosts={
            names.vxlan(each["provider:segmentation_id"]): frozenset(_hosts(each["id"], ports, places))
            for each in networks
            if each["provider:network_type"] == "vxlan"
        },
        clustered=_by_host(places, [each for each in routers if routers[each]["ha"]]),
        alone=_by_host(places, [each for each in routers if not routers[each]["ha"]]),
        outer=frozenset(
            ip["ip_address"]
            for port in ports
            if port["network_id"] == site.external
            for ip in port["fixed_ips"]
        ),
        wrong=tuple(_orphans(ports, routers, places)),
    )


def _by_host(places: dict[str, set[str]], routers: list[str]) -> dict[str, frozenset[str]]:
    hosts = {host for router in routers for host in places[router]}
    return {host: frozenset(each for each in routers if host in places[each]) for host in hosts}


def _hosts(network: str, ports: list[dict[str, Any]], places: dict[str, set[str]]) -> Iterator[str]:
    """Where a network is in use: a router's interfaces are on all of its hosts."""
    for port in ports:
        if port["network_id"] == network:
            yield port["binding:host_id"]
            yield from places.get(port["device_id"], ())


def _orphans(
    ports: list[dict[str, Any]], routers: dict[str, Any], places: dict[str, set[str]]
) -> Iterator[str]:
    """Ports of routers that are gone, and ports in HA networks that no host of a router needs."""
    feet = Counter(
        port["device_id"] for port in ports if port["device_owner"] == "network:router_ha_interface"
    )
    for port in ports:
        if "router" in port["device_owner"] and port["device_id"] not in routers:
            yield f"port {port['id']} ({port['device_owner']}) is of no router"
    for router, shown in routers.items():
        needed = len(places[router]) if shown["ha"] else 0
        if feet[router] > needed:
            yield f"router {router} has {feet[router]} ports in its HA network, and needs {needed}"


def _on_node(site: Site, name: str, wanted: Wanted) -> Iterator[str]:
    said = site.lab.node(name).run(["sh", "-c", _LOOK]).stdout
    spaces, mounts, confs, processes, links, fdb, connections = (
        part.split("\n") for part in said.split("==\n")
    )
    clustered = wanted.clustered.get(name, frozenset())
    routers = clustered | wanted.alone.get(name, frozenset())
    stand = {
        each.removeprefix(names.ROUTER_NAMESPACE)
        for each in spaces
        if each.startswith(names.ROUTER_NAMESPACE)
    }
    yield from _differ("namespaces of routers", stand, routers)
    mounted = {each.rpartition("/")[2] for each in mounts}
    yield from _differ("mounted namespaces", filter(_is_ours, mounted), filter(_is_ours, spaces))
    yield from _differ("directories of routers", {each.rstrip("/") for each in confs if each}, clustered)
    yield from _processes(processes, clustered)
    yield from _left_links(links, wanted)
    yield from _left_floods(site, name, fdb, wanted)
    yield from _left_connections(connections, wanted)


def _is_ours(namespace: str) -> bool:
    """A node also sees, under its own, what was mounted on the host when it started."""
    return namespace.startswith((names.ROUTER_NAMESPACE, names.DHCP_NAMESPACE))


def _differ(what: str, there: Iterable[str], wanted: Iterable[str]) -> Iterator[str]:
    there, wanted = set(there), set(wanted)
    if there - wanted:
        yield f"{what} are left: {', '.join(sorted(there - wanted))}"
    if wanted - there:
        yield f"{what} are missing: {', '.join(sorted(wanted - there))}"


def _processes(lines: list[str], routers: Iterable[str]) -> Iterator[str]:
    """Daemons of routers, each with as many processes as it has; and ended ones that nobody took notice of."""
    counts: Counter[tuple[str, str]] = Counter()
    for line in lines:
        state, _, words = line.strip().partition(" ")
        program = words.split()[0] if words.split() else ""
        if program in DAEMONS:
            counts[program, _router_of(words)] += 1
        if state.startswith("Z"):
            yield f"a process has ended and is still there: {words.strip()}"
    wanted = {(program, router): count for program, count in DAEMONS.items() for router in routers}
    for key in counts.keys() | wanted.keys():
        if counts[key] != wanted.get(key, 0):
            yield f"{key[0]} of {key[1]} has {counts[key]} processes, not {wanted.get(key, 0)}"


def _router_of(words: str) -> str:
    """The router whose file a daemon was given."""
    return next((word.split("/")[-2] for word in words.split() if word.startswith(CONFS)), words)


def _left_links(lines: list[str], wanted: Wanted) -> Iterator[str]:
    for line in filter(None, lines):
        link = line.split()[1].rstrip(":").split("@")[0]
        cut = link.removeprefix(next((start for start in _LINKS if link.startswith(start)), link))
        vxlan = link.startswith("vxlan-") and link not in wanted.hosts
        if vxlan or (cut and cut not in wanted.cut_ids):
            yield f"interface {link} is of nothing that there is"


def _left_floods(site: Site, name: str, lines: list[str], wanted: Wanted) -> Iterator[str]:
    """Nodes that get copies of what is for all, in networks that they are not in."""
    if site.state.broken or not site.l2population:
        return
    address = {
        str(node.spec.address("tunnel").ip): node.name for node in site.lab.nodes() if node.spec.agents
    }
    for words in (line.split() for line in lines if line.startswith(_FLOOD) and " dst " in line):
        link, host = words[words.index("dev") + 1], address.get(words[words.index("dst") + 1], "nobody")
        if host not in wanted.hosts.get(link, ()) or host == name:
            yield f"{link} sends copies to {host}, which has no part in that network"


def _left_connections(lines: list[str], wanted: Wanted) -> Iterator[str]:
    """Translated connections of addresses that nobody has any more."""
    for line in lines:
        for word in line.split():
            field, _, address = word.partition("=")
            ours = field in ("src", "dst") and address.startswith("203.0.113.") and address != "203.0.113.1"
            if ours and address not in wanted.outer and "ESTABLISHED" in line:
                yield f"a connection of {address} is still known: {line}"
