"""Networks and the segments that carry them."""

from __future__ import annotations

import pytest

from hawser.base.errors import BadInput, Conflict, Forbidden, HawserError, NoMoreRoom, NotFound
from hawser.server.model.caller import Caller
from hawser.server.model.filters import ALL, Filters
from hawser.server.model.network import NetworkChanges
from hawser.server.service import network, port, subnet
from hawser.server.store.session import Store
from hawser.wire.intent import NetworkType
from tests.server.stage import ADMIN, DEMO, OTHER, Stage, settings


def test_a_project_network_is_carried_by_the_first_free_vni(stage):
    first, second = stage.network(), stage.network()
    assert (first.network_type, first.segmentation_id, first.mtu) == (NetworkType.VXLAN, 1, 1450)
    assert second.segmentation_id == 2
    network.delete(stage.store, DEMO, first.id)
    assert stage.network().segmentation_id == 1


def test_a_flat_network_has_the_whole_mtu_and_the_wire_alone(stage):
    made = stage.network(ADMIN, network_type=NetworkType.FLAT, physical_network="external")
    assert (made.mtu, made.physical_network, made.segmentation_id) == (1500, "external", None)
    with pytest.raises(Conflict) as refused:
        stage.network(ADMIN, network_type=NetworkType.FLAT, physical_network="external")
    assert refused.value.kind == "FlatNetworkInUse"


@pytest.mark.parametrize(
    ("options", "vxlan", "flat"),
    [
        ({"path_mtu": 1400}, 1350, 1500),
        ({"path_mtu": 9000}, 1450, 1500),
        ({"global_physnet_mtu": 9000, "path_mtu": 1500}, 1450, 9000),
        ({"overlay_ip_version": 6}, 1430, 1500),
        ({"physical_network_mtus": {"external": 1496}}, 1450, 1496),
    ],
)
def test_a_network_has_the_mtu_of_what_carries_it(tmp_path, options, vxlan, flat):
    store = Store(settings(connection=f"sqlite:///{tmp_path}/db", **options))
    store.upgrade()
    stage = Stage(store, None)
    assert stage.network().mtu == vxlan
    assert stage.network(ADMIN, network_type=NetworkType.FLAT, physical_network="external").mtu == flat
    store.close()


@pytest.mark.parametrize(
    ("segment", "field"),
    [
        ({"network_type": NetworkType.FLAT}, "provider:physical_network"),
        ({"physical_network": "external"}, "provider:network_type"),
        ({"segmentation_id": 5}, "provider:network_type"),
        ({"network_type": NetworkType.VXLAN, "segmentation_id": 2**24}, "provider:segmentation_id"),
        ({"network_type": NetworkType.VXLAN, "segmentation_id": 0}, "provider:segmentation_id"),
        ({"network_type": NetworkType.VXLAN, "physical_network": "x"}, "provider:physical_network"),
        ({"network_type": NetworkType.LOCAL, "segmentation_id": 5}, "provider:segmentation_id"),
        ({"network_type": NetworkType.VLAN, "physical_network": "nowhere"}, "provider:physical_network"),
        ({"mtu": 1451}, "mtu"),
        ({"mtu": 10}, "mtu"),
    ],
)
def test_a_segment_that_cannot_be_is_refused_by_its_field(stage, segment, field):
    with pytest.raises(BadInput) as refused:
        stage.network(ADMIN, **segment)
    assert refused.value.field == field
    assert network.search(stage.store, ADMIN, ALL) == []


def test_a_vni_that_is_taken_is_a_conflict(stage):
    stage.network(ADMIN, network_type=NetworkType.VXLAN, segmentation_id=77)
    with pytest.raises(Conflict) as refused:
        stage.network(ADMIN, network_type=NetworkType.VXLAN, segmentation_id=77)
    assert refused.value.kind == "TunnelIdInUse"


def test_vlans_come_from_their_ranges_until_these_are_used_up(tmp_path):
    options = {"tenant_network_types": ("vlan",), "network_vlan_ranges": (("physnet1", 100, 101),)}
    store = Store(settings(connection=f"sqlite:///{tmp_path}/db", **options))
    store.upgrade()
    stage = Stage(store, None)
    assert [stage.network().segmentation_id for _ in range(2)] == [100, 101]
    with pytest.raises(NoMoreRoom) as refused:
        stage.network()
    assert refused.value.kind == "NoNetworkAvailable"
    store.close()


def test_projects_see_their_own_and_shared_and_external_networks(stage):
    own, shared, external = stage.network(), stage.network(ADMIN, shared=True), stage.external()
    stage.network(OTHER)
    assert {each.id for each in network.search(stage.store, DEMO, ALL)} == {own.id, shared.id, external.id}
    with pytest.raises(NotFound):
        network.get(stage.store, OTHER, own.id)
    with pytest.raises(NotFound):
        network.delete(stage.store, OTHER, own.id)
    with pytest.raises(Forbidden):
        network.update(stage.store, DEMO, shared.id, NetworkChanges(name="mine"))
    assert network.get(stage.store, ADMIN, own.id) == own


def test_a_network_goes_with_its_subnets_but_not_with_its_ports(stage):
    made = stage.network()
    stage.subnet(made, "10.0.0.0/24")
    taken = stage.port(made)
    with pytest.raises(Conflict) as refused:
        network.delete(stage.store, DEMO, made.id)
    assert refused.value.kind == "NetworkInUse"
    port.delete(stage.store, DEMO, taken.id)
    network.delete(stage.store, DEMO, made.id)
    assert network.search(stage.store, ADMIN, ALL) == []
    assert subnet.search(stage.store, ADMIN, ALL) == []
    assert port.search(stage.store, ADMIN, ALL) == []


def test_a_network_tells_its_subnets_and_its_revision_grows_with_them(stage):
    made = stage.network()
    added = stage.subnet(made, "10.0.0.0/24")
    now = network.get(stage.store, DEMO, made.id)
    assert now.subnet_ids == (added.id,)
    assert now.revision > made.revision


def test_an_external_network_in_use_stays_external(stage):
    external = stage.external()
    stage.gateway(stage.router(), external)
    with pytest.raises(Conflict) as refused:
        network.update(stage.store, ADMIN, external.id, NetworkChanges(external=False))
    assert refused.value.kind == "ExternalNetworkInUse"


def test_a_network_that_others_use_stays_shared(stage):
    shared = stage.network(ADMIN, shared=True)
    stage.port(shared, DEMO)
    with pytest.raises(Conflict) as refused:
        network.update(stage.store, ADMIN, shared.id, NetworkChanges(shared=False))
    assert refused.value.kind == "InvalidSharedSetting"


def test_lists_are_filtered_sorted_and_paged(stage):
    made = [stage.network(name=name) for name in ("b", "a", "c", "a")]
    names = lambda **f: [each.name for each in network.search(stage.store, DEMO, Filters(**f))]  # noqa: E731
    assert names(where=(("name", ("a", "b")),), sort=(("name", False),)) == ["a", "a", "b"]
    assert names(sort=(("name", True),), limit=2) == ["c", "b"]
    assert names(where=(("external", ("true",)),)) == []
    assert names(where=(("segmentation_id", ("2",)),)) == ["a"]
    seen, marker = [], None
    while page := network.search(stage.store, DEMO, Filters(sort=(("name", True),), limit=1, marker=marker)):
        seen += page
        marker = page[-1].id
    assert [each.name for each in seen] == ["c", "b", "a", "a"]
    assert {each.id for each in seen} == {each.id for each in made}


@pytest.mark.parametrize(
    "filters",
    [
        Filters(where=(("colour", ("red",)),)),
        Filters(where=(("segmentation_id", ("many",)),)),
        Filters(where=(("segmentation_id", (str(2**63),)),)),
        Filters(sort=(("colour", False),)),
        Filters(marker="nothing"),
    ],
)
def test_filters_that_cannot_be_are_refused(stage, filters):
    with pytest.raises(BadInput):
        network.search(stage.store, DEMO, filters)


def test_a_caller_without_a_project_is_nobody(stage):
    with pytest.raises(Forbidden):
        Caller("eve", "", frozenset({"member"}), is_admin=False)
    with pytest.raises(HawserError):
        network.get(stage.store, OTHER, "nothing")
