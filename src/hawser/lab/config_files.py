"""The configuration of each node: the files and options that the documents name, with this lab's values.
Pure.

Each writer answers the content of one file as sections of options; `of_node` says which files a node has.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from hawser.base.keys import node_key
from hawser.lab import settings
from hawser.lab.secrets import Secrets
from hawser.lab.settings import Ini, Setting
from hawser.lab.topology import MANAGEMENT, TUNNEL, NodeSpec, Role, Topology

Texts = Mapping[str, str]
"""Files' contents by their paths in the node."""

REGION = "RegionOne"
IDENTITY_URL = "http://controller:5000"
# Document 000 calls the external physical network `external`, document 004 calls it `provider`: both are
# eth2.
PHYSICAL_NETWORKS = ("external", "provider")
EXTERNAL_NIC = "eth2"

PATHS = {
    "neutron": "/etc/neutron/neutron.conf",
    "ml2_conf": "/etc/neutron/plugins/ml2/ml2_conf.ini",
    "linuxbridge_agent": "/etc/neutron/plugins/ml2/linuxbridge_agent.ini",
    "l3_agent": "/etc/neutron/l3_agent.ini",
    "dhcp_agent": "/etc/neutron/dhcp_agent.ini",
    "metadata_agent": "/etc/neutron/metadata_agent.ini",
    "cloud": "/etc/neutron/cloud.ini",
    "keystone": "/etc/keystone/keystone.conf",
}

NETWORKING = tuple(name for name in PATHS if name not in ("cloud", "keystone"))
"""Those that the networking server and the agents read."""

POLICY_PATH = "/etc/neutron/policy.yaml"
# In document 000 a regular project says how its router is built, and sees it.
POLICY = """\
"create_router:ha": "role:member or rule:admin_only"
"create_router:distributed": "role:member or rule:admin_only"
"get_router:ha": "role:member or rule:admin_only"
"get_router:distributed": "role:member or rule:admin_only"
"""


def of_node(node: NodeSpec, secrets: Secrets, by_hand: Iterable[Setting]) -> Texts:
    """The texts of a node's configuration files, by path."""
    by_hand = tuple(by_hand)
    inis = dict(_controller(secrets) if Role.CONTROLLER in node.roles else _agents(node, secrets))
    for setting in by_hand:
        if inis and setting.concerns(node):
            inis.setdefault(setting.file, {})
    texts = {PATHS[f]: settings.render(settings.apply(by_hand, node, f, ini)) for f, ini in inis.items()}
    if Role.CONTROLLER in node.roles:
        texts[POLICY_PATH] = POLICY
    return texts


def hosts(topology: Topology) -> str:
    """`/etc/hosts`: every node by its management address."""
    lines = ["127.0.0.1 localhost", "::1 localhost ip6-localhost ip6-loopback"]
    lines += (f"{node.address(MANAGEMENT.name).ip} {node.name}" for node in topology.nodes)
    return "\n".join(lines) + "\n"


def _controller(secrets: Secrets) -> Mapping[str, Ini]:
    return {
        "neutron": _server_conf(secrets),
        "ml2_conf": _ml2_conf(),
        "cloud": _cloud(secrets),
        "keystone": _keystone(),
    }


def _agents(node: NodeSpec, secrets: Secrets) -> Mapping[str, Ini]:
    if not node.agents:
        return {}
    files: dict[str, Ini] = {"neutron": _node_conf(node, secrets), "linuxbridge_agent": _linuxbridge(node)}
    if Role.L3 in node.roles:
        files["l3_agent"] = _l3(secrets)
    if Role.DHCP in node.roles:
        files["dhcp_agent"] = {
            "DEFAULT": {
                "interface_driver": "linuxbridge",
                "dnsmasq_dns_servers": "8.8.4.4",
                "enable_isolated_metadata": "True",
            }
        }
    if Role.METADATA in node.roles:
        files["metadata_agent"] = {
            "DEFAULT": {
                "nova_metadata_host": "controller",
                "metadata_proxy_shared_secret": secrets.metadata,
            }
        }
    return files


def _server_conf(secrets: Secrets) -> Ini:
    return {
        "DEFAULT": {
            "bind_host": "0.0.0.0",
            "bind_port": "9696",
            "auth_strategy": "keystone",
            "core_plugin": "ml2",
            "service_plugins": "router",
            "allow_overlapping_ips": "True",
            "dhcp_agents_per_network": "2",
            "router_distributed": "False",
            "l3_ha": "True",
            "max_l3_agents_per_router": "3",
            "min_l3_agents_per_router": "2",
            "l3_ha_net_cidr": "169.254.192.0/18",
        },
        "database": {"connection": "sqlite:////var/lib/neutron/neutron.sqlite"},
        "keystone_authtoken": _service_user("neutron", secrets.neutron),
        "hawser": {"feed_secret": secrets.feed},
    }


def _service_user(name: str, password: str) -> Mapping[str, str]:
    """The options by which a service shows Keystone who it is."""
    return {
        "www_authenticate_uri": IDENTITY_URL,
        "auth_url": IDENTITY_URL,
        "auth_type": "password",
        "project_domain_name": "Default",
        "user_domain_name": "Default",
        "project_name": "service",
        "username": name,
        "password": password,
        "region_name": REGION,
    }


def _ml2_conf() -> Ini:
    return {
        "ml2": {
            "type_drivers": "flat,vxlan",
            "tenant_network_types": "vxlan",
            "mechanism_drivers": "linuxbridge,l2population",
            "extension_drivers": "port_security",
        },
        "ml2_type_flat": {"flat_networks": ",".join(PHYSICAL_NETWORKS)},
        "ml2_type_vxlan": {"vni_ranges": "1:1000", "vxlan_group": "239.1.1.1"},
    }


def _cloud(secrets: Secrets) -> Ini:
    """The compute and image services: they speak to the Networking API as the user `nova`."""
    return {
        "cloud": {"network_url": "http://controller:9696"},
        "nova": _service_user("nova", secrets.nova),
        "neutron": {"metadata_proxy_shared_secret": secrets.metadata},
    }


def _keystone() -> Ini:
    """Passwords are random and live as long as the lab: few hash rounds make tokens quick."""
    keys = "/var/lib/keystone"
    return {
        "DEFAULT": {"use_stderr": "True", "logging_exception_prefix": ""},
        "database": {"connection": f"sqlite:///{keys}/keystone.sqlite"},
        "identity": {"password_hash_rounds": "4", "max_password_length": "72"},
        "cache": {"enabled": "True", "backend": "oslo_cache.dict"},
        "token": {"expiration": "86400"},
        "fernet_tokens": {"key_repository": f"{keys}/fernet-keys"},
        "fernet_receipts": {"key_repository": f"{keys}/receipt-keys"},
        "credential": {"key_repository": f"{keys}/credential-keys"},
    }


def _node_conf(node: NodeSpec, secrets: Secrets) -> Ini:
    return {
        "DEFAULT": {"core_plugin": "ml2", "state_path": "/var/lib/neutron"},
        "hawser": {
            "roles": ",".join(node.agents),
            "server_url": "http://controller:9696",
            "node_key": node_key(secrets.feed, node.name),
        },
    }


def _linuxbridge(node: NodeSpec) -> Ini:
    """Compute nodes have no way to the external network, so they map none."""
    has_external = any(nic.name == EXTERNAL_NIC for nic in node.nics)
    mapped = ",".join(f"{name}:{EXTERNAL_NIC}" for name in PHYSICAL_NETWORKS) if has_external else ""
    return {
        "linux_bridge": {"physical_interface_mappings": mapped},
        "vxlan": {
            "enable_vxlan": "True",
            "local_ip": str(node.address(TUNNEL.name).ip),
            "l2_population": "True",
            "vxlan_group": "239.1.1.1",
        },
        "securitygroup": {"firewall_driver": "iptables"},
    }


def _l3(secrets: Secrets) -> Ini:
    return {
        "DEFAULT": {
            "interface_driver": "linuxbridge",
            "external_network_bridge": "",
            "agent_mode": "legacy",
            "ha_vrrp_auth_password": secrets.vrrp,
        }
    }
