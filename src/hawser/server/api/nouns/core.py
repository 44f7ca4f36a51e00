"""The core nouns: networks, subnets, ports, routers, floating IPs, security groups, agents."""

from __future__ import annotations

from hawser.server.api import owners
from hawser.server.api.resource import Create, Resource, Update
from hawser.server.api.schema import agent as agent_schema
from hawser.server.api.schema import floatingip as floatingip_schema
from hawser.server.api.schema import network as network_schema
from hawser.server.api.schema import port as port_schema
from hawser.server.api.schema import router as router_schema
from hawser.server.api.schema import securitygroup as group_schema
from hawser.server.api.schema import subnet as subnet_schema
from hawser.server.service import agent, floatingip, network, port, router, rule, securitygroup, subnet

NETWORKS = Resource(
    "networks",
    network_schema.ATTRIBUTES,
    network_schema.FIELDS,
    network_schema.view,
    network.search,
    network.get,
    Create(network_schema.new, network.create_many),
    Update(network_schema.changes, network.update),
    network.delete,
)
SUBNETS = Resource(
    "subnets",
    subnet_schema.ATTRIBUTES,
    subnet_schema.FIELDS,
    subnet_schema.view,
    subnet.search,
    subnet.get,
    Create(subnet_schema.new, subnet.create_many),
    Update(subnet_schema.changes, subnet.update),
    subnet.delete,
)
PORTS = Resource(
    "ports",
    port_schema.ATTRIBUTES,
    port_schema.FIELDS,
    port_schema.view,
    port.search,
    port.get,
    Create(port_schema.new, port.create_many, owners.check_new_port),
    Update(port_schema.changes, port.update, owners.check_changed_port),
    port.delete,
    pick=port.pick,
)
ROUTERS = Resource(
    "routers",
    router_schema.ATTRIBUTES,
    router_schema.FIELDS,
    router_schema.view,
    router.search,
    router.get,
    Create(router_schema.new, router.create_many),
    Update(router_schema.changes, router.update),
    router.delete,
)
FLOATING_IPS = Resource(
    "floatingips",
    floatingip_schema.ATTRIBUTES,
    floatingip_schema.FIELDS,
    floatingip_schema.view,
    floatingip.search,
    floatingip.get,
    Create(floatingip_schema.new, floatingip.create_many),
    Update(floatingip_schema.changes, floatingip.update),
    floatingip.delete,
    table="floating_ips",
)
SECURITY_GROUPS = Resource(
    "security_groups",
    group_schema.ATTRIBUTES,
    group_schema.FIELDS,
    group_schema.view,
    securitygroup.search,
    securitygroup.get,
    Create(group_schema.new, securitygroup.create_many),
    Update(group_schema.changes, securitygroup.update),
    securitygroup.delete,
)
RULES = Resource(
    "security_group_rules",
    group_schema.RULE_ATTRIBUTES,
    group_schema.RULE_FIELDS,
    group_schema.rule_view,
    rule.search,
    rule.get,
    Create(group_schema.new_rule, rule.create_many),
    delete=rule.delete,
)
AGENTS = Resource(
    "agents",
    agent_schema.ATTRIBUTES,
    agent_schema.FIELDS,
    agent_schema.view,
    agent.search,
    agent.get,
    update=Update(agent_schema.changes, agent.update),
    delete=agent.delete,
)

ALL = (NETWORKS, SUBNETS, PORTS, ROUTERS, FLOATING_IPS, SECURITY_GROUPS, RULES, AGENTS)
