"""Values as the Compute API shows them (version 2.1)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from hawser.cloud.hosts import Host
from hawser.cloud.model import Flavor, Keypair, Power, Server, Status, hostname
from hawser.cloud.network import ServerAddress

Json = dict[str, object]

_VM_STATES = {
    Status.BUILD: "building",
    Status.ACTIVE: "active",
    Status.SHUTOFF: "stopped",
    Status.REBOOT: "active",
    Status.ERROR: "error",
}
_POWER_STATES = {Status.ACTIVE: 1, Status.REBOOT: 1, Status.SHUTOFF: 4}


def moment(when: datetime) -> str:
    """A time in UTC as ISO 8601."""
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")


def links(base: str, collection: str, name: str) -> list[Json]:
    """Where a thing is."""
    return [
        {"rel": "self", "href": f"{base}/v2.1/{collection}/{name}"},
        {"rel": "bookmark", "href": f"{base}/{collection}/{name}"},
    ]


def server(value: Server, addresses: Iterable[ServerAddress], base: str) -> Json:
    """A server in full."""
    shown: Json = {
        "id": value.id,
        "name": value.name,
        "status": value.status.value,
        "tenant_id": value.project_id,
        "user_id": value.user_id,
        "metadata": dict(value.metadata),
        "hostId": value.host or "",
        "image": {"id": value.image_id, "links": links(base, "images", value.image_id)[1:]},
        "flavor": {"id": value.flavor_id, "links": links(base, "flavors", value.flavor_id)[1:]},
        "created": moment(value.created),
        "updated": moment(value.updated),
        "addresses": _addresses(addresses),
        "accessIPv4": "",
        "accessIPv6": "",
        "links": links(base, "servers", value.id),
        "key_name": value.key_name,
        "config_drive": "",
        "security_groups": [{"name": name} for name in value.security_groups],
        "OS-DCF:diskConfig": "MANUAL",
        "OS-EXT-AZ:availability_zone": "nova" if value.host else "",
        "OS-EXT-STS:power_state": _POWER_STATES.get(value.status, 0),
        "OS-EXT-STS:task_state": _task(value),
        "OS-EXT-STS:vm_state": _VM_STATES[value.status],
        "OS-SRV-USG:launched_at": moment(value.updated) if value.status is Status.ACTIVE else None,
        "OS-SRV-USG:terminated_at": None,
        "os-extended-volumes:volumes_attached": [],
        "progress": 100 if value.status is Status.ACTIVE else 0,
    }
    if value.fault:
        shown["fault"] = {"code": 500, "message": value.fault, "created": moment(value.updated)}
    return shown


def server_for_admin(value: Server) -> Json:
    """What only an admin sees of a server."""
    return {
        "OS-EXT-SRV-ATTR:host": value.host,
        "OS-EXT-SRV-ATTR:hypervisor_hostname": value.host,
        "OS-EXT-SRV-ATTR:instance_name": hostname(value.name),
    }


def _task(value: Server) -> str | None:
    if value.power is Power.ABSENT:
        return "deleting"
    if value.status is Status.BUILD:
        return "spawning" if value.host else "scheduling"
    if value.status is Status.REBOOT:
        return "rebooting"
    if value.power is Power.STOPPED and value.status is Status.ACTIVE:
        return "powering-off"
    return "powering-on" if value.power is Power.RUNNING and value.status is Status.SHUTOFF else None


def _addresses(addresses: Iterable[ServerAddress]) -> dict[str, list[Json]]:
    shown: dict[str, list[Json]] = {}
    for one in addresses:
        shown.setdefault(one.network_name, []).append(
            {
                "version": 6 if ":" in one.address else 4,
                "addr": one.address,
                "OS-EXT-IPS:type": one.kind,
                "OS-EXT-IPS-MAC:mac_addr": one.mac,
            }
        )
    return shown


def interfaces(value: Server, addresses: Iterable[ServerAddress]) -> list[Json]:
    """A server's interfaces with the addresses and states that the Networking API tells."""
    found = [one for one in addresses if one.kind == "fixed"]
    state = {one.port_id: one.port_state for one in found}
    return [
        {
            "port_id": nic.port_id,
            "net_id": nic.network_id,
            "mac_addr": nic.mac,
            "port_state": state.get(nic.port_id, "DOWN"),
            "fixed_ips": [{"ip_address": one.address} for one in found if one.port_id == nic.port_id],
        }
        for nic in value.nics
    ]


def flavor(value: Flavor, base: str) -> Json:
    """A flavor in full."""
    return {
        "id": value.id,
        "name": value.name,
        "vcpus": value.vcpus,
        "ram": value.ram,
        "disk": value.disk,
        "swap": "",
        "rxtx_factor": 1.0,
        "OS-FLV-EXT-DATA:ephemeral": 0,
        "OS-FLV-DISABLED:disabled": False,
        "os-flavor-access:is_public": True,
        "links": links(base, "flavors", value.id),
    }


def keypair(value: Keypair) -> Json:
    """A keypair; its private key was never here."""
    return {"name": value.name, "public_key": value.public_key, "fingerprint": value.fingerprint}


def hypervisor(number: int, host: Host) -> Json:
    """A compute node as the list of hypervisors shows it."""
    return {
        "id": number,
        "hypervisor_hostname": host.name,
        "status": "enabled",
        "state": "up" if host.alive else "down",
    }


def service(number: int, host: Host) -> Json:
    """A compute node as the list of services shows it."""
    return {
        "id": number,
        "binary": "nova-compute",
        "host": host.name,
        "zone": "nova",
        "status": "enabled",
        "state": "up" if host.alive else "down",
        "disabled_reason": None,
        "updated_at": None,
    }
