"""All tables together."""

from __future__ import annotations

from hawser.server.store.tables import (
    addressgroup,
    agent,
    binding,
    defaultrule,
    flavor,
    floatingip,
    freerange,
    log,
    network,
    metering,
    port,
    portforwarding,
    qos,
    quota,
    rbac,
    router,
    securitygroup,
    serviceprofile,
    subnet,
    trunk,
)
from hawser.server.store.tables.columns import METADATA

__all__ = [
    "METADATA",
    "addressgroup",
    "agent",
    "binding",
    "defaultrule",
    "flavor",
    "floatingip",
    "freerange",
    "log",
    "network",
    "port",
    "metering",
    "portforwarding",
    "qos",
    "quota",
    "rbac",
    "router",
    "securitygroup",
    "serviceprofile",
    "subnet",
    "trunk",
]
