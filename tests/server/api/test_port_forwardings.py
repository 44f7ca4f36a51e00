"""Port forwardings of floating IPs over the API."""

import pytest
from sqlalchemy import event

from tests.server.api.routing import error, external, joined, lan


@pytest.fixture
def outside(admin):
    return external(admin)


@pytest.fixture
def inside(alice, outside):
    """The network and the subnet that a router joins to the external one."""
    network_id, subnet_id = lan(alice)
    return network_id, subnet_id, joined(alice, subnet_id, outside)["id"]


@pytest.fixture
def port(alice, inside):
    return alice.make("port", network_id=inside[0], fixed_ips=[{"ip_address": "10.0.0.50"}])


@pytest.fixture
def floating(alice, outside):
    return alice.make("floatingip", floating_network_id=outside["id"])


def path(floating, forwarding=None):
    tail = f"/{forwarding['id']}" if forwarding else ""
    return f"/floatingips/{floating['id']}/port_forwardings{tail}"


def wanted(port, external_port=2222, internal_port=22, **more):
    return {
        "protocol": "tcp",
        "internal_port_id": port["id"],
        "internal_ip_address": port["fixed_ips"][0]["ip_address"],
        "external_port": external_port,
        "internal_port": internal_port,
        **more,
    }


def make(client, floating, **attributes):
    return client.post(path(floating), {"port_forwarding": attributes})


def made(client, floating, **attributes):
    answer = make(client, floating, **attributes)
    assert answer.status_code == 201, answer.text
    return answer.json()["port_forwarding"]


def shown(client, floating):
    return client.get(f"/floatingips/{floating['id']}").json()["floatingip"]


def test_ports_of_a_floating_ip_are_forwarded(alice, floating, inside, port):
    forwarding = made(alice, floating, **wanted(port), description="ssh")
    assert forwarding == {
        "id": forwarding["id"],
        "description": "ssh",
        "protocol": "tcp",
        "internal_port_id": port["id"],
        "internal_ip_address": "10.0.0.50",
        "internal_port": 22,
        "internal_port_range": "22:22",
        "external_port": 2222,
        "external_port_range": "2222:2222",
    }
    now = shown(alice, floating)
    assert (now["port_id"], now["router_id"], now["status"]) == (None, inside[2], "ACTIVE")
    assert now["port_forwardings"] == [forwarding]
    assert alice.get(path(floating, forwarding)).json() == {"port_forwarding": forwarding}
    assert alice.get(path(floating), protocol="udp").json() == {"port_forwardings": []}
    assert alice.get(path(floating), external_port=2222).json() == {"port_forwardings": [forwarding]}


def test_the_last_one_that_goes_frees_the_floating_ip(alice, floating, port):
    first, second = made(alice, floating, **wanted(port)), made(alice, floating, **wanted(port, 80, 80))
    error(alice.delete(f"/floatingips/{floating['id']}"), 409, "FipInUseByPortForwarding")
    assert alice.delete(path(floating, first)).status_code == 204
    assert shown(alice, floating)["router_id"] is not None
    assert alice.delete(path(floating, second)).status_code == 204
    now = shown(alice, floating)
    assert (now["router_id"], now["status"], now["port_forwardings"]) == (None, "DOWN", [])
    assert alice.delete(f"/floatingips/{floating['id']}").status_code == 204


@pytest.mark.parametrize(
    ("ports", "shows"),
    [
        ({"external_port_range": "2000:2005", "internal_port_range": "3000:3005"}, (None, None)),
        ({"external_port_range": "2000:2005", "internal_port": 80}, (None, 80)),
        ({"external_port_range": "2000", "internal_port_range": "80:80"}, (2000, 80)),
        ({"external_port": 2000, "external_port_range": "2000:2000", "internal_port": 80}, (2000, 80)),
    ],
)
def test_ranges_of_ports_are_forwarded(alice, floating, port, ports, shows):
    common = {name: value for name, value in wanted(port).items() if not name.endswith("_port")}
    forwarding = made(alice, floating, **common, **ports)
    assert (forwarding["external_port"], forwarding["internal_port"]) == shows
    assert forwarding["external_port_range"] in ("2000:2005", "2000:2000")


@pytest.mark.parametrize(
    "wrong",
    [
        {"internal_port": None},
        {"external_port": None},
        {"external_port": 0},
        {"internal_port": 65536},
        {"external_port_range": "9:5", "external_port": None},
        {"external_port_range": "5:9"},
        {
            "external_port_range": "2000:2005",
            "external_port": None,
            "internal_port_range": "1:3",
            "internal_port": None,
        },
        {"protocol": "icmp"},
        {"protocol": "coffee"},
        {"internal_ip_address": "10.0.0.51"},
        {"internal_ip_address": "elsewhere"},
        {"colour": "red"},
    ],
    ids=str,
)
def test_what_cannot_be_forwarded_is_refused(alice, floating, port, wrong):
    answer = make(alice, floating, **(wanted(port) | wrong))
    assert answer.status_code == 400, answer.text
    assert shown(alice, floating)["port_forwardings"] == []


def test_a_protocol_without_ports_is_forwarded_whole(alice, floating, port):
    whole = {name: value for name, value in wanted(port).items() if not name.endswith("_port")}
    forwarding = made(alice, floating, **whole | {"protocol": "icmp"})
    assert (forwarding["external_port"], forwarding["external_port_range"]) == (None, None)
    error(make(alice, floating, **whole | {"protocol": "icmp"}), 400, "BadRequest")


def test_no_packet_is_forwarded_twice(alice, outside, floating, inside, port):
    made(alice, floating, **wanted(port))
    error(make(alice, floating, **wanted(port)), 400, "BadRequest")
    error(make(alice, floating, **wanted(port, internal_port=23)), 400, "BadRequest")
    error(make(alice, floating, **wanted(port, external_port=2223)), 400, "BadRequest")
    made(alice, floating, **wanted(port, protocol="udp"))
    other = alice.make("port", network_id=inside[0])
    made(alice, floating, **wanted(other, external_port=2223))
    second = alice.make("floatingip", floating_network_id=outside["id"])
    error(make(alice, second, **wanted(port, external_port=99)), 400, "BadRequest")
    made(alice, second, **wanted(port, internal_port=99))


def test_an_address_is_either_forwarded_to_or_stood_for(alice, outside, floating, inside, port):
    made(alice, floating, **wanted(port))
    associate = {"floatingip": {"port_id": port["id"]}}
    error(alice.put(f"/floatingips/{floating['id']}", associate), 409, "FipInUseByPortForwarding")
    second = alice.make("floatingip", floating_network_id=outside["id"])
    error(alice.put(f"/floatingips/{second['id']}", associate), 409, "PortHasPortForwarding")
    other = alice.make("port", network_id=inside[0])
    alice.put(f"/floatingips/{second['id']}", {"floatingip": {"port_id": other["id"]}})
    error(make(alice, second, **wanted(port, 80, 80)), 409, "FloatingIPPortAlreadyAssociated")
    error(make(alice, floating, **wanted(other, 80, 80)), 409, "PortHasBindingFloatingIP")
    parted = alice.put(f"/floatingips/{floating['id']}", {"floatingip": {"port_id": None}}).json()
    assert parted["floatingip"]["router_id"] == inside[2]


def test_it_is_changed(alice, floating, inside, port):
    first, second = made(alice, floating, **wanted(port)), made(alice, floating, **wanted(port, 80, 80))
    other = alice.make("port", network_id=inside[0], fixed_ips=[{"ip_address": "10.0.0.60"}])
    changes = {
        "external_port": 2223,
        "internal_port_id": other["id"],
        "internal_ip_address": "10.0.0.60",
        "description": "moved",
    }
    changed = alice.put(path(floating, first), {"port_forwarding": changes}).json()["port_forwarding"]
    assert changed == first | changes | {"external_port_range": "2223:2223"}
    taken = {"port_forwarding": {"external_port": 80}}
    error(alice.put(path(floating, first), taken), 400, "BadRequest")
    assert alice.put(path(floating, first), {"port_forwarding": {"protocol": "icmp"}}).status_code == 400
    assert alice.put(
        path(floating, second), {"port_forwarding": {"internal_port_range": "8080:8080"}}
    ).json()["port_forwarding"] == second | {"internal_port": 8080, "internal_port_range": "8080:8080"}


def test_they_go_with_their_port_or_its_address(alice, floating, inside, port):
    made(alice, floating, **wanted(port))
    alice.put(f"/ports/{port['id']}", {"port": {"fixed_ips": [{"ip_address": "10.0.0.51"}]}})
    assert shown(alice, floating)["port_forwardings"] == []
    other = alice.make("port", network_id=inside[0])
    made(alice, floating, **wanted(other))
    assert alice.delete(f"/ports/{other['id']}").status_code == 204
    assert (shown(alice, floating)["port_forwardings"], shown(alice, floating)["router_id"]) == ([], None)


def test_they_hold_the_way_there(alice, floating, inside, port):
    made(alice, floating, **wanted(port))
    _, subnet_id, router_id = inside
    leave = alice.put(f"/routers/{router_id}/remove_router_interface", {"subnet_id": subnet_id})
    error(leave, 409, "RouterInterfaceInUseByFloatingIP")
    closed = alice.put(f"/routers/{router_id}", {"router": {"external_gateway_info": None}})
    error(closed, 409, "RouterExternalGatewayInUseByFloatingIp")


def test_there_must_be_one_way_there(alice, outside, floating, inside, port):
    far_network, far_subnet = lan(alice, "10.8.0.0/24")
    far = alice.make("port", network_id=far_network)
    error(make(alice, floating, **wanted(far)), 400, "BadRequest")
    made(alice, floating, **wanted(port))
    joined(alice, far_subnet, outside)
    assert "router" in error(make(alice, floating, **wanted(far, 80, 80)), 400, "BadRequest")


def test_those_of_another_project_or_floating_ip_are_not_there(alice, bob, outside, floating, port):
    forwarding = made(alice, floating, **wanted(port))
    second = alice.make("floatingip", floating_network_id=outside["id"])
    assert alice.get(path(second)).json() == {"port_forwardings": []}
    for answer in (
        bob.get(path(floating)),
        bob.get(path(floating, forwarding)),
        bob.delete(path(floating, forwarding)),
        make(bob, floating, **wanted(port, 80, 80)),
        alice.get(path(second, forwarding)),
        alice.delete(path(second, forwarding)),
        alice.put(path(second, forwarding), {"port_forwarding": {"description": "x"}}),
    ):
        assert answer.status_code == 404, answer.text
    assert len(alice.get(path(floating)).json()["port_forwardings"]) == 1


def test_a_list_takes_as_many_statements_however_long_it_is(store, alice, outside, inside):
    seen = []
    event.listen(store._engine, "before_cursor_execute", lambda *told: seen.append(told[2]))

    def taken(*paths):
        seen.clear()
        assert {alice.get(each).status_code for each in paths} == {200}
        return len(seen)

    def more(number):
        port = alice.make("port", network_id=inside[0])
        made(
            alice,
            alice.make("floatingip", floating_network_id=outside["id"]),
            **wanted(port, 80 + number, 80),
        )
        stood_for = alice.make("port", network_id=inside[0])
        alice.make("floatingip", floating_network_id=outside["id"], port_id=stood_for["id"])

    more(1)
    short = taken("/floatingips", "/floatingip_pools", "/routers", "/networks")
    more(2)
    more(3)
    assert taken("/floatingips", "/floatingip_pools", "/routers", "/networks") == short
