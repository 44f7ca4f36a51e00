"""Addresses as values, and the few facts about them that several rooms need."""

from __future__ import annotations

from ipaddress import (
    IPv4Address,
    IPv4Interface,
    IPv4Network,
    IPv6Address,
    IPv6Interface,
    IPv6Network,
    ip_interface,
)

Address = IPv4Address | IPv6Address
Interface = IPv4Interface | IPv6Interface
Network = IPv4Network | IPv6Network

LINK_LOCAL = IPv6Network("fe80::/64")


def parse(text: str) -> Address:
    """The address that ``text`` writes, which is known to be one and in its canonical form; for many at a time.

    For IPv4 several times quicker than `ipaddress.ip_address`, which also finds out what is wrong with other texts.
    """
    return IPv6Address(text) if ":" in text else IPv4Address(bytes(map(int, text.split("."))))


def write(address: Address) -> str:
    """The canonical text of an address; for many at a time, as `parse`."""
    if isinstance(address, IPv6Address):
        return str(address)
    number = int(address)
    return f"{number >> 24}.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


def interface(address: Address, network: Network) -> Interface:
    """``address`` with the prefix length of the ``network`` that it lies in."""
    return ip_interface(f"{address}/{network.prefixlen}")


def mac_octets(mac: str) -> bytes:
    """The six octets of a MAC that is written with colons."""
    return bytes.fromhex(mac.replace(":", ""))


def eui64(prefix: IPv6Network, mac: str) -> IPv6Address:
    """The address that a host with this MAC gives itself in ``prefix`` (RFC 4291, appendix A)."""
    octets = mac_octets(mac)
    identifier = bytes([octets[0] ^ 2]) + octets[1:3] + b"\xff\xfe" + octets[3:]
    return IPv6Address(int(prefix.network_address) | int.from_bytes(identifier, "big"))


def link_local_interface(mac: str) -> Interface:
    """The link-local address that a host with this MAC has, with its prefix length (RFC 4291, section 2.5.6)."""
    return interface(eui64(LINK_LOCAL, mac), LINK_LOCAL)
