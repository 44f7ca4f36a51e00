"""How many addresses a network has, and how many of them are taken."""

from __future__ import annotations

from dataclasses import dataclass

from hawser.base.addresses import Network


@dataclass(frozen=True, slots=True)
class SubnetIpAvailability:
    """``total`` are the addresses of the subnet's pools, ``used`` those of it that ports have, in pools or not."""

    subnet_id: str
    subnet_name: str
    cidr: Network
    total: int
    used: int


@dataclass(frozen=True, slots=True)
class NetworkIpAvailability:
    """The same of a network: the sums of its subnets'."""

    network_id: str
    network_name: str
    project_id: str
    subnets: tuple[SubnetIpAvailability, ...]

    @property
    def total(self) -> int:
        """The addresses of all pools."""
        return sum(subnet.total for subnet in self.subnets)

    @property
    def used(self) -> int:
        """The addresses that ports have."""
        return sum(subnet.used for subnet in self.subnets)
