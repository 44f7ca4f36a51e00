"""The real `openstack` client against the compute and image services, without identity."""

import json
import os
import time

import pytest

from tests.clients import command

pytestmark = pytest.mark.kernel

CLOUDS = """clouds:
  node:
    auth_type: none
    identity_api_version: 3
    auth: {endpoint: "http://127.0.0.1:8774/v2.1"}
    compute_endpoint_override: http://127.0.0.1:8774/v2.1
    image_endpoint_override: http://127.0.0.1:9292
    network_endpoint_override: http://127.0.0.1:9696
"""
BLUE = "00000000-0000-4000-8000-000000000000"


@pytest.fixture(scope="module")
def openstack(node, api):
    (node.folder / "clouds.yaml").write_text(CLOUDS)

    variables = {"OS_CLIENT_CONFIG_FILE": f"{node.folder}/clouds.yaml", "OS_CLOUD": "node"}
    client = command.openstack(variables, within=node.argv())

    def run(words: str, check: bool = True) -> str:
        answer = client(words.split())
        assert answer.status == 0 or not check, f"{words}: {answer.output}"
        return answer.printed

    yield run
    client.close()


def names(text: str) -> set[str]:
    return {row["Name"] for row in json.loads(text)}


def test_lists_show_what_there_is(openstack):
    assert {"m1.tiny", "c1.c1r1"} <= names(openstack("flavor list -f json"))
    assert names(openstack("image list -f json")) == {"cirros", "debian"}
    (service,) = json.loads(openstack("compute service list -f json"))
    assert (service["Host"], service["State"]) == ("node1", "up")


def test_server_from_create_to_delete(openstack, node):
    began = time.monotonic()
    made = json.loads(
        openstack(f"server create --flavor m1.tiny --image cirros --nic net-id={BLUE} --wait -f json vm")
    )
    assert made["status"] == "ACTIVE"
    assert time.monotonic() - began < 15
    assert made["addresses"] == {"blue": [made["addresses"]["blue"][0]]}
    (row,) = json.loads(openstack("server list -f json"))
    assert (row["Name"], row["Status"], row["Image"], row["Flavor"]) == ("vm", "ACTIVE", "cirros", "m1.tiny")
    assert json.loads(openstack("server show vm -f json"))["OS-EXT-SRV-ATTR:host"] == "node1"
    deadline = time.monotonic() + 10  # a host tells what is on consoles every so often
    while "instance vm" not in openstack("console log show vm"):
        assert time.monotonic() < deadline
    openstack("server stop vm")
    assert json.loads(openstack("server show vm -f json"))["status"] == "SHUTOFF"
    openstack("server start vm")
    openstack("server reboot --wait vm")
    openstack("server delete --wait vm")
    assert json.loads(openstack("server list -f json")) == []


def test_server_on_a_given_port_keeps_the_port(openstack):
    port = json.loads(openstack(f"port create --network {BLUE} -f json given"))["id"]
    openstack(f"server create --flavor 1 --image cirros --nic port-id={port} --wait vm2")
    (nic,) = json.loads(openstack("server show vm2 -f json"))["addresses"].values()
    openstack("server delete --wait vm2")
    left = json.loads(openstack(f"port show {port} -f json"))
    assert left["device_id"] == ""
    assert nic[0] == left["fixed_ips"][0]["ip_address"]


def test_image_is_made_uploaded_and_deleted(openstack, node):
    (node.folder / "payload").write_bytes(os.urandom(100_000))
    openstack(f"image create --file {node.folder}/payload --disk-format raw --container-format bare mine")
    shown = json.loads(openstack("image show mine -f json"))
    assert (shown["status"], shown["size"]) == ("active", 100_000)
    openstack("image delete mine")
    assert "mine" not in names(openstack("image list -f json"))


def test_keypair_is_created_and_put_into_the_instance(openstack, node):
    (node.folder / "key.pub").write_text(
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBzU0sUR5UZzD3yZb5RMYJyWZ3jZ4c7bVbPzC7Q1rYsE me@here\n"
    )
    openstack(f"keypair create --public-key {node.folder}/key.pub mykey")
    assert names(openstack("keypair list -f json")) == {"mykey"}
    openstack(f"server create --flavor 1 --image debian --nic net-id={BLUE} --key-name mykey --wait keyed")
    assert "me@here" in node.inside("keyed", "cat", "/root/.ssh/authorized_keys")
    openstack("server delete --wait keyed")
    openstack("keypair delete mykey")


def test_refusals_name_what_is_wrong(openstack, node):
    done = openstack("server show nosuch", check=False)
    assert done == ""
