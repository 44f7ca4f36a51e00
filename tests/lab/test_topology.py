"""The built-in topology is that of the documents."""

from __future__ import annotations

import pytest

from hawser.base.errors import BadInput
from hawser.lab import fabric
from hawser.lab.topology import Role, ha


def test_addresses_are_those_of_the_documents():
    nodes = {node.name: node for node in ha().nodes}
    assert str(nodes["controller"].address("management")) == "10.0.0.11/24"
    assert str(nodes["network2"].address("management")) == "10.0.0.22/24"
    assert str(nodes["network2"].address("tunnel")) == "10.0.1.22/24"
    assert str(nodes["compute1"].address("tunnel")) == "10.0.1.31/24"
    assert str(nodes["outside"].address("external")) == "203.0.113.1/24"


def test_only_network_nodes_and_outside_are_on_the_external_network():
    on_it = [node.name for node in ha().nodes if any(nic.segment == "external" for nic in node.nics)]
    assert on_it == ["network1", "network2", "outside"]
    assert ha().node("network1").nic("external").addresses == ()


def test_macs_are_unique_and_the_same_in_every_run():
    macs = [nic.mac for node in ha().nodes for nic in node.nics]
    assert len(set(macs)) == len(macs)
    assert macs == [nic.mac for node in ha().nodes for nic in node.nics]


@pytest.mark.parametrize(("dhcp_on", "hosts"), [("compute", "compute"), ("network", "network")])
def test_dhcp_agents_run_where_they_are_asked_to(dhcp_on, hosts):
    assert [node.name for node in ha(dhcp_on).with_role(Role.DHCP)] == [f"{hosts}1", f"{hosts}2"]


def test_there_may_be_more_network_nodes_each_with_an_address_of_its_own():
    three = ha(network_nodes=3).with_role(Role.L3)
    assert [str(node.address("tunnel").ip) for node in three] == ["10.0.1.21", "10.0.1.22", "10.0.1.23"]
    with pytest.raises(BadInput, match="1 to 9"):
        ha(network_nodes=10)


def test_an_unknown_node_or_cable_names_those_that_there_are():
    with pytest.raises(BadInput, match="network1"):
        ha().node("network3")
    with pytest.raises(BadInput, match="management, tunnel"):
        ha().node("compute1").nic("external")


def test_names_of_wires_fit_into_the_kernel():
    for node in ha().nodes:
        assert all(len(fabric.end(node, nic)) <= 15 for nic in node.nics)
