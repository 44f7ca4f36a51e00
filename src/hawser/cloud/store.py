"""What the services remember: a few values in memory, and one JSON file so that a restart forgets nothing.

Used from the event loop alone, so it needs no locks. ``revision`` counts changes of what is wanted of
servers; waiters are woken at every change of a server, wanted or seen.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from hawser.base.errors import BadInput
from hawser.cloud.model import Image, Keypair, Server, now
from hawser.wire import codec

log = logging.getLogger(__name__)

_BORN = now()
PRELOADED = tuple(
    Image(image_id, name, "", "public", "active", "raw", "container", 0, None, _BORN, _BORN)
    for image_id, name in (
        ("6e1c4a50-0000-4000-8000-000000000001", "cirros"),
        ("6e1c4a50-0000-4000-8000-000000000002", "debian"),
    )
)


@dataclass(frozen=True, slots=True)
class Records:
    """All that is kept on disk."""

    revision: int = 0
    servers: tuple[Server, ...] = ()
    images: tuple[Image, ...] = PRELOADED
    keypairs: tuple[Keypair, ...] = ()


class Store:
    """The records by id; ``file`` None keeps them in memory only."""

    def __init__(self, file: Path | None = None) -> None:
        """A file that cannot be read is a `BadInput`: better no service than one that forgot all servers."""
        self._file = file
        found = _read(file) if file is not None and file.exists() else Records()
        self.revision = found.revision
        self._servers = {server.id: server for server in found.servers}
        self._images = {image.id: image for image in found.images}
        self._keypairs = {(key.user_id, key.name): key for key in found.keypairs}
        self._bell = asyncio.Event()

    @property
    def servers(self) -> Mapping[str, Server]:
        """All servers by id, oldest first."""
        return self._servers

    @property
    def images(self) -> Mapping[str, Image]:
        """All images by id."""
        return self._images

    @property
    def keypairs(self) -> Mapping[tuple[str, str], Keypair]:
        """All keypairs by user id and name."""
        return self._keypairs

    def wish(self, server: Server) -> Server:
        """Keep a server of which something new is wanted: it gets the next revision."""
        self.revision += 1
        server = replace(server, revision=self.revision, updated=now())
        self._servers[server.id] = server
        self._changed()
        return server

    def see(self, server: Server) -> None:
        """Keep what was seen of a server; what is wanted of it stays."""
        if server.id in self._servers and self._servers[server.id] != server:
            self._servers[server.id] = replace(server, updated=now())
            self._changed()

    def remove_server(self, server_id: str) -> None:
        """Forget a server."""
        if self._servers.pop(server_id, None) is not None:
            self._changed()

    def put_image(self, image: Image) -> None:
        """Keep an image, new or changed."""
        self._images[image.id] = image
        self._changed()

    def remove_image(self, image_id: str) -> None:
        """Forget an image."""
        self._images.pop(image_id, None)
        self._changed()

    def put_keypair(self, key: Keypair) -> None:
        """Keep a keypair."""
        self._keypairs[key.user_id, key.name] = key
        self._changed()

    def remove_keypair(self, user_id: str, name: str) -> None:
        """Forget a keypair."""
        self._keypairs.pop((user_id, name), None)
        self._changed()

    async def changed(self, seconds: float) -> None:
        """Return at the next change, or after ``seconds``."""
        try:
            async with asyncio.timeout(seconds):
                await self._bell.wait()
        except TimeoutError:
            return

    def _changed(self) -> None:
        bell, self._bell = self._bell, asyncio.Event()
        bell.set()
        if self._file is not None:
            self._write(self._file)

    def _write(self, file: Path) -> None:
        records = Records(
            self.revision,
            tuple(self._servers.values()),
            tuple(self._images.values()),
            tuple(self._keypairs.values()),
        )
        draft = file.with_suffix(".new")
        draft.touch(mode=0o600)
        draft.write_bytes(codec.encode(records))
        draft.replace(file)


def _read(file: Path) -> Records:
    try:
        return codec.decode(file.read_bytes(), Records)
    except BadInput as error:
        raise BadInput(str(file), error.message, "Repair it, or move it away to begin anew.") from error
