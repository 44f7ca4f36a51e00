"""QoS policies, their rules, and who has which policy."""

import pytest

from tests.server.api.conftest import MEMBER, Client

RULES = {
    "bandwidth_limit": ({"max_kbps": 1000}, {"max_kbps": 1000, "max_burst_kbps": 0, "direction": "egress"}),
    "dscp_marking": ({"dscp_mark": 26}, {"dscp_mark": 26}),
    "minimum_bandwidth": (
        {"min_kbps": 5, "direction": "ingress"},
        {"min_kbps": 5, "direction": "ingress"},
    ),
    "minimum_packet_rate": ({"min_kpps": 7, "direction": "any"}, {"min_kpps": 7, "direction": "any"}),
    "packet_rate_limit": ({"max_kpps": 9}, {"max_kpps": 9, "max_burst_kpps": 0, "direction": "egress"}),
}


def kind_of(answer):
    return answer.status_code, answer.json()["NeutronError"]["type"]


@pytest.fixture
def policy(admin):
    return admin.make("policy", "qos/policies", name="gold", shared=True)


@pytest.fixture
def add(admin, policy):
    def make(type, **attributes):
        return admin.post(
            f"/qos/policies/{policy['id']}/{type}_rules", {f"{type}_rule": attributes or RULES[type][0]}
        )

    return make


@pytest.fixture
def external(admin):
    network = admin.make("network", **{"router:external": True})
    admin.make("subnet", network_id=network["id"], cidr="203.0.113.0/24", ip_version=4)
    return network


def test_a_policy_is_made_shown_changed_and_removed(admin):
    made = admin.make("policy", "qos/policies", name="gold", description="fast")
    assert {made[name] for name in ("shared", "is_default")} == {False}
    assert (made["rules"], made["tags"], made["project_id"]) == ([], [], "admin-project")
    path = f"/qos/policies/{made['id']}"
    changed = admin.put(path, {"policy": {"name": "silver", "shared": True}}).json()["policy"]
    assert (changed["name"], changed["shared"]) == ("silver", True)
    assert changed["revision_number"] > made["revision_number"]
    assert admin.get("/qos/policies", name="silver", shared=True).json()["policies"] == [changed]
    assert admin.delete(path).status_code == 204
    assert kind_of(admin.get(path)) == (404, "QosPolicyNotFound")


def test_only_an_administrator_changes_policies(alice, policy):
    path = f"/qos/policies/{policy['id']}"
    assert alice.get(path).status_code == 200
    assert alice.post("/qos/policies", {"policy": {"name": "x"}}).status_code == 403
    assert alice.put(path, {"policy": {"name": "x"}}).status_code == 403
    assert alice.delete(path).status_code == 403
    rule = {"bandwidth_limit_rule": {"max_kbps": 1}}
    assert alice.post(f"{path}/bandwidth_limit_rules", rule).status_code == 403


def test_a_policy_that_is_not_shared_is_seen_by_its_project_alone(admin, alice, bob):
    made = admin.make("policy", "qos/policies", name="x", project_id="alice-project")
    path = f"/qos/policies/{made['id']}"
    assert alice.get(path).status_code == 200
    assert kind_of(bob.get(path)) == (404, "QosPolicyNotFound")
    assert kind_of(bob.get(f"{path}/dscp_marking_rules")) == (404, "QosPolicyNotFound")
    assert bob.get("/qos/policies").json() == {"policies": []}


def test_a_policy_is_shared_with_single_projects(admin, alice, bob):
    made = admin.make("policy", "qos/policies", name="x")
    admin.make(
        "rbac_policy",
        "rbac-policies",
        object_type="qos_policy",
        object_id=made["id"],
        action="access_as_shared",
        target_tenant="alice-project",
    )
    path = f"/qos/policies/{made['id']}"
    assert alice.get(path).json()["policy"]["shared"] is True
    assert admin.get(path).json()["policy"]["shared"] is False
    assert bob.get(path).status_code == 404


def test_a_project_has_one_default_policy_which_its_new_networks_get(admin, alice):
    made = admin.make("policy", "qos/policies", project_id="alice-project", is_default=True)
    again = {"policy": {"project_id": "alice-project", "is_default": True}}
    assert kind_of(admin.post("/qos/policies", again)) == (409, "QoSPolicyDefaultAlreadyExists")
    other = admin.make("policy", "qos/policies", project_id="alice-project")
    path = f"/qos/policies/{other['id']}"
    assert kind_of(admin.put(path, {"policy": {"is_default": True}})) == (
        409,
        "QoSPolicyDefaultAlreadyExists",
    )
    assert alice.make("network")["qos_policy_id"] == made["id"]
    assert alice.make("network", qos_policy_id=other["id"])["qos_policy_id"] == other["id"]
    assert admin.make("network")["qos_policy_id"] is None
    admin.put(f"/qos/policies/{made['id']}", {"policy": {"is_default": False}})
    assert admin.put(path, {"policy": {"is_default": True}}).status_code == 200


@pytest.mark.parametrize("type", RULES)
def test_a_rule_is_made_shown_changed_and_removed(admin, alice, policy, add, type):
    shown = add(type).json()[f"{type}_rule"]
    collection = f"/qos/policies/{policy['id']}/{type}_rules"
    path = f"{collection}/{shown['id']}"
    assert shown == {"id": shown["id"], **RULES[type][1]}
    assert alice.get(path).json() == {f"{type}_rule": shown}
    assert alice.get(collection).json() == {f"{type}_rules": [shown]}
    embedded = {**shown, "type": type, "qos_policy_id": policy["id"]}
    assert alice.get(f"/qos/policies/{policy['id']}").json()["policy"]["rules"] == [embedded]
    amount = next(iter(RULES[type][0]))
    changed = admin.put(path, {f"{type}_rule": {amount: 8}})
    assert changed.json()[f"{type}_rule"] == {**shown, amount: 8}
    assert alice.get(collection, **{amount: 8}).json()[f"{type}_rules"] != []
    assert alice.get(collection, **{amount: 9999}).json()[f"{type}_rules"] == []
    assert admin.delete(path).status_code == 204
    assert kind_of(admin.get(path)) == (404, "QosRuleNotFound")


@pytest.mark.parametrize("type", [each for each in RULES if each != "packet_rate_limit"])
def test_a_rule_is_reached_without_its_policy(admin, alice, add, type):
    shown = add(type).json()[f"{type}_rule"]
    path = f"/qos/alias-{type.replace('_', '-')}-rules/{shown['id']}"
    name = f"alias_{type}_rule"
    amount = next(iter(RULES[type][0]))
    assert alice.get(path).json() == {name: shown}
    assert alice.put(path, {name: {amount: 8}}).status_code == 403
    assert admin.put(path, {name: {amount: 8}}).json() == {name: {**shown, amount: 8}}
    assert admin.delete(path).status_code == 204
    assert admin.get(path).status_code == 404


def test_a_rule_is_only_within_its_own_policy_and_of_its_own_type(admin, policy, add):
    id = add("dscp_marking").json()["dscp_marking_rule"]["id"]
    other = admin.make("policy", "qos/policies")
    assert admin.get(f"/qos/policies/{other['id']}/dscp_marking_rules/{id}").status_code == 404
    assert admin.get(f"/qos/policies/{policy['id']}/bandwidth_limit_rules/{id}").status_code == 404
    assert admin.delete(f"/qos/policies/{other['id']}/dscp_marking_rules/{id}").status_code == 404
    assert admin.get(f"/qos/policies/{policy['id']}/dscp_marking_rules/{id}").status_code == 200


@pytest.mark.parametrize("type", RULES)
def test_a_policy_says_a_thing_once(add, type):
    add(type)
    assert kind_of(add(type)) == (409, "QoSRulesConflict")


def test_rules_for_both_directions_go_together(admin, policy, add):
    for direction in ("ingress", "egress"):
        assert add("bandwidth_limit", max_kbps=10, direction=direction).status_code == 201
        assert add("minimum_packet_rate", min_kpps=1, direction=direction).status_code == 201
    assert kind_of(add("minimum_packet_rate", min_kpps=1, direction="any")) == (409, "QoSRulesConflict")
    rules = admin.get(f"/qos/policies/{policy['id']}/bandwidth_limit_rules", direction="ingress").json()
    path = f"/qos/policies/{policy['id']}/bandwidth_limit_rules/{rules['bandwidth_limit_rules'][0]['id']}"
    turned = admin.put(path, {"bandwidth_limit_rule": {"direction": "egress"}})
    assert kind_of(turned) == (409, "QoSRulesConflict")


def test_no_more_is_promised_than_is_allowed(add):
    add("bandwidth_limit", max_kbps=10)
    assert kind_of(add("minimum_bandwidth", min_kbps=11)) == (409, "QoSRuleParameterConflict")
    assert add("minimum_bandwidth", min_kbps=10).status_code == 201


@pytest.mark.parametrize(
    ("type", "attributes"),
    [
        ("dscp_marking", {"dscp_mark": 1}),
        ("dscp_marking", {"dscp_mark": 64}),
        ("dscp_marking", {"dscp_mark": "x"}),
        ("bandwidth_limit", {"max_kbps": -1}),
        ("bandwidth_limit", {"max_kbps": 2**31}),
        ("bandwidth_limit", {"max_burst_kbps": 1}),
        ("bandwidth_limit", {"max_kbps": 1, "direction": "any"}),
        ("minimum_bandwidth", {"min_kbps": 1, "direction": "up"}),
        ("minimum_packet_rate", {"min_kpps": "many"}),
        ("packet_rate_limit", {"max_kbps": 1}),
    ],
)
def test_a_rule_that_cannot_be_is_refused(add, type, attributes):
    assert add(type, **attributes).status_code == 400


def test_a_policy_in_use_stays(admin, alice, policy, external):
    path = f"/qos/policies/{policy['id']}"
    network = alice.make("network", qos_policy_id=policy["id"])
    port = alice.make("port", network_id=network["id"], qos_policy_id=policy["id"])
    floating = alice.make("floatingip", floating_network_id=external["id"], qos_policy_id=policy["id"])
    users = (
        (f"/networks/{network['id']}", "network"),
        (f"/ports/{port['id']}", "port"),
        (f"/floatingips/{floating['id']}", "floatingip"),
    )
    for user, noun in users:
        assert alice.get(user).json()[noun]["qos_policy_id"] == policy["id"]
        assert kind_of(admin.delete(path)) == (409, "QosPolicyInUse")
        freed = alice.put(user, {noun: {"qos_policy_id": None}}).json()[noun]
        assert freed["qos_policy_id"] is None
    assert admin.delete(path).status_code == 204


def test_a_port_shows_its_networks_policy(admin, alice, policy):
    network = alice.make("network", qos_policy_id=policy["id"])
    port = alice.make("port", network_id=network["id"])
    assert (port["qos_policy_id"], port["qos_network_policy_id"]) == (None, policy["id"])
    alice.put(f"/networks/{network['id']}", {"network": {"qos_policy_id": None}})
    assert alice.get(f"/ports/{port['id']}").json()["port"]["qos_network_policy_id"] is None
    alice.put(f"/networks/{network['id']}", {"network": {"qos_policy_id": policy["id"]}})
    found = alice.get("/ports", qos_network_policy_id=policy["id"]).json()["ports"]
    assert [each["id"] for each in found] == [port["id"]]


@pytest.mark.parametrize("noun", ["network", "port", "floatingip"])
def test_a_policy_that_one_does_not_see_cannot_be_given(admin, alice, external, noun):
    hidden = admin.make("policy", "qos/policies")
    network = alice.make("network")
    draft = {"port": {"network_id": network["id"]}, "floatingip": {"floating_network_id": external["id"]}}
    asked = {noun: {**draft.get(noun, {}), "qos_policy_id": hidden["id"]}}
    assert kind_of(alice.post(f"/{noun}s", asked)) == (404, "QosPolicyNotFound")
    made = alice.make(noun, **draft.get(noun, {}))
    change = {noun: {"qos_policy_id": hidden["id"]}}
    assert kind_of(alice.put(f"/{noun}s/{made['id']}", change)) == (404, "QosPolicyNotFound")


def test_a_policy_that_an_operator_gave_is_not_taken_away(admin, alice):
    hidden = admin.make("policy", "qos/policies")
    network = alice.make("network")
    port = alice.make("port", network_id=network["id"])
    admin.put(f"/ports/{port['id']}", {"port": {"qos_policy_id": hidden["id"]}})
    away = alice.put(f"/ports/{port['id']}", {"port": {"qos_policy_id": None}})
    assert kind_of(away) == (403, "PolicyRemoveAuthorizationError")
    assert alice.put(f"/ports/{port['id']}", {"port": {"name": "x"}}).status_code == 200


def test_the_types_of_rules_are_shown(alice):
    types = alice.get("/qos/rule-types").json()["rule_types"]
    assert types == [{"type": type} for type in RULES]
    assert alice.get("/qos/rule-types", type="dscp_marking").json() == {
        "rule_types": [{"type": "dscp_marking"}]
    }
    assert len(alice.get("/qos/rule-types", all_rules=True).json()["rule_types"]) == len(RULES)
    assert alice.get("/qos/rule-types", all_rules=True, all_supported=True).status_code == 400
    shown = alice.get("/qos/rule-types/minimum_bandwidth").json()["rule_type"]
    (driver,) = shown["drivers"]
    assert driver["supported_parameters"][1] == {
        "parameter_name": "direction",
        "parameter_type": "choices",
        "parameter_values": ["ingress", "egress"],
    }
    assert alice.get("/qos/rule-types/none").status_code == 404


def test_policies_have_tags(admin, policy):
    path = f"/policies/{policy['id']}/tags"
    assert admin.put(path, {"tags": ["a"]}).json() == {"tags": ["a"]}
    assert len(admin.get("/qos/policies", tags="a").json()["policies"]) == 1


def test_who_reads_reads_and_no_more(app, policy):
    reader = Client(app, "alice-project", {**MEMBER, "X-Roles": "reader"})
    assert reader.get(f"/qos/policies/{policy['id']}").status_code == 200
    assert reader.get("/qos/rule-types").status_code == 200
    assert reader.delete(f"/qos/policies/{policy['id']}").status_code == 403
