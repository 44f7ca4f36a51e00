"""The table of what may happen in a step, and what each may cost those who use the routers."""

from __future__ import annotations

import signal
from collections.abc import Callable
from dataclasses import dataclass

from hawser.lab.lab import Fault
from soak import changes, faults
from soak.faults import Deed
from soak.site import HEALTH_CHECK, Site

QUIET = 0.2
"""Seconds without an answer from outside that nobody would notice."""
FAILOVER = 0.8
CHECKED = HEALTH_CHECK + 1.5
"""The interval and half a second; who became master just now is left alone for a second first."""


@dataclass(frozen=True, slots=True)
class Step:
    """``may`` is whether it can happen now; ``do`` does it and answers what it did in words. ``outage``: the longest
    silence of an address, in seconds. ``changes``: the servers are asked for something that nodes have to hear of."""

    name: str
    may: Callable[[Site], bool]
    do: Deed
    outage: float = QUIET
    changes: bool = False


def _is_sound(site: Site) -> bool:
    """Nothing is broken, nor is the only other node drained."""
    return not site.state.broken


def _is_broken(site: Site) -> bool:
    return bool(site.state.broken)


def _is_served(site: Site) -> bool:
    return site.state.served


def _may_change(site: Site) -> bool:
    """What a server is asked for comes to be: an agent that hangs would do nothing about it."""
    return _is_served(site) and site.state.fault != faults.HUNG


def _may_fall_silent(site: Site) -> bool:
    """The servers know by then what the node carries: nobody else can tell them."""
    return _is_sound(site) and _is_served(site)


def _may_be_alone(site: Site) -> bool:
    """No node was away when something changed: what it has not heard of it cannot carry, without a server."""
    return _is_served(site) and not site.state.behind


def _is_unserved(site: Site) -> bool:
    return not site.state.served


def _is_calm(site: Site) -> bool:
    """All nodes work, and a server."""
    return _is_sound(site) and _is_served(site)


def _may_move(site: Site) -> bool:
    return _is_calm(site) and not site.state.drained


def _may_drain(site: Site) -> bool:
    """A router that is not highly available would stay, which the command calls a failure."""
    return _may_move(site) and not site.state.lone


def _may_undrain(site: Site) -> bool:
    return _is_calm(site) and bool(site.state.drained)


def _may_switch_router(site: Site) -> bool:
    """A server takes a node for dead that was not heard of for long: with too few of them it makes no router."""
    return (
        _may_change(site) and not site.state.joined and (site.state.extra is not None or site.enough_alive())
    )


def _may_switch_interface(site: Site) -> bool:
    return _may_change(site) and site.state.extra is None


STEPS = (
    Step("power off", _is_sound, faults.break_node(Fault.POWER, "power"), FAILOVER),
    Step("cut the tunnel link", _is_sound, faults.break_node(Fault.LINK, "tunnel", "tunnel"), FAILOVER),
    Step("silence the tunnel", _is_sound, faults.break_node(Fault.SILENCE, "silence", "tunnel"), FAILOVER),
    Step("cut the external link", _is_sound, faults.break_node(Fault.LINK, "external", "external"), CHECKED),
    Step("silence the outside", _is_sound, faults.break_node(Fault.SILENCE, "outside", "external"), CHECKED),
    Step("freeze", _is_sound, faults.break_node(Fault.FREEZE, "freeze"), FAILOVER),
    Step("ha port down", _is_sound, faults.ha_port_down, FAILOVER),
    Step("agent hangs", _may_fall_silent, faults.hang_agent),
    Step("heal", _is_broken, faults.heal),
    Step("heal soon", _is_broken, faults.heal),
    Step("heal at once", _is_broken, faults.heal),
    Step("keepalived killed", _is_sound, faults.signal_daemons("keepalived", signal.SIGKILL), FAILOVER),
    Step("keepalived hangs", _is_sound, faults.signal_daemons("keepalived", signal.SIGSTOP), FAILOVER),
    Step("conntrackd killed", _is_sound, faults.signal_conntrackd(signal.SIGKILL)),
    Step("conntrackd hangs", _is_sound, faults.signal_conntrackd(signal.SIGSTOP)),
    Step("restart the agent", _is_sound, faults.restart_agent),
    Step("stop the server", _may_be_alone, faults.stop_server),
    Step("start the server", _is_unserved, faults.start_server),
    Step("start the server soon", _is_unserved, faults.start_server),
    Step("start the server at once", _is_unserved, faults.start_server),
    Step("move a router", _may_move, changes.move),
    Step("drain a node", _may_drain, changes.drain),
    Step("undrain", _may_undrain, changes.undrain),
    Step("rebalance", _may_move, changes.rebalance),
    Step("new connections", lambda site: True, changes.renew),
    Step("switch a floating IP", _may_change, changes.switch_floating_ip, changes=True),
    Step("switch a port forwarding", _may_change, changes.switch_forwarding, changes=True),
    Step("switch an interface", _may_switch_interface, changes.switch_interface, changes=True),
    Step("switch an IPv6 subnet", _may_change, changes.switch_v6, changes=True),
    Step("switch a router", _may_switch_router, changes.switch_router, changes=True),
    Step("switch high availability", _is_calm, changes.switch_kind, changes=True),
)
"""What mends is there several times, so that nothing stays broken for long."""
