"""What the compute service and its agents say to each other: the wish one way, the state the other.

Lines are JSON by `hawser.wire.codec`. A `Wish` is complete: an instance that is not in it shall not be on the
host.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Plug:
    """One interface of an instance: the port's MAC and the network's MTU (bytes)."""

    port_id: str
    mac: str
    mtu: int


@dataclass(frozen=True, slots=True)
class Instance:
    """What a compute node shall run. ``user_data`` is base64; ``disk`` is in GiB."""

    id: str
    name: str
    hostname: str
    image: str
    disk: int
    running: bool
    boot: int
    plugs: tuple[Plug, ...]
    public_key: str = ""
    user_data: str = ""


@dataclass(frozen=True, slots=True)
class Wish:
    """All instances of one host, as of ``revision``."""

    revision: int
    instances: tuple[Instance, ...]


@dataclass(frozen=True, slots=True)
class InstanceState:
    """How an instance is: ``fault`` says why it could not start, ``console`` is the end of its output."""

    id: str
    boot: int
    running: bool
    fault: str = ""
    console: str = ""


@dataclass(frozen=True, slots=True)
class HostState:
    """All instances that are on a host, once it has carried out the wish of ``revision``.

    ``settling`` are the ids that it is still working on: their states are not final.
    """

    revision: int
    instances: tuple[InstanceState, ...]
    settling: tuple[str, ...] = ()
