"""Which addresses a port gets: those it asks for, or the lowest free ones of its network's subnets."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv6Network

from hawser.base.addresses import Address, eui64
from hawser.base.errors import BadInput, Conflict, NoMoreRoom
from hawser.server.allocate import addresses
from hawser.server.model.port import ADDRESSED_OWNERS, FixedIp, WantedIp
from hawser.server.model.subnet import Subnet
from hawser.server.model.unset import UNSET, Unset
from hawser.server.store.session import Transaction
from hawser.server.store.tables import freerange
from hawser.server.store.tables import port as port_rows
from hawser.server.store.tables import subnet as subnet_rows
from hawser.server.store.tables.network import networks

_FIELD = "fixed_ips"


class Addressing:
    """Chooses the addresses of one port; every one that it gives is taken for the next."""

    def __init__(
        self,
        tx: Transaction,
        network_id: str,
        *,
        has: Sequence[FixedIp] = (),
        mac: str,
        device_owner: str = "",
        picked: set[FixedIp] | None = None,
    ) -> None:
        """``has`` are the addresses that the port has already: they are free for it, and preferred.

        ``picked`` are those of other ports that are made with it; its own are added.
        """
        network = networks.get(tx, network_id)
        self._subnets = subnet_rows.of_network(tx, network) if network else []
        self._open = [*_for(device_owner, self._subnets, 4), *_for(device_owner, self._subnets, 6)]
        self._tx = tx
        self._network_id = network_id
        self._mac = mac
        self._given = device_owner in ADDRESSED_OWNERS
        self._has = tuple(has)
        self._picked = set() if picked is None else picked

    def choose(self, wanted: Sequence[WantedIp] | Unset) -> tuple[FixedIp, ...]:
        """The addresses for what is wanted; by default one IPv4, and IPv6 as the subnets have it. Those that the port
        has come first, as they were: a router goes on speaking by the first."""
        if wanted is UNSET:
            self._check_open()
            chosen = self.any_of(4) + self.any_of(6)
        else:
            chosen = [self._one(each) for each in sorted(wanted, key=lambda each: each.address is None)]
            chosen.sort(key=lambda each: self._has.index(each) if each in self._has else len(self._has))
        return tuple(chosen + self._autoconfigured(chosen)) if wanted != () else ()

    def any_of(self, version: int) -> list[FixedIp]:
        """One address of the first subnet with room among those whose hosts do not make their own."""
        managed = [each for each in self._open if each.cidr.version == version and not self._own(each)]
        for subnet in managed:
            if found := self._free(subnet):
                return [self._pick(found)]
        if managed:
            raise NoMoreRoom(
                f"No more addresses are left on network {self._network_id}.", "IpAddressGenerationFailure"
            )
        return []

    def _check_open(self) -> None:
        if self._subnets and not self._open:
            raise Conflict(
                f"No valid service subnet for the given device owner on network {self._network_id}.",
                "IpAddressGenerationFailureNoMatchingSubnet",
            )

    def _autoconfigured(self, chosen: Sequence[FixedIp]) -> list[FixedIp]:
        """The addresses that the port's host will make itself, of the subnets that have none chosen yet."""
        done = {each.subnet_id for each in chosen}
        own = [subnet for subnet in self._open if self._own(subnet) and subnet.id not in done]
        return [self._pick(FixedIp(subnet.id, self._self_made(subnet))) for subnet in own]

    def _one(self, wanted: WantedIp) -> FixedIp:
        subnet = self._subnet(wanted)
        if wanted.address is not None:
            return self._pick(self._unused(FixedIp(subnet.id, self._allowed(subnet, wanted.address))))
        if self._own(subnet):
            return self._pick(FixedIp(subnet.id, self._self_made(subnet)))
        found = self._free(subnet)
        if found is None:
            raise NoMoreRoom(
                f"No more addresses are left on subnet {subnet.id}.", "IpAddressGenerationFailure"
            )
        return self._pick(found)

    def _subnet(self, wanted: WantedIp) -> Subnet:
        if wanted.subnet_id is not None:
            found = [subnet for subnet in self._subnets if subnet.id == wanted.subnet_id]
            wrong = f"subnet {wanted.subnet_id} is not on network {self._network_id}"
        elif wanted.address is not None:
            found = [subnet for subnet in self._subnets if wanted.address in subnet.cidr]
            wrong = f"{wanted.address} is in no subnet of network {self._network_id}"
        else:
            raise BadInput(_FIELD, "it names neither a subnet nor an address")
        if not found:
            raise BadInput(_FIELD, wrong, kind="InvalidIpForNetwork" if wanted.address else "InvalidInput")
        return found[0]

    def _allowed(self, subnet: Subnet, address: Address) -> Address:
        if address not in subnet.cidr:
            raise BadInput(
                _FIELD,
                f"{address} is not within {subnet.cidr} of subnet {subnet.id}",
                kind="InvalidIpForSubnet",
            )
        if not addresses.contains(addresses.usable(subnet.cidr), address):
            raise BadInput(_FIELD, f"{address} stands for the whole of {subnet.cidr}, not for a host")
        if self._own(subnet) and address != self._self_made(subnet):
            raise BadInput(
                _FIELD,
                f"hosts of subnet {subnet.id} make their own addresses, so {address} cannot be given",
                kind="AllocationOnAutoAddressSubnet",
            )
        return address

    def _free(self, subnet: Subnet) -> FixedIp | None:
        """An address of the subnet: one that the port has, else the lowest that nobody has."""
        for has in self._has:
            if has.subnet_id == subnet.id and has not in self._picked:
                return has
        picked = frozenset(int(each.address) for each in self._picked if each.subnet_id == subnet.id)
        number = freerange.lowest(self._tx, subnet.id, picked)
        return None if number is None else FixedIp(subnet.id, addresses.numbered(number, subnet.cidr))

    def _unused(self, fixed_ip: FixedIp) -> FixedIp:
        """`Conflict` where another port has this address."""
        if fixed_ip not in self._has and port_rows.is_taken(self._tx, fixed_ip):
            raise _in_use(fixed_ip)
        return fixed_ip

    def _pick(self, fixed_ip: FixedIp) -> FixedIp:
        if fixed_ip in self._picked:
            raise _in_use(fixed_ip)
        self._picked.add(fixed_ip)
        return fixed_ip

    def _own(self, subnet: Subnet) -> bool:
        """Whether the port's host makes its own address in the subnet; routers' ports do not."""
        return subnet.autoconfigured and not self._given

    def _self_made(self, subnet: Subnet) -> Address:
        if not isinstance(subnet.cidr, IPv6Network):
            raise BadInput(_FIELD, f"subnet {subnet.id} is not IPv6")
        return eui64(subnet.cidr, self._mac)


def _for(device_owner: str, subnets: Sequence[Subnet], version: int) -> list[Subnet]:
    """The subnets of an IP version that a port of this owner gets addresses of where it names none."""
    found = [each for each in subnets if each.cidr.version == version]
    special = [each for each in found if each.service_types and each.serves(device_owner)]
    return special or [each for each in found if not each.service_types]


def _in_use(fixed_ip: FixedIp) -> Conflict:
    return Conflict(
        f"IP address {fixed_ip.address} already allocated in subnet {fixed_ip.subnet_id}.",
        "IpAddressAlreadyAllocated",
    )
