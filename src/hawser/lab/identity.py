"""What Keystone is started with: users, projects, the catalog; and how users are told to reach it. Pure."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from pathlib import Path

from hawser.base.errors import BadInput
from hawser.lab.config_files import PATHS, REGION
from hawser.lab.secrets import Secrets

PLAN_FILE = "/etc/keystone/plan.json"
DATABASE = "/var/lib/keystone/keystone.sqlite"
USERS = ("admin", "demo")

# Type, name, port and path of each service; a node reaches it at its own port on the controller.
_CATALOG = (
    ("identity", "keystone", 5000, "/v3"),
    ("network", "neutron", 9696, ""),
    ("compute", "nova", 8774, "/v2.1"),
    ("image", "glance", 9292, ""),
)


def plan(secrets: Secrets, ports: Mapping[str, int], cache: Path) -> str:
    """The JSON that `keystone_process.py` reads (its `Plan`)."""
    service = [("service", "admin"), ("service", "service")]
    return json.dumps(
        {
            "config": PATHS["keystone"],
            "database": DATABASE,
            "schema_cache": str(cache),
            "bind_host": "0.0.0.0",
            "bind_port": 5000,
            "region": REGION,
            "admin_password": secrets.admin,
            "projects": ["demo", "service"],
            "users": [
                ("demo", secrets.demo, [("demo", "member"), ("demo", "reader")]),
                ("neutron", secrets.neutron, service),
                ("nova", secrets.nova, service),
            ],
            "catalog": [
                (kind, name, f"http://127.0.0.1:{ports[kind]}{path}", f"http://controller:{port}{path}")
                for kind, name, port, path in _CATALOG
            ],
        }
    )


def variables(user: str, secrets: Secrets, ports: Mapping[str, int]) -> dict[str, str]:
    """The variables of a client on the host that acts as ``user`` in the project of the same name."""
    return {
        "OS_AUTH_URL": f"http://127.0.0.1:{ports['identity']}/v3",
        "OS_IDENTITY_API_VERSION": "3",
        "OS_AUTH_TYPE": "password",
        "OS_USERNAME": user,
        "OS_PASSWORD": _password(user, secrets),
        "OS_PROJECT_NAME": user,
        "OS_USER_DOMAIN_NAME": "Default",
        "OS_PROJECT_DOMAIN_NAME": "Default",
        "OS_REGION_NAME": REGION,
    }


def openrc(values: Mapping[str, str]) -> str:
    """Lines for a shell to evaluate; PATH goes before the shell's own, the commands' folder only once."""
    lines = [f"export {name}={shlex.quote(value)}" for name, value in values.items() if name != "PATH"]
    if "PATH" in values:
        folder = shlex.quote(values["PATH"])
        lines.append(f'case ":$PATH:" in *:{folder}:*) ;; *) export PATH={folder}:"$PATH" ;; esac')
    return "\n".join(lines) + "\n"


def clouds_yaml(secrets: Secrets, ports: Mapping[str, int]) -> str:
    """The file that `openstack --os-cloud admin` and the SDK read. JSON is YAML."""
    clouds = {}
    for user in USERS:
        clouds[user] = {
            "auth": {
                "auth_url": f"http://127.0.0.1:{ports['identity']}/v3",
                "username": user,
                "password": _password(user, secrets),
                "project_name": user,
                "user_domain_name": "Default",
                "project_domain_name": "Default",
            },
            "region_name": REGION,
            "identity_api_version": 3,
        }
    return json.dumps({"clouds": clouds}, indent=2) + "\n"


def _password(user: str, secrets: Secrets) -> str:
    if user not in USERS:
        raise BadInput("user", f"'{user}' has no openrc", f"Say {' or '.join(USERS)}.")
    return secrets.admin if user == "admin" else secrets.demo
