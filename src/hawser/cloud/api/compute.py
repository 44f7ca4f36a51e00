"""The compute service as one ASGI application: versions, flavors, keypairs, zones, servers, agents."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from hawser.base.errors import BadInput, Conflict, NotFound
from hawser.cloud.api import views
from hawser.cloud.api.agents import agent_routes
from hawser.cloud.api.bodies import KeypairBody
from hawser.cloud.api.pipe import FAULTS, base_url, body, route
from hawser.cloud.api.servers import Servers
from hawser.cloud.compute import Compute
from hawser.cloud.model import FLAVORS, Keypair, flavor
from hawser.server.api.auth import Auth
from hawser.server.model.caller import Caller

PREFIX = "/v2.1"


def compute_app(compute: Compute, auth: Auth, feed_secret: str) -> Starlette:
    """The application. ``feed_secret`` is what nodes' keys are made from."""
    things = _Things(compute)
    routes: list[BaseRoute] = [
        Route("/", _versions),
        Route(PREFIX, _version),
        Route(f"{PREFIX}/", _version),
        *things.routes(auth),
        *Servers(compute).routes(PREFIX, auth),
        *agent_routes(compute.dispatch, feed_secret),
    ]
    return Starlette(routes=routes, exception_handlers=FAULTS)


def _document(request: Request) -> dict[str, object]:
    return {
        "id": "v2.1",
        "status": "CURRENT",
        "version": "2.1",
        "min_version": "2.1",
        "updated": "2013-07-23T11:33:21Z",
        "links": [{"rel": "self", "href": f"{base_url(request)}{PREFIX}/"}],
    }


async def _versions(request: Request) -> Response:
    return JSONResponse({"versions": [_document(request)]})


async def _version(request: Request) -> Response:
    return JSONResponse({"version": _document(request)})


class _Things:
    """The handlers of everything that is not a server."""

    def __init__(self, compute: Compute) -> None:
        self._compute = compute
        self._store = compute.store

    def routes(self, auth: Auth) -> Sequence[BaseRoute]:
        """One row for each path."""
        return [
            route(f"{PREFIX}/flavors", "GET", self.flavors, auth),
            route(f"{PREFIX}/flavors/detail", "GET", self.flavors, auth),
            route(f"{PREFIX}/flavors/{{id}}", "GET", self.flavor, auth),
            route(f"{PREFIX}/flavors/{{id}}/os-extra_specs", "GET", self.extra_specs, auth),
            route(f"{PREFIX}/os-keypairs", "GET", self.keypairs, auth),
            route(f"{PREFIX}/os-keypairs", "POST", self.create_keypair, auth),
            route(f"{PREFIX}/os-keypairs/{{name}}", "GET", self.keypair, auth),
            route(f"{PREFIX}/os-keypairs/{{name}}", "DELETE", self.delete_keypair, auth),
            route(f"{PREFIX}/os-availability-zone", "GET", self.zones, auth),
            route(f"{PREFIX}/os-availability-zone/detail", "GET", self.zones, auth),
            route(f"{PREFIX}/os-services", "GET", self.services, auth),
            route(f"{PREFIX}/os-hypervisors", "GET", self.hypervisors, auth),
            route(f"{PREFIX}/os-hypervisors/detail", "GET", self.hypervisors, auth),
            route(f"{PREFIX}/extensions", "GET", self.extensions, auth),
        ]

    async def flavors(self, request: Request, _: Caller) -> Response:
        """All flavors; they cannot be changed."""
        return JSONResponse({"flavors": [views.flavor(one, base_url(request)) for one in FLAVORS]})

    async def flavor(self, request: Request, _: Caller) -> Response:
        """One flavor by id."""
        return JSONResponse({"flavor": views.flavor(flavor(request.path_params["id"]), base_url(request))})

    async def extra_specs(self, request: Request, _: Caller) -> Response:
        """No flavor has any."""
        flavor(request.path_params["id"])
        return JSONResponse({"extra_specs": {}})

    async def keypairs(self, _: Request, caller: Caller) -> Response:
        """The user's keypairs."""
        own = [key for (user, _), key in self._store.keypairs.items() if user == caller.user_id]
        return JSONResponse({"keypairs": [{"keypair": views.keypair(key)} for key in own]})

    async def create_keypair(self, request: Request, caller: Caller) -> Response:
        """Keep a public key. Making a private one is the client's part."""
        wanted = await body(request, KeypairBody, "keypair")
        if (caller.user_id, wanted.name) in self._store.keypairs:
            raise Conflict(f"Key pair '{wanted.name}' already exists.")
        key = Keypair(wanted.name, caller.user_id, wanted.public_key, _fingerprint(wanted.public_key))
        self._store.put_keypair(key)
        return JSONResponse({"keypair": views.keypair(key) | {"user_id": caller.user_id}}, 200)

    async def keypair(self, request: Request, caller: Caller) -> Response:
        """One keypair by name."""
        return JSONResponse({"keypair": views.keypair(self._keypair(request, caller))})

    async def delete_keypair(self, request: Request, caller: Caller) -> Response:
        """Forget a keypair; instances keep the key that they were made with."""
        self._store.remove_keypair(caller.user_id, self._keypair(request, caller).name)
        return Response(status_code=202)

    def _keypair(self, request: Request, caller: Caller) -> Keypair:
        name = request.path_params["name"]
        key = self._store.keypairs.get((caller.user_id, name))
        if key is None:
            raise NotFound("keypair", name)
        return key

    async def zones(self, _: Request, __: Caller) -> Response:
        """The one zone, with its hosts."""
        hosts = {
            host.name: {"nova-compute": {"available": host.alive, "active": True, "updated_at": None}}
            for host in self._compute.hosts.all()
        }
        zone = {"zoneName": "nova", "zoneState": {"available": True}, "hosts": hosts}
        return JSONResponse({"availabilityZoneInfo": [zone]})

    async def services(self, _: Request, __: Caller) -> Response:
        """The compute nodes."""
        hosts = enumerate(self._compute.hosts.all(), 1)
        return JSONResponse({"services": [views.service(number, host) for number, host in hosts]})

    async def hypervisors(self, _: Request, __: Caller) -> Response:
        """The compute nodes by their names."""
        hosts = enumerate(self._compute.hosts.all(), 1)
        return JSONResponse({"hypervisors": [views.hypervisor(number, host) for number, host in hosts]})

    async def extensions(self, _: Request, __: Caller) -> Response:
        """Version 2.1 has no extensions."""
        return JSONResponse({"extensions": []})


def _fingerprint(public_key: str) -> str:
    """MD5 over the key's blob, as OpenSSH once showed it; a text that is no key is a `BadInput`."""
    words = public_key.split()
    try:
        blob = base64.b64decode(words[1], validate=True)
    except (IndexError, ValueError):
        raise BadInput("public_key", "it is not a line of the form 'ssh-… BASE64 comment'") from None
    digest = hashlib.md5(blob, usedforsecurity=False).hexdigest()
    return ":".join(digest[i : i + 2] for i in range(0, len(digest), 2))
