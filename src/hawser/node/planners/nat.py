"""A router's address translation as chains of iptables, spelt as iptables-save prints them."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Interface

from hawser.base import names
from hawser.machine.items.chain import Chain
from hawser.machine.items.translations import Translations, Way
from hawser.node.planners import feet
from hawser.wire.intent import PortForwarding, PortRange, Router, RouterInterface

PREFIX = "neutron-l3-agent-"

_FROM_OUTSIDE = "0x2/0xffff"
"""The mark of the first packet of a connection that comes in by the gateway interface."""

_PROTOCOLS = {"icmp": 1, "tcp": 6, "udp": 17, "dccp": 33, "ipv6-icmp": 58, "sctp": 132}
"""Those that can be forwarded, by their IANA numbers."""

_LISTENER = tuple(f"-p ipv6-icmp -m icmp6 --icmpv6-type {kind}" for kind in (131, 132, 143))
"""What a multicast listener says: that it is one or no longer is, in version 1, and either in version 2."""


def chains(router: Router, netns: str, before: tuple[str, ...] = ()) -> Iterator[Chain]:
    """Floating IPs both ways and port forwardings inward, then the gateway's address for everybody else (RFC 3022).
    ``before`` all of it come these rules for packets that arrive.

    Who is inside and asks for a floating IP of the same router is seen by its holder as the router: else the
    answers, which may not have to come back through the router, would not be those of the floating IP.
    """
    floating = [(f.address, f.fixed_address) for f in router.floating_ips if f.address.version == 4]
    inward = (
        *(f"-d {outer}/32 -j DNAT --to-destination {inner}" for outer, inner in floating),
        *(_forward(each) for each in router.port_forwardings),
    )
    outward = tuple(f"-s {inner}/32 -j SNAT --to-source {outer}" for outer, inner in floating)
    yield _nat(netns, f"{PREFIX}PREROUTING", (*before, *_marked(router), *inward))
    yield _nat(netns, f"{PREFIX}OUTPUT", inward)
    yield _nat(netns, f"{PREFIX}float-snat", outward)
    yield _nat(netns, f"{PREFIX}snat", _snat(router))
    yield _nat(netns, f"{PREFIX}POSTROUTING", _exempt(router))
    yield _nat(netns, "PREROUTING", (f"-j {PREFIX}PREROUTING",))
    yield _nat(netns, "OUTPUT", (f"-j {PREFIX}OUTPUT",))
    yield _nat(netns, "POSTROUTING", (f"-j {PREFIX}POSTROUTING", f"-j {PREFIX}snat"))


def translations(router: Router, netns: str, directory: str) -> Translations:
    """What connections there may be by these rules, once they stand."""
    rules = (chain.key for chain in chains(router, netns))
    whole = [
        Way(f.address, f.fixed_address)
        for f in router.floating_ips
        if isinstance(f.address, IPv4Address) and isinstance(f.fixed_address, IPv4Address)
    ]
    ways = sorted({*whole, *_forwarded(router)}, key=str)
    outside = _gateway_address(router.gateway) if router.gateway else None
    return Translations(netns, directory, outside, tuple(ways), tuple(rules))


def _forwarded(router: Router) -> Iterator[Way]:
    for each in router.port_forwardings:
        outer, inner = each.address, each.internal_address
        ports = each.external or PortRange(0, 65535)
        if isinstance(outer, IPv4Address) and isinstance(inner, IPv4Address):
            yield Way(outer, inner, _PROTOCOLS[each.protocol], ports.first, ports.last)


def _forward(forwarding: PortForwarding) -> str:
    external, protocol = forwarding.external, forwarding.protocol
    to = f"-d {forwarding.address}/32 -p {protocol}"
    if external is None:
        return f"{to} -j DNAT --to-destination {forwarding.internal_address}"
    destination = f"{forwarding.internal_address}{_ports(external, forwarding.internal or external)}"
    return f"{to} -m {protocol} --dport {_text(external, ':')} -j DNAT --to-destination {destination}"


def _ports(external: PortRange, internal: PortRange) -> str:
    """The ports of a destination: none where they stay as they are, else one, or the range and what it begins from."""
    if internal == external and internal.first != internal.last:
        return ""
    begins = f"/{external.first}" if internal.first != internal.last else ""
    return f":{_text(internal, '-')}{begins}"


def _text(ports: PortRange, between: str) -> str:
    return str(ports.first) if ports.first == ports.last else f"{ports.first}{between}{ports.last}"


def quiet_chain(router: Router, netns: str) -> Chain:
    """Multicast listener reports (RFC 3810; RFC 2710) from a standby would teach bridges the wrong place of the MAC:
    it holds no address, so that they come from the unspecified one. A master's go out where it speaks IPv6, for
    switches that pass on only what was asked for; elsewhere they would be one more flood at each takeover."""
    speaking = [link for link, foot in feet.links(router) if any(a.version == 6 for a in foot.addresses)]
    spoken = (f"! -s ::/128 -o {link} {kind} -j RETURN" for kind in _LISTENER for link in speaking)
    return Chain(netns, 6, "filter", "OUTPUT", (*spoken, *(f"{kind} -j DROP" for kind in _LISTENER)))


def _nat(netns: str, name: str, rules: tuple[str, ...]) -> Chain:
    # All of them are written in one commit, so none has to say which others it jumps to.
    return Chain(netns, 4, "nat", name, rules)


def _marked(router: Router) -> tuple[str, ...]:
    if router.gateway is None:
        return ()
    return (f"-i {names.gateway_interface(router.gateway.port_id)} -j MARK --set-xmark {_FROM_OUTSIDE}",)


def _exempt(router: Router) -> tuple[str, ...]:
    if router.gateway is None:
        return ()
    link = names.gateway_interface(router.gateway.port_id)
    return (f"! -o {link} -m conntrack ! --ctstate DNAT -j ACCEPT",)


def _snat(router: Router) -> tuple[str, ...]:
    rules = [f"-j {PREFIX}float-snat"]
    if router.gateway and (address := _gateway_address(router.gateway)):
        to_gateway = f"-j SNAT --to-source {address}"
        if router.enable_snat:
            rules.append(f"-o {names.gateway_interface(router.gateway.port_id)} {to_gateway}")
        rules.append(f"-m mark ! --mark {_FROM_OUTSIDE} -m conntrack --ctstate DNAT {to_gateway}")
    return tuple(rules)


def _gateway_address(gateway: RouterInterface) -> IPv4Address | None:
    return next((a.ip for a in gateway.addresses if isinstance(a, IPv4Interface)), None)
