"""The pipe that every noun's requests go through: parse, check against policy, call the service, show.

A `Resource` is one row of the table of nouns; the functions here serve its collection and its members. They
run in a worker thread and block.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from hawser.base.errors import BadInput, Forbidden, NotFound
from hawser.server.api import bodies, policy, query
from hawser.server.api.attributes import OWNER, AttributeTable, Values
from hawser.server.api.policy import Rights
from hawser.server.api.schema.fields import Field, Shown
from hawser.server.model.caller import Caller
from hawser.server.model.filters import Filters
from hawser.server.service import bulk
from hawser.server.store.session import Store

Serve = Callable[["Call"], "Answer"]
Action = tuple[str, str, Serve]
"""A row of the table of routes: method, path below /v2.0, and what serves it."""
Notify = Callable[[str, Mapping[str, Any]], None]
"""Tells others of an event (``port.create.end``) with its payload; it returns at once."""


def _tell_nobody(_event: str, _payload: Mapping[str, Any]) -> None:
    """Where no notifications are configured."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request: who asks, what they may not do, and what they said. ``url`` is without the query.

    ``if_match`` is the header of that name, "" for none (RFC 9110, section 13.1.1).
    """

    store: Store
    caller: Caller
    rights: Rights
    url: str
    pairs: query.Pairs
    path: Mapping[str, str]
    body: bytes
    if_match: str = ""
    notify: Notify = _tell_nobody

    @property
    def id(self) -> str:
        """The member that the path names."""
        return self.named("id")

    def named(self, part: str) -> str:
        """What the path has in the place of ``part``."""
        bodies.check_text(part, self.path[part])
        return self.path[part]


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
class Parent:
    """A noun whose members live within a member of another: ``get`` gives that one, or is `NotFound`.

    ``field`` is where the model's values hold its id. On create it is among the values by that name. ``noun``
    is its singular name, where that is a part of the names of policy rules.
    """

    field: str
    get: Callable[[Store, Caller, str], Any]
    noun: str = ""


@dataclass(frozen=True, slots=True)
class Resource:
    """A noun of the API: its attributes, how it is shown, and the use cases behind it.

    ``plural`` is the name in bodies. ``path`` is that in URLs: without one, ``plural`` with dashes for its
    underscores; where there is a ``parent``, it holds ``{parent_id}``. ``table`` is the store's, where its
    name is not ``plural``. A verb that is None is not there. ``fields`` are what the store filters and sorts by.
    ``pick`` reads only some of a noun's plain fields, where that is worth a way of its own.
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
    pick: Callable[[Store, Caller, Filters, Sequence[str]], list[tuple[Any, ...]]] | None = None
    path: str = ""
    table: str = ""
    parent: Parent | None = None

    @property
    def singular(self) -> str:
        """The name of one in bodies."""
        return self.attributes.singular

    @property
    def ruled(self) -> str:
        """The name of one in the names of policy rules: after its parent's, where that has one there."""
        return f"{self.parent.noun}_{self.singular}" if self.parent and self.parent.noun else self.singular

    @property
    def route(self) -> str:
        """The collection's path, without a slash before it."""
        return self.path or self.plural.replace("_", "-")


def index(resource: Resource, call: Call) -> Answer:
    """GET of the collection. What the caller may not see at all is an empty list, not an error."""
    asked = query.parse(call.pairs, resource.attributes, resource.fields)
    if not call.rights.sees(resource.ruled):
        return Answer(200, {resource.plural: []})
    hidden = call.rights.hidden(resource.singular)
    shown = asked.page(_found(resource, call, asked, hidden))
    body: dict[str, Any] = {resource.plural: [query.select(item, asked.fields, hidden) for item in shown]}
    if links := asked.links(call.url, call.pairs, shown):
        body[f"{resource.plural}_links"] = links
    return Answer(200, body)


def _found(resource: Resource, call: Call, asked: query.Query, hidden: frozenset[str]) -> Sequence[Shown]:
    """What the store finds, as it is shown: whole, or only the few plain fields that are asked for."""
    filters = _within(resource, call, asked.asked_of_store)
    few = asked.plain(resource.fields, hidden)
    if resource.pick and few:
        rows = resource.pick(call.store, call.caller, filters, [field.model for field in few.values()])
        return [dict(zip(few, row, strict=True)) for row in rows]
    return [resource.view(value) for value in resource.search(call.store, call.caller, filters)]


def show(resource: Resource, call: Call) -> Answer:
    """GET of a member."""
    _demand_sight(resource, call)
    value = _member(resource, call)
    return Answer(200, {resource.singular: _shown(resource, call, value, query.only_fields(call.pairs))})


def create(resource: Resource, call: Call) -> Answer:
    """POST to the collection: one, or (under the plural name) several, all or none."""
    assert resource.create
    call.rights.demand(f"create_{resource.ruled}")
    body = bodies.parse(call.body)
    several = resource.plural in body
    given = _given(resource, body)
    call.notify(f"{resource.singular}.create.start", body)
    drafts = bulk.each(given, partial(_draft, resource, resource.create, call))
    made = resource.create.use(call.store, call.caller, drafts)
    shown = [_shown(resource, call, value) for value in made]
    told = {resource.plural: shown} if several else {resource.singular: shown[0]}
    call.notify(f"{resource.singular}.create.end", told)
    return Answer(201, told)


def update(resource: Resource, call: Call) -> Answer:
    """PUT of a member: what the body leaves out stays as it is."""
    assert resource.update
    _demand_change(resource, call, "update")
    given = bodies.inner(bodies.parse(call.body), resource.singular)
    values = resource.attributes.on_update(given)
    policy.check(call.rights, call.caller, resource.attributes, values, "update")
    if resource.update.check:
        resource.update.check(call, values)
    changes = resource.update.changes(values)
    call.notify(f"{resource.singular}.update.start", {"id": call.id, resource.singular: given})
    value = resource.update.use(_guarded(resource, call), call.caller, call.id, changes)
    told = {resource.singular: _shown(resource, call, value)}
    call.notify(f"{resource.singular}.update.end", told)
    return Answer(200, told)


def delete(resource: Resource, call: Call) -> Answer:
    """DELETE of a member."""
    assert resource.delete
    _demand_change(resource, call, "delete")
    told = {f"{resource.singular}_id": call.id}
    call.notify(f"{resource.singular}.delete.start", told)
    resource.delete(_guarded(resource, call), call.caller, call.id)
    call.notify(f"{resource.singular}.delete.end", told)
    return Answer(204)


def shown_list(resource: Resource, call: Call, values: Sequence[Any]) -> Mapping[str, Any]:
    """Several of ``resource`` as the body of an answer that is not its own collection's."""
    return {resource.plural: [_shown(resource, call, value) for value in values]}


def _demand_sight(resource: Resource, call: Call) -> None:
    """What the caller may not see is not there for them."""
    if not call.rights.sees(resource.ruled):
        raise NotFound(resource.singular, call.id)


def _demand_change(resource: Resource, call: Call, verb: str) -> None:
    """Forbidden where policy says so, but only for what the caller sees: the rest is not there for them."""
    _demand_sight(resource, call)
    try:
        call.rights.demand(f"{verb}_{resource.ruled}")
    except Forbidden:
        _member(resource, call)
        raise
    if resource.parent:
        _member(resource, call)


def _member(resource: Resource, call: Call) -> Any:
    """The thing that the path names; within its parent, where the noun has one."""
    value = resource.get(call.store, call.caller, call.id)
    if resource.parent and getattr(value, resource.parent.field) != call.named("parent_id"):
        raise NotFound(resource.singular, call.id)
    return value


def _within(resource: Resource, call: Call, filters: Filters) -> Filters:
    """The filters, narrowed to the members of the parent that the path names."""
    if resource.parent is None:
        return filters
    parent_id = call.named("parent_id")
    resource.parent.get(call.store, call.caller, parent_id)
    return replace(filters, where=(*filters.where, (resource.parent.field, (parent_id,))))


def _guarded(resource: Resource, call: Call) -> Store:
    """The store; where the caller said which revision it means, one that writes only while that is so."""
    if not call.if_match:
        return call.store
    name, _, number = call.if_match.strip('"').partition("=")
    if name != "revision_number" or not (number.isascii() and number.isdigit() and len(number) < 19):
        raise BadInput("If-Match", f"'{call.if_match}' is not understood", "Write revision_number=N.")
    return call.store.expecting(resource.table or resource.plural, call.id, int(number))


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
    if resource.parent:
        values = {**values, resource.parent.field: call.named("parent_id")}
    if create.check:
        create.check(call, values)
    return create.new(values, values.get(OWNER, call.caller.project_id))
