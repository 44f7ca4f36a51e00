"""What the tests of the server do again and again, in the words of those who use it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from ipaddress import ip_network
from typing import Any

from hawser.base import config
from hawser.base.config import ServerSettings
from hawser.server.model import agent as agents
from hawser.server.model.caller import Caller
from hawser.server.model.floatingip import FloatingIp, NewFloatingIp
from hawser.server.model.network import Network, NewNetwork
from hawser.server.model.port import NewPort, Port
from hawser.server.model.quota import NO_LIMIT
from hawser.server.model.router import NewRouter, Router, RouterChanges, WantedGateway
from hawser.server.model.subnet import NewSubnet, Subnet
from hawser.server.service import agent, floatingip, network, port, report, router, subnet
from hawser.server.store.session import Store
from hawser.wire.intent import NetworkType
from hawser.wire.report import AgentState, Mastership, PortStatus, Report, RouterStatus

ADMIN = Caller("root", "admin", frozenset({"admin"}), is_admin=True)
DEMO = Caller("alice", "demo", frozenset({"member"}), is_admin=False)
OTHER = Caller("mallory", "other", frozenset({"member"}), is_admin=False)

L3 = (agents.L3, "neutron-l3-agent")
DHCP = (agents.DHCP, "neutron-dhcp-agent")
SECRET = "secret"
"""Of which the keys of nodes are made."""


@cache
def default_settings() -> ServerSettings:
    """What the server goes by where nothing is configured; read once, for reading takes longer than a request."""
    return config.server_settings(config.read([]))


SLAAC = {"ipv6_ra_mode": "slaac", "ipv6_address_mode": "slaac"}


def settings(**options: Any) -> ServerSettings:
    """The default settings without quotas, but for ``options``."""
    defaults = default_settings()
    return replace(defaults, **{"quotas": dict.fromkeys(defaults.quotas, NO_LIMIT), **options})


class Clock:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self.now = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


class Stage:
    """A store with the things that a story needs, made for project demo unless said otherwise."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self.store = store
        self.clock = clock

    def alive(self, *hosts: str, roles: tuple[tuple[str, str], ...] = (L3, DHCP)) -> None:
        """Nodes give signs of life."""
        states = tuple(AgentState(kind, binary, "nova", 0.0, "", (), {}) for kind, binary in roles)
        for host in hosts:
            report.take(self.store, host, Report(agents=states))

    def says(self, host: str, router_id: str, mastership: Mastership) -> None:
        """A node tells which part it plays for a router."""
        status = RouterStatus(router_id, mastership, self.clock.now.timestamp())
        report.take(self.store, host, Report(routers=(status,)))

    def wired(self, host: str, port_id: str, up: bool = True) -> None:
        """A node tells whether a port is wired."""
        report.take(self.store, host, Report(ports=(PortStatus(port_id, up),)))

    def network(self, caller: Caller = DEMO, **fields: Any) -> Network:
        return network.create(self.store, caller, NewNetwork(caller.project_id, **fields))

    def external(self, cidr: str = "203.0.113.0/24", name: str = "external") -> Network:
        """An external network with a subnet."""
        made = self.network(
            ADMIN, name=name, external=True, network_type=NetworkType.FLAT, physical_network=name
        )
        self.subnet(made, cidr, ADMIN, enable_dhcp=False)
        return made

    def subnet(self, network: Network, cidr: str, caller: Caller = DEMO, **fields: Any) -> Subnet:
        draft = NewSubnet(caller.project_id, network.id, ip_network(cidr), **fields)
        return subnet.create(self.store, caller, draft)

    def port(self, network: Network, caller: Caller = DEMO, **fields: Any) -> Port:
        return port.create(self.store, caller, NewPort(caller.project_id, network.id, **fields))

    def router(self, caller: Caller = DEMO, ha: bool = True, **fields: Any) -> Router:
        return router.create(self.store, caller, NewRouter(caller.project_id, ha=ha, **fields))

    def joined(self, router_: Router, subnet_: Subnet, caller: Caller = DEMO) -> Port:
        """The port by which a subnet was added to a router."""
        made = router.add_interface(self.store, caller, router_.id, subnet_id=subnet_.id)
        return port.get(self.store, ADMIN, made.port_id)

    def gateway(self, router_: Router, network_: Network) -> Router:
        changes = RouterChanges(gateway=WantedGateway(network_.id))
        return router.update(self.store, DEMO, router_.id, changes)

    def floating(self, network_: Network, **fields: Any) -> FloatingIp:
        return floatingip.create(self.store, DEMO, NewFloatingIp("demo", network_.id, **fields))

    def hosts(self, router_: Router) -> list[str]:
        """The hosts of a router, by rank."""
        return [place.host for _, place in agent.hosting_router(self.store, ADMIN, router_.id)]

    def masterships(self, router_: Router) -> dict[str, Mastership]:
        """What operators are shown of a router's hosts."""
        shown = agent.hosting_router(self.store, ADMIN, router_.id)
        return {place.host: place.mastership for _, place in shown}
