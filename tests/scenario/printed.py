"""What the documents print: configuration files, and how a node's own tools show what it has."""

from __future__ import annotations

import re
from pathlib import Path

from hawser.lab.node import Node

NEUTRON_CONF = """\
[DEFAULT]
verbose = True
core_plugin = ml2
service_plugins = router
allow_overlapping_ips = True

dhcp_agents_per_network = 2

router_distributed = False
l3_ha = True
max_l3_agents_per_router = 3
min_l3_agents_per_router = 2
l3_ha_net_cidr = 169.254.192.0/18
notify_nova_on_port_status_changes = True
notify_nova_on_port_data_changes = True
nova_url = http://controller:8774/v2
nova_region_name = regionOne
nova_admin_username = NOVA_ADMIN_USERNAME
nova_admin_tenant_id = NOVA_ADMIN_TENANT_ID
nova_admin_password =  NOVA_ADMIN_PASSWORD
nova_admin_auth_url = http://controller:35357/v2.0
"""
L3_AGENT_INI = "[DEFAULT]\nagent_mode = legacy\n"
ML2_CONF_INI = """\
[ml2]
type_drivers = flat,vxlan
tenant_network_types = vxlan
mechanism_drivers = linuxbridge,l2population

[ml2_type_vxlan]
vni_ranges = 1:1000
vxlan_group = 239.1.1.1

[securitygroup]
enable_security_group = True
enable_ipset = True
firewall_driver = neutron.agent.linux.iptables_firewall.OVSHybridIptablesFirewallDriver

[ml2_type_vlan]
network_vlan_ranges = vlan:1:1000

[ml2_type_gre]
tunnel_id_ranges = 1:1000

[linuxbridge]

[l2pop]
agent_boot_time = 180

[vxlan]
enable_vxlan = True
local_ip = TUNNEL_NETWORK_INTERFACE_IP
l2_population = True
"""
# What document 000 leaves to the reader: where the physical networks of it and of document 001 are.
LINUXBRIDGE_AGENT_INI = """\
[linux_bridge]
physical_interface_mappings = external:eth2
bridge_mappings = phy-br-ex:br-ex
"""
TUNNEL_ADDRESSES = {
    "network1": "10.0.1.21",
    "network2": "10.0.1.22",
    "compute1": "10.0.1.31",
    "compute2": "10.0.1.32",
}


def files(folder: Path) -> Path:
    """Document 000's files as an operator lays them out; only `local_ip` differs between nodes."""
    texts = {
        "all/neutron.conf": NEUTRON_CONF,
        "controller/ml2_conf.ini": "[ml2_type_flat]\nflat_networks = *\n",
        "all/ml2_conf.ini": ML2_CONF_INI,
        "network/l3_agent.ini": L3_AGENT_INI,
        "network/linuxbridge_agent.ini": LINUXBRIDGE_AGENT_INI,
    }
    for node, address in TUNNEL_ADDRESSES.items():
        texts[f"{node}/ml2_conf.ini"] = ML2_CONF_INI.replace("TUNNEL_NETWORK_INTERFACE_IP", address)
    for path, text in texts.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return folder


def bridges(node: Node) -> dict[str, set[str]]:
    """The interfaces of each bridge, as `brctl show` prints them."""
    found: dict[str, set[str]] = {}
    for line in node.run(["brctl", "show"]).stdout.splitlines()[1:]:
        words = line.split()
        if not line[0].isspace():
            bridge = found.setdefault(words[0], set())
            words = words[3:]
        bridge.update(words)
    return found


def namespaces(node: Node) -> set[str]:
    """The names that `ip netns` prints."""
    return {line.split()[0] for line in node.run(["ip", "netns"]).stdout.splitlines()}


def addresses(node: Node, netns: str) -> dict[str, set[str]]:
    """The addresses of each kind of interface (`ha`, `qr`, `qg`), as `ip addr show` prints them."""
    shown = node.run(["ip", "netns", "exec", netns, "ip", "-o", "addr", "show"]).stdout
    found: dict[str, set[str]] = {"ha": set(), "qr": set(), "qg": set()}
    for kind, address in re.findall(r"^\d+: (ha|qr|qg)-\S+ +inet6? (\S+)", shown, re.MULTILINE):
        found[kind].add(address)
    return found


def answers(node: Node, *command: str) -> bool:
    """Whether a ping lost nothing."""
    return ", 0% packet loss" in node.run(command, check=False, timeout=30).stdout
