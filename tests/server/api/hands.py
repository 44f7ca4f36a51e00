"""One thing of each noun of the API, made for Alice's project."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hawser.server.service import report
from hawser.wire.report import AgentState, Report
from tests.server.api.conftest import Client

ALICE = "alice-project"


class Noting(Client):
    """A client that remembers what was posted last, by path."""

    posted: dict[str, Any]

    def post(self, path: str, body: Any) -> Any:
        self.posted[path] = body
        return super().post(path, body)


@dataclass(frozen=True)
class Hands:
    """Who makes things of Alice's; an administrator does where she may not."""

    alice: Client
    admin: Client
    store: Any

    def network(self) -> dict[str, Any]:
        network = self.alice.make("network")
        self.alice.make("subnet", network_id=network["id"], cidr="10.1.0.0/24")
        return network

    def port(self) -> dict[str, Any]:
        return self.alice.make("port", network_id=self.network()["id"])

    def subnet(self) -> dict[str, Any]:
        return self.alice.make("subnet", network_id=self.alice.make("network")["id"], cidr="10.2.0.0/24")

    def external(self) -> dict[str, Any]:
        network = self.admin.make("network", **{"router:external": True})
        self.admin.make("subnet", network_id=network["id"], cidr="203.0.113.0/24")
        return network

    def floating_ip(self) -> dict[str, Any]:
        return self.alice.make("floatingip", floating_network_id=self.external()["id"])

    def port_forwarding(self) -> dict[str, Any]:
        external, subnet = self.external(), self.subnet()
        router = self.alice.make("router", external_gateway_info={"network_id": external["id"]})
        self.alice.put(f"/routers/{router['id']}/add_router_interface", {"subnet_id": subnet["id"]})
        port = self.alice.make("port", network_id=subnet["network_id"])
        floating = self.alice.make("floatingip", floating_network_id=external["id"])
        body = {
            "protocol": "tcp",
            "external_port": 80,
            "internal_port": 80,
            "internal_port_id": port["id"],
            "internal_ip_address": port["fixed_ips"][0]["ip_address"],
        }
        made = self.alice.make("port_forwarding", f"floatingips/{floating['id']}/port_forwardings", **body)
        return {**made, "parent_id": floating["id"]}

    def rbac_policy(self) -> dict[str, Any]:
        about = {"object_type": "network", "object_id": self.network()["id"], "action": "access_as_shared"}
        return self.alice.make("rbac_policy", "rbac-policies", **about, target_tenant="carol-project")

    def rule(self) -> dict[str, Any]:
        group = self.alice.make("security_group", "security-groups")
        about = {"security_group_id": group["id"], "direction": "ingress"}
        return self.alice.make("security_group_rule", "security-group-rules", **about)

    def policy(self) -> dict[str, Any]:
        return self.admin.make("policy", "qos/policies", name="gold", project_id=ALICE)

    def qos_rule(self, type: str, **said: Any) -> dict[str, Any]:
        policy = self.policy()
        made = self.admin.make(f"{type}_rule", f"qos/policies/{policy['id']}/{type}_rules", **said)
        return {**made, "parent_id": policy["id"]}

    def agent(self) -> dict[str, Any]:
        state = AgentState("L3 agent", "neutron-l3-agent", "nova", 0.0, "", (), {})
        report.take(self.store, "network1", Report(agents=(state,)))
        return self.admin.get("/agents").json()["agents"][0]

    def label(self) -> dict[str, Any]:
        return self.admin.make("metering_label", "metering/metering-labels", name="l", project_id=ALICE)

    def label_rule(self) -> dict[str, Any]:
        about = {"metering_label_id": self.label()["id"], "direction": "ingress"}
        about["remote_ip_prefix"] = "10.0.0.0/8"
        return self.admin.make("metering_label_rule", "metering/metering-label-rules", **about)


QOS: dict[str, dict[str, Any]] = {
    "bandwidth_limit": {"max_kbps": 1000},
    "dscp_marking": {"dscp_mark": 26},
    "minimum_bandwidth": {"min_kbps": 5},
    "minimum_packet_rate": {"min_kpps": 7},
    "packet_rate_limit": {"max_kpps": 9},
}
MAKERS: dict[str, Callable[[Hands], dict[str, Any]]] = {
    "networks": Hands.network,
    "subnets": Hands.subnet,
    "ports": Hands.port,
    "routers": lambda by: by.alice.make("router"),
    "floatingips": Hands.floating_ip,
    "security_groups": lambda by: by.alice.make("security_group", "security-groups"),
    "security_group_rules": Hands.rule,
    "agents": Hands.agent,
    "subnetpools": lambda by: by.alice.make("subnetpool", name="pool", prefixes=["10.0.0.0/8"]),
    "address_scopes": lambda by: by.alice.make("address_scope", "address-scopes", name="s", ip_version=4),
    "flavors": lambda by: by.admin.make("flavor", name="f", service_type="L3_ROUTER_NAT"),
    "service_profiles": lambda by: by.admin.make("service_profile", metainfo="{}"),
    "port_forwardings": Hands.port_forwarding,
    "rbac_policies": Hands.rbac_policy,
    "address_groups": lambda by: by.alice.make("address_group", "address-groups", addresses=["10.0.0.0/8"]),
    "default_security_group_rules": lambda by: by.admin.make(
        "default_security_group_rule", "default-security-group-rules", direction="ingress", protocol="tcp"
    ),
    "policies": Hands.policy,
    **{f"{type}_rules": lambda by, type=type: by.qos_rule(type, **QOS[type]) for type in QOS},
    **{f"alias_{type}_rules": lambda by, type=type: by.qos_rule(type, **QOS[type]) for type in QOS},
    "trunks": lambda by: by.alice.make("trunk", port_id=by.port()["id"]),
    "metering_labels": Hands.label,
    "metering_label_rules": Hands.label_rule,
}
