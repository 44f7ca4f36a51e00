"""What lies on the nodes' disks before they start: hosts, names, configuration, the lab's own files for
clients."""

from __future__ import annotations

from hawser.base import config
from hawser.lab import config_files, environments, identity
from hawser.lab.config_files import PATHS
from hawser.lab.secrets import Secrets, write_private
from hawser.lab.settings import Setting
from hawser.lab.state import Directory, Record
from hawser.lab.topology import NodeSpec, Role, Topology

CLOUDS_FILE = "clouds.yaml"
_FOLDERS = ("etc/neutron", "var/lib/neutron", "var/log/neutron")


def lay_out(directory: Directory, topology: Topology, record: Record, secrets: Secrets) -> None:
    """Write every node's files; and, with Keystone in the lab, `clouds.yaml` in the lab's directory."""
    settings = [Setting.parse(text, topology.nodes, PATHS) for text in record.settings]
    for node in topology.nodes:
        _lay_out_node(directory, node, topology, config_files.of_node(node, secrets, settings))
    if "identity" in record.services:
        for node in topology.with_role(Role.CONTROLLER):
            plan = identity.plan(secrets, record.ports, environments.cache())
            _write(directory, node, {identity.PLAN_FILE: plan})
        write_private(directory.path / CLOUDS_FILE, identity.clouds_yaml(secrets, record.ports))


def unread(directory: Directory, topology: Topology) -> list[str]:
    """What the nodes' networking files say that no service reads: a line each."""
    files = [PATHS[name] for name in config_files.NETWORKING]
    return [
        line
        for node in topology.nodes
        for line in config.strangers(directory.disk(node.name) / file.lstrip("/") for file in files)
    ]


def _lay_out_node(
    directory: Directory, node: NodeSpec, topology: Topology, files: config_files.Texts
) -> None:
    for folder in _FOLDERS:
        (directory.disk(node.name) / folder).mkdir(parents=True)
    _write(directory, node, files)
    etc = directory.disk(node.name) / "etc"
    (etc / "hosts").write_text(config_files.hosts(topology))
    (etc / "hostname").write_text(node.name + "\n")


def _write(directory: Directory, node: NodeSpec, files: config_files.Texts) -> None:
    """The files hold passwords: only root reads them."""
    for path, text in files.items():
        write_private(directory.disk(node.name) / path.lstrip("/"), text)
