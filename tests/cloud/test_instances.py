"""Instances on a real node: made through the API, addressed by DHCP, and gone without a trace."""

import base64
import time
from pathlib import Path

import pytest

from .conftest import start_agent, start_services, until

pytestmark = pytest.mark.kernel

BLUE = "00000000-0000-4000-8000-000000000000"
CIRROS = "6e1c4a50-0000-4000-8000-000000000001"
SCRIPT = "#!/bin/sh\necho hello from $(hostname)\nls -A /etc/neutron /root\nls -A /\n"


def create(api, name: str, **extra) -> dict:
    body = {"name": name, "imageRef": CIRROS, "flavorRef": "1", "networks": [{"uuid": BLUE}], **extra}
    answer = api.post("/servers", json={"server": body})
    assert answer.status_code == 202, answer.text
    return show(api, answer.json()["server"]["id"])


def show(api, server_id: str) -> dict:
    return api.get(f"/servers/{server_id}").json()["server"]


def delete(api, *ids: str) -> None:
    for server_id in ids:
        assert api.delete(f"/servers/{server_id}").status_code == 204
    for server_id in ids:
        until(lambda i=server_id: api.get(f"/servers/{i}").status_code == 404, what="the delete")


def address(server: dict) -> str:
    return server["addresses"]["blue"][0]["addr"]


def act(api, server_id: str, action: str, arguments: dict | None = None):
    answer = api.post(f"/servers/{server_id}/action", json={action: arguments})
    assert answer.status_code in {200, 202}, answer.text
    return answer


def has_address(node, server: dict) -> bool:
    return address(server) in node.inside(server["id"], "ip", "-4", "address", check=False)


@pytest.fixture
def server(api, node):
    made = create(api, "one")
    yield made
    delete(api, made["id"])


def test_two_instances_get_their_addresses_and_reach_each_other(api, node):
    began = time.monotonic()
    first, second = create(api, "web one"), create(api, "web-two")
    until(lambda: has_address(node, first) and has_address(node, second), 3, "the leases")
    took = time.monotonic() - began
    assert {first["status"], second["status"]} == {"ACTIVE"}
    assert took < 4, f"both had their address only after {took:.1f} s"
    assert " 0% packet loss" in node.inside("web one", "ping", "-c1", "-W2", address(second))
    assert node.inside("web one", "hostname").strip() == "web-one"
    delete(api, first["id"], second["id"])


def test_lease_sets_mtu_routes_and_resolver(node, server):
    until(lambda: has_address(node, server), what="the lease")
    routes = node.inside("one", "ip", "route")
    assert "default via 10.7.0.1 dev eth0" in routes
    assert "169.254.169.254 via 10.7.0.2 dev eth0" in routes
    assert "mtu 1400" in node.inside("one", "ip", "link", "show", "eth0")
    assert "nameserver 10.7.0.1" in node.inside("one", "cat", "/etc/resolv.conf")


def test_tap_carries_the_ports_name_and_the_instance_its_mac(api, node, server):
    (nic,) = api.get(f"/servers/{server['id']}/os-interface").json()["interfaceAttachments"]
    assert "tap" + nic["port_id"][:11] in {link.split("@")[0] for link in node.links()}
    assert nic["mac_addr"] in node.inside("one", "ip", "link", "show", "eth0")


def test_user_data_runs_and_the_node_stays_hidden(api, node):
    made = create(api, "scripted", user_data=base64.b64encode(SCRIPT.encode()).decode())

    def console() -> str:
        return act(api, made["id"], "os-getConsoleOutput").json()["output"]

    until(lambda: "user data ended with status 0" in console(), what="the script")
    words = console().split()
    assert "scripted" in words
    assert "neutron.conf" not in words
    outside = {path.name for path in Path("/").iterdir()}
    system = {"bin", "sbin", "lib", "lib32", "lib64", "libx32", "usr", "etc", "var", "opt"}
    fresh = {"proc", "sys", "dev", "run", "tmp", "mnt", "home", "root"}
    assert not (outside - system - fresh) & set(words)
    delete(api, made["id"])


def test_instance_cannot_change_the_machine(node, server):
    for path, mode in (("/proc/sys/kernel/core_pattern", "w"), ("/sys/kernel/mm/ksm/run", "w")):
        out = node.inside("one", "sh", "-c", f"echo 0 2>/dev/null >{path} || echo refused", check=False)
        assert "refused" in out, (path, mode)


def test_delete_leaves_no_process_mount_or_link(api, node):
    before = (node.links(), node.mounts(), processes(node))
    made = create(api, "brief")
    assert node.links() != before[0]
    delete(api, made["id"])
    assert (node.links(), node.mounts(), processes(node)) == before
    assert node.run("ls", "-A", "/run/hawser/instances") == ""


def processes(node) -> list[str]:
    """Commands that run on the node, but for the ones of this look."""
    mine = {"ps", "nsenter", "ip"}
    return sorted(name for name in node.run("ps", "-e", "-o", "comm=").split() if name not in mine)


def test_stop_start_and_reboot_keep_address_and_disk(api, node, server):
    until(lambda: has_address(node, server), what="the lease")
    node.inside("one", "touch", "/var/kept")
    act(api, server["id"], "os-stop")
    assert show(api, server["id"])["status"] == "SHUTOFF"
    assert not any(link.startswith("tap") for link in node.links())
    act(api, server["id"], "os-start")
    assert show(api, server["id"])["status"] == "ACTIVE"
    until(lambda: has_address(node, server), what="the lease after the start")
    node.inside("one", "touch", "/run/of-this-boot")
    act(api, server["id"], "reboot", {"type": "SOFT"})
    until(lambda: has_address(node, server), what="the lease after the reboot")
    assert "of-this-boot" not in node.inside("one", "ls", "/run")
    assert "kept" in node.inside("one", "ls", "/var")


def test_second_interface_is_plugged_while_the_instance_runs(api, node, server):
    answer = api.post(f"/servers/{server['id']}/os-interface", json={"interfaceAttachment": {"net_id": BLUE}})
    nic = answer.json()["interfaceAttachment"]
    wanted = nic["fixed_ips"][0]["ip_address"]
    until(
        lambda: wanted in node.inside("one", "ip", "-4", "address", "show", "eth1", check=False), what="eth1"
    )
    assert api.delete(f"/servers/{server['id']}/os-interface/{nic['port_id']}").status_code == 202
    until(lambda: "eth1" not in node.inside("one", "ip", "link"), what="the detach")


def test_restarted_agent_adopts_running_instances(api, node, server):
    until(lambda: has_address(node, server), what="the lease")
    first_process = node.inside("one", "stat", "-c", "%Y", "/proc/1")
    node.stop("compute", 9)
    assert has_address(node, server)
    start_agent(node)
    time.sleep(1)
    assert node.inside("one", "stat", "-c", "%Y", "/proc/1") == first_process
    act(api, server["id"], "os-stop")
    assert show(api, server["id"])["status"] == "SHUTOFF"


def test_restarted_service_knows_its_servers(api, node, sockets, server):
    node.stop("run")
    start_services(node, sockets)
    until(lambda: api.get("/servers").status_code == 200, what="the service")
    assert show(api, server["id"])["status"] == "ACTIVE"
    assert has_address(node, server) or until(lambda: has_address(node, server))


def test_tap_that_nobody_wires_is_an_error_that_says_so(api, node):
    node.run("touch", "/run/no-wiring")
    try:
        made = create(api, "unwired")
        failed = until(lambda: (now := show(api, made["id"]))["status"] == "ERROR" and now, what="the error")
        assert "Linux bridge agent" in failed["fault"]["message"]
        assert not any(link.startswith("tap") for link in node.links())
    finally:
        node.run("rm", "/run/no-wiring")
    delete(api, made["id"])


def test_instance_that_ends_itself_is_shown_as_off(api, node, server):
    until(lambda: has_address(node, server), what="the lease")
    node.inside("one", "kill", "-TERM", "1", check=False)
    until(lambda: show(api, server["id"])["status"] == "SHUTOFF", what="SHUTOFF")
