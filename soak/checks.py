"""What must be true after each step, and how soon."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from benchmarks.routed import Router
from hawser.base import names
from hawser.base.errors import LabError
from hawser.lab.ping import wait_for_answer
from soak import leaks
from soak.changes import OUTER_PORT, V6_GATEWAY
from soak.site import Site

ONE_MASTER = 1.0
ANSWER = 10.0
TRUTH = 20.0
NOTHING_LEFT = 20.0
COPIED = 20.0
"""Seconds at most; what it took is told. A node that has power again needs some for its start."""
PAUSE = 0.1
FRESH = 0.3
"""Seconds in which a connection that lives has had an answer."""


@dataclass(frozen=True, slots=True, order=True)
class Wait:
    """How many seconds something was waited for, and what was wrong last; "" if it was so at once."""

    seconds: float = 0.0
    what: str = ""

    def __str__(self) -> str:
        return f"{self.seconds:.1f} s for: {self.what}" if self.what else ""


def check(site: Site, patience: float = 1.0) -> Wait:
    """What took longest. LabError with what is not so within its time, of which ``patience`` is a factor."""
    waits = [check_traffic(site, patience)]
    if site.state.served:
        waits.append(_eventually(lambda: _lies(site), TRUTH * patience))
        waits.append(_eventually(lambda: leaks.found(site), NOTHING_LEFT * patience))
    waits.append(_eventually(lambda: _not_copied(site), COPIED * patience))
    return max(waits)


def check_traffic(site: Site, patience: float = 1.0) -> Wait:
    """Each router has one master; what is reached through them is. What took longest."""
    elected = [each for each in site.routers if each.id != site.state.lone]
    waits = [_eventually(lambda: _not_one_master(site, elected), ONE_MASTER * patience)]
    waits.append(_eventually(lambda: _not_one_master(site, _carried(site)), ANSWER * patience))
    carried = {router.id for router in _carried(site)}
    for address in (address for address, router in site.addresses().items() if router in carried):
        if wait_for_answer(site.outside, address, ANSWER * patience) is None:
            raise LabError(f"Not within {ANSWER * patience:.0f} s: {address} answers from outside.")
    waits.append(_eventually(lambda: _silent_flows(site, time.time() - FRESH), ANSWER * patience))
    if (forwarding := site.state.forwarding) is not None:
        waits.append(_eventually(lambda: _not_forwarded(site, forwarding.address), ANSWER * patience))
    if site.state.v6:
        waits.append(_eventually(lambda: _no_v6(site), ANSWER * patience))
    return max(waits)


def _eventually(wrong: Callable[[], Iterable[str]], seconds: float) -> Wait:
    """Look again and again until nothing is wrong."""
    begun, last = time.monotonic(), ""
    while found := "; ".join(wrong()):
        last = found
        if time.monotonic() - begun > seconds:
            raise LabError(f"Not right within {seconds:.0f} s: {found}")
        time.sleep(PAUSE)
    return Wait(time.monotonic() - begun, last) if last else Wait()


def _not_one_master(site: Site, routers: Iterable[Router]) -> Iterable[str]:
    for router in routers:
        held = site.masters(router)
        if len(held) != 1:
            yield f"router {router.id} is carried by {', '.join(held) or 'nobody'}"


def _carried(site: Site) -> list[Router]:
    """The routers that some node can carry: one that is on a single node falls with it."""
    return [each for each in site.routers if each.id != site.state.lone or not site.state.broken]


def _silent_flows(site: Site, since: float) -> Iterable[str]:
    return [f"{flow.name} stands still" for flow in site.flows if not flow.answered(since)]


def _not_forwarded(site: Site, address: str) -> Iterable[str]:
    asked = f"import socket; socket.create_connection(('{address}', {OUTER_PORT}), 1)"
    if site.outside.run(["python3", "-c", asked], check=False).returncode:
        yield f"port {OUTER_PORT} of {address} leads nowhere"


def _no_v6(site: Site) -> Iterable[str]:
    inside = ["ip", "netns", "exec", site.front.netns]
    asked = [*inside, "ping", "-6", "-n", "-c", "1", "-W", "1", V6_GATEWAY]
    if site.front.node.run(asked, check=False).returncode:
        yield f"{V6_GATEWAY} does not answer the guest"


def _lies(site: Site) -> Iterable[str]:
    """Where the API tells something else than what is so."""
    for router in _carried(site):
        held = site.masters(router)
        if router.id == site.state.lone:
            continue
        parts = site.admin.parts(router.id)
        active = sorted(host for host, part in parts.items() if part == "active")
        if active != held:
            yield f"router {router.id} is on {held}, and the API says {parts}"
        for port in site.admin.find("port", device_id=router.id, device_owner="network:router_gateway"):
            if [port["binding:host_id"]] != held:
                yield f"gateway of {router.id} is on {held}, and the API says {port['binding:host_id']}"
            if port["status"] != "ACTIVE":
                yield f"gateway of {router.id} is {port['status']}"


def _not_copied(site: Site) -> Iterable[str]:
    """Which connections a node without a fault could not carry on."""
    netns = names.router_namespace(site.main.id)
    for name in site.whole:
        table = site.lab.node(name).run(
            ["ip", "netns", "exec", netns, "cat", "/proc/net/nf_conntrack"], check=False
        )
        for flow in site.flows:
            mine = (line for line in table.stdout.splitlines() if f"sport={flow.port} " in line)
            if not any(flow.kind in line.split() and "UNREPLIED" not in line for line in mine):
                yield f"{flow.name} (port {flow.port}) is not known on {name}"
