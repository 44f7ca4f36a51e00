"""The lab that the soak runs on, what is broken in it now, and what there should be."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Network

from benchmarks import routed
from benchmarks.stage import Path, Stage, until
from hawser.cli.story import NETWORK_NODES
from hawser.lab.node import Node

SERVER = "network@controller"


@dataclass(slots=True)
class Site:
    """``broken`` is the one node that has a fault, ``fault`` its name; ``served``: the API's server runs.

    ``floating`` is the id of a further floating IP, ``joined`` whether the further subnet is on the router, ``extra``
    a further router, each where there is one.
    """

    stage: Stage
    path: Path
    further: routed.TenantNetwork
    broken: str = ""
    fault: str = ""
    served: bool = True
    floating: str = ""
    joined: bool = False
    extra: routed.Router | None = None

    @classmethod
    def on(cls, stage: Stage) -> Site:
        """A router with a guest behind a floating IP, and a further network that it may be joined to."""
        path = stage.path
        return cls(
            stage, path, routed.make_network(stage.admin, "further", IPv4Network("10.66.0.0/24"), dhcp=False)
        )

    @property
    def whole(self) -> list[str]:
        """The network nodes without a fault."""
        return [name for name in NETWORK_NODES if name != self.broken]

    @property
    def seen(self) -> list[str]:
        """The network nodes that may have addresses of a master: those that run, and are not frozen."""
        return self.whole if self.fault in ("power", "freeze") else list(NETWORK_NODES)

    @property
    def routers(self) -> set[str]:
        """The ids of the routers that there are."""
        return {self.path.router.id} | ({self.extra.id} if self.extra else set())

    def node(self, name: str) -> Node:
        """A node as it is now."""
        return self.stage.lab.node(name)

    def agree(self) -> None:
        """Wait until all is well, and known."""
        until(lambda: self.served and not self.broken, "nothing is broken", 1)
        self.stage.settle(self.path)
