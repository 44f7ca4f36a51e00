"""What a caller sees and may change. What it does not see does not exist for it."""

from __future__ import annotations

from typing import Protocol, TypeVar

from hawser.base.errors import Forbidden, NotFound
from hawser.server.model import rbac
from hawser.server.model.addressgroup import AddressGroup
from hawser.server.model.addressscope import AddressScope
from hawser.server.model.caller import Caller
from hawser.server.model.floatingip import FloatingIp
from hawser.server.model.network import Network
from hawser.server.model.port import Port
from hawser.server.model.qos import QosPolicy
from hawser.server.model.router import Router
from hawser.server.model.securitygroup import Rule, SecurityGroup
from hawser.server.model.subnet import Subnet
from hawser.server.model.subnetpool import SubnetPool
from hawser.server.model.trunk import Trunk
from hawser.server.store.session import Transaction
from hawser.server.store.tables.addressgroup import address_groups
from hawser.server.store.tables.addressscope import address_scopes
from hawser.server.store.tables.floatingip import floating_ips
from hawser.server.store.tables.network import networks
from hawser.server.store.tables.port import ports
from hawser.server.store.tables.qos import qos_policies
from hawser.server.store.tables.router import routers
from hawser.server.store.tables.securitygroup import groups, rules
from hawser.server.store.tables.subnet import subnets
from hawser.server.store.tables.subnetpool import subnet_pools
from hawser.server.store.tables.trunk import trunks

_KINDS = {"floatingip": "FloatingIPNotFound", "subnetpool": "SubnetPoolNotFound"}


class Owned(Protocol):
    """A thing that belongs to a project."""

    @property
    def project_id(self) -> str:
        """The project's id, "" for what is hidden from all projects."""
        ...


Thing = TypeVar("Thing", bound=Owned)
Shared = TypeVar("Shared", bound=rbac.Shareable)
Existing = TypeVar("Existing")


def missing(noun: str, id: str) -> NotFound:
    """The error for a thing that is not there, or not for this caller."""
    return NotFound(noun, id, kind=_KINDS.get(noun, ""))


def owned(caller: Caller, thing: Thing | None, noun: str, id: str) -> Thing:
    """The thing, where it is the caller's; else `NotFound`."""
    if thing is None or not caller.owns(thing.project_id):
        raise missing(noun, id)
    return thing


def seen(caller: Caller, thing: Shared | None, noun: str, id: str) -> Shared:
    """The thing, where it is the caller's or shared with its project; else `NotFound`."""
    if thing is None or not rbac.sees(caller, thing):
        raise missing(noun, id)
    return thing


def existing(thing: Existing | None, noun: str, id: str) -> Existing:
    """The thing, where it is there; else `NotFound`."""
    if thing is None:
        raise missing(noun, id)
    return thing


def changeable(caller: Caller, thing: Thing, noun: str, id: str) -> Thing:
    """The thing that the caller sees, where it is its own; else `Forbidden`."""
    if not caller.owns(thing.project_id):
        raise Forbidden(f"The {noun} {id} belongs to another project.", "PolicyNotAuthorized")
    return thing


def seen_network(tx: Transaction, caller: Caller, id: str) -> Network:
    """A network that the caller sees."""
    network = networks.get(tx, id)
    if network is None or not _sees(caller, network):
        raise missing("network", id)
    return network


def owned_network(tx: Transaction, caller: Caller, id: str) -> Network:
    """A network that the caller may change."""
    return changeable(caller, seen_network(tx, caller, id), "network", id)


def seen_subnet(tx: Transaction, caller: Caller, id: str) -> Subnet:
    """A subnet that the caller sees."""
    subnet = existing(subnets.get(tx, id), "subnet", id)
    if not caller.owns(subnet.project_id):
        network = networks.get(tx, subnet.network_id)
        if network is None or not rbac.sees(caller, network):
            raise missing("subnet", id)
    return subnet


def owned_subnet(tx: Transaction, caller: Caller, id: str) -> Subnet:
    """A subnet that the caller may change."""
    return changeable(caller, seen_subnet(tx, caller, id), "subnet", id)


def seen_subnet_pool(tx: Transaction, caller: Caller, id: str) -> SubnetPool:
    """A subnet pool that the caller sees."""
    return seen(caller, subnet_pools.get(tx, id), "subnetpool", id)


def owned_subnet_pool(tx: Transaction, caller: Caller, id: str) -> SubnetPool:
    """A subnet pool that the caller may change."""
    return changeable(caller, seen_subnet_pool(tx, caller, id), "subnetpool", id)


def seen_address_scope(tx: Transaction, caller: Caller, id: str) -> AddressScope:
    """An address scope that the caller sees."""
    return seen(caller, address_scopes.get(tx, id), "address_scope", id)


def owned_address_scope(tx: Transaction, caller: Caller, id: str) -> AddressScope:
    """An address scope that the caller may change."""
    return changeable(caller, seen_address_scope(tx, caller, id), "address_scope", id)


def owned_port(tx: Transaction, caller: Caller, id: str) -> Port:
    """A port that the caller may change: its own, or one on a network of its own."""
    port = ports.get(tx, id)
    if port is not None and not (caller.serves_ports or caller.owns(port.project_id)):
        network = networks.get(tx, port.network_id)
        port = port if network is not None and caller.owns(network.project_id) else None
    if port is None:
        raise missing("port", id)
    return port


def owned_router(tx: Transaction, caller: Caller, id: str) -> Router:
    """A router that the caller may change."""
    return owned(caller, routers.get(tx, id), "router", id)


def owned_floating_ip(tx: Transaction, caller: Caller, id: str) -> FloatingIp:
    """A floating IP that the caller may change."""
    return owned(caller, floating_ips.get(tx, id), "floatingip", id)


def seen_security_group(tx: Transaction, caller: Caller, id: str) -> SecurityGroup:
    """A security group that the caller sees."""
    return seen(caller, groups.get(tx, id), "security_group", id)


def owned_security_group(tx: Transaction, caller: Caller, id: str) -> SecurityGroup:
    """A security group that the caller may change."""
    return changeable(caller, seen_security_group(tx, caller, id), "security_group", id)


def seen_rule(tx: Transaction, caller: Caller, id: str) -> Rule:
    """A rule that the caller sees: its own, or one of a group that it sees."""
    rule = existing(rules.get(tx, id), "security_group_rule", id)
    if not caller.owns(rule.project_id):
        group = groups.get(tx, rule.security_group_id)
        if group is None or not rbac.sees(caller, group):
            raise missing("security_group_rule", id)
    return rule


def owned_rule(tx: Transaction, caller: Caller, id: str) -> Rule:
    """A rule that the caller may remove: its own, or one of a group of its own."""
    rule = seen_rule(tx, caller, id)
    if not caller.owns(rule.project_id):
        owned_security_group(tx, caller, rule.security_group_id)
    return rule


def seen_address_group(tx: Transaction, caller: Caller, id: str) -> AddressGroup:
    """An address group that the caller sees."""
    return seen(caller, address_groups.get(tx, id), "address_group", id)


def owned_address_group(tx: Transaction, caller: Caller, id: str) -> AddressGroup:
    """An address group that the caller may change."""
    return changeable(caller, seen_address_group(tx, caller, id), "address_group", id)


def seen_qos_policy(tx: Transaction, caller: Caller, id: str) -> QosPolicy:
    """A QoS policy that the caller sees."""
    return seen(caller, qos_policies.get(tx, id), "qos_policy", id)


def owned_qos_policy(tx: Transaction, caller: Caller, id: str) -> QosPolicy:
    """A QoS policy that the caller may change."""
    return changeable(caller, seen_qos_policy(tx, caller, id), "qos_policy", id)


def owned_trunk(tx: Transaction, caller: Caller, id: str) -> Trunk:
    """A trunk that the caller may change."""
    return owned(caller, trunks.get(tx, id), "trunk", id)


def _sees(caller: Caller, network: Network) -> bool:
    return rbac.sees(caller, network) or network.is_external_to(caller.project_id)
