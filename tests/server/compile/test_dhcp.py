"""What DHCP servers are told of a port."""

from __future__ import annotations

from hawser.server.compile.node import Compiler
from hawser.server.model.dhcpoption import DhcpOption
from hawser.server.model.port import PortChanges
from hawser.server.service import port
from hawser.server.store import snapshot
from hawser.wire import intent
from tests.server.stage import DEMO


def told(stage, port_id):
    return Compiler(snapshot.fill(stage.store)).whole("network1")["dhcp_hosts", port_id]


def test_a_server_knows_a_port_by_its_name_and_its_options(stage):
    lan = stage.network()
    stage.subnet(lan, "10.0.0.0/24")
    made = stage.port(
        lan,
        dns_name="web",
        dhcp_options=(
            DhcpOption("router", ""),
            DhcpOption("42", "192.0.2.1", 6),
            DhcpOption("client-id", "me"),
        ),
    )
    host = told(stage, made.id)
    assert [each.hostname for each in host.addresses] == ["web"]
    assert host.options == (intent.DhcpOption("router", ""), intent.DhcpOption("42", "192.0.2.1", 6))
    assert host.client_id == "me"


def test_a_port_without_a_name_goes_by_its_address(stage):
    lan = stage.network()
    stage.subnet(lan, "10.0.0.0/24")
    made = stage.port(lan)
    (address,) = told(stage, made.id).addresses
    assert address.hostname == "host-" + str(address.address).replace(".", "-")
    port.update(stage.store, DEMO, made.id, PortChanges(dns_name="web.openstacklocal."))
    assert told(stage, made.id).addresses[0].hostname == "web"
