"""How many addresses networks have left, as operators are shown it."""

import pytest

PATH = "/network-ip-availabilities"


@pytest.fixture
def network(alice):
    network = alice.make("network", name="ours")
    pools = [{"start": "10.0.0.10", "end": "10.0.0.19"}, {"start": "10.0.0.30", "end": "10.0.0.34"}]
    alice.make("subnet", network_id=network["id"], cidr="10.0.0.0/24", allocation_pools=pools, name="four")
    alice.make("subnet", network_id=network["id"], cidr="2001:db8::/64", name="six")
    return network


def shown(client, **query):
    return client.get(PATH, **query).json()["network_ip_availabilities"]


def test_totals_are_of_pools_and_used_are_what_ports_have(admin, alice, network):
    alice.make("port", network_id=network["id"])
    alice.make("port", network_id=network["id"], fixed_ips=[{"ip_address": "10.0.0.200"}])
    one = admin.get(f"{PATH}/{network['id']}").json()["network_ip_availability"]
    four, six = sorted(one.pop("subnet_ip_availability"), key=lambda each: each["ip_version"])
    assert one == {
        "network_id": network["id"],
        "network_name": "ours",
        "project_id": "alice-project",
        "tenant_id": "alice-project",
        "total_ips": 15 + 2**64 - 2,
        "used_ips": 3,
    }
    assert (four["subnet_name"], four["cidr"], four["total_ips"], four["used_ips"]) == (
        "four",
        "10.0.0.0/24",
        15,
        2,
    )
    assert (six["subnet_name"], six["total_ips"], six["used_ips"]) == ("six", 2**64 - 2, 1)


def test_lists_are_filtered(admin, alice, bob, network):
    empty = bob.make("network", name="empty")
    assert {each["network_id"] for each in shown(admin)} == {network["id"], empty["id"]}
    (one,) = shown(admin, network_name="empty")
    assert (one["total_ips"], one["used_ips"], one["subnet_ip_availability"]) == (0, 0, [])
    for query in (
        {"network_id": network["id"]},
        {"project_id": "alice-project"},
        {"tenant_id": "alice-project"},
    ):
        assert [each["network_id"] for each in shown(admin, **query)] == [network["id"]]
    (one,) = shown(admin, network_id=network["id"], ip_version=4)
    assert [each["ip_version"] for each in one["subnet_ip_availability"]] == [4]
    assert one["total_ips"] == 15
    assert shown(admin, network_id=network["id"], fields="network_name") == [{"network_name": "ours"}]
    assert admin.get(PATH, cidr="10.0.0.0/24").status_code == 400


def test_lists_have_pages(admin, alice):
    ids = sorted(alice.make("network")["id"] for _ in range(3))
    answer = admin.get(PATH, limit=2).json()
    assert [each["network_id"] for each in answer["network_ip_availabilities"]] == ids[:2]
    assert answer["network_ip_availabilities_links"][0]["rel"] == "next"
    assert [each["network_id"] for each in shown(admin, limit=2, marker=ids[1])] == ids[2:]


def test_they_are_an_operators_to_see(admin, alice, network):
    assert shown(alice) == []
    assert alice.get(f"{PATH}/{network['id']}").status_code == 404
    assert admin.get(f"{PATH}/00000000-0000-4000-8000-000000000000").status_code == 404
