"""The version of the contract. Within one version fields are only added, with defaults, and unknown ones are
passed over: servers and nodes of different releases understand each other. Servers are upgraded first: a node
that is refused goes on with the intent that it holds until it is upgraded, too.

2: reservations of DHCP are records of their own; a digest is the sum of the records'.
3: nodes that answer for others' ports are told of these. A node of version 2 passes over it; its digests differ, so it
gets everything again when it comes back. The same holds for one that was not told of its routers' `Peer`s.
"""

from __future__ import annotations

VERSION = 3
OLDEST = 2
"""The oldest version that a server of this one still speaks."""
HEADER = "Hawser-Wire"
"""The HTTP header by which a node says which version it speaks."""


def obstacle(spoken: str) -> str | None:
    """Why a server of this version cannot serve a node that speaks ``spoken``; None if it can."""
    if not spoken.isdecimal():
        return f"the node does not say which version of the wire it speaks: send {HEADER}: {VERSION}"
    said = f"the node speaks version {spoken} of the wire, this server {VERSION}"
    if int(spoken) > VERSION:
        return f"{said}: upgrade the servers first"
    if int(spoken) < OLDEST:
        return f"{said}, and none before {OLDEST}: upgrade the node now"
    return None
