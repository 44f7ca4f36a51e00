"""Every `neutron` command of the documents, by the real client against a real server and Keystone."""

from __future__ import annotations

import json

import pytest

from tests.clients import transcripts

pytestmark = pytest.mark.service


def value(neutron, user, command, name):
    """One field of what a command shows."""
    answer = neutron(user, [*command.split(), "-f", "json"])
    assert answer.status == 0, answer.output
    return json.loads(answer.printed[answer.printed.index("{") :])[name]


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(transcripts.HA_LINUX_BRIDGE, id="000"),
        pytest.param(transcripts.HA_OVERVIEW, id="001"),
        pytest.param(transcripts.SELF_SERVICE, id="004"),
    ],
)
def test_a_document_reads_as_written(neutron, transcript):
    assert neutron.walk(transcript) == []


def test_002_reads_as_written(neutron):
    assert neutron.walk(transcripts.VRRP_SET_UP) == []
    named = {
        "master": "port-show vrrp_master",
        "backup": "port-show vrrp_backup",
        "subnet": "subnet-show vrrp-subnet",
    }
    ids = {name: value(neutron, "demo", command, "id") for name, command in named.items()}
    assert neutron.walk(transcripts.VRRP.format(**ids)) == []
    (pair,) = value(neutron, "demo", "port-show vrrp_master", "allowed_address_pairs")
    assert pair["ip_address"] == "10.0.0.201"


def test_003_reads_as_written(neutron):
    project = value(neutron, "demo", "net-create probe", "tenant_id")
    assert neutron.walk(transcripts.DVR.format(project=project)) == []
    assert value(neutron, "demo", "net-show demo-net", "tenant_id") == project


def test_what_is_wrong_is_said(neutron):
    refused = neutron("demo", ["router-create", "r", "--no-such-attribute", "x"])
    assert refused.status != 0
    assert "no_such_attribute" in refused.said
    assert (
        "Unable to find network with name or id 'nowhere'" in neutron("demo", ["net-show", "nowhere"]).output
    )
    assert neutron("demo", ["agent-list"]).output.count("|") == 0
