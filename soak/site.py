"""The lab that the soak runs on, what is broken in it now, and what there should be."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from ipaddress import IPv4Network
from random import Random

from benchmarks import guest, routed
from benchmarks.api import Api
from benchmarks.guest import Guest
from benchmarks.routed import Router, TenantNetwork
from benchmarks.stage import until
from hawser.lab.lab import Lab
from hawser.lab.node import Node
from hawser.lab.topology import Role
from soak.flows import PORT, Flow, Place
from soak.sentry import Sentry

HEALTH_CHECK = 1
"""Seconds between two looks at routers' external gateways."""
OUTSIDE = "203.0.113.1"
_POOL = {"start": "203.0.113.101", "end": "203.0.113.250"}
_SETTINGS = (f"network.l3_agent.DEFAULT.ha_vrrp_health_check_interval={HEALTH_CHECK}",)
_LEARNING = (
    "controller.ml2_conf.ml2.mechanism_drivers=linuxbridge",
    "all.linuxbridge_agent.vxlan.l2_population=False",
)
"""Without l2population: other nodes are found by multicast, and by learning."""


@dataclass(frozen=True, slots=True)
class Forwarding:
    """A port forwarding, and its floating IP's id and address."""

    id: str
    floating: str
    address: str


@dataclass(slots=True)
class State:
    """What was done and not undone yet.

    ``broken`` is the one node that has a fault, ``fault`` its name, ``mend`` how it ends. ``served``: the API's server
    runs. ``behind``: the node that has the fault was not told of something. The others are ids of what comes and
    goes, "" while it is not there; ``lone`` is a router that is not highly available now, and ``disturbed`` are
    routers that a step legitimately interrupts.
    """

    broken: str = ""
    fault: str = ""
    mend: Callable[[], object] | None = None
    served: bool = True
    behind: bool = False
    drained: str = ""
    floating: str = ""
    forwarding: Forwarding | None = None
    joined: bool = False
    v6: str = ""
    extra: Router | None = None
    lone: str = ""
    disturbed: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Site:
    """Routers on the external network: ``main`` has ``front`` behind the floating IP ``address`` and ``back`` without
    one, ``others`` carry nothing."""

    lab: Lab
    admin: Api
    external: str
    main: Router
    others: tuple[Router, ...]
    further: TenantNetwork
    front: Guest
    back: Guest
    address: str
    flows: tuple[Flow, ...]
    sentry: Sentry
    state: State
    l2population: bool

    @property
    def network_nodes(self) -> list[str]:
        """The names of all."""
        return [spec.name for spec in self.lab.topology.with_role(Role.L3)]

    @property
    def whole(self) -> list[str]:
        """The network nodes without a fault."""
        return [name for name in self.network_nodes if name != self.state.broken]

    @property
    def seen(self) -> list[str]:
        """The network nodes whose addresses count: a frozen one cannot let go of them."""
        return self.whole if self.state.fault in ("power", "freeze") else self.network_nodes

    @property
    def routers(self) -> tuple[Router, ...]:
        """All that there are now."""
        return (self.main, *self.others, *filter(None, [self.state.extra]))

    @property
    def outside(self) -> Node:
        """The host on the external network."""
        return self.lab.node("outside")

    def masters(self, router: Router) -> list[str]:
        """Those of the nodes that count that hold a router's addresses now."""
        return [name for name in self.sentry.masters(router.id) if name in self.seen]

    def addresses(self) -> dict[str, str]:
        """What is pinged from outside: the router's id by address."""
        return {self.address: self.main.id} | {router.outer: router.id for router in self.others}

    def pick(self, random: Random) -> str:
        """A network node: more often than not the one that carries the main router."""
        carrier, draw = next(iter(self.masters(self.main)), ""), random.random()
        names = [name for name in self.network_nodes if name != carrier]
        return carrier if carrier and draw < 0.6 else names[int(draw * 1000) % len(names)]

    def stand_by(self, random: Random) -> str:
        """A node without a fault that does not carry the main router."""
        names = [name for name in self.whole if name not in self.masters(self.main)]
        return random.choice(names)

    def enough_alive(self) -> bool:
        """Whether the server takes as many nodes for alive as a highly available router asks for."""
        return sum(bool(agent["alive"]) for agent in self.admin.find("agent", agent_type="L3 agent")) > 1

    def renew(self) -> None:
        """New connections in place of those that there are, but for the lasting ones."""
        for flow in self.flows:
            if not flow.lasting:
                flow.renew()


@contextmanager
def site(name: str, *, network_nodes: int, l2population: bool, keep: bool = False) -> Iterator[Site]:
    """A lab with all that, for as long as the block lasts; ``keep`` it where the block fails."""
    settings = _SETTINGS if l2population else (*_SETTINGS, *_LEARNING)
    lab = Lab.up(name, network_nodes=network_nodes, settings=settings)
    sentry = Sentry(lab, [spec.name for spec in lab.topology.with_role(Role.L3)])
    failed = True
    try:
        with Api(lab, "admin") as admin:
            yield _furnish(lab, admin, sentry, l2population)
        failed = False
    finally:
        sentry.close()
        if not (keep and failed):
            lab.down()


def _furnish(lab: Lab, admin: Api, sentry: Sentry, l2population: bool) -> Site:
    """Networks, routers, guests, connections."""
    admin.unlimit()
    external = _external(admin)
    inside, further, *others = (
        routed.make_network(admin, f"inside{n}", IPv4Network(f"10.66.{n}.0/24"), dhcp=n == 0)
        for n in range(4)
    )
    main = routed.make_router(admin, inside, external)
    carried = tuple(routed.make_router(admin, each, external) for each in others)
    front, back = (_plug(lab, admin, inside, node) for node in ("compute1", "compute2"))
    made = admin.create("floatingip", floating_network_id=external, port_id=front.port)
    address = str(made["floating_ip_address"])
    flows = _connect(lab, front, back, address)
    return Site(
        lab=lab,
        admin=admin,
        external=external,
        main=main,
        others=carried,
        further=further,
        front=front,
        back=back,
        address=address,
        flows=flows,
        sentry=sentry,
        state=State(),
        l2population=l2population,
    )


def _external(admin: Api) -> str:
    flat = {"provider:network_type": "flat", "provider:physical_network": "provider"}
    network = str(admin.create("network", name="provider1", **flat, **{"router:external": True})["id"])
    v4 = {"cidr": "203.0.113.0/24", "ip_version": 4, "gateway_ip": OUTSIDE, "allocation_pools": [_POOL]}
    admin.create("subnet", network_id=network, enable_dhcp=False, **v4)
    return network


def _plug(lab: Lab, admin: Api, inside: TenantNetwork, node: str) -> Guest:
    return guest.plug(admin, lab.node(node), inside.id, inside.gateway, inside.cidr.prefixlen)


def _connect(lab: Lab, front: Guest, back: Guest, address: str) -> tuple[Flow, ...]:
    """Each has an echo at its other end."""
    outside, before, behind = Place(lab.node("outside")), _place(front), _place(back)
    outside.start(["serve", OUTSIDE, str(PORT)])
    for place, plugged in ((before, front), (behind, back)):
        place.start(["serve", plugged.address, str(PORT)])
    until(lambda: _reaches(lab, address), f"{address} answers from outside")
    return (
        Flow("TCP through the floating IP", "tcp", outside, address),
        Flow("TCP through SNAT", "tcp", behind, OUTSIDE),
        Flow("UDP through the floating IP", "udp", outside, address),
        Flow("UDP through SNAT", "udp", behind, OUTSIDE),
        Flow("lasting UDP through the floating IP", "udp", outside, address, lasting=True),
        Flow("lasting UDP through SNAT", "udp", behind, OUTSIDE, lasting=True),
    )


def _place(plugged: Guest) -> Place:
    return Place(plugged.node, plugged.netns)


def _reaches(lab: Lab, address: str) -> bool:
    tried = lab.node("outside").run(["ping", "-n", "-c", "1", "-W", "0.5", address], check=False)
    return tried.returncode == 0
