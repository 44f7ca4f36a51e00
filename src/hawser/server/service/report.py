"""What nodes tell: signs of life, wired ports, mastership of routers."""

from __future__ import annotations

from hawser.server.store.session import Store
from hawser.wire.report import Report


def take(store: Store, host: str, report: Report) -> None:
    """Take in one node's news. ``host`` is the node that authenticated; it speaks of itself only."""
    raise NotImplementedError
