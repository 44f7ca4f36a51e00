"""Security groups and rules, as they are stored."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_interface

import pytest

from hawser.base.errors import BadInput, Conflict, NotFound
from hawser.server.model.filters import ALL
from hawser.server.model.securitygroup import NewRule, NewSecurityGroup, SecurityGroupChanges
from hawser.server.service import rule, securitygroup
from tests.server.stage import ADMIN, DEMO, OTHER


@pytest.fixture
def group(stage):
    return securitygroup.create(stage.store, DEMO, NewSecurityGroup("demo", "web"))


def test_a_project_has_one_default_group_from_its_first_look(stage):
    with ThreadPoolExecutor(8) as pool:
        looks = list(pool.map(lambda _: securitygroup.search(stage.store, DEMO, ALL), range(8)))
    (default,) = looks[-1]
    assert (default.name, default.default, default.project_id) == ("default", True, "demo")
    assert sorted((each.direction, each.ethertype, each.remote_group_id) for each in default.rules) == [
        ("egress", "IPv4", None),
        ("egress", "IPv6", None),
        ("ingress", "IPv4", default.id),
        ("ingress", "IPv6", default.id),
    ]


def test_a_new_group_lets_all_out_and_nothing_in(stage, group):
    assert sorted((each.direction, each.ethertype) for each in group.rules) == [
        ("egress", "IPv4"),
        ("egress", "IPv6"),
    ]
    assert securitygroup.get(stage.store, DEMO, group.id) == group


def test_the_default_group_keeps_its_name_and_stays(stage, group):
    (default,) = [each for each in securitygroup.search(stage.store, DEMO, ALL) if each.default]
    with pytest.raises(Conflict):
        securitygroup.update(stage.store, DEMO, default.id, SecurityGroupChanges(name="mine"))
    with pytest.raises(Conflict):
        securitygroup.delete(stage.store, DEMO, default.id)
    with pytest.raises(Conflict):
        securitygroup.create(stage.store, DEMO, NewSecurityGroup("demo", "default"))
    renamed = securitygroup.update(stage.store, DEMO, group.id, SecurityGroupChanges(name="db"))
    assert renamed.name == "db"


def test_a_group_in_use_stays(stage, group):
    lan = stage.network()
    stage.port(lan, security_group_ids=(group.id,))
    with pytest.raises(Conflict) as refused:
        securitygroup.delete(stage.store, DEMO, group.id)
    assert refused.value.kind == "SecurityGroupInUse"


def test_a_rule_is_stored_once(stage, group):
    draft = NewRule("demo", group.id, "ingress", protocol="tcp", port_range_min=22, port_range_max=22)
    made = rule.create(stage.store, DEMO, draft)
    assert made in securitygroup.get(stage.store, DEMO, group.id).rules
    same = NewRule("demo", group.id, "ingress", protocol="6", port_range_min=22, port_range_max=22)
    with pytest.raises(Conflict) as refused:
        rule.create(stage.store, DEMO, same)
    assert refused.value.kind == "SecurityGroupRuleExists"
    rule.delete(stage.store, DEMO, made.id)
    assert securitygroup.get(stage.store, DEMO, group.id).rules == group.rules


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"direction": "sideways"}, "direction"),
        ({"ethertype": "IPX"}, "ethertype"),
        ({"protocol": "carrier-pigeon"}, "protocol"),
        ({"protocol": "256"}, "protocol"),
        ({"protocol": "ipv6-nonxt"}, "protocol"),
        ({"protocol": "tcp", "port_range_min": 22}, "port_range_min"),
        ({"protocol": "tcp", "port_range_min": 80, "port_range_max": 22}, "port_range_min"),
        ({"protocol": "tcp", "port_range_min": 1, "port_range_max": 65536}, "port_range_max"),
        ({"protocol": "icmp", "port_range_max": 0}, "port_range_min"),
        ({"protocol": "icmp", "port_range_min": 256}, "port_range_min"),
        ({"port_range_min": 1, "port_range_max": 2}, "port_range_min"),
        ({"remote_ip_prefix": ip_interface("fd00::/8")}, "remote_ip_prefix"),
        ({"remote_ip_prefix": ip_interface("10.0.0.0/8"), "remote_group_id": "x"}, "remote_ip_prefix"),
    ],
)
def test_a_rule_that_cannot_be_is_refused_by_its_field(stage, group, fields, field):
    with pytest.raises(BadInput) as refused:
        rule.create(stage.store, DEMO, NewRule("demo", group.id, **{"direction": "ingress", **fields}))
    assert refused.value.field == field
    assert securitygroup.get(stage.store, DEMO, group.id).rules == group.rules


def test_groups_of_another_project_do_not_exist(stage, group):
    with pytest.raises(NotFound):
        securitygroup.get(stage.store, OTHER, group.id)
    with pytest.raises(NotFound):
        rule.create(stage.store, OTHER, NewRule("other", group.id, "ingress"))
    mine = rule.search(stage.store, OTHER, ALL)
    assert {each.security_group_id for each in rule.search(stage.store, ADMIN, ALL)} >= {group.id}
    assert mine == []
