"""Router advertisements (RFC 4861) by radvd: which prefixes there are, and where their addresses come from."""

from __future__ import annotations

from collections.abc import Iterator

from hawser.base import names
from hawser.machine.items.file import File
from hawser.machine.items.item import Item
from hawser.machine.items.process import PATIENCE
from hawser.node.planners import feet
from hawser.node.planners.daemon import daemon
from hawser.node.planners.facts import Facts
from hawser.wire.intent import Router, RouterInterface

LIFETIME = 300
"""Seconds that hosts keep their default route without hearing of it: a router may be taken over on a node whose agent,
which starts radvd, is away."""

_INTERFACE = """interface {link}
{{
    AdvSendAdvert on;
    AdvManagedFlag {managed};
    AdvOtherConfigFlag {other};
    MinRtrAdvInterval 3;
    MaxRtrAdvInterval 10;
    AdvDefaultLifetime {lifetime};
    AdvLinkMTU {mtu};
{prefixes}}};
"""
_PREFIX = """    prefix {prefix}
    {{
        AdvOnLink on;
        AdvAutonomous {own};
    }};
"""
_STATEFUL = "dhcpv6-stateful"


def desire(router: Router, facts: Facts) -> Iterator[Item]:
    """One radvd for the router, if any of its networks wants advertisements."""
    told = {link: foot for link, foot in feet.links(router) if foot.advertise}
    if not told:
        return
    netns = names.router_namespace(router.id)
    directory = str(facts.settings.ha_confs_path.parent / "ra" / router.id)
    conf = File(f"{directory}/radvd.conf", "".join(_interface(link, foot) for link, foot in told.items()))
    pidfile = f"{directory}/radvd.pid"
    argv = ("radvd", "-C", conf.path, "-p", pidfile, "-m", "stderr_syslog", "-u", "root")
    yield from daemon(
        "radvd",
        netns,
        argv=argv,
        pidfile=pidfile,
        directory=directory,
        files=[conf],
        needs=[feet.speaks_ipv6(netns, link) for link in told],
        # Its farewell would have hosts drop their default route, which is the new master's by then.
        patience=0 if router.ha else PATIENCE,
    )


def _interface(link: str, foot: RouterInterface) -> str:
    prefixes = "".join(
        _PREFIX.format(prefix=told.prefix, own=_switch(told.mode != _STATEFUL)) for told in foot.advertise
    )
    named = (server for told in foot.advertise for server in told.dns_servers if server.version == 6)
    servers = dict.fromkeys(str(server) for server in named)  # hosts prefer the first
    resolvers = f"    RDNSS {' '.join(servers)}\n    {{\n    }};\n" if servers else ""
    modes = {told.mode for told in foot.advertise}
    return _INTERFACE.format(
        link=link,
        mtu=foot.mtu,
        lifetime=LIFETIME,
        managed=_switch(_STATEFUL in modes),
        other=_switch(modes != {"slaac"}),
        prefixes=prefixes + resolvers,
    )


def _switch(on: bool) -> str:
    return "on" if on else "off"
