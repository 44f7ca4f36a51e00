"""The passwords and keys of one lab: random, made once, kept in a file that root alone reads."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

FILE = "secrets.json"


@dataclass(frozen=True, slots=True)
class Secrets:
    """Passwords of Keystone's users by name; the secret that nodes' keys are made from; keepalived's password
    (VRRP carries at most 8 characters); what metadata agents and the compute service have in common."""

    admin: str
    demo: str
    neutron: str
    nova: str
    feed: str
    vrrp: str
    metadata: str

    @staticmethod
    def new() -> Secrets:
        """Fresh ones."""
        admin, demo, neutron, nova = (secrets.token_urlsafe(18) for _ in range(4))
        feed, metadata = secrets.token_hex(32), secrets.token_hex(32)
        return Secrets(admin, demo, neutron, nova, feed, vrrp=secrets.token_hex(4), metadata=metadata)

    @staticmethod
    def load(directory: Path) -> Secrets:
        """Those of the lab in this directory."""
        return Secrets(**json.loads((directory / FILE).read_text()))

    def save(self, directory: Path) -> None:
        """Keep them in the lab's directory."""
        write_private(directory / FILE, json.dumps(asdict(self)))


def write_private(path: Path, text: str) -> None:
    """A file with mode 0600 from its first byte on; folders on the way are made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
