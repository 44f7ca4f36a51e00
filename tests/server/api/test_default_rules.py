"""Default security group rules: they decide what new groups get."""

import pytest

from tests.server.api.test_security_groups import kind_of

PATH = "/default-security-group-rules"
TRAFFIC = ("direction", "ethertype", "protocol", "port_range_min", "port_range_max", "remote_ip_prefix")
WEB = {"direction": "ingress", "protocol": "tcp", "port_range_min": 80, "port_range_max": 80}


def make(admin, **said):
    return admin.make("default_security_group_rule", PATH[1:], **said)


def traffic(rules, *also):
    return sorted(tuple(str(rule[name]) for name in (*TRAFFIC, *also)) for rule in rules)


def rules_of(client, **query):
    (group,) = client.get("/security-groups", **query).json()["security_groups"]
    return group["security_group_rules"]


def test_at_first_all_egress_is_let_through_and_what_comes_from_the_default_group(admin):
    rules = admin.get(PATH).json()["default_security_group_rules"]
    shown = {
        (
            each["direction"],
            each["ethertype"],
            each["remote_group_id"],
            each["used_in_default_sg"],
            each["used_in_non_default_sg"],
        )
        for each in rules
    }
    assert shown == {
        ("egress", "IPv4", None, True, True),
        ("egress", "IPv6", None, True, True),
        ("ingress", "IPv4", "PARENT", True, False),
        ("ingress", "IPv6", "PARENT", True, False),
    }
    assert len(rules) == 4


def test_new_groups_get_what_the_default_rules_say(admin, alice):
    for rule in admin.get(PATH).json()["default_security_group_rules"]:
        assert admin.delete(f"{PATH}/{rule['id']}").status_code == 204
    in_default = make(admin, **WEB, used_in_default_sg=True, used_in_non_default_sg=False)
    in_others = make(admin, direction="ingress", ethertype="IPv6", protocol="icmp", remote_group_id="PARENT")
    made = alice.make("security_group", "security-groups", name="web")
    (rule,) = made["security_group_rules"]
    assert traffic([rule]) == traffic([in_others])
    assert (rule["remote_group_id"], rule["protocol"]) == (made["id"], "ipv6-icmp")
    assert traffic(rules_of(alice, name="default")) == traffic([in_default])


def test_groups_that_are_there_keep_their_rules(admin, alice):
    before = rules_of(alice)
    make(admin, **WEB, used_in_default_sg=True)
    assert rules_of(alice) == before


def test_no_group_would_get_a_rule_twice(admin):
    make(admin, **WEB, used_in_default_sg=True, used_in_non_default_sg=False)
    body = {"default_security_group_rule": {**WEB, "protocol": 6, "used_in_default_sg": True}}
    assert kind_of(admin.post(PATH, body)) == (409, "DefaultSecurityGroupRuleExists")
    make(admin, **WEB, used_in_default_sg=False)


def test_default_rules_are_seen_by_all_and_an_administrators_to_change(admin, alice):
    rule = make(admin, **WEB)
    path = f"{PATH}/{rule['id']}"
    assert alice.get(path).json()["default_security_group_rule"] == rule
    assert len(alice.get(PATH, used_in_non_default_sg="true").json()["default_security_group_rules"]) == 3
    assert alice.post(PATH, {"default_security_group_rule": {**WEB, "protocol": "udp"}}).status_code == 403
    assert alice.delete(path).status_code == 403
    assert admin.put(path, {"default_security_group_rule": {"description": "x"}}).status_code == 405
    assert admin.delete(path).status_code == 204
    assert kind_of(admin.get(path)) == (404, "DefaultSecurityGroupRuleNotFound")


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"direction": "ingress", "port_range_min": 1, "port_range_max": 2}, 400),
        ({"direction": "ingress", "remote_group_id": "nobody"}, 400),
        ({"direction": "ingress", "remote_group_id": "00000000-0000-4000-8000-000000000000"}, 404),
        ({"direction": "ingress", "remote_address_group_id": "nobody"}, 404),
        ({"direction": "sideways"}, 400),
        ({}, 400),
    ],
)
def test_a_default_rule_that_cannot_be_is_refused(admin, said, status):
    assert admin.post(PATH, {"default_security_group_rule": said}).status_code == status


def test_a_default_rule_goes_with_the_group_that_it_is_about(admin, alice):
    group = admin.make("security_group", "security-groups", name="bastion")
    rule = make(admin, direction="ingress", remote_group_id=group["id"])
    admin.delete(f"/security-groups/{group['id']}")
    assert admin.get(f"{PATH}/{rule['id']}").status_code == 404
    alice.make("security_group", "security-groups", name="web")


def test_an_address_group_that_a_default_rule_is_about_stays(admin, alice):
    addresses = admin.make("address_group", "address-groups", addresses=["10.0.0.0/8"])
    rule = make(admin, direction="ingress", remote_address_group_id=addresses["id"])
    assert kind_of(admin.delete(f"/address-groups/{addresses['id']}")) == (409, "AddressGroupInUse")
    made = alice.make("security_group", "security-groups", name="web")
    assert addresses["id"] in {each["remote_address_group_id"] for each in made["security_group_rules"]}
    assert admin.delete(f"{PATH}/{rule['id']}").status_code == 204
