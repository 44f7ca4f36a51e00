"""The picture of the store that nodes' intents are compiled from.

The store fills it (`store/snapshot.py`) and keeps it up to date by the change log; here it is only read.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from hawser.server.model.agent import Agent, DhcpHosting
from hawser.server.model.floatingip import FloatingIp
from hawser.server.model.network import Network
from hawser.server.model.port import Port
from hawser.server.model.router import Router, RouterHost
from hawser.server.model.subnet import Subnet


@dataclass(slots=True)
class Picture:
    """All the nouns as of ``revision``, by id; hostings by (router or network id, agent id)."""

    revision: int = 0
    networks: dict[str, Network] = field(default_factory=dict)
    subnets: dict[str, Subnet] = field(default_factory=dict)
    ports: dict[str, Port] = field(default_factory=dict)
    routers: dict[str, Router] = field(default_factory=dict)
    floating_ips: dict[str, FloatingIp] = field(default_factory=dict)
    agents: dict[str, Agent] = field(default_factory=dict)
    router_hosts: dict[tuple[str, str], RouterHost] = field(default_factory=dict)
    dhcp_hostings: dict[tuple[str, str], DhcpHosting] = field(default_factory=dict)
