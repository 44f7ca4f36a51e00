"""Attributes of ports beyond name and address: what they accept, show and refuse."""

import pytest

from hawser.server.service import report
from hawser.wire.report import AgentState, Report


@pytest.fixture
def network(alice):
    network = alice.make("network")
    alice.make("subnet", network_id=network["id"], cidr="10.0.0.0/24")
    return network


@pytest.fixture
def port(alice, network):
    return alice.make("port", network_id=network["id"])


def change(client, port, **attributes):
    answer = client.put(f"/ports/{port['id']}", {"port": attributes})
    assert answer.status_code == 200, answer.text
    return answer.json()["port"]


def refused(answer):
    return answer.status_code, answer.json()["NeutronError"]["type"]


def options(port):
    return [(each["opt_name"], each["opt_value"], each["ip_version"]) for each in port["extra_dhcp_opts"]]


def option(name, value, **more):
    return {"opt_name": name, "opt_value": value, **more}


def test_dhcp_options_are_kept_as_given_for_ipv4_unless_said(alice, network, port):
    given = [option("bootfile-name", "pxelinux.0"), option("24", "2001:db8::1", ip_version="6")]
    made = alice.make("port", network_id=network["id"], extra_dhcp_opts=given)
    assert options(made) == [("bootfile-name", "pxelinux.0", 4), ("24", "2001:db8::1", 6)]
    assert port["extra_dhcp_opts"] == []


def test_a_change_of_dhcp_options_leaves_others_alone_and_a_null_removes_one(alice, port):
    change(alice, port, extra_dhcp_opts=[option("tftp-server", "10.0.0.9"), option("bootfile-name", "a")])
    change(alice, port, extra_dhcp_opts=[option("tftp-server", None), option("bootfile-name", "b")])
    assert options(change(alice, port, extra_dhcp_opts=[])) == [("bootfile-name", "b", 4)]


def test_a_router_option_may_be_blank(alice, port):
    assert options(change(alice, port, extra_dhcp_opts=[option("router", "")])) == [("router", "", 4)]


@pytest.mark.parametrize(
    "wrong",
    [
        [option("bootfile-name", "")],
        [option("bootfile-name", "a\nb")],
        [option("", "a")],
        [option("bootfile-name", "a" * 256)],
        [option("bootfile-name", "a", ip_version=5)],
        [option("bootfile-name", "a", colour="red")],
        [{"opt_name": "bootfile-name"}],
        [option("bootfile-name", "a"), option("bootfile-name", "b")],
        [option("client-id", "me,10.0.0.77")],
        "bootfile-name=a",
    ],
)
def test_a_wrong_dhcp_option_is_refused(alice, port, wrong):
    answer = alice.put(f"/ports/{port['id']}", {"port": {"extra_dhcp_opts": wrong}})
    assert answer.status_code == 400
    assert "extra_dhcp_opts" in answer.json()["NeutronError"]["message"]


def test_an_administrator_has_a_mac_made_anew(admin, alice, port):
    made = change(admin, port, mac_address=None)["mac_address"]
    assert made != port["mac_address"]
    assert made.startswith("fa:16:3e")
    assert refused(alice.put(f"/ports/{port['id']}", {"port": {"mac_address": None}})) == (
        403,
        "PolicyNotAuthorized",
    )


def test_a_mac_of_null_at_first_is_any(alice, network):
    assert alice.make("port", network_id=network["id"], mac_address=None)["mac_address"].startswith(
        "fa:16:3e"
    )


def test_the_mac_of_a_plugged_port_stays(admin, network):
    port = admin.make("port", network_id=network["id"], **{"binding:host_id": "compute1"})
    for mac in ("fa:16:3e:00:00:99", None):
        answer = admin.put(f"/ports/{port['id']}", {"port": {"mac_address": mac}})
        assert refused(answer) == (409, "PortBound")
    assert change(admin, port, mac_address=port["mac_address"].upper())["mac_address"] == port["mac_address"]


def test_a_mac_is_once_on_a_network(admin, network, port):
    other = admin.make("port", network_id=network["id"])
    answer = admin.put(f"/ports/{other['id']}", {"port": {"mac_address": port["mac_address"]}})
    assert refused(answer) == (409, "MacAddressInUse")
    body = {"network_id": network["id"], "mac_address": port["mac_address"]}
    assert refused(admin.post("/ports", {"port": body})) == (409, "MacAddressInUse")


@pytest.mark.parametrize("mac", ["", "x", "fa:16:3e:00:00", "01:00:5e:00:00:01", ["fa"]])
def test_what_is_no_mac_is_refused(admin, port, mac):
    assert admin.put(f"/ports/{port['id']}", {"port": {"mac_address": mac}}).status_code == 400


def test_addresses_that_a_host_makes_itself_follow_its_mac(admin, alice, network, port):
    modes = {"ipv6_ra_mode": "slaac", "ipv6_address_mode": "slaac"}
    alice.make("subnet", network_id=network["id"], cidr="2001:db8::/64", ip_version=6, **modes)
    made = alice.make("port", network_id=network["id"])
    moved = change(admin, made, mac_address="fa:16:3e:00:00:99")
    four, six = (each["ip_address"] for each in moved["fixed_ips"])
    assert four == made["fixed_ips"][0]["ip_address"]
    assert six == "2001:db8::f816:3eff:fe00:99"


def test_the_status_of_the_uplink_is_told_unless_said_otherwise(alice, network, port):
    assert port["propagate_uplink_status"] is True
    assert change(alice, port, propagate_uplink_status=False)["propagate_uplink_status"] is False
    found = alice.get("/ports", propagate_uplink_status="false").json()["ports"]
    assert [each["id"] for each in found] == [port["id"]]


def test_a_profile_is_kept_and_cleared(admin, network):
    port = admin.make("port", network_id=network["id"], **{"binding:profile": {"a": {"b": [1]}}})
    assert port["binding:profile"] == {"a": {"b": [1]}}
    assert change(admin, port, name="x")["binding:profile"] == {"a": {"b": [1]}}
    assert change(admin, port, **{"binding:profile": None})["binding:profile"] == {}


@pytest.mark.parametrize("wrong", [{"a": "x" * 4096}, [], "a", 1])
def test_a_profile_is_an_object_of_limited_size(admin, port, wrong):
    assert admin.put(f"/ports/{port['id']}", {"port": {"binding:profile": wrong}}).status_code == 400


def test_a_bridge_plugs_normal_ports_only(admin, network):
    bound = {"network_id": network["id"], "binding:host_id": "compute1"}
    normal = admin.make("port", **bound)
    direct = admin.make("port", **bound, **{"binding:vnic_type": "direct"})
    assert (normal["binding:vif_type"], normal["binding:vif_details"]["port_filter"]) == ("bridge", True)
    assert (direct["binding:vif_type"], direct["binding:vif_details"]) == ("binding_failed", {})
    assert change(admin, direct, **{"binding:host_id": ""})["binding:vif_type"] == "unbound"


def test_a_member_chooses_the_kind_of_its_interface(alice, network):
    assert (
        alice.make("port", network_id=network["id"], **{"binding:vnic_type": "macvtap"})["status"] == "DOWN"
    )


def test_without_port_security_there_are_neither_groups_nor_pairs(alice, network, port):
    pairs = [{"ip_address": "10.0.0.99"}]
    bare = {"network_id": network["id"], "port_security_enabled": False}
    with_pairs = alice.post("/ports", {"port": {**bare, "allowed_address_pairs": pairs}})
    assert refused(with_pairs) == (409, "AddressPairAndPortSecurityRequired")
    with_groups = alice.post("/ports", {"port": {**bare, "security_groups": port["security_groups"]}})
    assert refused(with_groups) == (400, "PortSecurityAndIPRequiredForSecurityGroups")


def test_port_security_goes_after_groups_and_pairs(alice, port):
    def disable(**more):
        return alice.put(f"/ports/{port['id']}", {"port": {"port_security_enabled": False, **more}})

    assert refused(disable()) == (409, "PortSecurityPortHasSecurityGroup")
    change(alice, port, allowed_address_pairs=[{"ip_address": "10.0.0.99"}])
    assert refused(disable(security_groups=[])) == (409, "AddressPairAndPortSecurityRequired")
    assert disable(security_groups=[], allowed_address_pairs=[]).status_code == 200
    groups = alice.put(f"/ports/{port['id']}", {"port": {"security_groups": port["security_groups"]}})
    assert refused(groups) == (400, "PortSecurityAndIPRequiredForSecurityGroups")


@pytest.mark.parametrize(
    ("pairs", "kind"),
    [
        ([{"ip_address": "10.0.0.9"}] * 2, "DuplicateAddressPairInRequest"),
        ([{"ip_address": f"10.0.1.{n}"} for n in range(11)], "AllowedAddressPairExhausted"),
        ([{"mac_address": "fa:16:3e:00:00:01"}], "AllowedAddressPairsMissingIP"),
        ([{"ip_address": "10.0.0.9", "mac_address": "01:00:5e:00:00:01"}], "HTTPBadRequest"),
        ([{"ip_address": "224.0.0.9"}], "HTTPBadRequest"),
        ([{"ip_address": "10.0.0.9", "colour": "red"}], "HTTPBadRequest"),
        ([{"ip_address": "10.0.0.999"}], "HTTPBadRequest"),
    ],
)
def test_a_wrong_address_pair_is_refused(alice, port, pairs, kind):
    answer = alice.put(f"/ports/{port['id']}", {"port": {"allowed_address_pairs": pairs}})
    assert refused(answer) == (400, kind)


def test_a_pair_without_a_mac_has_the_ports(alice, port):
    pairs = [{"ip_address": "10.0.0.9"}, {"ip_address": "10.0.0.9", "mac_address": port["mac_address"]}]
    answer = alice.put(f"/ports/{port['id']}", {"port": {"allowed_address_pairs": pairs}})
    assert refused(answer) == (400, "DuplicateAddressPairInRequest")
    assert change(alice, port, allowed_address_pairs=pairs[:1])["allowed_address_pairs"] == pairs[1:]
    assert change(alice, port, allowed_address_pairs=None)["allowed_address_pairs"] == []


def test_a_port_does_not_pass_for_another_projects_router(alice, bob, network, port):
    router = bob.make("router")
    stolen = {"device_owner": "network:router_interface", "device_id": router["id"]}
    answer = alice.post("/ports", {"port": {"network_id": network["id"], **stolen}})
    assert refused(answer) == (409, "DeviceIDNotOwnedByTenant")
    answer = alice.put(f"/ports/{port['id']}", {"port": stolen})
    assert refused(answer) == (409, "DeviceIDNotOwnedByTenant")


def test_a_routers_port_is_not_taken_from_it(alice, network):
    router = alice.make("router")
    subnet = alice.get(f"/networks/{network['id']}").json()["network"]["subnets"][0]
    alice.put(f"/routers/{router['id']}/add_router_interface", {"subnet_id": subnet})
    (port,) = alice.get("/ports", device_id=router["id"]).json()["ports"]
    for stolen in ({"device_id": "mine"}, {"device_owner": ""}):
        assert refused(alice.put(f"/ports/{port['id']}", {"port": stolen})) == (409, "ServicePortInUse")
    same = {"device_id": router["id"], "device_owner": port["device_owner"], "name": "new"}
    assert change(alice, port, **same)["name"] == "new"


@pytest.mark.parametrize("others", [1, 2])
def test_of_several_the_one_that_cannot_be_is_named(alice, network, others):
    wrongs = ({"fixed_ips": [{"ip_address": "192.0.2.1"}]}, {"mac_address": "x"})
    for wrong in wrongs:
        ports = [
            *({"network_id": network["id"]} for _ in range(others)),
            {"network_id": network["id"], **wrong},
        ]
        answer = alice.post("/ports", {"ports": ports})
        assert answer.status_code == 400
        assert f"Of {others + 1}, number {others + 1}: " in answer.json()["NeutronError"]["message"]
    assert alice.get("/ports").json()["ports"] == []


@pytest.mark.parametrize(
    ("wanted", "status", "kind"),
    [
        ({"ip_address": "10.0.0.1"}, 409, "IpAddressAlreadyAllocated"),
        ({"ip_address": "192.0.2.1"}, 400, "InvalidIpForNetwork"),
        ({"subnet_id": "11111111-2222-4333-8444-555555555555"}, 400, "InvalidInput"),
        ({}, 400, "InvalidInput"),
    ],
)
def test_an_address_that_cannot_be_is_refused(alice, network, wanted, status, kind):
    alice.make("port", network_id=network["id"], fixed_ips=[{"ip_address": "10.0.0.1"}])
    answer = alice.post("/ports", {"port": {"network_id": network["id"], "fixed_ips": [wanted]}})
    assert refused(answer) == (status, kind)


def test_ports_are_found_by_their_groups_state_and_owners(alice, network, port):
    other = alice.make("port", network_id=network["id"], device_owner="compute:nova", admin_state_up=False)
    group = alice.make("security_group", "security-groups", name="g")
    change(alice, other, security_groups=[group["id"]])

    def found(**query):
        return {each["id"] for each in alice.get("/ports", **query).json()["ports"]}

    assert found(security_groups=group["id"]) == {other["id"]}
    assert found(security_groups=[group["id"], port["security_groups"][0]]) == {other["id"], port["id"]}
    assert found(admin_state_up="False") == {other["id"]}
    assert found(status="DOWN", admin_state_up="True") == {port["id"]}
    assert found(device_owner=["compute:nova", "compute:az2"]) == {other["id"]}
    assert found(mac_address=[each["mac_address"].upper() for each in (port, other)]) == {
        port["id"],
        other["id"],
    }
    addresses = [f"ip_address={each['fixed_ips'][0]['ip_address']}" for each in (port, other)]
    assert found(fixed_ips=addresses) == {port["id"], other["id"]}


@pytest.mark.parametrize(
    "noun", ["networks", "ports", "subnets", "routers", "floatingips", "security-groups"]
)
def test_a_filter_that_is_no_attribute_is_refused(alice, noun):
    answer = alice.get(f"/{noun}", colour="red")
    assert refused(answer) == (400, "HTTPBadRequest")
    assert "[colour] is invalid attribute for filtering" in answer.json()["NeutronError"]["message"]


def test_a_reserved_port_becomes_that_of_the_next_dhcp_server(admin, store):
    network = admin.make("network")
    reserved = {"device_owner": "network:dhcp", "device_id": "reserved_dhcp_port"}
    port = admin.make("port", network_id=network["id"], **reserved)
    state = AgentState("DHCP agent", "neutron-dhcp-agent", "nova", 0.0, "", (), {})
    report.take(store, "network1", Report(agents=(state,)))
    admin.make("subnet", network_id=network["id"], cidr="10.0.0.0/24")
    (serving,) = admin.get("/ports", device_owner="network:dhcp").json()["ports"]
    assert (serving["id"], serving["binding:host_id"]) == (port["id"], "network1")
    assert serving["device_id"].startswith("dhcp")
    assert len(serving["fixed_ips"]) == 1


def test_ports_of_dhcp_servers_go_with_their_network(alice, network):
    alice.make("port", network_id=network["id"], device_owner="network:dhcp", device_id="reserved_dhcp_port")
    assert alice.delete(f"/networks/{network['id']}").status_code == 204
    assert alice.get("/ports").json()["ports"] == []


def test_addresses_of_dhcp_ports_go_with_their_subnet(alice, network):
    port = alice.make("port", network_id=network["id"], device_owner="network:dhcp", device_id="mine")
    (subnet,) = alice.get(f"/networks/{network['id']}").json()["network"]["subnets"]
    assert alice.delete(f"/subnets/{subnet}").status_code == 204
    assert alice.get(f"/ports/{port['id']}").json()["port"]["fixed_ips"] == []
