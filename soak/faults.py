"""What breaks, and how it is mended. Each deed answers in words what it did."""

from __future__ import annotations

import signal
from collections.abc import Callable
from random import Random

from hawser.base import names
from hawser.lab.lab import Fault
from soak.site import Site

SERVER = "network@controller"
HUNG = "hung agent"
Deed = Callable[[Site, Random], str]


def break_node(fault: Fault, word: str, segment: str = "") -> Deed:
    """A fault that the lab knows, which lasts until it is healed."""

    def do(site: Site, random: Random) -> str:
        name = site.pick(random)
        site.lab.fail(name, fault, segment)
        return _broken(site, name, word, lambda: site.lab.heal(name))

    return do


def ha_port_down(site: Site, random: Random) -> str:
    """An operator's mistake on a node: the main router's interface in the HA network goes down."""
    name = site.pick(random)
    node, netns = site.lab.node(name), names.router_namespace(site.main.id)
    shown = node.run(["ip", "-n", netns, "-o", "link"]).stdout.split()
    link = next(word.split("@")[0] for word in shown if word.startswith("ha-"))
    node.run(["ip", "-n", netns, "link", "set", link, "down"])
    return _broken(
        site, name, "ha port down", lambda: node.run(["ip", "-n", netns, "link", "set", link, "up"])
    )


def hang_agent(site: Site, random: Random) -> str:
    """The agent stands still, and what it started goes on."""
    name = site.pick(random)
    node = site.lab.node(name)
    (pid,) = node.run(["pgrep", "-f", "hawser node run"]).stdout.split()
    node.run(["kill", "-STOP", pid])
    return _broken(site, name, HUNG, lambda: node.run(["kill", "-CONT", pid]))


def _broken(site: Site, name: str, word: str, mend: Callable[[], object]) -> str:
    site.state.broken, site.state.fault, site.state.mend = name, word, mend
    return f"{word} on {name}"


def heal(site: Site, _random: Random) -> str:
    """End the fault that there is. A router that fell with its node comes again with it."""
    site.state.disturbed.add(site.state.lone)
    said = f"{site.state.fault} of {site.state.broken} is over"
    assert site.state.mend is not None
    site.state.mend()
    site.state.broken, site.state.fault, site.state.mend = "", "", None
    return said


def signal_daemons(program: str, how: signal.Signals) -> Deed:
    """All of one kind on a node get a signal."""

    def do(site: Site, random: Random) -> str:
        name = site.pick(random)
        node = site.lab.node(name)
        node.run(["kill", f"-{how.value}", *node.run(["pidof", program]).stdout.split()])
        return f"{how.name} to each {program} on {name}"

    return do


def signal_conntrackd(how: signal.Signals) -> Deed:
    """And connections come about while it is gone, or hangs: they are to be copied all the same."""

    def do(site: Site, random: Random) -> str:
        said = signal_daemons("conntrackd", how)(site, random)
        site.renew()
        return f"{said}, and new connections"

    return do


def restart_agent(site: Site, random: Random) -> str:
    """It ends, kindly or not, and starts again."""
    name, how = site.pick(random), random.choice((signal.SIGTERM, signal.SIGKILL))
    site.lab.stop(f"node@{name}", how)
    site.lab.start(f"node@{name}")
    return f"agent on {name}, by {how.name}"


def stop_server(site: Site, random: Random) -> str:
    """It ends, kindly or not."""
    how = random.choice((signal.SIGTERM, signal.SIGKILL))
    site.lab.stop(SERVER, how)
    site.state.served = False
    return f"server, by {how.name}"


def start_server(site: Site, _random: Random) -> str:
    """It is back."""
    site.lab.start(SERVER)
    site.state.served = True
    return "server"


def mend(site: Site) -> None:
    """End every fault."""
    if not site.state.served:
        start_server(site, Random(0))
    if site.state.broken:
        heal(site, Random(0))
