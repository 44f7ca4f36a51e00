"""What the API offers beyond reading and changing members; each file has its rows of the table of routes."""

from __future__ import annotations

from hawser.server.api.actions import (
    addressgroup,
    binding,
    discovery,
    flavor,
    hosting,
    ipavailability,
    listing,
    move,
    qos,
    quota,
    subnetpool,
    tag,
    topology,
    trunk,
)
from hawser.server.api.resource import Action

ALL: tuple[Action, ...] = (
    *addressgroup.ROUTES,
    *binding.ROUTES,
    *discovery.ROUTES,
    *flavor.ROUTES,
    *hosting.ROUTES,
    *ipavailability.ROUTES,
    *listing.ROUTES,
    *move.ROUTES,
    *qos.ROUTES,
    *quota.ROUTES,
    *subnetpool.ROUTES,
    *tag.ROUTES,
    *topology.ROUTES,
    *trunk.ROUTES,
)
