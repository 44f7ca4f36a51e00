"""The options that operators may set: names and sections of OpenStack Networking, each with what it does.

A table a wing, by section. An option here is one of the sample files too (`hawser sample-config`).
"""

from __future__ import annotations

from hawser.base.options.node import DHCP, METADATA, NODE
from hawser.base.options.server import QUOTAS, SERVER
from hawser.base.options.tables import COMMON, Options, Sections

__all__ = ["COMMON", "DHCP", "METADATA", "NODE", "QUOTAS", "SERVER", "Options", "Sections", "sections"]


def sections() -> Sections:
    """All options of both wings, by section; but not of those that libraries read as well."""
    names = (SERVER.keys() | NODE.keys()) - {"keystone_authtoken"}
    found = {name: (*SERVER.get(name, ()), *NODE.get(name, ())) for name in sorted(names)}
    return {**found, "DEFAULT": (*COMMON, *found["DEFAULT"])}
