"""The ports of trunks: which of them a trunk can have, and that they stay while it has them."""

from __future__ import annotations

from collections.abc import Iterable

from hawser.base.errors import BadInput, Conflict
from hawser.server.model.caller import Caller
from hawser.server.model.port import Port
from hawser.server.model.trunk import INHERIT, SUBPORT_OWNER, VLAN, SubPort, WantedSubPort
from hawser.server.service import access
from hawser.server.store.session import Transaction
from hawser.server.store.tables import trunk as rows
from hawser.server.store.tables.network import networks
from hawser.server.store.tables.port import ports
from hawser.wire.intent import NetworkType

_FIELD = "sub_ports"


def parent(tx: Transaction, caller: Caller, port_id: str) -> Port:
    """The port that a new trunk is to be reached by. `Conflict` where a trunk has it in any way."""
    port = access.owned_port(tx, caller, port_id)
    _check_in_no_trunk(tx, port)
    return port


def chosen(
    tx: Transaction, caller: Caller, trunk_port: Port, wanted: Iterable[WantedSubPort]
) -> tuple[SubPort, ...]:
    """What the trunk of ``trunk_port`` is to carry. `Conflict` where a port is in use, or its MTU too large."""
    mtu = _mtu(tx, trunk_port)
    return tuple(_chosen(tx, caller, trunk_port, mtu, each) for each in wanted)


def take(tx: Transaction, trunk_id: str, sub_ports: Iterable[SubPort]) -> None:
    """Have a trunk carry these too."""
    rows.carry(tx, trunk_id, sub_ports)
    for each in sub_ports:
        ports.change(tx, each.port_id, device_id=trunk_id, device_owner=SUBPORT_OWNER)


def release(tx: Transaction, sub_ports: Iterable[SubPort]) -> None:
    """Have their trunk carry them no more."""
    freed = [each.port_id for each in sub_ports]
    rows.carry_no_more(tx, freed)
    for port_id in freed:
        ports.change(tx, port_id, device_id="", device_owner="", host="")


def check_removable(tx: Transaction, port: Port) -> None:
    """`Conflict` (PortInUseAsTrunkParent, PortInUseAsSubPort) where a trunk needs the port."""
    if port.trunk_id is not None:
        raise Conflict(
            f"Port {port.id} is currently a parent port for trunk {port.trunk_id}.", "PortInUseAsTrunkParent"
        )
    trunk_id = rows.carrier(tx, port.id)
    if trunk_id is not None:
        raise Conflict(f"Port {port.id} is currently a subport for trunk {trunk_id}.", "PortInUseAsSubPort")


def _chosen(tx: Transaction, caller: Caller, trunk_port: Port, mtu: int, wanted: WantedSubPort) -> SubPort:
    if wanted.port_id == trunk_port.id:
        raise _parent_in_use(trunk_port.id)
    port = access.owned_port(tx, caller, wanted.port_id)
    sub_port = _segmented(tx, port, wanted)
    _check_in_no_trunk(tx, port)
    if port.device_id:
        raise Conflict(
            f"Unable to complete operation on port {port.id} for network {port.network_id}. Port already has "
            f"an attached device {port.device_id}.",
            "PortInUse",
        )
    own = _mtu(tx, port)
    if own > mtu:
        raise Conflict(
            f"MTU {own} of subport {port.id} cannot be greater than MTU {mtu} of the trunk's port "
            f"{trunk_port.id}.",
            "SubPortMtuGreaterThanTrunkPortMtu",
        )
    return sub_port


def _segmented(tx: Transaction, port: Port, wanted: WantedSubPort) -> SubPort:
    """The port under the segmentation that it is wanted under."""
    type, id = wanted.segmentation_type, wanted.segmentation_id
    if type == INHERIT:
        type, id = _inherited(tx, port)
    if type is None or id is None:
        raise BadInput(_FIELD, f"port {port.id} has no segmentation_type and segmentation_id", "Give both.")
    if type != VLAN:
        raise BadInput(_FIELD, f"segmentation_type '{type}' is not known", f"Use {VLAN} or {INHERIT}.")
    if not 1 <= id <= 4094:
        raise BadInput(_FIELD, f"segmentation_id {id} is not within 1 and 4094")
    return SubPort(port.id, type, id)


def _inherited(tx: Transaction, port: Port) -> tuple[str, int]:
    network = networks.get(tx, port.network_id)
    if network is None or network.network_type != NetworkType.VLAN or network.segmentation_id is None:
        raise BadInput(_FIELD, f"the network of port {port.id} has no VLAN to inherit", "Give one.")
    return VLAN, network.segmentation_id


def _check_in_no_trunk(tx: Transaction, port: Port) -> None:
    if rows.carrier(tx, port.id) is not None:
        raise Conflict(f"Port {port.id} is in use by another trunk.", "TrunkPortInUse")
    if port.trunk_id is not None:
        raise _parent_in_use(port.id)


def _parent_in_use(port_id: str) -> Conflict:
    return Conflict(
        f"Port {port_id} is currently in use and is not eligible for use as a parent port.", "ParentPortInUse"
    )


def _mtu(tx: Transaction, port: Port) -> int:
    network = networks.get(tx, port.network_id)
    return network.mtu if network else 0
