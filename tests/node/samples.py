"""Intents and facts that several tests start from."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address, ip_interface, ip_network

from hawser.base import config
from hawser.node.planners.facts import Facts
from hawser.wire import intent

ROUTER = "b6206312-878e-497c-8ef7-eb384f8add96"
TENANT = "d990778b-49ea-4beb-9336-6ea2248edf7d"
EXTERNAL = "5266fcbc-d429-4b21-8544-6170d1691826"
HA_NETWORK = "b304e495-b80d-4dd7-9345-5455302397a7"
QR = "da3504ad-ba00-4000-8000-000000000001"
QG = "33fedbc5-4300-4000-8000-000000000002"
HA_PORT = "eb820380-4000-4000-8000-000000000003"
DHCP_PORT = "c45d79b0-8a00-4000-8000-000000000004"


def settings(**changes: object) -> config.NodeSettings:
    read = config.node_settings(config.read([], node=True))
    base = replace(
        read,
        host="network1",
        local_ip=ip_address("10.0.1.21"),
        physical_interfaces={"provider": "eth2"},
        l2_population=True,
    )
    return replace(base, **changes)


def facts(**changes: object) -> Facts:
    links = frozenset({"eth0", "eth1", "eth2"})
    taps = frozenset(f"tap{port[:11]}" for port in (QR, QG, HA_PORT, DHCP_PORT))
    return replace(Facts(settings(), links, taps, links, "eth1", {}), **changes)


def segment(id: str, vni: int | None, **changes: object) -> intent.Segment:
    kind = intent.NetworkType.VXLAN if vni else intent.NetworkType.FLAT
    made = intent.Segment(id, kind, None if vni else "provider", vni, 1450 if vni else 1500, ())
    return replace(made, **changes)


def router(**changes: object) -> intent.Router:
    made = intent.Router(
        id=ROUTER,
        admin_state_up=True,
        interfaces=(
            intent.RouterInterface(QR, TENANT, "fa:16:3e:dc:8e:a8", 1450, (ip_interface("198.51.100.1/24"),)),
        ),
        gateway=intent.RouterInterface(
            QG, EXTERNAL, "fa:16:3e:03:1a:f6", 1500, (ip_interface("203.0.113.21/24"),)
        ),
        next_hops=(ip_address("203.0.113.1"),),
        enable_snat=True,
        floating_ips=(intent.FloatingIp("f1", ip_address("203.0.113.50"), ip_address("198.51.100.5")),),
        routes=(),
        ha=intent.HighAvailability(
            vrid=1,
            port_id=HA_PORT,
            network_id=HA_NETWORK,
            mac="fa:16:3e:78:ba:99",
            mtu=1450,
            address=ip_interface("169.254.192.1/18"),
            peers=(ip_address("169.254.192.2"),),
            rank=0,
        ),
    )
    return replace(made, **changes)


def port(id: str, network_id: str) -> intent.Port:
    return intent.Port(id, network_id, "fa:16:3e:00:00:01", "network:router_interface", ROUTER, True)


def dhcp_server() -> intent.DhcpServer:
    subnet = intent.DhcpSubnet(
        id="b7fe4e86-65d5-4e88-8266-88795ae4ac53",
        cidr=ip_network("198.51.100.0/24"),
        gateway=ip_address("198.51.100.1"),
        dns_servers=(ip_address("192.0.2.53"),),
        routes=(),
    )
    return intent.DhcpServer(
        TENANT, DHCP_PORT, "fa:16:3e:8a:5f:a5", 1450, (ip_interface("198.51.100.2/24"),), (subnet,)
    )


def dhcp6_server() -> intent.DhcpServer:
    """The same with an IPv6 subnet beside."""
    subnet = intent.DhcpSubnet(
        id="6c0d9f0e-3a9c-4b57-8a5e-0d5f8f6f2f66",
        cidr=ip_network("2001:db8:5::/64"),
        gateway=ip_address("2001:db8:5::1"),
        dns_servers=(ip_address("2001:db8::53"),),
        routes=(),
    )
    four = dhcp_server()
    addresses = (*four.addresses, ip_interface("2001:db8:5::2/64"))
    return replace(four, addresses=addresses, subnets=(*four.subnets, subnet))


def dhcp6_host(id: str = "p", last: int = 5) -> intent.DhcpHost:
    """The reservation of a port with an address in both."""
    six = intent.DhcpAddress(ip_address(f"2001:db8:5::{last}"), f"host-2001-db8-5--{last}")
    four = dhcp_host(id, last)
    return replace(four, addresses=(*four.addresses, six))


def dhcp_host(id: str = "p", last: int = 5) -> intent.DhcpHost:
    """The reservation of a port of the tenant's network: 198.51.100.``last``."""
    address = intent.DhcpAddress(ip_address(f"198.51.100.{last}"), f"host-198-51-100-{last}")
    return intent.DhcpHost(id, TENANT, f"fa:16:3e:00:00:{last:02x}", (address,))


def node(**changes: object) -> intent.NodeIntent:
    made = intent.NodeIntent(
        host="network1",
        revision=7,
        segments=(
            segment(EXTERNAL, None),
            segment(HA_NETWORK, 102, vteps=(ip_address("10.0.1.22"),)),
            segment(TENANT, 100, vteps=(ip_address("10.0.1.31"),)),
        ),
        ports=(port(QG, EXTERNAL), port(QR, TENANT), port(HA_PORT, HA_NETWORK)),
        routers=(router(),),
    )
    return replace(made, **changes)
