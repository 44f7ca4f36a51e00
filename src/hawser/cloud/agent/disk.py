"""An instance's disk: the layer that an overlay puts over the node's own root.

It holds what differs from the node: the instance's name, its user data and keys, and whiteouts and opaque
directories (the overlay filesystem's own marks) for everything that an instance must not see.
"""

from __future__ import annotations

import os
import stat
from importlib import resources
from pathlib import Path

from hawser.cloud.model import user_data
from hawser.cloud.wire import Instance

SYSTEM = frozenset({"bin", "sbin", "lib", "lib32", "lib64", "libx32", "usr", "etc", "var", "opt"})
FRESH = {"proc": 0o755, "sys": 0o755, "dev": 0o755, "run": 0o755, "tmp": 0o1777, "mnt": 0o755, "home": 0o755}
SECRET_DIRECTORIES = (
    "root",
    "etc/neutron",
    "etc/hawser",
    "etc/ssl/private",
    "etc/keepalived",
    "var/lib/neutron",
    "var/lib/cloud",
    "var/log/neutron",
)
SCRIPTS = {
    "etc/udhcpc/hawser.script": "dhcp.sh",
    "usr/sbin/hawser-boot": "boot.sh",
    "usr/sbin/hawser-interface": "interface.sh",
}


def make(directory: Path, instance: Instance) -> None:
    """Lay out ``upper``, ``work`` and ``root`` under ``directory``; a disk that is there already is kept."""
    for name in ("upper", "work", "root"):
        (directory / name).mkdir(mode=0o755, exist_ok=True)
    upper = directory / "upper"
    if not (upper / "etc").exists():
        _hide(upper)
    _personalise(upper, instance)


def _hide(upper: Path) -> None:
    for path in Path("/").iterdir():
        if path.name not in SYSTEM and path.name not in FRESH and path.name != "root":
            os.mknod(upper / path.name, stat.S_IFCHR, os.makedev(0, 0))
    for name, mode in FRESH.items():
        (upper / name).mkdir()
        (upper / name).chmod(mode)
    for name in SECRET_DIRECTORIES:
        hidden = upper / name
        hidden.mkdir(parents=True, mode=0o755)
        os.setxattr(hidden, "trusted.overlay.opaque", b"y")
    for key in Path("/etc/ssh").glob("ssh_host_*_key"):
        (upper / "etc/ssh").mkdir(exist_ok=True)
        os.mknod(upper / "etc/ssh" / key.name, stat.S_IFCHR, os.makedev(0, 0))


def _personalise(upper: Path, instance: Instance) -> None:
    _write(upper / "etc/hostname", instance.hostname + "\n")
    _write(upper / "etc/hosts", f"127.0.0.1 localhost\n127.0.1.1 {instance.hostname}\n::1 localhost\n")
    _write(upper / "etc/resolv.conf", "")
    scripts = resources.files("hawser.cloud.agent")
    for path, script in SCRIPTS.items():
        _write(upper / path, (scripts / script).read_text(), 0o755)
    if instance.public_key:
        _write(upper / "root/.ssh/authorized_keys", instance.public_key.strip() + "\n", 0o600)
    if instance.user_data:
        _write(upper / "var/lib/cloud/user-data", user_data(instance.user_data), 0o600)


def _write(path: Path, content: str | bytes, mode: int = 0o644) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    path.chmod(mode)
