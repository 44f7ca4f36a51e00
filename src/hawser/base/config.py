"""The operator's configuration: the files and option names of OpenStack Networking, read by oslo.config.

Two readers, one for each wing: `server_settings` and `node_settings`. They give frozen values; nothing else
in the project knows of oslo.config. An option that cannot be read is a `BadInput` that names it.
"""

from __future__ import annotations

import socket
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from pathlib import Path

from oslo_config import cfg

from hawser.base.addresses import Address, Network
from hawser.base.errors import BadInput

CONFIG_DIRECTORY = Path("/etc/neutron")
SERVER_FILES = (CONFIG_DIRECTORY / "neutron.conf", CONFIG_DIRECTORY / "plugins/ml2/ml2_conf.ini")
"""What the server and its database's manager read; later ones win."""

_COMMON = (
    cfg.BoolOpt("debug", default=False, help="Log everything."),
    cfg.StrOpt("state_path", default="/var/lib/neutron", help="Where state is kept on this machine."),
    cfg.StrOpt("host", help="The name of this machine among its peers; the short host name by default."),
    cfg.StrOpt("dns_domain", default="openstacklocal", help="The domain of instances' names."),
    cfg.IntOpt("dhcp_lease_duration", default=86400, min=120, help="Seconds that a DHCP lease lasts."),
)

QUOTAS = {
    "network": 100,
    "subnet": 100,
    "port": 500,
    "router": 10,
    "floatingip": 50,
    "security_group": 10,
    "security_group_rule": 100,
    "rbac_policy": 10,
    "subnetpool": -1,
    "trunk": -1,
}
"""What a project may have of each kind, where nobody says otherwise; -1 is any number."""

_SERVER: dict[str, tuple[cfg.Opt, ...]] = {
    "DEFAULT": (
        cfg.StrOpt("bind_host", default="0.0.0.0", help="The address that the API listens on."),
        cfg.PortOpt("bind_port", default=9696, help="The port that the API listens on."),
        cfg.IntOpt("api_workers", default=1, min=0, help="Processes that serve; 0 is one, too."),
        cfg.IntOpt(
            "graceful_shutdown_timeout",
            default=30,
            min=1,
            help="Seconds that requests under way are given to end when the server is told to stop.",
        ),
        cfg.StrOpt("auth_strategy", default="keystone", choices=["keystone", "noauth"]),
        cfg.StrOpt("core_plugin", default="ml2", choices=["ml2"]),
        cfg.ListOpt("service_plugins", default=["router"]),
        cfg.BoolOpt("allow_overlapping_ips", default=True),
        cfg.IntOpt("dhcp_agents_per_network", default=2, min=1),
        cfg.BoolOpt("router_distributed", default=False),
        cfg.BoolOpt("l3_ha", default=False, help="Make routers highly available unless asked otherwise."),
        cfg.IntOpt("max_l3_agents_per_router", default=3, min=0, help="0: every L3 agent."),
        cfg.IntOpt("min_l3_agents_per_router", default=2, min=1),
        cfg.StrOpt("l3_ha_net_cidr", default="169.254.192.0/18"),
        cfg.StrOpt("l3_ha_network_type", default="", help="Empty: the first of tenant_network_types."),
        cfg.StrOpt("l3_ha_network_physical_name", default=""),
        cfg.StrOpt("base_mac", default="fa:16:3e:00:00:00"),
        cfg.IntOpt("global_physnet_mtu", default=1500, min=68),
        cfg.FloatOpt(
            "agent_down_time", default=15, min=1, help="Seconds of silence that make an agent dead."
        ),
    ),
    "database": (cfg.StrOpt("connection", default="", secret=True, help="Empty: SQLite in state_path."),),
    "keystone_authtoken": (
        cfg.IntOpt(
            "token_cache_time",
            default=300,
            min=0,
            help="Seconds that a token is believed without asking identity again: so long may a revoked one go on.",
        ),
    ),
    "ml2": (
        cfg.ListOpt("type_drivers", default=["local", "flat", "vlan", "vxlan"]),
        cfg.ListOpt("tenant_network_types", default=["vxlan"]),
        cfg.ListOpt("mechanism_drivers", default=["linuxbridge", "l2population"]),
        cfg.ListOpt("extension_drivers", default=["port_security"]),
    ),
    "ml2_type_flat": (cfg.ListOpt("flat_networks", default=["*"]),),
    "ml2_type_vxlan": (cfg.ListOpt("vni_ranges", default=["1:16777215"]),),
    "ml2_type_vlan": (cfg.ListOpt("network_vlan_ranges", default=[]),),
    "quotas": tuple(
        cfg.IntOpt(
            f"quota_{name}", default=most, min=-1, help=f"The most {name}s of a project; -1: no limit."
        )
        for name, most in QUOTAS.items()
    ),
    "hawser": (
        cfg.StrOpt("feed_secret", default="", secret=True, help="Nodes' keys are made from it."),
        cfg.StrOpt(
            "access_log",
            default="text",
            choices=["text", "json"],
            help="The form of a request's line in the log.",
        ),
    ),
}

_NODE: dict[str, tuple[cfg.Opt, ...]] = {
    "DEFAULT": (
        cfg.StrOpt("agent_mode", default="legacy", choices=["legacy"]),
        cfg.StrOpt("interface_driver", default="linuxbridge"),
        cfg.StrOpt("external_network_bridge", default=""),
        cfg.StrOpt("ha_confs_path", default="$state_path/ha_confs"),
        cfg.FloatOpt("ha_vrrp_advert_int", default=0.1, min=0.01, max=40.95, help="Seconds."),
        cfg.StrOpt("ha_vrrp_auth_type", default="PASS", choices=["AH", "PASS"]),
        cfg.StrOpt("ha_vrrp_auth_password", default="", secret=True),
        cfg.BoolOpt("ha_conntrackd_enabled", default=True, help="Connections outlive a failover."),
    ),
    "agent": (
        cfg.FloatOpt("report_interval", default=4, min=0.1, help="Seconds between signs of life."),
        cfg.FloatOpt("resync_interval", default=30, min=1, help="Seconds between full looks at the machine."),
        cfg.StrOpt("availability_zone", default="nova"),
    ),
    "linux_bridge": (
        cfg.DictOpt("physical_interface_mappings", default={}),
        cfg.DictOpt("bridge_mappings", default={}),
    ),
    "vxlan": (
        cfg.BoolOpt("enable_vxlan", default=True),
        cfg.StrOpt("local_ip", default=""),
        cfg.BoolOpt("l2_population", default=False),
        cfg.StrOpt("vxlan_group", default="224.0.0.1"),
        cfg.PortOpt("udp_dstport", default=4789),
    ),
    "hawser": (
        cfg.ListOpt(
            "server_url", default=["http://controller:9696"], help="Servers, in order of preference."
        ),
        cfg.StrOpt("node_key", default="", secret=True, help="What `hawser node key HOST` printed."),
        cfg.ListOpt("roles", default=[], help="What `hawser node run` runs: linuxbridge, l3, dhcp."),
    ),
}


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """What the server reads of its configuration; field names are the options' names."""

    debug: bool
    state_path: Path
    dns_domain: str
    bind_host: str
    bind_port: int
    api_workers: int
    graceful_shutdown_timeout: int
    auth_strategy: str
    allow_overlapping_ips: bool
    dhcp_agents_per_network: int
    router_distributed: bool
    l3_ha: bool
    max_l3_agents_per_router: int
    min_l3_agents_per_router: int
    l3_ha_net_cidr: Network
    l3_ha_network_type: str
    l3_ha_network_physical_name: str
    base_mac: str
    global_physnet_mtu: int
    agent_down_time: float
    connection: str
    type_drivers: tuple[str, ...]
    tenant_network_types: tuple[str, ...]
    mechanism_drivers: tuple[str, ...]
    flat_networks: tuple[str, ...]
    vni_ranges: tuple[tuple[int, int], ...]
    network_vlan_ranges: tuple[tuple[str, int, int], ...]
    feed_secret: str
    access_log: str
    quotas: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class NodeSettings:
    """What a node's agents read of their configuration; field names are the options' names.

    ``physical_interfaces`` and ``physical_bridges`` map a physical network's name to the interface, or to
    the bridge, that reaches it. Intervals are in seconds.
    """

    debug: bool
    state_path: Path
    host: str
    dns_domain: str
    dhcp_lease_duration: int
    ha_confs_path: Path
    ha_vrrp_advert_int: float
    ha_vrrp_auth_type: str
    ha_vrrp_auth_password: str
    ha_conntrackd_enabled: bool
    report_interval: float
    resync_interval: float
    availability_zone: str
    physical_interfaces: Mapping[str, str]
    physical_bridges: Mapping[str, str]
    enable_vxlan: bool
    local_ip: Address | None
    l2_population: bool
    vxlan_group: str
    udp_dstport: int
    server_urls: tuple[str, ...]
    node_key: str
    roles: tuple[str, ...]


def read(files: Iterable[Path], node: bool = False) -> cfg.ConfigOpts:
    """The files that exist among ``files``, parsed; later ones win. Used by the services' start-up only."""
    conf = cfg.ConfigOpts()
    conf.register_opts(_COMMON)
    groups = _NODE if node else _SERVER
    for group, options in groups.items():
        conf.register_opts(options, group=None if group == "DEFAULT" else group)
    try:
        conf([], project="neutron", default_config_files=[str(f) for f in files if f.exists()])
        for group, options in groups.items():  # oslo.config parses a value when it is first read
            for option in options:
                getattr(conf if group == "DEFAULT" else conf[group], option.dest)
    except cfg.Error as error:
        raise BadInput("configuration", str(error)) from error
    return conf


def server_settings(conf: cfg.ConfigOpts) -> ServerSettings:
    """The server's options as one value."""
    state_path = Path(conf.state_path)
    return ServerSettings(
        debug=conf.debug,
        state_path=state_path,
        dns_domain=conf.dns_domain,
        bind_host=conf.bind_host,
        bind_port=conf.bind_port,
        api_workers=max(conf.api_workers, 1),
        graceful_shutdown_timeout=conf.graceful_shutdown_timeout,
        auth_strategy=conf.auth_strategy,
        allow_overlapping_ips=conf.allow_overlapping_ips,
        dhcp_agents_per_network=conf.dhcp_agents_per_network,
        router_distributed=conf.router_distributed,
        l3_ha=conf.l3_ha,
        max_l3_agents_per_router=conf.max_l3_agents_per_router,
        min_l3_agents_per_router=conf.min_l3_agents_per_router,
        l3_ha_net_cidr=_network("l3_ha_net_cidr", conf.l3_ha_net_cidr),
        l3_ha_network_type=conf.l3_ha_network_type,
        l3_ha_network_physical_name=conf.l3_ha_network_physical_name,
        base_mac=conf.base_mac,
        global_physnet_mtu=conf.global_physnet_mtu,
        agent_down_time=conf.agent_down_time,
        connection=conf.database.connection or f"sqlite:///{state_path}/neutron.sqlite",
        type_drivers=tuple(conf.ml2.type_drivers),
        tenant_network_types=tuple(conf.ml2.tenant_network_types),
        mechanism_drivers=tuple(conf.ml2.mechanism_drivers),
        flat_networks=tuple(conf.ml2_type_flat.flat_networks),
        vni_ranges=tuple(_vni_range(text) for text in conf.ml2_type_vxlan.vni_ranges),
        network_vlan_ranges=tuple(_vlan_range(text) for text in conf.ml2_type_vlan.network_vlan_ranges),
        feed_secret=conf.hawser.feed_secret,
        access_log=conf.hawser.access_log,
        quotas={name: conf.quotas[f"quota_{name}"] for name in QUOTAS},
    )


def node_settings(conf: cfg.ConfigOpts) -> NodeSettings:
    """A node's options as one value."""
    return NodeSettings(
        debug=conf.debug,
        state_path=Path(conf.state_path),
        host=conf.host or socket.gethostname().split(".")[0],
        dns_domain=conf.dns_domain,
        dhcp_lease_duration=conf.dhcp_lease_duration,
        ha_confs_path=Path(conf.ha_confs_path),
        ha_vrrp_advert_int=conf.ha_vrrp_advert_int,
        ha_vrrp_auth_type=conf.ha_vrrp_auth_type,
        ha_vrrp_auth_password=conf.ha_vrrp_auth_password,
        ha_conntrackd_enabled=conf.ha_conntrackd_enabled,
        report_interval=conf.agent.report_interval,
        resync_interval=conf.agent.resync_interval,
        availability_zone=conf.agent.availability_zone,
        physical_interfaces=dict(conf.linux_bridge.physical_interface_mappings),
        physical_bridges=dict(conf.linux_bridge.bridge_mappings),
        enable_vxlan=conf.vxlan.enable_vxlan,
        local_ip=_address("local_ip", conf.vxlan.local_ip) if conf.vxlan.local_ip else None,
        l2_population=conf.vxlan.l2_population,
        vxlan_group=conf.vxlan.vxlan_group,
        udp_dstport=conf.vxlan.udp_dstport,
        server_urls=tuple(conf.hawser.server_url),
        node_key=conf.hawser.node_key,
        roles=tuple(conf.hawser.roles),
    )


def _network(option: str, text: str) -> Network:
    try:
        return ip_network(text)
    except ValueError as error:
        raise BadInput(option, str(error), "Give a CIDR such as 169.254.192.0/18.") from error


def _address(option: str, text: str) -> Address:
    try:
        return ip_address(text)
    except ValueError as error:
        raise BadInput(option, str(error), "Give the address of the tunnel interface.") from error


def _vni_range(text: str) -> tuple[int, int]:
    try:
        low, high = (int(part) for part in text.split(":"))
    except ValueError:
        raise BadInput("vni_ranges", f"'{text}' is not a range", "Write LOW:HIGH.") from None
    if not 1 <= low <= high < 2**24:
        raise BadInput("vni_ranges", f"'{text}' is not within 1:16777215")
    return low, high


def _vlan_range(text: str) -> tuple[str, int, int]:
    name, _, numbers = text.partition(":")
    try:
        low, high = (int(part) for part in numbers.split(":")) if numbers else (1, 4094)
    except ValueError:
        raise BadInput("network_vlan_ranges", f"'{text}' is not a range", "Write NAME:LOW:HIGH.") from None
    if not 1 <= low <= high <= 4094:
        raise BadInput("network_vlan_ranges", f"'{text}' is not within 1:4094")
    return name, low, high
