"""What the compute service asks of the Networking API, as a client with the service's own token.

All calls block: they are made in worker threads. A refusal of the API keeps its message and becomes the error
of the same kind; no answer is `Unavailable`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from keystoneauth1 import exceptions
from keystoneauth1.session import Session

from hawser.base.errors import BadInput, Conflict, Forbidden, HawserError, NotFound, Unavailable
from hawser.cloud.model import Nic, NicRequest
from hawser.server.model.caller import Caller

OWNER = "compute:nova"


@dataclass(frozen=True, slots=True)
class NetworkFacts:
    """What a server needs to know of a network."""

    id: str
    name: str
    mtu: int


@dataclass(frozen=True, slots=True)
class Group:
    """A security group."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class ServerAddress:
    """One address of a server as its owner sees it; ``kind`` is ``fixed`` or ``floating``."""

    server_id: str
    network_name: str
    address: str
    kind: str
    mac: str
    port_id: str
    port_state: str


class Networking:
    """The Networking API at ``url`` (without the version)."""

    def __init__(self, session: Session, url: str) -> None:
        """``session`` is authenticated as the service's own user, an admin."""
        self._session = session
        self._url = url + "/v2.0/"

    def networks(self, caller: Caller) -> list[NetworkFacts]:
        """The networks that the caller may plug servers into without naming one: the project's own."""
        found = self._call("GET", "networks", query=[("project_id", caller.project_id)])["networks"]
        return [_facts(network) for network in found if not network.get("router:external")]

    def network(self, caller: Caller, network_id: str) -> NetworkFacts:
        """A network that the caller may plug a server into; `BadInput` for any other."""
        try:
            network = self._call("GET", f"networks/{network_id}")["network"]
        except NotFound:
            network = None
        if network is None or not (caller.owns(network["project_id"]) or network.get("shared")):
            raise BadInput("networks", f"network {network_id} could not be found")
        return _facts(network)

    def check_port(self, caller: Caller, port_id: str) -> NetworkFacts:
        """The network of a port that the caller may give to a server."""
        try:
            port = self._call("GET", f"ports/{port_id}")["port"]
        except NotFound:
            port = None
        if port is None or not caller.owns(port["project_id"]):
            raise BadInput("networks", f"port {port_id} could not be found")
        if port.get("device_id"):
            raise Conflict(f"Port {port_id} is still in use.", "PortInUse")
        return _facts(self._call("GET", f"networks/{port['network_id']}")["network"])

    def security_groups(self, caller: Caller, names: Iterable[str]) -> list[Group]:
        """The named security groups; none for ``default`` alone, which is a port's own default."""
        named = list(names)
        return [] if named in ([], ["default"]) else [self.security_group(caller, name) for name in named]

    def security_group(self, caller: Caller, name: str) -> Group:
        """A security group of the caller's project that is given by id or name."""
        query = [("project_id", caller.project_id)]
        for group in self._call("GET", "security-groups", query=query)["security_groups"]:
            if name in {group["id"], group["name"]}:
                return Group(group["id"], group["name"])
        raise BadInput("security_groups", f"security group {name} could not be found")

    def plug(
        self,
        server: tuple[str, str],
        request: NicRequest,
        network: NetworkFacts,
        host: str,
        groups: Sequence[Group],
    ) -> Nic:
        """Make, or take over, the port of one interface. ``server`` is its id and its project's."""
        server_id, project_id = server
        body: dict[str, Any] = {"device_id": server_id, "device_owner": OWNER, "binding:host_id": host}
        if request.port_id:
            port = self._call("PUT", f"ports/{request.port_id}", {"port": body})["port"]
        else:
            body |= {"network_id": network.id, "project_id": project_id, "admin_state_up": True}
            if groups:
                body["security_groups"] = [group.id for group in groups]
            if request.fixed_ip:
                body["fixed_ips"] = [{"ip_address": request.fixed_ip}]
            port = self._call("POST", "ports", {"port": body})["port"]
        return _nic(port, network.mtu, ours=request.port_id is None)

    def unplug(self, port_id: str, ours: bool) -> None:
        """Delete a port that was made for a server; free one that was given. One that is gone is fine."""
        try:
            if ours:
                self._call("DELETE", f"ports/{port_id}")
            else:
                free = {"device_id": "", "device_owner": "", "binding:host_id": ""}
                self._call("PUT", f"ports/{port_id}", {"port": free})
        except NotFound:
            return

    def ports_of(self, server_id: str) -> list[str]:
        """The ids of the ports that name this server as their device."""
        query = [("device_id", server_id), ("fields", "id")]
        return [port["id"] for port in self._call("GET", "ports", query=query)["ports"]]

    def set_groups(self, port_id: str, add: Group | None, remove: Group | None) -> None:
        """Add and remove a security group of a port."""
        port = self._call("GET", f"ports/{port_id}")["port"]
        groups = [group for group in port.get("security_groups", ()) if not remove or group != remove.id]
        if add and add.id not in groups:
            groups.append(add.id)
        self._call("PUT", f"ports/{port_id}", {"port": {"security_groups": groups}})

    def associate(self, caller: Caller, address: str, port_id: str | None) -> None:
        """Put the project's floating IP ``address`` on a port, or take it off."""
        query = [("floating_ip_address", address)]
        found = self._call("GET", "floatingips", query=query)["floatingips"]
        mine = [ip for ip in found if caller.owns(ip["project_id"])]
        if not mine:
            raise NotFound("floatingip", address)
        self._call("PUT", f"floatingips/{mine[0]['id']}", {"floatingip": {"port_id": port_id}})

    def addresses(self, server_ids: Sequence[str]) -> list[ServerAddress]:
        """The addresses of several servers, fixed and floating: always three requests."""
        if not server_ids:
            return []
        few = [("device_id", server_id) for server_id in server_ids] if len(server_ids) <= 20 else []
        ports = self._call("GET", "ports", query=few or [("device_owner", OWNER)])["ports"]
        wanted = {port["id"]: port for port in ports if port["device_id"] in set(server_ids)}
        names = {n["id"]: n["name"] for n in self._call("GET", "networks")["networks"]}
        floating = self._call("GET", "floatingips")["floatingips"]
        result = []
        for port in wanted.values():
            own = [(fixed["ip_address"], "fixed") for fixed in port["fixed_ips"]]
            own += [(ip["floating_ip_address"], "floating") for ip in floating if ip["port_id"] == port["id"]]
            name = names.get(port["network_id"], port["network_id"])
            result += [_address(port, name, address, kind) for address, kind in own]
        return result

    def _call(
        self, method: str, path: str, body: object = None, query: Sequence[tuple[str, str]] = ()
    ) -> dict[str, Any]:
        try:
            answer = self._session.request(
                self._url + path, method, json=body, params=list(query), raise_exc=False, connect_retries=1
            )
        except exceptions.ClientException as error:
            raise Unavailable(f"The networking service does not answer: {error}") from error
        if answer.status_code >= 400:
            raise _refusal(answer.status_code, path, _message(answer))
        found: dict[str, Any] = answer.json() if answer.content else {}
        return found


def _facts(network: dict[str, Any]) -> NetworkFacts:
    return NetworkFacts(network["id"], network["name"], network.get("mtu") or 1500)


def _nic(port: dict[str, Any], mtu: int, ours: bool) -> Nic:
    addresses = tuple(fixed["ip_address"] for fixed in port["fixed_ips"])
    return Nic(port["id"], port["network_id"], port["mac_address"], mtu, addresses, ours)


def _address(port: dict[str, Any], network: str, address: str, kind: str) -> ServerAddress:
    return ServerAddress(
        port["device_id"], network, address, kind, port["mac_address"], port["id"], port["status"]
    )


def _message(answer: Any) -> str:
    try:
        body = answer.json()
        return str(next(iter(body.values())).get("message") or body)
    except (ValueError, AttributeError, StopIteration):
        return str(answer.text)[:200]


def _refusal(status: int, path: str, message: str) -> HawserError:
    if status == 404:
        return NotFound(path.split("/", maxsplit=1)[0].rstrip("s"), path.rpartition("/")[2])
    if status == 400:
        return BadInput("networks", message)
    if status == 403:
        return Forbidden(message)
    if status == 409:
        return Conflict(message)
    return Unavailable(f"The networking service answered {status}: {message}")
