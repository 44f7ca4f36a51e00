"""The operator's configuration: the files and option names of OpenStack Networking, read by oslo.config.

Two readers, one for each wing: `server_settings` and `node_settings`. They give frozen values of what `options`
lists; hardly anything else in the project knows of oslo.config. An option that cannot be read is a `BadInput`
that names it.
"""

from __future__ import annotations

import socket
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from ipaddress import ip_address, ip_network
from pathlib import Path

from oslo_config import cfg

from hawser.base import options
from hawser.base.addresses import Address, Network
from hawser.base.errors import BadInput
from hawser.base.notifications import Notifications, notifications

CONFIG_DIRECTORY = Path("/etc/neutron")
SERVER_FILES = (CONFIG_DIRECTORY / "neutron.conf", CONFIG_DIRECTORY / "plugins/ml2/ml2_conf.ini")
"""What the server and its database's manager read; later ones win."""


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """What the server reads of its configuration; field names are the options' names.

    ``service_providers`` are (service type, name, driver, whether it is the default of its type).
    """

    debug: bool
    state_path: Path
    dns_domain: str
    bind_host: str
    bind_port: int
    api_workers: int
    graceful_shutdown_timeout: int
    auth_strategy: str
    allow_overlapping_ips: bool
    max_allowed_address_pair: int
    dhcp_agents_per_network: int
    default_availability_zones: tuple[str, ...]
    max_routes: int
    enable_snat_by_default: bool
    service_providers: tuple[tuple[str, str, str, bool], ...]
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
    path_mtu: int
    physical_network_mtus: Mapping[str, int]
    overlay_ip_version: int
    feed_secret: str
    access_log: str
    notifications: Notifications | None
    quotas: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class NodeSettings:
    """What a node's agents read of their configuration; field names are the options' names.

    ``physical_interfaces`` and ``physical_bridges`` map a physical network's name to the interface, or to
    the bridge, that reaches it. ``vxlan_group`` are as many multicast groups as it has addresses.
    Intervals are in seconds.
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
    ha_vrrp_health_check_interval: float
    ha_conntrackd_enabled: bool
    dnsmasq_dns_servers: tuple[Address, ...]
    enable_metadata_proxy: bool
    metadata_port: int
    enable_isolated_metadata: bool
    force_metadata: bool
    nova_metadata_host: str
    nova_metadata_port: int
    nova_metadata_protocol: str
    metadata_proxy_shared_secret: str
    report_interval: float
    resync_interval: float
    availability_zone: str
    physical_interfaces: Mapping[str, str]
    physical_bridges: Mapping[str, str]
    enable_vxlan: bool
    local_ip: Address | None
    l2_population: bool
    arp_responder: bool
    vxlan_group: Network
    ttl: int
    tos: int
    udp_dstport: int
    server_urls: tuple[str, ...]
    node_key: str
    roles: tuple[str, ...]


def read(files: Iterable[Path], node: bool = False) -> cfg.ConfigOpts:
    """The files that exist among ``files``, parsed; later ones win. Used by the services' start-up only."""
    conf = cfg.ConfigOpts()
    conf.register_opts(options.COMMON)
    groups = options.NODE if node else options.SERVER
    for group, table in groups.items():
        conf.register_opts(table, group=None if group == "DEFAULT" else group)
    try:
        conf([], project="neutron", default_config_files=[str(f) for f in files if f.exists()])
        for group, table in groups.items():  # oslo.config parses a value when it is first read
            for option in table:
                getattr(conf if group == "DEFAULT" else conf[group], option.dest)
    except cfg.Error as error:
        raise BadInput("configuration", str(error)) from error
    return conf


def strangers(files: Iterable[Path]) -> list[str]:
    """What the files say that nobody reads, in sections of ours: a line each, for the log."""
    ours = options.sections()
    found = []
    for file in (file for file in files if file.exists()):
        said: dict[str, dict[str, list[str]]] = {}
        cfg.ConfigParser(str(file), said).parse()
        for section in said.keys() & ours.keys():
            names = [name for option in ours[section] for name in _names(option)]
            unread = (name for name in said[section] if name.replace("-", "_") not in names)
            found += [f"{file}: [{section}] {name} is not read{_perhaps(name, names)}" for name in unread]
    return sorted(found)


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
        max_allowed_address_pair=conf.max_allowed_address_pair,
        dhcp_agents_per_network=conf.dhcp_agents_per_network,
        default_availability_zones=tuple(conf.default_availability_zones),
        max_routes=conf.max_routes,
        enable_snat_by_default=conf.enable_snat_by_default,
        service_providers=tuple(_provider(text) for text in conf.service_providers.service_provider),
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
        path_mtu=conf.ml2.path_mtu,
        physical_network_mtus={
            name: _mtu(name, text) for name, text in conf.ml2.physical_network_mtus.items()
        },
        overlay_ip_version=conf.ml2.overlay_ip_version,
        feed_secret=conf.hawser.feed_secret,
        access_log=conf.hawser.access_log,
        notifications=notifications(conf),
        quotas={name: conf.quotas[f"quota_{name}"] for name in options.QUOTAS},
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
        ha_vrrp_health_check_interval=conf.ha_vrrp_health_check_interval,
        ha_conntrackd_enabled=conf.ha_conntrackd_enabled,
        dnsmasq_dns_servers=tuple(_address("dnsmasq_dns_servers", each) for each in conf.dnsmasq_dns_servers),
        enable_metadata_proxy=conf.enable_metadata_proxy,
        metadata_port=conf.metadata_port,
        enable_isolated_metadata=conf.enable_isolated_metadata,
        force_metadata=conf.force_metadata,
        nova_metadata_host=conf.nova_metadata_host,
        nova_metadata_port=conf.nova_metadata_port,
        nova_metadata_protocol=conf.nova_metadata_protocol,
        metadata_proxy_shared_secret=conf.metadata_proxy_shared_secret,
        report_interval=conf.agent.report_interval,
        resync_interval=conf.agent.resync_interval,
        availability_zone=conf.agent.availability_zone,
        physical_interfaces=dict(conf.linux_bridge.physical_interface_mappings),
        physical_bridges=dict(conf.linux_bridge.bridge_mappings),
        enable_vxlan=conf.vxlan.enable_vxlan,
        local_ip=_address("local_ip", conf.vxlan.local_ip) if conf.vxlan.local_ip else None,
        l2_population=conf.vxlan.l2_population,
        arp_responder=conf.vxlan.arp_responder,
        vxlan_group=_group(conf.vxlan.vxlan_group),
        ttl=conf.vxlan.ttl,
        tos=conf.vxlan.tos,
        udp_dstport=conf.vxlan.udp_dstport,
        server_urls=tuple(conf.hawser.server_url),
        node_key=conf.hawser.node_key,
        roles=tuple(conf.hawser.roles),
    )


def _names(option: cfg.Opt) -> Iterator[str]:
    """The names that it is read by: its own, and older ones."""
    yield option.dest
    yield from (older.name for older in option.deprecated_opts)


def _perhaps(name: str, names: Sequence[str]) -> str:
    near = get_close_matches(name, names, 1, 0.8)
    return f"; is {near[0]} meant?" if near else ""


def _network(option: str, text: str) -> Network:
    try:
        return ip_network(text)
    except ValueError as error:
        raise BadInput(option, str(error), "Give a CIDR such as 169.254.192.0/18.") from error


def _address(option: str, text: str) -> Address:
    try:
        return ip_address(text)
    except ValueError as error:
        raise BadInput(option, str(error), "Give IP addresses.") from error


def _group(text: str) -> Network:
    try:
        group = ip_network(text, strict=False)
    except ValueError as error:
        raise BadInput(
            "vxlan_group", str(error), "Give a group such as 239.1.1.1, or 239.0.0.0/8."
        ) from error
    if not group.is_multicast:
        raise BadInput("vxlan_group", f"{text} is not multicast", "Give a group such as 239.1.1.1.")
    return group


def _mtu(network: str, text: str) -> int:
    if not text.isdecimal() or int(text) < 68:
        raise BadInput("physical_network_mtus", f"'{network}:{text}' is not one", "Write NETWORK:MTU.")
    return int(text)


def _provider(text: str) -> tuple[str, str, str, bool]:
    parts = text.split(":")
    if len(parts) not in (3, 4) or not all(parts) or parts[3:] not in ([], ["default"]):
        raise BadInput("service_provider", f"'{text}' is not one", "Write TYPE:NAME:DRIVER[:default].")
    return parts[0], parts[1], parts[2], len(parts) == 4


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
