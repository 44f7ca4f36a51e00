"""What is refused because something still stands on it, in the words that clients look for."""

import pytest

from hawser.server.service import report
from hawser.wire.report import AgentState, Report


@pytest.fixture
def external(admin):
    network = admin.make("network", **{"router:external": True})
    admin.make("subnet", network_id=network["id"], cidr="203.0.113.0/24", enable_dhcp=False)
    return network


@pytest.fixture
def group(alice):
    return alice.make("security_group", "security-groups", name="web")


def refused(answer):
    return answer.status_code, answer.json()["NeutronError"]["message"]


def rule(client, group, **attributes):
    wanted = {"security_group_id": group["id"], "direction": "ingress", **attributes}
    return client.post("/security-group-rules", {"security_group_rule": wanted})


def test_an_external_network_goes_with_its_unused_floating_ips(admin, alice, external):
    floating = alice.make("floatingip", floating_network_id=external["id"])
    assert admin.delete(f"/networks/{external['id']}").status_code == 204
    assert alice.get(f"/floatingips/{floating['id']}").status_code == 404
    assert admin.get("/ports").json()["ports"] == []


def test_an_external_network_stays_while_a_floating_ip_leads_somewhere(admin, alice, external):
    inside = alice.make("network")
    subnet = alice.make("subnet", network_id=inside["id"], cidr="10.1.0.0/24")
    router = alice.make("router", external_gateway_info={"network_id": external["id"]})
    alice.put(f"/routers/{router['id']}/add_router_interface", {"subnet_id": subnet["id"]})
    port = alice.make("port", network_id=inside["id"])
    floating = alice.make("floatingip", floating_network_id=external["id"], port_id=port["id"])
    status, said = refused(admin.delete(f"/networks/{external['id']}"))
    assert status == 409
    assert "There are one or more ports still in use on the network" in said
    assert alice.get(f"/floatingips/{floating['id']}").status_code == 200


def test_a_subnet_that_overlaps_is_told_so(alice):
    network = alice.make("network")
    alice.make("subnet", network_id=network["id"], cidr="10.1.0.0/24")
    wanted = {"network_id": network["id"], "cidr": "10.1.0.0/25", "ip_version": 4}
    status, said = refused(alice.post("/subnets", {"subnet": wanted}))
    assert status == 400
    assert "overlaps with another subnet" in said


def test_no_group_is_renamed_to_default_and_the_default_group_not_at_all(alice, group):
    (default,) = alice.get("/security-groups", name="default").json()["security_groups"]
    for id, name in ((group["id"], "default"), (default["id"], "other")):
        status, _ = refused(alice.put(f"/security-groups/{id}", {"security_group": {"name": name}}))
        assert status == 409


@pytest.mark.parametrize(
    ("attributes", "words"),
    [
        ({"protocol": "tcp", "port_range_min": -16, "port_range_max": 80}, "Invalid value for port -16"),
        (
            {"protocol": "tcp", "port_range_min": 80, "port_range_max": 79},
            "port_range_min must be <= port_range_max",
        ),
        ({"protocol": "icmp", "port_range_min": 1, "port_range_max": 256}, "Invalid value for ICMP code"),
        (
            {"protocol": "icmp", "port_range_max": 6},
            "ICMP type (port-range-min) is missing",
        ),
        ({"ethertype": "IPv6", "remote_ip_prefix": "10.0.0.0/8"}, "Conflicting value ethertype"),
    ],
)
def test_a_rule_whose_parts_do_not_fit_is_told_which(alice, group, attributes, words):
    status, said = refused(rule(alice, group, **attributes))
    assert status == 400
    assert words in said


def test_a_rule_about_a_group_that_is_not_there_is_not_found(alice, group):
    assert rule(alice, group, remote_group_id="nonsense").status_code == 404


def test_agents_are_found_by_type_in_any_case(admin, store):
    state = AgentState("DHCP agent", "neutron-dhcp-agent", "nova", 0.0, "", (), {})
    report.take(store, "network1", Report(agents=(state,)))
    assert [agent["host"] for agent in admin.get("/agents", agent_type="DHCP Agent").json()["agents"]] == [
        "network1"
    ]
