"""What of a port only the network's owner (or an administrator) may set, since it can harm its neighbours.

On a network that another project shares, a port gets the MAC and an address that the server chooses, keeps
its protection against spoofing, and does not pass for one of the network's own services.
"""

from __future__ import annotations

from hawser.base.errors import Forbidden
from hawser.server.api.attributes import Values
from hawser.server.api.resource import Call
from hawser.server.service import network, port

_ALWAYS = ("mac_address", "port_security_enabled", "allowed_address_pairs")
_SERVICE = "network:"


def check_new_port(call: Call, values: Values) -> None:
    """Forbidden, naming the attribute, if a create asks for too much."""
    if name := _restricted(call, values):
        _demand(call, values["network_id"], name)


def check_changed_port(call: Call, values: Values) -> None:
    """Forbidden, naming the attribute, if an update asks for too much."""
    if name := _restricted(call, values):
        _demand(call, port.get(call.store, call.caller, call.id).network_id, name)


def _restricted(call: Call, values: Values) -> str | None:
    """The first attribute that matters, if any; those of administrators and other services never do."""
    if call.caller.serves_ports:
        return None
    if str(values.get("device_owner", "")).startswith(_SERVICE):
        return "device_owner"
    if any("ip_address" in item for item in values.get("fixed_ips", ())):
        return "fixed_ips.ip_address"
    return next((name for name in _ALWAYS if values.get(name) not in (None, [])), None)


def _demand(call: Call, network_id: str, name: str) -> None:
    if network.get(call.store, call.caller, network_id).project_id != call.caller.project_id:
        raise Forbidden(
            f"Only the owner of network {network_id} may set {name} of a port there. Leave it out.",
            "PolicyNotAuthorized",
        )
