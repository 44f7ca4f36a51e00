"""Flavors, their service profiles, and the routers of a flavor."""

from dataclasses import replace

import pytest

from hawser.base import config
from hawser.server.api.auth import NoAuth
from hawser.server.app import create_app
from hawser.server.store.session import Store
from tests.server.api.conftest import Client
from tests.server.api.routing import alive, error

DRIVERS = "neutron.services.l3_router.service_providers"
HA = f"{DRIVERS}.ha.HaDriver"
L3 = "L3_ROUTER_NAT"
NOWHERE = "11111111-2222-4333-8444-555555555555"


def flavor_of(admin, driver, **attributes):
    """A flavor that is provided by a driver."""
    profile = admin.make("service_profile", driver=driver)
    flavor = admin.make("flavor", service_type=L3, **attributes)
    bound = admin.post(
        f"/flavors/{flavor['id']}/service_profiles", {"service_profile": {"id": profile["id"]}}
    )
    assert bound.json() == {"service_profile": {"id": profile["id"]}}
    assert bound.status_code == 201
    return flavor, profile


def test_a_flavor_is_made_changed_and_deleted(admin, alice):
    flavor = admin.make("flavor", name="gold", description="the best", service_type=L3)
    assert (flavor["enabled"], flavor["service_profiles"]) == (True, [])
    changed = admin.put(f"/flavors/{flavor['id']}", {"flavor": {"name": "silver", "enabled": False}})
    assert changed.json()["flavor"] == flavor | {"name": "silver", "enabled": False}
    assert alice.get("/flavors", enabled="false").json()["flavors"] == [changed.json()["flavor"]]
    assert alice.get("/flavors", name="gold").json()["flavors"] == []
    error(alice.put(f"/flavors/{flavor['id']}", {"flavor": {"name": "mine"}}), 403, "PolicyNotAuthorized")
    assert admin.delete(f"/flavors/{flavor['id']}").status_code == 204
    error(admin.get(f"/flavors/{flavor['id']}"), 404, "FlavorNotFound")


def test_a_flavor_is_of_a_service_that_there_is(admin, alice):
    for attributes in ({}, {"service_type": "COFFEE"}, {"service_type": L3, "colour": "red"}):
        assert admin.post("/flavors", {"flavor": attributes}).status_code == 400, attributes
    error(alice.post("/flavors", {"flavor": {"service_type": L3}}), 403, "PolicyNotAuthorized")


def test_a_service_profile_has_a_driver_that_there_is_or_metainfo(admin, alice):
    error(admin.post("/service_profiles", {"service_profile": {}}), 400, "ServiceProfileEmpty")
    unknown = {"service_profile": {"driver": "coffee.Machine"}}
    error(admin.post("/service_profiles", unknown), 404, "ServiceProfileDriverNotFound")
    profile = admin.make("service_profile", metainfo="{'speed': 'high'}", description="quick")
    path = f"/service_profiles/{profile['id']}"
    error(admin.put(path, unknown), 404, "ServiceProfileDriverNotFound")
    changed = admin.put(path, {"service_profile": {"driver": HA, "enabled": False}}).json()["service_profile"]
    assert changed == profile | {"driver": HA, "enabled": False}
    assert alice.get("/service_profiles").json() == {"service_profiles": []}
    assert alice.get(path).status_code == 404
    assert admin.delete(path).status_code == 204


def test_a_profile_is_bound_to_a_flavor_and_unbound(admin):
    flavor, profile = flavor_of(admin, HA)
    path = f"/flavors/{flavor['id']}/service_profiles"
    assert admin.get(f"/flavors/{flavor['id']}").json()["flavor"]["service_profiles"] == [profile["id"]]
    again = {"service_profile": {"id": profile["id"]}}
    error(admin.post(path, again), 409, "FlavorServiceProfileBindingExists")
    error(admin.post(path, {"service_profile": {"id": NOWHERE}}), 404, "ServiceProfileNotFound")
    assert admin.post(path, {"service_profile": {}}).status_code == 400
    in_use = f"/service_profiles/{profile['id']}"
    error(admin.delete(in_use), 409, "ServiceProfileInUse")
    error(admin.put(in_use, {"service_profile": {"description": "x"}}), 409, "ServiceProfileInUse")
    assert admin.delete(f"{path}/{profile['id']}").status_code == 204
    error(admin.delete(f"{path}/{profile['id']}"), 404, "FlavorServiceProfileBindingNotFound")
    assert admin.delete(in_use).status_code == 204


def test_a_flavor_says_all_its_profiles_at_once(admin):
    profiles = sorted(admin.make("service_profile", metainfo=text)["id"] for text in "ab")
    flavor = admin.make("flavor", service_type=L3, service_profiles=profiles)
    assert flavor["service_profiles"] == profiles
    path = f"/flavors/{flavor['id']}"
    changed = admin.put(path, {"flavor": {"service_profiles": profiles[:1]}}).json()["flavor"]
    assert changed["service_profiles"] == profiles[:1]
    error(admin.put(path, {"flavor": {"service_profiles": [NOWHERE]}}), 404, "ServiceProfileNotFound")
    assert admin.delete(path).status_code == 204, "its profiles are free again"


def test_the_next_provider_of_a_flavor_is_its_profiles(admin, alice):
    flavor, _ = flavor_of(admin, HA)
    path = f"/flavors/{flavor['id']}/next_providers"
    assert alice.get(path).json() == {
        "next_providers": [{"provider": "ha", "driver": HA, "metainfo": ""}],
    }
    bare = admin.make("flavor", service_type=L3)
    error(alice.get(f"/flavors/{bare['id']}/next_providers"), 404, "FlavorServiceProfileBindingNotFound")
    admin.put(f"/flavors/{flavor['id']}", {"flavor": {"enabled": False}})
    error(alice.get(path), 409, "FlavorDisabled")


def test_a_router_is_what_its_flavors_driver_makes(store, admin, alice):
    alive(store, "a", "b")
    flavor, _ = flavor_of(admin, HA)
    router = alice.make("router", flavor_id=flavor["id"])
    shown = admin.get(f"/routers/{router['id']}").json()["router"]
    assert (shown["flavor_id"], shown["ha"], shown["distributed"]) == (flavor["id"], True, False)
    assert len(alice.get("/routers", flavor_id=flavor["id"]).json()["routers"]) == 1
    against = {"router": {"flavor_id": flavor["id"], "ha": False}}
    error(admin.post("/routers", against), 400, "InvalidInput")
    assert alice.put(f"/routers/{router['id']}", {"router": {"flavor_id": None}}).status_code == 400
    other_kind = {"router": {"ha": False, "admin_state_up": False}}
    error(admin.put(f"/routers/{router['id']}", other_kind), 400, "BadRequest")
    error(admin.delete(f"/flavors/{flavor['id']}"), 409, "FlavorInUse")
    error(alice.post("/routers", {"router": {"flavor_id": NOWHERE}}), 404, "FlavorNotFound")
    other = admin.make("flavor", service_type="QOS")
    error(alice.post("/routers", {"router": {"flavor_id": other["id"]}}), 400, "InvalidInput")


def test_providers_are_those_of_routers_and_those_configured(tmp_path, settings):
    file = tmp_path / "neutron.conf"
    file.write_text(
        "[service_providers]\nservice_provider = L3_ROUTER_NAT:fast:vendor.Fast:default\n"
        "service_provider = VPN:swan:vendor.Swan\n"
    )
    read = config.server_settings(config.read([file]))
    ours = replace(settings, service_providers=read.service_providers)
    store = Store(ours)
    store.upgrade()
    admin = Client(create_app(store, ours, NoAuth()), "admin-project", {})
    listed = admin.get("/service-providers").json()["service_providers"]
    assert [(each["name"], each["default"]) for each in listed] == [
        ("fast", True),
        ("swan", False),
        ("dvrha", False),
        ("dvr", False),
        ("single_node", False),
        ("ha", False),
    ]
    assert admin.get("/service-providers", service_type="VPN").json()["service_providers"] == [listed[1]]
    flavor, _ = flavor_of(admin, "vendor.Fast")
    assert admin.make("router", flavor_id=flavor["id"])["ha"] is False
    store.close()


@pytest.mark.parametrize("text", ["VPN:swan", "VPN::driver", "VPN:swan:driver:often"])
def test_a_provider_that_cannot_be_read_is_named(tmp_path, text):
    file = tmp_path / "neutron.conf"
    file.write_text(f"[service_providers]\nservice_provider = {text}\n")
    with pytest.raises(config.BadInput, match="service_provider"):
        config.server_settings(config.read([file]))
