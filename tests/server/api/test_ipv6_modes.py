"""Where the addresses of IPv6 subnets come from: the modes, what goes with them, and what ports get."""

from ipaddress import IPv6Network, ip_address

import pytest

from hawser.base.addresses import eui64

MODES = ("slaac", "dhcpv6-stateless", "dhcpv6-stateful")
CIDR = "2001:db8::/64"


def kind_of(answer):
    return answer.status_code, answer.json()["NeutronError"]["type"]


@pytest.fixture
def network(alice):
    return alice.make("network")


def modes(ra_mode, address_mode):
    said = {"ipv6_ra_mode": ra_mode, "ipv6_address_mode": address_mode}
    return {name: mode for name, mode in said.items() if mode}


@pytest.mark.parametrize("ra_mode", [None, *MODES])
@pytest.mark.parametrize("address_mode", [None, *MODES])
def test_ports_get_the_addresses_that_the_modes_have_for_them(alice, network, ra_mode, address_mode):
    body = {"network_id": network["id"], "ip_version": 6, "cidr": CIDR, **modes(ra_mode, address_mode)}
    answer = alice.post("/subnets", {"subnet": body})
    if ra_mode and address_mode and ra_mode != address_mode:
        assert kind_of(answer) == (400, "InvalidInput")
        return
    subnet = answer.json()["subnet"]
    assert (subnet["ipv6_ra_mode"], subnet["ipv6_address_mode"]) == (ra_mode, address_mode)
    port = alice.make("port", network_id=network["id"], mac_address="fa:16:3e:01:02:03")
    (fixed,) = port["fixed_ips"]
    made_by_host = eui64(IPv6Network(CIDR), "fa:16:3e:01:02:03")
    own = {"slaac", "dhcpv6-stateless"} & {ra_mode, address_mode}
    assert (ip_address(fixed["ip_address"]) == made_by_host) is bool(own)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", ["ipv6_ra_mode", "ipv6_address_mode"])
def test_modes_are_of_ipv6_with_dhcp(alice, network, name, mode):
    for wrong in (
        {"cidr": "10.0.0.0/24"},
        {"cidr": CIDR, "enable_dhcp": False},
        {"cidr": CIDR, name: "stateful"},
    ):
        body = {"network_id": network["id"], name: mode, **wrong}
        assert kind_of(alice.post("/subnets", {"subnet": body})) == (400, "InvalidInput")
    subnet = alice.make("subnet", network_id=network["id"], cidr=CIDR, **{name: mode})
    path = f"/subnets/{subnet['id']}"
    assert kind_of(alice.put(path, {"subnet": {"enable_dhcp": False}})) == (400, "InvalidInput")
    assert alice.put(path, {"subnet": {name: None}}).status_code == 400


@pytest.mark.parametrize("length", [48, 63, 65, 80])
def test_hosts_make_addresses_of_a_64_alone(alice, network, length):
    body = {"network_id": network["id"], "cidr": f"2001:db8::/{length}"}
    for mode in ("slaac", "dhcpv6-stateless"):
        for name in ("ipv6_ra_mode", "ipv6_address_mode"):
            assert kind_of(alice.post("/subnets", {"subnet": {**body, name: mode}})) == (400, "InvalidInput")
    alice.make("subnet", **body, ipv6_ra_mode="dhcpv6-stateful", ipv6_address_mode="dhcpv6-stateful")


def test_a_gateway_is_of_the_subnets_ip_version_and_may_be_outside_of_it(alice, network):
    body = {"network_id": network["id"], "cidr": CIDR}
    assert alice.post("/subnets", {"subnet": {**body, "gateway_ip": "10.0.0.1"}}).status_code == 400
    subnet = alice.make("subnet", **body, gateway_ip="fe80::1")
    assert subnet["gateway_ip"] == "fe80::1"
    assert subnet["allocation_pools"] == [{"start": "2001:db8::1", "end": "2001:db8::ffff:ffff:ffff:ffff"}]
    path = f"/subnets/{subnet['id']}"
    outside = alice.put(path, {"subnet": {"gateway_ip": "2001:db8:1::1"}}).json()["subnet"]
    assert outside["gateway_ip"] == "2001:db8:1::1"
    assert alice.put(path, {"subnet": {"gateway_ip": None}}).json()["subnet"]["gateway_ip"] is None


def test_a_mode_and_a_pool_go_together(alice, network):
    pool = alice.make("subnetpool", name="p", prefixes=["2001:db8::/48"])
    body = {
        "network_id": network["id"],
        "subnetpool_id": pool["id"],
        "ip_version": 6,
        **modes("slaac", "slaac"),
    }
    assert kind_of(alice.post("/subnets", {"subnet": {**body, "prefixlen": 80}})) == (400, "InvalidInput")
    assert alice.make("subnet", **body)["cidr"] == CIDR
