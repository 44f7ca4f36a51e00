"""One project never sees, changes, removes or refers to what is another's; a reader changes nothing.

Every noun of the table of nouns is tried, with one thing of Alice's each: `MAKERS` says how it is made.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from hawser.server.api import actions, nouns, rules
from hawser.server.api.resource import Resource
from hawser.server.service import tag
from tests.server.api.conftest import MEMBER, Client
from tests.server.api.hands import ALICE, MAKERS, Hands, Noting

EVERYBODYS = frozenset({"flavors", "default_security_group_rules"})
"""Nouns of which there is one set for all projects."""
OPERATORS = frozenset(
    noun.plural for noun in nouns.ALL if noun.ruled in rules.OF_OPERATORS and noun.plural not in EVERYBODYS
)
OWNED = [noun for noun in nouns.ALL if noun.plural not in EVERYBODYS | OPERATORS]
BODIES: dict[str, Any] = {
    "add_router_interface": {"subnet_id": "00000000-0000-4000-8000-000000000000"},
    "remove_router_interface": {"subnet_id": "00000000-0000-4000-8000-000000000000"},
    "add_extraroutes": {"router": {"routes": [{"destination": "10.9.0.0/24", "nexthop": "10.1.0.9"}]}},
    "remove_extraroutes": {"router": {"routes": [{"destination": "10.9.0.0/24", "nexthop": "10.1.0.9"}]}},
    "add_addresses": {"addresses": ["192.0.2.7/32"]},
    "remove_addresses": {"addresses": ["10.0.0.0/8"]},
    "add_prefixes": {"prefixes": ["172.16.0.0/16"]},
    "remove_prefixes": {"prefixes": ["10.0.0.0/8"]},
    "add_subports": {"sub_ports": []},
    "remove_subports": {"sub_ports": []},
    "bindings": {"binding": {"host": "compute1"}},
    "{host}": {"binding": {"vnic_type": "normal"}},
    "tags": {"tags": ["mine"]},
}
"""What a request of a member that is neither read, changed nor removed sends, by the last part of its path."""


def named(noun: Resource) -> str:
    return noun.plural


def paths(noun: Resource, thing: dict[str, Any]) -> tuple[str, str]:
    """Of the collection and of the member."""
    collection = "/" + noun.route.format(parent_id=thing.get("parent_id", ""))
    return collection, f"{collection}/{thing['id']}"


@pytest.fixture
def hands(app, store):
    alice, admin = Noting(app, ALICE, MEMBER), Noting(app, "admin-project", {})
    alice.posted = admin.posted = {}
    return Hands(alice, admin, store)


@pytest.fixture
def reader(app):
    return Client(app, ALICE, {"X-Roles": "reader"})


@pytest.mark.parametrize("noun", OWNED, ids=named)
def test_what_is_anothers_is_not_there(noun, hands, admin, bob):
    thing = MAKERS[noun.plural](hands)
    collection, member = paths(noun, thing)
    before = admin.get(member).json()
    listed = bob.get(collection)
    if noun.parent:
        assert listed.status_code == 404
    else:
        assert thing["id"] not in [each["id"] for each in listed.json()[noun.plural]]
    assert bob.get(member).status_code == 404
    if noun.update:
        assert bob.put(member, {noun.singular: {}}).status_code == 404
    if noun.delete:
        assert bob.delete(member).status_code == 404
    assert admin.get(member).json() == before


@pytest.mark.parametrize("noun", [each for each in OWNED if each.create and not each.parent], ids=named)
def test_nobody_makes_what_would_be_anothers(noun, hands, bob):
    collection, _ = paths(noun, MAKERS[noun.plural](hands))
    said = hands.alice.posted[collection][noun.singular]
    answer = bob.post(collection, {noun.singular: {**said, "tenant_id": ALICE}})
    assert answer.status_code == 403, answer.text


@pytest.mark.parametrize("noun", [each for each in nouns.ALL if each.plural not in OPERATORS], ids=named)
def test_a_reader_changes_nothing(noun, hands, admin, reader):
    thing = MAKERS[noun.plural](hands)
    collection, member = paths(noun, thing)
    before = admin.get(member).json()
    assert reader.get(member).status_code == 200
    if noun.create:
        assert reader.post(collection, {noun.singular: {}}).status_code == 403
    if noun.update:
        assert reader.put(member, {noun.singular: {}}).status_code == 403
    if noun.delete:
        assert reader.delete(member).status_code == 403
    assert admin.get(member).json() == before


@pytest.mark.parametrize("noun", [each for each in nouns.ALL if each.plural in EVERYBODYS], ids=named)
def test_what_is_everybodys_is_an_administrators_to_change(noun, hands, bob):
    thing = MAKERS[noun.plural](hands)
    collection, member = paths(noun, thing)
    assert bob.get(member).status_code == 200
    assert bob.post(collection, {noun.singular: {}}).status_code == 403
    assert bob.delete(member).status_code == 403


@pytest.mark.parametrize("noun", [each for each in nouns.ALL if each.plural in OPERATORS], ids=named)
def test_what_is_the_operators_is_not_there_for_projects(noun, hands, alice):
    thing = MAKERS[noun.plural](hands)
    collection, member = paths(noun, thing)
    assert alice.get(collection).json()[noun.plural] == []
    assert alice.get(member).status_code == 404
    if noun.create:
        assert alice.post(collection, {noun.singular: {}}).status_code == 403
    if noun.update:
        assert alice.put(member, {noun.singular: {}}).status_code == 404
    assert alice.delete(member).status_code == 404


def _actions() -> list[tuple[str, str, Resource]]:
    """The requests about a member of a noun that is a project's own: verb, path, noun."""
    by_route = {route: noun for noun in OWNED if not noun.parent for route in (noun.route, noun.plural)}
    found = []
    for verb, path, _ in actions.ALL:
        route, _, rest = path[1:].partition("/{id}/")
        if rest and route in by_route:
            found.append((verb, path, by_route[route]))
    return found


@pytest.mark.parametrize(
    ("verb", "path", "noun"), _actions(), ids=lambda each: str(getattr(each, "plural", each))
)
def test_nothing_is_done_with_what_is_anothers(verb, path, noun, hands, admin, bob):
    thing = MAKERS[noun.plural](hands)
    _, member = paths(noun, thing)
    before = admin.get(member).json()
    url = path.format(id=thing["id"], tag="red", host="compute1")
    body = BODIES.get(path.rsplit("/", 1)[1], {})
    answer = bob(verb, f"/v2.0{url}", **({} if verb == "GET" else {"json": body}))
    assert answer.status_code in (403, 404), answer.text
    assert admin.get(member).json() == before


@pytest.mark.parametrize(
    ("verb", "path", "noun"), _actions(), ids=lambda each: str(getattr(each, "plural", each))
)
def test_a_reader_does_nothing_but_read(verb, path, noun, hands, admin, reader):
    if verb == "GET":
        return
    thing = MAKERS[noun.plural](hands)
    _, member = paths(noun, thing)
    before = admin.get(member).json()
    url = path.format(id=thing["id"], tag="red", host="compute1")
    body = BODIES.get(path.rsplit("/", 1)[1], {})
    assert reader(verb, f"/v2.0{url}", json=body).status_code == 403
    assert admin.get(member).json() == before


def test_every_noun_with_tags_is_tried():
    tried = {noun.plural for _, path, noun in _actions() if path.endswith("/tags")}
    assert tried == set(tag.KINDS)


REFERENCES: list[tuple[str, str, dict[str, Any], str, Callable[[Hands], dict[str, Any]]]] = [
    ("port", "ports", {}, "network_id", Hands.network),
    ("subnet", "subnets", {"cidr": "10.9.0.0/24"}, "network_id", Hands.network),
    ("router", "routers", {}, "external_gateway_info.network_id", Hands.network),
    ("floatingip", "floatingips", {}, "floating_network_id", Hands.network),
    ("security_group_rule", "security-group-rules", {"direction": "ingress"}, "security_group_id", None),
    ("trunk", "trunks", {}, "port_id", Hands.port),
    ("subnetpool", "subnetpools", {"name": "p", "prefixes": ["10.0.0.0/8"]}, "address_scope_id", None),
    ("network", "networks", {}, "qos_policy_id", Hands.policy),
    (
        "rbac_policy",
        "rbac-policies",
        {"object_type": "network", "action": "access_as_shared", "target_tenant": "bob-project"},
        "object_id",
        Hands.network,
    ),
]
_OTHERS = {
    "security_group_id": MAKERS["security_groups"],
    "address_scope_id": MAKERS["address_scopes"],
}


@pytest.mark.parametrize(
    ("singular", "path", "said", "field", "make"),
    REFERENCES,
    ids=[f"{each[0]}-{each[3]}" for each in REFERENCES],
)
def test_nothing_refers_to_what_is_anothers(singular, path, said, field, make, hands, bob):
    thing = (make or _OTHERS[field])(hands)
    outer, _, inner = field.partition(".")
    reference = {outer: {inner: thing["id"]} if inner else thing["id"]}
    answer = bob.post(f"/{path}", {singular: {**said, **reference}})
    assert answer.status_code == 404, answer.text


def test_no_interface_leads_into_anothers_network(hands, bob):
    router, subnet, port = bob.make("router"), hands.subnet(), hands.port()
    for body in ({"subnet_id": subnet["id"]}, {"port_id": port["id"]}):
        assert bob.put(f"/routers/{router['id']}/add_router_interface", body).status_code == 404


def test_no_floating_ip_leads_to_anothers_port(hands, bob):
    floating = bob.make("floatingip", floating_network_id=hands.external()["id"])
    body = {"floatingip": {"port_id": hands.port()["id"]}}
    assert bob.put(f"/floatingips/{floating['id']}", body).status_code == 404


def test_quotas_of_another_project_are_neither_seen_nor_changed(alice, bob, reader):
    for path in ("", "/default", "/details"):
        assert bob.get(f"/quotas/{ALICE}{path}").status_code == 403
        assert reader.get(f"/quotas/{ALICE}{path}").status_code == 200
    assert bob.put(f"/quotas/{ALICE}", {"quota": {"port": 1}}).status_code == 403
    assert bob.delete(f"/quotas/{ALICE}").status_code == 403
    assert alice.put(f"/quotas/{ALICE}", {"quota": {"port": -1}}).status_code == 403
