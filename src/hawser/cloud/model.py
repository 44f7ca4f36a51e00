"""The nouns of the lab's compute and image services, as frozen values.

A server carries what is wanted of it (``power``, ``boot``) and what its compute node last said (``status``,
``fault``): the service only writes the wish, the compute agent only reports.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from hawser.base.errors import BadInput, NotFound


class Status(StrEnum):
    """A server's state in the words of the Compute API."""

    BUILD = "BUILD"
    ACTIVE = "ACTIVE"
    SHUTOFF = "SHUTOFF"
    REBOOT = "REBOOT"
    ERROR = "ERROR"


class Power(StrEnum):
    """What is wanted of an instance on its node."""

    RUNNING = "running"
    STOPPED = "stopped"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Flavor:
    """The size of an instance: ``ram`` in MiB, ``disk`` in GiB. Only the disk bounds a container."""

    id: str
    name: str
    vcpus: int
    ram: int
    disk: int


FLAVORS = (
    Flavor("1", "m1.tiny", 1, 512, 1),
    Flavor("2", "m1.small", 1, 2048, 20),
    Flavor("3", "m1.medium", 2, 4096, 40),
    Flavor("4", "m1.large", 4, 8192, 80),
    Flavor("5", "m1.xlarge", 8, 16384, 160),
    Flavor("c1", "c1.c1r1", 1, 1024, 1),
)


def flavor(flavor_id: str) -> Flavor:
    """A flavor by id, or `NotFound`."""
    for known in FLAVORS:
        if known.id == flavor_id:
            return known
    raise NotFound("flavor", flavor_id)


@dataclass(frozen=True, slots=True)
class Image:
    """An image. One of container format ``container`` runs over the node's own root and has no payload."""

    id: str
    name: str
    project_id: str
    visibility: str
    status: str
    disk_format: str
    container_format: str
    size: int
    checksum: str | None
    created: datetime
    updated: datetime


@dataclass(frozen=True, slots=True)
class Keypair:
    """A user's public key, in OpenSSH's one-line form. ``fingerprint`` is MD5, as the API shows it."""

    name: str
    user_id: str
    public_key: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class NicRequest:
    """What a create asks for: a port that exists, or a network (and an address) to make a port in."""

    port_id: str | None = None
    network_id: str | None = None
    fixed_ip: str | None = None


@dataclass(frozen=True, slots=True)
class Nic:
    """A server's foot in a network. ``ours`` tells that the port goes when the server goes."""

    port_id: str
    network_id: str
    mac: str
    mtu: int
    addresses: tuple[str, ...]
    ours: bool


@dataclass(frozen=True, slots=True)
class Server:
    """An instance. ``boot`` counts its starts; ``revision`` is the one of its last change of wish.

    ``boot`` makes a reboot a plain change of state: an agent whose container has another boot starts it anew.
    """

    id: str
    name: str
    project_id: str
    user_id: str
    image_id: str
    flavor_id: str
    created: datetime
    updated: datetime
    requested: tuple[NicRequest, ...] = ()
    nics: tuple[Nic, ...] = ()
    host: str | None = None
    power: Power = Power.RUNNING
    boot: int = 1
    status: Status = Status.BUILD
    fault: str = ""
    key_name: str | None = None
    user_data: str = ""
    security_groups: tuple[str, ...] = ("default",)
    metadata: tuple[tuple[str, str], ...] = ()
    revision: int = 0


def now() -> datetime:
    """The time that records carry: UTC, whole seconds."""
    return datetime.now(UTC).replace(microsecond=0)


def hostname(name: str) -> str:
    """A server's name as a host name (RFC 1123): letters, digits, hyphens, at most 63; never empty."""
    label = re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-").lower()[:63].strip("-")
    return label or "instance"


def user_data(text: str) -> bytes:
    """What the API carried as base64 (RFC 4648)."""
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        raise BadInput("user_data", "it is not base64", "Encode it by RFC 4648.") from None
