"""What may happen in a step: faults and their ends, killed processes, changes of the API."""

from __future__ import annotations

import signal
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from benchmarks import routed
from benchmarks.stage import until
from hawser.cli.story import NETWORK_NODES
from hawser.lab.lab import Fault
from soak.site import SERVER, Site


@dataclass(frozen=True, slots=True)
class Step:
    """``may`` is whether it can happen now; ``do`` does it and answers what it did in words."""

    name: str
    may: Callable[[Site], bool]
    do: Callable[[Site, Random], str]


def _is_sound(site: Site) -> bool:
    return not site.broken


def _is_broken(site: Site) -> bool:
    return bool(site.broken)


def _is_served(site: Site) -> bool:
    return site.served


def _break(fault: Fault, word: str, segment: str = "") -> Callable[[Site, Random], str]:
    def do(site: Site, random: Random) -> str:
        site.broken, site.fault = random.choice(NETWORK_NODES), word
        site.stage.lab.fail(site.broken, fault, segment)
        return f"{word} on {site.broken}"

    return do


def _cut_external(site: Site, _random: Random) -> str:
    """Only of the node that stands by: the master would go on without health checks, which are off by default."""
    master = site.stage.settle(site.path)
    site.broken, site.fault = site.stage.other(master), "external"
    site.stage.lab.fail(site.broken, Fault.LINK, "external")
    return f"external on {site.broken}"


def _heal(site: Site, _random: Random) -> str:
    said = f"{site.fault} of {site.broken} is over"
    site.stage.lab.heal(site.broken)
    site.broken = site.fault = ""
    return said


def _kill_keepalived(site: Site, random: Random) -> str:
    name = random.choice(NETWORK_NODES)
    node = site.node(name)
    found = node.run(["pidof", "keepalived"], check=False).stdout.split()
    node.run(["kill", "-9", *found])
    return f"keepalived on {name}"


def _restart_agent(site: Site, random: Random) -> str:
    name, how = random.choice(site.whole), random.choice((signal.SIGTERM, signal.SIGKILL))
    site.stage.lab.stop(f"node@{name}", how)
    site.stage.lab.start(f"node@{name}")
    return f"agent on {name}, by {how.name}"


def _stop_server(site: Site, random: Random) -> str:
    how = random.choice((signal.SIGTERM, signal.SIGKILL))
    site.stage.lab.stop(SERVER, how)
    site.served = False
    return f"server, by {how.name}"


def _start_server(site: Site, _random: Random) -> str:
    site.stage.lab.start(SERVER)
    site.served = True
    return "server"


def _switch_floating_ip(site: Site, _random: Random) -> str:
    admin = site.stage.admin
    if site.floating:
        admin.delete("floatingip", site.floating)
        site.floating = ""
        return "off"
    port = admin.create("port", network_id=site.path.router.inside.id)["id"]
    made = admin.create("floatingip", floating_network_id=site.stage.external, port_id=port)
    site.floating = str(made["id"])
    return "on"


def _switch_interface(site: Site, _random: Random) -> str:
    action = "remove_router_interface" if site.joined else "add_router_interface"
    site.stage.admin.act(site.path.router.id, action, subnet_id=site.further.subnet)
    site.joined = not site.joined
    return action


def _switch_router(site: Site, _random: Random) -> str:
    """A further router on the further network; only while that is free."""
    if site.extra:
        routed.remove_router(site.stage.admin, site.extra)
        site.extra = None
        return "gone"
    site.extra = routed.make_router(site.stage.admin, site.further, site.stage.external)
    return "made"


STEPS = (
    Step("power off", _is_sound, _break(Fault.POWER, "power")),
    Step("cut the tunnel network", _is_sound, _break(Fault.LINK, "tunnel", "tunnel")),
    Step("cut the external network", lambda site: _is_sound(site) and site.served, _cut_external),
    Step("freeze", _is_sound, _break(Fault.FREEZE, "freeze")),
    Step("heal", _is_broken, _heal),
    Step("heal soon", _is_broken, _heal),
    Step("kill -9 keepalived", _is_sound, _kill_keepalived),
    Step("restart the agent", _is_sound, _restart_agent),
    Step("stop the server", _is_served, _stop_server),
    Step("start the server", lambda site: not site.served, _start_server),
    Step("start the server soon", lambda site: not site.served, _start_server),
    Step("switch a floating IP", _is_served, _switch_floating_ip),
    Step("switch an interface", lambda site: site.served and site.extra is None, _switch_interface),
    Step("switch a router", lambda site: site.served and not site.joined, _switch_router),
)
"""Some twice, so that nothing stays broken for long."""


def mend(site: Site) -> None:
    """End every fault."""
    if not site.served:
        _start_server(site, Random(0))
    if site.broken:
        _heal(site, Random(0))
    until(lambda: not site.broken and site.served, "all is mended", 1)
