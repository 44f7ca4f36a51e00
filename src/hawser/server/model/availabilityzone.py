"""An availability zone: a name that agents give for where they are, so that things can be spread or kept there."""

from __future__ import annotations

from dataclasses import dataclass

from hawser.server.model.agent import DHCP, L3

RESOURCES = {DHCP: "network", L3: "router"}
"""What the zones of each type of agent are zones of."""


@dataclass(frozen=True, slots=True)
class AvailabilityZone:
    """``resource`` is what it is a zone of: network or router. It is ``available`` while an agent there is
    administratively up."""

    name: str
    resource: str
    available: bool
