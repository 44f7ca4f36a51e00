"""Services as processes of a node: started so that the node's own init is their parent, and looked at from
the host.

/run/hawser/services/<name>.pid    in the node, the pid that its own pid namespace knows
"""

from __future__ import annotations

import signal
import socket
import subprocess
import time
from collections.abc import Callable, Collection, Mapping

import httpx

from hawser.base.errors import LabError
from hawser.lab import namespaces, state
from hawser.lab.node import Node
from hawser.lab.ports import LOOPBACK
from hawser.lab.services import Service

_RUN = "/run/hawser/services"
# A background job of a shell that ends: its parent is then the node's init, and its pid is known at once.
_SPAWN = 'log=$1 pid=$2; shift 2; setsid "$@" >>"$log" 2>&1 </dev/null & echo $! >"$pid"'


def start(node: Node, service: Service, sockets: Mapping[str, socket.socket]) -> None:
    """Start a service with those listening sockets that it asks for; it goes on when this process ends."""
    handed = {port: sockets[port].fileno() for port, _ in service.listens if port in sockets}
    options = [option.format(fd=handed[port]) for port, option in service.listens if port in handed]
    node.path(service.log).parent.mkdir(parents=True, exist_ok=True)
    spawn = ["sh", "-c", _SPAWN, "sh", service.log, f"{_RUN}/{service.name}.pid", *service.argv, *options]
    done = subprocess.run(
        namespaces.enter(node.init, spawn),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        env=namespaces.ENVIRONMENT,
        pass_fds=list(handed.values()),
    )
    if done.returncode:
        raise LabError(f"{service.title} cannot be started on {node.name}: {done.stderr.strip()}.")


def alive(node: Node, service: Service) -> bool:
    """True while the service's process runs on a node that has power."""
    if not node.powered:
        return False
    try:
        pid = int(node.path(f"{_RUN}/{service.name}.pid").read_text())
    except (FileNotFoundError, ValueError):
        return False
    return state.start_time(node.path(f"/proc/{pid}")) is not None


def stop(node: Node, service: Service, with_signal: signal.Signals, timeout: float = 10.0) -> None:
    """End a service's own process and wait until it is gone; what it started goes on."""
    pid = node.path(f"{_RUN}/{service.name}.pid").read_text().strip()
    node.run(["kill", f"-{with_signal.value}", pid])
    deadline = time.monotonic() + timeout
    while alive(node, service):
        if time.monotonic() > deadline:
            raise LabError(f"The {service.title} on {node.name} does not end. Say --signal KILL.")
        time.sleep(0.02)


def wait_until_ready(
    node: Node,
    service: Service,
    ports: Collection[int],
    given_up: Callable[[], bool],
    timeout: float = 120.0,
) -> None:
    """Wait until the service runs and answers on its ports. LabError with the last words of its log when it
    ends before, after ``timeout`` seconds, or when the wait is given up from outside."""
    deadline = time.monotonic() + timeout
    while not all(answers(port) for port in ports):
        if not alive(node, service):
            raise LabError(f"The {service.title} ended at once: {last_words(node, service)}.")
        if time.monotonic() > deadline or given_up():
            raise LabError(f"The {service.title} is not ready: {last_words(node, service)}.")
        time.sleep(0.05)


def answers(port: int) -> bool:
    """True when an HTTP server answers on this port of the host's loopback, whatever it says. A listening
    socket takes connections before anyone serves them, so only an answer counts."""
    try:
        httpx.get(f"http://{LOOPBACK}:{port}/", timeout=1.0, trust_env=False)
    except httpx.TransportError:
        return False
    return True


def last_words(node: Node, service: Service) -> str:
    """The last line of a service's log that says something, and where a copy of the log is: the log itself goes with
    the lab when a start fails."""
    try:
        text = node.path(service.log).read_text(errors="replace")
    except FileNotFoundError:
        text = ""
    copy = state.ROOT.parent / "logs" / f"{node.lab_name}-{service.key}.log"
    copy.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    copy.write_text(text)
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return f"{lines[-1] if lines else 'it said nothing'} (its log: {copy})"
