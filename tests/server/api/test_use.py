"""Statuses and bodies of creates, updates, deletes and member actions."""

import time

import pytest

from hawser.server.service import report
from hawser.wire.report import AgentState, Report


@pytest.fixture
def agents(store):
    for host in ("network1", "network2"):
        states = tuple(
            AgentState(kind, "binary", "nova", time.time(), "", (), {}) for kind in ("L3 agent", "DHCP agent")
        )
        report.take(store, host, Report(agents=states))


@pytest.fixture
def network(admin):
    return admin.make("network", name="private")


@pytest.fixture
def subnet(admin, network):
    return admin.make("subnet", network_id=network["id"], cidr="10.1.0.0/24")


@pytest.fixture
def external(admin):
    network = admin.make("network", name="ext", **{"router:external": True})
    admin.make("subnet", network_id=network["id"], cidr="203.0.113.0/24", enable_dhcp=False)
    return network


def test_several_are_made_at_once(admin, network, subnet):
    answer = admin.post("/ports", {"ports": [{"network_id": network["id"], "name": n} for n in "ab"]})
    assert answer.status_code == 201
    assert [port["name"] for port in answer.json()["ports"]] == ["a", "b"]


def test_of_several_none_is_made_if_one_cannot_be(admin, network, subnet):
    wrong = {"network_id": network["id"], "fixed_ips": [{"ip_address": "192.0.2.1"}]}
    answer = admin.post("/ports", {"ports": [{"network_id": network["id"], "name": "a"}, wrong]})
    assert answer.status_code == 400
    assert admin.get("/ports", name="a").json()["ports"] == []


def test_an_update_changes_what_it_says_and_nothing_else(admin, network):
    answer = admin.put(f"/networks/{network['id']}", {"network": {"description": "new"}})
    assert answer.status_code == 200
    after = answer.json()["network"]
    assert after["revision_number"] > network["revision_number"]
    moving = {"description", "updated_at", "revision_number"}
    assert {k: v for k, v in after.items() if k not in moving} == {
        k: v for k, v in network.items() if k not in moving
    }


@pytest.mark.parametrize("attribute", ["id", "status", "tenant_id", "provider:network_type", "subnets"])
def test_what_is_fixed_cannot_be_updated(admin, network, attribute):
    answer = admin.put(f"/networks/{network['id']}", {"network": {attribute: "x"}})
    assert answer.status_code == 400
    assert attribute.replace("tenant_id", "tenant") in answer.json()["NeutronError"]["message"]


def test_a_network_of_ipv6_carries_what_ipv6_needs(admin, network, subnet):
    def refused(answer):
        return answer.status_code, answer.json()["NeutronError"]["type"]

    small = admin.make("network", mtu=1279)
    six = {"network_id": small["id"], "cidr": "2001:db8::/64", "ip_version": 6}
    assert refused(admin.post("/subnets", {"subnet": six})) == (409, "NetworkMTUSubnetConflict")
    assert admin.put(f"/networks/{network['id']}", {"network": {"mtu": 68}}).status_code == 200
    assert admin.put(f"/networks/{network['id']}", {"network": {"mtu": 1280}}).status_code == 200
    admin.make("subnet", **{**six, "network_id": network["id"]})
    answer = admin.put(f"/networks/{network['id']}", {"network": {"mtu": 1279}})
    assert refused(answer) == (409, "NetworkMTUSubnetConflict")


def test_what_is_deleted_is_gone(admin, network):
    assert admin.delete(f"/networks/{network['id']}").status_code == 204
    assert admin.get(f"/networks/{network['id']}").status_code == 404
    assert admin.delete(f"/networks/{network['id']}").json()["NeutronError"]["type"] == "NetworkNotFound"


def test_what_is_in_use_stays(admin, network, subnet):
    admin.make("port", network_id=network["id"])
    answer = admin.delete(f"/networks/{network['id']}")
    assert (answer.status_code, answer.json()["NeutronError"]["type"]) == (409, "NetworkInUse")


def test_a_subnet_as_the_api_shows_it(subnet):
    assert subnet["allocation_pools"] == [{"start": "10.1.0.2", "end": "10.1.0.254"}]
    assert (subnet["gateway_ip"], subnet["ip_version"], subnet["enable_dhcp"]) == ("10.1.0.1", 4, True)
    assert (subnet["ipv6_ra_mode"], subnet["dns_nameservers"], subnet["host_routes"]) == (None, [], [])


def test_numbers_and_truth_may_come_as_text(admin, network):
    subnet = admin.make(
        "subnet", network_id=network["id"], cidr="10.2.0.0/24", ip_version="4", enable_dhcp="False"
    )
    assert subnet["enable_dhcp"] is False


def test_allowed_address_pairs_are_never_left_out(admin, network):
    port = admin.make("port", network_id=network["id"])
    assert port["allowed_address_pairs"] == []
    pairs = [{"ip_address": "10.0.0.9"}, {"ip_address": "10.9.0.0/16", "mac_address": "fa:16:3e:00:00:09"}]
    answer = admin.put(f"/ports/{port['id']}", {"port": {"allowed_address_pairs": pairs}})
    assert answer.json()["port"]["allowed_address_pairs"] == [
        {"ip_address": "10.0.0.9", "mac_address": port["mac_address"]},
        {"ip_address": "10.9.0.0/16", "mac_address": "fa:16:3e:00:00:09"},
    ]


def test_a_router_joins_a_subnet_and_parts_from_it(admin, agents, subnet):
    router = admin.make("router", ha=True)
    path = f"/routers/{router['id']}"
    joined = admin.put(f"{path}/add_router_interface", {"subnet_id": subnet["id"]})
    assert joined.status_code == 200, joined.text
    assert joined.json()["subnet_ids"] == [subnet["id"]]
    port = admin.get(f"/ports/{joined.json()['port_id']}").json()["port"]
    assert (port["device_id"], port["fixed_ips"][0]["ip_address"]) == (router["id"], "10.1.0.1")
    assert admin.delete(path).status_code == 409
    parted = admin.put(f"{path}/remove_router_interface", {"subnet_id": subnet["id"]})
    assert parted.json()["port_id"] == port["id"]
    assert admin.delete(path).status_code == 204


@pytest.mark.parametrize(
    "body", [{}, {"subnet_id": 7}, {"subnet": "x"}, {"subnet_id": "a", "port_id": "b"}, {"subnet_id": None}]
)
def test_an_interface_is_named_in_one_way(admin, body):
    router = admin.make("router", ha=False)
    assert admin.put(f"/routers/{router['id']}/add_router_interface", body).status_code == 400


def test_a_gateway_is_set_and_cleared(admin, agents, external):
    router = admin.make("router", ha=True)
    info = {"network_id": external["id"], "enable_snat": False}
    path = f"/routers/{router['id']}"
    shown = admin.put(path, {"router": {"external_gateway_info": info}}).json()["router"]
    assert shown["external_gateway_info"]["enable_snat"] is False
    assert shown["external_gateway_info"]["external_fixed_ips"][0]["ip_address"].startswith("203.0.113.")
    for nothing in (None, {}):
        cleared = admin.put(path, {"router": {"external_gateway_info": nothing}}).json()["router"]
        assert cleared["external_gateway_info"] is None


def test_who_hosts_what(admin, agents, network, subnet):
    router = admin.make("router", ha=True)
    hosting = admin.get(f"/routers/{router['id']}/l3-agents").json()["agents"]
    assert {agent["host"] for agent in hosting} == {"network1", "network2"}
    assert {agent["ha_state"] for agent in hosting} <= {"active", "standby", "unknown"}
    hosted = admin.get(f"/agents/{hosting[0]['id']}/l3-routers").json()["routers"]
    assert [item["id"] for item in hosted] == [router["id"]]
    serving = admin.get(f"/networks/{network['id']}/dhcp-agents").json()["agents"]
    assert {agent["agent_type"] for agent in serving} == {"DHCP agent"}
    served = admin.get(f"/agents/{serving[0]['id']}/dhcp-networks").json()["networks"]
    assert network["id"] in {item["id"] for item in served}


def test_an_agent_is_described_and_put_out_of_service(admin, agents):
    agent = admin.get("/agents", host="network1", agent_type="L3 agent").json()["agents"][0]
    assert (agent["alive"], agent["admin_state_up"]) == (True, True)
    changes = {"agent": {"admin_state_up": False, "description": "being repaired"}}
    changed = admin.put(f"/agents/{agent['id']}", changes).json()["agent"]
    assert (changed["admin_state_up"], changed["description"]) == (False, "being repaired")
    assert admin.put(f"/agents/{agent['id']}", {"agent": {"host": "x"}}).status_code == 400


def test_a_floating_ip_has_no_name_and_follows_its_port(admin, agents, external, network, subnet):
    router = admin.make("router", ha=True, external_gateway_info={"network_id": external["id"]})
    admin.put(f"/routers/{router['id']}/add_router_interface", {"subnet_id": subnet["id"]})
    port = admin.make("port", network_id=network["id"])
    floating = admin.make("floatingip", floating_network_id=external["id"])
    assert "name" not in floating
    path = f"/floatingips/{floating['id']}"
    joined = admin.put(path, {"floatingip": {"port_id": port["id"]}}).json()["floatingip"]
    assert joined["fixed_ip_address"] == port["fixed_ips"][0]["ip_address"]
    assert joined["router_id"] == router["id"]
    parted = admin.put(path, {"floatingip": {"port_id": None}}).json()["floatingip"]
    assert (parted["port_id"], parted["fixed_ip_address"], parted["router_id"]) == (None, None, None)


def test_rules_of_a_group(admin):
    group = admin.make("security_group", "security-groups", name="web")
    ssh = {"direction": "ingress", "protocol": "TCP", "port_range_min": "22", "port_range_max": "22"}
    rule = admin.make("security_group_rule", "security-group-rules", security_group_id=group["id"], **ssh)
    assert (rule["protocol"], rule["port_range_min"], rule["ethertype"]) == ("tcp", 22, "IPv4")
    again = {"security_group_rule": {"security_group_id": group["id"], **ssh}}
    assert admin.post("/security-group-rules", again).status_code == 409
    shown = admin.get(f"/security-groups/{group['id']}").json()["security_group"]
    assert rule["id"] in {item["id"] for item in shown["security_group_rules"]}
    assert admin.put(f"/security-group-rules/{rule['id']}", {"security_group_rule": {}}).status_code == 405
    assert admin.delete(f"/security-group-rules/{rule['id']}").status_code == 204
