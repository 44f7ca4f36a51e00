"""What runs where: the table of a lab's services, and what each is started with. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from hawser.base.errors import BadInput
from hawser.lab import environments
from hawser.lab.config_files import PATHS
from hawser.lab.identity import PLAN_FILE
from hawser.lab.topology import NodeSpec, Role, Topology

GROUPS = ("identity", "network", "node", "cloud", "internet")
"""What an operator can ask for: Keystone, the networking server, the nodes' agents, compute and image, and names
that can be looked up outside."""


@dataclass(frozen=True, slots=True)
class Service:
    """A daemon of one node. ``listens`` pairs a port's name with the argument that hands over its socket
    (``{fd}`` stands for the descriptor); ``after`` are the keys of the services that must be ready before it
    starts."""

    name: str
    title: str
    node: str
    argv: tuple[str, ...]
    log: str
    listens: tuple[tuple[str, str], ...] = ()
    after: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Unique in a lab: `node@network1`."""
        return f"{self.name}@{self.node}"


def chosen(groups: Collection[str]) -> tuple[str, ...]:
    """The groups in the table's order; BadInput for one that is not known."""
    for group in groups:
        if group not in GROUPS:
            raise BadInput("services", f"there is no '{group}'", f"Choose from {', '.join(GROUPS)}.")
    return tuple(group for group in GROUPS if group in groups)


def of_lab(topology: Topology, groups: Collection[str]) -> tuple[Service, ...]:
    """Every service of the groups, on every node that plays its role."""
    services: list[Service] = []
    for node in topology.with_role(Role.CONTROLLER):
        services += (service for service in _controller(node) if service.name in groups)
    keys = {service.name: service.key for service in services}
    for node in topology.nodes:
        if node.agents and "node" in groups:
            services.append(_agents(node, keys.get("network")))
        if Role.COMPUTE in node.roles and "cloud" in groups:
            services.append(_compute(node, keys.get("cloud")))
        if Role.OUTSIDE in node.roles and "internet" in groups:
            services.append(_internet(node))
    return tuple(services)


def _controller(node: NodeSpec) -> tuple[Service, ...]:
    return _identity(node), _network(node), _cloud(node)


def _identity(node: NodeSpec) -> Service:
    script = Path(str(files("hawser.lab") / "keystone_process.py"))
    # -P: the script's folder, full of modules of ours, is not where Keystone's imports are looked for.
    argv = (str(environments.pinned("keystone", "python")), "-P", str(script), PLAN_FILE)
    log = "/var/log/keystone/keystone.log"
    return Service("identity", "Keystone", node.name, argv, log, (("identity", "--listen-fd={fd}"),))


def _network(node: NodeSpec) -> Service:
    configs = [f"--config-file={PATHS[name]}" for name in ("neutron", "ml2_conf")]
    argv = (str(environments.own("neutron-server")), *configs)
    log = "/var/log/neutron/neutron-server.log"
    return Service("network", "networking server", node.name, argv, log, (("network", "--listen-fd={fd}"),))


def _cloud(node: NodeSpec) -> Service:
    configs = [f"--config={PATHS[name]}" for name in ("neutron", "cloud")]
    argv = (str(environments.own("hawser")), "cloud", "run", *configs)
    listens = (("compute", "--listen-fd=compute={fd}"), ("image", "--listen-fd=image={fd}"))
    log = "/var/log/neutron/cloud.log"
    return Service("cloud", "compute and image services", node.name, argv, log, listens)


def _agents(node: NodeSpec, server: str | None) -> Service:
    argv = (str(environments.own("hawser")), "node", "run")
    title = f"agents of {node.name} ({', '.join(node.agents)})"
    after = (server,) if server else ()
    return Service("node", title, node.name, argv, "/var/log/neutron/node.log", after=after)


def _compute(node: NodeSpec, server: str | None) -> Service:
    argv = (str(environments.own("hawser")), "cloud", "compute")
    title = f"compute agent of {node.name}"
    after = (server,) if server else ()
    return Service("compute", title, node.name, argv, "/var/log/neutron/compute.log", after=after)


def _internet(node: NodeSpec) -> Service:
    argv = ("sh", str(files("hawser.lab") / "internet.sh"))
    return Service("internet", "names on the Internet", node.name, argv, "/var/log/internet.log")
