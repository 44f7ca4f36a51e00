"""The real Keystone as one process: database, keys, first content and HTTP server.

It runs in Keystone's own Python environment, so it imports nothing of Hawser: what it needs comes in one JSON
file (written by `hawser.lab.identity`) whose keys are the fields of `Plan`. Doing all in one process pays for
Keystone's imports once; an empty schema is kept in a cache (it holds no secret) because the migrations take
longer than everything else together.

usage: keystone_process.py PLAN.json [--listen-fd N]
"""

from __future__ import annotations

import argparse
import json
import shutil
import socket
import sqlite3
import sys
import uuid
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Plan:
    """What to run. ``projects`` are names; ``users`` are rows of name, password and (project, role) pairs;
    ``catalog`` rows are type, name, and the public and internal URLs."""

    config: str
    database: str
    schema_cache: str
    bind_host: str
    bind_port: int
    region: str
    admin_password: str
    projects: list[str]
    users: list[tuple[str, str, list[tuple[str, str]]]]
    catalog: list[tuple[str, str, str, str]]


def main() -> None:
    """Start, and serve until the process is ended."""
    parser = argparse.ArgumentParser()
    parser.add_argument("plan", type=Path)
    parser.add_argument("--listen-fd", type=int)
    arguments = parser.parse_args()
    plan = Plan(**json.loads(arguments.plan.read_text()))
    sys.argv = sys.argv[:1]  # Keystone would read our arguments as its own
    serve(application(plan), sockets(plan, arguments.listen_fd))


def application(plan: Plan) -> Any:
    """Keystone's WSGI application over a database that holds the plan's projects, users and catalog."""
    import keystone.server
    from keystone.server import backends
    from keystone.server.flask import application as flask_application
    from keystone.server.flask import core

    keystone.server.configure(config_files=[plan.config])
    database, complete = Path(plan.database), Path(plan.database + ".complete")
    if complete.exists():
        backends.load_backends()
    else:
        lay_schema(database, Path(plan.schema_cache))
        make_keys()
        fill(plan)
        complete.touch()
    return core.setup_app_middleware(flask_application.application_factory("public"))


def lay_schema(database: Path, cache: Path) -> None:
    """An empty database with this release's tables, copied from the cache or made by the migrations."""
    database.parent.mkdir(parents=True, exist_ok=True)
    cached = cache / f"keystone-{version('keystone')}.sqlite"
    if cached.exists():
        shutil.copy(cached, database)
        return
    from keystone.common.sql import upgrades

    database.unlink(missing_ok=True)
    upgrades.offline_sync_database_to_version()
    cache.mkdir(parents=True, exist_ok=True)
    draft = cache / f".{uuid.uuid4().hex}"
    with sqlite3.connect(database) as source, sqlite3.connect(draft) as target:
        source.backup(target)
    draft.replace(cached)  # a half-written cache is never seen, whoever else starts a lab now


def make_keys() -> None:
    """The keys that tokens, receipts and credentials are encrypted with: new ones for each lab."""
    from keystone.common import fernet_utils
    from keystone.conf import CONF

    for group, active in (("fernet_tokens", 3), ("fernet_receipts", 3), ("credential", 3)):
        keys = fernet_utils.FernetUtils(CONF[group].key_repository, active, group)
        keys.create_key_directory()
        keys.initialize_key_repository()


def fill(plan: Plan) -> None:
    """Keystone's own bootstrap, then the plan's projects, users and catalog."""
    from keystone.cmd.bootstrap import Bootstrapper
    from keystone.common.provider_api import ProviderAPIs

    first = Bootstrapper()
    first.admin_username, first.admin_password, first.admin_role_name = "admin", plan.admin_password, "admin"
    first.project_name, first.region_id, first.service_name = "admin", plan.region, "keystone"
    identity = next(row for row in plan.catalog if row[0] == "identity")
    first.public_url, first.internal_url, first.admin_url = identity[2], identity[3], identity[3]
    first.bootstrap()
    projects = {"admin": first.project_id} | {name: add_project(name) for name in plan.projects}
    roles = {role["name"]: role["id"] for role in ProviderAPIs.role_api.list_roles()}
    for name, password, grants in plan.users:
        add_user(name, password, [(projects[project], roles[role]) for project, role in grants])
    for row in plan.catalog:
        if row[0] != "identity":
            add_service(plan.region, *row)


def add_project(name: str) -> str:
    """A project in the default domain; answers its id."""
    from keystone.common.provider_api import ProviderAPIs

    project = {
        "id": uuid.uuid4().hex,
        "name": name,
        "domain_id": "default",
        "enabled": True,
        "description": "",
    }
    return str(ProviderAPIs.resource_api.create_project(project["id"], project)["id"])


def add_user(name: str, password: str, grants: list[tuple[str, str]]) -> None:
    """A user in the default domain with roles on projects, given as pairs of ids."""
    from keystone.common.provider_api import ProviderAPIs

    draft = {"name": name, "password": password, "domain_id": "default", "enabled": True}
    user = ProviderAPIs.identity_api.create_user(draft)
    for project_id, role_id in grants:
        ProviderAPIs.assignment_api.add_role_to_user_and_project(user["id"], project_id, role_id)


def add_service(region: str, kind: str, name: str, public: str, internal: str) -> None:
    """A row of the catalog with its three endpoints; the admin one is the internal one."""
    from keystone.common.provider_api import ProviderAPIs

    service_id = uuid.uuid4().hex
    service = {"id": service_id, "type": kind, "name": name, "enabled": True}
    ProviderAPIs.catalog_api.create_service(service_id, service)
    for interface, url in (("public", public), ("internal", internal), ("admin", internal)):
        endpoint = {"id": uuid.uuid4().hex, "interface": interface, "url": url, "service_id": service_id}
        ProviderAPIs.catalog_api.create_endpoint(
            endpoint["id"], endpoint | {"region_id": region, "enabled": True}
        )


def sockets(plan: Plan, listen_fd: int | None) -> list[socket.socket]:
    """The plan's own listening socket and the one that was handed over, if any."""
    own = socket.create_server((plan.bind_host, plan.bind_port), backlog=128)
    return [own] if listen_fd is None else [own, socket.socket(fileno=listen_fd)]


def serve(wsgi: Any, listening: list[socket.socket]) -> None:
    """Serve until the end. One thread: Keystone's work is Python's, which runs one at a time in any case, and
    SQLite refuses those of its transactions that write after they read while another wrote."""
    import waitress

    waitress.serve(wsgi, sockets=listening, threads=1, ident=None)


if __name__ == "__main__":
    main()
