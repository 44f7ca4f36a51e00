"""Routers over the API: what they are, their routes, gateways and interfaces, and what is refused."""

from dataclasses import replace

import pytest

from hawser.server.api.auth import NoAuth
from hawser.server.app import create_app
from hawser.server.store.session import Store
from tests.server.api.conftest import MEMBER, Client
from tests.server.api.routing import alive, error, external, joined, lan

READER = {"X-Roles": "reader"}
UP, DOWN = {"admin_state_up": True}, {"admin_state_up": False}


def change(client, router, **attributes):
    return client.put(f"/routers/{router['id']}", {"router": attributes})


def shown(client, router):
    return client.get(f"/routers/{router['id']}").json()["router"]


def routes_of(answer):
    assert answer.status_code == 200, answer.text
    return [(route["destination"], route["nexthop"]) for route in answer.json()["router"]["routes"]]


def route(destination, nexthop):
    return {"destination": destination, "nexthop": nexthop}


@pytest.fixture
def subnet_id(alice):
    return lan(alice)[1]


@pytest.fixture
def router(alice, subnet_id):
    return joined(alice, subnet_id)


def atomic(client, router, verb, *routes):
    return client.put(f"/routers/{router['id']}/{verb}_extraroutes", {"router": {"routes": list(routes)}})


def test_routes_are_added_and_removed_one_by_one(alice, router):
    first, second = route("10.9.0.0/24", "10.0.0.9"), route("10.8.0.0/24", "10.0.0.8")
    assert routes_of(atomic(alice, router, "add", first)) == [("10.9.0.0/24", "10.0.0.9")]
    both = atomic(alice, router, "add", first, second)
    assert routes_of(both) == [("10.9.0.0/24", "10.0.0.9"), ("10.8.0.0/24", "10.0.0.8")]
    assert routes_of(atomic(alice, router, "remove", first, route("10.7.0.0/24", "10.0.0.7"))) == [
        ("10.8.0.0/24", "10.0.0.8")
    ]
    assert shown(alice, router)["routes"] == [second]
    assert routes_of(change(alice, router, routes=None)) == []


def test_routes_that_cannot_be_are_refused(alice, router):
    for verb in ("add", "remove"):
        path = f"/routers/{router['id']}/{verb}_extraroutes"
        for body in (
            {},
            {"routes": []},
            {"router": {}},
            {"router": {"routes": None}},
            {"router": {"name": "x"}},
        ):
            assert alice.put(path, body).status_code == 400, body
        assert atomic(alice, router, verb, {"destination": "10.9.0.0/24"}).status_code == 400
    away, own = route("10.9.0.0/24", "10.5.0.9"), route("10.9.0.0/24", "10.0.0.1")
    for answer in (atomic(alice, router, "add", away), change(alice, router, routes=[own])):
        error(answer, 400, "InvalidRoutes")
    twice = [route("10.9.0.0/24", "10.0.0.9")] * 2
    assert change(alice, router, routes=twice).status_code == 400
    many = [route(f"10.9.{n}.0/24", "10.0.0.9") for n in range(31)]
    error(change(alice, router, routes=many), 400, "RoutesExhausted")
    assert shown(alice, router)["routes"] == []
    assert len(routes_of(change(alice, router, routes=many[:30]))) == 30


def test_routes_of_anothers_router_are_not_there(alice, bob, app, router):
    answer = atomic(bob, router, "add", route("10.9.0.0/24", "10.0.0.9"))
    error(answer, 404, "RouterNotFound")
    reader = Client(app, "alice-project", READER)
    assert atomic(reader, router, "add", route("10.9.0.0/24", "10.0.0.9")).status_code == 403
    path = f"/routers/{router['id']}/remove_router_interface"
    assert reader.put(path, {"subnet_id": "x"}).status_code == 403


def test_a_router_becomes_another_kind_only_while_it_is_down(store, admin):
    alive(store, "a", "b")
    router = admin.make("router", distributed=False)
    for kind in ({"ha": True}, {"distributed": True}):
        error(change(admin, router, **kind), 400, "BadRequest")
        error(change(admin, router, **kind, **UP), 400, "BadRequest")
        assert change(admin, router, **dict.fromkeys(kind, False)).status_code == 200, "that is no change"
    changed = change(admin, router, ha=True, distributed=True, **DOWN).json()["router"]
    assert (changed["ha"], changed["distributed"], changed["admin_state_up"]) == (True, True, False)
    error(change(admin, router, ha=False, **UP), 400, "BadRequest")
    change(admin, router, ha=False)
    assert (shown(admin, router)["ha"], shown(admin, router)["distributed"]) == (False, True)
    assert [each["id"] for each in admin.get("/routers", distributed="true").json()["routers"]] == [
        router["id"]
    ]


def test_only_an_administrator_sees_and_says_that_a_router_is_distributed(alice, admin):
    error(alice.post("/routers", {"router": {"distributed": True}}), 403, "PolicyNotAuthorized")
    router = alice.make("router")
    assert not {"distributed", "ha"} & router.keys()
    assert shown(admin, router)["distributed"] is False


@pytest.fixture
def configured(settings):
    """Makes a server with other options; the store and an administrator of it."""
    stores = []

    def make(**options):
        ours = replace(settings, **options)
        stores.append(Store(ours))
        stores[-1].upgrade()
        app = create_app(stores[-1], ours, NoAuth())
        return Client(app, "admin-project", {}), Client(app, "alice-project", MEMBER)

    yield make
    for store in stores:
        store.close()


def test_what_routers_are_is_configured(configured):
    admin, alice = configured(router_distributed=True, enable_snat_by_default=False, max_routes=0)
    gateway = {"network_id": external(admin)["id"]}
    router = alice.make("router", external_gateway_info=gateway)
    assert shown(admin, router)["distributed"] is True
    assert router["external_gateway_info"]["enable_snat"] is False
    assert router["enable_snat"] is False
    assert admin.make("router", distributed=False)["distributed"] is False
    error(change(alice, router, routes=[route("10.9.0.0/24", "203.0.113.1")]), 400, "RoutesExhausted")


def test_the_gateway_translates_unless_an_administrator_says_otherwise(admin, alice):
    network = external(admin)
    router = alice.make("router", external_gateway_info={"network_id": network["id"]})
    gateway = router["external_gateway_info"]
    assert (gateway["enable_snat"], len(gateway["external_fixed_ips"])) == (True, 1)
    off = {"network_id": network["id"], "enable_snat": False}
    error(change(alice, router, external_gateway_info=off), 403, "PolicyNotAuthorized")
    plain = change(admin, router, external_gateway_info=off).json()["router"]
    assert plain["external_gateway_info"] == gateway | {"enable_snat": False}
    again = change(admin, router, external_gateway_info={"network_id": network["id"]}).json()["router"]
    assert again["external_gateway_info"]["enable_snat"] is True
    assert change(alice, router, external_gateway_info={}).json()["router"]["external_gateway_info"] is None
    assert admin.get("/ports", device_id=router["id"]).json()["ports"] == []


def test_a_gateway_has_the_address_that_it_asks_for(admin):
    network = external(admin)
    wanted = {"network_id": network["id"], "external_fixed_ips": [{"ip_address": "203.0.113.77"}]}
    router = admin.make("router", external_gateway_info=wanted)
    assert router["external_gateway_info"]["external_fixed_ips"][0]["ip_address"] == "203.0.113.77"
    error(
        admin.post("/routers", {"router": {"external_gateway_info": wanted}}),
        409,
        "IpAddressAlreadyAllocated",
    )
    wanted["external_fixed_ips"][0]["ip_address"] = "198.51.100.1"
    error(change(admin, router, external_gateway_info=wanted), 400, "InvalidIpForNetwork")


def test_a_gateway_goes_on_by_the_addresses_that_it_has(admin):
    network = external(admin)
    router = admin.make("router", external_gateway_info={"network_id": network["id"]})
    (first,) = router["external_gateway_info"]["external_fixed_ips"]

    def given(*wanted):
        info = {"network_id": network["id"], "external_fixed_ips": list(wanted)}
        changed = change(admin, router, external_gateway_info=info).json()["router"]
        return [each["ip_address"] for each in changed["external_gateway_info"]["external_fixed_ips"]]

    any_of_it = {"subnet_id": first["subnet_id"]}
    assert given({"ip_address": "203.0.113.99"}, any_of_it) == [first["ip_address"], "203.0.113.99"]
    assert given(any_of_it, {"ip_address": "203.0.113.99"}) == [first["ip_address"], "203.0.113.99"]
    assert given() == [first["ip_address"], "203.0.113.99"]
    assert given({"ip_address": "203.0.113.99"}) == ["203.0.113.99"]


def test_a_gateway_that_asks_for_no_address_has_one(admin):
    wanted = {"network_id": external(admin)["id"], "external_fixed_ips": []}
    router = admin.make("router", external_gateway_info=wanted)
    assert len(router["external_gateway_info"]["external_fixed_ips"]) == 1


def test_a_gateway_keeps_an_ipv4_address_while_floating_ips_need_it(admin):
    network = external(admin)
    v6 = {"cidr": "fd00:203::/64", "ip_version": 6, "enable_dhcp": False}
    other = admin.make("subnet", network_id=network["id"], **v6)
    network_id, inner = lan(admin)
    router = joined(admin, inner, network)
    port = admin.make("port", network_id=network_id)
    admin.make("floatingip", floating_network_id=network["id"], port_id=port["id"])
    info = {"network_id": network["id"], "external_fixed_ips": [{"subnet_id": other["id"]}]}
    answer = change(admin, router, external_gateway_info=info)
    error(answer, 409, "RouterExternalGatewayInUseByFloatingIp")


def test_a_gateway_gets_no_address_of_a_subnet_that_overlaps_with_one_inside(admin):
    network = external(admin)
    router = joined(admin, lan(admin, "10.9.0.0/24")[1], network)
    inside = admin.make("subnet", network_id=network["id"], cidr="10.9.0.0/16", enable_dhcp=False)
    info = {"network_id": network["id"], "external_fixed_ips": [{"subnet_id": inside["id"]}]}
    error(change(admin, router, external_gateway_info=info), 400, "BadRequest")


def test_a_gateway_is_in_an_external_network_that_is_there(alice, router, subnet_id):
    network_id = lan(alice, "10.4.0.0/24")[0]
    error(change(alice, router, external_gateway_info={"network_id": network_id}), 400, "BadRequest")
    error(change(alice, router, external_gateway_info={"network_id": router["id"]}), 404, "NetworkNotFound")


def test_interfaces_that_cannot_be_are_refused(alice, router, subnet_id):
    path = f"/routers/{router['id']}/add_router_interface"
    overlapping = lan(alice, "10.0.0.0/16")[1]
    network_id, free = lan(alice, "10.5.0.0/24")
    taken = alice.make("port", network_id=network_id, device_id="a-device")
    bare = alice.make("port", network_id=network_id, fixed_ips=[])
    for body in (
        {},
        {"subnet_id": free, "port_id": taken["id"]},
        {"subnet_id": subnet_id},
        {"port_id": bare["id"]},
    ):
        assert alice.put(path, body).status_code == 400, body
    error(alice.put(path, {"subnet_id": overlapping}), 400, "BadRequest")
    error(alice.put(path, {"port_id": taken["id"]}), 409, "PortInUse")
    error(alice.put(path, {"subnet_id": router["id"]}), 404, "SubnetNotFound")
    error(alice.put(path, {"port_id": router["id"]}), 404, "PortNotFound")


def test_interfaces_that_are_not_there_or_needed_are_not_removed(admin, alice, router, subnet_id):
    path = f"/routers/{router['id']}/remove_router_interface"
    other_network, other = lan(alice, "10.5.0.0/24")
    port = alice.make("port", network_id=other_network)
    error(alice.put(path, {"subnet_id": other}), 404, "RouterInterfaceNotFoundForSubnet")
    error(alice.put(path, {"port_id": port["id"]}), 404, "RouterInterfaceNotFound")
    error(alice.put(path, {}), 400, "BadRequest")
    change(alice, router, routes=[route("10.9.0.0/24", "10.0.0.9")])
    error(alice.put(path, {"subnet_id": subnet_id}), 409, "RouterInterfaceInUseByRoute")
    error(alice.delete(f"/routers/{router['id']}"), 409, "RouterInUse")
    change(alice, router, routes=[])
    assert alice.put(path, {"subnet_id": subnet_id}).status_code == 200
    assert alice.delete(f"/routers/{router['id']}").status_code == 204


def test_the_ports_of_a_router_are_not_deleted_or_taken_away(store, admin, alice):
    alive(store, "a", "b")
    subnet_id = lan(alice)[1]
    router = joined(alice, subnet_id, external(admin))
    change(admin, router, ha=True, **DOWN)
    floating_network = shown(admin, router)["external_gateway_info"]["network_id"]
    admin.make("floatingip", floating_network_id=floating_network)
    owners = set()
    for port in admin.get("/ports").json()["ports"]:
        owners.add(port["device_owner"])
        error(admin.delete(f"/ports/{port['id']}"), 409, "ServicePortInUse")
    assert owners == {
        "network:dhcp",
        "network:floatingip",
        "network:ha_router_replicated_interface",
        "network:router_gateway",
        "network:router_ha_interface",
    }
