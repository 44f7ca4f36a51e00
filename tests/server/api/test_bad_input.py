"""A bad request is answered with the status and the field, and changes nothing."""

import json

import pytest

from hawser.server.app import create_app
from tests.server.api.conftest import Client

ID = "11111111-2222-4333-8444-555555555555"
CREATES = [
    ("networks", {"network": {"nme": "x"}}, "nme"),
    ("networks", {"network": {"name": 7}}, "name"),
    ("networks", {"network": {"name": "x" * 256}}, "name"),
    ("networks", {"network": {"admin_state_up": "perhaps"}}, "admin_state_up"),
    ("networks", {"network": {"id": ID}}, "id"),
    ("networks", {"network": {"status": "ACTIVE"}}, "status"),
    ("networks", {"network": {"mtu": -1}}, "mtu"),
    ("networks", {"network": {"provider:network_type": "token-ring"}}, "provider:network_type"),
    ("networks", {"network": {"provider:segmentation_id": "many"}}, "provider:segmentation_id"),
    ("networks", {"network": {"tenant_id": "a", "project_id": "b"}}, "project_id"),
    ("networks", {"network": []}, "network"),
    ("networks", {"net": {}}, "network"),
    ("networks", {"networks": []}, "networks"),
    ("networks", {"networks": [1]}, "networks"),
    ("networks", {"network": {}, "networks": [{}]}, "networks"),
    ("networks", {"network": {"name": "a\0b"}}, "NUL"),
    ("networks", {"network": {"name": "\ud800"}}, "surrogate"),
    ("subnets", {"subnet": {"cidr": "10.0.0.0/24"}}, "network_id"),
    ("subnets", {"subnet": {"network_id": ID}}, "cidr"),
    ("subnets", {"subnet": {"network_id": ID, "cidr": "10.0.0.0/33"}}, "cidr"),
    ("subnets", {"subnet": {"network_id": ID, "cidr": "10.0.0.0/24", "ip_version": 6}}, "ip_version"),
    ("subnets", {"subnet": {"network_id": ID, "cidr": "10.0.0.0/24", "gateway_ip": "x"}}, "gateway_ip"),
    (
        "subnets",
        {"subnet": {"network_id": ID, "cidr": "10.0.0.0/24", "allocation_pools": [{"start": "10.0.0.2"}]}},
        "allocation_pools",
    ),
    (
        "subnets",
        {"subnet": {"network_id": ID, "cidr": "10.0.0.0/24", "dns_nameservers": ["dns"]}},
        "dns_nameservers",
    ),
    (
        "subnets",
        {"subnet": {"network_id": ID, "cidr": "10.0.0.0/24", "host_routes": [{"destination": "x"}]}},
        "host_routes",
    ),
    ("ports", {"port": {}}, "network_id"),
    ("ports", {"port": {"network_id": "no-id"}}, "network_id"),
    ("ports", {"port": {"network_id": ID, "mac_address": "01:00:5e:00:00:01"}}, "mac_address"),
    ("ports", {"port": {"network_id": ID, "fixed_ips": {}}}, "fixed_ips"),
    ("ports", {"port": {"network_id": ID, "fixed_ips": [{}]}}, "fixed_ips"),
    ("ports", {"port": {"network_id": ID, "fixed_ips": [{"ip": "10.0.0.2"}]}}, "fixed_ips"),
    ("ports", {"port": {"network_id": ID, "fixed_ips": [{"ip_address": None}]}}, "fixed_ips"),
    ("ports", {"port": {"network_id": ID, "fixed_ips": [7]}}, "fixed_ips"),
    ("ports", {"port": {"network_id": ID, "security_groups": ["x"]}}, "security_groups"),
    ("ports", {"port": {"network_id": ID, "security_groups": 7}}, "security_groups"),
    ("ports", {"port": {"network_id": ID, "allowed_address_pairs": [7]}}, "allowed_address_pairs"),
    ("ports", {"port": {"network_id": ID, "allowed_address_pairs": [{}]}}, "allowed_address_pairs"),
    ("ports", {"port": {"network_id": ID, "binding:vnic_type": "twisted"}}, "binding:vnic_type"),
    ("ports", {"port": {"network_id": ID, "binding:profile": {"a": "x" * 5000}}}, "binding:profile"),
    ("ports", {"port": {"network_id": ID, "binding:host_id": {}}}, "binding:host_id"),
    ("routers", {"router": {"external_gateway_info": 7}}, "external_gateway_info"),
    ("routers", {"router": {"external_gateway_info": {"enable_snat": True}}}, "external_gateway_info"),
    ("routers", {"router": {"external_gateway_info": {"network_id": "x"}}}, "external_gateway_info"),
    ("routers", {"router": {"external_gateway_info": {"network_id": ID, "x": 1}}}, "external_gateway_info"),
    (
        "routers",
        {"router": {"external_gateway_info": {"network_id": ID, "enable_snat": "x"}}},
        "external_gateway_info",
    ),
    ("routers", {"router": {"distributed": "perhaps"}}, "distributed"),
    ("routers", {"router": {"ha": "maybe"}}, "ha"),
    ("routers", {"router": {"routes": []}}, "routes"),
    ("floatingips", {"floatingip": {}}, "floating_network_id"),
    (
        "floatingips",
        {"floatingip": {"floating_network_id": ID, "floating_ip_address": "x"}},
        "floating_ip_address",
    ),
    ("security-group-rules", {"security_group_rule": {"direction": "ingress"}}, "security_group_id"),
    (
        "security-group-rules",
        {"security_group_rule": {"security_group_id": ID, "direction": "up"}},
        "direction",
    ),
    (
        "security-group-rules",
        {"security_group_rule": {"security_group_id": ID, "direction": "ingress", "ethertype": "IPX"}},
        "ethertype",
    ),
    (
        "security-group-rules",
        {"security_group_rule": {"security_group_id": ID, "direction": "ingress", "port_range_min": "ssh"}},
        "port_range_min",
    ),
    (
        "security-group-rules",
        {"security_group_rule": {"security_group_id": ID, "direction": "ingress", "protocol": []}},
        "protocol",
    ),
]
BODIES = [
    b"",
    b"{",
    b"[]",
    b"7",
    b"\xff\xfe",
    b'{"network": {"mtu": NaN}}',
    b'{"network": ' + b"[" * 100_000,
    b'{"networks": [' + b"{}," * 1000 + b"{}]}",
    b'{"network": {"name": ' + b'{"a": ' * 30 + b"1" + b"}" * 30 + b"}}",
]
QUERIES = [
    "/networks?nme=x",
    "/networks?admin_state_up=perhaps",
    "/networks?limit=-1",
    "/networks?limit=many",
    "/networks?sort_key=colour",
    "/networks?sort_key=name&sort_dir=sideways",
    "/networks?name=%00",
    "/networks?marker=unknown&limit=1",
    "/ports?fixed_ips=address=10.0.0.1",
    "/security-group-rules?port_range_min=ssh",
]


def error_of(answer):
    body = answer.json()["NeutronError"]
    assert set(body) == {"type", "message", "detail"}
    return body["message"]


@pytest.mark.parametrize(("path", "body", "named"), CREATES, ids=lambda value: str(value)[:60])
def test_a_bad_create_is_refused_by_the_name_of_what_is_wrong(admin, path, body, named):
    answer = admin("POST", f"/v2.0/{path}", content=json.dumps(body))
    assert answer.status_code == 400, answer.text
    assert named in error_of(answer)


@pytest.mark.parametrize("body", BODIES, ids=lambda body: repr(body[:30]))
def test_a_body_that_is_not_an_object_of_json_is_refused(admin, body):
    answer = admin("POST", "/v2.0/networks", content=body)
    assert answer.status_code == 400, answer.text
    assert "body" in error_of(answer)


def test_a_body_over_one_mebibyte_is_refused(admin):
    body = json.dumps({"network": {"name": "x" * (1 << 20)}})
    assert admin("POST", "/v2.0/networks", content=body).status_code == 413


@pytest.mark.parametrize("query", QUERIES)
def test_a_bad_query_is_refused(admin, query):
    answer = admin.get(query)
    assert answer.status_code == 400, answer.text
    error_of(answer)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v2.0/extensions/external-gateway-multihoming", 404),
        ("GET", "/v2.0/networks/no-such-name", 404),
        ("PATCH", "/v2.0/networks", 405),
        ("POST", "/v2.0/agents", 405),
        ("GET", "/nothing", 404),
    ],
)
def test_what_is_not_there_is_answered_so(admin, method, path, status):
    answer = admin(method, path)
    assert answer.status_code == status
    error_of(answer)


class BrokenAuth:
    """Stands for any defect: it raises what is not of the error tree."""

    def identify(self, headers):
        raise RuntimeError("password=secret")


def test_a_defect_shows_no_more_than_the_requests_id(store, settings, caplog):
    answer = Client(create_app(store, settings, BrokenAuth()), "p", {}).get("/networks")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert answer.headers["x-openstack-request-id"] in error_of(answer)
    assert "password=secret" in caplog.text
