"""The DHCP role: a namespace per network with a dnsmasq that knows every port's reservation.

Any server of a network acknowledges the lease that another one gave (`--dhcp-authoritative` and the same
reservations everywhere): a moved or restarted server never answers a renewal with a DHCPNAK. So leases are
kept in memory only.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from ipaddress import ip_network

from hawser.base import names
from hawser.base.addresses import Address as IpAddress
from hawser.base.addresses import link_local_interface
from hawser.base.config import NodeSettings
from hawser.machine.items.address import Address
from hawser.machine.items.file import File
from hawser.machine.items.item import Item, link_key
from hawser.machine.items.link import Veth
from hawser.machine.items.netns import Netns
from hawser.machine.items.route import Route
from hawser.machine.items.sysctl import Sysctl
from hawser.node.planners import metadata
from hawser.node.planners.daemon import daemon
from hawser.node.planners.facts import Facts
from hawser.wire.intent import DhcpHost, DhcpServer, DhcpSubnet, NodeIntent
from hawser.wire.intent import Route as StaticRoute


def desire(intent: NodeIntent, facts: Facts) -> Iterator[Item]:
    """All DHCP servers of this node."""
    hosts: dict[str, list[DhcpHost]] = defaultdict(list)
    for host in intent.dhcp_hosts:
        hosts[host.network_id].append(host)
    for gone in _known.keys() - {server.id for server in intent.dhcp_servers}:
        del _known[gone]
    for server in intent.dhcp_servers:
        yield from _items(server, hosts[server.id], facts.settings)


_known: dict[str, tuple[object, tuple[Item, ...]]] = {}
"""By network, what its items were made of last, and they: a port costs its own network's hosts, not all."""


def _items(server: DhcpServer, hosts: list[DhcpHost], settings: NodeSettings) -> tuple[Item, ...]:
    made_of = (server, hosts, settings)
    known, items = _known.get(server.id, (None, ()))
    if known != made_of:
        items = tuple(_server(server, hosts, settings))
        _known[server.id] = made_of, items
    return items


def _server(server: DhcpServer, hosts: Sequence[DhcpHost], settings: NodeSettings) -> Iterator[Item]:
    netns, link = names.dhcp_namespace(server.id), names.dhcp_interface(server.port_id)
    yield Netns(netns)
    yield Veth(names.tap(server.port_id), netns, link, server.mac, server.mtu)
    yield Sysctl(netns, f"net/ipv6/conf/{link}/accept_ra", "0", link)
    yield Sysctl(netns, f"net/ipv6/conf/{link}/accept_dad", "0", link)
    yield Sysctl(netns, f"net/ipv6/conf/{link}/disable_ipv6", "0", link)
    held = (*server.addresses, link_local_interface(server.mac), *metadata.held(server, settings))
    addresses = [Address(netns, link, address) for address in held]
    yield from addresses
    if not server.subnets:
        return
    if settings.dnsmasq_dns_servers:
        yield from _way_out(server, netns, link)
    directory = f"{settings.state_path}/dhcp/{server.id}"
    files = [
        File(f"{directory}/host", "".join(_host(host, settings) for host in hosts)),
        File(f"{directory}/addn_hosts", "".join(_name(host, settings) for host in hosts)),
        File(f"{directory}/opts", "".join((*_options(server, settings), *_own_options(hosts)))),
    ]
    argv = tuple(_arguments(server, settings, directory, link))
    needs = [link_key(netns, link), *(address.key for address in addresses)]
    pidfile = f"{directory}/pid"
    yield from daemon(
        "dnsmasq",
        netns,
        argv=argv,
        pidfile=pidfile,
        directory=directory,
        files=files,
        needs=needs,
        # A lease of a port that is gone would keep its address from the next port that gets it.
        grants=[f"{each.address} {host.mac}" for host in hosts for each in host.addresses],
    )


def _way_out(server: DhcpServer, netns: str, link: str) -> Iterator[Route]:
    """A route through the first gateway of each IP version, to reach name servers."""
    gateways = {s.cidr.version: s.gateway for s in reversed(server.subnets) if s.gateway}
    for version, gateway in sorted(gateways.items()):
        yield Route(netns, ip_network("0.0.0.0/0" if version == 4 else "::/0"), gateway, link)


def _arguments(server: DhcpServer, settings: NodeSettings, directory: str, link: str) -> Iterable[str]:
    yield from ("dnsmasq", "--conf-file=/dev/null", "--no-hosts", "--no-resolv", "--leasefile-ro")
    yield from ("--bind-interfaces", f"--interface={link}", "--except-interface=lo")
    yield from ("--dhcp-authoritative", f"--pid-file={directory}/pid", f"--domain={settings.dns_domain}")
    yield f"--dhcp-hostsfile={directory}/host"
    yield f"--addn-hosts={directory}/addn_hosts"
    yield f"--dhcp-optsfile={directory}/opts"
    yield f"--dhcp-lease-max={sum(min(subnet.cidr.num_addresses, 65536) for subnet in server.subnets)}"
    yield f"--local=/{settings.dns_domain}/"
    yield from (f"--server={each}" for each in settings.dnsmasq_dns_servers)
    for subnet in server.subnets:
        network = subnet.cidr
        size = network.netmask if network.version == 4 else network.prefixlen
        seconds = settings.dhcp_lease_duration
        yield f"--dhcp-range=set:{_tag(subnet)},{network.network_address},static,{size},{seconds}s"


def _tag(subnet: DhcpSubnet) -> str:
    return f"subnet-{subnet.id}"


def _host(host: DhcpHost, settings: NodeSettings) -> str:
    own = f",set:{_own_tag(host)}" if host.options else ""
    four = f"{host.mac},id:{host.client_id}" if host.client_id else host.mac
    return "".join(
        f"{four if each.address.version == 4 else host.mac}{own},{each.hostname}.{settings.dns_domain},"
        f"{_bare(each.address)}\n"
        for each in host.addresses
    )


def _name(host: DhcpHost, settings: NodeSettings) -> str:
    lines = (
        f"{each.address}\t{each.hostname}.{settings.dns_domain} {each.hostname}\n" for each in host.addresses
    )
    return "".join(lines)


def _options6(tag: str, subnet: DhcpSubnet, domain: str) -> Iterator[str]:
    """What DHCPv6 tells; routers and the MTU are told by advertisements."""
    if subnet.dns_servers:
        yield f"{tag},option6:dns-server,{','.join(map(_bare, subnet.dns_servers))}\n"
    yield f"{tag},option6:domain-search,{domain}\n"


def _bare(address: IpAddress) -> str:
    """An address as dnsmasq reads it."""
    return f"[{address}]" if address.version == 6 else str(address)


def _options(server: DhcpServer, settings: NodeSettings) -> Iterator[str]:
    for subnet in server.subnets:
        tag = f"tag:{_tag(subnet)}"
        if subnet.cidr.version == 6:
            yield from _options6(tag, subnet, settings.dns_domain)
            continue
        if subnet.dns_servers:
            yield f"{tag},option:dns-server,{','.join(map(str, subnet.dns_servers))}\n"
        yield f"{tag},option:router{f',{subnet.gateway}' if subnet.gateway else ''}\n"
        if routes := (*subnet.routes, *metadata.routes(server, subnet, settings)):
            yield f"{tag},option:classless-static-route,{_classless(routes, subnet.gateway)}\n"
        yield f"{tag},option:mtu,{server.mtu}\n"


def _own_tag(host: DhcpHost) -> str:
    return f"port-{host.id}"


def _own_options(hosts: Iterable[DhcpHost]) -> Iterator[str]:
    """Lines that hold for one port each. dnsmasq prefers them to a subnet's, whose tag is the range's."""
    for host in hosts:
        for option in host.options:
            kind = "option" if option.ip_version == 4 else "option6"
            name = option.name if option.name.isdecimal() and kind == "option" else f"{kind}:{option.name}"
            yield f"tag:{_own_tag(host)},{name}{f',{option.value}' if option.value else ''}\n"


def _classless(routes: Iterable[StaticRoute], gateway: IpAddress | None) -> str:
    # A client that takes option 121 ignores the router option (RFC 3442), so the default goes in, too.
    told = [f"{route.destination},{route.nexthop}" for route in routes]
    if gateway:
        told.append(f"0.0.0.0/0,{gateway}")
    return ",".join(told)
