"""A router's address translation as chains of iptables, spelt as iptables-save prints them."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Interface

from hawser.base import names
from hawser.machine.items.chain import Chain
from hawser.wire.intent import Router

PREFIX = "neutron-l3-agent-"


def chains(router: Router, netns: str) -> Iterator[Chain]:
    """Floating IPs both ways, then the gateway's address for everybody else (RFC 3022)."""
    floating = [(f.address, f.fixed_address) for f in router.floating_ips if f.address.version == 4]
    inward = tuple(f"-d {outer}/32 -j DNAT --to-destination {inner}" for outer, inner in floating)
    outward = tuple(f"-s {inner}/32 -j SNAT --to-source {outer}" for outer, inner in floating)
    yield _nat(netns, f"{PREFIX}PREROUTING", inward)
    yield _nat(netns, f"{PREFIX}OUTPUT", inward)
    yield _nat(netns, f"{PREFIX}float-snat", outward)
    yield _nat(netns, f"{PREFIX}snat", _snat(router))
    yield _nat(netns, f"{PREFIX}POSTROUTING", _exempt(router))
    yield _nat(netns, "PREROUTING", (f"-j {PREFIX}PREROUTING",))
    yield _nat(netns, "OUTPUT", (f"-j {PREFIX}OUTPUT",))
    yield _nat(netns, "POSTROUTING", (f"-j {PREFIX}POSTROUTING", f"-j {PREFIX}snat"))


def quiet_chain(netns: str) -> Chain:
    """Multicast listener reports (RFC 3810) from a standby would teach bridges the wrong place of the MAC."""
    rule = "-p ipv6-icmp -m icmp6 --icmpv6-type 143 -j DROP"
    return Chain(netns, 6, "filter", "OUTPUT", (rule,))


def _nat(netns: str, name: str, rules: tuple[str, ...]) -> Chain:
    # All of them are written in one commit, so none has to say which others it jumps to.
    return Chain(netns, 4, "nat", name, rules)


def _exempt(router: Router) -> tuple[str, ...]:
    if router.gateway is None:
        return ()
    link = names.gateway_interface(router.gateway.port_id)
    return (f"! -o {link} -m conntrack ! --ctstate DNAT -j ACCEPT",)


def _snat(router: Router) -> tuple[str, ...]:
    rules = [f"-j {PREFIX}float-snat"]
    if router.gateway and router.enable_snat and (address := _gateway_address(router)):
        link = names.gateway_interface(router.gateway.port_id)
        rules.append(f"-o {link} -j SNAT --to-source {address}")
    return tuple(rules)


def _gateway_address(router: Router) -> IPv4Address | None:
    addresses = router.gateway.addresses if router.gateway else ()
    return next((a.ip for a in addresses if isinstance(a, IPv4Interface)), None)
