"""The picture that intents are compiled from, and how it keeps up with the change log."""

from __future__ import annotations

from hawser.server.compile.picture import Picture
from hawser.server.store.session import Store


def fill(store: Store) -> Picture:
    """The whole picture, in a constant number of queries."""
    raise NotImplementedError


def catch_up(store: Store, picture: Picture) -> bool:
    """Bring ``picture`` to the store's revision in place; whether anything changed.

    Only what the log names after the picture's revision is read again; agents are always read (their signs
    of life are not in the log). A picture that is older than the log is filled anew.
    """
    raise NotImplementedError
