"""One place on this machine with a configuration like a lab's: its folder, passwords, ports and files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from hawser.lab import config_files, environments, identity
from hawser.lab.ports import LOOPBACK
from hawser.lab.secrets import Secrets, write_private
from hawser.lab.settings import Setting
from hawser.lab.topology import NodeSpec, Role, ha

TOPOLOGY = ha()
(CONTROLLER,) = TOPOLOGY.with_role(Role.CONTROLLER)
NODES = tuple(node for node in TOPOLOGY.nodes if node.agents)
"""Those that run agents."""


@dataclass(frozen=True, slots=True)
class Site:
    """``ports`` has those of `identity`, `network`, `compute` and `image`."""

    folder: Path
    secrets: Secrets
    ports: dict[str, int]

    @property
    def identity_url(self) -> str:
        """Where Keystone answers."""
        return f"http://{LOOPBACK}:{self.ports['identity']}"

    @property
    def compute_url(self) -> str:
        """Where the compute service answers."""
        return f"http://{LOOPBACK}:{self.ports['compute']}"

    @property
    def network_url(self) -> str:
        """Where the networking server answers."""
        return f"http://{LOOPBACK}:{self.ports['network']}"

    def keystone_plan(self) -> Path:
        """Write what Keystone is started with; the file's path."""
        data = self.folder / "keystone"
        options = {
            "database.connection": f"sqlite:///{data}/keystone.sqlite",
            "fernet_tokens.key_repository": f"{data}/fernet-keys",
            "fernet_receipts.key_repository": f"{data}/receipt-keys",
            "credential.key_repository": f"{data}/credential-keys",
        }
        plan = json.loads(identity.plan(self.secrets, self.ports, environments.cache()))
        plan |= {
            "config": str(self._file(CONTROLLER, "keystone", options)),
            "database": f"{data}/keystone.sqlite",
            "bind_host": LOOPBACK,
            "bind_port": self.ports["identity"],
            "catalog": [(kind, name, public, public) for kind, name, public, _ in plan["catalog"]],
        }
        path = self.folder / "keystone-plan.json"
        write_private(path, json.dumps(plan))
        return path

    def server_files(self, connection: str) -> tuple[Path, Path]:
        """Write the networking server's two configuration files for a database; their paths."""
        options = {
            "DEFAULT.bind_host": LOOPBACK,
            "DEFAULT.bind_port": str(self.ports["network"]),
            "DEFAULT.state_path": str(self.folder),
            "database.connection": connection,
            "keystone_authtoken.auth_url": self.identity_url,
            "keystone_authtoken.www_authenticate_uri": self.identity_url,
        }
        return self._file(CONTROLLER, "neutron", options), self._file(CONTROLLER, "ml2_conf", {})

    def node_files(self, node: NodeSpec) -> list[Path]:
        """Write the configuration of a node's agents; the files' paths."""
        options = {"DEFAULT.host": node.name, "hawser.server_url": self.network_url}
        return [self._file(node, "neutron", options), self._file(node, "linuxbridge_agent", {})]

    def cloud_file(self) -> Path:
        """Write the configuration of the compute and image services; the file's path."""
        options = {
            "DEFAULT.state_path": str(self.folder),
            "cloud.bind_host": LOOPBACK,
            "cloud.compute_port": str(self.ports["compute"]),
            "cloud.image_port": str(self.ports["image"]),
            "cloud.network_url": self.network_url,
            "nova.auth_url": self.identity_url,
            "hawser.feed_secret": self.secrets.feed,
        }
        return self._file(CONTROLLER, "cloud", options)

    def variables(self, user: str) -> dict[str, str]:
        """The environment variables of a client that acts as ``user``: `admin` or `demo`."""
        return identity.variables(user, self.secrets, self.ports)

    def clouds_file(self) -> Path:
        """Write what the SDK reads, with the clouds `admin` and `demo`; the file's path."""
        path = self.folder / "clouds.yaml"
        write_private(path, identity.clouds_yaml(self.secrets, self.ports))
        return path

    def _file(self, node: NodeSpec, name: str, options: Mapping[str, str]) -> Path:
        """Write one file of the lab's node with ``options`` (`SECTION.OPTION`) in place of the lab's."""
        changes = [
            Setting(node.name, name, section, option, value)
            for (section, _, option), value in ((key.partition("."), value) for key, value in options.items())
        ]
        texts = config_files.of_node(node, self.secrets, changes)
        path = self.folder / f"{node.name}-{name}.ini"
        write_private(path, texts[config_files.PATHS[name]])
        return path
