"""The pipe that every noun's requests go through: parse, check against policy, call the service, show.

A `Resource` is one row of the table of nouns; the functions here serve its collection and its members. They
run in a worker thread and block.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hawser.base.errors import BadInput, NotFound
from hawser.server.api import bodies, policy, query
from hawser.server.api.attributes import OWNER, AttributeTable, Values
from hawser.server.api.policy import Rights
from hawser.server.api.schema.fields import Field, Shown
from hawser.server.model.caller import Caller
from hawser.server.model.filters import Filters
from hawser.server.store.session import Store


@dataclass(frozen=True, slots=True)
class Call:
    """One request: who asks, what they may not do, and what they said. ``url`` is without the query."""

    store: Store
    caller: Caller
    rights: Rights
    url: str
    pairs: query.Pairs
    path: Mapping[str, str]
    body: bytes

    @property
    def id(self) -> str:
        """The member that the path names."""
        bodies.check_text("id", self.path["id"])
        return self.path["id"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request is answered with: an HTTP status, and a body where there is one."""

    status: int
    body: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Create:
    """``new`` makes a draft of values and a project's id; ``use`` makes all things of drafts, or none.

    ``check`` raises Forbidden for values that this caller may not give, beyond what policy says.
    """

    new: Callable[[Values, str], Any]
    use: Callable[[Store, Caller, Sequence[Any]], list[Any]]
    check: Callable[[Call, Values], None] | None = None


@dataclass(frozen=True, slots=True)
class Update:
    """``changes`` makes the model's changes of values; ``use`` makes them; ``check`` as in `Create`."""

    changes: Callable[[Values], Any]
    use: Callable[[Store, Caller, str, Any], Any]
    check: Callable[[Call, Values], None] | None = None


@dataclass(frozen=True, slots=True)
class Resource:
    """A noun of the API: its attributes, how it is shown, and the use cases behind it.

    ``plural`` is the name in bodies; the path has dashes for its underscores. A verb that is None is not
    there. ``fields`` are what the store filters and sorts by.
    """

    plural: str
    attributes: AttributeTable
    fields: Mapping[str, Field]
    view: Callable[[Any], Shown]
    search: Callable[[Store, Caller, Filters], list[Any]]
    get: Callable[[Store, Caller, str], Any]
    create: Create | None = None
    update: Update | None = None
    delete: Callable[[Store, Caller, str], None] | None = None

    @property
    def singular(self) -> str:
        """The name of one, in bodies and in the names of policy rules."""
        return self.attributes.singular

    @property
    def path(self) -> str:
        """The name in URLs."""
        return self.plural.replace("_", "-")


def index(resource: Resource, call: Call) -> Answer:
    """GET of the collection. What the caller may not see at all is an empty list, not an error."""
    asked = query.parse(call.pairs, resource.attributes, resource.fields)
    if not call.rights.sees(resource.singular):
        return Answer(200, {resource.plural: []})
    found = resource.search(call.store, call.caller, asked.asked_of_store)
    shown = asked.page([resource.view(value) for value in found])
    hidden = call.rights.hidden(resource.singular)
    body: dict[str, Any] = {resource.plural: [query.select(item, asked.fields, hidden) for item in shown]}
    if links := asked.next_link(call.url, call.pairs, shown):
        body[f"{resource.plural}_links"] = links
    return Answer(200, body)


def show(resource: Resource, call: Call) -> Answer:
    """GET of a member."""
    _demand_sight(resource, call)
    value = resource.get(call.store, call.caller, call.id)
    return Answer(200, {resource.singular: _shown(resource, call, value, query.only_fields(call.pairs))})


def create(resource: Resource, call: Call) -> Answer:
    """POST to the collection: one, or (under the plural name) several, all or none."""
    assert resource.create
    body = bodies.parse(call.body)
    several = resource.plural in body
    drafts = [_draft(resource, resource.create, call, given) for given in _given(resource, body)]
    made = resource.create.use(call.store, call.caller, drafts)
    shown = [_shown(resource, call, value) for value in made]
    return Answer(201, {resource.plural: shown} if several else {resource.singular: shown[0]})


def update(resource: Resource, call: Call) -> Answer:
    """PUT of a member: what the body leaves out stays as it is."""
    assert resource.update
    _demand_sight(resource, call)
    given = bodies.inner(bodies.parse(call.body), resource.singular)
    values = resource.attributes.on_update(given)
    policy.check(call.rights, call.caller, resource.attributes, values, "update")
    if resource.update.check:
        resource.update.check(call, values)
    changes = resource.update.changes(values)
    value = resource.update.use(call.store, call.caller, call.id, changes)
    return Answer(200, {resource.singular: _shown(resource, call, value)})


def delete(resource: Resource, call: Call) -> Answer:
    """DELETE of a member."""
    assert resource.delete
    _demand_sight(resource, call)
    resource.delete(call.store, call.caller, call.id)
    return Answer(204)


def shown_list(resource: Resource, call: Call, values: Sequence[Any]) -> Mapping[str, Any]:
    """Several of ``resource`` as the body of an answer that is not its own collection's."""
    return {resource.plural: [_shown(resource, call, value) for value in values]}


def _demand_sight(resource: Resource, call: Call) -> None:
    """What the caller may not see is not there for them."""
    if not call.rights.sees(resource.singular):
        raise NotFound(resource.singular, call.id)


def _shown(resource: Resource, call: Call, value: Any, fields: frozenset[str] = frozenset()) -> Shown:
    return query.select(resource.view(value), fields, call.rights.hidden(resource.singular))


def _given(resource: Resource, body: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The objects that a create's body holds, one or more."""
    if resource.plural not in body:
        return [bodies.inner(body, resource.singular)]
    several = body[resource.plural]
    if len(body) != 1 or not isinstance(several, list) or not several:
        raise BadInput(resource.plural, "it must be a list of at least one, and all that the body holds")
    for one in several:
        if not isinstance(one, dict):
            raise BadInput(resource.plural, "each member of the list must be an object")
    return several


def _draft(resource: Resource, create: Create, call: Call, given: Mapping[str, Any]) -> Any:
    values = resource.attributes.on_create(given)
    policy.check(call.rights, call.caller, resource.attributes, values, "create")
    if create.check:
        create.check(call, values)
    return create.new(values, values.get(OWNER, call.caller.project_id))
