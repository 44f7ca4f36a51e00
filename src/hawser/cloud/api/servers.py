"""Servers over HTTP: create, list, show, rename, delete, interfaces, and the actions on them."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Awaitable, Callable, Sequence

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from hawser.base.errors import BadInput, NotFound, Unavailable
from hawser.cloud.api import views
from hawser.cloud.api.bodies import InterfaceBody, ServerBody, ServerChanges
from hawser.cloud.api.pipe import base_url, body, raw, route
from hawser.cloud.api.views import Json
from hawser.cloud.compute import Compute
from hawser.cloud.model import Server
from hawser.cloud.network import ServerAddress
from hawser.server.api.auth import Auth
from hawser.server.model.caller import Caller

Action = Callable[[Caller, str, Json], Awaitable[Response]]


class Servers:
    """The handlers of ``/servers``."""

    def __init__(self, compute: Compute) -> None:
        """The handlers share one `Compute`."""
        self._compute = compute
        self._actions: dict[str, Action] = {
            "os-start": self._power("os-start"),
            "os-stop": self._power("os-stop"),
            "reboot": self._power("reboot"),
            "os-getConsoleOutput": self._console,
            "addSecurityGroup": self._add_group,
            "removeSecurityGroup": self._remove_group,
            "addFloatingIp": self._add_floating_ip,
            "removeFloatingIp": self._remove_floating_ip,
        }

    def routes(self, prefix: str, auth: Auth) -> Sequence[BaseRoute]:
        """The routes below ``prefix``."""
        one, nics = f"{prefix}/servers/{{id}}", f"{prefix}/servers/{{id}}/os-interface"
        return [
            route(f"{prefix}/servers", "POST", self.create, auth),
            route(f"{prefix}/servers", "GET", self.index, auth),
            route(f"{prefix}/servers/detail", "GET", self.detail, auth),
            route(one, "GET", self.show, auth),
            route(one, "PUT", self.update, auth),
            route(one, "DELETE", self.delete, auth),
            route(f"{one}/action", "POST", self.action, auth),
            route(nics, "GET", self.interfaces, auth),
            route(nics, "POST", self.attach, auth),
            route(f"{nics}/{{port_id}}", "DELETE", self.detach, auth),
        ]

    async def create(self, request: Request, caller: Caller) -> Response:
        """202 once the servers run, or a little later."""
        wanted = await body(request, ServerBody, "server")
        made = [await self._compute.create(caller, draft) for draft in wanted.drafts()]
        await asyncio.gather(*(self._compute.settled(server.id) for server in made))
        first = made[0]
        shown = {
            "id": first.id,
            "links": views.links(base_url(request), "servers", first.id),
            "OS-DCF:diskConfig": "MANUAL",
            "security_groups": [{"name": name} for name in first.security_groups],
            "adminPass": "",
        }
        return JSONResponse({"server": shown}, 202)

    async def index(self, request: Request, caller: Caller) -> Response:
        """Ids and names."""
        base = base_url(request)
        found = self._found(request, caller)
        shown = [{"id": s.id, "name": s.name, "links": views.links(base, "servers", s.id)} for s in found]
        return JSONResponse({"servers": shown})

    async def detail(self, request: Request, caller: Caller) -> Response:
        """Servers in full."""
        found = self._found(request, caller)
        return JSONResponse({"servers": await self._shown(request, caller, found)})

    async def show(self, request: Request, caller: Caller) -> Response:
        """One server in full."""
        server = self._compute.get(caller, request.path_params["id"])
        return JSONResponse({"server": (await self._shown(request, caller, [server]))[0]})

    async def update(self, request: Request, caller: Caller) -> Response:
        """Rename."""
        changes = await body(request, ServerChanges, "server")
        server = self._compute.rename(caller, request.path_params["id"], changes.name)
        return JSONResponse({"server": (await self._shown(request, caller, [server]))[0]})

    async def delete(self, request: Request, caller: Caller) -> Response:
        """204 once the server is gone, or a little later."""
        await self._compute.delete(caller, request.path_params["id"])
        await self._compute.settled(request.path_params["id"])
        return Response(status_code=204)

    async def action(self, request: Request, caller: Caller) -> Response:
        """``{action: arguments}``."""
        document = await raw(request)
        if not isinstance(document, dict) or len(document) != 1:
            raise BadInput("action", "the body must hold one action")
        name, arguments = next(iter(document.items()))
        if name not in self._actions:
            raise BadInput("action", f"there is no action '{name}' here")
        arguments = arguments if isinstance(arguments, dict) else {}
        return await self._actions[name](caller, request.path_params["id"], arguments)

    async def interfaces(self, request: Request, caller: Caller) -> Response:
        """A server's interfaces."""
        server = self._compute.get(caller, request.path_params["id"])
        shown = views.interfaces(server, await self._addresses([server]))
        return JSONResponse({"interfaceAttachments": shown})

    async def attach(self, request: Request, caller: Caller) -> Response:
        """Give the server one more interface."""
        wanted = await body(request, InterfaceBody, "interfaceAttachment")
        server = await self._compute.attach(caller, request.path_params["id"], wanted.request())
        shown = views.interfaces(server, await self._addresses([server]))
        return JSONResponse({"interfaceAttachment": shown[-1]})

    async def detach(self, request: Request, caller: Caller) -> Response:
        """Take an interface away."""
        await self._compute.detach(caller, request.path_params["id"], request.path_params["port_id"])
        return Response(status_code=202)

    def _found(self, request: Request, caller: Caller) -> list[Server]:
        query = request.query_params
        everything = query.get("all_tenants", "").lower() in {"1", "true"}
        name, status, host = query.get("name"), query.get("status", "").upper(), query.get("host")

        def match(server: Server) -> bool:
            wanted = [(name, server.name), (status, server.status.value), (host, server.host)]
            return all(not value or value == actual for value, actual in wanted)

        return _page(self._compute.find(caller, everything, match), query.get("marker"), query.get("limit"))

    async def _shown(self, request: Request, caller: Caller, servers: Sequence[Server]) -> list[Json]:
        addresses = await self._addresses(servers)
        shown = []
        for server in servers:
            own = [address for address in addresses if address.server_id == server.id]
            one = views.server(server, own, base_url(request))
            shown.append(one | views.server_for_admin(server) if caller.is_admin else one)
        return shown

    async def _addresses(self, servers: Sequence[Server]) -> list[ServerAddress]:
        """As the Networking API tells; the ones that servers were made with while it does not answer."""
        ids = [server.id for server in servers]
        try:
            return await asyncio.to_thread(self._compute.networking.addresses, ids)
        except Unavailable:
            return [
                ServerAddress(server.id, nic.network_id, address, "fixed", nic.mac, nic.port_id, "DOWN")
                for server in servers
                for nic in server.nics
                for address in nic.addresses
            ]

    def _power(self, action: str) -> Action:
        async def act(caller: Caller, server_id: str, _: Json) -> Response:
            self._compute.power(caller, server_id, action)
            await self._compute.settled(server_id)
            return Response(status_code=202)

        return act

    async def _console(self, caller: Caller, server_id: str, arguments: Json) -> Response:
        self._compute.get(caller, server_id)
        text = self._compute.hosts.console(server_id)
        length = arguments.get("length")
        if length is not None:
            text = _last_lines(text, str(length))
        return JSONResponse({"output": text})

    async def _add_group(self, caller: Caller, server_id: str, arguments: Json) -> Response:
        return await self._groups(caller, server_id, add=str(arguments.get("name", "")))

    async def _remove_group(self, caller: Caller, server_id: str, arguments: Json) -> Response:
        return await self._groups(caller, server_id, remove=str(arguments.get("name", "")))

    async def _groups(self, caller: Caller, server_id: str, add: str = "", remove: str = "") -> Response:
        await self._compute.change_group(caller, server_id, add, remove)
        return Response(status_code=202)

    async def _add_floating_ip(self, caller: Caller, server_id: str, arguments: Json) -> Response:
        server = self._compute.get(caller, server_id)
        if not server.nics:
            raise BadInput("address", f"server {server_id} has no interface")
        address = _ip(arguments)
        await asyncio.to_thread(self._compute.networking.associate, caller, address, server.nics[0].port_id)
        return Response(status_code=202)

    async def _remove_floating_ip(self, caller: Caller, server_id: str, arguments: Json) -> Response:
        server, address = self._compute.get(caller, server_id), _ip(arguments)
        if all(one.address != address for one in await self._addresses([server])):
            raise NotFound("floatingip", address)
        await asyncio.to_thread(self._compute.networking.associate, caller, address, None)
        return Response(status_code=202)


def _ip(arguments: Json) -> str:
    try:
        return str(ipaddress.ip_address(str(arguments.get("address"))))
    except ValueError as error:
        raise BadInput("address", str(error)) from None


def _last_lines(text: str, length: str) -> str:
    try:
        count = int(length)
    except ValueError:
        raise BadInput("length", f"'{length}' is not a number") from None
    return text if count < 0 else "\n".join(text.splitlines()[-count:] if count else [])


def _page(servers: list[Server], marker: str | None, limit: str | None) -> list[Server]:
    ids = [server.id for server in servers]
    if marker:
        if marker not in ids:
            raise BadInput("marker", f"server {marker} could not be found")
        servers = servers[ids.index(marker) + 1 :]
    if limit is None:
        return servers
    if not limit.isdigit():
        raise BadInput("limit", f"'{limit}' is not a number")
    return servers[: int(limit)]
