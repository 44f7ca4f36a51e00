"""All tables together."""

from __future__ import annotations

from hawser.server.store.tables import (
    addressgroup,
    addressscope,
    agent,
    binding,
    defaultrule,
    flavor,
    floatingip,
    freerange,
    log,
    metering,
    network,
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
    "addressscope",
    "agent",
    "binding",
    "defaultrule",
    "flavor",
    "floatingip",
    "freerange",
    "log",
    "metering",
    "network",
    "port",
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
