"""The options of the server."""

from __future__ import annotations

from collections.abc import Mapping

from oslo_config import cfg

from hawser.base.options.tables import Sections

QUOTAS: Mapping[str, int] = {
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

_SERVING: tuple[cfg.Opt, ...] = (
    cfg.StrOpt("bind_host", default="0.0.0.0", help="The address that the API listens on."),
    cfg.PortOpt("bind_port", default=9696, help="The port that the API listens on."),
    cfg.IntOpt("api_workers", default=1, min=0, help="Processes that serve; 0 is one, too."),
    cfg.IntOpt(
        "graceful_shutdown_timeout",
        default=30,
        min=1,
        help="Seconds that requests under way are given to end when the server is told to stop.",
    ),
    cfg.StrOpt(
        "auth_strategy",
        default="keystone",
        choices=["keystone", "noauth"],
        help="Who tells who calls: identity, or the caller (for a server that only its administrator can reach).",
    ),
)

_NETWORKING: tuple[cfg.Opt, ...] = (
    cfg.StrOpt("core_plugin", default="ml2", choices=["ml2"], help="There is this one."),
    cfg.ListOpt("service_plugins", default=["router"], help="Taken as it is: all that there is, is on."),
    cfg.BoolOpt(
        "allow_overlapping_ips", default=True, help="Whether subnets of different networks may overlap."
    ),
    cfg.IntOpt(
        "max_allowed_address_pair", default=10, min=0, max=1000, help="Allowed address pairs of a port."
    ),
    cfg.IntOpt("dhcp_agents_per_network", default=2, min=1, help="DHCP servers that a network gets."),
    cfg.ListOpt(
        "default_availability_zones",
        default=[],
        help="Where agents are chosen for what hints at no zone; empty: anywhere.",
    ),
    cfg.IntOpt("max_routes", default=30, min=0, help="The most extra routes of a router."),
    cfg.BoolOpt(
        "enable_snat_by_default", default=True, help="Whether gateways translate unless asked otherwise."
    ),
    cfg.BoolOpt("router_distributed", default=False, help="Make routers distributed unless asked otherwise."),
    cfg.BoolOpt("l3_ha", default=False, help="Make routers highly available unless asked otherwise."),
    cfg.IntOpt(
        "max_l3_agents_per_router",
        default=3,
        min=0,
        help="Hosts that a highly available router gets at most; 0: every L3 agent.",
    ),
    cfg.IntOpt(
        "min_l3_agents_per_router",
        default=2,
        min=1,
        help="Hosts without which a highly available router is not made.",
    ),
    cfg.StrOpt(
        "l3_ha_net_cidr", default="169.254.192.0/18", help="Addresses of the routers' own HA networks."
    ),
    cfg.StrOpt(
        "l3_ha_network_type",
        default="",
        help="The type of HA networks. Empty: the first of tenant_network_types.",
    ),
    cfg.StrOpt(
        "l3_ha_network_physical_name",
        default="",
        help="The physical network of HA networks, where their type needs one.",
    ),
    cfg.StrOpt(
        "base_mac", default="fa:16:3e:00:00:00", help="How ports' MAC addresses begin; 00 stands for any."
    ),
    cfg.IntOpt(
        "global_physnet_mtu", default=1500, min=68, help="The MTU of the physical networks, in bytes."
    ),
    cfg.FloatOpt("agent_down_time", default=15, min=1, help="Seconds of silence that make an agent dead."),
)

_TELLING: tuple[cfg.Opt, ...] = (
    cfg.StrOpt(
        "transport_url",
        default="",
        secret=True,
        help="Where notifications go: rabbit://USER:PASSWORD@HOST:PORT/VIRTUAL_HOST.",
    ),
    cfg.StrOpt("control_exchange", default="neutron", help="The exchange of notifications."),
)

SERVER: Sections = {
    "DEFAULT": (*_SERVING, *_NETWORKING, *_TELLING),
    "oslo_messaging_notifications": (
        cfg.StrOpt(
            "driver",
            default="",
            choices=["", "noop", "messagingv2"],
            help="messagingv2: tell others of what is created, changed and removed. Empty or noop: nobody is told.",
        ),
        cfg.ListOpt("topics", default=["notifications"], help="Queues of notifications, before `.info`."),
        cfg.StrOpt(
            "transport_url",
            default="",
            secret=True,
            help="Where notifications go, if not where [DEFAULT] says.",
        ),
    ),
    "oslo_messaging_rabbit": (
        cfg.BoolOpt(
            "amqp_durable_queues",
            default=False,
            help="Whether exchange and queues are declared as those that outlive the broker's restart.",
        ),
    ),
    "service_providers": (
        cfg.MultiStrOpt(
            "service_provider",
            default=[],
            help="TYPE:NAME:DRIVER, with :default after it for the default one.",
        ),
    ),
    "database": (
        cfg.StrOpt(
            "connection",
            default="",
            secret=True,
            help="postgresql://USER:PASSWORD@HOST/NAME or sqlite:////PATH. Empty: SQLite in state_path.",
        ),
    ),
    "keystone_authtoken": (
        cfg.IntOpt(
            "token_cache_time",
            default=300,
            min=0,
            help="Seconds that a token is believed without asking identity again: so long may a revoked one go on.",
        ),
    ),
    "ml2": (
        cfg.ListOpt(
            "type_drivers", default=["local", "flat", "vlan", "vxlan"], help="Types that networks may have."
        ),
        cfg.ListOpt(
            "tenant_network_types",
            default=["vxlan"],
            help="Types that a project's networks are given, in order of preference.",
        ),
        cfg.ListOpt(
            "mechanism_drivers",
            default=["linuxbridge", "l2population"],
            help="Taken as it is: nodes do what their own files say.",
        ),
        cfg.ListOpt(
            "extension_drivers",
            default=["port_security"],
            help="Taken as it is: all that there is, is on.",
        ),
        cfg.IntOpt(
            "path_mtu",
            default=0,
            min=0,
            help="The MTU of the network that tunnels go over, where it is less than global_physnet_mtu; 0: it is not.",
        ),
        cfg.DictOpt(
            "physical_network_mtus",
            default={},
            help="The MTU of physical networks where it is less than global_physnet_mtu, as NETWORK:MTU.",
        ),
        cfg.IntOpt(
            "overlay_ip_version", default=4, choices=[4, 6], help="The IP version of nodes' local_ip."
        ),
    ),
    "l2pop": (
        cfg.IntOpt(
            "agent_boot_time",
            default=180,
            help="Taken as it is: an agent that starts is told all that it needs, however late.",
        ),
    ),
    "ml2_type_flat": (
        cfg.ListOpt(
            "flat_networks", default=["*"], help="Physical networks that flat networks may use; *: any."
        ),
    ),
    "ml2_type_vxlan": (
        cfg.ListOpt("vni_ranges", default=["1:16777215"], help="VNIs of projects' networks, as LOW:HIGH."),
        cfg.StrOpt("vxlan_group", default="", help="Taken as it is: nodes do what their own files say."),
    ),
    "ml2_type_vlan": (
        cfg.ListOpt(
            "network_vlan_ranges",
            default=[],
            help="Physical networks that VLAN networks may use, and the VLANs of projects' networks there, "
            "as NAME:LOW:HIGH.",
        ),
    ),
    "quotas": tuple(
        cfg.IntOpt(
            f"quota_{name}",
            default=most,
            min=-1,
            help=f"How many of {name} a project may have; -1: any number.",
        )
        for name, most in QUOTAS.items()
    ),
    "hawser": (
        cfg.StrOpt(
            "feed_secret", default="", secret=True, help="Nodes' keys are made from it; the servers share it."
        ),
        cfg.StrOpt(
            "access_log",
            default="text",
            choices=["text", "json"],
            help="The form of a request's line in the log.",
        ),
    ),
}
