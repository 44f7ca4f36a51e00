"""The description of the API says what the server serves, in words that tools understand."""

import re

import pytest
import schemathesis
from starlette.routing import Match, Route

from hawser.server.api import nouns


@pytest.fixture
def description(app):
    from tests.server.api.conftest import Client

    nobody = Client(app, "", {"X-Roles": ""})
    answer = nobody("GET", "/openapi.json")
    assert answer.headers["content-type"] == "application/json"
    return answer.json()


def test_it_is_valid_openapi(description):
    schemathesis.openapi.from_dict(description).validate()
    assert description["openapi"].startswith("3.1")


def test_it_names_every_route_and_no_other(app, description):
    served = {
        (route.path, method)
        for route in app.routes
        if isinstance(route, Route) and route.path.startswith("/v2.0/")
        for method in route.methods - {"HEAD"}
    } - {("/v2.0/", "GET")}
    described = {
        (path, method.upper())
        for path, operations in description["paths"].items()
        for method in operations
        if method != "parameters"
    }
    assert described == served


def test_no_route_hides_another(app):
    routes = [route for route in app.routes if isinstance(route, Route)]
    for route in routes:
        for method in route.methods - {"HEAD"}:
            path = re.sub(r"\{\w+\}", "x", route.path)
            scope = {"type": "http", "method": method, "path": path, "root_path": "", "headers": []}
            assert next(each for each in routes if each.matches(scope)[0] == Match.FULL) is route


def test_an_operation_is_named_once(description):
    ids = [
        operation["operationId"]
        for operations in description["paths"].values()
        for method, operation in operations.items()
        if method != "parameters"
    ]
    assert len(set(ids)) == len(ids)


def test_it_says_what_a_request_may_hold(description):
    asked = description["components"]["schemas"]["new_network"]["properties"]
    assert asked["name"] == {"type": "string", "maxLength": 255, "default": ""}
    assert asked["admin_state_up"] == {"type": "boolean", "default": True}
    assert asked["qos_policy_id"]["type"] == ["string", "null"]
    assert "status" not in asked
    rule = description["components"]["schemas"]["changed_policy_dscp_marking_rule"]["properties"]
    assert 26 in rule["dscp_mark"]["enum"]


@pytest.mark.parametrize("noun", ["network", "subnet", "port", "router", "security_group", "trunk", "policy"])
def test_what_is_shown_is_described(admin, description, noun):
    made = {"network": {}, "router": {}, "security_group": {}, "policy": {}}
    resource = next(each for each in nouns.ALL if each.singular == noun)
    if noun not in made:
        network = admin.make("network")
        made["subnet"] = {"network_id": network["id"], "cidr": "10.0.0.0/24", "ip_version": 4}
        made["port"] = {"network_id": network["id"]}
        made["trunk"] = {"port_id": admin.make("port", network_id=network["id"])["id"]}
    shown = admin.make(noun, resource.route, **made[noun])
    described = description["components"]["schemas"][noun]["properties"]
    assert shown.keys() - {"tenant_id"} <= described.keys()
