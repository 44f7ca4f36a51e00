"""The defaults of policy: one table for nouns, one for their attributes, one for single actions.

A rule is named as operators of OpenStack Networking know it: ``create_network``,
``create_network:provider:network_type``, ``get_port:binding:host_id``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

ADMIN = "rule:admin_only"
MEMBER = "rule:project_member"
READER = "rule:project_reader"
SERVICE = "rule:admin_or_service"
_WRITES = ("create", "update", "delete")

NAMED: Mapping[str, str] = {
    "context_is_admin": "role:admin",
    "admin_only": "rule:context_is_admin",
    "service_api": "role:service",
    "admin_or_service": "rule:admin_only or rule:service_api",
    "project_member": "role:member or role:service or rule:context_is_admin",
    "project_reader": "role:reader or rule:project_member",
}
"""Rules that others build on."""

OF_PROJECTS = (
    "network",
    "subnet",
    "port",
    "router",
    "floatingip",
    "floatingip_port_forwarding",
    "security_group",
    "security_group_rule",
    "rbac_policy",
    "subnetpool",
    "address_scope",
    "auto_allocated_topology",
    "address_group",
    "trunk",
)
"""Nouns that a project's readers see and its members change."""
_QOS_RULES = (
    "bandwidth_limit_rule",
    "dscp_marking_rule",
    "minimum_bandwidth_rule",
    "minimum_packet_rate_rule",
    "packet_rate_limit_rule",
)
PUBLISHED = (
    "availability_zone",
    "flavor",
    "floatingip_pool",
    "service_provider",
    "policy",
    "rule_type",
    "default_security_group_rule",
    *(f"{prefix}_{rule}" for prefix in ("policy", "alias") for rule in _QOS_RULES),
)
"""Nouns that all projects' readers see and only an administrator changes."""
OF_OPERATORS = (
    "metering_label",
    "metering_label_rule",
    "agent",
    "network_ip_availability",
    "quota",
    "quotas",
    "service_profile",
)
"""Nouns that only an administrator sees or changes."""

HIDDEN: Mapping[str, tuple[str, ...]] = {
    "network": (
        "provider:network_type",
        "provider:physical_network",
        "provider:segmentation_id",
        "segments",
    ),
    "port": ("binding:host_id", "binding:profile", "binding:vif_type", "binding:vif_details"),
    "router": ("distributed", "ha"),
}
"""Attributes that only an administrator sees; nor does anybody else set them. Those of ports are services' too."""
NOT_SET: Mapping[str, tuple[str, ...]] = {
    "network": ("shared", "router:external", "is_default"),
    "subnetpool": ("shared", "is_default"),
    "address_scope": ("shared",),
    "router": ("external_gateway_info:enable_snat", "external_gateway_info:external_fixed_ips"),
    "floatingip": ("floating_ip_address",),
}
"""Attributes, and fields of attributes, that everybody sees but only an administrator sets."""
NOT_CHANGED: Mapping[str, tuple[str, ...]] = {"port": ("mac_address",)}
"""Attributes that only an administrator sets once the thing is there."""
ACTIONS = (
    "get_l3-agents",
    "get_dhcp-agents",
    *(f"{verb}_{hosted}" for verb in ("create", "delete") for hosted in ("l3-router", "dhcp-network")),
    "get_l3-routers",
    "get_dhcp-networks",
    "failover_router",
    "rebalance_routers",
    "get_router_place",
    "create_flavor_service_profile",
    "delete_flavor_service_profile",
    "restrict_wildcard",
)
"""What else only an administrator does."""
SERVICES_ACTIONS = tuple(f"{verb}_port_binding" for verb in ("get", "create", "update", "delete", "activate"))
"""What else only an administrator and other services do."""
MEMBERS_ACTIONS = ("add_router_interface", "remove_router_interface", "add_extraroutes", "remove_extraroutes")
"""What else a project's members do, but not its readers."""

OF_MEMBERS: Mapping[str, str] = {
    "get_subports": READER,
    "add_subports": MEMBER,
    "remove_subports": MEMBER,
}
"""What else is done with a project's own things, and who in the project does it."""


def defaults() -> Iterator[tuple[str, str]]:
    """All rules in code: name, and who passes."""
    yield from NAMED.items()
    for nouns, read, write in (
        (OF_PROJECTS, READER, MEMBER),
        (PUBLISHED, READER, ADMIN),
        (OF_OPERATORS, ADMIN, ADMIN),
    ):
        for noun in nouns:
            yield f"get_{noun}", read
            yield from ((f"{verb}_{noun}", write) for verb in _WRITES)
    for verbs, attributes in (
        (("get", "create", "update"), HIDDEN),
        (("create", "update"), NOT_SET),
        (("update",), NOT_CHANGED),
    ):
        for noun, names in attributes.items():
            who = SERVICE if noun == "port" else ADMIN
            yield from ((f"{verb}_{noun}:{name}", who) for name in names for verb in verbs)
    yield from ((action, ADMIN) for action in ACTIONS)
    yield from ((action, SERVICE) for action in SERVICES_ACTIONS)
    yield from OF_MEMBERS.items()
    yield from ((action, MEMBER) for action in MEMBERS_ACTIONS)
