"""What is on its way to a router that gave its addresses away is still carried, on the real kernel."""

from __future__ import annotations

import subprocess
from dataclasses import replace

import pytest

from hawser.base import names
from hawser.node.agent import desired
from hawser.node.agent.roles import ROLES
from tests.machine.test_kernel import run
from tests.node import samples

pytestmark = [pytest.mark.kernel, pytest.mark.timeout(60)]
NETNS = f"qrouter-{samples.ROUTER}"
INSIDE, OUTSIDE = "198.51.100.5", "203.0.113.1"
FLOATING, OWN = "203.0.113.50", "203.0.113.21"
ADDRESSES = (
    ("198.51.100.1/24", names.router_interface(samples.QR)),
    (f"{OWN}/24", names.gateway_interface(samples.QG)),
    (f"{FLOATING}/32", names.gateway_interface(samples.QG)),
)


def built(kernel, tmp_path, carried):
    """A router of which nobody is master; it has the routes of one, or not."""
    confs = tmp_path / "own" / "ha_confs"
    confs.mkdir(parents=True)
    settings = samples.settings(state_path=tmp_path / "own", ha_confs_path=confs, ha_conntrackd_enabled=False)
    facts = samples.facts(settings=settings, carried=frozenset({samples.ROUTER} if carried else ()))
    node = replace(samples.node(), routers=(samples.router(),))
    items = desired.desired(node, facts, [ROLES["l3"]])
    kernel.make(*(item for item in items.values() if item.key[0] != "process"))


def plug(host, tap, address, gateway=""):
    """A host at the other end of a router's foot."""
    run("ip", "netns", "add", host)
    run("ip", "link", "set", tap, "netns", host, "up")
    run("ip", "-n", host, "address", "add", address, "dev", tap)
    if gateway:
        run("ip", "-n", host, "route", "add", "default", "via", gateway)


def master(change):
    """keepalived's part: the addresses, and the route out."""
    for address, link in ADDRESSES:
        run("ip", "-n", NETNS, "address", change, address, "dev", link)
    if change == "add":
        run("ip", "-n", NETNS, "route", "add", "default", "via", OUTSIDE)


def answered(host, address):
    ping = ["ip", "netns", "exec", host, "ping", "-c1", "-W1", address]
    return subprocess.run(ping, capture_output=True, check=False).returncode == 0


WAYS = (("outside", FLOATING), ("outside", OWN), ("inside", OUTSIDE), ("inside", OWN))


@pytest.mark.parametrize("carried", [True, False])
def test_who_gave_its_addresses_away_carries_what_comes_as_long_as_it_has_the_routes(
    kernel, tmp_path, carried
):
    built(kernel, tmp_path, carried)
    plug("inside", names.tap(samples.QR), f"{INSIDE}/24", "198.51.100.1")
    plug("outside", names.tap(samples.QG), f"{OUTSIDE}/24")
    master("add")
    assert [answered(*way) for way in WAYS] == [True] * len(WAYS)
    master("del")
    assert [answered(*way) for way in WAYS] == [carried] * len(WAYS)
