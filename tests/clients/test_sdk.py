"""openstacksdk over every resource of the server: made, listed, shown, changed and deleted by its own methods."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.clients.conftest import Refused, Sdk

pytestmark = pytest.mark.service


@dataclass
class Noun:
    """A resource of the SDK: its methods' names, what it is made with, and what is changed of it. ``within`` are the
    arguments that say what it is a part of."""

    name: str
    made: dict[str, Any]
    changes: dict[str, Any] = field(default_factory=lambda: {"description": "changed"})
    plural: str = ""
    within: tuple[str, ...] = ()
    within_first: bool = False

    def of(self, id: str) -> tuple[str, ...]:
        """The arguments that name one."""
        return (*self.within, id) if self.within_first else (id, *self.within)


def lives(sdk: Sdk, noun: Noun) -> None:
    """One is made, listed, shown, changed where it can be, deleted, and then not found."""
    one = sdk(f"create_{noun.name}", *noun.within, **noun.made)
    id = one["id"]
    assert id in ids(sdk(noun.plural or f"{noun.name}s", *noun.within))
    assert sdk(f"get_{noun.name}", *noun.of(id))["id"] == id
    if noun.changes:
        sdk(f"update_{noun.name}", *noun.of(id), **noun.changes)
        shown = sdk(f"get_{noun.name}", *noun.of(id))
        assert {name: shown[name] for name in noun.changes} == noun.changes
    sdk(f"delete_{noun.name}", *noun.of(id), ignore_missing=False)
    with pytest.raises(Refused, match="NotFoundException"):
        sdk(f"get_{noun.name}", *noun.of(id))


def ids(listed: list[dict[str, Any]]) -> set[str]:
    return {one["id"] for one in listed}


def name() -> str:
    return uuid.uuid4().hex[:12]


@pytest.fixture(scope="module")
def network(sdk):
    return sdk("create_network", name=name())


@pytest.fixture(scope="module")
def subnet(sdk, network):
    return sdk("create_subnet", network_id=network["id"], ip_version=4, cidr="10.1.0.0/24")


@pytest.fixture(scope="module")
def port(sdk, network, subnet):
    return sdk("create_port", network_id=network["id"])


@pytest.fixture(scope="module")
def external(sdk):
    made = sdk("create_network", name=name(), **{"router:external": True})
    sdk("create_subnet", network_id=made["id"], ip_version=4, cidr="203.0.113.0/24", enable_dhcp=False)
    return made


@pytest.fixture(scope="module")
def router(sdk, external, subnet):
    made = sdk("create_router", name=name(), external_gateway_info={"network_id": external["id"]})
    sdk("add_interface_to_router", made["id"], subnet["id"])
    return made


@pytest.fixture(scope="module")
def group(sdk):
    return sdk("create_security_group", name=name())


@pytest.fixture(scope="module")
def policy(sdk):
    return sdk("create_qos_policy", name=name())


SIMPLE = [
    Noun("network", {"name": "n"}, {"name": "renamed", "description": "changed", "mtu": 1400}),
    Noun("router", {"name": "r"}, {"name": "renamed", "admin_state_up": False}),
    Noun("security_group", {"name": "g"}, {"name": "renamed", "description": "changed"}),
    Noun("address_group", {"name": "a", "addresses": ["192.0.2.0/24"]}, {"name": "renamed"}),
    Noun("address_scope", {"name": "s", "ip_version": 4}, {"name": "renamed"}),
    Noun("subnet_pool", {"name": "p", "prefixes": ["10.8.0.0/16"]}, {"name": "renamed", "max_prefixlen": 30}),
    Noun("qos_policy", {"name": "q"}, {"name": "renamed"}, "qos_policies"),
    Noun("metering_label", {"name": "m"}, {}),
    Noun("service_profile", {"metainfo": "{}", "driver": "", "description": "d"}),
    Noun("flavor", {"name": "f", "service_type": "L3_ROUTER_NAT"}, {"name": "renamed"}),
    Noun(
        "default_security_group_rule",
        {"direction": "ingress", "ethertype": "IPv4", "protocol": "tcp"},
        {},
    ),
]


@pytest.mark.parametrize("noun", SIMPLE, ids=lambda noun: noun.name)
def test_what_stands_by_itself(sdk, noun):
    lives(sdk, noun)


def test_subnet(sdk, network):
    made = {"network_id": network["id"], "ip_version": 4, "cidr": "10.2.0.0/24"}
    lives(sdk, Noun("subnet", made, {"name": "renamed", "dns_nameservers": ["192.0.2.53"]}))


def test_port(sdk, network, subnet):
    lives(sdk, Noun("port", {"network_id": network["id"]}, {"name": "renamed", "admin_state_up": False}))
    several = sdk("create_ports", [{"network_id": network["id"]}, {"network_id": network["id"]}])
    for one in several:
        sdk("delete_port", one["id"], ignore_missing=False)


def test_router_interfaces_and_routes(sdk, router):
    route = {"destination": "198.51.100.0/24", "nexthop": "10.1.0.9"}
    sdk("add_extra_routes_to_router", router["id"], {"router": {"routes": [route]}})
    assert sdk("get_router", router["id"])["routes"] == [route]
    sdk("remove_extra_routes_from_router", router["id"], {"router": {"routes": [route]}})
    assert sdk("get_router", router["id"])["routes"] == []


def test_floating_ip(sdk, external, router, port):
    noun = Noun(
        "ip", {"floating_network_id": external["id"]}, {"port_id": port["id"], "description": "changed"}
    )
    lives(sdk, noun)


def test_port_forwarding(sdk, external, router, port):
    floating = sdk("create_ip", floating_network_id=external["id"])
    made = {
        "internal_port_id": port["id"],
        "internal_ip_address": port["fixed_ips"][0]["ip_address"],
        "internal_port": 22,
        "external_port": 2222,
        "protocol": "tcp",
    }
    noun = Noun("floating_ip_port_forwarding", made, {"external_port": 2223}, "", (floating["id"],), True)
    lives(sdk, noun)
    sdk("delete_ip", floating["id"], ignore_missing=False)


def test_security_group_rule(sdk, group):
    made = {"security_group_id": group["id"], "direction": "ingress", "protocol": "112"}
    lives(sdk, Noun("security_group_rule", made, {}))


def test_addresses_of_an_address_group(sdk):
    made = sdk("create_address_group", name=name(), addresses=["192.0.2.1/32"])
    more = sdk("add_addresses_to_address_group", made["id"], ["192.0.2.2/32"])
    assert sorted(more["addresses"]) == ["192.0.2.1/32", "192.0.2.2/32"]
    fewer = sdk("remove_addresses_from_address_group", made["id"], ["192.0.2.1/32"])
    assert fewer["addresses"] == ["192.0.2.2/32"]
    sdk("delete_address_group", made["id"], ignore_missing=False)


def test_subnet_out_of_a_pool(sdk):
    pool = sdk("create_subnet_pool", name=name(), prefixes=["10.9.0.0/16"], default_prefixlen=26)
    network = sdk("create_network", name=name())
    made = sdk("create_subnet", network_id=network["id"], ip_version=4, subnetpool_id=pool["id"])
    assert made["cidr"] == "10.9.0.0/26"
    sdk("delete_network", network["id"], ignore_missing=False)
    sdk("delete_subnet_pool", pool["id"], ignore_missing=False)


def test_rbac_policy(sdk):
    shared = sdk("create_network", name=name())
    made = {
        "object_type": "network",
        "object_id": shared["id"],
        "action": "access_as_shared",
        "target_tenant": "somebody",
    }
    noun = Noun("rbac_policy", made, {}, "rbac_policies")
    lives(sdk, noun)


@pytest.mark.parametrize(
    ("rule", "made", "changes"),
    [
        ("bandwidth_limit", {"max_kbps": 1000, "direction": "ingress"}, {"max_kbps": 2000}),
        ("dscp_marking", {"dscp_mark": 10}, {"dscp_mark": 26}),
        ("minimum_bandwidth", {"min_kbps": 100, "direction": "egress"}, {"min_kbps": 200}),
        ("packet_rate_limit", {"max_kpps": 10, "direction": "egress"}, {"max_kpps": 20}),
        ("minimum_packet_rate", {"min_kpps": 10, "direction": "any"}, {"min_kpps": 20}),
    ],
)
def test_qos_rule(sdk, policy, rule, made, changes):
    lives(sdk, Noun(f"qos_{rule}_rule", made, changes, "", (policy["id"],)))


def test_qos_rule_types(sdk):
    types = {one["type"] for one in sdk("qos_rule_types")}
    assert types == {
        "bandwidth_limit",
        "dscp_marking",
        "minimum_bandwidth",
        "minimum_packet_rate",
        "packet_rate_limit",
    }
    assert sdk("get_qos_rule_type", "bandwidth_limit")["type"] == "bandwidth_limit"


def test_trunk(sdk, network, subnet):
    parent, child = (sdk("create_port", network_id=network["id"]) for _ in range(2))
    lives(sdk, Noun("trunk", {"port_id": parent["id"], "name": "t"}, {"name": "renamed"}))
    trunk = sdk("create_trunk", port_id=parent["id"])
    sub_port = {"port_id": child["id"], "segmentation_type": "vlan", "segmentation_id": 101}
    sdk("add_trunk_subports", trunk["id"], [sub_port])
    assert sdk("get_trunk_subports", trunk["id"]) == {"sub_ports": [sub_port]}
    sdk("delete_trunk_subports", trunk["id"], [{"port_id": child["id"]}])
    sdk("delete_trunk", trunk["id"], ignore_missing=False)
    for one in (parent, child):
        sdk("delete_port", one["id"], ignore_missing=False)


def test_flavor_with_a_profile(sdk):
    flavor = sdk("create_flavor", name=name(), service_type="L3_ROUTER_NAT")
    profile = sdk("create_service_profile", driver="", metainfo="{}", description="d")
    sdk("associate_flavor_with_service_profile", flavor["id"], profile["id"])
    assert sdk("get_flavor", flavor["id"])["service_profiles"] == [profile["id"]]
    sdk("disassociate_flavor_from_service_profile", flavor["id"], profile["id"])
    sdk("delete_flavor", flavor["id"], ignore_missing=False)
    sdk("delete_service_profile", profile["id"], ignore_missing=False)


def test_metering_label_rule(sdk):
    label = sdk("create_metering_label", name=name())
    made = {
        "metering_label_id": label["id"],
        "direction": "ingress",
        "remote_ip_prefix": "192.0.2.0/24",
        "excluded": False,
    }
    lives(sdk, Noun("metering_label_rule", made, {}))
    sdk("delete_metering_label", label["id"], ignore_missing=False)


def test_quotas(sdk, network):
    project = network["project_id"]
    default = sdk("get_quota_default", project)["network"]
    sdk("update_quota", project, network=default + 7)
    assert sdk("get_quota", project)["network"] == default + 7
    assert sdk("get_quota", project, details=True)["network"]["used"] >= 1
    assert default + 7 in [quota["network"] for quota in sdk("quotas")]
    sdk("delete_quota", project, ignore_missing=False)
    assert sdk("get_quota", project)["network"] == default


@pytest.mark.parametrize(
    "noun",
    ["network", "subnet", "port", "router", "security_group", "subnet_pool", "trunk", "qos_policy", "ip"],
)
def test_tags(sdk, request, noun):
    made = {
        "network": lambda: request.getfixturevalue("network"),
        "subnet": lambda: request.getfixturevalue("subnet"),
        "port": lambda: request.getfixturevalue("port"),
        "router": lambda: request.getfixturevalue("router"),
        "security_group": lambda: request.getfixturevalue("group"),
        "qos_policy": lambda: request.getfixturevalue("policy"),
        "subnet_pool": lambda: sdk("create_subnet_pool", name=name(), prefixes=["10.10.0.0/16"]),
        "trunk": lambda: sdk("create_trunk", port_id=request.getfixturevalue("port")["id"]),
        "ip": lambda: sdk("create_ip", floating_network_id=request.getfixturevalue("external")["id"]),
    }[noun]()
    sdk("set_tags", {"get": [f"get_{noun}", made["id"]]}, ["blue", "red"])
    assert sorted(sdk(f"get_{noun}", made["id"])["tags"]) == ["blue", "red"]
    plural = {"qos_policy": "qos_policies"}.get(noun, f"{noun}s")
    assert ids(sdk(plural, tags="blue,red")) == {made["id"]}
    sdk("set_tags", {"get": [f"get_{noun}", made["id"]]}, [])


def test_agents(sdk):
    agents = sdk("agents")
    assert {agent["agent_type"] for agent in agents} >= {"L3 agent", "DHCP agent", "Linux bridge agent"}
    one = agents[0]["id"]
    assert sdk("update_agent", one, description="in the cellar")["description"] == "in the cellar"
    assert sdk("get_agent", one)["description"] == "in the cellar"


def test_where_routers_and_networks_are(sdk, router, network, subnet):
    hosts = sdk("routers_hosting_l3_agents", {"get": ["get_router", router["id"]]})
    assert router["id"] in ids(sdk("agent_hosted_routers", {"get": ["get_agent", hosts[0]["id"]]}))
    servers = sdk("network_hosting_dhcp_agents", {"get": ["get_network", network["id"]]})
    assert network["id"] in ids(sdk("dhcp_agent_hosting_networks", {"get": ["get_agent", servers[0]["id"]]}))


def test_port_bindings(sdk, network, subnet):
    port = sdk("create_port", network_id=network["id"], **{"binding:host_id": "compute1"})
    sdk("update_port", port["id"], device_owner="compute:nova", device_id=str(uuid.uuid4()))
    sdk("create_port_binding", port["id"], host="compute2")
    assert {one["host"] for one in sdk("port_bindings", port["id"])} == {"compute1", "compute2"}
    sdk("activate_port_binding", port["id"], "compute2")
    assert sdk("get_port", port["id"])["binding:host_id"] == "compute2"
    sdk("delete_port", port["id"], ignore_missing=False)


def test_availability_zones(sdk):
    zones = {(zone["name"], zone["resource"], zone["state"]) for zone in sdk("availability_zones")}
    assert zones == {("nova", "network", "available"), ("nova", "router", "available")}


def test_the_extensions_of_document_002_are_there_but_for_vpns(sdk):
    wanted = """dns-integration ext-gw-mode binding agent subnet_allocation l3_agent_scheduler external-net flavors
        net-mtu quotas l3-ha provider multi-provider extraroute extra_dhcp_opt service-type security-group
        dhcp_agent_scheduler rbac-policies router allowed-address-pairs dvr"""
    assert set(wanted.split()) <= {one["alias"] for one in sdk("extensions")}


def test_service_providers(sdk):
    assert "L3_ROUTER_NAT" in {one["service_type"] for one in sdk("service_providers")}


def test_ip_availability(sdk, network, subnet):
    assert network["id"] in {one["network_id"] for one in sdk("network_ip_availabilities")}
    shown = sdk("get_network_ip_availability", network["id"])
    assert shown["total_ips"] == 253
    assert shown["used_ips"] >= 1


def test_auto_allocated_topology(sdk, external):
    sdk("update_network", external["id"], is_default=True)
    pool = {"name": name(), "is_default": True, "shared": True, "default_prefixlen": 26}
    sdk("create_subnet_pool", prefixes=["10.11.0.0/16"], **pool)
    topology = sdk("get_auto_allocated_topology")
    assert sdk("get_network", topology["id"])["subnets"]
    assert sdk("validate_auto_allocated_topology")["id"] == "dry-run=pass"
    sdk("delete_auto_allocated_topology")
    with pytest.raises(Refused, match="NotFoundException"):
        sdk("get_network", topology["id"])
