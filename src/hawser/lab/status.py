"""A lab as it is now, for a table or a program."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from hawser.lab import daemons
from hawser.lab.lab import Lab
from hawser.lab.node import Node


@dataclass(frozen=True, slots=True)
class NodeStatus:
    """``state`` is `up` or what is wrong; ``addresses`` pairs NICs with addresses, ``services`` names with
    whether they run."""

    name: str
    state: str
    addresses: tuple[tuple[str, str], ...]
    services: tuple[tuple[str, bool], ...]

    def as_json(self) -> dict[str, Any]:
        """As `hawser lab status --json` prints it."""
        return {**asdict(self), "addresses": dict(self.addresses), "services": dict(self.services)}


def of_lab(lab: Lab) -> tuple[NodeStatus, ...]:
    """Every node."""
    services = lab.services()
    return tuple(
        NodeStatus(
            node.name,
            _state(node),
            tuple((nic.name, str(address)) for nic in node.spec.nics for address in nic.addresses),
            tuple((s.name, daemons.alive(node, s)) for s in services if s.node == node.name),
        )
        for node in lab.nodes()
    )


def _state(node: Node) -> str:
    if not node.powered:
        return "no power"
    wrong = ["frozen"] if node.record.frozen else []
    if node.record.cut:
        wrong.append(f"cut off {', '.join(node.record.cut)}")
    if node.record.silent:
        wrong.append(f"silent on {', '.join(node.record.silent)}")
    return "; ".join(wrong) or "up"
