"""Subnets: the use cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import uuid4

from sqlalchemy import select

from hawser.base.addresses import Network as Cidr
from hawser.base.errors import BadInput, Conflict
from hawser.server.allocate import addresses
from hawser.server.model import subnetrules
from hawser.server.model.caller import Caller
from hawser.server.model.filters import Filters
from hawser.server.model.network import Network
from hawser.server.model.port import ADDRESSED_OWNERS, DHCP
from hawser.server.model.subnet import NewSubnet, Subnet, SubnetChanges
from hawser.server.model.subnetpool import SubnetPool
from hawser.server.model.unset import UNSET
from hawser.server.service import access, dhcp, gateway, plug, prefix, quota
from hawser.server.service.fields import said
from hawser.server.store.session import Store, Transaction
from hawser.server.store.tables import freerange
from hawser.server.store.tables import port as port_rows
from hawser.server.store.tables import subnet as rows
from hawser.server.store.tables.network import network_table, networks
from hawser.server.store.tables.port import fixed_ip_table, port_table, ports
from hawser.server.store.tables.rbac import split_shared
from hawser.server.store.tables.subnet import subnet_table, subnets


def create(store: Store, caller: Caller, draft: NewSubnet) -> Subnet:
    """Make one, on a network of the caller's; its DHCP servers are placed at once."""
    return create_many(store, caller, (draft,))[0]


def create_many(store: Store, caller: Caller, drafts: Sequence[NewSubnet]) -> list[Subnet]:
    """Make all of them or, where one cannot be, none."""
    with store.write() as tx:
        quota.demand(tx, "subnet", [draft.project_id for draft in drafts])
        return [_make(tx, caller, draft) for draft in drafts]


def _make(tx: Transaction, caller: Caller, draft: NewSubnet) -> Subnet:
    network = access.owned_network(tx, caller, draft.network_id)
    return make(tx, network, draft, prefix.pool_of(tx, caller, draft))


def make(tx: Transaction, network: Network, draft: NewSubnet, pool: SubnetPool | None = None) -> Subnet:
    """A new subnet of a network, out of a pool or not, in a transaction that is under way."""
    cidr = prefix.choose(tx, draft, pool)
    _check(draft, cidr)
    subnetrules.check_mtu(network.id, network.mtu, [cidr.version])
    neighbours = _check_apart(tx, network, cidr)
    prefix.check_affinity(tx, neighbours, cidr.version, pool)
    subnet = _checked(draft, cidr, pool, tx)
    subnets.add(tx, subnet)
    freerange.fill(tx, subnet.id, subnet.pools, new=True)
    network = _with(tx, network, subnet, pool)
    if subnet.autoconfigured:
        _readdress_hosts(tx, network.id)
    gateway.widen(tx, network, subnet)
    dhcp.serve(tx, network)
    return subnet


def _with(tx: Transaction, network: Network, subnet: Subnet, pool: SubnetPool | None) -> Network:
    """The network, now that it has this subnet too."""
    ids = tuple(sorted((*network.subnet_ids, subnet.id)))
    grown = replace(network, subnet_ids=ids, revision=tx.revision, updated_at=tx.now)
    if pool is not None and pool.ip_version == 4:
        grown = replace(grown, ipv4_address_scope=pool.address_scope_id)
    elif pool is not None:
        grown = replace(grown, ipv6_address_scope=pool.address_scope_id)
    networks.become(tx, network.id, grown)
    return grown


def get(store: Store, caller: Caller, id: str) -> Subnet:
    """The one with this id. `NotFound` where the caller does not see any."""
    with store.look() as tx:
        return access.seen_subnet(tx, caller, id)


def search(store: Store, caller: Caller, filters: Filters) -> list[Subnet]:
    """Those that the caller sees and the filters match."""
    with store.read() as tx:
        filters, shared = split_shared(caller, "network", subnet_table, filters, by="network_id")
        return subnets.find(tx, *rows.visible(caller), *shared, filters=filters)


def update(store: Store, caller: Caller, id: str, changes: SubnetChanges) -> Subnet:
    """Change what is said in ``changes``."""
    with store.write() as tx:
        old = access.owned_subnet(tx, caller, id)
        new = replace(old, **said(changes))
        subnetrules.check_gateway(new.cidr, new.gateway_ip)
        if changes.pools is not UNSET or changes.gateway_ip is not UNSET:
            subnetrules.check_pools(new.cidr, new.gateway_ip, new.pools)
        if new.gateway_ip != old.gateway_ip:
            _check_gateway_unused(tx, old)
        if new.enable_dhcp and not old.enable_dhcp:
            subnetrules.check_cidr(new.cidr, new.enable_dhcp)
        if changes.dns_nameservers is not UNSET or changes.host_routes is not UNSET:
            subnetrules.check_told(new.cidr, new.dns_nameservers, new.host_routes)
        if not new.enable_dhcp and (new.ipv6_ra_mode or new.ipv6_address_mode):
            raise BadInput("enable_dhcp", "the subnet has an IPv6 mode")
        subnets.change(tx, id, **said(changes))
        if new.pools != old.pools:
            freerange.fill(tx, id, new.pools, port_rows.taken(tx, id))
        if new.enable_dhcp != old.enable_dhcp:
            dhcp.serve(tx, access.seen_network(tx, caller, old.network_id))
        return access.owned_subnet(tx, caller, id)


def delete(store: Store, caller: Caller, id: str) -> None:
    """Remove it. `Conflict` (SubnetInUse) while ports other than DHCP servers' were given addresses of it."""
    with store.write() as tx:
        subnet = access.owned_subnet(tx, caller, id)
        network = access.seen_network(tx, caller, subnet.network_id)
        for port_id, owner in _users(tx, id):
            if owner != DHCP and (owner in ADDRESSED_OWNERS or not subnet.autoconfigured):
                raise Conflict(
                    f"Unable to complete operation on subnet {id}: One or more ports have an IP allocation "
                    f"from this subnet, for example port {port_id}.",
                    "SubnetInUse",
                )
            _take_away(tx, port_id, id)
        subnets.remove(tx, id)
        networks.change(tx, network.id)
        dhcp.serve(tx, network)


def _check(draft: NewSubnet, cidr: Cidr) -> None:
    subnetrules.check_cidr(cidr, draft.enable_dhcp)
    subnetrules.check_modes(draft, cidr)
    subnetrules.check_told(cidr, draft.dns_nameservers, draft.host_routes)


def _checked(draft: NewSubnet, cidr: Cidr, pool: SubnetPool | None, tx: Transaction) -> Subnet:
    gateway = addresses.first_usable(cidr) if draft.gateway_ip is UNSET else draft.gateway_ip
    pools = addresses.default_pools(cidr, gateway) if draft.pools is UNSET else draft.pools
    subnetrules.check_gateway(cidr, gateway)
    subnetrules.check_pools(cidr, gateway, pools)
    return Subnet(
        id=str(uuid4()),
        project_id=draft.project_id,
        network_id=draft.network_id,
        name=draft.name,
        description=draft.description,
        cidr=cidr,
        gateway_ip=gateway,
        enable_dhcp=draft.enable_dhcp,
        pools=pools,
        dns_nameservers=draft.dns_nameservers,
        host_routes=draft.host_routes,
        ipv6_ra_mode=draft.ipv6_ra_mode,
        ipv6_address_mode=draft.ipv6_address_mode,
        revision=tx.revision,
        created_at=tx.now,
        updated_at=tx.now,
        subnetpool_id=pool.id if pool else None,
        service_types=draft.service_types,
    )


def _check_apart(tx: Transaction, network: Network, cidr: Cidr) -> list[Subnet]:
    """The subnets of a network, or of all networks where the operator says so, do not overlap.

    Gives those that the network has.
    """
    others = rows.of_network(tx, network)
    if not tx.settings.allow_overlapping_ips and network.ha_project_id is None:
        hidden = select(network_table.c.id).where(network_table.c.ha_project_id.is_not(None))
        others = subnets.find(tx, subnet_table.c.network_id.not_in(hidden))
    for other in others:
        if other.cidr.version == cidr.version and other.cidr.overlaps(cidr):
            raise BadInput("cidr", f"{cidr} overlaps with another subnet, {other.cidr} of subnet {other.id}")
    return [other for other in others if other.network_id == network.id]


def _check_gateway_unused(tx: Transaction, subnet: Subnet) -> None:
    columns = fixed_ip_table.c
    holder = select(columns.port_id).where(
        columns.subnet_id == subnet.id, columns.address == subnet.gateway_ip
    )
    port_id = tx.execute(holder).scalar()
    if subnet.gateway_ip is not None and port_id is not None:
        raise Conflict(
            f"Current gateway ip {subnet.gateway_ip} already in use by port {port_id}. Unable to update.",
            "GatewayIpInUse",
        )


def _users(tx: Transaction, subnet_id: str) -> list[tuple[str, str]]:
    """The ports with an address of the subnet, and their owners; routers' ports first."""
    statement = (
        select(port_table.c.id, port_table.c.device_owner)
        .join(fixed_ip_table, fixed_ip_table.c.port_id == port_table.c.id)
        .where(fixed_ip_table.c.subnet_id == subnet_id)
        .order_by(port_table.c.device_owner.desc())
        .distinct()
    )
    return [(row[0], row[1]) for row in tx.execute(statement)]


def _take_away(tx: Transaction, port_id: str, subnet_id: str) -> None:
    port = ports.get(tx, port_id)
    if port is not None:
        kept = tuple(each for each in port.fixed_ips if each.subnet_id != subnet_id)
        plug.set_fixed_ips(tx, port, kept)


def _readdress_hosts(tx: Transaction, network_id: str) -> None:
    """Note the addresses that the hosts of a network make themselves, told of one prefix more."""
    for port in ports.find(tx, port_table.c.network_id == network_id):
        if port.device_owner not in ADDRESSED_OWNERS and port.fixed_ips:
            plug.readdress(tx, port, plug.kept(port.fixed_ips))
