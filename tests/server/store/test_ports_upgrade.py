"""Ports that were there before they repeated their parts in their own rows have them afterwards, and networks their
segments."""

from __future__ import annotations

import json
from datetime import datetime
from ipaddress import ip_address

from sqlalchemy import MetaData, create_engine, insert

from hawser.server.model.filters import ALL
from hawser.server.model.network import NewNetwork
from hawser.server.model.port import FixedIp
from hawser.server.service import network, port
from hawser.server.store.session import Store
from hawser.server.store.upgrade import Schema
from tests.server.stage import ADMIN, DEMO, settings

THING = {
    "project_id": "demo",
    "description": "",
    "revision": 1,
    "created_at": datetime(2026, 1, 1),
    "updated_at": datetime(2026, 1, 1),
    "tags": "\n",
    "name": "",
}
NETWORK = {"admin_state_up": True, "shared": False, "external": False, "mtu": 1450, "network_type": "local"}
SUBNET = {"network_id": "lan", "cidr": "10.0.0.0/24", "enable_dhcp": False, "pools": "[]"}
PORT = {"network_id": "lan", "admin_state_up": True, "status": "DOWN", "vnic_type": "normal"}
ADDRESSES = ("10.0.0.9", "10.0.0.3")


def fill(connection: str) -> None:
    """One port with two addresses and a security group, and one without either; networks on VNIs 1, 2, 4 and 5."""
    engine = create_engine(connection.replace("postgresql://", "postgresql+psycopg://"))
    tables = MetaData()
    tables.reflect(engine)
    with engine.begin() as raw:

        def put(name, **row):
            table = tables.tables[name]
            needed = {each.name: "" for each in table.c if not each.nullable and each.server_default is None}
            defaults = {
                name: "[]" if name in ("dns_nameservers", "host_routes", "address_pairs") else value
                for name, value in needed.items()
            }
            known = {name: value for name, value in THING.items() if name in table.c}
            raw.execute(insert(table), {**defaults, **known, **row})

        put("networks", id="lan", port_security_enabled=True, **NETWORK)
        for number, further in ((1, []), (2, []), (4, ["vxlan::5"])):
            tunnel = {**NETWORK, "network_type": "vxlan", "segmentation_id": number}
            segments = {"segment": f"vxlan::{number}", "further_segments": json.dumps(further)}
            put("networks", id=f"tunnel{number}", port_security_enabled=True, **tunnel, **segments)
        put("subnets", id="subnet", **SUBNET)
        put("security_groups", id="group", default=False)
        for id in ("bare", "whole"):
            put("ports", id=id, mac=id, port_security_enabled=True, **PORT)
        for position, address in enumerate(ADDRESSES):
            put("fixed_ips", subnet_id="subnet", address=address, port_id="whole", position=position)
        put("port_security_groups", port_id="whole", security_group_id="group")
    engine.dispose()


def test_ports_keep_their_addresses_in_order_and_their_groups(blank):
    schema = Schema(blank)
    schema.upgrade("0008")
    fill(blank)
    schema.upgrade()
    schema.close()
    store = Store(settings(connection=blank))
    bare, whole = port.search(store, ADMIN, ALL)
    assert (bare.fixed_ips, bare.security_group_ids) == ((), ())
    assert whole.fixed_ips == tuple(FixedIp("subnet", ip_address(each)) for each in ADDRESSES)
    assert whole.security_group_ids == ("group",)
    made = [network.create(store, DEMO, NewNetwork("demo")).segmentation_id for _ in range(2)]
    assert made == [3, 6]
    store.close()
