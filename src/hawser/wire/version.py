"""The version of the contract. Within one version fields are only added, with defaults, and unknown ones are
passed over: servers and nodes of different releases understand each other. Servers are upgraded first."""

from __future__ import annotations

VERSION = 1
HEADER = "Hawser-Wire"
"""The HTTP header by which a node says which version it speaks."""


def obstacle(spoken: str) -> str | None:
    """Why a server of this version cannot serve a node that speaks ``spoken``; None if it can."""
    if not spoken.isdecimal():
        return f"the node does not say which version of the wire it speaks: send {HEADER}: {VERSION}"
    if int(spoken) > VERSION:
        return (
            f"the node speaks version {spoken} of the wire, this server {VERSION}: upgrade the servers first"
        )
    return None
