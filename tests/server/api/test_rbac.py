"""RBAC policies: sharing with one project, with all, and taking it back."""

import pytest

from tests.server.api.conftest import MEMBER, Client

BOB, ALL = "bob-project", "*"


def kind_of(answer):
    return answer.status_code, answer.json()["NeutronError"]["type"]


def share(owner, network, target=BOB, action="access_as_shared"):
    return owner.make(
        "rbac_policy",
        "rbac-policies",
        object_type="network",
        object_id=network["id"],
        action=action,
        target_tenant=target,
    )


def ids(client, path, **query):
    return [each["id"] for each in client.get(f"/{path}", **query).json()[path]]


def network_subnets(client, network):
    return client.get(f"/networks/{network['id']}").json()["network"]["subnets"]


@pytest.fixture
def carol(app):
    return Client(app, "carol-project", MEMBER)


@pytest.fixture
def network(alice):
    network = alice.make("network", name="ours")
    alice.make("subnet", network_id=network["id"], cidr="10.1.0.0/24")
    return network


def test_a_network_and_its_subnets_are_seen_by_the_project_that_it_is_shared_with(alice, bob, carol, network):
    share(alice, network)
    assert ids(bob, "networks") == [network["id"]]
    assert bob.get(f"/networks/{network['id']}").json()["network"]["shared"] is True
    (subnet,) = ids(bob, "subnets")
    assert bob.get(f"/subnets/{subnet}").status_code == 200
    assert (ids(carol, "networks"), ids(carol, "subnets")) == ([], [])
    assert carol.get(f"/networks/{network['id']}").status_code == 404
    assert carol.get(f"/subnets/{subnet}").status_code == 404
    assert alice.get(f"/networks/{network['id']}").json()["network"]["shared"] is False


def test_who_shares_a_network_uses_it_and_does_not_change_it(alice, bob, network):
    share(alice, network)
    assert bob.make("port", network_id=network["id"])["fixed_ips"]
    assert bob.put(f"/networks/{network['id']}", {"network": {"name": "mine"}}).status_code == 403
    assert bob.delete(f"/networks/{network['id']}").status_code == 403


def test_who_a_network_is_shared_with_joins_it_to_a_router(alice, bob, carol, network):
    subnet = alice.make("subnet", network_id=network["id"], cidr="10.77.0.0/24")["id"]
    share(alice, network)
    for client, status in ((bob, 200), (carol, 404)):
        router = client.make("router")["id"]
        answer = client.put(f"/routers/{router}/add_router_interface", {"subnet_id": subnet})
        assert answer.status_code == status, answer.text


def test_lists_are_filtered_by_what_is_shared_with_the_caller(alice, bob, network):
    share(alice, network)
    own = bob.make("network")
    assert ids(bob, "networks", shared="true") == [network["id"]]
    assert ids(bob, "networks", shared="false") == [own["id"]]
    assert ids(alice, "networks", shared="True") == []


def test_subnets_are_filtered_by_whether_their_network_is_shared(alice, bob, network):
    share(alice, network)
    own = bob.make("subnet", network_id=bob.make("network")["id"], cidr="10.2.0.0/24")
    assert ids(bob, "subnets", shared="true") == network_subnets(alice, network)
    assert ids(bob, "subnets", shared="false") == [own["id"]]
    assert ids(alice, "subnets", shared="false") == network_subnets(alice, network)


def test_a_policy_is_shown_found_and_removed_by_its_owner_alone(alice, bob, network):
    policy = share(alice, network)
    assert policy == {
        "id": policy["id"],
        "project_id": "alice-project",
        "tenant_id": "alice-project",
        "object_type": "network",
        "object_id": network["id"],
        "action": "access_as_shared",
        "target_tenant": BOB,
    }
    path = f"/rbac-policies/{policy['id']}"
    assert alice.get(path).json()["rbac_policy"] == policy
    assert alice.get("/rbac-policies", target_tenant=BOB).json()["rbac_policies"] == [policy]
    assert alice.get("/rbac-policies", object_id="x").json()["rbac_policies"] == []
    assert bob.get("/rbac-policies").json()["rbac_policies"] == []
    assert kind_of(bob.delete(path)) == (404, "RbacPolicyNotFound")
    assert alice.delete(path).status_code == 204
    assert ids(bob, "networks") == []


def test_a_policy_can_be_given_another_target(alice, bob, carol, network):
    policy = share(alice, network)
    path = f"/rbac-policies/{policy['id']}"
    body = {"rbac_policy": {"target_tenant": "carol-project"}}
    assert alice.put(path, body).json()["rbac_policy"]["target_tenant"] == "carol-project"
    assert (ids(bob, "networks"), ids(carol, "networks")) == ([], [network["id"]])
    assert alice.put(path, {"rbac_policy": {"object_id": network["id"]}}).status_code == 400


def test_a_policy_in_use_stays_as_it_is(alice, bob, network):
    path = f"/rbac-policies/{share(alice, network)['id']}"
    port = bob.make("port", network_id=network["id"])
    assert kind_of(alice.delete(path)) == (409, "RbacPolicyInUse")
    body = {"rbac_policy": {"target_tenant": "carol-project"}}
    assert kind_of(alice.put(path, body)) == (409, "RbacPolicyInUse")
    bob.delete(f"/ports/{port['id']}")
    assert alice.delete(path).status_code == 204


def test_a_policy_in_use_may_go_where_another_lets_the_same_project(admin, alice, bob, network):
    path = f"/rbac-policies/{share(alice, network)['id']}"
    all_of_them = share(admin, network, ALL)
    bob.make("port", network_id=network["id"])
    assert alice.delete(path).status_code == 204
    assert kind_of(admin.delete(f"/rbac-policies/{all_of_them['id']}")) == (409, "RbacPolicyInUse")


def test_the_same_policy_twice_is_refused(alice, network):
    share(alice, network)
    body = {"object_type": "network", "object_id": network["id"], "action": "access_as_shared"}
    assert kind_of(alice.post("/rbac-policies", {"rbac_policy": {**body, "target_tenant": BOB}})) == (
        409,
        "DuplicateRbacPolicy",
    )


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"target_tenant": ALL}, 403),
        ({"target_tenant": ""}, 400),
        ({"target_tenant": None}, 400),
        ({"target_tenant": "x" * 256}, 400),
        ({"object_type": "router"}, 400),
        ({"action": "access_as_owner"}, 400),
        ({"object_id": "00000000-0000-4000-8000-000000000000"}, 404),
        ({"object_id": "x"}, 400),
        ({"project_id": "carol-project"}, 403),
    ],
)
def test_a_policy_that_cannot_be_is_refused(alice, network, said, status):
    body = {
        "object_type": "network",
        "object_id": network["id"],
        "action": "access_as_shared",
        "target_tenant": BOB,
    }
    assert alice.post("/rbac-policies", {"rbac_policy": {**body, **said}}).status_code == status
    assert alice.get("/rbac-policies").json()["rbac_policies"] == []


def test_only_the_owner_shares_a_network(alice, bob, carol, network):
    body = {
        "object_type": "network",
        "object_id": network["id"],
        "action": "access_as_shared",
        "target_tenant": "carol-project",
    }
    assert bob.post("/rbac-policies", {"rbac_policy": body}).status_code == 404
    share(alice, network)
    assert kind_of(bob.post("/rbac-policies", {"rbac_policy": body})) == (400, "InvalidInput")


def test_a_target_is_not_made_everybody_by_a_member(alice, network):
    policy = share(alice, network)
    body = {"rbac_policy": {"target_tenant": ALL}}
    assert alice.put(f"/rbac-policies/{policy['id']}", body).status_code == 403


def test_sharing_with_all_and_the_policy_for_all_are_one_thing(admin, bob, network):
    path = f"/networks/{network['id']}"
    admin.put(path, {"network": {"shared": True}})
    (policy,) = admin.get("/rbac-policies", object_id=network["id"]).json()["rbac_policies"]
    assert (policy["target_tenant"], policy["action"]) == (ALL, "access_as_shared")
    assert ids(bob, "networks") == [network["id"]]
    admin.delete(f"/rbac-policies/{policy['id']}")
    assert admin.get(path).json()["network"]["shared"] is False
    assert bob.get(path).status_code == 404
    share(admin, network, ALL)
    assert admin.get(path).json()["network"]["shared"] is True
    admin.put(path, {"network": {"shared": False}})
    assert admin.get("/rbac-policies").json()["rbac_policies"] == []


def test_sharing_with_all_is_not_taken_back_while_others_use_it(admin, bob, carol, network):
    path = f"/networks/{network['id']}"
    admin.put(path, {"network": {"shared": True}})
    bob.make("port", network_id=network["id"])
    assert kind_of(admin.put(path, {"network": {"shared": False}})) == (409, "InvalidSharedSetting")
    assert admin.get(path).json()["network"]["shared"] is True
    share(admin, network)
    assert admin.put(path, {"network": {"shared": False}}).status_code == 200
    assert (ids(bob, "networks"), ids(carol, "networks")) == ([network["id"]], [])


def test_an_external_network_and_its_policy_are_one_thing(admin, bob):
    network = admin.make("network", **{"router:external": True})
    (policy,) = admin.get("/rbac-policies").json()["rbac_policies"]
    assert (policy["target_tenant"], policy["action"]) == (ALL, "access_as_external")
    assert ids(bob, "networks", **{"router:external": "true"}) == [network["id"]]
    admin.delete(f"/rbac-policies/{policy['id']}")
    assert admin.get(f"/networks/{network['id']}").json()["network"]["router:external"] is False
    assert ids(bob, "networks") == []


def test_a_network_is_external_to_one_project(admin, bob, carol):
    network = admin.make("network")
    admin.make("subnet", network_id=network["id"], cidr="203.0.113.0/24")
    policy = share(admin, network, action="access_as_external")
    shown = bob.get(f"/networks/{network['id']}").json()["network"]
    assert (shown["router:external"], shown["shared"]) == (True, False)
    assert carol.get(f"/networks/{network['id']}").status_code == 404
    gateway = {"network_id": network["id"]}
    assert carol.post("/routers", {"router": {"external_gateway_info": gateway}}).status_code == 404
    router = bob.make("router", external_gateway_info=gateway)
    assert kind_of(admin.delete(f"/rbac-policies/{policy['id']}")) == (409, "RbacPolicyInUse")
    bob.delete(f"/routers/{router['id']}")
    assert admin.delete(f"/rbac-policies/{policy['id']}").status_code == 204
    assert admin.get(f"/networks/{network['id']}").json()["network"]["router:external"] is False


def test_the_policies_of_a_network_go_with_it(alice, network):
    share(alice, network)
    alice.delete(f"/networks/{network['id']}")
    assert alice.get("/rbac-policies").json()["rbac_policies"] == []


def test_a_policy_gives_its_network_another_revision(alice, network):
    before = alice.get(f"/networks/{network['id']}").json()["network"]["revision_number"]
    share(alice, network)
    assert alice.get(f"/networks/{network['id']}").json()["network"]["revision_number"] > before


def test_a_project_has_no_more_policies_than_its_quota(admin, alice, network):
    admin.put("/quotas/alice-project", {"quota": {"rbac_policy": 1}})
    share(alice, network)
    body = {
        "object_type": "network",
        "object_id": network["id"],
        "action": "access_as_shared",
        "target_tenant": "carol-project",
    }
    assert kind_of(alice.post("/rbac-policies", {"rbac_policy": body})) == (409, "OverQuota")


def test_a_networks_owner_sees_and_removes_what_others_plugged_there(alice, bob, carol, network):
    share(alice, network)
    port = bob.make("port", network_id=network["id"])
    path = f"/ports/{port['id']}"
    assert alice.get(path).status_code == 200
    assert port["id"] in ids(alice, "ports")
    assert carol.get(path).status_code == 404
    assert alice.delete(path).status_code == 204


def test_another_service_sees_and_binds_the_ports_of_all_projects(app, alice):
    service = Client(app, "service-project", {"X-Roles": "service"})
    network = alice.make("network")
    port = alice.make("port", network_id=network["id"])
    path = f"/ports/{port['id']}"
    assert ids(service, "ports") == [port["id"]]
    assert service.get(path).json()["port"]["binding:host_id"] == ""
    bound = service.put(path, {"port": {"binding:host_id": "compute1", "device_id": "vm"}})
    assert bound.json()["port"]["binding:host_id"] == "compute1"
    assert service.get(f"/networks/{network['id']}").status_code == 404
    assert ids(service, "networks") == []
