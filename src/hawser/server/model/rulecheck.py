"""Rules about a security group rule that are true without a database."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, TypeVar

from hawser.base.addresses import Interface
from hawser.base.errors import BadInput

PROTOCOLS = {
    "ah": 51,
    "dccp": 33,
    "egp": 8,
    "esp": 50,
    "gre": 47,
    "hopopt": 0,
    "icmp": 1,
    "icmpv6": 58,
    "igmp": 2,
    "ip": 0,
    "ipip": 4,
    "ipv6-encap": 41,
    "ipv6-frag": 44,
    "ipv6-icmp": 58,
    "ipv6-nonxt": 59,
    "ipv6-opts": 60,
    "ipv6-route": 43,
    "ospf": 89,
    "pgm": 113,
    "rsvp": 46,
    "sctp": 132,
    "tcp": 6,
    "udp": 17,
    "udplite": 136,
    "vrrp": 112,
}
"""Names of protocols, and their numbers as IANA assigned them."""
_WITH_PORTS = {"tcp": 6, "udp": 17, "dccp": 33, "sctp": 132, "udplite": 136}
_ICMP = frozenset({1, 58})
_ONLY_IPV6 = frozenset({41, 43, 44, 58, 59, 60})


class Traffic(Protocol):
    """What of a rule, be it new, made or a default one, says which traffic it is about."""

    @property
    def direction(self) -> str: ...  # noqa: D102
    @property
    def ethertype(self) -> str: ...  # noqa: D102
    @property
    def protocol(self) -> str | None: ...  # noqa: D102
    @property
    def port_range_min(self) -> int | None: ...  # noqa: D102
    @property
    def port_range_max(self) -> int | None: ...  # noqa: D102
    @property
    def remote_ip_prefix(self) -> Interface | None: ...  # noqa: D102
    @property
    def remote_group_id(self) -> str | None: ...  # noqa: D102
    @property
    def remote_address_group_id(self) -> str | None: ...  # noqa: D102


Same = TypeVar("Same", bound=Traffic)


def number(protocol: str) -> int:
    """A protocol's number, of its name or its number as text."""
    if protocol.lower() in PROTOCOLS:
        return PROTOCOLS[protocol.lower()]
    if protocol.isdecimal() and int(protocol) <= 255:
        return int(protocol)
    raise BadInput(
        "protocol",
        f"'{protocol}' is neither a number of 0 to 255 nor one of {', '.join(PROTOCOLS)}",
        kind="SecurityGroupRuleInvalidProtocol",
    )


def canonical(protocol: str | None, ethertype: str) -> str | None:
    """The protocol as it is kept: ICMP of IPv6 under its own name or number, however it was asked for."""
    if ethertype == "IPv6" and protocol is not None:
        return {"icmp": "ipv6-icmp", "icmpv6": "ipv6-icmp", "1": "58"}.get(protocol, protocol)
    return protocol


def meaning(rule: Traffic) -> tuple[object, ...]:
    """What a rule lets through: two that agree in it are one."""
    protocol = canonical(rule.protocol, rule.ethertype)
    prefix = rule.remote_ip_prefix
    return (
        rule.direction,
        rule.ethertype,
        None if protocol is None else number(protocol),
        (rule.port_range_min, rule.port_range_max),
        None if prefix is None or not prefix.network.prefixlen else prefix,
        rule.remote_group_id,
        rule.remote_address_group_id,
    )


def equal(rule: Traffic, others: Iterable[Same]) -> Same | None:
    """The one of ``others`` that means the same as ``rule``."""
    return next((other for other in others if meaning(other) == meaning(rule)), None)


def check(draft: Traffic) -> None:
    """The parts of a rule fit each other."""
    if draft.direction not in ("ingress", "egress"):
        raise BadInput("direction", f"'{draft.direction}' is not ingress or egress")
    if draft.ethertype not in ("IPv4", "IPv6"):
        raise BadInput(
            "ethertype", f"'{draft.ethertype}' is not IPv4 or IPv6", kind="SecurityGroupRuleInvalidEtherType"
        )
    _check_remote(draft)
    protocol = None if draft.protocol is None else number(draft.protocol)
    if protocol in _ONLY_IPV6 and draft.ethertype == "IPv4":
        raise BadInput(
            "protocol",
            f"'{draft.protocol}' is of IPv6 only",
            kind="SecurityGroupEthertypeConflictWithProtocol",
        )
    _check_ports(draft, protocol)


def _check_remote(draft: Traffic) -> None:
    prefix = draft.remote_ip_prefix
    said = [
        each for each in (prefix, draft.remote_group_id, draft.remote_address_group_id) if each is not None
    ]
    if len(said) > 1:
        pair = draft.remote_address_group_id is None
        raise BadInput(
            "remote_ip_prefix" if prefix is not None else "remote_group_id",
            "only one of remote_ip_prefix, remote_group_id and remote_address_group_id can be said",
            kind="SecurityGroupRemoteGroupAndRemoteIpPrefix"
            if pair
            else "SecurityGroupMultipleRemoteEntites",
        )
    if prefix is not None and f"IPv{prefix.version}" != draft.ethertype:
        raise BadInput(
            "remote_ip_prefix",
            f"Conflicting value ethertype {draft.ethertype} for CIDR {prefix}",
            kind="SecurityGroupRuleParameterConflict",
        )


def _check_ports(draft: Traffic, protocol: int | None) -> None:
    low, high = draft.port_range_min, draft.port_range_max
    if low is None and high is None:
        return
    if protocol is None:
        raise BadInput(
            "port_range_min",
            "a port range needs a protocol",
            kind="SecurityGroupProtocolRequiredWithPorts",
        )
    if protocol in _ICMP:
        _check_icmp(low, high)
    elif protocol in _WITH_PORTS.values():
        _check_range(low, high)
    else:
        raise BadInput(
            "port_range_min",
            f"protocol {draft.protocol} has no ports",
            f"Only {', '.join(_WITH_PORTS)} have.",
            "SecurityGroupInvalidProtocolForPort",
        )


def _check_icmp(kind: int | None, code: int | None) -> None:
    """For ICMP the range's ends are the type and the code (RFC 792)."""
    if kind is None:
        wrong = f"ICMP type (port-range-min) is missing beside code {code}"
        raise BadInput("port_range_min", wrong, kind="SecurityGroupMissingIcmpType")
    for field, name, value in (("port_range_min", "type", kind), ("port_range_max", "code", code)):
        if value is not None and not 0 <= value <= 255:
            wrong = f"Invalid value for ICMP {name} {value}, which is not within 0 and 255"
            raise BadInput(field, wrong, kind="SecurityGroupInvalidIcmpValue")


def _check_range(low: int | None, high: int | None) -> None:
    for field, value in (("port_range_min", low), ("port_range_max", high)):
        if value is not None and not 1 <= value <= 65535:
            raise BadInput(field, f"Invalid value for port {value}", kind="SecurityGroupInvalidPortValue")
    if low is None or high is None or low > high:
        wrong = f"{low} to {high} is not a range: port_range_min must be <= port_range_max"
        raise BadInput("port_range_min", wrong, kind="SecurityGroupInvalidPortRange")
