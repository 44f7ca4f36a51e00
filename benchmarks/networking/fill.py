"""Many ports in a database at once, as if each had been asked for, so that what they cost others can be measured."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address, ip_network
from typing import Any
from uuid import uuid4

from sqlalchemy import insert

from hawser.base.config import ServerSettings
from hawser.server.model.caller import SYSTEM
from hawser.server.model.filters import Filters
from hawser.server.model.network import NewNetwork
from hawser.server.model.port import FixedIp, Port
from hawser.server.model.subnet import NewSubnet, Subnet
from hawser.server.service import network, port, subnet
from hawser.server.store.session import Store, Transaction
from hawser.server.store.tables import freerange
from hawser.server.store.tables import port as port_rows
from hawser.server.store.tables.port import fixed_ip_table, port_table

_FIRST = 0x0A400000  # 10.64.0.0


def fill(settings: ServerSettings, project_id: str, ports: int, per_network: int) -> None:
    """Put ``ports`` ports of a project into the database, ``per_network`` on each of as many networks as needed."""
    store = Store(settings)
    try:
        for number in range(0, ports, per_network):
            _network(store, project_id, number // per_network, min(per_network, ports - number))
    finally:
        store.close()


def _network(store: Store, project_id: str, place: int, ports: int) -> None:
    made = network.create(store, SYSTEM, NewNetwork(project_id, name=f"full{place}"))
    cidr = f"{ip_address(_FIRST + place * 65536)}/16"
    of = subnet.create(store, SYSTEM, NewSubnet(project_id, made.id, ip_network(cidr)))
    (template, *_) = port.search(store, SYSTEM, Filters(where=(("network_id", (made.id,)),)))
    with store.write() as tx:
        _ports(tx, project_id, template, of, ports)


def _ports(tx: Transaction, project_id: str, template: Port, of: Subnet, ports: int) -> None:
    first = int(of.pools[0].first) + 100
    rows: list[dict[str, Any]] = []
    addresses: list[dict[str, Any]] = []
    own = replace(template, project_id=project_id, device_owner="compute:nova", host="", device_id="")
    same = {column.name: getattr(own, column.name) for column in port_table.c}
    for number in range(ports):
        id, mac = str(uuid4()), f"fa:16:3f:{number >> 16:02x}:{number >> 8 & 255:02x}:{number & 255:02x}"
        address = ip_address(first + number)
        rows.append({**same, "id": id, "mac": mac, "fixed_ips": (FixedIp(of.id, address),)})
        tx.touch("ports", id)
        addresses.append({"port_id": id, "subnet_id": of.id, "address": address, "position": 0})
    tx.execute(insert(port_table), rows)
    tx.execute(insert(fixed_ip_table), addresses)
    freerange.fill(tx, of.id, of.pools, port_rows.taken(tx, of.id))
