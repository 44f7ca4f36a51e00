"""Rules about a security group rule that are true without a database."""

from __future__ import annotations

from hawser.base.errors import BadInput
from hawser.server.model.securitygroup import NewRule

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
_WITH_PORTS = frozenset({6, 17, 33, 132, 136})
_ICMP = frozenset({1, 58})
_ONLY_IPV6 = frozenset({41, 43, 44, 58, 59, 60})


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


def check(draft: NewRule) -> None:
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


def _check_remote(draft: NewRule) -> None:
    if draft.remote_ip_prefix is None:
        return
    if draft.remote_group_id is not None:
        raise BadInput(
            "remote_ip_prefix",
            "remote_group_id is said too",
            "Say one of them.",
            "SecurityGroupRemoteGroupAndRemoteIpPrefix",
        )
    if f"IPv{draft.remote_ip_prefix.version}" != draft.ethertype:
        raise BadInput(
            "remote_ip_prefix",
            f"Conflicting value ethertype {draft.ethertype} for CIDR {draft.remote_ip_prefix}",
            kind="SecurityGroupRuleParameterConflict",
        )


def _check_ports(draft: NewRule, protocol: int | None) -> None:
    low, high = draft.port_range_min, draft.port_range_max
    if low is None and high is None:
        return
    if protocol in _ICMP:
        _check_icmp(low, high)
    elif protocol in _WITH_PORTS:
        _check_range(low, high)
    else:
        raise BadInput(
            "port_range_min", "the protocol has no ports", kind="SecurityGroupProtocolRequiredWithPorts"
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
    if low is None or high is None or low > high:
        wrong = f"{low} to {high} is not a range: port_range_min must be <= port_range_max"
        raise BadInput("port_range_min", wrong, kind="SecurityGroupInvalidPortRange")
    for field, value in (("port_range_min", low), ("port_range_max", high)):
        if not 1 <= value <= 65535:
            wrong = f"Invalid value for port {value}, which is not within 1 and 65535"
            raise BadInput(field, wrong, kind="SecurityGroupInvalidPortValue")
