"""What DHCP servers are told of a port."""

from __future__ import annotations

import pytest

from hawser.server.compile.node import Compiler
from hawser.server.model.dhcpoption import DhcpOption
from hawser.server.model.port import PortChanges
from hawser.server.service import port
from hawser.server.service import router as service_router
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


MODES = ("slaac", "dhcpv6-stateless", "dhcpv6-stateful")


@pytest.mark.parametrize(
    ("ra_mode", "address_mode"),
    [
        (None, None),
        *((mode, mode) for mode in MODES),
        *((mode, None) for mode in MODES),
        *((None, mode) for mode in MODES),
    ],
)
def test_ipv6_subnets_are_served_as_their_modes_have_it(stage, ra_mode, address_mode):
    lan = stage.network()
    stage.subnet(lan, "2001:db8::/64", ipv6_ra_mode=ra_mode, ipv6_address_mode=address_mode)
    made = stage.port(lan)
    records = Compiler(snapshot.fill(stage.store)).whole("network1")
    served = [str(subnet.cidr) for subnet in records["dhcp_servers", lan.id].subnets]
    asked = address_mode in ("dhcpv6-stateless", "dhcpv6-stateful") or not (ra_mode or address_mode)
    assert served == (["2001:db8::/64"] if asked else [])
    reserved = asked and "dhcpv6-stateless" not in (ra_mode, address_mode)
    host = records.get(("dhcp_hosts", made.id))
    assert (
        [each.address for each in host.addresses] == [made.fixed_ips[0].address] if reserved else host is None
    )


def test_a_subnet_is_isolated_while_no_router_has_its_gateway_address(stage):
    lan, router = stage.network(), stage.router()
    inside = stage.subnet(lan, "10.0.0.0/24")
    stage.subnet(lan, "10.0.1.0/24")
    compiler = Compiler(picture := snapshot.fill(stage.store))

    def isolated() -> set[str]:
        keys = compiler.take(snapshot.catch_up(stage.store, picture))
        assert not keys or ("dhcp_servers", lan.id) in keys
        subnets = compiler.whole("network1")["dhcp_servers", lan.id].subnets
        return {str(subnet.cidr) for subnet in subnets if subnet.isolated}

    assert isolated() == {"10.0.0.0/24", "10.0.1.0/24"}
    stage.joined(router, inside)
    assert isolated() == {"10.0.1.0/24"}
    service_router.remove_interface(stage.store, DEMO, router.id, subnet_id=inside.id)
    assert isolated() == {"10.0.0.0/24", "10.0.1.0/24"}
