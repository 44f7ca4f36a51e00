"""Quotas: /quotas, /quotas/{project} and what belongs to it."""

from __future__ import annotations

from neutron_lib.api import converters
from neutron_lib.exceptions import InvalidInput

from hawser.base.errors import BadInput
from hawser.server.api import bodies
from hawser.server.api.resource import Action, Answer, Call
from hawser.server.service import quota

_MOST = 2**31 - 1


def index(call: Call) -> Answer:
    """GET /quotas: of the projects for which some were set."""
    call.rights.demand("get_quotas")
    found = quota.customised(call.store)
    shown = [{**limits, "project_id": id, "tenant_id": id} for id, limits in found.items()]
    return Answer(200, {"quotas": shown})


def own_project(call: Call) -> Answer:
    """GET /quotas/tenant: who the caller is."""
    project_id = call.caller.project_id
    return Answer(200, {"tenant": {"tenant_id": project_id, "project_id": project_id}})


def show(call: Call) -> Answer:
    """GET /quotas/{project}."""
    _demand(call)
    return Answer(200, {"quota": dict(quota.limits(call.store, call.id))})


def defaults(call: Call) -> Answer:
    """GET /quotas/{project}/default."""
    _demand(call)
    return Answer(200, {"quota": dict(quota.defaults(call.store))})


def details(call: Call) -> Answer:
    """GET /quotas/{project}/details: with what is used. Nothing is ever reserved: a write is one transaction."""
    _demand(call)
    shown = {
        name: {"limit": usage.limit, "used": usage.used, "reserved": 0}
        for name, usage in quota.usages(call.store, call.id).items()
    }
    return Answer(200, {"quota": shown})


def update(call: Call) -> Answer:
    """PUT /quotas/{project}."""
    call.rights.demand("update_quota")
    given = dict(bodies.inner(bodies.parse(call.body), "quota"))
    check_used = _boolean(given.pop("check_limit", False))
    given.pop("force", None)
    wanted = {
        name: _limit(name, value) for name, value in given.items() if name not in ("project_id", "tenant_id")
    }
    return Answer(200, {"quota": dict(quota.update(call.store, call.id, wanted, check_used))})


def delete(call: Call) -> Answer:
    """DELETE /quotas/{project}: back to the configured ones."""
    call.rights.demand("delete_quota")
    quota.reset(call.store, call.id)
    return Answer(204)


def _demand(call: Call) -> None:
    """One's own are everybody's to see, others' an administrator's."""
    if call.id != call.caller.project_id:
        call.rights.demand("get_quota")


def _limit(name: str, value: object) -> int:
    if name not in quota.TABLES:
        raise BadInput(name, "there is no quota of that name", f"Use one of {', '.join(quota.TABLES)}.")
    try:
        most = int(value) if isinstance(value, int | str) and not isinstance(value, bool) else None
    except ValueError:
        most = None
    if most is None or not -1 <= most <= _MOST:
        raise BadInput(name, f"'{value}' is not a number from -1 (no limit) to {_MOST}")
    return most


def _boolean(value: object) -> bool:
    try:
        return bool(converters.convert_to_boolean(value))
    except InvalidInput as error:
        raise BadInput("check_limit", f"'{value}' is not true or false") from error


ROUTES: tuple[Action, ...] = (
    ("GET", "/quotas", index),
    ("GET", "/quotas/tenant", own_project),
    ("GET", "/quotas/project", own_project),
    ("GET", "/quotas/{id}", show),
    ("PUT", "/quotas/{id}", update),
    ("DELETE", "/quotas/{id}", delete),
    ("GET", "/quotas/{id}/default", defaults),
    ("GET", "/quotas/{id}/details", details),
    ("GET", "/quotas/{id}/details.json", details),
)
