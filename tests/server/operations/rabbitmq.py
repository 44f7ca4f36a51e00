"""A RabbitMQ of the tests' own: on loopback, in its own directory, with its own port mapper; gone after use."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import kombu

from tests.server.operations.servers import PATIENCE, free_port, until

SCRIPT = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")


@contextmanager
def running() -> Iterator[RabbitMQ]:
    """A broker until the block ends."""
    assert SCRIPT.exists(), "RabbitMQ is missing: run scripts/setup dev"
    directory = Path(tempfile.mkdtemp(prefix="hawser-rabbitmq-"))
    broker = RabbitMQ(directory)
    try:
        broker.start()
        yield broker
    finally:
        broker.end()
        shutil.rmtree(directory, ignore_errors=True)


class RabbitMQ:
    """Use `running`. It may be stopped and started again, on the same port."""

    def __init__(self, directory: Path) -> None:
        self.port = free_port()
        self._directory = directory
        self._process: subprocess.Popen[bytes] | None = None
        (directory / "rabbitmq.conf").write_text("log.console = true\nlog.file = false\n")
        (directory / "enabled_plugins").write_text("[].")
        self._environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(directory),
            "ERL_EPMD_PORT": str(free_port()),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "ERL_EPMD_RELAXED_COMMAND_CHECK": "1",
            "RABBITMQ_NODENAME": f"hawser{self.port}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(free_port()),
            "RABBITMQ_MNESIA_BASE": str(directory),
            "RABBITMQ_LOG_BASE": str(directory),
            "RABBITMQ_PID_FILE": str(directory / "pid"),
            "RABBITMQ_CONFIG_FILE": str(directory / "rabbitmq.conf"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(directory / "enabled_plugins"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1} +S 1:1",
        }

    @property
    def url(self) -> str:
        """As operators write it."""
        return f"rabbit://guest:guest@127.0.0.1:{self.port}/"

    def connect(self) -> kombu.Connection:
        return kombu.Connection(f"amqp://guest:guest@127.0.0.1:{self.port}//", connect_timeout=5)

    def start(self) -> None:
        """Start it, and wait until it answers."""
        with (self._directory / "output").open("w") as output:
            self._process = subprocess.Popen(
                [SCRIPT],
                env=self._environment,
                cwd=self._directory,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        until(lambda: self._answers() or self._process.poll() is not None, 2 * PATIENCE)
        assert self._process.poll() is None, (self._directory / "output").read_text()

    def stop(self) -> None:
        """Stop it; connections break."""
        assert self._process
        os.killpg(self._process.pid, signal.SIGTERM)
        self._process.wait(PATIENCE)

    def end(self) -> None:
        """Leave nothing running."""
        if self._process and self._process.poll() is None:
            self.stop()
        subprocess.run(["epmd", "-kill"], env=self._environment, capture_output=True, check=False)

    def _answers(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
        except OSError:
            return False
        try:
            with self.connect() as connection:
                connection.connect()
        except OSError:
            return False
        return True
