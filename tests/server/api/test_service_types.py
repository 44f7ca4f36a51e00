"""Subnets for ports of some owners."""

import pytest


def kind_of(answer):
    return answer.status_code, answer.json()["NeutronError"]["type"]


@pytest.fixture
def network(alice):
    return alice.make("network")


def subnet(client, network, cidr, *types, **fields):
    return client.make("subnet", network_id=network["id"], cidr=cidr, service_types=list(types), **fields)


def subnets_of(client, network, owner=""):
    port = client.make("port", network_id=network["id"], device_owner=owner)
    return {each["subnet_id"] for each in port["fixed_ips"]}


def test_types_are_shown_and_changed(alice, network):
    made = subnet(alice, network, "10.0.0.0/24", "compute:nova")
    assert made["service_types"] == ["compute:nova"]
    path = f"/subnets/{made['id']}"
    for types in (["network:dhcp", "compute:"], []):
        assert (
            alice.put(path, {"subnet": {"service_types": types}}).json()["subnet"]["service_types"] == types
        )
    assert alice.make("subnet", network_id=network["id"], cidr="10.1.0.0/24")["service_types"] == []


@pytest.mark.parametrize("types", [["Baremetal"], "compute:nova", [5], [{}], ["compute:nova", None]])
def test_types_that_are_no_device_owners_are_refused(alice, network, types):
    body = {"network_id": network["id"], "cidr": "10.0.0.0/24", "service_types": types}
    assert alice.post("/subnets", {"subnet": body}).status_code == 400


def test_ports_get_addresses_of_subnets_for_their_owner(alice, network):
    plain = subnet(alice, network, "10.0.0.0/24")["id"]
    nova = subnet(alice, network, "10.0.1.0/24", "compute:nova", "compute:ironic")["id"]
    assert subnets_of(alice, network, "compute:nova") == {nova}
    assert subnets_of(alice, network, "compute:ironic") == {nova}
    assert subnets_of(alice, network, "compute:other") == {plain}
    assert subnets_of(alice, network) == {plain}


def test_a_type_may_be_how_owners_begin(alice, network):
    subnet(alice, network, "10.0.0.0/24")
    compute = subnet(alice, network, "10.0.1.0/24", "compute:")["id"]
    assert subnets_of(alice, network, "compute:az1") == {compute}


def test_each_ip_version_is_chosen_for_itself(alice, network):
    nova = subnet(alice, network, "10.0.0.0/24", "compute:nova")["id"]
    slaac = {"ipv6_ra_mode": "slaac", "ipv6_address_mode": "slaac"}
    six = subnet(alice, network, "2001:db8::/64", **slaac)["id"]
    subnet(alice, network, "2001:db8:1::/64", "compute:ironic", **slaac)
    assert subnets_of(alice, network, "compute:nova") == {nova, six}
    assert subnets_of(alice, network) == {six}


def test_a_port_that_no_subnet_is_for_is_refused_unless_it_names_one(alice, network):
    nova = subnet(alice, network, "10.0.0.0/24", "compute:nova")["id"]
    body = {"network_id": network["id"]}
    answer = alice.post("/ports", {"port": body})
    assert kind_of(answer) == (409, "IpAddressGenerationFailureNoMatchingSubnet")
    port = alice.make("port", **body, fixed_ips=[{"subnet_id": nova}])
    assert [each["subnet_id"] for each in port["fixed_ips"]] == [nova]
    assert alice.make("port", **body, fixed_ips=[])["fixed_ips"] == []


def test_gateways_and_floating_ips_have_subnets_of_their_own(admin, alice):
    external = admin.make("network", **{"router:external": True})
    floating = subnet(admin, external, "203.0.113.0/24", "network:floatingip", enable_dhcp=False)
    gateways = subnet(admin, external, "198.51.100.0/24", "network:router_gateway", enable_dhcp=False)
    router = alice.make("router", external_gateway_info={"network_id": external["id"]})
    (fixed,) = router["external_gateway_info"]["external_fixed_ips"]
    assert fixed["subnet_id"] == gateways["id"]
    made = alice.make("floatingip", floating_network_id=external["id"])
    assert made["floating_ip_address"].startswith("203.0.113.")
    assert floating["service_types"] == ["network:floatingip"]
