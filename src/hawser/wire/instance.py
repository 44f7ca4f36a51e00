"""What a node's metadata agent asks a server: whose address is it that a request comes from? ::

    GET /feed/v1/hosts/{host}/instance?router=ID&address=ADDRESS
    GET /feed/v1/hosts/{host}/instance?network=ID&address=ADDRESS

An address alone says nothing, for projects' addresses overlap: it is one behind a router, or in a network, that the
host that asks carries.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Instance:
    """The answer: the instance that has the port with this address, and the port's project."""

    id: str
    project_id: str
