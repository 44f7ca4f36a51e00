"""Which agents host what, by the operator's hand and by availability zones."""

from dataclasses import replace

import pytest

from hawser.server.api.auth import NoAuth
from hawser.server.app import create_app
from hawser.server.store.session import Store
from tests.server.api.conftest import Client
from tests.server.api.routing import agent_id, alive, error, lan

NOWHERE = "11111111-2222-4333-8444-555555555555"


def hosts_of_router(admin, router):
    agents = admin.get(f"/routers/{router['id']}/l3-agents").json()["agents"]
    return [agent["host"] for agent in agents]


def servers(admin, network_id):
    agents = admin.get(f"/networks/{network_id}/dhcp-agents").json()["agents"]
    return sorted(agent["host"] for agent in agents)


def dhcp_ports(admin, network_id):
    found = admin.get("/ports", network_id=network_id, device_owner="network:dhcp").json()["ports"]
    return sorted(port["binding:host_id"] for port in found)


def test_a_router_is_taken_from_its_agent_and_given_to_another(store, admin):
    alive(store, "a", "b")
    router = admin.make("router")
    (host,) = hosts_of_router(admin, router)
    other = {"a": "b", "b": "a"}[host]
    to_other = f"/agents/{agent_id(admin, other)}/l3-routers"
    error(admin.post(to_other, {"router_id": router["id"]}), 409, "RouterHostedByL3Agent")
    gone = admin.delete(f"/agents/{agent_id(admin, host)}/l3-routers/{router['id']}")
    assert (gone.status_code, hosts_of_router(admin, router)) == (204, [])
    added = admin.post(to_other, {"router_id": router["id"]})
    assert (added.status_code, hosts_of_router(admin, router)) == (201, [other])
    assert admin.post(to_other, {"router_id": router["id"]}).status_code == 201, "it hosts it already"
    assert [each["id"] for each in admin.get(to_other).json()["routers"]] == [router["id"]]


def test_a_highly_available_router_gets_more_agents_than_the_configured_most(store, admin):
    alive(store, "a", "b", "c", "d")
    router = admin.make("router", ha=True)
    chosen = hosts_of_router(admin, router)
    (left,) = {"a", "b", "c", "d"} - set(chosen)
    admin.post(f"/agents/{agent_id(admin, left)}/l3-routers", {"router_id": router["id"]})
    assert hosts_of_router(admin, router) == [*chosen, left]
    ports = admin.get("/ports", device_id=router["id"], device_owner="network:router_ha_interface")
    assert len(ports.json()["ports"]) == 4
    admin.delete(f"/agents/{agent_id(admin, chosen[0])}/l3-routers/{router['id']}")
    assert hosts_of_router(admin, router) == [*chosen[1:], left]
    states = admin.get(f"/routers/{router['id']}/l3-agents").json()["agents"]
    assert {agent["ha_state"] for agent in states} == {"unknown"}


def test_what_cannot_host_a_router_is_refused(store, admin):
    alive(store, "a")
    router = admin.make("router")
    here, dhcp = agent_id(admin, "a"), agent_id(admin, "a", "DHCP agent")
    admin.delete(f"/agents/{here}/l3-routers/{router['id']}")
    path = f"/agents/{here}/l3-routers"
    error(admin.post(f"/agents/{dhcp}/l3-routers", {"router_id": router["id"]}), 409, "InvalidL3Agent")
    error(admin.post(f"/agents/{NOWHERE}/l3-routers", {"router_id": router["id"]}), 404, "AgentNotFound")
    error(admin.post(path, {"router_id": NOWHERE}), 404, "RouterNotFound")
    error(admin.post(path, {}), 400, "HTTPBadRequest")
    error(admin.delete(f"{path}/{router['id']}"), 409, "RouterNotHostedByL3Agent")
    error(admin.delete(f"{path}/{NOWHERE}"), 404, "RouterNotFound")
    admin.put(f"/agents/{here}", {"agent": {"admin_state_up": False}})
    error(admin.post(path, {"router_id": router["id"]}), 409, "InvalidL3Agent")


def test_a_network_is_given_to_a_dhcp_agent_and_taken_from_it(store, admin):
    alive(store, "a", "b", "c")
    network_id, _ = lan(admin)
    serving = servers(admin, network_id)
    (other,) = {"a", "b", "c"} - set(serving)
    path = f"/agents/{agent_id(admin, other, 'DHCP agent')}/dhcp-networks"
    assert admin.post(path, {"network_id": network_id}).status_code == 201
    assert servers(admin, network_id) == dhcp_ports(admin, network_id) == ["a", "b", "c"]
    error(admin.post(path, {"network_id": network_id}), 409, "NetworkHostedByDHCPAgent")
    assert admin.delete(f"{path}/{network_id}").status_code == 204
    assert servers(admin, network_id) == dhcp_ports(admin, network_id) == serving
    error(admin.delete(f"{path}/{network_id}"), 409, "NetworkNotHostedByDhcpAgent")
    l3 = agent_id(admin, other)
    error(admin.post(f"/agents/{l3}/dhcp-networks", {"network_id": network_id}), 404, "InvalidDHCPAgent")
    error(admin.post(path, {"network_id": NOWHERE}), 404, "NetworkNotFound")


def test_an_agent_serves_a_network_from_when_it_has_a_subnet_with_dhcp(store, admin):
    alive(store, "a", "b", "c")
    network = admin.make("network")
    path = f"/agents/{agent_id(admin, 'c', 'DHCP agent')}/dhcp-networks"
    admin.post(path, {"network_id": network["id"]})
    assert [each["id"] for each in admin.get(path).json()["networks"]] == [network["id"]]
    assert (servers(admin, network["id"]), dhcp_ports(admin, network["id"])) == (["c"], [])
    subnet = admin.make("subnet", network_id=network["id"], cidr="10.0.0.0/24")
    assert len(servers(admin, network["id"])) == 2
    assert "c" in dhcp_ports(admin, network["id"])
    admin.put(f"/subnets/{subnet['id']}", {"subnet": {"enable_dhcp": False}})
    assert (len(servers(admin, network["id"])), dhcp_ports(admin, network["id"])) == (2, [])
    assert admin.delete(f"/networks/{network['id']}").status_code == 204


def test_only_an_administrator_moves_things_among_agents(store, admin, alice):
    alive(store, "a")
    router = alice.make("router")
    path = f"/agents/{agent_id(admin, 'a')}/l3-routers"
    assert alice.post(path, {"router_id": router["id"]}).status_code == 403
    assert alice.delete(f"{path}/{router['id']}").status_code == 403
    assert alice.post(path.replace("l3-routers", "dhcp-networks"), {"network_id": "x"}).status_code == 403


def test_agents_are_found_by_what_they_are(store, admin):
    alive(store, "a", zone="east")
    alive(store, "b", kinds=("L3 agent",))
    for query, hosts in (
        ({"host": "a"}, ["a", "a"]),
        ({"agent_type": "L3 agent"}, ["a", "b"]),
        ({"agent_type": "DHCP Agent"}, ["a"]),
        ({"availability_zone": "east", "alive": "true"}, ["a", "a"]),
        ({"alive": "false"}, []),
        ({"binary": "binary", "admin_state_up": "true"}, ["a", "a", "b"]),
    ):
        found = admin.get("/agents", **query).json()["agents"]
        assert sorted(agent["host"] for agent in found) == hosts, query
    assert {agent["resources_synced"] for agent in found} == {None}


def test_zones_are_those_of_the_agents(store, admin, alice):
    alive(store, "a", "b", zone="east")
    alive(store, "c", zone="west", kinds=("L3 agent", "Linux bridge agent"))
    admin.put(f"/agents/{agent_id(admin, 'c')}", {"agent": {"admin_state_up": False}})
    zones = alice.get("/availability_zones").json()["availability_zones"]
    assert [(zone["name"], zone["resource"], zone["state"]) for zone in zones] == [
        ("east", "network", "available"),
        ("east", "router", "available"),
        ("west", "router", "unavailable"),
    ]
    found = alice.get("/availability_zones", resource="router", state="available", fields="name").json()
    assert found["availability_zones"] == [{"name": "east"}]
    assert alice.get("/availability_zones", colour="red").status_code == 400


def test_things_stay_in_the_zones_that_they_hint_at(store, admin):
    alive(store, "a", "b", "c", zone="east")
    alive(store, "d", "e", zone="west")
    network = admin.make("network", availability_zone_hints=["west"])
    assert (network["availability_zone_hints"], network["availability_zones"]) == (["west"], [])
    admin.make("subnet", network_id=network["id"], cidr="10.0.0.0/24")
    assert servers(admin, network["id"]) == ["d", "e"]
    shown = admin.get(f"/networks/{network['id']}").json()["network"]
    assert shown["availability_zones"] == ["west"]
    assert admin.get("/networks", availability_zones="west").json()["networks"][0]["id"] == network["id"]
    router = admin.make("router", ha=True, availability_zone_hints=["west"])
    assert sorted(hosts_of_router(admin, router)) == ["d", "e"]
    assert (router["availability_zone_hints"], router["availability_zones"]) == (["west"], ["west"])


def test_things_without_hints_are_spread_over_the_zones(store, admin):
    alive(store, "a", "b", "c", "d", zone="east")
    alive(store, "e", zone="west")
    router = admin.make("router", ha=True)
    assert router["availability_zones"] == ["east", "west"]
    network_id, _ = lan(admin)
    assert admin.get(f"/networks/{network_id}").json()["network"]["availability_zones"] == ["east", "west"]


def test_a_zone_that_no_agent_is_in_is_not_there(store, admin, alice):
    alive(store, "a", zone="east", kinds=("L3 agent",))
    error(
        alice.post("/networks", {"network": {"availability_zone_hints": ["east"]}}),
        404,
        "AvailabilityZoneNotFound",
    )
    answer = alice.post("/routers", {"router": {"availability_zone_hints": ["mars"]}})
    assert "mars" in error(answer, 404, "AvailabilityZoneNotFound")
    assert alice.make("router", availability_zone_hints=["east"])["availability_zones"] == ["east"]


@pytest.fixture
def eastern(settings):
    """An administrator of a server whose default zone is east."""
    ours = replace(settings, default_availability_zones=("east",))
    store = Store(ours)
    store.upgrade()
    yield store, Client(create_app(store, ours, NoAuth()), "admin-project", {})
    store.close()


def test_the_default_zones_are_for_what_hints_at_none(eastern):
    store, admin = eastern
    alive(store, "a", "b", zone="west")
    alive(store, "c", zone="east")
    assert admin.make("router")["availability_zones"] == ["east"]
    assert admin.make("router", availability_zone_hints=["west"])["availability_zones"] == ["west"]
