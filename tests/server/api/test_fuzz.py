"""Whatever is sent: a clear answer, no failure of the server, and nothing changed by what is refused."""

from urllib.parse import quote, urlencode

import hypothesis
import pytest
import schemathesis
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from hawser.base.errors import BadInput
from hawser.server.api import nouns, openapi, query
from hawser.server.api.auth import NoAuth
from hawser.server.app import create_app
from hawser.server.store.session import Store
from tests.server.api.hostile import NOBODY, VALUES, Attacker
from tests.server.api.test_hostile_values import PASSING, read
from tests.server.stage import settings

pytestmark = pytest.mark.service  # thousands of requests: not for `make check`
BOUNDED = hypothesis.settings(
    max_examples=3,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def attacker(tmp_path_factory, postgresql):
    """On PostgreSQL, which is stricter with values than SQLite."""
    path = tmp_path_factory.mktemp("fuzz")
    options = {"state_path": path, "feed_secret": "secret", "network_vlan_ranges": (("physnet1", 1, 4094),)}
    ours = settings(connection=postgresql.database(), **options)
    store = Store(ours)
    store.upgrade()
    attacker = Attacker(create_app(store, ours, NoAuth()), store)
    yield attacker
    attacker.close()
    store.close()


@pytest.fixture(scope="module")
def cloud(attacker):
    """One thing of each kind, by the kind's singular."""
    make = attacker.make
    cloud = {"network": make("network", "networks", **{"router:external": True, "shared": True})}
    network_id = cloud["network"]["id"]
    cloud["subnet"] = make("subnet", "subnets", network_id=network_id, cidr="10.0.0.0/24", ip_version=4)
    cloud["port"] = make("port", "ports", network_id=network_id)
    cloud["trunk"] = make("trunk", "trunks", port_id=make("port", "ports", network_id=network_id)["id"])
    cloud["router"] = make("router", "routers")
    cloud["floatingip"] = make("floatingip", "floatingips", floating_network_id=network_id)
    cloud["security_group"] = make("security_group", "security-groups")
    cloud["policy"] = make("policy", "qos/policies")
    cloud["metering_label"] = make("metering_label", "metering/metering-labels")
    for noun in nouns.ALL:
        if noun.create and noun.singular not in cloud:
            answer = attacker.json("POST", route(noun, cloud), {noun.singular: draft(noun, cloud)})
            if answer.status_code == 201:
                cloud[noun.singular] = answer.json()[noun.singular]
    return cloud


def route(noun, cloud):
    return noun.route.replace(
        "{parent_id}", cloud[noun.parent.noun or "floatingip"]["id"] if noun.parent else ""
    )


def draft(noun, cloud):
    """What a create needs at least, about what is there."""
    known = {
        "cidr": "10.1.0.0/24",
        "ip_version": 4,
        "direction": "ingress",
        "prefixes": ["10.0.0.0/8"],
        "name": "x",
        "object_type": "network",
        "action": "access_as_shared",
        "target_tenant": "x",
        "service_type": "L3_ROUTER_NAT",
        "protocol": "tcp",
        "dscp_mark": 8,
    }
    ids = {f"{name}_id": thing["id"] for name, thing in cloud.items()}
    ids |= {"floating_network_id": ids["network_id"], "object_id": ids["network_id"]}
    needed = [each.name for each in noun.attributes if each.required and each.name != "tenant_id"]
    more = {"remote_ip_prefix": "10.0.0.0/24"} if noun.singular == "metering_label_rule" else {}
    return {name: known.get(name, ids.get(name, 1)) for name in needed} | more


@pytest.mark.parametrize("noun", nouns.ALL, ids=lambda noun: noun.ruled)
def test_values_that_can_be_read_meet_no_defect_behind(attacker, cloud, noun):
    path = route(noun, cloud)
    id = cloud.get(noun.singular.removeprefix("alias_"), {}).get("id", NOBODY)
    for attribute in noun.attributes:
        for value in PASSING:
            if noun.create and readable(noun, attribute.name, value, creating=True):
                body = {noun.singular: {**draft(noun, cloud), attribute.name: value}}
                answer = attacker.json("POST", path, body)
                if answer.status_code == 201 and noun.delete:
                    attacker.send("DELETE", f"/v2.0/{path}/{answer.json()[noun.singular]['id']}")
            if noun.update and readable(noun, attribute.name, value, creating=False):
                attacker.json("PUT", f"{path}/{id}", {noun.singular: {attribute.name: value}})


def readable(noun, name, value, creating):
    try:
        read(noun, name, value, creating)
    except BadInput:
        return False
    return True


@pytest.mark.parametrize("noun", nouns.ALL, ids=lambda noun: noun.ruled)
def test_any_text_filters_lists(attacker, cloud, noun):
    texts = [str(value) for value in VALUES if len(str(value)) < 1000]
    path = f"/v2.0/{route(noun, cloud)}"
    for name in [*noun.fields, *(each.name for each in noun.attributes), "marker", "sort_key", "fields"]:
        pairs = [(name, text) for text in texts if filters(noun, name, text)]
        attacker.send("GET", f"{path}?{urlencode(pairs)}")


def filters(noun, name, text):
    try:
        query.parse([(name, text)], noun.attributes, noun.fields)
    except BadInput:
        return False
    return True


ACTIONS = [
    (path, method, operation)
    for path, operations in openapi.document()["paths"].items()
    for method, operation in operations.items()
    if method in ("put", "post") and "tags" not in operation and not ("/tags" in path and "ports" not in path)
]
KEYS = ("tags", "sub_ports", "addresses", "prefixes", "binding", "quota", "routes", "router")
KEYS += ("subnet_id", "port_id", "router_id", "network_id", "service_profile")


def noun_of(path):
    """The noun whose members are below a path, "" for none."""
    plural = path.removeprefix("/v2.0/").removeprefix("qos/").split("/")[0]
    return next((each.singular for each in nouns.ALL if each.plural.replace("_", "-") == plural), "")


@pytest.mark.parametrize(("path", "method", "operation"), ACTIONS, ids=lambda each: str(each)[:60])
def test_any_body_is_answered_by_what_is_no_nouns_own(attacker, cloud, path, method, operation):
    path = (
        path.replace("{id}", cloud.get(noun_of(path), {"id": NOBODY})["id"]).replace("{", "").replace("}", "")
    )
    for key in KEYS:
        for value in PASSING[::6]:
            attacker.json(method.upper(), path.removeprefix("/v2.0/"), {key: value})


@pytest.mark.parametrize("text", [text for text in map(str, VALUES) if 0 < len(text) < 1000][::2], ids=repr)
def test_any_text_is_an_id_of_nothing(attacker, cloud, text):
    if text in ("../..", "{}"):
        text += "x"
    part = quote(text.encode("utf-8", "surrogatepass"), safe="")
    for noun in nouns.ALL:
        path = f"/v2.0/{route(noun, cloud)}/{part}"
        assert attacker.send("GET", path).status_code in (400, 404)
        attacker.send("DELETE", path)


@pytest.mark.parametrize(
    "body",
    [
        b'{"network": {"name": "' + b"x" * 10_000_000 + b'"}}',
        b"[" * 1_000_000,
        b'{"network": ' * 100_000,
        b'{"networks": [' + b"{}," * 300_000 + b"{}]}",
        b'{"network": {"mtu": ' + b"9" * 500_000 + b"}}",
        b'{"network": {"mtu": 1e999999}}',
        b'{"network": {"name": "\xff"}}',
        b'{"network": {"name": "\\ud800"}}',
        b'{"network": {"a": 1, "a": 2}}',
    ],
    ids=lambda body: repr(body[:30]),
)
def test_a_monstrous_body_is_refused(attacker, body):
    answer = attacker.send("POST", "/v2.0/networks", content=body)
    assert answer.status_code in (400, 413)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def test_any_json_is_answered(attacker, cloud):
    @hypothesis.settings(BOUNDED, max_examples=150)
    @given(st.sampled_from([noun for noun in nouns.ALL if noun.create]), JSON, st.booleans())
    def holds(noun, value, wrapped):
        attacker.json("POST", route(noun, cloud), {noun.singular: value} if wrapped else value)

    holds()


SCHEMA = schemathesis.openapi.from_dict(dict(openapi.document()))
OPERATIONS = [each.ok() for each in SCHEMA.get_all_operations()]


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: each.label)
@pytest.mark.parametrize("mode", list(schemathesis.GenerationMode), ids=lambda mode: mode.value)
def test_whatever_the_description_allows_and_forbids_is_answered(attacker, cloud, operation, mode):
    there = cloud.get(noun_of(operation.path), {}).get("id")

    @BOUNDED
    @given(operation.as_strategy(generation_mode=mode))
    def holds(case):
        if there and "id" in case.path_parameters and mode == schemathesis.GenerationMode.POSITIVE:
            case.path_parameters["id"] = there
        sent = case.as_transport_kwargs(base_url="http://controller:9696")
        if isinstance(sent.get("data"), bytes | str):
            sent["content"] = sent.pop("data")
        sent.pop("cookies", None)
        attacker.send(sent.pop("method"), sent.pop("url"), **sent)

    holds()
