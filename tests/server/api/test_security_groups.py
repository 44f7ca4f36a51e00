"""Security groups and their rules over the API: attributes, protocols, what is refused, sharing."""

import pytest

ALL, BOB = "*", "bob-project"


def kind_of(answer):
    return answer.status_code, answer.json()["NeutronError"]["type"]


def rule_of(client, group, **said):
    body = {"security_group_id": group["id"], "direction": "ingress", **said}
    return client.post("/security-group-rules", {"security_group_rule": body})


def made_rule(client, group, **said):
    answer = rule_of(client, group, **said)
    assert answer.status_code == 201, answer.text
    return answer.json()["security_group_rule"]


def groups_of(client, **query):
    return client.get("/security-groups", **query).json()["security_groups"]


@pytest.fixture
def group(alice):
    return alice.make("security_group", "security-groups", name="web")


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (112, "112"),
        ("vrrp", "vrrp"),
        ("VRRP", "vrrp"),
        ("0", "0"),
        (255, "255"),
        (None, None),
        ("any", None),
        ("udplite", "udplite"),
        ("icmp", "icmp"),
    ],
)
def test_a_protocol_is_kept_as_it_is_said(alice, group, said, kept):
    assert made_rule(alice, group, protocol=said)["protocol"] == kept


@pytest.mark.parametrize(("said", "kept"), [("icmp", "ipv6-icmp"), ("icmpv6", "ipv6-icmp"), (1, "58")])
def test_icmp_of_ipv6_has_one_name(alice, group, said, kept):
    assert made_rule(alice, group, protocol=said, ethertype="IPv6")["protocol"] == kept


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ({"protocol": "256"}, "SecurityGroupRuleInvalidProtocol"),
        ({"protocol": -1}, "SecurityGroupRuleInvalidProtocol"),
        ({"protocol": "bogus"}, "SecurityGroupRuleInvalidProtocol"),
        ({"protocol": True}, "SecurityGroupRuleInvalidProtocol"),
        ({"protocol": []}, "SecurityGroupRuleInvalidProtocol"),
        ({"protocol": "icmpv6"}, "SecurityGroupEthertypeConflictWithProtocol"),
        ({"protocol": "ipv6-route"}, "SecurityGroupEthertypeConflictWithProtocol"),
        ({"protocol": 44}, "SecurityGroupEthertypeConflictWithProtocol"),
        ({"port_range_min": 1, "port_range_max": 2}, "SecurityGroupProtocolRequiredWithPorts"),
        (
            {"protocol": "vrrp", "port_range_min": 1, "port_range_max": 2},
            "SecurityGroupInvalidProtocolForPort",
        ),
        ({"protocol": "tcp", "port_range_min": 2, "port_range_max": 1}, "SecurityGroupInvalidPortRange"),
        ({"protocol": "tcp", "port_range_max": 1}, "SecurityGroupInvalidPortRange"),
        ({"protocol": 17, "port_range_min": 0, "port_range_max": 1}, "SecurityGroupInvalidPortValue"),
        ({"protocol": "tcp", "port_range_min": 1, "port_range_max": 65536}, "SecurityGroupInvalidPortValue"),
        ({"protocol": "tcp", "port_range_min": "a"}, "SecurityGroupInvalidPortValue"),
        ({"protocol": "icmp", "port_range_min": 256}, "SecurityGroupInvalidIcmpValue"),
        ({"protocol": "icmp", "port_range_max": 1}, "SecurityGroupMissingIcmpType"),
        ({"remote_ip_prefix": "fd00::/8"}, "SecurityGroupRuleParameterConflict"),
        ({"remote_ip_prefix": "10.0.0.0/33"}, "InvalidCIDR"),
        (
            {"remote_ip_prefix": "10.0.0.0/8", "remote_group_id": "x"},
            "SecurityGroupRemoteGroupAndRemoteIpPrefix",
        ),
        (
            {"remote_ip_prefix": "10.0.0.0/8", "remote_address_group_id": "x"},
            "SecurityGroupMultipleRemoteEntites",
        ),
    ],
)
def test_a_rule_that_cannot_be_is_refused_by_name(alice, group, said, kind):
    assert kind_of(rule_of(alice, group, **said)) == (400, kind)
    assert (
        len(alice.get(f"/security-groups/{group['id']}").json()["security_group"]["security_group_rules"])
        == 2
    )


@pytest.mark.parametrize(
    ("one", "same"),
    [
        ({"protocol": "vrrp"}, {"protocol": 112}),
        ({"protocol": "icmpv6", "ethertype": "IPv6"}, {"protocol": 58, "ethertype": "IPv6"}),
        ({}, {"remote_ip_prefix": "0.0.0.0/0"}),
        ({}, {"description": "another"}),
    ],
)
def test_a_rule_that_lets_through_what_another_does_is_refused(alice, group, one, same):
    made_rule(alice, group, **one)
    assert kind_of(rule_of(alice, group, **same)) == (409, "SecurityGroupRuleExists")


def test_rules_that_are_made_together_are_of_one_group_and_differ(alice, group):
    other = alice.make("security_group", "security-groups", name="db")

    def several(*groups):
        rules = [{"security_group_id": each["id"], "direction": "ingress"} for each in groups]
        return kind_of(alice.post("/security-group-rules", {"security_group_rules": rules}))

    assert several(group, group) == (409, "DuplicateSecurityGroupRuleInPost")
    assert several(group, other) == (400, "SecurityGroupNotSingleGroupRules")


@pytest.mark.parametrize(
    ("said", "kept", "normalised"),
    [
        ("10.0.0.5/24", "10.0.0.5/24", "10.0.0.0/24"),
        ("10.0.0.5", "10.0.0.5/32", "10.0.0.5/32"),
        (None, None, None),
    ],
)
def test_a_prefix_is_shown_as_written_and_normalised(alice, group, said, kept, normalised):
    made = made_rule(alice, group, remote_ip_prefix=said)
    assert (made["remote_ip_prefix"], made["normalized_cidr"]) == (kept, normalised)
    if said:
        found = alice.get("/security-group-rules", normalized_cidr=normalised).json()["security_group_rules"]
        assert [each["id"] for each in found] == [made["id"]]
        found = alice.get("/security-group-rules", remote_ip_prefix=said).json()["security_group_rules"]
        assert [each["id"] for each in found] == [made["id"]]


def test_rules_tell_whether_they_are_of_a_default_group(alice, group):
    rules = alice.get("/security-group-rules", belongs_to_default_sg="True").json()["security_group_rules"]
    (default,) = groups_of(alice, name="default")
    assert {each["security_group_id"] for each in rules} == {default["id"]}
    assert {each["belongs_to_default_sg"] for each in group["security_group_rules"]} == {False}


def test_a_group_is_stateful_unless_it_is_said_otherwise(alice, group):
    assert group["stateful"] is True
    stateless = alice.make("security_group", "security-groups", name="fast", stateful=False)
    assert [each["id"] for each in groups_of(alice, stateful="false")] == [stateless["id"]]
    assert alice.post("/security-groups", {"security_group": {"stateful": "maybe"}}).status_code == 400


def test_a_group_does_not_become_stateless_while_ports_are_in_it(alice, group):
    network = alice.make("network")
    port = alice.make("port", network_id=network["id"], security_groups=[group["id"]])
    path = f"/security-groups/{group['id']}"
    stateless = {"security_group": {"stateful": False}}
    assert kind_of(alice.put(path, stateless)) == (409, "SecurityGroupInUse")
    assert alice.put(path, {"security_group": {"stateful": True, "name": "x"}}).status_code == 200
    alice.delete(f"/ports/{port['id']}")
    assert alice.put(path, stateless).json()["security_group"]["stateful"] is False


@pytest.mark.parametrize("name", ["default", "Default"])
def test_the_default_groups_name_is_taken(alice, group, name):
    taken = (409, "SecurityGroupDefaultAlreadyExists")
    assert kind_of(alice.post("/security-groups", {"security_group": {"name": name}})) == taken
    assert kind_of(alice.put(f"/security-groups/{group['id']}", {"security_group": {"name": name}})) == taken


def test_the_default_group_is_an_administrators_to_remove(admin, alice):
    (default,) = groups_of(alice)
    path = f"/security-groups/{default['id']}"
    assert kind_of(alice.delete(path)) == (409, "SecurityGroupCannotRemoveDefault")
    assert admin.delete(path).status_code == 204
    (again,) = groups_of(alice)
    assert again["id"] != default["id"]


def test_an_administrator_sees_the_default_group_of_a_project_that_is_new(admin):
    (default,) = groups_of(admin, tenant_id="new-project")
    assert (default["name"], default["project_id"]) == ("default", "new-project")


def shared_with(owner, group, target=BOB, kind="security_group"):
    return owner.make(
        "rbac_policy",
        "rbac-policies",
        object_type=kind,
        object_id=group["id"],
        action="access_as_shared",
        target_tenant=target,
    )


def test_a_shared_group_is_seen_and_used_but_not_changed(alice, bob, group):
    rule = made_rule(alice, group, protocol="tcp")
    path = f"/security-groups/{group['id']}"
    assert bob.get(path).status_code == 404
    shared_with(alice, group)
    assert bob.get(path).json()["security_group"]["shared"] is True
    assert alice.get(path).json()["security_group"]["shared"] is False
    assert [each["id"] for each in groups_of(bob, shared="true")] == [group["id"]]
    assert bob.get(f"/security-group-rules/{rule['id']}").status_code == 200
    for refused in (
        bob.put(path, {"security_group": {"name": "mine"}}),
        bob.delete(path),
        rule_of(bob, group, protocol="udp"),
        bob.delete(f"/security-group-rules/{rule['id']}"),
    ):
        assert refused.status_code == 403


def test_a_policy_for_a_group_stays_while_the_other_project_uses_it(alice, bob, group):
    path = f"/rbac-policies/{shared_with(alice, group)['id']}"
    network = bob.make("network")
    port = bob.make("port", network_id=network["id"], security_groups=[group["id"]])
    assert kind_of(alice.delete(path)) == (409, "RbacPolicyInUse")
    bob.delete(f"/ports/{port['id']}")
    own = bob.make("security_group", "security-groups", name="own")
    rule = made_rule(bob, own, remote_group_id=group["id"])
    assert kind_of(alice.delete(path)) == (409, "RbacPolicyInUse")
    bob.delete(f"/security-group-rules/{rule['id']}")
    assert alice.delete(path).status_code == 204


def test_a_group_of_another_project_is_not_referred_to(alice, bob, group):
    own = bob.make("security_group", "security-groups", name="own")
    network = bob.make("network")
    assert rule_of(bob, own, remote_group_id=group["id"]).status_code == 404
    body = {"port": {"network_id": network["id"], "security_groups": [group["id"]]}}
    assert bob.post("/ports", body).status_code == 404


def test_a_rule_that_an_administrator_adds_is_seen_by_the_groups_owner(admin, alice, group):
    rule = made_rule(admin, group, protocol="tcp")
    assert alice.get(f"/security-group-rules/{rule['id']}").status_code == 200
    assert alice.delete(f"/security-group-rules/{rule['id']}").status_code == 204
