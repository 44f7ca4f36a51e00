"""Auto-allocated topologies: /auto-allocated-topology/{project}."""

from __future__ import annotations

from hawser.server.api import query
from hawser.server.api.resource import Action, Answer, Call
from hawser.server.service import topology

_NOUN = "auto_allocated_topology"
_CHECK = "dry-run"


def show(call: Call) -> Answer:
    """GET: the id of the network that was made for the project, now or before; or whether one can be made."""
    call.rights.demand(f"get_{_NOUN}")
    project_id = _project(call)
    fields = query.only_fields(call.pairs)
    if _CHECK in fields:
        topology.check(call.store, call.caller, project_id)
        return _answer(f"{_CHECK}=pass", project_id, frozenset())
    return _answer(topology.allocate(call.store, call.caller, project_id).network_id, project_id, fields)


def delete(call: Call) -> Answer:
    """DELETE: all that was made for the project. Where there is none, there is nothing to do."""
    call.rights.demand(f"delete_{_NOUN}")
    topology.delete(call.store, call.caller, _project(call))
    return Answer(204)


def _project(call: Call) -> str:
    """The project that the path names; clients without one in mind send the word None."""
    return call.caller.project_id if call.id in ("None", "null") else call.id


def _answer(id: str, project_id: str, fields: frozenset[str]) -> Answer:
    shown = {"id": id, "tenant_id": project_id, "project_id": project_id}
    return Answer(200, {_NOUN: query.select(shown, fields, frozenset())})


ROUTES: tuple[Action, ...] = (
    ("GET", "/auto-allocated-topology/{id}", show),
    ("DELETE", "/auto-allocated-topology/{id}", delete),
)
