"""That a keepalived goes by its new files before what the old ones named goes, on the real kernel."""

from __future__ import annotations

import os
import signal
import threading
import time
from dataclasses import replace
from ipaddress import ip_interface

import pytest

from hawser.machine.drivers import readings
from hawser.machine.drivers.readings import Readings
from hawser.machine.items.link import Veth
from hawser.node.agent import desired
from hawser.node.agent.roles import ROLES
from hawser.wire.report import Mastership
from tests.machine.test_kernel import run, until
from tests.node import samples

pytestmark = [pytest.mark.kernel, pytest.mark.timeout(60)]
LATE = 0.1
"""Seconds that a busy machine may let a daemon wait until it hears of its new files."""


@pytest.fixture
def wishes(tmp_path):
    """What shall stand of a router that is alone, with or without a second interface."""
    confs = tmp_path / "own" / "ha_confs"
    confs.mkdir(parents=True)
    settings = samples.settings(state_path=tmp_path / "own", ha_confs_path=confs, ha_conntrackd_enabled=False)
    master = {samples.ROUTER: Mastership.ACTIVE}
    facts = samples.facts(settings=settings, masterships=master)
    router = samples.router(ha=replace(samples.router().ha, peers=()))
    first = router.interfaces[0]
    second = replace(first, port_id=samples.DHCP_PORT, addresses=(ip_interface("2001:db8:7::1/64"),))

    def wanted(*interfaces):
        node = replace(samples.node(), routers=(replace(router, interfaces=interfaces),))
        return desired.desired(node, facts, [ROLES["l3"]])

    return wanted(first), wanted(first, second), confs


def plug(items):
    """Every interface has a carrier."""
    for item in items.values():
        if isinstance(item, Veth):
            run("ip", "link", "set", item.name, "up")


def test_a_master_goes_on_when_an_interface_goes(kernel, wishes):
    alone, both, confs = wishes
    os.mkfifo(confs / "notify.fifo")
    fifo = os.open(confs / "notify.fifo", os.O_RDWR | os.O_NONBLOCK)
    kernel.make(*alone.values())
    plug(alone)
    told = b""

    def is_master():
        nonlocal told
        try:
            told += os.read(fifo, 4096)
        except BlockingIOError:
            return b"MASTER" in told
        return is_master()

    until(is_master, 5)
    told = b"MASTER"
    kernel.wanted = dict(both)
    kernel.settle()
    plug(both)
    parent = int((confs / samples.ROUTER / "keepalived.pid").read_text())
    os.kill(parent, signal.SIGSTOP)
    threading.Timer(LATE, os.kill, (parent, signal.SIGCONT)).start()
    kernel.wanted = dict(alone)
    kernel.settle()
    time.sleep(2 * LATE)
    is_master()
    os.close(fifo)
    assert b"FAULT" not in told and b"BACKUP" not in told, told


def test_reading_is_told_and_writing_is_not(tmp_path):
    path = tmp_path / "file"
    path.write_text("1")
    watched = Readings([str(path), str(tmp_path / "nowhere")])
    path.write_text("2")
    assert not watched.wait(time.monotonic() + 0.05)
    path.read_text()
    assert watched.wait(time.monotonic() + 5)
    watched.close()


def test_without_watchers_nothing_is_waited_for(tmp_path, monkeypatch):
    path = tmp_path / "file"
    path.write_text("1")
    monkeypatch.setattr(readings._libc, "inotify_init1", lambda flags: -1)
    none = Readings([str(path)])
    assert none.wait(time.monotonic() + 5)
    none.close()
