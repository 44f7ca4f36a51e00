"""A real neutron-server as a process of the test's own, on loopback; callers are who their headers say."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import psutil

from hawser.base.keys import node_key
from hawser.wire import codec, version
from hawser.wire.report import AgentState, Report

SCRIPT = Path(sys.executable).parent / "neutron-server"
SECRET = "secret"
PATIENCE = 30.0
"""Seconds until a test that waits for something gives up."""


class Server:
    """One server over ``connection``; ``options`` are lines of neutron.conf's [DEFAULT], ``more`` of the rest."""

    def __init__(
        self, directory: Path, connection: str, *options: str, more: str = "", name: str = "one"
    ) -> None:
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.conf = directory / f"{name}.conf"
        self.log_file = directory / f"{name}.log"
        lines = [
            "[DEFAULT]",
            "auth_strategy = noauth",
            "bind_host = 127.0.0.1",
            f"bind_port = {port}",
            f"state_path = {directory}",
            "agent_down_time = 600",
            *options,
            f"[database]\nconnection = {connection}",
            f"[hawser]\nfeed_secret = {SECRET}",
            more,
        ]
        self.conf.write_text("\n".join(lines))
        with self.log_file.open("w") as log:
            self.process = subprocess.Popen([SCRIPT, "--config-file", self.conf], stderr=log)
        until(lambda: self.answers() or self.process.poll() is not None)
        assert self.process.poll() is None, self.log

    @property
    def log(self) -> str:
        return self.log_file.read_text()

    @property
    def workers(self) -> set[int]:
        """The processes that serve, where there are several."""
        return {child.pid for child in psutil.Process(self.process.pid).children()}

    def answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/healthcheck", trust_env=False).is_success
        except httpx.TransportError:
            return False

    def client(self, project: str = "demo", **headers: str) -> httpx.Client:
        """An administrator of ``project`` unless ``headers`` say otherwise."""
        return httpx.Client(
            base_url=f"{self.url}/v2.0",
            headers={"X-Project-Id": project, **headers},
            timeout=PATIENCE,
            trust_env=False,
        )

    def report(self, host: str, report: Report) -> None:
        """What a node says of itself."""
        url = f"{self.url}/feed/v1/hosts/{host}/reports"
        httpx.post(
            url, content=codec.encode(report), headers=node_headers(host), trust_env=False
        ).raise_for_status()

    def tell_to_stop(self) -> None:
        """As init does."""
        self.process.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """As the power's end does."""
        self.process.kill()
        self.process.wait(PATIENCE)

    def end(self) -> None:
        """Clean up, whatever state it is in."""
        if self.process.poll() is None:
            self.tell_to_stop()
            try:
                self.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.kill()


def l3_agent(host: str) -> Report:
    """A node's sign of life, with an L3 agent."""
    return Report(agents=(AgentState("L3 agent", "neutron-l3-agent", "nova", time.time(), "", (), {}),))


def node_headers(host: str) -> dict[str, str]:
    """By which a node shows who it is."""
    return {"Authorization": f"Bearer {node_key(SECRET, host)}", version.HEADER: str(version.VERSION)}


def until(true, patience: float = PATIENCE) -> None:
    """Wait for something that comes soon."""
    deadline = time.monotonic() + patience
    while not true():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
