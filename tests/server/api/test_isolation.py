"""One project never sees, changes, removes or refers to what is another's; a reader changes nothing.

Every noun of the table of nouns is tried, with one thing of Alice's each: `MAKERS` says how it is made.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from hawser.server.api import actions, nouns, rules
from hawser.server.api.resource import Resource
from hawser.server.service import report, tag
from hawser.wire.report import AgentState, Report
from tests.server.api.conftest import MEMBER, Client

ALICE = "alice-project"
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


@dataclass(frozen=True)
class Hands:
    """Who makes things of Alice's; an administrator does where she may not."""

    alice: Client
    admin: Client
    store: Any

    def network(self) -> dict[str, Any]:
        network = self.alice.make("network")
        self.alice.make("subnet", network_id=network["id"], cidr="10.1.0.0/24")
        return network

    def port(self) -> dict[str, Any]:
        return self.alice.make("port", network_id=self.network()["id"])

    def subnet(self) -> dict[str, Any]:
        return self.alice.make("subnet", network_id=self.alice.make("network")["id"], cidr="10.2.0.0/24")

    def external(self) -> dict[str, Any]:
        network = self.admin.make("network", **{"router:external": True})
        self.admin.make("subnet", network_id=network["id"], cidr="203.0.113.0/24")
        return network

    def floating_ip(self) -> dict[str, Any]:
        return self.alice.make("floatingip", floating_network_id=self.external()["id"])

    def port_forwarding(self) -> dict[str, Any]:
        external, subnet = self.external(), self.subnet()
        router = self.alice.make("router", external_gateway_info={"network_id": external["id"]})
        self.alice.put(f"/routers/{router['id']}/add_router_interface", {"subnet_id": subnet["id"]})
        port = self.alice.make("port", network_id=subnet["network_id"])
        floating = self.alice.make("floatingip", floating_network_id=external["id"])
        body = {
            "protocol": "tcp",
            "external_port": 80,
            "internal_port": 80,
            "internal_port_id": port["id"],
            "internal_ip_address": port["fixed_ips"][0]["ip_address"],
        }
        made = self.alice.make("port_forwarding", f"floatingips/{floating['id']}/port_forwardings", **body)
        return {**made, "parent_id": floating["id"]}

    def rbac_policy(self) -> dict[str, Any]:
        about = {"object_type": "network", "object_id": self.network()["id"], "action": "access_as_shared"}
        return self.alice.make("rbac_policy", "rbac-policies", **about, target_tenant="carol-project")

    def rule(self) -> dict[str, Any]:
        group = self.alice.make("security_group", "security-groups")
        about = {"security_group_id": group["id"], "direction": "ingress"}
        return self.alice.make("security_group_rule", "security-group-rules", **about)

    def policy(self) -> dict[str, Any]:
        return self.admin.make("policy", "qos/policies", name="gold", project_id=ALICE)

    def qos_rule(self, type: str, **said: Any) -> dict[str, Any]:
        policy = self.policy()
        made = self.admin.make(f"{type}_rule", f"qos/policies/{policy['id']}/{type}_rules", **said)
        return {**made, "parent_id": policy["id"]}

    def agent(self) -> dict[str, Any]:
        state = AgentState("L3 agent", "neutron-l3-agent", "nova", 0.0, "", (), {})
        report.take(self.store, "network1", Report(agents=(state,)))
        return self.admin.get("/agents").json()["agents"][0]

    def label(self) -> dict[str, Any]:
        return self.admin.make("metering_label", "metering/metering-labels", name="l", project_id=ALICE)

    def label_rule(self) -> dict[str, Any]:
        about = {"metering_label_id": self.label()["id"], "direction": "ingress"}
        about["remote_ip_prefix"] = "10.0.0.0/8"
        return self.admin.make("metering_label_rule", "metering/metering-label-rules", **about)


QOS: dict[str, dict[str, Any]] = {
    "bandwidth_limit": {"max_kbps": 1000},
    "dscp_marking": {"dscp_mark": 26},
    "minimum_bandwidth": {"min_kbps": 5},
    "minimum_packet_rate": {"min_kpps": 7},
    "packet_rate_limit": {"max_kpps": 9},
}
MAKERS: dict[str, Callable[[Hands], dict[str, Any]]] = {
    "networks": Hands.network,
    "subnets": Hands.subnet,
    "ports": Hands.port,
    "routers": lambda by: by.alice.make("router"),
    "floatingips": Hands.floating_ip,
    "security_groups": lambda by: by.alice.make("security_group", "security-groups"),
    "security_group_rules": Hands.rule,
    "agents": Hands.agent,
    "subnetpools": lambda by: by.alice.make("subnetpool", name="pool", prefixes=["10.0.0.0/8"]),
    "address_scopes": lambda by: by.alice.make("address_scope", "address-scopes", name="s", ip_version=4),
    "flavors": lambda by: by.admin.make("flavor", name="f", service_type="L3_ROUTER_NAT"),
    "service_profiles": lambda by: by.admin.make("service_profile", metainfo="{}"),
    "port_forwardings": Hands.port_forwarding,
    "rbac_policies": Hands.rbac_policy,
    "address_groups": lambda by: by.alice.make("address_group", "address-groups", addresses=["10.0.0.0/8"]),
    "default_security_group_rules": lambda by: by.admin.make(
        "default_security_group_rule", "default-security-group-rules", direction="ingress", protocol="tcp"
    ),
    "policies": Hands.policy,
    **{f"{type}_rules": lambda by, type=type: by.qos_rule(type, **QOS[type]) for type in QOS},
    **{f"alias_{type}_rules": lambda by, type=type: by.qos_rule(type, **QOS[type]) for type in QOS},
    "trunks": lambda by: by.alice.make("trunk", port_id=by.port()["id"]),
    "metering_labels": Hands.label,
    "metering_label_rules": Hands.label_rule,
}


def named(noun: Resource) -> str:
    return noun.plural


def paths(noun: Resource, thing: dict[str, Any]) -> tuple[str, str]:
    """Of the collection and of the member."""
    collection = "/" + noun.route.format(parent_id=thing.get("parent_id", ""))
    return collection, f"{collection}/{thing['id']}"


class Noting(Client):
    """A client that remembers what was posted last, by path."""

    posted: dict[str, Any]

    def post(self, path: str, body: Any) -> Any:
        self.posted[path] = body
        return super().post(path, body)


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
