"""Heartbeats that the agent says in a keepalived's place. Pure."""

from __future__ import annotations

from hawser.base.config import NodeSettings
from hawser.machine.drivers.vrrp import Heartbeat
from hawser.node.planners import router_ha, steering
from hawser.wire.intent import HighAvailability


def heartbeat(ha: HighAvailability, settings: NodeSettings, priority: int) -> Heartbeat | None:
    """One in the router's election. None where it would have to be authentic: without that nobody listens."""
    classic = steering.scale(settings) is steering.CLASSIC
    if classic and settings.ha_vrrp_auth_password:
        return None
    version, interval = 2 if classic else 3, settings.ha_vrrp_advert_int
    return Heartbeat(version, ha.vrid, priority, interval, router_ha.primary_address(ha.vrid).ip)
