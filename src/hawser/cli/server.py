"""neutron-server: the API and the feed, in one process."""

from __future__ import annotations

import errno
import logging
import signal
import socket
import sys
from pathlib import Path

import click
import uvicorn
from oslo_config import cfg

from hawser.base import config
from hawser.base.errors import BadInput, Unavailable
from hawser.cli import plain
from hawser.server.api import auth
from hawser.server.app import create_app
from hawser.server.store.session import Store

POLICY_FILE = config.CONFIG_DIRECTORY / "policy.yaml"
_BACKLOG = 1024
_GRACE = 1
"""Seconds that requests, and watch streams, are given to end when the server is told to stop."""
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
        conf = config.read(files or config.SERVER_FILES)
        settings = config.server_settings(conf)
        _log_to_stderr(settings.debug)
        sockets = [_bound(settings.bind_host, settings.bind_port), *map(_inherited, listening)]
        _serve(conf, settings, sockets, policy_file if policy_file.exists() else None)


def _serve(
    conf: cfg.ConfigOpts, settings: config.ServerSettings, sockets: list[socket.socket], policy: Path | None
) -> None:
    known_by = auth.NoAuth() if settings.auth_strategy == "noauth" else auth.keystone(conf)
    store = Store(settings)
    try:
        store.upgrade()
        app = create_app(store, settings, known_by, policy)
        options = uvicorn.Config(
            app,
            loop="uvloop",
            http="httptools",
            ws="none",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=_GRACE,
        )
        # uvicorn passes the signal that stopped it on to who had it before: the process then goes on here.
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: None)
        for listener in sockets:
            _log.info("serving on %s", listener.getsockname())
        uvicorn.Server(options).run(sockets)
    finally:
        store.close()


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


def _log_to_stderr(debug: bool) -> None:
    logging.basicConfig(
        stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )
    logging.getLogger("hawser").setLevel(logging.DEBUG if debug else logging.INFO)


if __name__ == "__main__":
    main()
