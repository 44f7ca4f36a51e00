"""What switches that snoop on multicast listeners (RFC 4541) learn of a router's addresses: a real keepalived's."""

from __future__ import annotations

import os
import select
import signal
import socket
import time
from dataclasses import replace
from ipaddress import ip_interface

import pytest

from hawser.base import names
from hawser.base.addresses import link_local_interface
from hawser.node.agent import desired
from hawser.node.agent.roles import ROLES
from tests.machine.test_kernel import run
from tests.node import samples

pytestmark = [pytest.mark.kernel, pytest.mark.timeout(60)]
IPV6 = 0x86DD
REPORT = bytes((58, 0, 5, 2, 0, 0, 1, 0, 143))
"""How one goes on after the two IPv6 addresses: ICMPv6 follows, the router alert, padding; then its type."""
OFTEN = 2.5
"""Seconds within which the kernel says it as often as it will."""


@pytest.fixture
def wanted(tmp_path):
    """A router that is alone, with one foot that speaks IPv6 and one that does not."""
    confs = tmp_path / "own" / "ha_confs"
    confs.mkdir(parents=True)
    settings = samples.settings(state_path=tmp_path / "own", ha_confs_path=confs, ha_conntrackd_enabled=False)
    router = samples.router(ha=replace(samples.router().ha, peers=()))
    foot = replace(router.interfaces[0], addresses=(ip_interface("2001:db8:7::1/64"),))
    node = replace(samples.node(), routers=(replace(router, interfaces=(foot,)),))
    os.mkfifo(confs / "notify.fifo")
    fifo = os.open(confs / "notify.fifo", os.O_RDWR | os.O_NONBLOCK)
    yield desired.desired(node, samples.facts(settings=settings), [ROLES["l3"]]), confs, foot
    os.close(fifo)


def reports(ear, seconds):
    """The senders of the reports that come out of an interface in so many seconds."""
    ends, found = time.monotonic() + seconds, set()
    while select.select([ear], [], [], max(0.0, ends - time.monotonic()))[0]:
        frame = ear.recv(2048)
        if frame[54:63] == REPORT:
            found.add(socket.inet_ntop(socket.AF_INET6, frame[22:38]))
    return found


def test_a_masters_addresses_are_reported_where_it_speaks_ipv6_and_a_standby_is_silent(kernel, wanted):
    items, confs, foot = wanted
    kernel.make(*(item for item in items.values() if item.key[0] != "process"))
    ears = {}
    for link in (names.tap(foot.port_id), names.tap(samples.QG)):
        run("ip", "link", "set", link, "up")
        ears[link] = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(IPV6))
        ears[link].bind((link, IPV6))
    inside, outside = ears.values()
    assert reports(inside, OFTEN) == set()
    kernel.make(*items.values())
    assert reports(inside, OFTEN + 1) == {str(link_local_interface(foot.mac).ip)}
    assert reports(outside, 0.0) == set()
    os.kill(int((confs / samples.ROUTER / "keepalived.pid").read_text()), signal.SIGTERM)
    assert reports(inside, OFTEN) == set()
    for ear in ears.values():
        ear.close()
