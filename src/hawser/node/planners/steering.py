"""One number a router, by which a node leans on who is master: it is added to keepalived's priority.

    backup of rank 0, 1, 2, …    0, -20, -40, …   who takes over when several could
    the master                   +40              a node that returns never takes the router back
    who has just become it       +45              nor does one that stood still meanwhile, at +40
    the target of a planned move +50              it becomes master first; only then the old one gives way
    a drained node               -181, -182, …    anybody else takes over; alone, it goes on serving: a master, by rank
    one that doubts              -186, -187, …    its gateways did not answer; each peer has had its turn since
    one that gave up             -190             they did not just now; only a master without gateways is lower
    a master without gateways    -199             anybody else takes over; alone, it goes on serving
    a node that is isolated      -254             keepalived's FAULT: no part in the election, no addresses

With whole-second intervals the numbers are others, in the same order: the master's priority is the 50 that operators
know from documents that set such intervals.
"""

from __future__ import annotations

from dataclasses import dataclass

from hawser.base.config import NodeSettings
from hawser.node.planners.facts import Contact, Outlook
from hawser.wire.intent import HighAvailability
from hawser.wire.report import Mastership

ISOLATED = -254


@dataclass(frozen=True, slots=True)
class Scale:
    """The base priority of a form of VRRP, and the numbers that are added to it; all sums are within 1 and 254.

    ``rank`` is that of the first stand-by; each after it is lower by ``step``, down to ``lowest``. ``drained`` is a
    drained node's, below any rank and still in the election, and each further rank lower by one, down to above
    ``doubted``; a drained master is higher by one. So it goes on below, down to above ``given_up``. ``successor`` is a
    master's until its peers are known to have given way. With ``no_gateway``
    the priority is 1: to a router that leads nowhere any other is better.
    """

    priority: int
    rank: int
    step: int
    lowest: int
    master: int
    successor: int
    target: int
    drained: int
    doubted: int
    given_up: int
    no_gateway: int


FAST = Scale(200, 0, 20, -180, 40, 45, 50, -182, -186, -190, -199)
"""VRRPv3 (RFC 5798), with fractions of a second."""
CLASSIC = Scale(50, -10, 7, -38, 0, 5, 10, -40, -44, -47, -49)
"""VRRPv2 (RFC 3768). The priority also makes the skew time that of the documents."""


def scale(settings: NodeSettings) -> Scale:
    """That of the operator's interval."""
    interval = settings.ha_vrrp_advert_int
    return CLASSIC if interval >= 1 and interval == int(interval) else FAST


def number(
    ha: HighAvailability,
    mastership: Mastership | None,
    contact: Contact = Contact.SOUND,
    outlook: Outlook | None = None,
    scale: Scale = FAST,
    *,
    contested: bool = False,
) -> int:
    """The number in the router's tracked file.

    ``contested``: this node is master, but another may still take itself for it, and say so any moment.
    ``outlook`` is that on the external gateways, None where there is no reason to doubt. A stand-by that doubts stays
    below a drained node, which has them or would not be master any more: it would only interrupt the traffic to see.
    A stand-by in doubt sits out at once, at no cost; a master only when it is sure.
    """
    master = mastership is Mastership.ACTIVE
    if contact is Contact.LOST or (contact is Contact.DOUBTFUL and not master):
        return ISOLATED
    if master and outlook:
        return scale.no_gateway
    if ha.wanted:
        return scale.target
    if outlook:
        return scale.given_up if outlook is Outlook.LOST else max(scale.doubted - ha.rank, scale.given_up + 1)
    if ha.drained:
        return scale.drained + 1 if master else max(scale.drained - ha.rank, scale.doubted + 1)
    mastering = scale.successor if contested else scale.master
    return mastering if master else max(scale.rank - scale.step * ha.rank, scale.lowest)
