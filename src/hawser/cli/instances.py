"""Where a lab's instances run, for those who want to enter one."""

from __future__ import annotations

from hawser.base.errors import BadInput
from hawser.cloud.agent.containers import FOLDER
from hawser.cloud.agent.record import Record, load
from hawser.lab.environments import own
from hawser.lab.lab import Lab
from hawser.lab.node import Node
from hawser.lab.topology import Role


def argv(lab: Lab, server: str, command: list[str]) -> list[str]:
    """What to execute on the host to run ``command`` in the instance of that name or id. BadInput names those that
    there are."""
    found = [(node, record) for node in _hosts(lab) for record in load(node.path(str(FOLDER)))]
    node, record = _chosen(server, found)
    return node.argv([str(own("hawser")), "cloud", "exec", record.id, "--", *command])


def _hosts(lab: Lab) -> list[Node]:
    return [node for node in lab.nodes() if Role.COMPUTE in node.spec.roles and node.powered]


def _chosen(server: str, found: list[tuple[Node, Record]]) -> tuple[Node, Record]:
    for node, record in found:
        if server in (record.id, record.name):
            return node, record
    names = ", ".join(record.name for _, record in found)
    remedy = f"There are: {names}." if names else "There is none yet: openstack server create."
    raise BadInput("instance", f"there is no '{server}' in the lab", remedy)
