"""Which things of a kind, in which order, and how many."""

from __future__ import annotations

from dataclasses import dataclass

Scalar = str | int | bool | None
TAG_FILTERS = frozenset({"tags", "tags-any", "not-tags", "not-tags-any"})


@dataclass(frozen=True, slots=True)
class Filters:
    """A thing matches when every field of ``where`` has one of the values beside it.

    Field names are those of the model's values (``project_id``, ``mac``, ``host``, ``external``...), never
    the API's. Ports also know "fixed_ips.subnet_id", "fixed_ips.address" and "security_group_ids"; security
    group rules and all others their plain fields. An address, network or enumeration is given as its text.
    ``sort`` holds (field, descending); the id is always the last key. ``marker`` is the id of the last thing
    of the page before; ``limit`` None is no limit. A field that cannot be filtered or sorted by is a
    `BadInput`; a marker that does not exist is a `BadInput` of "marker". ``backwards`` is the page before the
    marker, or the last one; its things are in the order of ``sort`` all the same.

    Things with tags also know "tags" (all of these), "tags-any", "not-tags" and "not-tags-any".
    """

    where: tuple[tuple[str, tuple[Scalar, ...]], ...] = ()
    sort: tuple[tuple[str, bool], ...] = ()
    limit: int | None = None
    marker: str | None = None
    backwards: bool = False


ALL = Filters()
