"""A highly available router: its foot in the HA network, and the keepalived that decides who is master.

keepalived alone decides, from heartbeats (VRRP, RFC 5798; RFC 3768 for whole-second intervals). The agent
leans on it by one number a router (`steering`), in a tracked file that is added to the priority without a reload.

A router that is new begins at once: its host of rank 0 starts as the owner of the addresses (priority 255, RFC 5798,
section 6.4.1), which waits for nobody, and takes part in elections as soon as it is master. An owner does not
lean on the file: it would make it give up.

A node that comes to a router which others have already stands aside, without a keepalived, until it hears a
heartbeat: before that the others do not know it, and by their silence it would make itself a second master.

Who hears no peer must not carry the router: it would make itself master on the external side, where its frames
draw the router's MAC, and with it all traffic, away from the real one.

The router's addresses and routes are keepalived's: it adds them on the master and takes them off elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from ipaddress import ip_interface

from hawser.base import names
from hawser.base.addresses import Interface, link_local_interface
from hawser.base.config import NodeSettings
from hawser.machine.items.address import Address
from hawser.machine.items.file import File, file_key
from hawser.machine.items.item import ROOT, Item, Key
from hawser.machine.items.link import Veth
from hawser.machine.items.process import process_key
from hawser.machine.items.sysctl import Sysctl
from hawser.node.planners import conntrack, feet, handover, steering
from hawser.node.planners.daemon import daemon
from hawser.node.planners.facts import Contact, Facts
from hawser.wire.intent import HighAvailability, Router

PROCESS = "keepalived"
ADVERTS_TO_TAKE_OVER = 5
"""A backup takes over after three missed heartbeats and a skew of less than one (RFC 5798, section 6.1)."""


OWNER = 255

WATCHES = 4096
"""As many highly available routers as a node is meant to carry, and more; the kernel's own number is 128."""

NOBODY = "127.0.0.1"
"""The peer of who is alone, which hears nothing: between heartbeats to all and to peers keepalived would give its
addresses away and begin anew, between lists of peers it goes on as master."""

FAREWELL = 0.1
"""Seconds: keepalived gives its addresses away within milliseconds of being told to end, and then lingers for one."""

# Announced once, and once more a second later: an announcement goes to every foot in the external network, and those of
# two hundred routers that a node takes over at once must not keep heartbeats from the processors.
# No vrrp_rt_priority: with it a planned move loses 0.2 to 0.3 s, and a master that is told of another peer gives way.
_CONF = """global_defs {{
    router_id hawser
    vrrp_version {version}
    vrrp_priority -20
    vrrp_garp_master_repeat 1
    vrrp_garp_lower_prio_repeat 1
    vrrp_garp_lower_prio_delay 1
    vrrp_higher_prio_send_advert true
    vrrp_notify_fifo {fifo}
}}
{lean}vrrp_instance {instance} {{
    state {state}
    interface {link}
    virtual_router_id {vrid}
    priority {priority}
    advert_int {interval}
    garp_master_delay 1
{unicast}{authentication}{leaning}    virtual_ipaddress {{
        {primary} dev {link}
    }}
    virtual_ipaddress_excluded {{
{excluded}    }}
    virtual_routes {{
{routes}    }}
}}
"""
_LEAN = """vrrp_track_file rank {{
    file {rank_file}
    weight 1
}}
"""
_LEANING = """    track_file {
        rank
    }
"""


def desire(router: Router, ha: HighAvailability, facts: Facts, contact: Contact) -> Iterator[Item]:
    """The ``ha-`` interface and keepalived; it starts once it can speak to its peers. ``contact`` is
    that over its HA network."""
    netns = names.router_namespace(router.id)
    link = names.ha_interface(ha.port_id)
    tap = names.tap(ha.port_id)
    yield Veth(tap, netns, link, ha.mac, ha.mtu)
    yield Address(netns, link, ha.address)
    yield Sysctl(netns, f"net/ipv6/conf/{link}/disable_ipv6", "0", link)
    # A peer that was away is asked for ten times a second: until it hears of the master, it would be one, too.
    yield Sysctl(netns, f"net/ipv4/neigh/{link}/retrans_time_ms", "100", link)
    yield Address(netns, link, link_local_interface(ha.mac))
    yield from handover.desire(router, ha, facts)
    if is_wired(ha, facts):  # a keepalived that cannot hear its peers would make a second master
        begins = contact is Contact.SOUND and _begins(router, ha, facts)
        yield from _daemons(router, ha, facts, rank(router, ha, facts, contact), begins)


def watches() -> Sysctl:
    """Each keepalived watches its rank's file by an inotify instance of the kernel's; without one it would not hear of
    planned moves, and say nothing of it."""
    return Sysctl(ROOT, "fs/inotify/max_user_instances", str(WATCHES), least=True, optional=True)


def is_wired(ha: HighAvailability, facts: Facts) -> bool:
    """Whether the router's foot in the HA network is on its bridge."""
    return names.tap(ha.port_id) in facts.bridged


def stands_aside(ha: HighAvailability, facts: Facts) -> bool:
    """Whether this node is new to its peers and has not heard them yet."""
    return ha.joins and ha.port_id not in facts.admitted


def rank(router: Router, ha: HighAvailability, facts: Facts, contact: Contact) -> File:
    """The file with the number that steers mastership."""
    part, outlook = facts.masterships.get(router.id), facts.outlooks.get(router.id)
    ha = replace(ha, wanted=handover.is_wanted(router, ha, facts))
    contested = router.id in facts.contested
    number = steering.number(ha, part, contact, outlook, steering.scale(facts.settings), contested=contested)
    return File(
        f"{facts.settings.ha_confs_path}/{router.id}/rank", f"{number:4}\n"
    )  # of one length: see `machine.drivers.files`


def _begins(router: Router, ha: HighAvailability, facts: Facts) -> bool:
    """Whether this node makes a new router's first master. What was kept on disk may be old: a peer may be master
    since; and here keepalived has not run for the router yet."""
    return ha.first and facts.told and not ha.drained and router.id not in facts.masterships


def _daemons(router: Router, ha: HighAvailability, facts: Facts, rank: File, begins: bool) -> Iterator[Item]:
    netns = names.router_namespace(router.id)
    link = names.ha_interface(ha.port_id)
    directory = f"{facts.settings.ha_confs_path}/{router.id}"
    yield rank
    wired: list[Key] = [("member", "", names.tap(ha.port_id)), ("address", netns, link, str(ha.address))]
    needs = [*wired, file_key(rank.path), *(feet.speaks_ipv6(netns, foot) for foot, _ in feet.links(router))]
    if facts.settings.ha_conntrackd_enabled:
        yield from conntrack.desire(router, ha, directory, wired)
    if not stands_aside(ha, facts):
        written = _configuration(router, ha, facts, rank.path, begins)
        yield from _keepalived(netns, directory, written, needs, None if begins else rank.path)


def _keepalived(
    netns: str, directory: str, written: str, needs: Sequence[Key], rank_file: str | None
) -> Iterator[Item]:
    """``rank_file`` is None for a new router's first master. That has no connections, either, which copies would have
    to be there for."""
    conf = File(f"{directory}/keepalived.conf", written, mode=0o600)
    pidfile = f"{directory}/keepalived.pid"
    argv = (PROCESS, "-P", "-f", conf.path, "-p", pidfile, "-r", f"{directory}/vrrp.pid")
    yield from daemon(
        PROCESS,
        netns,
        argv=argv,
        pidfile=pidfile,
        directory=directory,
        files=[conf],
        needs=needs,
        follows=[process_key(netns, conntrack.PROCESS)] if rank_file else [],
        patience=FAREWELL,
        leaves=[f"{directory}/vrrp.pid"],
        opens=[rank_file] if rank_file else [],
    )


def takeover_time(settings: NodeSettings) -> float:
    """Seconds after which a peer has taken over from a master that is silent."""
    return ADVERTS_TO_TAKE_OVER * settings.ha_vrrp_advert_int


def instance_name(router_id: str, vrid: int) -> str:
    """The VRRP instance's name: unique on the node, for all routers speak to one FIFO."""
    return f"VR_{vrid}_{router_id}"


def primary_address(vrid: int) -> Interface:
    """The constant first virtual address: whoever holds it is master."""
    return ip_interface(f"169.254.0.{vrid}/24")


def fifo_path(facts: Facts) -> str:
    """The node's one FIFO that every keepalived writes its changes to."""
    return f"{facts.settings.ha_confs_path}/notify.fifo"


def _configuration(router: Router, ha: HighAvailability, facts: Facts, rank_file: str, begins: bool) -> str:
    interval = facts.settings.ha_vrrp_advert_int
    scale = steering.scale(facts.settings)
    classic = scale is steering.CLASSIC
    return _CONF.format(
        version=2 if classic else 3,
        fifo=fifo_path(facts),
        lean="" if begins else _LEAN.format(rank_file=rank_file),
        leaning="" if begins else _LEANING,
        state="MASTER" if begins else "BACKUP",
        instance=instance_name(router.id, ha.vrid),
        link=names.ha_interface(ha.port_id),
        vrid=ha.vrid,
        priority=OWNER if begins else scale.priority,
        interval=int(interval) if classic else interval,
        unicast=_unicast(ha),
        authentication=_authentication(facts) if classic else "",
        primary=primary_address(ha.vrid),
        excluded="".join(f"        {line}\n" for line in _virtual_addresses(router)),
        routes="".join(f"        {line}\n" for line in _virtual_routes(router)),
    )


def _unicast(ha: HighAvailability) -> str:
    # Heartbeats go to the peers alone: in one HA network nobody hears those of others' routers.
    peers = "".join(f"        {peer}\n" for peer in ha.peers or (NOBODY,))
    return f"    unicast_src_ip {ha.address.ip}\n    unicast_peer {{\n{peers}    }}\n"


def _authentication(facts: Facts) -> str:
    # Authentication exists in VRRP version 2 only (RFC 5798, section 9 on why it went).
    settings = facts.settings
    if not settings.ha_vrrp_auth_password:
        return ""
    return (
        "    authentication {\n"
        f"        auth_type {settings.ha_vrrp_auth_type}\n"
        f"        auth_pass {settings.ha_vrrp_auth_password}\n"
        "    }\n"
    )


def _virtual_addresses(router: Router) -> Iterable[str]:
    for link, foot in feet.links(router):
        for address in feet.addresses(foot):
            scope = " scope link" if address.is_link_local else ""
            yield f"{address} dev {link}{scope}" + (" nodad" if address.version == 6 else "")
    if router.gateway:
        link = names.gateway_interface(router.gateway.port_id)
        yield from (f"{address} dev {link}" for address in feet.floating(router))


def _virtual_routes(router: Router) -> Iterable[str]:
    for to, hop, link in feet.routes(router):
        scope = " scope link" if to.version == 4 else ""
        yield f"{to} dev {link}{scope}" if hop is None else f"{to} via {hop} dev {link}"
