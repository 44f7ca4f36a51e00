"""What must be true of this machine before a lab can start; each failed check is one line with its remedy."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile

from hawser.base.errors import LabError

TOOLS = {
    "unshare": "util-linux",
    "nsenter": "util-linux",
    "setsid": "util-linux",
    "setpriv": "util-linux",
    "ip": "iproute2",
    "keepalived": "keepalived",
    "conntrackd": "conntrackd",
    "dnsmasq": "dnsmasq-base",
    "iptables-restore": "iptables",
    "ping": "iputils-ping",
}

# In namespaces of their own, so that nothing stays of it; the first line that fails is the answer.
_PROBE = """
try() { feature=$1; shift; "$@" >/dev/null 2>&1 || { echo "$feature"; exit 1; }; }
mount -t tmpfs probe "$1" || { echo tmpfs; exit 1; }
mkdir "$1/upper" "$1/work"
try "bridge links" ip link add probe0 type bridge
try "veth links" ip link add probe1 type veth peer name probe2
try "vxlan links" ip link add probe3 type vxlan id 1 dstport 4789
layers=lowerdir=/etc,upperdir=$1/upper,workdir=$1/work
try "the overlay file system" mount -t overlay overlay -o "$layers" /etc
"""


def root() -> None:
    """Namespaces, mounts and links need root."""
    if os.geteuid() != 0:
        raise LabError(
            "The lab needs root, to make and end namespaces and network links. Try again with sudo."
        )


def tools() -> None:
    """The programs of the machine that nodes run."""
    missing = sorted({package for tool, package in TOOLS.items() if shutil.which(tool) is None})
    if missing:
        raise LabError(f"The lab needs programs that are missing. Try: apt-get install {' '.join(missing)}.")


def kernel() -> None:
    """The kernel's features, each by trying it in a namespace that ends with the trial (about 20 ms)."""
    unshare = ["unshare", "--net", "--mount", "--uts", "--ipc", "--pid", "--fork", "--propagation", "private"]
    with tempfile.TemporaryDirectory() as scratch:
        argv = [*unshare, "sh", "-c", _PROBE, "sh", scratch]
        done = subprocess.run(argv, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return
    lacking = done.stdout.strip() or f"namespaces ({done.stderr.strip()})"
    remedy = "Use a kernel with them (Debian's has them; modprobe bridge veth vxlan overlay)."
    raise LabError(f"This kernel, or this container's rights, lack {lacking}. {remedy}")


def all_of() -> None:
    """Every check, cheapest first."""
    root()
    tools()
    kernel()
