"""The compute service's side towards its hosts: what each shall run, and what its reports mean.

A deleted server is forgotten, and its ports removed, when its host says that it is off it.
"""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import replace

from hawser.base.errors import HawserError
from hawser.cloud.hosts import Hosts
from hawser.cloud.model import Power, Server, Status, flavor, hostname
from hawser.cloud.network import Networking
from hawser.cloud.store import Store
from hawser.cloud.wire import HostState, Instance, InstanceState, Plug, Wish

log = logging.getLogger(__name__)

SWEEP_SECONDS = 2.0


class Dispatch:
    """Wishes to hosts, reports from hosts."""

    def __init__(self, store: Store, networking: Networking, hosts: Hosts) -> None:
        """Shares store, networking and hosts with `Compute`."""
        self.store = store
        self.networking = networking
        self.hosts = hosts
        self._purging: set[str] = set()

    async def wish(self, host: str, after: int, seconds: float) -> Wish:
        """What ``host`` shall run, as soon as it differs from revision ``after``, or after ``seconds``."""
        self.hosts.heard(host)
        deadline = time.monotonic() + seconds
        while (revision := self._revision(host)) == after and (left := deadline - time.monotonic()) > 0:
            await self.store.changed(left)
        mine = [server for server in self.store.servers.values() if server.host == host]
        return Wish(revision, tuple(self._instance(s) for s in mine if s.power is not Power.ABSENT))

    def _revision(self, host: str) -> int:
        return max((s.revision for s in self.store.servers.values() if s.host == host), default=0)

    def _instance(self, server: Server) -> Instance:
        image = self.store.images.get(server.image_id)
        key = self.store.keypairs.get((server.user_id, server.key_name or ""))
        return Instance(
            id=server.id,
            name=server.name,
            hostname=hostname(server.name),
            image=image.name if image else server.image_id,
            disk=flavor(server.flavor_id).disk,
            running=server.power is Power.RUNNING,
            boot=server.boot,
            plugs=tuple(Plug(nic.port_id, nic.mac, nic.mtu) for nic in server.nics),
            public_key=key.public_key if key else "",
            user_data=server.user_data,
        )

    async def report(self, host: str, state: HostState) -> None:
        """Take over what a host says of its instances; forget deleted servers that are off it."""
        self.hosts.heard(host)
        states = {instance.id: instance for instance in state.instances}
        for instance in states.values():
            self.hosts.keep_console(instance.id, instance.console)
        for server in [s for s in self.store.servers.values() if s.host == host]:
            if server.id in state.settling or state.revision < server.revision:
                continue
            if server.power is Power.ABSENT:
                if server.id not in states:
                    await self.purge(server)
            elif server.id in states:
                self.store.see(_seen(server, states[server.id]))

    async def sweep(self) -> None:
        """For ever: forget deleted servers whose host went silent; it removes them itself when it is back."""
        while True:
            for server in list(self.store.servers.values()):
                if server.power is Power.ABSENT and not self.hosts.alive(server.host):
                    await self.purge(server)
            await asyncio.sleep(SWEEP_SECONDS)

    async def purge(self, server: Server) -> None:
        """Remove the server's ports and the server; what fails is tried again at the next report."""
        if server.id in self._purging:
            return
        self._purging.add(server.id)
        try:
            given = {request.port_id for request in server.requested}
            for port_id in await asyncio.to_thread(self.networking.ports_of, server.id):
                await asyncio.to_thread(self.networking.unplug, port_id, port_id not in given)
            self.store.remove_server(server.id)
            self.hosts.forget(server.id)
        except HawserError as error:
            log.warning("ports of deleted server %s stay for now: %s", server.id, error.message)
        finally:
            self._purging.discard(server.id)


def _seen(server: Server, state: InstanceState) -> Server:
    if state.fault:
        return replace(server, status=Status.ERROR, fault=state.fault)
    if not state.running:
        return replace(server, status=Status.SHUTOFF, fault="")
    return replace(server, status=Status.ACTIVE, fault="") if state.boot == server.boot else server
