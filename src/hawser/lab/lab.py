"""A lab: started with one call, found again by its name, broken and healed on purpose, taken away without a
trace.

lab = Lab.up()                              or Lab.find("ha")
lab.node("network1").run(["ip", "netns"])
lab.fail("network1", Fault.POWER)
lab.heal("network1")
subprocess.run(["openstack", "network", "list"], env=lab.environment("admin"))
lab.down()
"""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from enum import StrEnum

from hawser.base.errors import BadInput, LabError
from hawser.lab import (
    agents,
    checks,
    daemons,
    disks,
    environments,
    fabric,
    identity,
    namespaces,
    ports,
    power,
    removal,
    state,
)
from hawser.lab.node import Node
from hawser.lab.progress import Progress, Silent, step
from hawser.lab.secrets import Secrets
from hawser.lab.services import GROUPS, Service, chosen, of_lab
from hawser.lab.startup import Startup, await_agents
from hawser.lab.state import Directory, NodeRecord, Record
from hawser.lab.topology import Topology, ha

DEFAULT_NAME = "ha"


class Fault(StrEnum):
    """What can befall a node."""

    POWER = "power"
    LINK = "link"
    SILENCE = "silence"
    FREEZE = "freeze"


class Lab:
    """A lab that is up. Its truth is the record on disk: two `Lab`s of one name see the same."""

    def __init__(self, directory: Directory, topology: Topology) -> None:
        """Use `up` or `find`."""
        self._directory = directory
        self.topology = topology

    @classmethod
    def up(
        cls,
        name: str = DEFAULT_NAME,
        *,
        dhcp_on: str = "compute",
        services: Collection[str] = GROUPS,
        settings: Collection[str] = (),
        port_offset: int | None = None,
        network_nodes: int = 2,
        progress: Progress | None = None,
    ) -> Lab:
        """Start a lab of the `ha` topology and wait until all of it works.

        ``services`` are groups of `services.GROUPS` (none: bare nodes), ``settings`` options such as
        `network.l3_agent.DEFAULT.ha_vrrp_advert_int=2`. LabError when the machine cannot bear it, a port is
        taken or the lab is there already; nothing is left of a lab that did not come up, or was interrupted.
        """
        checks.all_of()
        lab, groups = cls(Directory(name), ha(dhcp_on, network_nodes)), chosen(services)
        taken = [Directory(other).port_offset() for other in state.names() if other != name]
        doors = ports.choose(taken, port_offset)
        offset = doors["network"] - ports.DEFAULTS["network"]
        record = Record(
            *(name, dhcp_on, offset),
            services=groups,
            settings=tuple(settings),
            ports=doors,
            network_nodes=network_nodes,
        )
        with lab._directory.lock():
            _refuse_existing(lab._directory)
            try:
                lab._create(record, progress or Silent())
            except BaseException:
                removal.remove(lab._directory)
                raise
        return lab

    @classmethod
    def find(cls, name: str = DEFAULT_NAME) -> Lab:
        """The lab of that name; LabError when there is none, or when its start was cut short."""
        record = Directory(name).load()
        if record is None:
            there = ", ".join(state.names())
            hint = f" Those that there are: {there}; say --name." if there else ""
            raise LabError(f"There is no lab '{name}'. Start it: hawser lab up --name {name}.{hint}")
        if not record.ready:
            remedy = f"Wait for it, or remove what there is: hawser lab down --name {name}"
            raise LabError(f"Lab '{name}' is not up yet, or its start was cut short. {remedy}.")
        return cls(Directory(name), ha(record.dhcp_on, record.network_nodes))

    @property
    def name(self) -> str:
        """Its name among the labs of this machine."""
        return self._directory.name

    @property
    def record(self) -> Record:
        """What is recorded of it now: ports, settings, nodes and their faults; LabError once it is down."""
        record = self._directory.load()
        if record is None:
            raise LabError(f"Lab '{self.name}' is down. Start it: hawser lab up --name {self.name}.")
        return record

    def node(self, name: str) -> Node:
        """One of its nodes; BadInput if it has none of that name."""
        return Node(self.name, self.topology.node(name), self.record.nodes.get(name, NodeRecord()))

    def nodes(self) -> tuple[Node, ...]:
        """All of its nodes, in the topology's order."""
        return tuple(self.node(spec.name) for spec in self.topology.nodes)

    def services(self) -> tuple[Service, ...]:
        """The services that it was started with."""
        return of_lab(self.topology, self.record.services)

    def environment(self, user: str) -> dict[str, str]:
        """This process's environment, changed so that `openstack`, `neutron` and `nova` are the pinned clients and
        act as ``user`` (`admin` or `demo`)."""
        values = self.access(user)
        return {**os.environ, **values, "PATH": f"{values['PATH']}:{os.environ.get('PATH', os.defpath)}"}

    def access(self, user: str) -> dict[str, str]:
        """Only what `environment` adds; PATH is the folder of the commands alone."""
        if "identity" not in self.record.services:
            raise LabError(f"Lab '{self.name}' has no Keystone. Start one with all services: hawser lab up.")
        return {
            **identity.variables(user, Secrets.load(self._directory.path), self.record.ports),
            "OS_CLIENT_CONFIG_FILE": str(self._directory.path / disks.CLOUDS_FILE),
            "PATH": str(environments.pinned("commands", "nova").parent),
        }

    def fail(self, name: str, fault: Fault, segment: str = "") -> None:
        """Break a node: cut its power, pull its cable to ``segment`` (`management`, `tunnel`, `external`), lose
        all packets on it though its carrier stands, or freeze its processes."""
        node = self.node(name)
        if fault in (Fault.LINK, Fault.SILENCE) and not segment:
            raise BadInput("link", "no cable is named", "Say management, tunnel or external.")
        with self._changing() as nodes:
            if fault is Fault.POWER:
                changed = power.switch_off(node.spec, nodes)
            elif fault is Fault.FREEZE:
                changed = power.freeze(node.spec, nodes)
            elif fault is Fault.SILENCE:
                changed = power.silence(node.spec, segment, nodes)
            else:
                changed = power.cut(node.spec, segment, nodes)
            self._remember(changed)

    def heal(self, name: str, progress: Progress | None = None) -> None:
        """Undo every fault of a node. One without power starts again with its disk and its services; this
        returns when they are ready."""
        progress, spec = progress or Silent(), self.topology.node(name)
        with self._changing() as nodes:
            if self.node(name).powered:
                thawed = power.thaw(spec, nodes) if nodes[name].frozen else nodes
                self._remember(power.mend(spec, thawed))
                return
            with step(progress, f"{name} has power"):
                self._remember(power.switch_on(self._directory, [spec], nodes))
            self._start([service for service in self.services() if service.node == name], progress)

    def stop(self, key: str, with_signal: signal.Signals = signal.SIGTERM) -> None:
        """End one service, such as `node@network1` or `network@controller`; what it started goes on."""
        service = self._service(key)
        if not self._runs(service):
            raise LabError(f"{key} does not run. Start it: hawser lab start {key} --name {self.name}.")
        daemons.stop(self.node(service.node), service, with_signal)

    def start(self, key: str) -> None:
        """Start one service that was stopped; this returns when it is ready."""
        service = self._service(key)
        if self._runs(service):
            raise LabError(f"{key} runs already. End it first: hawser lab stop {key} --name {self.name}.")
        self._start([service], Silent())

    def _runs(self, service: Service) -> bool:
        return daemons.alive(self.node(service.node), service)

    def _service(self, key: str) -> Service:
        for service in self.services():
            if service.key == key:
                return service
        have = ", ".join(service.key for service in self.services())
        raise BadInput("service", f"there is no '{key}' in the lab", f"It has: {have}.")

    def down(self) -> None:
        """End every process of the lab and delete its files."""
        self.remove(self.name)

    @staticmethod
    def remove(name: str) -> bool:
        """The same for a lab in whatever state, also one whose start was killed; True if there was
        anything."""
        checks.root()
        directory = Directory(name)
        if not directory.path.exists() and not namespaces.find(directory.path):
            return False
        with directory.lock():
            return removal.remove(directory)

    def _create(self, record: Record, progress: Progress) -> None:
        self._directory.save(record)
        sockets = self._listen(self.services())
        try:
            self._create_nodes(progress)
            self._start(self.services(), progress, sockets)
            if {"identity", "network", "node"} <= set(record.services):
                with step(progress, "every agent reports"):
                    self._await_agents()
            if (why := self._dead_service()) is not None:
                raise LabError(why)
        finally:
            ports.close(sockets)
        self._directory.save(replace(self.record, ready=True))

    def _create_nodes(self, progress: Progress) -> None:
        secrets = Secrets.new()
        secrets.save(self._directory.path)
        disks.lay_out(self._directory, self.topology, self.record, secrets)
        for line in disks.unread(self._directory, self.topology):
            with step(progress, line):
                pass
        count = f"{len(self.topology.nodes)} nodes on {len(self.topology.segments)} networks"
        with step(progress, count):
            hub = power.raise_fabric(self._directory, self.topology)
            self._remember({fabric.FABRIC: hub})
            self._remember(power.switch_on(self._directory, self.topology.nodes, self.record.nodes))

    def _start(
        self,
        services: Collection[Service],
        progress: Progress,
        sockets: Mapping[str, socket.socket] | None = None,
    ) -> None:
        """Without sockets: those that the services ask for are made here."""
        own = self._listen(services) if sockets is None else {}
        try:
            Startup(self.node, sockets or own, self.record.ports, progress).run(services)
        finally:
            ports.close(own)

    def _listen(self, services: Collection[Service]) -> dict[str, socket.socket]:
        wanted = [port for service in services for port, _ in service.listens]
        return ports.listen({port: self.record.ports[port] for port in wanted}, self.name)

    def _await_agents(self) -> None:
        admin = identity.variables("admin", Secrets.load(self._directory.path), self.record.ports)
        census = agents.Census(admin, self.record.ports["network"])
        await_agents(census, agents.expected(self.topology), self._dead_service)

    def _dead_service(self) -> str | None:
        for service in self.services():
            if not self._runs(service):
                return f"The {service.title} ended: {daemons.last_words(self.node(service.node), service)}."
        return None

    @contextmanager
    def _changing(self) -> Iterator[dict[str, NodeRecord]]:
        """The nodes as they are recorded now, held against other changes."""
        with self._directory.lock():
            yield dict(self.record.nodes)

    def _remember(self, nodes: Mapping[str, NodeRecord]) -> None:
        self._directory.save(replace(self.record, nodes=dict(nodes)))


def _refuse_existing(directory: Directory) -> None:
    record, name = directory.load(), directory.name
    if record is not None and record.ready:
        remedy = f"Use it (hawser lab status --name {name}), or end it: hawser lab down --name {name}"
        raise LabError(f"Lab '{name}' is already up. {remedy}.")
    if record is not None or namespaces.find(directory.path):
        remedy = f"Remove what is left of it: hawser lab down --name {name}"
        raise LabError(f"The start of lab '{name}' was cut short. {remedy}.")
