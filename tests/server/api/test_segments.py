"""Networks with several segments, and those that carry their hosts' VLAN tags."""

from dataclasses import replace

import pytest

TYPE, PHYSICAL, ID = "provider:network_type", "provider:physical_network", "provider:segmentation_id"
VLAN = {TYPE: "vlan", PHYSICAL: "physnet1", ID: 7}
VXLAN = {TYPE: "vxlan", PHYSICAL: None, ID: 5000}


@pytest.fixture
def settings(settings):
    return replace(
        settings,
        type_drivers=("flat", "vlan", "vxlan", "local"),
        flat_networks=("*",),
        network_vlan_ranges=(("physnet1", 100, 102),),
        vni_ranges=((1, 10),),
    )


def kind_of(answer):
    return answer.status_code, answer.json()["NeutronError"]["type"]


def try_network(client, *segments, **fields):
    return client.post("/networks", {"network": {"segments": list(segments), **fields}})


def test_one_segment_is_shown_as_provider_attributes(admin):
    network = try_network(admin, {TYPE: "vlan", PHYSICAL: "physnet1", ID: 7}).json()["network"]
    assert {name: network[name] for name in (TYPE, PHYSICAL, ID)} == VLAN
    assert "segments" not in network


def test_several_segments_are_shown_together(admin, alice):
    network = try_network(admin, VLAN, {TYPE: "vxlan", ID: "5000"}, shared=True).json()["network"]
    assert network["segments"] == [VLAN, VXLAN]
    assert TYPE not in network
    assert network["mtu"] == 1450
    path = f"/networks/{network['id']}"
    assert admin.get(path).json()["network"]["segments"] == [VLAN, VXLAN]
    assert not {"segments", TYPE} & alice.get(path).json()["network"].keys()
    assert admin.put(path, {"network": {"segments": [VLAN]}}).status_code == 400


def test_segments_are_chosen_where_they_are_not_said(admin):
    vlan = {TYPE: "vlan", PHYSICAL: "physnet1"}
    network = try_network(admin, vlan, vlan, {TYPE: "vxlan"}).json()["network"]
    assert [segment[ID] for segment in network["segments"]] == [100, 101, 1]
    assert try_network(admin, vlan).json()["network"][ID] == 102
    assert kind_of(try_network(admin, vlan)) == (409, "NoNetworkAvailable")
    admin.delete(f"/networks/{network['id']}")
    assert try_network(admin, vlan).json()["network"][ID] == 100


def test_a_segment_carries_one_network(admin):
    assert try_network(admin, VXLAN, VLAN).status_code == 201
    assert kind_of(try_network(admin, VLAN)) == (409, "VlanIdInUse")
    assert kind_of(try_network(admin, {TYPE: "local"}, VXLAN)) == (409, "TunnelIdInUse")


@pytest.mark.parametrize(
    ("segments", "fields", "kind"),
    [
        ([VLAN, VLAN], {}, "SegmentsContainDuplicateEntry"),
        ([VLAN], {TYPE: "vxlan"}, "SegmentsSetInConjunctionWithProviders"),
        ([], {}, "InvalidInput"),
        (["vlan"], {}, "InvalidInput"),
        ([{PHYSICAL: "physnet1"}], {}, "InvalidInput"),
        ([{TYPE: "carrier pigeon"}], {}, "InvalidInput"),
        ([VLAN, {TYPE: "vlan", ID: 8}], {}, "InvalidInput"),
        ([{**VLAN, "colour": "red"}], {}, "HTTPBadRequest"),
    ],
)
def test_segments_that_cannot_be_are_refused(admin, segments, fields, kind):
    assert kind_of(try_network(admin, *segments, **fields)) == (400, kind)
    assert admin.get("/networks").json()["networks"] == []


def test_segments_are_an_administrators(alice):
    assert kind_of(try_network(alice, VLAN)) == (403, "PolicyNotAuthorized")


def test_networks_say_whether_they_carry_vlan_tags(admin, alice):
    assert alice.make("network")["vlan_transparent"] is None
    yes, no = (alice.make("network", vlan_transparent=wanted) for wanted in (True, False))
    assert (yes["vlan_transparent"], no["vlan_transparent"]) == (True, False)
    found = alice.get("/networks", vlan_transparent=True).json()["networks"]
    assert [each["id"] for each in found] == [yes["id"]]
    body = {"network": {**VLAN, "vlan_transparent": True}}
    assert kind_of(admin.post("/networks", body)) == (400, "VlanTransparencyDriverError")
    assert alice.put(f"/networks/{no['id']}", {"network": {"vlan_transparent": True}}).status_code == 400


def test_filters_by_the_empty_string_find_what_is_empty(alice):
    named, nameless = alice.make("network", name="named"), alice.make("network")
    assert [each["id"] for each in alice.get("/networks?name=").json()["networks"]] == [nameless["id"]]
    assert len(alice.get("/networks?name=&name=named").json()["networks"]) == 2
    port = alice.make("port", network_id=named["id"])
    found = alice.get("/ports?device_owner=&device_id=").json()["ports"]
    assert [each["id"] for each in found] == [port["id"]]
