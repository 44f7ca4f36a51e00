"""A node for each test module: namespaces with the networking stand-in, the services and an agent."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from hawser.base.keys import node_key

HERE = Path(__file__).parent
CLOUD = [sys.executable, "-c", "from hawser.cli.cloud import cloud; cloud()"]
NODE = """mount -t proc proc /proc; mount -t sysfs sysfs /sys; mount -t tmpfs tmpfs /run; mkdir /run/netns
hostname node1; echo ready; read -r _"""


@dataclass
class Node:
    """Namespaces held by a shell that reads its standard input; killing it ends all processes in them."""

    folder: Path
    holder: subprocess.Popen
    pid: int
    services: dict[str, subprocess.Popen] = field(default_factory=dict)

    def argv(self, *command: str) -> list[str]:
        return ["nsenter", "-t", str(self.pid), "-n", "-m", "-u", "-i", "-p", "--", *command]

    def run(self, *command: str, check: bool = True) -> str:
        done = subprocess.run(self.argv(*command), capture_output=True, text=True, timeout=60, check=False)
        assert not check or done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
        return done.stdout

    def cloud(self, *words: str) -> list[str]:
        return [*CLOUD, *words[:1], "--config", str(self.folder / "cloud.ini"), *words[1:]]

    def inside(self, server: str, *command: str, check: bool = True) -> str:
        """Run a command inside an instance, by `hawser cloud exec`."""
        return self.run(*self.cloud("exec", server, "--", *command), check=check)

    def spawn(self, name: str, *command: str, **options) -> None:
        log = (self.folder / f"{name}.log").open("ab")
        argv = self.argv(*command)
        self.services[name] = subprocess.Popen(
            argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log, **options
        )

    def stop(self, name: str, number: int = 15) -> None:
        """Signal the service itself: `nsenter` forks it into the node."""
        service = self.services.pop(name)
        children = Path(f"/proc/{service.pid}/task/{service.pid}/children").read_text().split()
        for pid in children or [service.pid]:
            os.kill(int(pid), number)
        service.wait(10)

    def links(self) -> set[str]:
        return {line.split(":")[1].strip() for line in self.run("ip", "-o", "link").splitlines()}

    def mounts(self) -> list[str]:
        return sorted(line.split()[4] for line in self.run("cat", "/proc/1/mountinfo").splitlines())


def start_node(folder: Path) -> Node:
    isolated = [
        "--net",
        "--mount",
        "--uts",
        "--ipc",
        "--pid",
        "--fork",
        "--kill-child",
        "--propagation",
        "private",
    ]
    holder = subprocess.Popen(
        ["unshare", *isolated, "sh", "-c", NODE],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout.readline() == "ready\n"
    pid = int(Path(f"/proc/{holder.pid}/task/{holder.pid}/children").read_text().split()[0])
    return Node(folder, holder, pid)


def write_config(folder: Path) -> None:
    (folder / "cloud.ini").write_text(
        f"""[DEFAULT]
auth_strategy = noauth
state_path = {folder}
host = node1
[cloud]
bind_host = 127.0.0.1
network_url = http://127.0.0.1:9696
compute_url = http://127.0.0.1:8774
vif_plugging_timeout = 2
[hawser]
feed_secret = s3cret
node_key = {node_key("s3cret", "node1")}
"""
    )


def until(condition, seconds: float = 10, what: str = "it"):
    """The first true answer of ``condition``."""
    deadline = time.monotonic() + seconds
    while not (answer := condition()):
        assert time.monotonic() < deadline, f"{what} did not come true within {seconds} s"
        time.sleep(0.02)
    return answer


def answering(client: httpx.Client, path: str) -> bool:
    try:
        return client.get(path).status_code < 500
    except httpx.HTTPError:
        return False


@pytest.fixture(scope="module")
def node(tmp_path_factory) -> Iterator[Node]:
    node = start_node(tmp_path_factory.mktemp("node"))
    write_config(node.folder)
    try:
        node.spawn("neighbours", sys.executable, str(HERE / "neighbours.py"))
        yield node
    finally:
        node.holder.kill()
        node.holder.wait()
        for service in node.services.values():
            service.wait(10)


@pytest.fixture(scope="module")
def sockets() -> Iterator[dict[str, socket.socket]]:
    """Listening sockets of the host's loopback, to be handed to the services in the node."""
    made = {name: socket.create_server(("127.0.0.1", 0)) for name in ("compute", "image")}
    yield made
    for one in made.values():
        one.close()


def start_services(node: Node, sockets: dict[str, socket.socket]) -> None:
    handed = [f"{name}={one.fileno()}" for name, one in sockets.items()]
    options = [word for text in handed for word in ("--listen-fd", text)]
    node.spawn("run", *node.cloud("run"), *options, pass_fds=[one.fileno() for one in sockets.values()])


def start_agent(node: Node) -> None:
    node.spawn("compute", *node.cloud("compute"))


@pytest.fixture(scope="module")
def api(node, sockets) -> Iterator[httpx.Client]:
    """The compute service as a member of project p1 sees it, with one compute node alive."""
    start_services(node, sockets)
    start_agent(node)
    port = sockets["compute"].getsockname()[1]
    headers = {"X-Project-Id": "p1", "X-User-Id": "u1", "X-Roles": "member"}
    with httpx.Client(base_url=f"http://127.0.0.1:{port}/v2.1", headers=headers, timeout=30) as client:
        until(lambda: answering(client, "/"), what="the compute service")
        until(lambda: hosts_up(client) == ["node1"], what="the compute node")
        yield client


def hosts_up(client: httpx.Client) -> list[str]:
    return [s["host"] for s in client.get("/os-services").json()["services"] if s["state"] == "up"]
