"""The names that a port's addresses go by."""

from __future__ import annotations

from functools import lru_cache

MOST_CHARACTERS = 255
"""The longest name of all (RFC 1035, section 2.3.4)."""


def hostname(dns_name: str, domain: str, address: str) -> str:
    """The name of a port's address within ``domain``: what the port was called, else one made of the address."""
    if not dns_name:
        return "host-" + address.replace(".", "-").replace(":", "-")
    return dns_name.removesuffix(tail(domain)) if dns_name.endswith(".") else dns_name


def wrong(dns_name: str, domain: str) -> str | None:
    """Why a port cannot be called so in ``domain``; None where it can."""
    after = tail(domain)
    if not dns_name.endswith("."):
        longest = MOST_CHARACTERS - len(after)
        return f"with {after} it is longer than {MOST_CHARACTERS}" if len(dns_name) > longest else None
    if dns_name.endswith(after) and len(dns_name) > len(after):
        return None
    return f"{dns_name} is fully qualified and not within the server's dns_domain {domain}"


@lru_cache(maxsize=8)
def tail(domain: str) -> str:
    """What follows a host name in its fully qualified form."""
    return f".{domain.rstrip('.')}." if domain else "."
