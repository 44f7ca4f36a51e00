"""What a node hears of elections that it takes no part in, on the real kernel."""

from __future__ import annotations

import socket
import time
from ipaddress import ip_address

import pytest

from hawser.base.errors import MachineError
from hawser.machine.drivers.elections import Ear
from hawser.machine.drivers.namespaces import Namespaces
from tests.machine.conftest import own_namespaces
from tests.machine.test_kernel import run

pytestmark = pytest.mark.kernel
OWN, PRIMARY = ip_address("169.254.192.2"), ip_address("169.254.0.7")


@pytest.fixture
def namespaces():
    """Here the peer, in ``new`` the newcomer."""
    with own_namespaces():
        run("ip", "netns", "add", "new")
        run("ip", "link", "add", "ha-peer", "type", "veth", "peer", "name", "ha-new", "netns", "new")
        run("ip", "address", "add", "169.254.192.1/18", "dev", "ha-peer")
        run("ip", "link", "set", "ha-peer", "up")
        run("ip", "-n", "new", "address", "add", f"{OWN}/18", "dev", "ha-new")
        run("ip", "-n", "new", "link", "set", "ha-new", "up")
        yield Namespaces()


@pytest.fixture
def ear(namespaces):
    made = Ear(namespaces, "new", "ha-new", OWN, PRIMARY)
    yield made
    made.close()


def send(protocol: int, packet: bytes) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, protocol) as peer:
        peer.sendto(packet, (str(OWN), 0))
    time.sleep(0.1)


def heartbeat(vrid: int) -> bytes:
    return bytes([0x31, vrid, 240, 1, 0, 10, 0, 0])


def test_a_heartbeat_is_heard_once_and_only_of_its_own_election(ear):
    send(112, heartbeat(8))
    assert not ear.heard()
    send(112, heartbeat(7))
    assert ear.heard()
    assert not ear.heard()


def test_what_comes_by_another_link_is_none_of_its(namespaces):
    run("ip", "-n", "new", "link", "add", "ha-old", "type", "veth", "peer", "name", "nobody")
    run("ip", "-n", "new", "link", "set", "ha-old", "up")
    elsewhere = Ear(namespaces, "new", "ha-old", OWN, PRIMARY)
    send(112, heartbeat(7))
    assert not elsewhere.heard()
    elsewhere.close()


def test_a_heartbeat_behind_an_authentication_header_is_heard(ear):
    header = bytes([112, 4, 0, 0]) + bytes(20)
    send(51, header + heartbeat(7))
    assert ear.heard()


def test_a_master_answers_whether_it_knows_who_asks_or_not(ear):
    ear.ask()
    time.sleep(0.1)
    assert not ear.answered()
    run("ip", "address", "add", f"{PRIMARY}/24", "dev", "ha-peer")
    ear.ask()
    time.sleep(0.1)
    assert ear.answered()
    assert not ear.answered()


def test_where_there_is_no_such_link_or_namespace_it_cannot_listen(namespaces):
    for netns, link in (("new", "ha-other"), ("gone", "ha-new")):
        with pytest.raises(MachineError):
            Ear(namespaces, netns, link, OWN, PRIMARY)
