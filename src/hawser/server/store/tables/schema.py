"""All tables together."""

from __future__ import annotations

from hawser.server.store.tables import (
    agent,
    floatingip,
    freerange,
    log,
    network,
    port,
    qos,
    quota,
    rbac,
    router,
    securitygroup,
    subnet,
)
from hawser.server.store.tables.columns import METADATA

__all__ = [
    "METADATA",
    "agent",
    "floatingip",
    "freerange",
    "log",
    "network",
    "port",
    "qos",
    "quota",
    "rbac",
    "router",
    "securitygroup",
    "subnet",
]
