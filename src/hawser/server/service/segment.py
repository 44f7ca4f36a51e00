"""Which segment carries a network: what the caller says, or the first free one of the project types."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Text, select, type_coerce

from hawser.base.config import ServerSettings
from hawser.base.errors import BadInput, Conflict, NoMoreRoom
from hawser.server.model.network import NewNetwork
from hawser.server.model.segment import Segment, WantedSegment
from hawser.server.model.unset import UNSET, given
from hawser.server.store.session import Transaction
from hawser.server.store.tables import segmentrun
from hawser.server.store.tables.network import network_table
from hawser.wire.intent import NetworkType

VXLAN_OVERHEAD = {4: 50, 6: 70}
"""Octets that VXLAN adds, by IP version: inner Ethernet 14, VXLAN 8, UDP 8, IPv4 20 or IPv6 40 (RFC 7348)."""
_TYPE = "provider:network_type"
_PHYSICAL = "provider:physical_network"
_ID = "provider:segmentation_id"
_HIGHEST = {NetworkType.VXLAN: 2**24 - 1, NetworkType.VLAN: 4094}


def choose(tx: Transaction, draft: NewNetwork) -> Segment:
    """The segment of a new network. `BadInput` for one that cannot be, `Conflict` for one that is taken."""
    if draft.network_type is not UNSET:
        return _asked_for(
            tx, WantedSegment(draft.network_type, draft.physical_network, draft.segmentation_id)
        )
    if draft.physical_network is not UNSET or draft.segmentation_id is not UNSET:
        raise BadInput(_TYPE, "it is missing beside other provider attributes", "Say it too.")
    for name in tx.settings.tenant_network_types:
        segment = _free(tx, NetworkType(name), None)
        if segment is not None:
            return segment
    types = ", ".join(tx.settings.tenant_network_types)
    raise NoMoreRoom(f"No free segment is left of the project network types ({types}).", "NoNetworkAvailable")


def choose_further(tx: Transaction, draft: NewNetwork, first: Segment) -> tuple[Segment, ...]:
    """The segments of a new network beside the ``first``. Errors as of `choose`."""
    chosen = [first]
    for wanted in draft.further_segments:
        chosen.append(_asked_for(tx, wanted, chosen))
    return tuple(chosen[1:])


def highest_mtu(settings: ServerSettings, segment: Segment) -> int:
    """The largest packet that a segment carries whole."""
    everywhere = settings.global_physnet_mtu
    if segment.network_type == NetworkType.VXLAN:
        carrier = min(everywhere, settings.path_mtu or everywhere)
        return carrier - VXLAN_OVERHEAD[settings.overlay_ip_version]
    return min(everywhere, settings.physical_network_mtus.get(segment.physical_network or "", everywhere))


def _asked_for(tx: Transaction, wanted: WantedSegment, but: Sequence[Segment] = ()) -> Segment:
    physical_network = given(wanted.physical_network, "") or None
    number = None if wanted.segmentation_id is UNSET else wanted.segmentation_id
    network_type = wanted.network_type
    _check(tx.settings, network_type, physical_network, number)
    if network_type in _HIGHEST and number is None:
        return _of_type(tx, network_type, physical_network, but)
    segment = Segment(network_type, physical_network, number)
    if segment in but:
        raise BadInput("segments", f"{_words(segment)} is there twice", kind="SegmentsContainDuplicateEntry")
    if network_type != NetworkType.LOCAL and _is_taken(tx, segment):
        raise Conflict(f"Another network is carried by {_words(segment)}.", _IN_USE[network_type])
    return segment


def _of_type(
    tx: Transaction, network_type: NetworkType, physical_network: str | None, but: Sequence[Segment]
) -> Segment:
    segment = _free(tx, network_type, physical_network, but)
    if segment is None:
        raise NoMoreRoom(f"No free segment is left of type {network_type}.", "NoNetworkAvailable")
    return segment


_IN_USE = {
    NetworkType.VXLAN: "TunnelIdInUse",
    NetworkType.VLAN: "VlanIdInUse",
    NetworkType.FLAT: "FlatNetworkInUse",
}


def _check(
    settings: ServerSettings, network_type: NetworkType, physical_network: str | None, number: int | None
) -> None:
    if network_type not in settings.type_drivers:
        raise BadInput(_TYPE, f"'{network_type}' is not enabled", "See type_drivers in ml2_conf.ini.")
    _check_physical(settings, network_type, physical_network, number)
    highest = _HIGHEST.get(network_type)
    if highest is None and number is not None:
        raise BadInput(_ID, f"a {network_type} network has none")
    if highest is not None and number is not None and not 1 <= number <= highest:
        raise BadInput(_ID, f"{number} is not within 1 and {highest}")


def _check_physical(
    settings: ServerSettings, network_type: NetworkType, physical_network: str | None, number: int | None
) -> None:
    if network_type in (NetworkType.VXLAN, NetworkType.LOCAL):
        if physical_network is not None:
            raise BadInput(_PHYSICAL, f"a {network_type} network has none")
        return
    if physical_network is None:
        if network_type == NetworkType.FLAT or number is not None:
            raise BadInput(_PHYSICAL, f"a {network_type} network needs one")
        return
    if not _known(settings, network_type, physical_network):
        raise BadInput(_PHYSICAL, f"'{physical_network}' is not known for {network_type} networks")


def _known(settings: ServerSettings, network_type: NetworkType, physical_network: str) -> bool:
    if network_type == NetworkType.FLAT:
        return "*" in settings.flat_networks or physical_network in settings.flat_networks
    return any(name == physical_network for name, _, _ in settings.network_vlan_ranges)


def _free(
    tx: Transaction, network_type: NetworkType, physical_network: str | None, but: Sequence[Segment] = ()
) -> Segment | None:
    if network_type == NetworkType.LOCAL:
        return Segment(NetworkType.LOCAL)
    if network_type == NetworkType.FLAT:
        flat = Segment(NetworkType.FLAT, physical_network)
        return None if physical_network is None or _is_taken(tx, flat) else flat
    if network_type == NetworkType.VXLAN:
        ranges = [(Segment(NetworkType.VXLAN, None, low), high) for low, high in tx.settings.vni_ranges]
    else:
        ranges = [
            (Segment(NetworkType.VLAN, name, low), high)
            for name, low, high in tx.settings.network_vlan_ranges
            if physical_network in (None, name)
        ]
    found = (_lowest_free(tx, low, high, but) for low, high in ranges)
    return next((segment for segment in found if segment is not None), None)


def _lowest_free(tx: Transaction, low: Segment, high: int, but: Sequence[Segment]) -> Segment | None:
    """The free segment of the lowest number from ``low`` on that is not among those about to be taken (``but``)."""
    number = segmentrun.lowest_free(tx, low, high)
    if number is None:
        return None
    found = replace(low, segmentation_id=number)
    return _lowest_free(tx, replace(low, segmentation_id=number + 1), high, but) if found in but else found


def _is_taken(tx: Transaction, segment: Segment) -> bool:
    if segment.segmentation_id is not None:
        return segmentrun.is_taken(tx, segment)
    return segment in _without_number(tx)


def _without_number(tx: Transaction) -> set[Segment]:
    """The segments of flat networks: there are no more than physical networks."""
    columns = network_table.c
    flat = select(columns.physical_network).where(columns.network_type == NetworkType.FLAT)
    several = select(columns.further_segments).where(type_coerce(columns.further_segments, Text) != "[]")
    found = {Segment(NetworkType.FLAT, name) for name in tx.execute(flat).scalars()}
    return found.union(*tx.execute(several).scalars())


def _words(segment: Segment) -> str:
    where = f" on {segment.physical_network}" if segment.physical_network else ""
    number = f" {segment.segmentation_id}" if segment.segmentation_id is not None else ""
    return f"{segment.network_type}{number}{where}"
