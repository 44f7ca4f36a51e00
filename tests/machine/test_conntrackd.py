"""What a conntrackd is asked over its socket, with two real ones that run as the planner configures them."""

from __future__ import annotations

import os
import signal
import socket
import struct
import subprocess
import threading
import time
from dataclasses import replace
from ipaddress import ip_interface
from pathlib import Path

import pytest

from hawser.machine.drivers import conntrackd
from hawser.machine.drivers.conntrackd import Command, tell
from hawser.machine.drivers.namespaces import Namespaces
from hawser.machine.items.file import File
from hawser.node.planners import conntrack
from tests.machine.conftest import own_namespaces
from tests.machine.test_kernel import run, until
from tests.node import samples

pytestmark = [pytest.mark.kernel, pytest.mark.timeout(60)]
OWN, PEER = ip_interface("169.254.192.1/18"), ip_interface("169.254.192.2/18")
LIFE = 60
"""Seconds that the kernel keeps a UDP connection without a packet."""
SHORT = 2
"""The same, where one is to end."""
CROWD = 60_000


def inside(netns, *words):
    return run("ip", "netns", "exec", netns, *words)


def table(netns):
    return inside(netns, "cat", "/proc/net/nf_conntrack")


@pytest.fixture
def pair(tmp_path):
    """The sockets of two routers' conntrackds, ``r1`` with a friend outside, and ``r2``."""
    with own_namespaces():
        for netns in ("r1", "r2", "friend"):
            run("ip", "netns", "add", netns)
            inside(netns, "ip", "link", "set", "lo", "up")
        link = f"ha-{samples.HA_PORT[:11]}"
        run("ip", "link", "add", link, "netns", "r1", "type", "veth", "peer", "name", link, "netns", "r2")
        run(
            "ip",
            "link",
            "add",
            "out",
            "netns",
            "r1",
            "type",
            "veth",
            "peer",
            "name",
            "out",
            "netns",
            "friend",
        )
        for netns, name, address in (
            *(("r1", link, OWN), ("r2", link, PEER)),
            *(("r1", "out", "203.0.113.1/24"), ("friend", "out", "203.0.113.2/24")),
        ):
            inside(netns, "ip", "address", "add", str(address), "dev", name)
            inside(netns, "ip", "link", "set", name, "up")
        for netns in ("r1", "r2"):  # what makes the kernel follow connections
            inside(
                netns, *["iptables", "-A", "INPUT", "-m", "conntrack", "--ctstate", "INVALID", "-j", "DROP"]
            )
            live(netns, LIFE)
        running = [started("r1", OWN, PEER, tmp_path / "r1"), started("r2", PEER, OWN, tmp_path / "r2")]
        sockets = [conntrack.control(str(tmp_path / netns)) for netns in ("r1", "r2")]
        try:
            # One that answers follows the kernel by then.
            until(lambda: all(tell(each, [Command.READ_KERNEL]) for each in sockets))
            yield sockets
        finally:
            for process in running:
                process.send_signal(signal.SIGKILL)
                process.wait()


def live(netns, seconds):
    for kind in ("udp_timeout", "udp_timeout_stream"):
        inside(netns, "sysctl", "-qw", f"net.netfilter.nf_conntrack_{kind}={seconds}")


def started(netns, own, peer, directory):
    directory.mkdir()
    ha = replace(samples.router().ha, address=own, peers=(peer.ip,))
    for item in conntrack.desire(samples.router(), ha, str(directory), ()):
        if isinstance(item, File):
            Path(item.path).write_text(item.content)
            Path(item.path).chmod(item.mode)
    conf = directory / "conntrackd.conf"
    argv = ["ip", "netns", "exec", netns, "conntrackd", "-C", str(conf)]
    return subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@pytest.fixture
def talk(pair):
    """A UDP connection from r1 to its friend, with a question and an answer every tenth of a second."""
    echo = opened("friend", "203.0.113.2", 7777)
    asking = opened("r1", "203.0.113.1", 5555)
    over = threading.Event()

    def ask():
        while not over.wait(0.1):
            asking.sendto(b"?", ("203.0.113.2", 7777))
            echo.sendto(*echo.recvfrom(16))
            asking.recv(16)

    thread = threading.Thread(target=ask)
    thread.start()
    yield
    over.set()
    thread.join()
    echo.close()
    asking.close()


def opened(netns, address, port):
    namespaces = Namespaces()
    with namespaces.entered(netns):
        made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    namespaces.close()
    made.settimeout(5)
    made.bind((address, port))
    return made


@pytest.fixture
def short(pair):
    """Before there is any."""
    live("r1", SHORT)
    live("r2", SHORT)


def test_a_copy_that_has_ended_comes_again(pair, short, talk):
    until(lambda: "sport=5555" in table("r2"))
    until(lambda: "sport=5555" not in table("r2"), 4 * SHORT)
    assert "sport=5555" in table("r1")
    assert tell(pair[0], [Command.SEND_ALL])
    until(lambda: "sport=5555" in table("r2"))


def lose(netns, control):
    """The kernel's table is emptied, and the peer does not hear of ends of connections."""
    assert tell(control, [Command.FORGET_OWN])
    inside(netns, "conntrackd", "-C", str(Path(control).with_suffix(".conf")), "-F")
    assert "sport=5555" not in table(netns)


def test_who_stands_by_gets_what_it_missed(pair, talk):
    until(lambda: "sport=5555" in table("r2"))
    lose("r2", pair[1])
    assert tell(pair[1], [Command.FORGET_OWN, Command.ASK_ALL])
    until(lambda: "sport=5555" in table("r2"))


def test_who_becomes_master_sends_what_it_took_over(pair):
    with opened("friend", "203.0.113.2", 7777) as echo, opened("r1", "203.0.113.1", 5555) as asking:

        def is_copied():
            asking.sendto(b"?", ("203.0.113.2", 7777))
            echo.sendto(*echo.recvfrom(16))
            tell(pair[0], [Command.SEND_ALL])
            return "sport=5555" in table("r2")

        until(is_copied)
    time.sleep(0.2)  # or the last news of r1's would come after its loss
    lose("r1", pair[0])
    assert tell(pair[1], [Command.READ_KERNEL, Command.SEND_ALL])
    until(lambda: "sport=5555" in table("r1"))


def test_a_crowd_of_connections_comes_whole_to_who_was_busy(pair):
    """It waits in the peer's buffer: 60,000 are 3 MB on their way, and three times as much there."""
    inside("friend", "iptables", "-A", "INPUT", "-p", "udp", "-j", "DROP")
    with opened("r1", "203.0.113.1", 5555) as asking:
        for port in range(1, CROWD + 1):
            asking.sendto(b"?", ("203.0.113.2", port))
    until(lambda: crowd("r2") >= CROWD, 20)
    peer = daemon_of(pair[1])
    lose("r2", pair[1])
    os.kill(peer, signal.SIGSTOP)
    assert tell(pair[0], [Command.SEND_ALL])
    time.sleep(1)
    os.kill(peer, signal.SIGCONT)
    until(lambda: crowd("r2") >= CROWD, 20)


def crowd(netns):
    return int(inside(netns, "cat", "/proc/sys/net/netfilter/nf_conntrack_count"))


def daemon_of(control):
    with socket.socket(socket.AF_UNIX) as asked:
        asked.connect(control)
        return struct.unpack("3i", asked.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))[0]


def test_who_does_not_listen_is_not_waited_for(tmp_path):
    assert not tell(str(tmp_path / "nobody"), [Command.SEND_ALL])


def test_who_hangs_is_not_waited_for_long(tmp_path, monkeypatch):
    monkeypatch.setattr(conntrackd, "PATIENCE", 0.1)
    with socket.socket(socket.AF_UNIX) as busy:
        busy.bind(str(tmp_path / "busy"))
        busy.listen(0)
        for _ in range(3):
            assert not tell(str(tmp_path / "busy"), [Command.SEND_ALL])
