"""Neighbours learn at once where an address is, on the real kernel."""

from __future__ import annotations

import json
import time
from ipaddress import ip_address

import pytest

from hawser.machine.drivers.announce import Announcement, announce, frame
from hawser.machine.drivers.namespaces import Namespaces
from tests.machine.conftest import own_namespaces
from tests.machine.test_kernel import run

pytestmark = pytest.mark.kernel
MAC = "fa:16:3e:00:00:07"
V4, V6 = Announcement("here", "qg-1", MAC, ip_address("192.0.2.7")), ip_address("fd00::7")


@pytest.fixture
def namespaces():
    """Here the neighbour, which has a bridge; ``here`` is what is announced."""
    with own_namespaces():
        run("ip", "netns", "add", "here")
        run("ip", "link", "add", "brq1", "type", "bridge")
        run(
            "ip",
            "link",
            "add",
            "tap1",
            "master",
            "brq1",
            "type",
            "veth",
            "peer",
            "name",
            "qg-1",
            "netns",
            "here",
        )
        run("ip", "-n", "here", "link", "set", "qg-1", "up")
        for link in ("brq1", "tap1"):
            run("ip", "link", "set", link, "up")
        run("ip", "address", "add", "192.0.2.1/24", "dev", "brq1")
        run("ip", "address", "add", "fd00::1/64", "dev", "brq1", "nodad")
        for address in (V4.address, V6):
            run(
                "ip",
                "neigh",
                "add",
                str(address),
                "lladdr",
                "fa:16:3e:00:00:01",
                "dev",
                "brq1",
                "nud",
                "stale",
            )
        yield Namespaces()


def known(address) -> str:
    shown = json.loads(run("ip", "-j", "neigh", "show", str(address), "dev", "brq1"))
    return shown[0]["lladdr"]


@pytest.mark.parametrize("address", [V4.address, V6], ids=["ARP", "NA"])
def test_neighbours_and_bridges_have_the_new_place(namespaces, address):
    announce(namespaces, [Announcement("here", "qg-1", MAC, address)])
    time.sleep(0.1)
    assert known(address) == MAC
    assert MAC in run("bridge", "fdb", "show", "br", "brq1", "brport", "tap1")


def test_what_is_gone_keeps_nobody_else_from_being_heard(namespaces):
    gone = [Announcement("gone", "qg-1", MAC, V4.address), Announcement("here", "qg-0", MAC, V4.address)]
    announce(namespaces, [*gone, V4])
    time.sleep(0.1)
    assert known(V4.address) == MAC


def test_it_is_a_question_of_arp_for_its_own_address():
    sent = frame(V4)
    assert sent[:6] == b"\xff" * 6
    assert sent[28:32] == sent[38:42] == V4.address.packed
