"""Puts the compute, image and metadata services together from their configuration; serves them from one process."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Mapping
from dataclasses import dataclass

import uvicorn
from starlette.applications import Starlette

from hawser.base.errors import BadInput, Conflict
from hawser.cloud import identity
from hawser.cloud.api.compute import compute_app
from hawser.cloud.api.image import image_app
from hawser.cloud.api.metadata import metadata_app
from hawser.cloud.compute import Compute
from hawser.cloud.dispatch import Dispatch
from hawser.cloud.hosts import Hosts
from hawser.cloud.network import Networking
from hawser.cloud.settings import CloudSettings
from hawser.cloud.store import Store

SERVICES = ("compute", "image", "metadata")
GRACE_SECONDS = 1


@dataclass(frozen=True, slots=True)
class Apps:
    """The services, over one store; ``dispatch`` wants its `sweep` to run."""

    dispatch: Dispatch
    compute: Starlette
    image: Starlette
    metadata: Starlette


def make(settings: CloudSettings) -> Apps:
    """The services with their state under ``state_path``. Needs a running event loop."""
    settings.state_path.mkdir(parents=True, exist_ok=True)
    store = Store(settings.state_path / "cloud.json")
    session = identity.service_session(settings)
    auth = identity.auth(settings, session)
    networking = Networking(session, settings.network_url)
    compute = Compute(store, networking, Hosts(settings.service_down_time))
    return Apps(
        compute.dispatch,
        compute_app(compute, auth, settings.feed_secret),
        image_app(store, auth, settings.state_path / "images"),
        metadata_app(store, settings.metadata_proxy_shared_secret),
    )


async def serve(settings: CloudSettings, inherited: Mapping[str, list[int]]) -> None:
    """Serve until SIGTERM or SIGINT. ``inherited`` are descriptors of listening sockets, by service."""
    ports = {
        "compute": settings.compute_port,
        "image": settings.image_port,
        "metadata": settings.metadata_port,
    }
    sockets = {
        name: [_listen(settings.bind_host, ports[name]), *map(_adopt, inherited.get(name, []))]
        for name in SERVICES
    }
    apps = make(settings)
    level = "debug" if settings.debug else "info"
    servers = [
        (_server(apps.compute, level), sockets["compute"]),
        (_server(apps.image, level), sockets["image"]),
        (_server(apps.metadata, level), sockets["metadata"]),
    ]
    sweeping = asyncio.create_task(apps.dispatch.sweep())
    try:
        await asyncio.gather(*(server.serve(listening) for server, listening in servers))
    finally:
        sweeping.cancel()


def _server(app: Starlette, level: str) -> uvicorn.Server:
    return uvicorn.Server(
        uvicorn.Config(
            app,
            http="httptools",
            lifespan="off",
            log_level=level,
            log_config=None,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
    )


def _listen(address: str, port: int) -> socket.socket:
    try:
        listening = socket.create_server((address, port), backlog=128)
    except OSError as error:
        remedy = f"Stop what uses port {port}, or set another one in [cloud] of cloud.ini."
        raise Conflict(f"Cannot listen on {address}:{port}: {error.strerror}. {remedy}") from error
    # Made anew, it knows that it is TCP: asyncio sends small parts of answers at once (TCP_NODELAY) on no other.
    return _adopt(listening.detach())


def _adopt(number: int) -> socket.socket:
    try:
        return socket.socket(fileno=number)
    except OSError as error:
        raise BadInput("listen-fd", f"{number} is no socket: {error.strerror}") from error
