"""The one error tree. An error says what was asked, what is wrong, and what to do.

HawserError
├── BadInput        a value that cannot be: names the field and the remedy       (HTTP 400)
├── Unauthenticated no token, or one that is not valid                           (HTTP 401)
├── Forbidden       known, but not allowed to this caller                        (HTTP 403)
├── NotFound        no such thing, or not visible to this caller                 (HTTP 404)
├── Conflict        the thing is in a state that does not allow it               (HTTP 409)
│   └── NoMoreRoom  a pool ran out: addresses, segments, VRIDs                   (HTTP 409)
├── Stale           the thing is no longer of the revision that the caller meant (HTTP 412)
├── Unavailable     a neighbour (identity, database) does not answer             (HTTP 503)
├── MachineError    the kernel or a daemon of this machine refused an operation
└── LabError        the lab cannot be started, found or changed
"""

from __future__ import annotations


class HawserError(Exception):
    """The root of the tree; ``kind`` is the name that API clients see as the error's type."""

    def __init__(self, message: str, kind: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.kind = kind or type(self).__name__


class BadInput(HawserError):
    """A value that cannot be. ``field`` is the name that the caller used for it."""

    def __init__(self, field: str, wrong: str, remedy: str = "", kind: str = "InvalidInput") -> None:
        text = f"Invalid input for {field}: {wrong}." + (f" {remedy}" if remedy else "")
        super().__init__(text, kind)
        self.field = field


class Unauthenticated(HawserError):
    """The caller did not say who they are in a way that can be believed."""


class Forbidden(HawserError):
    """The caller is known and not allowed."""


class NotFound(HawserError):
    """``noun`` is a resource's name as the API spells it in the singular: ``port``, ``floatingip``.

    ``message`` and ``kind`` are made of it unless they are said.
    """

    def __init__(self, noun: str, name: str, message: str = "", kind: str = "") -> None:
        camel = "".join(part.capitalize() for part in noun.split("_"))
        super().__init__(message or f"{camel} {name} could not be found.", kind or f"{camel}NotFound")
        self.noun = noun
        self.name = name


class Conflict(HawserError):
    """The thing is in a state, or related to others in a way, that does not allow what was asked."""


class NoMoreRoom(Conflict):
    """A pool ran out: addresses of a subnet, segments of a type, VRIDs of an HA network."""


class Stale(HawserError):
    """The thing is no longer of the revision that the caller said it means to change."""


class Unavailable(HawserError):
    """A neighbour that the answer needs does not answer now."""


class MachineError(HawserError):
    """The kernel or a daemon refused; the message holds the operation and the machine's own words."""


class LabError(HawserError):
    """The lab cannot be started, found or changed as asked; the message ends with the remedy."""
