"""The names that a port's addresses go by."""

from __future__ import annotations

from dataclasses import dataclass

from hawser.base.addresses import Address

MOST_CHARACTERS = 255
"""The longest name of all (RFC 1035, section 2.3.4)."""


@dataclass(frozen=True, slots=True)
class DnsName:
    """A name of an address; ``fqdn`` ends with a dot."""

    address: Address
    hostname: str
    fqdn: str


def assigned(dns_name: str, domain: str, address: Address) -> DnsName:
    """The name of an address of a port: what it was called, else one that is made of the address."""
    host = hostname(dns_name, domain, address)
    return DnsName(address, host, f"{host}{_tail(domain)}")


def hostname(dns_name: str, domain: str, address: Address) -> str:
    """The same without the domain."""
    if dns_name:
        return dns_name.removesuffix(_tail(domain)) if dns_name.endswith(".") else dns_name
    return "host-" + str(address).replace(".", "-").replace(":", "-")


def wrong(dns_name: str, domain: str) -> str | None:
    """Why a port cannot be called so in ``domain``; None where it can."""
    tail = _tail(domain)
    if not dns_name.endswith("."):
        longest = MOST_CHARACTERS - len(tail)
        return f"with {tail} it is longer than {MOST_CHARACTERS}" if len(dns_name) > longest else None
    if dns_name.endswith(tail) and len(dns_name) > len(tail):
        return None
    return f"{dns_name} is fully qualified and not within the server's dns_domain {domain}"


def _tail(domain: str) -> str:
    return f".{domain.rstrip('.')}." if domain else "."
