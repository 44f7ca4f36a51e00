"""What a router's hosts are told of it."""

from __future__ import annotations

from ipaddress import ip_network

from hawser.server.compile.node import Compiler
from hawser.server.store import snapshot
from hawser.wire.intent import Advertisement
from tests.server.stage import ADMIN

SLAAC = {"ipv6_ra_mode": "slaac", "ipv6_address_mode": "slaac"}


def told(stage, host="network1"):
    records = Compiler(snapshot.fill(stage.store)).whole(host)
    return next(record for (kind, _), record in records.items() if kind == "routers")


def test_prefixes_are_advertised_to_tenants_and_never_to_the_external_network(stage):
    external = stage.external()
    stage.subnet(external, "fd00:203:0:113::/64", ADMIN, **SLAAC)
    made = stage.router()
    stage.joined(made, stage.subnet(stage.network(), "fd00:198:51:100::/64", **SLAAC))
    stage.gateway(made, external)
    router = told(stage)
    assert [foot.advertise for foot in router.interfaces] == [
        (Advertisement(ip_network("fd00:198:51:100::/64")),)
    ]
    assert any(address.version == 6 for address in router.gateway.addresses)
    assert router.gateway.advertise == ()
