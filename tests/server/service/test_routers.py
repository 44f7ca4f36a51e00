"""Routers: interfaces, gateways, routes."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest

from hawser.base.errors import BadInput, Conflict, NotFound
from hawser.server.model.filters import ALL
from hawser.server.model.port import PortChanges, WantedIp
from hawser.server.model.router import ExtraRoute, RouterChanges, WantedGateway
from hawser.server.service import port, router
from hawser.server.store import snapshot
from hawser.wire.intent import NetworkType
from tests.server.stage import ADMIN, DEMO, OTHER, SLAAC


def test_an_interface_has_the_gateway_address(stage, inside):
    made = stage.router()
    joined = stage.joined(made, inside)
    assert [ip.address for ip in joined.fixed_ips] == [inside.gateway_ip]
    assert (joined.device_id, joined.device_owner) == (made.id, "network:ha_router_replicated_interface")
    assert (joined.project_id, joined.host, joined.security_group_ids) == ("demo", "network1", ())
    plain = stage.joined(stage.router(ha=False), stage.subnet(stage.network(), "10.0.0.0/24"))
    assert plain.device_owner == "network:router_interface"


def test_ipv4_subnets_of_one_network_get_ports_of_their_own_and_ipv6_ones_share(stage, lan, inside):
    made = stage.router()
    second = stage.subnet(lan, "10.0.1.0/24")
    six, six_more = stage.subnet(lan, "fd00::/64", **SLAAC), stage.subnet(lan, "fd01::/64", **SLAAC)
    ports = [stage.joined(made, each).id for each in (inside, second, six, six_more)]
    assert len(set(ports)) == 3
    assert ports[2] == ports[3]
    shared = port.get(stage.store, DEMO, ports[2])
    assert [str(ip.address) for ip in shared.fixed_ips] == ["fd00::1", "fd01::1"]
    router.remove_interface(stage.store, DEMO, made.id, subnet_id=six.id)
    assert [str(ip.address) for ip in port.get(stage.store, DEMO, shared.id).fixed_ips] == ["fd01::1"]


def test_a_port_can_be_the_interface(stage, lan, inside):
    made = stage.router()
    own = stage.port(lan, fixed_ips=(WantedIp(inside.id, ip_address("10.0.0.77")),))
    answer = router.add_interface(stage.store, DEMO, made.id, port_id=own.id)
    assert (answer.port_id, answer.subnet_ids) == (own.id, (inside.id,))
    now = port.get(stage.store, DEMO, own.id)
    assert (now.device_id, now.security_group_ids, now.host) == (made.id, (), "network1")
    with pytest.raises(Conflict) as refused:
        router.add_interface(stage.store, DEMO, stage.router().id, port_id=own.id)
    assert refused.value.kind == "PortInUse"
    router.remove_interface(stage.store, DEMO, made.id, port_id=own.id)
    with pytest.raises(NotFound):
        port.get(stage.store, DEMO, own.id)


def test_a_subnet_without_gateway_or_with_it_taken_cannot_be_joined(stage, lan):
    made = stage.router()
    bare = stage.subnet(lan, "10.1.0.0/24", gateway_ip=None)
    with pytest.raises(BadInput, match="gateway"):
        router.add_interface(stage.store, DEMO, made.id, subnet_id=bare.id)
    taken = stage.subnet(lan, "10.2.0.0/24")
    stage.port(lan, fixed_ips=(WantedIp(taken.id, taken.gateway_ip),))
    with pytest.raises(Conflict) as refused:
        router.add_interface(stage.store, DEMO, made.id, subnet_id=taken.id)
    assert refused.value.kind == "IpAddressAlreadyAllocated"
    assert port.search(stage.store, OTHER, ALL) == []


def test_overlapping_subnets_cannot_be_joined(stage, inside):
    made = stage.router()
    stage.joined(made, inside)
    overlapping = stage.subnet(stage.network(), "10.0.0.0/16")
    for subnet_id in (inside.id, overlapping.id):
        with pytest.raises(BadInput):
            router.add_interface(stage.store, DEMO, made.id, subnet_id=subnet_id)


def test_a_gateway_takes_an_address_of_the_external_network(stage):
    external = stage.external()
    made = stage.gateway(stage.router(), external)
    assert made.gateway.network_id == external.id
    assert [str(ip.address) for ip in made.gateway.fixed_ips] == ["203.0.113.2"]
    assert made.gateway.enable_snat is True
    held = port.get(stage.store, ADMIN, made.gateway.port_id)
    assert (held.device_owner, held.project_id, held.host) == ("network:router_gateway", "", "network1")
    with pytest.raises(NotFound):
        port.get(stage.store, DEMO, held.id)


def test_a_gateway_is_changed_moved_and_cleared(stage):
    external, other = stage.external(), stage.external("198.51.100.0/24", "second")
    made = stage.gateway(stage.router(), external)
    fixed = (WantedIp(address=ip_address("203.0.113.50")),)
    changed = router.update(
        stage.store, DEMO, made.id, RouterChanges(gateway=WantedGateway(external.id, False, fixed))
    )
    assert changed.gateway.port_id == made.gateway.port_id
    assert [str(ip.address) for ip in changed.gateway.fixed_ips] == ["203.0.113.50"]
    assert changed.gateway.enable_snat is False
    moved = stage.gateway(made, other)
    assert moved.gateway.network_id == other.id
    cleared = router.update(stage.store, DEMO, made.id, RouterChanges(gateway=None))
    assert cleared.gateway is None
    owners = {each.device_owner for each in port.search(stage.store, ADMIN, ALL)}
    assert "network:router_gateway" not in owners


def test_a_new_external_subnet_gives_gateways_an_address_if_they_have_none_of_its_version(stage, lan):
    external = stage.external()
    made = stage.gateway(stage.router(), external)
    inside = stage.gateway(stage.router(), external)
    stage.joined(inside, stage.subnet(lan, "2001:db8::/64"))

    def has(router_):
        return [str(ip.address) for ip in router.get(stage.store, DEMO, router_.id).gateway.fixed_ips]

    stage.subnet(external, "198.51.100.0/24", ADMIN)
    stage.subnet(external, "2001:db8:7::/64", ADMIN, service_types=("network:floatingip",))
    assert has(made) == ["203.0.113.2"]
    stage.subnet(external, "2001:db8::/64", ADMIN)
    assert has(made) == ["203.0.113.2", "2001:db8::2"]
    assert has(inside) == ["203.0.113.3"], "its own subnet overlaps"
    stage.subnet(external, "2001:db8:1::/64", ADMIN)
    assert has(inside) == ["203.0.113.3", "2001:db8:1::2"]
    assert has(made) == ["203.0.113.2", "2001:db8::2"]


def test_a_new_external_subnet_without_room_leaves_gateways_as_they_are(stage):
    external = stage.network(ADMIN, external=True, network_type=NetworkType.FLAT, physical_network="provider")
    made = [stage.gateway(stage.router(), external) for _ in range(2)]
    stage.subnet(external, "203.0.113.0/30", ADMIN, enable_dhcp=False)
    held = [router.get(stage.store, DEMO, each.id).gateway.fixed_ips for each in made]
    assert sorted(len(ips) for ips in held) == [0, 1]


def test_an_operator_may_readdress_the_gateways_port(stage):
    made = stage.gateway(stage.router(), stage.external())
    picture = snapshot.fill(stage.store)
    wanted = (WantedIp(address=ip_address("203.0.113.77")),)
    port.update(stage.store, ADMIN, made.gateway.port_id, PortChanges(fixed_ips=wanted))
    snapshot.catch_up(stage.store, picture)
    assert [str(ip.address) for ip in picture.routers[made.id].gateway.fixed_ips] == ["203.0.113.77"]


def test_only_external_networks_are_gateways(stage, lan, inside):
    with pytest.raises(BadInput) as refused:
        stage.gateway(stage.router(), lan)
    assert refused.value.kind == "BadRequest"


def test_routes_go_by_neighbours_and_hold_their_interface(stage, inside):
    made = stage.router()
    route = ExtraRoute(ip_network("192.168.0.0/16"), ip_address("10.0.0.9"))
    with pytest.raises(BadInput) as refused:
        router.update(stage.store, DEMO, made.id, RouterChanges(routes=(route,)))
    assert refused.value.kind == "InvalidRoutes"
    stage.joined(made, inside)
    assert router.update(stage.store, DEMO, made.id, RouterChanges(routes=(route,))).routes == (route,)
    with pytest.raises(Conflict) as refused:
        router.remove_interface(stage.store, DEMO, made.id, subnet_id=inside.id)
    assert refused.value.kind == "RouterInterfaceInUseByRoute"


def test_a_router_in_use_stays_and_goes_whole(stage, inside):
    made = stage.gateway(stage.router(), stage.external())
    stage.joined(made, inside)
    with pytest.raises(Conflict) as refused:
        router.delete(stage.store, DEMO, made.id)
    assert refused.value.kind == "RouterInUse"
    router.remove_interface(stage.store, DEMO, made.id, subnet_id=inside.id)
    router.delete(stage.store, DEMO, made.id)
    assert {each.device_owner for each in port.search(stage.store, ADMIN, ALL)} == {"network:dhcp"}


def test_removing_what_is_not_there_is_not_found(stage, inside):
    made = stage.router()
    with pytest.raises(NotFound) as refused:
        router.remove_interface(stage.store, DEMO, made.id, subnet_id=inside.id)
    assert refused.value.kind == "RouterInterfaceNotFoundForSubnet"
    with pytest.raises(BadInput):
        router.remove_interface(stage.store, DEMO, made.id)
    with pytest.raises(NotFound):
        router.add_interface(stage.store, OTHER, made.id, subnet_id=inside.id)


def test_a_subnet_of_another_project_does_not_exist(stage, inside):
    with pytest.raises(NotFound) as refused:
        router.add_interface(stage.store, OTHER, stage.router(OTHER).id, subnet_id=inside.id)
    assert refused.value.kind == "SubnetNotFound"
