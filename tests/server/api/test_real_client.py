"""The commands of the documents, by the real `openstack` client against a real server process."""

import json
import signal
import socket
import subprocess
import time
import urllib.request
from pathlib import Path

import pytest

from hawser.base.keys import node_key
from hawser.wire import codec, version
from hawser.wire.report import AgentState, Mastership, Report, RouterStatus
from tests.clients import command

ROOT = Path(__file__).resolve().parents[3]
pytestmark = pytest.mark.service


class Server:
    """A server process on an inherited socket, as the lab runs it."""

    def __init__(self, directory: Path) -> None:
        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        taken = socket.socket()
        taken.bind(("127.0.0.1", 0))
        bind_port = taken.getsockname()[1]
        taken.close()
        conf = directory / "neutron.conf"
        conf.write_text(
            f"[DEFAULT]\nauth_strategy = noauth\nbind_host = 127.0.0.1\nbind_port = {bind_port}\n"
            f"state_path = {directory}\nl3_ha = true\nagent_down_time = 600\n[hawser]\nfeed_secret = secret\n"
        )
        self.conf = conf
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        self.own_url = f"http://127.0.0.1:{bind_port}"
        self._log = directory / "server.log"  # a pipe that nobody empties would hold the server up
        with self._log.open("w") as log:
            self.process = subprocess.Popen(
                [
                    ROOT / ".venv/bin/neutron-server",
                    "--config-file",
                    conf,
                    f"--listen-fd={listener.fileno()}",
                ],
                pass_fds=[listener.fileno()],
                stderr=log,
            )
        listener.close()
        self.get("/")

    def get(self, path: str, url: str = "") -> str:
        with urllib.request.urlopen((url or self.url) + path, timeout=30) as answer:
            return answer.read().decode()

    def report(self, host: str, report: Report) -> None:
        """What a node says of itself."""
        request = urllib.request.Request(
            f"{self.url}/feed/v1/hosts/{host}/reports",
            codec.encode(report),
            {"Authorization": f"Bearer {node_key('secret', host)}", version.HEADER: str(version.VERSION)},
        )
        urllib.request.urlopen(request, timeout=10).close()

    def stop(self) -> str:
        """Stop it as init does; its log."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(10)
        return self._log.read_text()


@pytest.fixture
def server(tmp_path):
    server = Server(tmp_path)
    yield server
    if server.process.poll() is None:
        server.stop()


@pytest.fixture
def openstack(server):
    client = command.openstack({"OS_AUTH_TYPE": "none", "OS_ENDPOINT": server.url})

    def run(words: str, succeeds: bool = True) -> str:
        answer = client(words.split())
        assert (answer.status == 0) is succeeds, f"{words}\n{answer.output}"
        return answer.printed if succeeds else answer.said

    yield run
    client.close()


def agents(host: str, *kinds: str) -> Report:
    return Report(
        agents=tuple(
            AgentState(kind, f"neutron-{kind.split()[0].lower()}-agent", "nova", time.time(), "", (), {})
            for kind in kinds
        )
    )


@pytest.mark.timeout(200)
def test_the_documents_commands(server, openstack):
    def shown(command: str):
        return json.loads(openstack(f"{command} -f json"))

    for host in ("network1", "network2"):
        server.report(host, agents(host, "L3 agent", "DHCP agent", "Linux bridge agent"))
    listed = shown("network agent list")
    assert {(row["Host"], row["Agent Type"], row["Alive"]) for row in listed} == {
        (host, kind, True)
        for host in ("network1", "network2")
        for kind in ("L3 agent", "DHCP agent", "Linux bridge agent")
    }

    external = shown(
        "network create --external --provider-network-type flat --provider-physical-network external"
        " provider1"
    )
    assert (external["router:external"], external["provider:network_type"]) == (True, "flat")
    openstack(
        "subnet create --network provider1 --subnet-range 203.0.113.0/24 --gateway 203.0.113.1 --no-dhcp"
        " --allocation-pool start=203.0.113.11,end=203.0.113.250 provider1-v4"
    )
    network = shown("network create selfservice2")
    assert (network["provider:network_type"], network["mtu"]) == ("vxlan", 1450)
    subnet = shown(
        "subnet create --network selfservice2 --subnet-range 198.51.100.0/24 --dns-nameserver 8.8.4.4"
        " selfservice2-v4"
    )
    assert subnet["gateway_ip"] == "198.51.100.1"
    openstack(
        "subnet create --ip-version 6 --ipv6-ra-mode slaac --ipv6-address-mode slaac --network selfservice2"
        " --subnet-range fd00:198:51:100::/64 --gateway fd00:198:51:100::1 selfservice2-v6"
    )

    router = shown("router create --ha router2")
    assert router["ha"] is True
    assert openstack("router add subnet router2 selfservice2-v4") == ""
    assert openstack("router add subnet router2 selfservice2-v6") == ""
    openstack("router set --external-gateway provider1 router2")
    router = shown("router show router2")
    assert router["external_gateway_info"]["external_fixed_ips"][0]["ip_address"].startswith("203.0.113.")
    addresses = {row["ip_address"] for row in router["interfaces_info"]}
    assert {"198.51.100.1", "fd00:198:51:100::1"} <= addresses
    assert [row["Name"] for row in shown("router list")] == ["router2"]
    assert f"HA network tenant {router['project_id']}" in {row["Name"] for row in shown("network list")}

    server.report(
        "network2",
        Report(
            agents=agents("network2", "L3 agent", "DHCP agent", "Linux bridge agent").agents,
            routers=(RouterStatus(router["id"], Mastership.ACTIVE, time.time()),),
        ),
    )
    hosting = shown("network agent list --router router2 --long")
    assert {row["Host"]: row["HA State"] for row in hosting}["network2"] == "active"

    port = shown("port create --network selfservice2 --host compute1 port1")
    assert shown("port show port1")["id"] == port["id"]
    assert shown("port list --network selfservice2 --device-owner network:ha_router_replicated_interface")
    floating = shown("floating ip create provider1")
    address = floating["floating_ip_address"]
    openstack(f"floating ip set --port port1 {address}")
    assert shown("floating ip list")[0]["Port"] == port["id"]
    assert "409" in openstack("subnet delete selfservice2-v4", succeeds=False)

    group = shown("security group create web")
    rule = shown("security group rule create --proto tcp --dst-port 22 web")
    assert (rule["protocol"], rule["port_range_min"]) == ("tcp", 22)
    assert {row["Name"] for row in shown("security group list")} >= {"default", "web"}
    assert len(shown("security group rule list web")) == 3
    openstack(f"security group delete {group['id']}")

    openstack(f"floating ip unset --port {address}")
    openstack(f"floating ip delete {address}")
    openstack("port delete port1")
    openstack("router unset --external-gateway router2")
    openstack("router remove subnet router2 selfservice2-v4")
    openstack("router remove subnet router2 selfservice2-v6")
    openstack("router delete router2")
    openstack("network delete selfservice2 provider1")
    assert shown("network list") == []
    assert shown("port list") == []


def test_a_server_serves_both_sockets_and_stops_at_once_with_a_stream_open(server):
    assert server.get("/healthcheck") == server.get("/healthcheck", server.own_url) == "OK"
    server.report("network1", agents("network1", "L3 agent"))
    request = urllib.request.Request(
        f"{server.url}/feed/v1/hosts/network1/watch",
        headers={
            "Authorization": f"Bearer {node_key('secret', 'network1')}",
            version.HEADER: str(version.VERSION),
        },
    )
    with urllib.request.urlopen(request, timeout=10) as stream:
        assert stream.readline().startswith(b"{")
        began = time.monotonic()
        log = server.stop()
        assert time.monotonic() - began < 2.5
    assert server.process.returncode == 0
    assert "Traceback" not in log, log


def test_a_taken_port_is_said_in_one_line(server):
    done = subprocess.run(
        [ROOT / ".venv/bin/neutron-server", "--config-file", server.conf],
        capture_output=True,
        check=False,
        text=True,
        timeout=30,
    )
    assert done.returncode == 1
    assert "taken" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_an_unreachable_database_is_said_in_one_line(tmp_path):
    conf = tmp_path / "neutron.conf"
    conf.write_text(
        "[DEFAULT]\nauth_strategy = noauth\nbind_host = 127.0.0.1\nbind_port = 0\n"
        "[database]\nconnection = postgresql+psycopg://neutron:secret@127.0.0.1:1/neutron\n"
    )
    done = subprocess.run(
        [ROOT / ".venv/bin/neutron-server", "--config-file", conf],
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    assert "secret" not in done.stderr
    assert len(done.stderr.splitlines()) == 1, done.stderr
