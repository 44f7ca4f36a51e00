"""A program for a lab's node: count what the kernel is told to change in any of its network namespaces.

    python changes_process.py

It listens to the kernel's own notifications of links, addresses, routes, rules, permanent neighbours and forwarding
entries (rtnetlink(7)) and of nftables, in its namespace and in each of /run/netns. It writes `ready`; when standard
input ends, a line for each kind of message that came with how often it did. Only the standard library, for it runs by
itself.
"""

import ctypes
import os
import socket
import struct
import sys
from collections import Counter
from pathlib import Path

NETLINK_NETFILTER = 12
LINK, NEIGHBOUR, ADDRESS4, ROUTE4, RULE4, ADDRESS6, ROUTE6, RULE6 = 1, 3, 5, 7, 8, 9, 11, 19
NFTABLES = 7
_ADD_MEMBERSHIP = 1
_SOL_NETLINK = 270
_CLONE_NEWNET = 0x40000000
_NEIGHBOURS = range(28, 31)
"""Messages about neighbours (RTM_NEWNEIGH and so on): these also come without anybody's doing."""
_PERMANENT, _NOARP = 0x80, 0x40
"""NUD_PERMANENT: somebody made the entry; NUD_NOARP: of a bridge the same, elsewhere it is for a multicast address."""
_NAMES = {0: "link", 1: "address", 2: "route", 3: "neighbour", 4: "rule"}


def _ear(protocol: int, *groups: int) -> socket.socket:
    ear = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, protocol)
    ear.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
    ear.bind((0, 0))
    for group in groups:
        ear.setsockopt(_SOL_NETLINK, _ADD_MEMBERSHIP, group)
    ear.setblocking(False)
    return ear


def ears() -> list[socket.socket]:
    """Two for each namespace."""
    enter = ctypes.CDLL(None, use_errno=True).setns
    found = []
    here = os.open("/proc/self/ns/net", os.O_RDONLY)
    spaces = [here, *(os.open(path, os.O_RDONLY) for path in Path("/run/netns").iterdir())]
    for space in spaces:
        if enter(space, _CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), "setns")
        found.append(
            _ear(socket.NETLINK_ROUTE, LINK, NEIGHBOUR, ADDRESS4, ROUTE4, RULE4, ADDRESS6, ROUTE6, RULE6)
        )
        found.append(_ear(NETLINK_NETFILTER, NFTABLES))
    enter(here, _CLONE_NEWNET)
    for space in spaces:
        os.close(space)
    return found


def _kinds(data: bytes, protocol: int) -> list[str]:
    """What a datagram of one or more messages (netlink(7)) tells of."""
    kinds, offset = [], 0
    while offset + 16 <= len(data):
        length, kind = struct.unpack_from("=IH", data, offset)
        if protocol == NETLINK_NETFILTER:
            kinds.append("nftables")
        elif kind in _NEIGHBOURS:
            kinds += ["neighbour"] if _is_made(data, offset + 16) else []
        else:
            kinds.append(_NAMES.get((kind - 16) // 4, str(kind)))
        offset += (length + 3) & ~3
    return kinds


def _is_made(data: bytes, offset: int) -> bool:
    """Whether somebody made the entry of a message (struct ndmsg), rather than the kernel by itself."""
    family, state = struct.unpack_from("=B7xH", data, offset)
    return bool(state & _PERMANENT or (family == socket.AF_BRIDGE and state & _NOARP))


def count(ear: socket.socket) -> Counter[str]:
    """All that has come. OSError (ENOBUFS) when more came than could be kept: it was certainly not nothing."""
    kinds: Counter[str] = Counter()
    while True:
        try:
            kinds.update(_kinds(ear.recv(65536), ear.proto))
        except BlockingIOError:
            return kinds


def main() -> None:
    """Listen until standard input ends."""
    listening = ears()
    print("ready", flush=True)
    sys.stdin.read()
    total: Counter[str] = Counter()
    for ear in listening:
        total += count(ear)
    for kind, times in sorted(total.items()):
        print(kind, times)


if __name__ == "__main__":
    main()
