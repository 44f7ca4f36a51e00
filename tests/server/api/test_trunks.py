"""Trunks, the ports that they carry, and what both keep from each other."""

from dataclasses import replace

import pytest

from tests.server.api.conftest import Client

NOBODY = "11111111-2222-4333-8444-555555555555"


def kind_of(answer):
    return answer.status_code, answer.json()["NeutronError"]["type"]


@pytest.fixture
def settings(settings):
    return replace(settings, network_vlan_ranges=(("physnet1", 1, 4094),))


@pytest.fixture
def network(alice):
    return alice.make("network")


@pytest.fixture
def new_port(alice, network):
    return lambda **attributes: alice.make("port", **{"network_id": network["id"], **attributes})


@pytest.fixture
def parent(new_port):
    return new_port()


@pytest.fixture
def trunk(alice, parent):
    return alice.make("trunk", port_id=parent["id"], name="t")


def vlan(port, id, type="vlan"):
    return {"port_id": port["id"], "segmentation_type": type, "segmentation_id": id}


@pytest.fixture
def add(alice, trunk):
    return lambda *sub_ports: alice.put(f"/trunks/{trunk['id']}/add_subports", {"sub_ports": sub_ports})


@pytest.fixture
def remove(alice, trunk):
    return lambda *ports: alice.put(
        f"/trunks/{trunk['id']}/remove_subports", {"sub_ports": [{"port_id": port["id"]} for port in ports]}
    )


def test_a_trunk_is_made_shown_changed_and_removed(alice, bob, trunk, parent):
    path = f"/trunks/{trunk['id']}"
    assert (trunk["port_id"], trunk["status"], trunk["admin_state_up"]) == (parent["id"], "DOWN", True)
    assert (trunk["sub_ports"], trunk["tags"], trunk["project_id"]) == ([], [], "alice-project")
    changed = alice.put(path, {"trunk": {"name": "u", "description": "d"}}).json()["trunk"]
    assert (changed["name"], changed["description"]) == ("u", "d")
    assert alice.get("/trunks", port_id=parent["id"]).json()["trunks"] == [changed]
    assert kind_of(bob.get(path)) == (404, "TrunkNotFound")
    assert kind_of(bob.delete(path)) == (404, "TrunkNotFound")
    assert alice.put(path, {"trunk": {"port_id": parent["id"]}}).status_code == 400
    assert alice.delete(path).status_code == 204
    assert kind_of(alice.get(path)) == (404, "TrunkNotFound")


def test_ports_are_carried_and_carried_no_more(alice, new_port, add, remove, trunk):
    ports = [new_port(), new_port()]
    wanted = [vlan(ports[0], 10), vlan(ports[1], 20)]
    added = add(*wanted)
    assert (added.status_code, added.json()["id"]) == (200, trunk["id"])
    assert added.json()["sub_ports"] == wanted
    assert alice.get(f"/trunks/{trunk['id']}/get_subports").json() == {"sub_ports": wanted}
    carried = alice.get(f"/ports/{ports[0]['id']}").json()["port"]
    assert (carried["device_owner"], carried["device_id"]) == ("trunk:subport", trunk["id"])
    removed = remove(ports[0])
    assert (removed.status_code, removed.json()["sub_ports"]) == (200, wanted[1:])
    freed = alice.get(f"/ports/{ports[0]['id']}").json()["port"]
    assert (freed["device_owner"], freed["device_id"]) == ("", "")
    assert kind_of(remove(ports[0])) == (404, "SubPortNotFound")


def test_a_trunk_is_made_with_ports_and_frees_them_when_it_goes(alice, parent, new_port):
    port = new_port()
    made = alice.make("trunk", port_id=parent["id"], sub_ports=[vlan(port, 7)])
    assert made["sub_ports"] == [vlan(port, 7)]
    assert alice.delete(f"/trunks/{made['id']}").status_code == 204
    assert alice.get(f"/ports/{port['id']}").json()["port"]["device_owner"] == ""
    for each in (port, parent):
        assert alice.delete(f"/ports/{each['id']}").status_code == 204


def test_only_the_trunks_own_port_shows_what_it_carries(alice, add, new_port, parent, trunk):
    port = new_port()
    add(vlan(port, 10))
    details = {"trunk_id": trunk["id"], "sub_ports": [{**vlan(port, 10), "mac_address": port["mac_address"]}]}
    assert alice.get(f"/ports/{parent['id']}").json()["port"]["trunk_details"] == details
    listed = {each["id"]: each.get("trunk_details") for each in alice.get("/ports").json()["ports"]}
    assert listed == {parent["id"]: details, port["id"]: None}
    alice.delete(f"/trunks/{trunk['id']}")
    assert "trunk_details" not in alice.get(f"/ports/{parent['id']}").json()["port"]


def test_ports_that_a_trunk_needs_stay(alice, add, new_port, parent):
    port = new_port()
    add(vlan(port, 10))
    assert kind_of(alice.delete(f"/ports/{parent['id']}")) == (409, "PortInUseAsTrunkParent")
    assert kind_of(alice.delete(f"/ports/{port['id']}")) == (409, "PortInUseAsSubPort")


def test_a_port_is_in_one_trunk_once(alice, add, new_port, parent, trunk):
    port, other = new_port(), new_port()
    add(vlan(port, 10))
    assert kind_of(alice.post("/trunks", {"trunk": {"port_id": parent["id"]}})) == (409, "ParentPortInUse")
    assert kind_of(alice.post("/trunks", {"trunk": {"port_id": port["id"]}})) == (409, "TrunkPortInUse")
    assert kind_of(add(vlan(port, 11))) == (409, "TrunkPortInUse")
    assert kind_of(add(vlan(parent, 11))) == (409, "ParentPortInUse")
    assert kind_of(add(vlan(other, 10))) == (409, "DuplicateSubPort")
    assert alice.get(f"/trunks/{trunk['id']}").json()["trunk"]["sub_ports"] == [vlan(port, 10)]


def test_a_port_of_an_instance_is_not_carried(add, new_port):
    assert kind_of(add(vlan(new_port(device_id="vm"), 10))) == (409, "PortInUse")


def test_a_port_is_not_carried_over_a_smaller_mtu(admin, alice, add):
    wide = alice.make("network")
    narrow = alice.put(f"/networks/{wide['id']}", {"network": {"mtu": 1000}}).json()["network"]
    port = alice.make("port", network_id=narrow["id"])
    assert add(vlan(port, 10)).status_code == 200
    thin = alice.make("trunk", port_id=alice.make("port", network_id=narrow["id"])["id"])
    thick = alice.make("port", network_id=alice.make("network")["id"])
    refused = alice.put(f"/trunks/{thin['id']}/add_subports", {"sub_ports": [vlan(thick, 10)]})
    assert kind_of(refused) == (409, "SubPortMtuGreaterThanTrunkPortMtu")


def test_a_disabled_trunk_is_left_alone(alice, add, remove, new_port, trunk):
    port = new_port()
    add(vlan(port, 10))
    path = f"/trunks/{trunk['id']}"
    alice.put(path, {"trunk": {"admin_state_up": False}})
    assert kind_of(add(vlan(new_port(), 11))) == (409, "TrunkDisabled")
    assert kind_of(remove(port)) == (409, "TrunkDisabled")
    assert kind_of(alice.delete(path)) == (409, "TrunkDisabled")
    assert alice.put(path, {"trunk": {"admin_state_up": True}}).status_code == 200
    assert alice.delete(path).status_code == 204


def test_a_segmentation_is_inherited_from_a_vlan(admin, add, new_port):
    network = admin.make(
        "network",
        shared=True,
        **{
            "provider:network_type": "vlan",
            "provider:physical_network": "physnet1",
            "provider:segmentation_id": 77,
        },
    )
    inherit = {"segmentation_type": "inherit"}
    port = new_port(network_id=network["id"])
    answer = add({"port_id": port["id"], **inherit})
    if answer.status_code == 409:  # the VLAN's network can carry more than the overlay's
        assert kind_of(answer) == (409, "SubPortMtuGreaterThanTrunkPortMtu")
        admin.put(f"/networks/{network['id']}", {"network": {"mtu": 1400}})
        answer = add({"port_id": port["id"], **inherit})
    assert answer.json()["sub_ports"] == [vlan(port, 77)]
    assert kind_of(add({"port_id": new_port()["id"], **inherit})) == (400, "InvalidInput")


@pytest.mark.parametrize(
    "segmentation",
    [
        {},
        {"segmentation_type": "vlan"},
        {"segmentation_id": 7},
        {"segmentation_type": "vlan", "segmentation_id": 0},
        {"segmentation_type": "vlan", "segmentation_id": 4095},
        {"segmentation_type": "vlan", "segmentation_id": "x"},
        {"segmentation_type": "vlan", "segmentation_id": 10**400},
        {"segmentation_type": "vxlan", "segmentation_id": 7},
        {"segmentation_type": ["vlan"], "segmentation_id": 7},
        {"segmentation_type": "vlan", "segmentation_id": 7, "colour": "red"},
    ],
    ids=lambda each: str(each)[:60],
)
def test_a_segmentation_that_cannot_be_is_refused(alice, add, new_port, parent, segmentation):
    wanted = {"port_id": new_port()["id"], **segmentation}
    assert add(wanted).status_code == 400
    body = {"trunk": {"port_id": new_port()["id"], "sub_ports": [wanted]}}
    assert alice.post("/trunks", body).status_code == 400


def test_what_is_no_list_of_ports_is_refused(alice, trunk, new_port):
    path = f"/trunks/{trunk['id']}/add_subports"
    port = new_port()
    twice = [vlan(port, 1), vlan(new_port(), 1)]
    for sub_ports in (7, twice, {}, [7], [{}], [{"port_id": "x"}], [vlan(port, 1), vlan(port, 2)]):
        assert alice.put(path, {"sub_ports": sub_ports}).status_code == 400
    late = [{**vlan(port, 1, "inherit")}, 7]
    assert alice.put(path, {"sub_ports": late}).status_code == 400
    assert alice.put(path, {"trunk": {}}).status_code == 400


def test_ports_that_one_does_not_see_are_not_found(alice, bob, add, new_port):
    port = new_port()
    assert kind_of(bob.post("/trunks", {"trunk": {"port_id": port["id"]}})) == (404, "PortNotFound")
    assert kind_of(add({"port_id": NOBODY, "segmentation_type": "vlan", "segmentation_id": 7})) == (
        404,
        "PortNotFound",
    )


def test_a_readers_trunks_are_not_changed_by_it(app, alice, trunk, new_port):
    reader = Client(app, "alice-project", {"X-Roles": "reader"})
    path = f"/trunks/{trunk['id']}"
    assert reader.get(f"{path}/get_subports").status_code == 200
    body = {"sub_ports": [vlan(new_port(), 7)]}
    assert reader.put(f"{path}/add_subports", body).status_code == 403
    assert reader.put(f"{path}/remove_subports", body).status_code == 403


def test_trunks_have_a_quota_and_tags(admin, alice, trunk, new_port):
    admin.put("/quotas/alice-project", {"quota": {"trunk": 1}})
    assert kind_of(alice.post("/trunks", {"trunk": {"port_id": new_port()["id"]}})) == (409, "OverQuota")
    assert alice.put(f"/trunks/{trunk['id']}/tags", {"tags": ["a"]}).status_code == 200
    assert len(alice.get("/trunks", tags="a").json()["trunks"]) == 1
