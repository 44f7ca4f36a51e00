"""Connections that outlive their router's master: conntrackd copies the master's table to its peers (FTFW).

What it receives goes straight into the kernel (no external cache), so a peer that becomes master has nothing to
commit first. keepalived itself runs the two commands that keep the copies whole: no agent is in the way.
"""

from __future__ import annotations

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

_CONF = """Sync {{
    Mode FTFW {{
        DisableExternalCache On
    }}
    Multicast {{
        IPv4_address {group}
        Group 3780
        IPv4_interface {address}
        Interface {link}
        Checksum on
    }}
    Options {{
        TCPWindowTracking Off
    }}
}}
General {{
    HashSize 32768
    HashLimit 131072
    Syslog off
    LogFile off
    LockFile {directory}/conntrackd.lock
    UNIX {{
        Path {directory}/conntrackd.ctl
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
# conntrackd has no pid file of its own, and refuses to start where a dead one left its lock.
_START = 'rm -f "$2/conntrackd.lock" "$2/conntrackd.ctl"; conntrackd -C "$1" & echo $! >"$2/conntrackd.pid"'
_SYNC = """#!/bin/sh
# master: take the kernel's table as the truth and send all of it; else: drop what is old, ask the master.
case "$1" in
master) first=-R then=-B ;;
*) first=-t then=-n ;;
esac
conntrackd -C {conf} $first
conntrackd -C {conf} $then
"""


def script(directory: str) -> str:
    """The path of what keepalived runs with its new state."""
    return f"{directory}/conntrackd.sh"


def desire(router: Router, ha: HighAvailability, directory: str, needs: Sequence[Key]) -> Iterator[Item]:
    """conntrackd, what keepalived runs, and the rules that keep a moved connection from being cut short."""
    netns = names.router_namespace(router.id)
    link = names.ha_interface(ha.port_id)
    written = _CONF.format(address=ha.address.ip, group=_group(ha.vrid), link=link, directory=directory)
    conf = File(f"{directory}/conntrackd.conf", written)
    yield File(script(directory), _SYNC.format(conf=conf.path), mode=0o755)
    argv = ("sh", "-c", _START, "sh", conf.path, directory)
    pidfile = f"{directory}/conntrackd.pid"
    yield from daemon(
        PROCESS, netns, argv=argv, pidfile=pidfile, directory=directory, files=[conf], needs=needs
    )
    yield Sysctl(netns, "net/netfilter/nf_conntrack_tcp_be_liberal", "1")
    yield from _guards(router, netns)


def _group(vrid: int) -> IPv4Address:
    """Where the router's conntrackds speak to each other. Of the routers on one HA network each has its own, or all
    would take over all others' connections."""
    return IPv4Address("225.0.1.0") + vrid


def _guards(router: Router, netns: str) -> Iterator[Item]:
    """A segment of a connection that is not known yet is dropped: answered by a reset it would be lost."""
    yield Chain(netns, 4, "filter", "FORWARD", ("-m conntrack --ctstate INVALID -j DROP",))
    if router.gateway:
        link = names.gateway_interface(router.gateway.port_id)
        unknown = "-p tcp -m tcp ! --tcp-flags FIN,SYN,RST,ACK SYN -m conntrack --ctstate INVALID,NEW -j DROP"
        yield Chain(netns, 4, "filter", "INPUT", (f"-i {link} {unknown}",))
