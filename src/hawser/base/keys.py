"""The key by which a node shows a server that it is that node, and no other.

One secret on the servers is enough: a node's key is HMAC-SHA256 (RFC 2104) of its host name under that secret,
written in hexadecimal. A node that loses its key gives away its own host only.
"""

from __future__ import annotations

import hashlib
import hmac


def node_key(secret: str, host: str) -> str:
    """The key of ``host``: 64 hexadecimal digits."""
    return hmac.new(secret.encode(), host.encode(), hashlib.sha256).hexdigest()


def is_node_key(secret: str, host: str, key: str) -> bool:
    """Whether ``key`` is the one of ``host``. With an empty secret no key is right; takes constant time."""
    return bool(secret) and hmac.compare_digest(node_key(secret, host).encode(), key.encode())
