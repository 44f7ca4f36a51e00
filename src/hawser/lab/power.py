"""Power and wires: nodes switched on together and plugged into the fabric, and switched off.

Each function takes what is recorded of the nodes and answers what is to be recorded of them after.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path

from hawser.base.errors import LabError
from hawser.lab import fabric, namespaces
from hawser.lab.state import Directory, NodeRecord, ProcessId
from hawser.lab.topology import NodeSpec, Topology
from hawser.node.planners import bridge

Nodes = Mapping[str, NodeRecord]


_BACKLOG = Path("/proc/sys/net/core/netdev_max_backlog")
"""It counts for all links of the machine: for those of all of a lab's nodes too, which do not see the setting."""


def raise_fabric(directory: Directory, topology: Topology) -> NodeRecord:
    """Start the namespace that holds the segments' bridges."""
    if int(_BACKLOG.read_text()) < bridge.BACKLOG:
        _BACKLOG.write_text(str(bridge.BACKLOG))
    init = namespaces.wait(namespaces.start(fabric.FABRIC, directory.node(fabric.FABRIC)))
    namespaces.configure_network(init, fabric.bridges(topology))
    return NodeRecord(init)


def switch_on(directory: Directory, specs: Collection[NodeSpec], nodes: Nodes) -> dict[str, NodeRecord]:
    """Start nodes at once, each with the disk that it had, and plug them in. What did start before an error
    is found by `namespaces.find`."""
    starting = {spec.name: namespaces.start(spec.name, directory.node(spec.name)) for spec in specs}
    inits = {name: namespaces.wait(begun) for name, begun in starting.items()}
    hub = _hub(nodes)
    # A node that lost its power may have left its ends of the wires to a kernel that has not yet cleaned up.
    namespaces.configure_network(hub, _unplug(specs), force=True)
    plugs = [line for spec in specs for line in fabric.plug(spec, inits[spec.name].pid)]
    namespaces.configure_network(hub, plugs)
    for spec in specs:
        namespaces.configure_network(inits[spec.name], fabric.addresses(spec))
    return {**nodes, **{name: NodeRecord(init) for name, init in inits.items()}}


def switch_off(spec: NodeSpec, nodes: Nodes) -> dict[str, NodeRecord]:
    """Cut a node's power: every process of it ends at once, nothing is said to anyone."""
    init = nodes[spec.name].init
    if init is not None:
        namespaces.configure_network(
            _hub(nodes), [f"link set {end} down" for end in _ends([spec])], force=True
        )
        namespaces.linger(init)
        namespaces.kill([init])
    namespaces.configure_network(_hub(nodes), _unplug([spec]), force=True)
    return {**nodes, spec.name: NodeRecord()}


def cut(spec: NodeSpec, segment: str, nodes: Nodes) -> dict[str, NodeRecord]:
    """Pull the cable of one NIC: the node sees that its carrier is gone, and keeps its addresses."""
    record = nodes[spec.name]
    _set_wire(spec, segment, "down", nodes)
    done = tuple(sorted({*record.cut, segment}))
    return {**nodes, spec.name: replace(record, cut=done)}


def silence(spec: NodeSpec, segment: str, nodes: Nodes) -> dict[str, NodeRecord]:
    """Lose every packet of one NIC, both ways, somewhere beyond it: the node goes on seeing a carrier."""
    record = nodes[spec.name]
    _set_wire(spec, segment, "nomaster", nodes)
    done = tuple(sorted({*record.silent, segment}))
    return {**nodes, spec.name: replace(record, silent=done)}


def mend(spec: NodeSpec, nodes: Nodes) -> dict[str, NodeRecord]:
    """Plug every pulled cable of a node in again, and lose no more packets."""
    record = nodes[spec.name]
    for segment in record.cut:
        _set_wire(spec, segment, "up", nodes)
    for segment in record.silent:
        _set_wire(spec, segment, f"master {segment}", nodes)
    return {**nodes, spec.name: replace(record, cut=(), silent=())}


def freeze(spec: NodeSpec, nodes: Nodes) -> dict[str, NodeRecord]:
    """Stop every process of a node (SIGSTOP), as a machine that hangs; its kernel goes on forwarding
    packets."""
    record = nodes[spec.name]
    namespaces.signal_all(_powered(spec, record), "STOP")
    return {**nodes, spec.name: replace(record, frozen=True)}


def thaw(spec: NodeSpec, nodes: Nodes) -> dict[str, NodeRecord]:
    """Let the processes of a frozen node go on."""
    record = nodes[spec.name]
    init = _powered(spec, record)
    namespaces.signal_all(init, "CONT")
    namespaces.resume_entrances(init)
    return {**nodes, spec.name: replace(record, frozen=False)}


def _set_wire(spec: NodeSpec, segment: str, state: str, nodes: Nodes) -> None:
    end = fabric.end(spec, spec.nic(segment))
    namespaces.configure_network(_hub(nodes), [f"link set {end} {state}"])


def _unplug(specs: Collection[NodeSpec]) -> list[str]:
    return [f"link del {end}" for end in _ends(specs)]


def _ends(specs: Collection[NodeSpec]) -> list[str]:
    return [fabric.end(spec, nic) for spec in specs for nic in spec.nics]


def _hub(nodes: Nodes) -> ProcessId:
    init = nodes[fabric.FABRIC].init
    if init is None or not init.alive():
        raise LabError("The lab's wires are gone: its fabric was killed. Start anew: hawser lab down.")
    return init


def _powered(spec: NodeSpec, record: NodeRecord) -> ProcessId:
    if record.init is None or not record.init.alive():
        raise LabError(f"Node {spec.name} has no power. Start it again: hawser lab heal {spec.name}.")
    return record.init
