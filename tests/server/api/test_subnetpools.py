"""Subnet pools: their prefixes and lengths, and the subnets that are cut out of them."""

import pytest

from tests.server.api.conftest import MEMBER, Client

NOBODY = "00000000-0000-4000-8000-000000000000"


def kind_of(answer):
    return answer.status_code, answer.json()["NeutronError"]["type"]


def pool_of(client, *prefixes, **fields):
    return client.make("subnetpool", name="pool", prefixes=list(prefixes), **fields)


def try_pool(client, *prefixes, **fields):
    return client.post("/subnetpools", {"subnetpool": {"name": "p", "prefixes": list(prefixes), **fields}})


def try_subnet(client, network, **fields):
    return client.post("/subnets", {"subnet": {"network_id": network["id"], "ip_version": 4, **fields}})


def subnet_of(client, pool, network=None, **fields):
    network = network or client.make("network")
    answer = try_subnet(client, network, subnetpool_id=pool["id"], **fields)
    assert answer.status_code == 201, answer.text
    return answer.json()["subnet"]


@pytest.fixture
def network(alice):
    return alice.make("network")


@pytest.fixture
def pool(alice):
    return pool_of(alice, "10.0.0.0/16", default_prefixlen=24)


def test_a_pool_is_shown_with_its_defaults(alice):
    pool = pool_of(alice, "10.1.0.0/24", "10.0.0.0/24", description="ours")
    assert pool == {
        "id": pool["id"],
        "name": "pool",
        "description": "ours",
        "project_id": "alice-project",
        "tenant_id": "alice-project",
        "ip_version": 4,
        "prefixes": ["10.0.0.0/24", "10.1.0.0/24"],
        "min_prefixlen": 8,
        "max_prefixlen": 32,
        "default_prefixlen": 8,
        "default_quota": None,
        "is_default": False,
        "shared": False,
        "address_scope_id": None,
        "tags": [],
        "revision_number": pool["revision_number"],
        "created_at": pool["created_at"],
        "updated_at": pool["updated_at"],
    }
    six = pool_of(alice, "2001:db8::/48")
    assert [six[name] for name in ("min_prefixlen", "max_prefixlen", "default_prefixlen")] == [64, 128, 64]


def test_prefixes_are_as_few_as_say_the_same(alice):
    pool = pool_of(alice, "10.0.1.0/24", "10.0.0.7/24", "10.0.2.0/23", "10.0.0.0/25")
    assert pool["prefixes"] == ["10.0.0.0/22"]


@pytest.mark.parametrize(
    ("prefixes", "fields", "kind"),
    [
        ([], {}, "EmptySubnetPoolPrefixList"),
        (["10.0.0.0/8", "2001:db8::/48"], {}, "PrefixVersionMismatch"),
        (["10.0.0.0/8"], {"min_prefixlen": 25, "max_prefixlen": 24}, "IllegalSubnetPoolPrefixBounds"),
        (["10.0.0.0/8"], {"max_prefixlen": 33}, "IllegalSubnetPoolPrefixBounds"),
        (["10.0.0.0/8"], {"default_prefixlen": 7}, "IllegalSubnetPoolPrefixBounds"),
        (
            ["10.0.0.0/8"],
            {"max_prefixlen": 24, "default_prefixlen": 25},
            "IllegalSubnetPoolPrefixBounds",
        ),
        (["10.0.0.0/8"], {"default_quota": -1}, "InvalidInput"),
        (["10.0.0.0/8"], {"default_quota": 10**30}, "InvalidInput"),
        (["ten"], {}, "InvalidInput"),
        (["10.0.0.0/8"], {"name": ""}, "InvalidInput"),
    ],
)
def test_a_pool_that_cannot_be_is_refused(alice, prefixes, fields, kind):
    assert kind_of(try_pool(alice, *prefixes, **fields)) == (400, kind)
    assert alice.get("/subnetpools").json()["subnetpools"] == []


def test_subnets_get_the_lowest_free_block(alice, pool):
    first, second, third = (subnet_of(alice, pool) for _ in range(3))
    assert [each["cidr"] for each in (first, second, third)] == ["10.0.0.0/24", "10.0.1.0/24", "10.0.2.0/24"]
    assert first["subnetpool_id"] == pool["id"]
    assert first["gateway_ip"] == "10.0.0.1"
    alice.delete(f"/subnets/{second['id']}")
    assert subnet_of(alice, pool, prefixlen=23)["cidr"] == "10.0.4.0/23"
    assert subnet_of(alice, pool, prefixlen=25)["cidr"] == "10.0.1.0/25"
    shown = alice.get("/subnets", subnetpool_id=pool["id"], fields="cidr").json()["subnets"]
    assert sorted(each["cidr"] for each in shown) == [
        "10.0.0.0/24",
        "10.0.1.0/25",
        "10.0.2.0/24",
        "10.0.4.0/23",
    ]
    assert alice.get("/subnets", subnetpool_id=NOBODY).json()["subnets"] == []


def test_ipv6_blocks_come_from_pools_too(alice, network):
    pool = pool_of(alice, "2001:db8::/47", default_prefixlen=64)
    made = try_subnet(alice, network, ip_version=6, subnetpool_id=pool["id"])
    assert made.json()["subnet"]["cidr"] == "2001:db8::/64"


def test_a_subnet_may_name_its_block(alice, pool, network):
    subnet = subnet_of(alice, pool, cidr="10.0.9.0/24", gateway_ip=None)
    assert (subnet["cidr"], subnet["subnetpool_id"], subnet["gateway_ip"]) == (
        "10.0.9.0/24",
        pool["id"],
        None,
    )
    for taken in ("10.0.9.0/25", "10.0.8.0/23", "10.1.0.0/24"):
        answer = try_subnet(alice, network, subnetpool_id=pool["id"], cidr=taken)
        assert kind_of(answer) == (409, "SubnetAllocationError")


def test_a_pool_that_is_full_says_so(alice, network):
    pool = pool_of(alice, "10.0.0.0/24", default_prefixlen=25)
    subnet_of(alice, pool)
    subnet_of(alice, pool)
    answer = try_subnet(alice, network, subnetpool_id=pool["id"])
    assert kind_of(answer) == (409, "SubnetAllocationError")
    assert kind_of(try_subnet(alice, network, subnetpool_id=pool["id"], prefixlen=23))[0] == 409


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"prefixlen": 23}, "MinPrefixSubnetAllocationError"),
        ({"prefixlen": 29}, "MaxPrefixSubnetAllocationError"),
        ({"cidr": "10.0.0.0/23"}, "MinPrefixSubnetAllocationError"),
        ({"cidr": "10.0.0.0/24", "prefixlen": 24}, "BadRequest"),
        ({"ip_version": 6}, "BadRequest"),
        ({"use_default_subnetpool": True}, "BadRequest"),
        ({"allocation_pools": [{"start": "10.0.0.2", "end": "10.0.0.9"}]}, "BadRequest"),
        ({"gateway_ip": "2001:db8::1"}, "InvalidInput"),
        ({"subnetpool_id": "prefix_delegation", "ip_version": 6}, "InvalidInput"),
        ({"subnetpool_id": None}, "BadRequest"),
    ],
)
def test_a_subnet_that_its_pool_cannot_give_is_refused(alice, network, fields, kind):
    pool = pool_of(alice, "10.0.0.0/16", min_prefixlen=24, max_prefixlen=28)
    assert kind_of(try_subnet(alice, network, **{"subnetpool_id": pool["id"], **fields})) == (400, kind)
    assert alice.get("/subnets").json()["subnets"] == []


def test_a_pool_of_another_project_is_not_there(alice, bob, pool):
    network = bob.make("network")
    assert kind_of(bob.get(f"/subnetpools/{pool['id']}")) == (404, "SubnetPoolNotFound")
    assert bob.get("/subnetpools").json()["subnetpools"] == []
    assert kind_of(try_subnet(bob, network, subnetpool_id=pool["id"])) == (404, "SubnetPoolNotFound")
    assert kind_of(bob.delete(f"/subnetpools/{pool['id']}")) == (404, "SubnetPoolNotFound")


def test_a_quota_holds_for_each_project(admin, alice, bob):
    pool = pool_of(admin, "10.0.0.0/16", default_prefixlen=24, default_quota=512, shared=True)
    network = alice.make("network")
    subnet_of(alice, pool, network)
    subnet_of(alice, pool, network)
    answer = try_subnet(alice, network, subnetpool_id=pool["id"], prefixlen=30)
    assert kind_of(answer) == (409, "SubnetPoolQuotaExceeded")
    assert subnet_of(bob, pool)["cidr"] == "10.0.2.0/24"


def test_an_ipv6_quota_counts_networks(alice, network):
    pool = pool_of(alice, "2001:db8::/48", default_prefixlen=64, default_quota=1)
    subnet_of(alice, pool, network, ip_version=6)
    answer = try_subnet(alice, network, ip_version=6, subnetpool_id=pool["id"])
    assert kind_of(answer) == (409, "SubnetPoolQuotaExceeded")


def test_the_subnets_of_a_network_come_from_one_pool(alice, pool, network):
    other = pool_of(alice, "10.9.0.0/16", default_prefixlen=24)
    subnet_of(alice, pool, network)
    subnet_of(alice, pool, network)
    six = pool_of(alice, "2001:db8::/48")
    subnet_of(alice, six, network, ip_version=6)
    for fields in ({"subnetpool_id": other["id"]}, {"cidr": "192.168.0.0/24"}):
        assert kind_of(try_subnet(alice, network, **fields)) == (400, "NetworkSubnetPoolAffinityError")
    plain = alice.make("network")
    alice.make("subnet", network_id=plain["id"], cidr="192.168.0.0/24")
    answer = try_subnet(alice, plain, subnetpool_id=pool["id"])
    assert kind_of(answer) == (400, "NetworkSubnetPoolAffinityError")


def test_one_pool_of_a_version_is_the_default(admin, alice, network):
    assert kind_of(try_subnet(alice, network, use_default_subnetpool=True)) == (400, "BadRequest")
    four = pool_of(admin, "10.0.0.0/16", default_prefixlen=26, is_default=True, shared=True)
    six = pool_of(admin, "2001:db8::/48", is_default=True, shared=True)
    assert kind_of(try_pool(admin, "10.9.0.0/16", is_default=True)) == (400, "InvalidInput")
    assert kind_of(try_pool(alice, "10.9.0.0/16", is_default=True)) == (403, "PolicyNotAuthorized")
    made = try_subnet(alice, network, use_default_subnetpool=True).json()["subnet"]
    assert (made["subnetpool_id"], made["cidr"]) == (four["id"], "10.0.0.0/26")
    made = try_subnet(alice, network, use_default_subnetpool=True, ip_version=6).json()["subnet"]
    assert made["subnetpool_id"] == six["id"]
    path = f"/subnetpools/{four['id']}"
    assert admin.put(path, {"subnetpool": {"is_default": False}}).json()["subnetpool"]["is_default"] is False
    other = pool_of(admin, "10.9.0.0/16", is_default=True)
    assert kind_of(admin.put(path, {"subnetpool": {"is_default": True}})) == (400, "InvalidInput")
    shown = admin.get("/subnetpools", is_default="True").json()["subnetpools"]
    assert {each["id"] for each in shown} == {six["id"], other["id"]}


def test_a_default_pool_that_is_not_shared_is_not_others(admin, alice, network):
    pool_of(admin, "10.0.0.0/16", default_prefixlen=26, is_default=True)
    assert kind_of(try_subnet(alice, network, use_default_subnetpool=True)) == (400, "BadRequest")


def test_a_pool_is_changed_and_grows(alice, pool):
    path = f"/subnetpools/{pool['id']}"
    body = {
        "name": "new",
        "prefixes": ["10.0.0.0/16", "10.1.0.0/16"],
        "default_prefixlen": 28,
        "default_quota": 9,
    }
    changed = alice.put(path, {"subnetpool": body}).json()["subnetpool"]
    assert (changed["name"], changed["prefixes"]) == ("new", ["10.0.0.0/15"])
    assert (changed["default_prefixlen"], changed["default_quota"]) == (28, 9)
    assert changed["revision_number"] > pool["revision_number"]
    for prefixes, kind in (
        (["10.0.0.0/16"], "IllegalSubnetPoolPrefixUpdate"),
        ([], "IllegalSubnetPoolPrefixUpdate"),
        (["10.0.0.0/15", "2001:db8::/48"], "PrefixVersionMismatch"),
    ):
        assert kind_of(alice.put(path, {"subnetpool": {"prefixes": prefixes}})) == (400, kind)
    assert alice.put(path, {"subnetpool": {"shared": True}}).status_code == 400
    assert kind_of(alice.put(path, {"subnetpool": {"min_prefixlen": 29}})) == (
        400,
        "IllegalSubnetPoolPrefixBounds",
    )


def test_a_pool_with_subnets_stays(alice, pool):
    subnet = subnet_of(alice, pool)
    path = f"/subnetpools/{pool['id']}"
    assert kind_of(alice.delete(path)) == (400, "SubnetPoolDeleteError")
    alice.delete(f"/subnets/{subnet['id']}")
    assert alice.delete(path).status_code == 204
    assert kind_of(alice.get(path)) == (404, "SubnetPoolNotFound")


def test_prefixes_are_added_and_removed(alice, pool):
    path = f"/subnetpools/{pool['id']}"
    answer = alice.put(f"{path}/add_prefixes", {"prefixes": ["10.1.0.0/16", "172.16.0.0/12"]})
    assert answer.json() == {"prefixes": ["10.0.0.0/15", "172.16.0.0/12"]}
    subnet_of(alice, pool)
    answer = alice.put(f"{path}/remove_prefixes", {"prefixes": ["10.0.1.0/24", "172.16.0.0/12"]})
    left = answer.json()["prefixes"]
    assert "10.0.0.0/24" in left and "10.1.0.0/16" in left and "172.16.0.0/12" not in left
    assert alice.get(path).json()["subnetpool"]["prefixes"] == left
    answer = alice.put(f"{path}/remove_prefixes", {"prefixes": ["10.0.0.0/8"]})
    assert kind_of(answer) == (400, "IllegalSubnetPoolPrefixUpdate")
    for wrong in ({"prefixes": ["x"]}, {}, {"prefixes": ["2001:db8::/48"]}, {"subnetpool": {}}):
        assert alice.put(f"{path}/add_prefixes", wrong).status_code == 400


def test_prefixes_of_another_projects_pool_are_its_own(admin, bob, alice, pool):
    shared = pool_of(admin, "10.0.0.0/16", shared=True)
    body = {"prefixes": ["10.1.0.0/16"]}
    assert bob.put(f"/subnetpools/{pool['id']}/add_prefixes", body).status_code == 404
    assert bob.put(f"/subnetpools/{shared['id']}/add_prefixes", body).status_code == 403
    assert bob.put(f"/subnetpools/{shared['id']}", {"subnetpool": {"name": "mine"}}).status_code == 403


def test_the_subnets_of_a_network_are_taken_into_a_pool(alice, bob, pool, network):
    made = alice.make("subnet", network_id=network["id"], cidr="172.16.0.0/24")
    path = f"/subnetpools/{pool['id']}"
    take = f"{path}/onboard_network_subnets"
    body = {"network_id": network["id"]}
    assert bob.put(take, body).status_code == 404
    answer = alice.put(take, body)
    assert answer.json() == {"subnets": [{"id": made["id"], "cidr": "172.16.0.0/24"}]}
    assert alice.get(path).json()["subnetpool"]["prefixes"] == ["10.0.0.0/16", "172.16.0.0/24"]
    assert alice.get(f"/subnets/{made['id']}").json()["subnet"]["subnetpool_id"] == pool["id"]
    assert subnet_of(alice, pool, network)["cidr"] == "10.0.0.0/24"
    assert kind_of(alice.put(take, body)) == (400, "IllegalSubnetPoolUpdate")
    assert alice.put(take, {}).status_code == 400
    assert alice.put(take, {"network_id": NOBODY}).status_code == 404


def test_a_pool_is_shared_with_one_project(app, alice, bob, pool):
    policy = alice.make(
        "rbac_policy",
        "rbac-policies",
        object_type="subnetpool",
        object_id=pool["id"],
        action="access_as_shared",
        target_tenant="bob-project",
    )
    subnet = subnet_of(bob, pool)
    assert bob.get(f"/subnetpools/{pool['id']}").json()["subnetpool"]["shared"] is True
    assert Client(app, "carol-project", MEMBER).get(f"/subnetpools/{pool['id']}").status_code == 404
    path = f"/rbac-policies/{policy['id']}"
    assert kind_of(alice.delete(path)) == (409, "RbacPolicyInUse")
    bob.delete(f"/subnets/{subnet['id']}")
    assert alice.delete(path).status_code == 204


def test_pools_have_tags_and_a_quota(admin, alice, pool):
    path = f"/subnetpools/{pool['id']}/tags"
    assert alice.put(path, {"tags": ["red"]}).json() == {"tags": ["red"]}
    assert [each["id"] for each in alice.get("/subnetpools", tags="red").json()["subnetpools"]] == [
        pool["id"]
    ]
    admin.put("/quotas/alice-project", {"quota": {"subnetpool": 1}})
    assert kind_of(try_pool(alice, "10.0.0.0/16")) == (409, "OverQuota")


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"cidr": "0.0.0.0/0"}, "BadRequest"),
        ({"cidr": "224.0.0.0/16"}, "InvalidInput"),
        ({"cidr": "127.0.0.0/8"}, "InvalidInput"),
        ({"cidr": "10.0.0.0/31"}, "InvalidInput"),
        ({"cidr": "2001:db8::/127"}, "InvalidInput"),
        (
            {"cidr": "10.0.0.0/24", "dns_nameservers": [f"10.0.0.{n}" for n in range(6)]},
            "DNSNameServersExhausted",
        ),
        ({"cidr": "10.0.0.0/24", "dns_nameservers": ["2001:db8::1"]}, "InvalidInput"),
        (
            {"cidr": "10.0.0.0/24", "host_routes": [{"destination": "2001:db8::/64", "nexthop": "10.0.0.1"}]},
            "InvalidInput",
        ),
        (
            {
                "cidr": "10.0.0.0/24",
                "host_routes": [{"destination": f"10.1.{n}.0/24", "nexthop": "10.0.0.1"} for n in range(21)],
            },
            "HostRoutesExhausted",
        ),
        ({"subnetpool_id": NOBODY, "cidr": "10.0.0.0/24"}, "SubnetPoolNotFound"),
        ({}, "BadRequest"),
    ],
)
def test_a_subnet_that_cannot_be_is_refused(alice, network, fields, kind):
    answer = alice.post("/subnets", {"subnet": {"network_id": network["id"], **fields}})
    assert kind_of(answer) == (404 if kind.endswith("NotFound") else 400, kind)


def test_small_blocks_are_for_subnets_without_dhcp(alice, network):
    subnet = alice.make("subnet", network_id=network["id"], cidr="10.0.0.0/31", enable_dhcp=False)
    answer = alice.put(f"/subnets/{subnet['id']}", {"subnet": {"enable_dhcp": True}})
    assert kind_of(answer) == (400, "InvalidInput")
    servers = {"dns_nameservers": [f"10.0.0.{n}" for n in range(6)]}
    answer = alice.put(f"/subnets/{subnet['id']}", {"subnet": servers})
    assert kind_of(answer) == (400, "DNSNameServersExhausted")
