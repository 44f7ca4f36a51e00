"""Heartbeats that no keepalived sends are as those that it does: the octets of RFC 5798 and of RFC 3768."""

from __future__ import annotations

import socket
from ipaddress import ip_address

import pytest

from hawser.machine.drivers import vrrp
from hawser.machine.drivers.checksum import checksum
from hawser.machine.drivers.namespaces import Namespaces
from tests.machine.conftest import own_namespaces
from tests.machine.test_kernel import run

OWN, PEER, PRIMARY = map(ip_address, ("169.254.192.2", "169.254.192.1", "169.254.0.7"))
FAST = vrrp.Heartbeat(3, 7, vrrp.LOWEST, 0.09, PRIMARY)
CLASSIC = vrrp.Heartbeat(2, 7, vrrp.LOWEST, 2, PRIMARY)


def test_version_3_has_the_interval_in_hundredths_and_a_sum_over_the_addresses():
    packet = FAST.packet(OWN, PEER)
    assert packet[:6] == bytes([0x31, 7, 1, 1, 0, 9])
    assert packet[8:] == PRIMARY.packed
    assert checksum(OWN.packed + PEER.packed + bytes([0, 112, 0, 12]) + packet) == 0


def test_version_2_has_whole_seconds_and_no_authentication():
    packet = CLASSIC.packet(OWN, PEER)
    assert packet[:6] == bytes([0x21, 7, 1, 1, 0, 2])
    assert packet[8:] == PRIMARY.packed + bytes(8)
    assert checksum(packet) == 0


@pytest.mark.kernel
def test_a_peer_gets_it_from_the_address_in_the_namespace_and_over_no_hop():
    with own_namespaces():
        run("ip", "netns", "add", "old")
        run("ip", "link", "add", "ha-peer", "type", "veth", "peer", "name", "ha-old", "netns", "old")
        run("ip", "address", "add", f"{PEER}/18", "dev", "ha-peer")
        run("ip", "link", "set", "ha-peer", "up")
        run("ip", "-n", "old", "address", "add", f"{OWN}/18", "dev", "ha-old")
        run("ip", "-n", "old", "link", "set", "ha-old", "up")
        with socket.socket(socket.AF_INET, socket.SOCK_RAW, vrrp.PROTOCOL) as ear:
            ear.settimeout(2)
            vrrp.send(Namespaces(), "old", FAST, OWN, [PEER])
            packet, (sender, _) = ear.recvfrom(256)
    assert sender == str(OWN)
    assert packet[8] == 255
    assert packet[20:] == FAST.packet(OWN, PEER)
