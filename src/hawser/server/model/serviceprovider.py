"""Service providers: the drivers that there are for each service."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hawser.server.model.flavor import L3
from hawser.server.model.unset import UNSET, Unset

_ROUTERS = "neutron.services.l3_router.service_providers"


@dataclass(frozen=True, slots=True)
class ServiceProvider:
    """``default`` is the one for things without a flavor."""

    service_type: str
    name: str
    driver: str
    default: bool = False


@dataclass(frozen=True, slots=True)
class RouterMode:
    """What kind of router a driver makes, or a caller asks for; UNSET leaves it open."""

    ha: bool | Unset = UNSET
    distributed: bool | Unset = UNSET


BUILT_IN = (
    ServiceProvider(L3, "dvrha", f"{_ROUTERS}.dvrha.DvrHaDriver"),
    ServiceProvider(L3, "dvr", f"{_ROUTERS}.dvr.DvrDriver"),
    ServiceProvider(L3, "single_node", f"{_ROUTERS}.single_node.SingleNodeDriver"),
    ServiceProvider(L3, "ha", f"{_ROUTERS}.ha.HaDriver"),
)
"""Those of routers that are always there, by the drivers' names that operators know them by."""
_MODES = (RouterMode(True, True), RouterMode(False, True), RouterMode(False, False), RouterMode(True, False))
MODES: Mapping[str, RouterMode] = {
    provider.driver: mode for provider, mode in zip(BUILT_IN, _MODES, strict=True)
}
"""What the routers of each built-in driver are."""
