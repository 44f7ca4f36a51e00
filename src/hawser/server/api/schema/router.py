"""Routers: attributes, and the way between them and the model's values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from neutron_lib.api import converters
from neutron_lib.api.definitions import extraroute, l3, l3_ext_gw_mode, l3_ext_ha_mode

from hawser.base.errors import BadInput
from hawser.server.api import bodies
from hawser.server.api.attributes import Values, table
from hawser.server.api.schema.fields import (
    STANDARD,
    STANDARD_FIELDS,
    TAGGED,
    Field,
    Shown,
    address,
    boolean,
    fields,
    given,
    items,
    network,
    standard,
    wanted_ips,
)
from hawser.server.model.router import (
    ExtraRoute,
    Gateway,
    NewRouter,
    Router,
    RouterChanges,
    RouterInterface,
    WantedGateway,
)
from hawser.server.model.unset import UNSET

_GATEWAY = "external_gateway_info"
ATTRIBUTES = table(
    "router",
    "routers",
    (l3, extraroute, l3_ext_gw_mode, l3_ext_ha_mode),
    STANDARD
    | TAGGED
    | {
        # Every router here is centralised, which a caller may also ask for in so many words.
        "distributed": {
            "allow_post": True,
            "allow_put": True,
            "default": False,
            "convert_to": converters.convert_to_boolean_if_not_none,
            "validate": {"type:values": [False, None]},
        },
    },
)
FIELDS: Mapping[str, Field] = {
    **STANDARD_FIELDS,
    **fields(str, "name", "status"),
    **fields(boolean, "admin_state_up", "ha"),
}


def new(values: Values, project_id: str) -> NewRouter:
    """What a create asks for."""
    return NewRouter(project_id=project_id, **_common(values))


def changes(values: Values) -> RouterChanges:
    """What an update asks for."""
    common = dict(_common(values))
    if "routes" in values:
        common["routes"] = tuple(
            ExtraRoute(network("routes", item["destination"]), address("routes", item["nexthop"]))
            for item in items("routes", values["routes"], ("destination", "nexthop"))
        )
    return RouterChanges(**common)


def view(router: Router) -> Shown:
    """What a response shows."""
    return standard(router) | {
        "name": router.name,
        "admin_state_up": router.admin_state_up,
        "status": router.status,
        "ha": router.ha,
        "distributed": False,
        _GATEWAY: _shown_gateway(router.gateway) if router.gateway else None,
        "routes": [
            {"destination": str(route.destination), "nexthop": str(route.nexthop)} for route in router.routes
        ],
    }


def interface(body: Mapping[str, Any]) -> Mapping[str, str]:
    """What adding or removing an interface names: ``subnet_id`` or ``port_id``, exactly one of them."""
    for name, value in body.items():
        if name not in ("subnet_id", "port_id"):
            raise BadInput(name, "an interface is named by subnet_id or by port_id")
        if not isinstance(value, str):
            raise BadInput(name, f"'{value}' is not an id")
        bodies.check_text(name, value)
    if len(body) != 1:
        raise BadInput("body", "exactly one of subnet_id and port_id must be given", kind="BadRequest")
    return body


def interface_view(joined: RouterInterface) -> Shown:
    """What the answer to adding or removing an interface shows."""
    return {
        "id": joined.router_id,
        "tenant_id": joined.project_id,
        "project_id": joined.project_id,
        "network_id": joined.network_id,
        "port_id": joined.port_id,
        "subnet_id": joined.subnet_ids[0] if joined.subnet_ids else None,
        "subnet_ids": list(joined.subnet_ids),
    }


def _common(values: Values) -> Mapping[str, Any]:
    common = dict(given(values, "name", "description", "admin_state_up"))
    if values.get("ha") is not None:
        common["ha"] = values["ha"]
    if _GATEWAY in values:
        common["gateway"] = _wanted_gateway(values[_GATEWAY]) if values[_GATEWAY] else None
    return common


def _wanted_gateway(info: Mapping[str, Any]) -> WantedGateway:
    snat = info.get("enable_snat")
    return WantedGateway(
        network_id=info["network_id"],
        enable_snat=UNSET if snat is None else converters.convert_to_boolean(snat),
        fixed_ips=wanted_ips(f"{_GATEWAY}.external_fixed_ips", info.get("external_fixed_ips", UNSET)),
    )


def _shown_gateway(gateway: Gateway) -> Shown:
    return {
        "network_id": gateway.network_id,
        "enable_snat": gateway.enable_snat,
        "external_fixed_ips": [
            {"subnet_id": ip.subnet_id, "ip_address": str(ip.address)} for ip in gateway.fixed_ips
        ],
    }
