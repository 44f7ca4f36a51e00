"""Ports: their addresses, MACs, groups, and who may remove them."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest

from hawser.base.addresses import eui64
from hawser.base.errors import BadInput, Conflict, NoMoreRoom, NotFound
from hawser.server.model.filters import ALL, Filters
from hawser.server.model.port import AddressPair, PortChanges, WantedIp
from hawser.server.service import floatingip, port, securitygroup
from tests.server.stage import ADMIN, DEMO, OTHER


@pytest.fixture
def lan(stage):
    """A network with room for two hosts beside two DHCP servers."""
    made = stage.network()
    stage.subnet(made, "10.0.0.0/29")
    return made


def addresses(of):
    return [str(ip.address) for ip in of.fixed_ips]


def test_a_port_gets_the_lowest_free_address_a_mac_and_the_default_group(stage, lan):
    made = stage.port(lan)
    assert addresses(made) == ["10.0.0.4"]
    assert made.mac.startswith("fa:16:3e:")
    assert made.status == "DOWN"
    (default,) = securitygroup.search(stage.store, DEMO, Filters(where=(("name", ("default",)),)))
    assert made.security_group_ids == (default.id,)
    assert port.get(stage.store, DEMO, made.id) == made


def test_addresses_run_out_and_come_back(stage, lan):
    ports = [stage.port(lan) for _ in range(3)]
    with pytest.raises(NoMoreRoom) as refused:
        stage.port(lan)
    assert refused.value.kind == "IpAddressGenerationFailure"
    port.delete(stage.store, DEMO, ports[1].id)
    assert addresses(stage.port(lan)) == addresses(ports[1])


def test_a_port_gets_the_address_that_it_asks_for_once(stage, lan):
    wanted = (WantedIp(address=ip_address("10.0.0.6")),)
    assert addresses(stage.port(lan, fixed_ips=wanted)) == ["10.0.0.6"]
    with pytest.raises(Conflict) as refused:
        stage.port(lan, fixed_ips=wanted)
    assert refused.value.kind == "IpAddressAlreadyAllocated"


@pytest.mark.parametrize(
    ("address", "kind"),
    [("10.0.9.9", "InvalidIpForNetwork"), ("10.0.0.7", "InvalidInput"), ("10.0.0.0", "InvalidInput")],
)
def test_an_address_that_no_host_can_have_is_refused(stage, lan, address, kind):
    with pytest.raises(BadInput) as refused:
        stage.port(lan, fixed_ips=(WantedIp(address=ip_address(address)),))
    assert refused.value.kind == kind


def test_a_subnet_of_another_network_is_refused(stage, lan):
    elsewhere = stage.subnet(stage.network(), "10.1.0.0/24")
    with pytest.raises(BadInput, match="fixed_ips"):
        stage.port(lan, fixed_ips=(WantedIp(elsewhere.id),))


def test_a_port_on_a_dual_stack_network_has_both(stage, lan):
    six = stage.subnet(lan, "fd00::/64", ipv6_ra_mode="slaac", ipv6_address_mode="slaac")
    made = stage.port(lan)
    assert addresses(made) == ["10.0.0.4", str(eui64(six.cidr, made.mac))]
    with pytest.raises(BadInput) as refused:
        stage.port(lan, fixed_ips=(WantedIp(six.id, ip_address("fd00::7")),))
    assert refused.value.kind == "AllocationOnAutoAddressSubnet"


def test_a_port_can_have_no_address(stage, lan):
    assert stage.port(lan, fixed_ips=()).fixed_ips == ()


def test_a_mac_is_on_a_network_once(stage, lan):
    mac = "fa:16:3e:00:00:01"
    first = stage.port(lan, mac=mac)
    with pytest.raises(Conflict) as refused:
        stage.port(lan, mac=mac)
    assert refused.value.kind == "MacAddressInUse"
    with pytest.raises(Conflict):
        port.update(stage.store, DEMO, stage.port(lan).id, PortChanges(mac=first.mac))
    assert stage.port(stage.network(), mac=mac).mac == mac


def test_an_update_changes_what_it_says_and_keeps_the_rest(stage, lan):
    made = stage.port(lan, name="old", description="kept")
    pair = AddressPair("", ip_network("10.0.0.20/32"))
    changes = PortChanges(
        name="new", fixed_ips=(WantedIp(address=ip_address("10.0.0.6")),), address_pairs=(pair,)
    )
    now = port.update(stage.store, DEMO, made.id, changes)
    assert (now.name, now.description, addresses(now)) == ("new", "kept", ["10.0.0.6"])
    assert now.address_pairs == (AddressPair(made.mac, pair.address),)
    assert now.revision > made.revision
    same = port.update(
        stage.store, DEMO, made.id, PortChanges(fixed_ips=(WantedIp(address=ip_address("10.0.0.6")),))
    )
    assert addresses(same) == ["10.0.0.6"]


def test_without_port_security_there_are_no_groups(stage, lan):
    made = stage.port(lan, port_security_enabled=False)
    assert (made.port_security_enabled, made.security_group_ids) == (False, ())
    with pytest.raises(Conflict):
        port.update(stage.store, DEMO, stage.port(lan).id, PortChanges(port_security_enabled=False))


def test_a_group_of_another_project_does_not_exist(stage, lan):
    stage.port(stage.network(OTHER), OTHER)
    (foreign,) = securitygroup.search(stage.store, OTHER, ALL)
    with pytest.raises(NotFound) as refused:
        stage.port(lan, security_group_ids=(foreign.id,))
    assert refused.value.kind == "SecurityGroupNotFound"


def test_ports_of_another_project_do_not_exist(stage, lan):
    made = stage.port(lan)
    for deed in (port.get, port.delete):
        with pytest.raises(NotFound):
            deed(stage.store, OTHER, made.id)
    assert port.search(stage.store, OTHER, ALL) == []
    with pytest.raises(NotFound):
        stage.port(lan, OTHER)


def test_ports_in_service_stay(stage, lan):
    (subnet_id,) = {ip.subnet_id for ip in stage.port(lan).fixed_ips}
    router = stage.router()
    stage.joined(router, type("Subnet", (), {"id": subnet_id}))
    external = stage.external()
    stage.gateway(router, external)
    stage.floating(external)
    owners = set()
    for each in port.search(stage.store, ADMIN, ALL):
        if each.device_owner:
            with pytest.raises(Conflict) as refused:
                port.delete(stage.store, ADMIN, each.id)
            assert refused.value.kind == "ServicePortInUse"
            owners.add(each.device_owner)
    assert owners == {
        "network:dhcp",
        "network:router_ha_interface",
        "network:ha_router_replicated_interface",
        "network:router_gateway",
        "network:floatingip",
    }


def test_a_port_is_found_by_address_subnet_and_group(stage, lan):
    made, _ = stage.port(lan), stage.port(lan)
    for field, value in (
        ("fixed_ips.address", "10.0.0.4"),
        ("mac", made.mac),
        ("id", made.id),
    ):
        assert port.search(stage.store, DEMO, Filters(where=((field, (value,)),))) == [made]
    for field, value in (
        ("fixed_ips.subnet_id", made.fixed_ips[0].subnet_id),
        ("security_group_ids", made.security_group_ids[0]),
    ):
        assert made in port.search(stage.store, DEMO, Filters(where=((field, (value,)),)))
        assert port.search(stage.store, DEMO, Filters(where=((field, ("none",)),))) == []


def test_a_port_comes_up_where_it_is_bound_and_only_there(stage, lan):
    made = stage.port(lan, host="compute1")
    stage.wired("compute2", made.id)
    assert port.get(stage.store, DEMO, made.id).status == "DOWN"
    stage.wired("compute1", made.id)
    assert port.get(stage.store, DEMO, made.id).status == "ACTIVE"
    moved = port.update(stage.store, DEMO, made.id, PortChanges(host="compute2"))
    assert moved.status == "DOWN"


def test_a_floating_ip_outlives_its_port(stage, lan):
    external, router, host = stage.external(), stage.router(), stage.port(lan)
    stage.joined(router, type("Subnet", (), {"id": host.fixed_ips[0].subnet_id}))
    stage.gateway(router, external)
    made = stage.floating(external, port_id=host.id)
    port.delete(stage.store, DEMO, host.id)
    left = floatingip.get(stage.store, DEMO, made.id)
    assert (left.address, left.status, left.port_id, left.router_id) == (made.address, "DOWN", None, None)
