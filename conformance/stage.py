"""What a run stands on: one Keystone, and for each database a networking server with agents and an external network."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from keystoneauth1.identity import v3
from keystoneauth1.session import Session

from conformance import agents, processes
from conformance.site import Site
from hawser.lab import environments, postgresql
from hawser.lab.config_files import PHYSICAL_NETWORKS
from hawser.lab.progress import Progress, step
from hawser.lab.secrets import Secrets
from hawser.lab.topology import EXTERNAL

DATABASES = ("sqlite", "postgresql")


@dataclass(frozen=True, slots=True)
class Server:
    """A networking server that runs: its process, and its database's URL."""

    pid: int
    connection: str


@contextmanager
def identity(log: Path, progress: Progress) -> Iterator[Site]:
    """The real Keystone in a temporary folder, until the block ends; it writes to ``log``."""
    with tempfile.TemporaryDirectory(prefix="hawser-conformance-") as folder:
        ports = processes.free_ports("identity", "network", "compute", "image")
        site = Site(Path(folder), Secrets.new(), ports)
        script = str(files("hawser.lab") / "keystone_process.py")
        # -P: the script's folder, full of modules of ours, is not where Keystone's imports are looked for.
        argv = [str(environments.pinned("keystone", "python")), "-P", script, str(site.keystone_plan())]
        with ExitStack() as stack:
            with step(progress, "Keystone"):
                stack.enter_context(processes.service(argv, log, f"{site.identity_url}/v3"))
            yield site


@contextmanager
def server(
    site: Site,
    database: str,
    log: Path,
    progress: Progress,
    *,
    wired: bool = False,
    durable: bool = False,
) -> Iterator[Server]:
    """A networking server on a new database (`sqlite` or `postgresql`), with agents that live, until the block
    ends. Where they are ``wired``, ports and routers that they host become active. A ``durable`` PostgreSQL waits
    for the disk at every commit, as SQLite always does."""
    with ExitStack() as stack:
        with step(progress, f"networking server on {database}"):
            connection = stack.enter_context(_database(site, database, durable))
            configs = [f"--config-file={file}" for file in site.server_files(connection)]
            policy = f"--policy-file={site.folder}/policy.yaml"  # there is none: the rules are those in code
            argv = [sys.executable, "-m", "hawser.cli.server", *configs, policy]
            pid = stack.enter_context(processes.service(argv, log, site.network_url))
            stack.enter_context(agents.alive(site, wired))
        yield Server(pid, connection)


@contextmanager
def compute(site: Site, log: Path, progress: Progress) -> Iterator[None]:
    """The lab's compute service with nodes that live, until the block ends; beside a networking server."""
    with ExitStack() as stack:
        with step(progress, "compute service"):
            argv = [str(environments.own("hawser")), "cloud", "run", f"--config={site.cloud_file()}"]
            stack.enter_context(processes.service(argv, log, site.compute_url))
            stack.enter_context(agents.computing(site))
        yield


@contextmanager
def _database(site: Site, kind: str, durable: bool) -> Iterator[str]:
    if kind == "sqlite":
        with tempfile.TemporaryDirectory(dir=site.folder) as folder:
            yield f"sqlite:///{folder}/neutron.sqlite"
        return
    with postgresql.running(durable) as running:
        yield running.database()


class Admin:
    """The administrator at the networking API. Bodies are the API's own, so they are the only dicts here."""

    def __init__(self, site: Site) -> None:
        said = site.variables("admin")
        self._base = f"{site.network_url}/v2.0"
        self._session = Session(
            auth=v3.Password(
                auth_url=said["OS_AUTH_URL"],
                username=said["OS_USERNAME"],
                password=said["OS_PASSWORD"],
                project_name=said["OS_PROJECT_NAME"],
                user_domain_name=said["OS_USER_DOMAIN_NAME"],
                project_domain_name=said["OS_PROJECT_DOMAIN_NAME"],
            )
        )

    def create(self, noun: str, **attributes: Any) -> dict[str, Any]:
        """POST one: `create("network", name="blue")`."""
        answer = self._session.post(f"{self._base}/{noun}s", json={noun: attributes})
        return dict(answer.json()[noun])

    def extensions(self) -> list[str]:
        """The aliases that GET /extensions lists, sorted."""
        listed = self._session.get(f"{self._base}/extensions").json()["extensions"]
        return sorted(extension["alias"] for extension in listed)


def external_network(admin: Admin) -> str:
    """A new external network with the lab's addresses; its id."""
    physical = {"provider:network_type": "flat", "provider:physical_network": PHYSICAL_NETWORKS[0]}
    made = admin.create("network", name="public", shared=False, **{"router:external": True, **physical})
    admin.create("subnet", network_id=made["id"], ip_version=4, cidr=str(EXTERNAL.network), enable_dhcp=False)
    return str(made["id"])
