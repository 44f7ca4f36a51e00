"""Address scopes: subnet pools that are apart, and networks that show where their addresses are unique."""

import pytest


def kind_of(answer):
    return answer.status_code, answer.json()["NeutronError"]["type"]


def scope_of(client, ip_version=4, **fields):
    return client.make("address_scope", "address-scopes", name="scope", ip_version=ip_version, **fields)


def pool_of(client, scope, *prefixes, **fields):
    return client.make(
        "subnetpool",
        name="pool",
        prefixes=list(prefixes),
        address_scope_id=scope["id"] if scope else None,
        default_prefixlen=64 if ":" in prefixes[0] else 24,
        **fields,
    )


def add(client, network, pool):
    body = {"network_id": network["id"], "subnetpool_id": pool["id"]}
    return client.post("/subnets", {"subnet": body})


@pytest.fixture
def scope(alice):
    return scope_of(alice)


def test_a_scope_is_made_shown_changed_and_removed(alice, bob, scope):
    assert (scope["name"], scope["ip_version"], scope["shared"]) == ("scope", 4, False)
    path = f"/address-scopes/{scope['id']}"
    assert alice.get(path).json()["address_scope"] == scope
    assert alice.get("/address-scopes", ip_version=6).json()["address_scopes"] == []
    assert alice.put(path, {"address_scope": {"name": "new"}}).json()["address_scope"]["name"] == "new"
    assert alice.put(path, {"address_scope": {"ip_version": 6}}).status_code == 400
    assert kind_of(bob.get(path)) == (404, "AddressScopeNotFound")
    assert kind_of(bob.delete(path)) == (404, "AddressScopeNotFound")
    assert alice.delete(path).status_code == 204
    assert kind_of(alice.get(path)) == (404, "AddressScopeNotFound")


@pytest.mark.parametrize(
    "fields", [{}, {"ip_version": 5}, {"ip_version": None}, {"ip_version": 4, "name": None}]
)
def test_a_scope_that_cannot_be_is_refused(alice, fields):
    assert alice.post("/address-scopes", {"address_scope": {"name": "s", **fields}}).status_code == 400


def test_only_an_administrator_shares_with_all_and_for_good(admin, alice, bob, scope):
    path = f"/address-scopes/{scope['id']}"
    assert alice.put(path, {"address_scope": {"shared": True}}).status_code == 403
    body = {"address_scope": {"name": "s", "ip_version": 4, "shared": True}}
    assert alice.post("/address-scopes", body).status_code == 403
    assert admin.put(path, {"address_scope": {"shared": True}}).json()["address_scope"]["shared"] is True
    assert bob.get(path).status_code == 200
    assert bob.put(path, {"address_scope": {"name": "mine"}}).status_code == 403
    answer = admin.put(path, {"address_scope": {"shared": False}})
    assert kind_of(answer) == (400, "AddressScopeUpdateError")


def test_a_scope_with_pools_stays(alice, scope):
    pool = pool_of(alice, scope, "10.0.0.0/16")
    path = f"/address-scopes/{scope['id']}"
    assert kind_of(alice.delete(path)) == (409, "AddressScopeInUse")
    body = {"subnetpool": {"address_scope_id": None}}
    assert alice.put(f"/subnetpools/{pool['id']}", body).json()["subnetpool"]["address_scope_id"] is None
    assert alice.delete(path).status_code == 204


def test_the_pools_of_a_scope_are_apart(alice, scope):
    pool = pool_of(alice, scope, "10.0.0.0/16")
    pool_of(alice, scope, "10.1.0.0/16")
    alone = pool_of(alice, None, "10.0.0.0/16")
    body = {"name": "p", "prefixes": ["10.0.128.0/24"], "address_scope_id": scope["id"]}
    assert kind_of(alice.post("/subnetpools", {"subnetpool": body})) == (409, "AddressScopePrefixConflict")
    for path, change in (
        (f"/subnetpools/{alone['id']}", {"subnetpool": {"address_scope_id": scope["id"]}}),
        (f"/subnetpools/{pool['id']}", {"subnetpool": {"prefixes": ["10.0.0.0/15"]}}),
        (f"/subnetpools/{pool['id']}/add_prefixes", {"prefixes": ["10.1.2.0/24"]}),
    ):
        assert kind_of(alice.put(path, change)) == (409, "AddressScopePrefixConflict")


def test_pool_and_scope_are_of_one_version_and_one_project(alice, bob, scope):
    body = {"name": "p", "prefixes": ["2001:db8::/48"], "address_scope_id": scope["id"]}
    answer = alice.post("/subnetpools", {"subnetpool": body})
    assert kind_of(answer) == (400, "IllegalSubnetPoolIpVersionAssociationToAddressScope")
    body = {"name": "p", "prefixes": ["10.0.0.0/16"], "address_scope_id": scope["id"]}
    assert kind_of(bob.post("/subnetpools", {"subnetpool": body})) == (404, "AddressScopeNotFound")


def test_a_pool_in_a_shared_scope_of_others_stays_as_it_is(admin, alice):
    pool = pool_of(alice, scope_of(admin, shared=True), "10.0.0.0/16")
    answer = alice.put(f"/subnetpools/{pool['id']}", {"subnetpool": {"prefixes": ["10.0.0.0/15"]}})
    assert kind_of(answer) == (400, "IllegalSubnetPoolUpdate")


def test_networks_show_the_scopes_of_their_subnets(alice, scope):
    six = scope_of(alice, 6)
    network = alice.make("network")
    assert (network["ipv4_address_scope"], network["ipv6_address_scope"]) == (None, None)
    pool, other = pool_of(alice, scope, "10.0.0.0/16"), pool_of(alice, scope, "10.1.0.0/16")
    subnets = [add(alice, network, each).json()["subnet"] for each in (pool, other)]
    add(alice, network, pool_of(alice, six, "2001:db8::/48"))
    shown = alice.get(f"/networks/{network['id']}").json()["network"]
    assert (shown["ipv4_address_scope"], shown["ipv6_address_scope"]) == (scope["id"], six["id"])
    (listed,) = alice.get("/networks", ipv4_address_scope=scope["id"]).json()["networks"]
    assert listed["id"] == network["id"]
    for subnet in subnets:
        alice.delete(f"/subnets/{subnet['id']}")
    assert alice.get(f"/networks/{network['id']}").json()["network"]["ipv4_address_scope"] is None


def test_a_change_of_scope_shows_on_the_networks(alice, scope):
    network = alice.make("network")
    pool = pool_of(alice, None, "10.0.0.0/16")
    add(alice, network, pool)
    alice.put(f"/subnetpools/{pool['id']}", {"subnetpool": {"address_scope_id": scope["id"]}})
    assert alice.get(f"/networks/{network['id']}").json()["network"]["ipv4_address_scope"] == scope["id"]


def test_the_subnets_of_a_network_are_of_one_scope(alice, scope):
    network = alice.make("network")
    pool, other = pool_of(alice, scope, "10.0.0.0/16"), pool_of(alice, scope, "10.1.0.0/16")
    add(alice, network, pool)
    add(alice, network, other)
    stranger = pool_of(alice, scope_of(alice), "10.2.0.0/16")
    for body in ({"subnetpool_id": stranger["id"]}, {"cidr": "192.168.0.0/24"}):
        answer = alice.post("/subnets", {"subnet": {"network_id": network["id"], **body}})
        assert kind_of(answer) == (400, "NetworkAddressScopeAffinityError")
    answer = alice.put(f"/subnetpools/{other['id']}", {"subnetpool": {"address_scope_id": None}})
    assert kind_of(answer) == (400, "NetworkAddressScopeAffinityError")


def test_a_scope_is_shared_with_one_project(alice, bob, scope):
    policy = alice.make(
        "rbac_policy",
        "rbac-policies",
        object_type="address_scope",
        object_id=scope["id"],
        action="access_as_shared",
        target_tenant="bob-project",
    )
    assert bob.get(f"/address-scopes/{scope['id']}").json()["address_scope"]["shared"] is True
    pool_of(bob, scope, "10.0.0.0/16")
    assert kind_of(alice.delete(f"/rbac-policies/{policy['id']}")) == (409, "RbacPolicyInUse")


def sharing(kind, thing, target="bob-project"):
    body = {
        "object_type": kind,
        "object_id": thing["id"],
        "action": "access_as_shared",
        "target_tenant": target,
    }
    return {"rbac_policy": body}


def test_a_pool_is_shared_only_with_those_who_may_use_its_scope(alice, scope):
    pool = pool_of(alice, scope, "10.0.0.0/16")
    refused = (409, "RbacPolicyInitError")
    assert kind_of(alice.post("/rbac-policies", sharing("subnetpool", pool))) == refused
    assert alice.post("/rbac-policies", sharing("address_scope", scope)).status_code == 201
    answer = alice.post("/rbac-policies", sharing("subnetpool", pool))
    assert answer.status_code == 201
    assert kind_of(alice.post("/rbac-policies", sharing("subnetpool", pool, "carol-project"))) == refused
    path = f"/rbac-policies/{answer.json()['rbac_policy']['id']}"
    body = {"rbac_policy": {"target_tenant": "carol-project"}}
    assert kind_of(alice.put(path, body)) == refused
