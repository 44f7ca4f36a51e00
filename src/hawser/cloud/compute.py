"""The compute service's use cases: what may be done with servers, and what a report of a host means.

Runs on the event loop; the Networking API is called in worker threads. A server is recorded before
its ports are made, so that a service that dies in between can find and remove them by the server's id.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from hawser.base.errors import BadInput, Conflict, HawserError, NotFound
from hawser.cloud.dispatch import Dispatch
from hawser.cloud.hosts import Hosts
from hawser.cloud.model import FLAVORS, Image, Nic, NicRequest, Power, Server, Status, now
from hawser.cloud.network import Group, NetworkFacts, Networking
from hawser.cloud.store import Store
from hawser.server.model.caller import Caller

SETTLE_SECONDS = 3.0
HOST_SECONDS = 2.0
NO_HOST = "No valid host was found. No compute node is alive; see `openstack compute service list`."
INTERRUPTED = "The compute service was restarted while it built this server. Delete it and create it again."


@dataclass(frozen=True, slots=True)
class NewServer:
    """What a create asks for. ``nics`` None leaves the network to the service."""

    name: str
    image_id: str
    flavor_id: str
    nics: tuple[NicRequest, ...] | None
    key_name: str | None
    user_data: str
    security_groups: tuple[str, ...]
    metadata: tuple[tuple[str, str], ...]
    host: str | None = None


class Compute:
    """Servers, their hosts and their ports."""

    def __init__(
        self, store: Store, networking: Networking, hosts: Hosts, host_seconds: float = HOST_SECONDS
    ) -> None:
        """Servers that an earlier run of the service left half made become errors.

        ``host_seconds`` is how long a create waits for a first host to call.
        """
        self._host_seconds = host_seconds
        self.store = store
        self.networking = networking
        self.hosts = hosts
        self.dispatch = Dispatch(store, networking, hosts)
        for server in list(store.servers.values()):
            if server.host is None and server.status is Status.BUILD:
                store.see(replace(server, status=Status.ERROR, fault=INTERRUPTED))

    def get(self, caller: Caller, server_id: str) -> Server:
        """A server that the caller may see."""
        server = self.store.servers.get(server_id)
        if server is None or not caller.owns(server.project_id):
            raise NotFound("server", server_id)
        return server

    def find(self, caller: Caller, all_projects: bool, match: Callable[[Server], bool]) -> list[Server]:
        """The caller's servers, newest first; an admin may ask for all projects'."""
        everything = all_projects and caller.is_admin
        found = [s for s in self.store.servers.values() if everything or s.project_id == caller.project_id]
        return [server for server in reversed(found) if match(server)]

    async def create(self, caller: Caller, draft: NewServer) -> Server:
        """Make a server and its ports, and hand it to a host. A refusal leaves nothing."""
        self._check(caller, draft)
        networks = await self._networks(caller, draft.nics)
        groups = await asyncio.to_thread(self.networking.security_groups, caller, draft.security_groups)
        if groups:
            draft = replace(draft, security_groups=tuple(group.name for group in groups))
        server = self.store.wish(_record(caller, draft, tuple(request for request, _ in networks)))
        host = draft.host or await self._host()
        if host is None:
            server = replace(server, status=Status.ERROR, fault=NO_HOST)
            self.store.see(server)
            return server
        return await self._plug(server, host, networks, groups)

    async def _host(self) -> str | None:
        """The host to use. A service that has just started gives the hosts a moment to call."""
        deadline = time.monotonic() + self._host_seconds
        while (host := self.hosts.choose(self.store.servers.values())) is None:
            if time.monotonic() > deadline:
                break
            await asyncio.sleep(0.1)
        return host

    def _check(self, caller: Caller, draft: NewServer) -> None:
        self.image(caller, draft.image_id)
        if all(flavor.id != draft.flavor_id for flavor in FLAVORS):
            raise BadInput("flavorRef", f"flavor {draft.flavor_id} could not be found")
        if draft.key_name and (caller.user_id, draft.key_name) not in self.store.keypairs:
            raise BadInput("key_name", f"keypair {draft.key_name} could not be found")
        if draft.host and not self.hosts.alive(draft.host):
            raise BadInput("availability_zone", f"host {draft.host} is not alive")

    def image(self, caller: Caller, image_id: str) -> Image:
        """An image that a server can be made from."""
        image = self.store.images.get(image_id)
        if image is None or not (image.visibility == "public" or caller.owns(image.project_id)):
            raise BadInput("imageRef", f"image {image_id} could not be found")
        if image.status != "active":
            raise BadInput("imageRef", f"image {image_id} is not active")
        return image

    async def _networks(
        self, caller: Caller, requests: tuple[NicRequest, ...] | None
    ) -> list[tuple[NicRequest, NetworkFacts]]:
        """Each requested interface with its network; None asks for the project's one network."""
        if requests is None:
            own = await asyncio.to_thread(self.networking.networks, caller)
            if len(own) > 1:
                raise Conflict("Multiple possible networks found, use a Network ID to be more specific.")
            return [(NicRequest(network_id=network.id), network) for network in own]
        return [(request, await asyncio.to_thread(self._network, caller, request)) for request in requests]

    def _network(self, caller: Caller, request: NicRequest) -> NetworkFacts:
        if request.port_id:
            return self.networking.check_port(caller, request.port_id)
        return self.networking.network(caller, request.network_id or "")

    async def _plug(
        self,
        server: Server,
        host: str,
        networks: Iterable[tuple[NicRequest, NetworkFacts]],
        groups: list[Group],
    ) -> Server:
        who, nics = (server.id, server.project_id), list[Nic]()
        try:
            for request, network in networks:
                nics.append(
                    await asyncio.to_thread(self.networking.plug, who, request, network, host, groups)
                )
            if server.id not in self.store.servers:
                raise NotFound("server", server.id)
        except HawserError:
            for nic in nics:
                await asyncio.to_thread(self.networking.unplug, nic.port_id, nic.ours)
            self.store.remove_server(server.id)
            raise
        return self.store.wish(replace(server, host=host, nics=tuple(nics)))

    async def attach(self, caller: Caller, server_id: str, request: NicRequest) -> Server:
        """Give a server one more interface."""
        server = self.get(caller, server_id)
        if server.host is None:
            raise Conflict(f"Server {server_id} has no host to plug an interface on.")
        network = await asyncio.to_thread(self._network, caller, request)
        who = (server.id, server.project_id)
        nic = await asyncio.to_thread(self.networking.plug, who, request, network, server.host, [])
        current = self.get(caller, server_id)
        asked = request if request.port_id else NicRequest(network_id=network.id)
        return self.store.wish(
            replace(current, nics=(*current.nics, nic), requested=(*current.requested, asked))
        )

    async def detach(self, caller: Caller, server_id: str, port_id: str) -> None:
        """Take an interface away from a server."""
        server = self.get(caller, server_id)
        gone = next((nic for nic in server.nics if nic.port_id == port_id), None)
        if gone is None:
            raise NotFound("port", port_id)
        left = tuple(nic for nic in server.nics if nic is not gone)
        self.store.wish(replace(server, nics=left))
        await asyncio.to_thread(self.networking.unplug, port_id, gone.ours)

    async def change_group(self, caller: Caller, server_id: str, add: str, remove: str) -> None:
        """Add and remove a security group, by name or id, on all interfaces; empty means none."""
        server = self.get(caller, server_id)
        new, old = [
            await asyncio.to_thread(self.networking.security_group, caller, name) if name else None
            for name in (add, remove)
        ]
        for nic in server.nics:
            await asyncio.to_thread(self.networking.set_groups, nic.port_id, new, old)
        changed = {group.name for group in (new, old) if group}
        kept = [name for name in server.security_groups if name not in changed]
        groups = tuple([*kept, new.name] if new else kept)
        self.store.see(replace(self.get(caller, server_id), security_groups=groups))

    def power(self, caller: Caller, server_id: str, action: str) -> Server:
        """``os-start``, ``os-stop`` or ``reboot``; a state that does not allow it is a `Conflict`."""
        server = self.get(caller, server_id)
        allowed = {"os-start": {Status.SHUTOFF}, "os-stop": {Status.ACTIVE, Status.ERROR}}
        if server.host is None or server.status not in allowed.get(action, {Status.ACTIVE, Status.SHUTOFF}):
            state = server.status.lower()
            raise Conflict(f"Cannot '{action}' instance {server_id} while it is in vm_state {state}")
        if action == "os-stop":
            return self.store.wish(replace(server, power=Power.STOPPED))
        status = Status.REBOOT if action == "reboot" else server.status
        return self.store.wish(replace(server, power=Power.RUNNING, boot=server.boot + 1, status=status))

    def rename(self, caller: Caller, server_id: str, name: str) -> Server:
        """Change a server's name; its host name stays until the next boot."""
        server = replace(self.get(caller, server_id), name=name)
        return self.store.wish(server)

    async def delete(self, caller: Caller, server_id: str) -> None:
        """Let the host remove the server; with no live host to do it, forget it at once."""
        server = self.store.wish(replace(self.get(caller, server_id), power=Power.ABSENT))
        if not self.hosts.alive(server.host):
            await self.dispatch.purge(server)

    async def settled(self, server_id: str, seconds: float = SETTLE_SECONDS) -> None:
        """Return when a server is as wanted, is in error or is gone, at most after ``seconds``.

        Clients that wait look again only every five seconds: answering a little later makes them quick.
        """
        deadline = time.monotonic() + seconds
        while not _at_rest(self.store.servers.get(server_id)):
            left = deadline - time.monotonic()
            if left <= 0:
                return
            await self.store.changed(left)


def _record(caller: Caller, draft: NewServer, requested: tuple[NicRequest, ...]) -> Server:
    moment = now()
    return Server(
        id=str(uuid.uuid4()),
        name=draft.name,
        project_id=caller.project_id,
        user_id=caller.user_id,
        image_id=draft.image_id,
        flavor_id=draft.flavor_id,
        created=moment,
        updated=moment,
        requested=requested,
        key_name=draft.key_name,
        user_data=draft.user_data,
        security_groups=draft.security_groups,
        metadata=draft.metadata,
    )


def _at_rest(server: Server | None) -> bool:
    if server is None or (server.status is Status.ERROR and server.power is not Power.ABSENT):
        return True
    wanted = {Power.RUNNING: Status.ACTIVE, Power.STOPPED: Status.SHUTOFF}
    return wanted.get(server.power) is server.status
