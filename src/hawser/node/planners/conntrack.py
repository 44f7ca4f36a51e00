"""Connections that outlive their router's master: conntrackd copies the master's table to its peers.

What it receives goes straight into the kernel (no external cache), so a peer that becomes master has nothing to
commit first. What it does not do by itself the agent asks it for (`node.agent.copies`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from ipaddress import IPv4Address

from hawser.base import names
from hawser.machine.items.chain import Chain
from hawser.machine.items.file import File
from hawser.machine.items.item import Item, Key
from hawser.machine.items.sysctl import Sysctl
from hawser.node.planners.daemon import daemon
from hawser.wire.intent import HighAvailability, Router

PROCESS = "conntrackd"

# As many connections as a kernel keeps, and a buffer for all of them: a peer makes an entry of each in 13 microseconds,
# and is sent them faster. What did not fit would not come at all, for each time the same would be the last.
# NOTRACK, for others number their messages: of three nodes in one group each would take some of them for old or lost.
_CONF = """Sync {{
    Mode NOTRACK {{
        DisableExternalCache On
    }}
{channel}    Options {{
        TCPWindowTracking Off
    }}
}}
General {{
    HashSize 32768
    HashLimit 524288
    Syslog off
    LogFile off
    LockFile {directory}/conntrackd.lock
    UNIX {{
        Path {control}
    }}
    NetlinkBufferSize 2097152
    NetlinkBufferSizeMaxGrowth 8388608
    NetlinkOverrunResync On
    Filter From Kernelspace {{
        Protocol Accept {{
            TCP
            UDP
            ICMP
        }}
        Address Ignore {{
            IPv4_address 127.0.0.1
            IPv4_address {address}
        }}
    }}
}}
"""
# What a group is sent passes by every foot in the HA network: with a hundred routers each word of each would cost a
# hundred times as much as one that is meant for one peer.
_BOTH = """    UDP {{
        IPv4_address {address}
        IPv4_Destination_Address {peer}
        Port 3780
        Interface {link}
        Checksum on
        SndSocketBuffer 16777216
        RcvSocketBuffer 16777216
    }}
"""
_ALL = """    Multicast {{
        IPv4_address {group}
        Group 3780
        IPv4_interface {address}
        Interface {link}
        Checksum on
        SndSocketBuffer 16777216
        RcvSocketBuffer 16777216
    }}
"""
# conntrackd has no pid file of its own.
_START = """
conntrackd -C "$1" &
echo $! >"$2/conntrackd.pid"
"""


def control(directory: str) -> str:
    """The path of the socket over which a router's conntrackd is told what to do."""
    return f"{directory}/conntrackd.ctl"


def desire(
    router: Router,
    ha: HighAvailability,
    directory: str,
    needs: Sequence[Key],
) -> Iterator[Item]:
    """conntrackd, and the rules that keep a moved connection from being cut short."""
    netns = names.router_namespace(router.id)
    link = names.ha_interface(ha.port_id)
    channel, asked = _channel(ha, link), control(directory)
    written = _CONF.format(address=ha.address.ip, channel=channel, directory=directory, control=asked)
    conf = File(f"{directory}/conntrackd.conf", written)
    # It ends when it is told to read its file again: what stands in it is one of its arguments.
    argv = ("sh", "-c", _START, "sh", conf.path, directory, hashlib.sha256(written.encode()).hexdigest())
    pidfile = f"{directory}/conntrackd.pid"
    yield from daemon(
        PROCESS,
        netns,
        argv=argv,
        pidfile=pidfile,
        directory=directory,
        files=[conf],
        needs=needs,
        leaves=[asked, f"{directory}/conntrackd.lock"],
    )
    yield Sysctl(netns, "net/netfilter/nf_conntrack_tcp_be_liberal", "1")
    yield from _guards(router, netns)


def _channel(ha: HighAvailability, link: str) -> str:
    """How the router's conntrackds speak: two to each other alone, for what a group is sent passes by every foot in
    the HA network."""
    if len(ha.peers) == 1:
        return _BOTH.format(address=ha.address.ip, peer=ha.peers[0], link=link)
    return _ALL.format(address=ha.address.ip, group=_group(ha.vrid), link=link)


def _group(vrid: int) -> IPv4Address:
    """Where the router's conntrackds speak to each other. Of the routers on one HA network each has its own, or all
    would take over all others' connections."""
    return IPv4Address("225.0.1.0") + vrid


def _guards(router: Router, netns: str) -> Iterator[Item]:
    """A segment of a connection that is not known yet is dropped: answered by a reset, or shown outside as it is, it
    would be lost. Between the router's own networks half of a connection may take another way: that is let be."""
    if router.gateway:
        link = names.gateway_interface(router.gateway.port_id)
        yield Chain(netns, 4, "filter", "FORWARD", (f"-o {link} -m conntrack --ctstate INVALID -j DROP",))
        unknown = "-p tcp -m tcp ! --tcp-flags FIN,SYN,RST,ACK SYN -m conntrack --ctstate INVALID,NEW -j DROP"
        yield Chain(netns, 4, "filter", "INPUT", (f"-i {link} {unknown}",))
