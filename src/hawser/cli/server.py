"""neutron-server: the API and the feed, in one process or several."""

from __future__ import annotations

import errno
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import NoReturn

import click
import uvicorn
from oslo_config import cfg
from starlette.applications import Starlette

from hawser.base import config
from hawser.base.errors import BadInput, Unavailable
from hawser.cli import plain, workers
from hawser.server.api import access, auth
from hawser.server.api.notify import Courier
from hawser.server.app import create_app
from hawser.server.store.session import Store

POLICY_FILE = config.CONFIG_DIRECTORY / "policy.yaml"
_BACKLOG = 1024
_MARGIN = 3.0
"""Seconds beyond graceful_shutdown_timeout after which what hangs is left behind."""
_log = logging.getLogger(__name__)


@click.command("neutron-server")
@click.option(
    "--config-file",
    "files",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Read this instead of the files under /etc/neutron; may be repeated, later ones win.",
)
@click.option(
    "--listen-fd",
    "listening",
    multiple=True,
    type=int,
    help="Serve on this inherited listening socket too; may be repeated.",
)
@click.option(
    "--policy-file",
    type=click.Path(path_type=Path),
    default=POLICY_FILE,
    help="Rules that differ from those in code; it need not exist.",
    show_default=True,
)
def main(files: tuple[Path, ...], listening: tuple[int, ...], policy_file: Path) -> None:
    """Serve the OpenStack Networking API until told to stop (SIGTERM, SIGINT)."""
    with plain.errors("neutron-server"):
        read = files or config.SERVER_FILES
        conf = config.read(read)
        settings = config.server_settings(conf)
        _log_to_stderr(settings)
        for stranger in config.strangers(read):
            _log.warning("%s", stranger)
        sockets = [_bound(settings.bind_host, settings.bind_port), *map(_inherited, listening)]
        _serve(conf, settings, sockets, policy_file if policy_file.exists() else None)


def _serve(
    conf: cfg.ConfigOpts, settings: config.ServerSettings, sockets: list[socket.socket], policy: Path | None
) -> None:
    def prepare() -> tuple[Store, Starlette]:
        known_by = auth.NoAuth() if settings.auth_strategy == "noauth" else auth.keystone(conf)
        store = Store(settings)
        return store, create_app(store, settings, known_by, policy, _courier(settings))

    def work(store: Store, app: Starlette) -> None:
        try:
            _run(app, settings, sockets)
        finally:
            store.close()

    # What is wrong with the configuration is said here, once, before any worker starts.
    store, app = prepare()
    store.upgrade()
    for listener in sockets:
        _log.info("serving on %s", listener.getsockname())
    if settings.api_workers == 1:
        work(store, app)
        return
    store.close()
    patience = settings.graceful_shutdown_timeout + 2 * _MARGIN
    workers.run(settings.api_workers, lambda: work(*prepare()), sockets, patience)


def _courier(settings: config.ServerSettings) -> Courier | None:
    """Who brings notifications to their queue, where that is asked for."""
    if settings.notifications is None:
        return None
    from hawser.server.api.rabbit import Rabbit

    return Rabbit(settings.notifications)


def _run(app: Starlette, settings: config.ServerSettings, sockets: list[socket.socket]) -> None:
    """Serve in this process until told to stop."""
    options = uvicorn.Config(
        app,
        loop="uvloop",
        http="httptools",
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=settings.graceful_shutdown_timeout,
    )
    server = _Server(options, app.state.end_streams)
    # uvicorn listens to these while it serves, and then passes them on to who had them before. One that comes
    # earlier stops it as soon as it serves; after it the process goes on here.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: server.stop())
    server.run(sockets)


class _Server(uvicorn.Server):
    """uvicorn's server, which waits for requests under way when it stops; streams are ended by us."""

    def __init__(self, options: uvicorn.Config, end_streams: Callable[[], Awaitable[None]]) -> None:
        super().__init__(options)
        self._end_streams = end_streams

    def stop(self) -> None:
        """Stop soon."""
        self.should_exit = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop accepting, end streams, finish requests; and be gone soon after, whatever still hangs."""
        patience = self.config.timeout_graceful_shutdown or 0
        last_resort = threading.Timer(patience + _MARGIN, _leave)
        last_resort.daemon = True
        last_resort.start()
        await self._end_streams()
        await super().shutdown(sockets)


def _leave() -> NoReturn:
    """A thread that waits for a neighbour cannot be ended; only the process can."""
    _log.error("something still hangs, and is left behind")
    os._exit(0)


def _bound(host: str, port: int) -> socket.socket:
    """A socket that listens on ``host`` and ``port``."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise Unavailable(
                f"Port {port} of {host} is taken. Stop what listens there, or set another bind_port."
            ) from error
        raise BadInput("bind_host, bind_port", f"{host}:{port}: {error.strerror}") from error
    return listener


def _inherited(descriptor: int) -> socket.socket:
    """The listening socket that our parent left open as ``descriptor``."""
    try:
        listener = socket.socket(fileno=descriptor)
        listening = listener.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
    except OSError as error:
        raise BadInput("--listen-fd", f"{descriptor}: {error.strerror}") from error
    if not listening:
        raise BadInput("--listen-fd", f"{descriptor} is not a listening socket")
    return listener


def _log_to_stderr(settings: config.ServerSettings) -> None:
    logging.basicConfig(
        stream=sys.stderr,
        level=logging.INFO,
        format="%(asctime)s %(process)d %(levelname)s %(name)s %(message)s",
    )
    logging.getLogger("hawser").setLevel(logging.DEBUG if settings.debug else logging.INFO)
    if settings.access_log == "json":  # then a line is JSON from its first character
        bare = logging.StreamHandler(sys.stderr)
        requests = logging.getLogger(access.LOG)
        requests.addHandler(bare)
        requests.propagate = False


if __name__ == "__main__":
    main()
