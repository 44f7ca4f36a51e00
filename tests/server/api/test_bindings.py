"""Bindings of ports to several hosts, as a live migration needs them."""

import pytest


@pytest.fixture
def port(admin):
    network = admin.make("network")
    return admin.make(
        "port",
        network_id=network["id"],
        device_owner="compute:nova",
        device_id="vm",
        **{"binding:host_id": "compute1", "binding:profile": {"a": 1}},
    )


def bind(admin, port, host="compute2", **more):
    return admin.post(f"/ports/{port['id']}/bindings", {"binding": {"host": host, **more}})


def bindings(admin, port, **query):
    found = admin.get(f"/ports/{port['id']}/bindings", **query).json()["bindings"]
    return [(each["host"], each["status"]) for each in found]


def host(admin, port):
    return admin.get(f"/ports/{port['id']}").json()["port"]["binding:host_id"]


def refused(answer):
    return answer.status_code, answer.json()["NeutronError"]["type"]


def test_a_bound_port_has_one_binding(admin, port):
    (shown,) = admin.get(f"/ports/{port['id']}/bindings").json()["bindings"]
    assert shown == {
        "host": "compute1",
        "project_id": "admin-project",
        "status": "ACTIVE",
        "vnic_type": "normal",
        "vif_type": "bridge",
        "vif_details": {"port_filter": True, "connectivity": "l2", "bound_drivers": {"0": "linuxbridge"}},
        "profile": {"a": 1},
    }


def test_a_further_binding_waits(admin, port):
    answer = bind(admin, port, profile={"b": 2})
    assert (answer.status_code, answer.json()["binding"]["status"]) == (201, "INACTIVE")
    assert bindings(admin, port) == [("compute1", "ACTIVE"), ("compute2", "INACTIVE")]
    assert bindings(admin, port, status="INACTIVE") == [("compute2", "INACTIVE")]
    assert host(admin, port) == "compute1"


def test_an_activated_binding_moves_the_port(admin, port):
    bind(admin, port, profile={"b": 2})
    answer = admin.put(f"/ports/{port['id']}/bindings/compute2/activate", None)
    assert (answer.status_code, answer.json()["status"]) == (200, "ACTIVE")
    assert bindings(admin, port) == [("compute2", "ACTIVE"), ("compute1", "INACTIVE")]
    moved = admin.get(f"/ports/{port['id']}").json()["port"]
    assert (moved["binding:host_id"], moved["binding:profile"], moved["status"]) == (
        "compute2",
        {"b": 2},
        "DOWN",
    )


def test_a_binding_is_shown_changed_and_deleted(admin, port):
    bind(admin, port)
    path = f"/ports/{port['id']}/bindings/compute2"
    assert admin.put(path, {"binding": {"profile": {"c": 3}}}).json()["binding"]["profile"] == {"c": 3}
    assert admin.get(path).json()["binding"]["profile"] == {"c": 3}
    assert admin.delete(path).status_code == 204
    assert refused(admin.get(path)) == (404, "PortBindingNotFound")


def test_without_the_active_binding_a_port_is_bound_nowhere(admin, port):
    assert admin.delete(f"/ports/{port['id']}/bindings/compute1").status_code == 204
    assert (host(admin, port), bindings(admin, port)) == ("", [])
    assert bind(admin, port).json()["binding"]["status"] == "ACTIVE"
    assert host(admin, port) == "compute2"


def test_a_port_that_is_bound_by_itself_leaves_no_binding_waiting_there(admin, port):
    bind(admin, port)
    admin.put(f"/ports/{port['id']}", {"port": {"binding:host_id": "compute2"}})
    assert bindings(admin, port) == [("compute2", "ACTIVE")]


def test_what_cannot_be_of_bindings_is_refused(admin, port):
    path = f"/ports/{port['id']}/bindings"
    assert refused(bind(admin, port, "compute1")) == (409, "PortBindingAlreadyExists")
    assert refused(bind(admin, port, vnic_type="direct")) == (409, "PortBindingError")
    assert refused(admin.put(f"{path}/compute1/activate", None)) == (409, "PortBindingAlreadyActive")
    assert refused(admin.put(f"{path}/nowhere/activate", None)) == (404, "PortBindingNotFound")
    assert refused(admin.delete(f"{path}/nowhere")) == (404, "PortBindingNotFound")
    assert admin.post(path, {"binding": {}}).status_code == 400
    assert admin.put(f"{path}/compute1", {"binding": {"host": "compute3"}}).status_code == 400
    assert refused(admin.get("/ports/none/bindings")) == (404, "PortNotFound")


def test_ports_of_the_network_itself_have_no_bindings(admin, port):
    other = admin.make("port", network_id=port["network_id"])
    assert refused(bind(admin, other)) == (400, "BadRequest")


def test_bindings_are_the_operators(alice):
    port = alice.make("port", network_id=alice.make("network")["id"], device_owner="compute:nova")
    assert refused(bind(alice, port)) == (403, "PolicyNotAuthorized")
    assert alice.get(f"/ports/{port['id']}/bindings").status_code == 403


def test_a_deleted_port_leaves_no_bindings(admin, port):
    bind(admin, port)
    assert admin.delete(f"/ports/{port['id']}").status_code == 204
