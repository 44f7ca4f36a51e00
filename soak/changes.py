"""What users and operators ask for. Each deed answers in words what it did; most of them undo it the next time."""

from __future__ import annotations

import subprocess
from random import Random

from benchmarks import routed
from hawser.base.errors import LabError
from hawser.lab.environments import own
from soak.flows import PORT
from soak.site import Forwarding, Site

V6_SUBNET, V6_GATEWAY = "fd00:66::/64", "fd00:66::1"
OUTER_PORT = 8800


def switch_floating_ip(site: Site, _random: Random) -> str:
    """A further floating IP comes or goes."""
    if site.state.floating:
        site.admin.delete("floatingip", site.state.floating)
        site.state.floating = ""
        return "gone"
    port = site.admin.create("port", network_id=site.main.inside.id)["id"]
    made = site.admin.create("floatingip", floating_network_id=site.external, port_id=port)
    site.state.floating = str(made["id"])
    return "made"


def switch_forwarding(site: Site, _random: Random) -> str:
    """A port of a floating IP leads to the guest at the back, or no more."""
    if site.state.forwarding:
        gone, site.state.forwarding = site.state.forwarding, None
        site.admin.delete_below(f"floatingips/{gone.floating}", "port_forwarding", gone.id)
        site.admin.delete("floatingip", gone.floating)
        return "gone"
    floating = site.admin.create("floatingip", floating_network_id=site.external)
    made = site.admin.create_below(
        f"floatingips/{floating['id']}",
        "port_forwarding",
        protocol="tcp",
        internal_port_id=site.back.port,
        internal_ip_address=site.back.address,
        internal_port=PORT,
        external_port=OUTER_PORT,
    )
    site.state.forwarding = Forwarding(made["id"], floating["id"], floating["floating_ip_address"])
    return "made"


def switch_interface(site: Site, _random: Random) -> str:
    """The further network is on the main router, or no more."""
    action = "remove_router_interface" if site.state.joined else "add_router_interface"
    site.admin.act(site.main.id, action, subnet_id=site.further.subnet)
    site.state.joined = not site.state.joined
    return action


def switch_v6(site: Site, _random: Random) -> str:
    """The guests' network gets a subnet of IPv6, or loses it."""
    if site.state.v6:
        site.admin.act(site.main.id, "remove_router_interface", subnet_id=site.state.v6)
        site.admin.delete("subnet", site.state.v6)
        site.state.v6 = ""
        return "gone"
    slaac = {"ipv6_ra_mode": "slaac", "ipv6_address_mode": "slaac", "gateway_ip": V6_GATEWAY}
    made = site.admin.create("subnet", network_id=site.main.inside.id, cidr=V6_SUBNET, ip_version=6, **slaac)
    site.state.v6 = str(made["id"])
    site.admin.act(site.main.id, "add_router_interface", subnet_id=site.state.v6)
    return "made"


def switch_router(site: Site, _random: Random) -> str:
    """A further router is on the further network, or is deleted."""
    if site.state.extra:
        routed.remove_router(site.admin, site.state.extra)
        site.state.extra = None
        return "gone"
    site.state.extra = routed.make_router(site.admin, site.further, site.external)
    return "made"


def switch_kind(site: Site, _random: Random) -> str:
    """One of the other routers is no longer highly available, or is it again. It is down meanwhile."""
    router, back = site.others[0].id, bool(site.state.lone)
    site.admin.change("router", router, admin_state_up=False)
    site.admin.change("router", router, ha=back)
    site.admin.change("router", router, admin_state_up=True)
    site.state.lone = "" if back else router
    site.state.disturbed.add(router)
    return "highly available" if back else "on one node"


def move(site: Site, random: Random) -> str:
    """The main router moves to a node of our choice."""
    before, after = site.masters(site.main), site.stand_by(random)
    _hawser(site, "router", "failover", site.main.id, "--to", after)
    if site.masters(site.main) != [after]:
        raise LabError(
            f"The router was to move from {before} to {after}, and is on {site.masters(site.main)}."
        )
    return f"from {before[0]} to {after}"


def drain(site: Site, random: Random) -> str:
    """Nothing more is carried by a node."""
    site.state.drained = site.pick(random)
    _hawser(site, "node", "drain", site.state.drained)
    return site.state.drained


def undrain(site: Site, _random: Random) -> str:
    """It may carry routers again."""
    said, site.state.drained = site.state.drained, ""
    _hawser(site, "node", "undrain", said)
    return said


def rebalance(site: Site, _random: Random) -> str:
    """All nodes carry equally many."""
    _hawser(site, "router", "rebalance")
    carried = [len([1 for each in site.routers if name in site.masters(each)]) for name in site.network_nodes]
    return " and ".join(map(str, carried))


def renew(site: Site, _random: Random) -> str:
    """New connections, which have to be copied to stand-bys before the next fault."""
    site.renew()
    return "all connections"


def _hawser(site: Site, *words: str) -> None:
    done = subprocess.run(
        [own("hawser"), *words, "--json"],
        env=site.lab.environment("admin"),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    if done.returncode:
        raise LabError(f"`hawser {' '.join(words)}` answered {done.returncode}: {done.stdout}{done.stderr}")
