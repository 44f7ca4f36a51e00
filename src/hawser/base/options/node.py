"""The options of a node's agents."""

from __future__ import annotations

from oslo_config import cfg

from hawser.base.options.tables import Sections

_L3: tuple[cfg.Opt, ...] = (
    cfg.StrOpt("agent_mode", default="legacy", choices=["legacy"], help="There is this one."),
    cfg.StrOpt("interface_driver", default="linuxbridge", help="Taken as it is: there is this one."),
    cfg.StrOpt(
        "external_network_bridge",
        default="",
        help="Taken as it is: external networks are found as all others, by the mappings in [linux_bridge].",
    ),
    cfg.StrOpt(
        "ha_confs_path", default="$state_path/ha_confs", help="Where keepalived's files of routers are kept."
    ),
    cfg.FloatOpt(
        "ha_vrrp_advert_int",
        default=0.09,
        min=0.01,
        max=40.95,
        help="Seconds between a master's heartbeats. Whole seconds are told by VRRPv2, others by VRRPv3.",
    ),
    cfg.StrOpt(
        "ha_vrrp_auth_type",
        default="PASS",
        choices=["AH", "PASS"],
        help="How a VRRPv2 heartbeat shows who sent it, where there is a password.",
    ),
    cfg.StrOpt(
        "ha_vrrp_auth_password", default="", secret=True, help="What VRRPv2 heartbeats have in common."
    ),
    cfg.FloatOpt(
        "ha_vrrp_health_check_interval",
        default=0,
        min=0,
        help="Seconds between two pings of a router's external gateways by its master, which gives the router up "
        "when none answers. 0: they are not asked.",
    ),
    cfg.BoolOpt("ha_conntrackd_enabled", default=True, help="Connections outlive a failover."),
    cfg.BoolOpt(
        "enable_metadata_proxy",
        default=True,
        help="Routers lead to the metadata agent of their node what instances ask of 169.254.169.254.",
    ),
    cfg.PortOpt(
        "metadata_port", default=9697, help="Where the metadata agent listens in routers' namespaces."
    ),
)

DHCP: tuple[cfg.Opt, ...] = (
    cfg.ListOpt(
        "dnsmasq_dns_servers",
        default=[],
        help="Name servers that DHCP servers ask for their clients, through the network's gateway: those clients "
        "whose subnet names no server of its own. Empty: they know the names of the network only.",
    ),
    cfg.BoolOpt(
        "enable_isolated_metadata",
        default=False,
        help="Where no router has a subnet's gateway address, DHCP servers lead to the metadata agent of their node.",
    ),
    cfg.BoolOpt("force_metadata", default=False, help="They do so everywhere."),
)
"""In [DEFAULT], of DHCP agents only."""

METADATA: tuple[cfg.Opt, ...] = (
    cfg.StrOpt(
        "nova_metadata_host",
        default="127.0.0.1",
        deprecated_opts=[cfg.DeprecatedOpt("nova_metadata_ip")],
        help="Where the compute service answers for metadata: a name or an address. Once nova_metadata_ip.",
    ),
    cfg.PortOpt("nova_metadata_port", default=8775, help="The port there."),
    cfg.StrOpt("nova_metadata_protocol", default="http", choices=["http", "https"], help="How it is asked."),
    cfg.StrOpt(
        "metadata_proxy_shared_secret",
        default="",
        secret=True,
        help="By which the compute service believes which instance asks: the same there.",
    ),
)
"""In [DEFAULT], of metadata agents only."""

NODE: Sections = {
    "DEFAULT": (*_L3, *DHCP, *METADATA),
    "agent": (
        cfg.FloatOpt("report_interval", default=4, min=0.1, help="Seconds between signs of life."),
        cfg.FloatOpt("resync_interval", default=30, min=1, help="Seconds between full looks at the machine."),
        cfg.StrOpt("availability_zone", default="nova", help="The zone that this node is in."),
    ),
    "linux_bridge": (
        cfg.DictOpt(
            "physical_interface_mappings",
            default={},
            help="Which interface reaches a physical network, as NETWORK:INTERFACE.",
        ),
        cfg.DictOpt(
            "bridge_mappings", default={}, help="Which bridge reaches a physical network, as NETWORK:BRIDGE."
        ),
    ),
    "vxlan": (
        cfg.BoolOpt("enable_vxlan", default=True, help="Whether this node has tunnels."),
        cfg.StrOpt("local_ip", default="", help="This node's address in the tunnels' network."),
        cfg.BoolOpt(
            "l2_population", default=False, help="Flood to the nodes that need it, not to vxlan_group."
        ),
        cfg.BoolOpt(
            "arp_responder",
            default=False,
            help="With l2_population: answer ARP requests and neighbour solicitations for ports of other nodes here, "
            "where their addresses stay where they are.",
        ),
        cfg.StrOpt(
            "vxlan_group",
            default="224.0.0.1",
            help="The multicast group without l2_population, or a range of them (239.0.0.0/8), of which each network "
            "has its own. The same on all nodes.",
        ),
        cfg.IntOpt(
            "ttl",
            default=0,
            min=0,
            max=255,
            help="How far tunnels' packets go (TTL). 0: one hop to a multicast group, else the kernel's own.",
        ),
        cfg.IntOpt("tos", default=0, min=0, max=255, help="The type of service of tunnels' packets."),
        cfg.PortOpt("udp_dstport", default=4789, help="The UDP port of tunnels."),
    ),
    "hawser": (
        cfg.ListOpt(
            "server_url", default=["http://controller:9696"], help="Servers, in order of preference."
        ),
        cfg.StrOpt("node_key", default="", secret=True, help="What `hawser node key HOST` printed."),
        cfg.ListOpt(
            "roles", default=[], help="What `hawser node run` runs: linuxbridge, l3, dhcp, metadata."
        ),
    ),
}
