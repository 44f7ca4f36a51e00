"""What a port may be, whoever asks: its protection, its names, its pairs, and whom it serves."""

from __future__ import annotations

from sqlalchemy import ColumnElement, select

from hawser.base.errors import BadInput, Conflict
from hawser.server.model import dns
from hawser.server.model.binding import is_plugged, vif_type
from hawser.server.model.caller import Caller
from hawser.server.model.port import (
    DHCP,
    FLOATING_IP,
    ROUTER_GATEWAY,
    ROUTER_HA,
    ROUTER_INTERNAL_OWNERS,
    NewPort,
    Port,
    PortChanges,
)
from hawser.server.model.unset import given
from hawser.server.store.session import Transaction
from hawser.server.store.tables.agent import dhcp_hosting_table
from hawser.server.store.tables.floatingip import floating_ip_table
from hawser.server.store.tables.router import router_host_table, router_table


def check_said(tx: Transaction, wanted: NewPort | PortChanges) -> None:
    """`BadInput` for too many address pairs, or for a name that the server's domain has no room for."""
    most = tx.settings.max_allowed_address_pair
    if len(given(wanted.address_pairs, ())) > most:
        raise BadInput(
            "allowed_address_pairs",
            f"The number of allowed address pair exceeds the maximum {most}",
            kind="AllowedAddressPairExhausted",
        )
    if wrong := dns.wrong(given(wanted.dns_name, ""), tx.settings.dns_domain):
        raise BadInput("dns_name", wrong)


def check_draft(secured: bool, draft: NewPort) -> None:
    """Whether a port without port security was asked for what only that makes sense of."""
    if secured:
        return
    if draft.address_pairs:
        raise pairs_need_security()
    if given(draft.security_group_ids, ()):
        raise groups_need_security()


def check_security(port: Port, changes: PortChanges) -> None:
    """The same for an update; what the port has already counts, too."""
    if given(changes.port_security_enabled, port.port_security_enabled):
        return
    if given(changes.address_pairs, port.address_pairs):
        raise pairs_need_security()
    if given(changes.security_group_ids, ()):
        raise groups_need_security()
    if given(changes.security_group_ids, port.security_group_ids):
        raise Conflict(
            "Port has security group associated. Cannot disable port security or IP address until security "
            "group is removed.",
            "PortSecurityPortHasSecurityGroup",
        )


def check_mac_free(port: Port, mac: str) -> None:
    """`Conflict` (PortBound) where something is plugged that has the old MAC."""
    if is_plugged(port.host, port.vnic_type):
        raise Conflict(
            f"Unable to complete operation on port {port.id}, port is already bound, port type: "
            f"{vif_type(port.host, port.vnic_type)}, old_mac {port.mac}, new_mac {mac}.",
            "PortBound",
        )


def check_owner(tx: Transaction, caller: Caller, project_id: str, device_owner: str, device_id: str) -> None:
    """`Conflict` where a port would pass for an interface of another project's router."""
    if caller.is_admin or device_owner not in ROUTER_INTERNAL_OWNERS:
        return
    columns = router_table.c
    owner = tx.execute(select(columns.project_id).where(columns.id == device_id)).scalar()
    if owner is not None and owner != project_id:
        raise Conflict(
            f"The following device_id {device_id} is not owned by your project or matches another project "
            "router.",
            "DeviceIDNotOwnedByTenant",
        )


def check_kept_device(tx: Transaction, caller: Caller, port: Port, changes: PortChanges) -> None:
    """Whether the port may be given to another device, where that is asked for."""
    owner = given(changes.device_owner, port.device_owner)
    device = given(changes.device_id, port.device_id)
    if (owner, device) != (port.device_owner, port.device_id):
        check_free(tx, port)
        check_owner(tx, caller, port.project_id, owner, device)


def check_free(tx: Transaction, port: Port) -> None:
    """`Conflict` where a router, a DHCP server or a floating IP lives by this port."""
    where = _service(port)
    if where is not None and tx.execute(select(1).where(where).limit(1)).first() is not None:
        raise Conflict(
            f"Port {port.id} cannot be deleted or given to another device directly via the port API: "
            f"has device owner {port.device_owner}.",
            "ServicePortInUse",
        )


def pairs_need_security() -> Conflict:
    """The error for address pairs on a port that is not protected."""
    return Conflict(
        "Port Security must be enabled in order to have allowed address pairs on a port.",
        "AddressPairAndPortSecurityRequired",
    )


def groups_need_security() -> BadInput:
    """The error for security groups on a port that is not protected."""
    return BadInput(
        "security_groups",
        "port security is disabled",
        "Enable it, or leave this empty.",
        "PortSecurityAndIPRequiredForSecurityGroups",
    )


def _service(port: Port) -> ColumnElement[bool] | None:
    """The condition on the row that says that the port is in service; None for ports of instances."""
    if port.device_owner in ROUTER_INTERNAL_OWNERS:
        return router_table.c.id == port.device_id
    column = {
        ROUTER_GATEWAY: router_table.c.gateway_port_id,
        ROUTER_HA: router_host_table.c.ha_port_id,
        FLOATING_IP: floating_ip_table.c.external_port_id,
        DHCP: dhcp_hosting_table.c.port_id,
    }.get(port.device_owner)
    return None if column is None else column == port.id
