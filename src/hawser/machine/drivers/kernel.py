"""The kernel's ear in each namespace: one socket per namespace, kept open; and what links there are, remembered.

A socket keeps its namespace alive, so it is closed before the namespace goes (`release`), and replaced when
another namespace has taken the name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hawser.base.errors import MachineError
from hawser.machine.drivers import rtnetlink
from hawser.machine.drivers.namespaces import Namespaces
from hawser.machine.drivers.netlink import Refusal, Request, Socket
from hawser.machine.items.item import Item
from hawser.machine.ownership import owns_namespace
from hawser.machine.plan import Op


@dataclass(frozen=True, slots=True)
class _Ear:
    identity: int
    socket: Socket


class Kernel:
    """Sockets and links of the machine's namespaces. Not for two threads at once."""

    def __init__(self, namespaces: Namespaces) -> None:
        self.namespaces = namespaces
        self._ears: dict[str, _Ear] = {}
        self._links: dict[str, list[rtnetlink.Link]] = {}

    def close(self) -> None:
        """Close every socket."""
        for netns in list(self._ears):
            self.release(netns)

    def owned(self) -> list[str]:
        """The namespaces that are ours."""
        return [name for name in self.namespaces.names() if owns_namespace(name)]

    def socket(self, netns: str) -> Socket:
        """The routing socket in a namespace. Raises MachineError if there is no such namespace."""
        identity = self.namespaces.identity(netns)
        ear = self._ears.get(netns)
        if ear is None or ear.identity != identity:
            self.release(netns)
            with self.namespaces.entered(netns):
                ear = self._ears[netns] = _Ear(identity, Socket())
        return ear.socket

    def release(self, netns: str) -> None:
        """Close the socket in a namespace, if there is one."""
        self._links.pop(netns, None)
        if ear := self._ears.pop(netns, None):
            ear.socket.close()

    def forget(self) -> None:
        """What is remembered of links is asked again from here on; namespaces that went are let go."""
        self._links.clear()
        for netns, ear in list(self._ears.items()):
            if ear.identity != self.namespaces.identity(netns):
                self.release(netns)

    def links(self, netns: str) -> list[rtnetlink.Link]:
        """The interfaces of a namespace, as of the last `forget`; none where the namespace is gone."""
        if netns not in self._links:
            try:
                self._links[netns] = rtnetlink.links(self.socket(netns))
            except MachineError:
                self.release(netns)
                return []
        return self._links[netns]

    def names(self, netns: str) -> Mapping[int, str]:
        """Interface names by index."""
        return {link.index: link.name for link in self.links(netns)}

    def indices(self, netns: str) -> Mapping[str, int]:
        """Interface indices by name."""
        return {link.name: link.index for link in self.links(netns)}

    def request(self, netns: str, requests: Sequence[Request]) -> list[Refusal | None]:
        """Send a batch into a namespace; a namespace that is gone refuses all of it."""
        try:
            return self.socket(netns).request(requests)
        except MachineError as error:
            return [Refusal(2, error.message)] * len(requests)


def refused(op: Op, refusal: Refusal | str) -> MachineError:
    """The machine did not do ``op``."""
    return MachineError(f"Cannot {op.verb} {describe(op.item)}: {refusal}.")


def describe(item: Item) -> str:
    """An item in an error: its kind, place and name."""
    kind, *rest = item.key
    return f"{type(item).__name__.lower() or kind} {' '.join(part for part in rest if part)}"
