"""Address groups: their addresses, rules that are about them, sharing."""

import pytest

from tests.server.api.test_security_groups import kind_of, made_rule, rule_of, shared_with


@pytest.fixture
def addresses(alice):
    return alice.make(
        "address_group",
        "address-groups",
        name="offices",
        addresses=["fd00::/64", "192.0.2.1/32", "10.0.0.0/24"],
    )


def test_addresses_are_shown_in_their_order(alice, addresses):
    assert addresses["addresses"] == ["10.0.0.0/24", "192.0.2.1/32", "fd00::/64"]
    assert alice.get(f"/address-groups/{addresses['id']}").json()["address_group"] == addresses
    assert alice.get("/address-groups", name="offices").json()["address_groups"] == [addresses]
    assert alice.make("address_group", "address-groups")["addresses"] == []


def test_addresses_are_added_and_taken_away(alice, addresses):
    path = f"/address-groups/{addresses['id']}"
    added = alice.put(f"{path}/add_addresses", {"addresses": ["198.51.100.7"]}).json()["address_group"]
    assert "198.51.100.7/32" in added["addresses"]
    assert added["revision_number"] > addresses["revision_number"]
    gone = {"addresses": ["10.0.0.0/24", "fd00::/64", "192.0.2.1/32"]}
    left = alice.put(f"{path}/remove_addresses", gone).json()["address_group"]
    assert left["addresses"] == ["198.51.100.7/32"]
    assert alice.get(path).json()["address_group"] == left


@pytest.mark.parametrize(
    ("action", "body", "refusal"),
    [
        ("add_addresses", {"addresses": ["192.0.2.1/32", "1.1.1.1"]}, (400, "AddressesAlreadyExist")),
        ("remove_addresses", {"addresses": ["192.0.2.1/32", "1.1.1.1"]}, (404, "AddressesNotFound")),
        ("add_addresses", {"addresses": ["somewhere"]}, (400, "InvalidInput")),
        ("add_addresses", {"addresses": "1.1.1.1"}, (400, "InvalidInput")),
        ("add_addresses", {"addresses": [1]}, (400, "InvalidInput")),
        ("add_addresses", {}, (400, "HTTPBadRequest")),
    ],
)
def test_what_cannot_be_added_or_taken_away_changes_nothing(alice, addresses, action, body, refusal):
    path = f"/address-groups/{addresses['id']}"
    assert kind_of(alice.put(f"{path}/{action}", body)) == refusal
    assert alice.get(path).json()["address_group"] == addresses


def test_only_name_and_description_are_updated(alice, addresses):
    path = f"/address-groups/{addresses['id']}"
    assert alice.put(path, {"address_group": {"name": "x"}}).json()["address_group"]["name"] == "x"
    assert alice.put(path, {"address_group": {"addresses": []}}).status_code == 400


def test_a_group_that_a_rule_is_about_stays(alice, addresses):
    group = alice.make("security_group", "security-groups")
    rule = made_rule(alice, group, remote_address_group_id=addresses["id"])
    assert rule["remote_address_group_id"] == addresses["id"]
    path = f"/address-groups/{addresses['id']}"
    assert kind_of(alice.delete(path)) == (409, "AddressGroupInUse")
    alice.delete(f"/security-group-rules/{rule['id']}")
    assert alice.delete(path).status_code == 204
    assert kind_of(alice.get(path)) == (404, "AddressGroupNotFound")


def test_an_address_group_is_used_by_a_project_that_it_is_shared_with(alice, bob, addresses):
    group = bob.make("security_group", "security-groups")
    path = f"/address-groups/{addresses['id']}"
    assert rule_of(bob, group, remote_address_group_id=addresses["id"]).status_code == 404
    assert bob.put(f"{path}/add_addresses", {"addresses": ["1.1.1.1"]}).status_code == 404
    policy = shared_with(alice, addresses, kind="address_group")
    shared = bob.get("/address-groups", shared="true").json()["address_groups"]
    assert [each["id"] for each in shared] == [addresses["id"]]
    made_rule(bob, group, remote_address_group_id=addresses["id"])
    assert bob.put(f"{path}/add_addresses", {"addresses": ["1.1.1.1"]}).status_code == 403
    assert bob.delete(path).status_code == 403
    assert kind_of(alice.delete(f"/rbac-policies/{policy['id']}")) == (409, "RbacPolicyInUse")
