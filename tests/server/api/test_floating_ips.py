"""Floating IPs over the API: association, what is shown of their ports, and where they can be had."""

import pytest

from tests.server.api.routing import error, external, joined, lan


@pytest.fixture
def outside(admin):
    return external(admin)


@pytest.fixture
def inside(alice, outside):
    """A network that a router joins to the external one."""
    network_id, subnet_id = lan(alice)
    joined(alice, subnet_id, outside)
    return network_id


@pytest.fixture
def port(alice, inside):
    return alice.make("port", network_id=inside, name="web", device_id="vm", device_owner="compute:nova")


@pytest.fixture
def floating(alice, outside):
    return alice.make("floatingip", floating_network_id=outside["id"])


def change(client, floating, **attributes):
    return client.put(f"/floatingips/{floating['id']}", {"floatingip": attributes})


def shown(client, floating):
    return client.get(f"/floatingips/{floating['id']}").json()["floatingip"]


def test_it_tells_of_the_port_that_it_stands_for(alice, outside, port):
    floating = alice.make("floatingip", floating_network_id=outside["id"], port_id=port["id"])
    assert floating["port_details"] == {
        "name": "web",
        "network_id": port["network_id"],
        "mac_address": port["mac_address"],
        "admin_state_up": True,
        "status": port["status"],
        "device_id": "vm",
        "device_owner": "compute:nova",
    }
    alice.put(f"/ports/{port['id']}", {"port": {"name": "mail"}})
    (listed,) = alice.get("/floatingips").json()["floatingips"]
    assert listed["port_details"]["name"] == "mail"
    assert change(alice, floating, port_id=None).json()["floatingip"]["port_details"] is None


def test_it_is_moved_and_parted(alice, floating, inside, port):
    assert (floating["status"], floating["router_id"], floating["port_details"]) == ("DOWN", None, None)
    there = change(alice, floating, port_id=port["id"]).json()["floatingip"]
    assert (there["port_id"], there["status"]) == (port["id"], "ACTIVE")
    assert there["fixed_ip_address"] == port["fixed_ips"][0]["ip_address"]
    other = alice.make(
        "port", network_id=inside, fixed_ips=[{"ip_address": "10.0.0.70"}, {"ip_address": "10.0.0.71"}]
    )
    assert change(alice, floating, port_id=other["id"]).status_code == 400, "which address?"
    moved = change(alice, floating, port_id=other["id"], fixed_ip_address="10.0.0.71").json()["floatingip"]
    assert (moved["port_id"], moved["fixed_ip_address"]) == (other["id"], "10.0.0.71")
    assert change(alice, floating, description="moved").json()["floatingip"]["port_id"] == other["id"]
    gone = change(alice, floating, port_id=None).json()["floatingip"]
    assert (gone["port_id"], gone["fixed_ip_address"], gone["router_id"]) == (None, None, None)
    assert (gone["status"], gone["description"]) == ("DOWN", "moved")
    error(change(alice, floating, fixed_ip_address="10.0.0.71"), 400, "BadRequest")


def test_a_port_that_goes_leaves_it_behind(alice, floating, port):
    change(alice, floating, port_id=port["id"])
    assert alice.delete(f"/ports/{port['id']}").status_code == 204
    assert (shown(alice, floating)["port_id"], shown(alice, floating)["status"]) == (None, "DOWN")


def test_an_address_has_one_and_must_be_reached(alice, outside, floating, port):
    change(alice, floating, port_id=port["id"])
    again = {"floatingip": {"floating_network_id": outside["id"], "port_id": port["id"]}}
    error(alice.post("/floatingips", again), 409, "FloatingIPPortAlreadyAssociated")
    far = alice.make("port", network_id=lan(alice, "10.7.0.0/24")[0])
    error(change(alice, floating, port_id=far["id"]), 404, "ExternalGatewayForFloatingIPNotFound")
    error(change(alice, floating, port_id=outside["id"]), 404, "PortNotFound")
    assert shown(alice, floating)["port_id"] == port["id"]


def test_its_address_is_the_administrators_to_say(admin, alice, outside):
    wanted = {"floating_network_id": outside["id"], "floating_ip_address": "203.0.113.99"}
    error(alice.post("/floatingips", {"floatingip": wanted}), 403, "PolicyNotAuthorized")
    assert admin.make("floatingip", **wanted)["floating_ip_address"] == "203.0.113.99"
    error(admin.post("/floatingips", {"floatingip": wanted}), 409, "IpAddressAlreadyAllocated")
    elsewhere = wanted | {"floating_ip_address": "198.51.100.1"}
    assert admin.post("/floatingips", {"floatingip": elsewhere}).status_code == 400


def test_it_is_of_the_subnet_that_it_asks_for(admin, alice, outside):
    second = admin.make("subnet", network_id=outside["id"], cidr="198.51.100.0/24", enable_dhcp=False)
    made = alice.make("floatingip", floating_network_id=outside["id"], subnet_id=second["id"])
    assert made["floating_ip_address"].startswith("198.51.100.")


def test_pools_are_the_external_networks_subnets(admin, alice, outside, inside):
    admin.make("subnet", network_id=outside["id"], cidr="2001:db8::/64", ip_version=6, enable_dhcp=False)
    (pool,) = alice.get("/floatingip_pools").json()["floatingip_pools"]
    assert (pool["network_id"], pool["subnet_name"], pool["cidr"]) == (
        outside["id"],
        "external-subnet",
        "203.0.113.0/24",
    )
    assert pool["project_id"] == "alice-project"
    assert alice.get("/floatingip_pools", cidr="10.0.0.0/24").json()["floatingip_pools"] == []
