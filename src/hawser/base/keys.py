"""What one side shows the other by a secret: HMAC-SHA256 (RFC 2104) of a text, written in hexadecimal.

A node shows a server that it is that node, and no other. One secret on the servers is enough: a node's key is made of
its host name. A node that loses its key gives away its own host only.

A metadata agent shows the compute service which instance asks: by a secret that both have.
"""

from __future__ import annotations

import hashlib
import hmac


def node_key(secret: str, host: str) -> str:
    """The key of ``host``: 64 hexadecimal digits."""
    return _signature(secret, host)


def is_node_key(secret: str, host: str, key: str) -> bool:
    """Whether ``key`` is the one of ``host``. With an empty secret no key is right; takes constant time."""
    return _is_signature(secret, host, key)


def instance_signature(secret: str, instance_id: str) -> str:
    """What a metadata agent sends along with an instance's id: 64 hexadecimal digits."""
    return _signature(secret, instance_id)


def is_instance_signature(secret: str, instance_id: str, signature: str) -> bool:
    """Whether it was made with this secret; as `is_node_key`."""
    return _is_signature(secret, instance_id, signature)


def _signature(secret: str, text: str) -> str:
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def _is_signature(secret: str, text: str, given: str) -> bool:
    return bool(secret) and hmac.compare_digest(_signature(secret, text).encode(), given.encode())
