"""Routers: attributes, and the way between them and the model's values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from neutron_lib.api import converters
from neutron_lib.api.definitions import (
    dvr,
    extraroute,
    l3,
    l3_ext_gw_mode,
    l3_ext_ha_mode,
    l3_flavors,
    router_availability_zone,
)

from hawser.base.errors import BadInput
from hawser.server.api import bodies
from hawser.server.api.attributes import Values, read_only, table
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
_FLAVOR = {
    **l3_flavors.RESOURCE_ATTRIBUTE_MAP["routers"]["flavor_id"],
    "validate": {"type:uuid_or_none": None},
}
ATTRIBUTES = table(
    "router",
    "routers",
    (l3, extraroute, l3_ext_gw_mode, l3_ext_ha_mode, dvr, l3_flavors, router_availability_zone),
    STANDARD | TAGGED | {"flavor_id": _FLAVOR, "enable_snat": read_only()},
)
FIELDS: Mapping[str, Field] = {
    **STANDARD_FIELDS,
    **fields(str, "name", "status", "flavor_id"),
    **fields(boolean, "admin_state_up", "ha", "distributed", "enable_snat"),
}


def new(values: Values, project_id: str) -> NewRouter:
    """What a create asks for."""
    hints = tuple(values["availability_zone_hints"])
    flavor_id = values.get("flavor_id")
    return NewRouter(
        project_id=project_id, flavor_id=flavor_id, availability_zone_hints=hints, **_common(values)
    )


def changes(values: Values) -> RouterChanges:
    """What an update asks for."""
    common = dict(_common(values))
    if "routes" in values:
        common["routes"] = routes(values)
    return RouterChanges(**common)


def routes(values: Values) -> tuple[ExtraRoute, ...]:
    """The routes that a request names."""
    return tuple(
        ExtraRoute(network("routes", item["destination"]), address("routes", item["nexthop"]))
        for item in items("routes", values["routes"], ("destination", "nexthop"))
    )


def named_routes(body: Mapping[str, Any]) -> tuple[ExtraRoute, ...]:
    """The routes that a request to add or remove some names, and nothing else."""
    named = bodies.inner(body, "router")
    if set(named) != {"routes"} or named["routes"] is None:
        raise BadInput("router", "it must hold a list of routes and nothing else", kind="HTTPBadRequest")
    return routes(ATTRIBUTES.on_update(named))


def view(router: Router) -> Shown:
    """What a response shows."""
    return standard(router) | {
        "name": router.name,
        "admin_state_up": router.admin_state_up,
        "status": router.status,
        "ha": router.ha,
        "distributed": router.distributed,
        "flavor_id": router.flavor_id,
        "availability_zone_hints": list(router.availability_zone_hints),
        "availability_zones": list(router.availability_zones),
        "enable_snat": router.gateway.enable_snat if router.gateway else True,
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
    common.update({name: values[name] for name in ("ha", "distributed") if values.get(name) is not None})
    if _GATEWAY in values:
        common["gateway"] = _wanted_gateway(values[_GATEWAY]) if values[_GATEWAY] else None
    return common


def _wanted_gateway(info: Mapping[str, Any]) -> WantedGateway:
    snat = info.get("enable_snat")
    return WantedGateway(
        network_id=info["network_id"],
        enable_snat=UNSET if snat is None else converters.convert_to_boolean(snat),
        # A gateway has an address: none asked for is any.
        fixed_ips=wanted_ips(f"{_GATEWAY}.external_fixed_ips", info.get("external_fixed_ips") or UNSET),
    )


def _shown_gateway(gateway: Gateway) -> Shown:
    return {
        "network_id": gateway.network_id,
        "enable_snat": gateway.enable_snat,
        "external_fixed_ips": [
            {"subnet_id": ip.subnet_id, "ip_address": str(ip.address)} for ip in gateway.fixed_ips
        ],
    }
