"""The query of a list: filters, fields, order and pages, read from a URL and applied.

What the store can filter or sort by goes to it (`Query.filters`). A filter on any other attribute that a
response shows is applied to what is shown (`Query.page`); order and pages then follow it, so the store is
asked for everything. A name that is no attribute is a `BadInput`: a filter that is silently left out would
show, or let a script delete, what was not asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from hawser.base.errors import BadInput
from hawser.server.api.attributes import AttributeTable
from hawser.server.api.bodies import check_text
from hawser.server.api.schema.fields import Field, Shown
from hawser.server.model.filters import TAG_FILTERS, Filters, Scalar

_CONTROLS = frozenset({"fields", "sort_key", "sort_dir", "limit", "marker", "page_reverse"})
_FIXED_IP_KEYS = ("ip_address", "subnet_id", "ip_address_substr")
_DIRECTIONS = {"asc": False, "desc": True}
Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Query:
    """One list's query. ``shown_where`` are the filters on attributes that the store does not know."""

    filters: Filters
    fields: frozenset[str]
    shown_where: tuple[tuple[str, frozenset[str]], ...]

    @property
    def asked_of_store(self) -> Filters:
        """What the store is asked for: all pages, where something is left to filter afterwards."""
        return (
            replace(self.filters, limit=None, marker=None, backwards=False)
            if self.shown_where
            else self.filters
        )

    def plain(self, known: Mapping[str, Field], hidden: frozenset[str]) -> Mapping[str, Field]:
        """The fields that are asked for, and the id, if all of them are shown just as the store has them."""
        wanted = self.fields - hidden
        simple = all(name in known and known[name].plain for name in wanted)
        if not wanted or not simple or self.shown_where:
            return {}
        return {name: known[name] for name in sorted(wanted | {"id"})}

    def page(self, shown: Sequence[Shown]) -> Sequence[Shown]:
        """The rest of the filters, and the page, over all that the store found."""
        if not self.shown_where:
            return shown
        matching = [item for item in shown if _matches(item, self.shown_where)]
        limit = self.filters.limit
        if self.filters.backwards:
            matching = matching[: self._place_of_marker(matching, len(matching))]
            return matching if limit is None else matching[-limit:]
        matching = matching[self._place_of_marker(matching, -1) + 1 :]
        return matching if limit is None else matching[:limit]

    def _place_of_marker(self, items: Sequence[Shown], otherwise: int) -> int:
        if self.filters.marker is None:
            return otherwise
        ids = [item["id"] for item in items]
        if self.filters.marker not in ids:
            raise BadInput("marker", f"there is no {self.filters.marker} in this list")
        return ids.index(self.filters.marker)

    def links(self, url: str, pairs: Pairs, shown: Sequence[Shown]) -> list[Mapping[str, str]]:
        """The links to the pages after and before this one, where there may be such."""
        if not self.filters.limit or not shown:
            return []
        full = len(shown) >= self.filters.limit
        rest = [(name, value) for name, value in pairs if name not in ("marker", "page_reverse")]
        links: list[Mapping[str, str]] = []
        if full or self.filters.backwards:
            links.append({"rel": "next", "href": f"{url}?{urlencode([*rest, ('marker', shown[-1]['id'])])}"})
        if full if self.filters.backwards else self.filters.marker is not None:
            back = urlencode([*rest, ("marker", shown[0]["id"]), ("page_reverse", "True")])
            links.append({"rel": "previous", "href": f"{url}?{back}"})
        return links


def parse(pairs: Pairs, attributes: AttributeTable, known: Mapping[str, Field]) -> Query:
    """The query in a URL's ``pairs`` about a noun; ``known`` are the fields that the store knows."""
    for name, value in pairs:
        check_text("query", name)
        check_text(name, value)
    stored: dict[str, list[Scalar]] = {}
    shown: dict[str, set[str]] = {}
    for name, value in _split(pairs):
        if name in TAG_FILTERS and "tags" in attributes:
            stored.setdefault(name, []).append(value)
        elif field := known.get(name):
            stored.setdefault(field.model, []).append(_read(name, field, value))
        elif name in attributes:
            shown.setdefault(name, set()).add(value)
        else:
            raise BadInput(name, f"[{name}] is invalid attribute for filtering", kind="HTTPBadRequest")
    filters = Filters(
        where=tuple((name, tuple(values)) for name, values in stored.items()),
        sort=_sort(pairs, known),
        limit=_limit(_last(pairs, "limit")),
        marker=_last(pairs, "marker"),
        backwards=(_last(pairs, "page_reverse") or "").lower() in ("true", "1"),
    )
    return Query(
        filters,
        fields=_fields(pairs),
        shown_where=tuple((name, frozenset(values)) for name, values in shown.items()),
    )


def select(shown: Shown, fields: Iterable[str], hidden: frozenset[str]) -> Shown:
    """``shown`` cut to ``fields`` (all, if there are none) and without the ``hidden``."""
    wanted = set(fields) & shown.keys() if fields else shown.keys()
    if not hidden and len(wanted) == len(shown):
        return shown
    return {name: value for name, value in shown.items() if name in wanted and name not in hidden}


def only_fields(pairs: Pairs) -> frozenset[str]:
    """The fields that a GET of one thing asks for; empty for all."""
    return _fields(pairs)


def _fields(pairs: Pairs) -> frozenset[str]:
    return frozenset(value for name, value in pairs if name == "fields" and value)


def _split(pairs: Pairs) -> Iterable[tuple[str, str]]:
    """The filters among ``pairs``; ``fixed_ips=ip_address=X`` as ``fixed_ips:ip_address``, X."""
    for name, value in pairs:
        if name in _CONTROLS:
            continue
        if name == "fixed_ips":
            key, _, inner = value.partition("=")
            if key not in _FIXED_IP_KEYS:
                raise BadInput(
                    "fixed_ips", f"'{key}' is not known there", f"Use one of {', '.join(_FIXED_IP_KEYS)}."
                )
            yield f"{name}:{key}", inner
        else:
            yield name, value


def _read(name: str, field: Field, value: str) -> Scalar:
    try:
        return field.read(value)
    except ValueError as error:
        raise BadInput(name, str(error)) from error


def _sort(pairs: Pairs, known: Mapping[str, Field]) -> tuple[tuple[str, bool], ...]:
    keys = [value for name, value in pairs if name == "sort_key"]
    directions = [value for name, value in pairs if name == "sort_dir"]
    if len(directions) > len(keys):
        raise BadInput("sort_dir", "there are more of them than of sort_key", "Give one for each sort_key.")
    order = []
    for number, key in enumerate(keys):
        direction = directions[number] if number < len(directions) else "asc"
        if key not in known or ":" in known[key].model or "." in known[key].model:
            raise BadInput("sort_key", f"'{key}' is not one that can be sorted by")
        if direction not in _DIRECTIONS:
            raise BadInput("sort_dir", f"'{direction}' is not known", "Use asc or desc.")
        order.append((known[key].model, _DIRECTIONS[direction]))
    return tuple(order)


def _limit(text: str | None) -> int | None:
    """The size of a page; zero, as clients send it, means no limit."""
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise BadInput("limit", f"'{text}' is not a number of things, zero or more")
    return int(text) or None


def _last(pairs: Pairs, wanted: str) -> str | None:
    return next((value for name, value in reversed(pairs) if name == wanted), None)


def _matches(item: Shown, where: Iterable[tuple[str, frozenset[str]]]) -> bool:
    return all(_texts(item.get(name)) & values for name, values in where)


def _texts(value: object) -> set[str]:
    """The ways in which a query may write ``value``; of a list, those of its members."""
    if isinstance(value, list):
        return {text for member in value for text in _texts(member)}
    if isinstance(value, bool):
        return {"true", "True", "1"} if value else {"false", "False", "0"}
    return {"", "None", "null"} if value is None else {str(value)}
