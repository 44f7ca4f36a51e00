"""How a router translates addresses, in the rules that operators see."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address, ip_interface

from hawser.machine.items.chain import Chain
from hawser.machine.items.translations import Translations, Way
from hawser.node.agent import desired
from hawser.node.agent.roles import ROLES
from hawser.node.planners import feet, metadata, nat
from hawser.wire import intent
from tests.node import samples

OUTSIDE = "-i qg-33fedbc5-43 -j MARK --set-xmark 0x2/0xffff"
HAIRPIN = "-m mark ! --mark 0x2/0xffff -m conntrack --ctstate DNAT -j SNAT --to-source 203.0.113.21"


def rules(**changes):
    """The rules of each chain of a router's own, by what follows the prefix."""
    chains = nat.chains(samples.router(**changes), "qrouter-x")
    return {c.name.removeprefix(nat.PREFIX): c.rules for c in chains if c.name.startswith(nat.PREFIX)}


def forwarding(id, external, internal, protocol="tcp"):
    ports = [intent.PortRange(*each) if each else None for each in (external, internal)]
    return intent.PortForwarding(
        id, ip_address("203.0.113.60"), protocol, ports[0], ip_address("198.51.100.5"), ports[1]
    )


def test_a_floating_ip_is_translated_both_ways_before_the_gateways_address():
    found = rules()
    inward = "-d 203.0.113.50/32 -j DNAT --to-destination 198.51.100.5"
    assert found["PREROUTING"] == (OUTSIDE, inward)
    assert found["OUTPUT"] == (inward,)
    assert found["float-snat"] == ("-s 198.51.100.5/32 -j SNAT --to-source 203.0.113.50",)
    assert found["snat"] == (
        "-j neutron-l3-agent-float-snat",
        "-o qg-33fedbc5-43 -j SNAT --to-source 203.0.113.21",
        HAIRPIN,
    )


def test_forwarded_ports_lead_inward_and_their_address_is_held_beside_the_floating_ips():
    forwardings = (
        forwarding("a", (2222, 2222), (22, 22)),
        forwarding("b", (2000, 2005), (3000, 3005), "udp"),
        forwarding("c", (2000, 2005), (2000, 2005)),
        forwarding("d", (2100, 2105), (80, 80)),
        forwarding("e", None, None, "icmp"),
    )
    found = rules(port_forwardings=forwardings)
    assert found["PREROUTING"][2:] == (
        "-d 203.0.113.60/32 -p tcp -m tcp --dport 2222 -j DNAT --to-destination 198.51.100.5:22",
        "-d 203.0.113.60/32 -p udp -m udp --dport 2000:2005 -j DNAT "
        "--to-destination 198.51.100.5:3000-3005/2000",
        "-d 203.0.113.60/32 -p tcp -m tcp --dport 2000:2005 -j DNAT --to-destination 198.51.100.5",
        "-d 203.0.113.60/32 -p tcp -m tcp --dport 2100:2105 -j DNAT --to-destination 198.51.100.5:80",
        "-d 203.0.113.60/32 -p icmp -j DNAT --to-destination 198.51.100.5",
    )
    assert found["float-snat"] == ("-s 198.51.100.5/32 -j SNAT --to-source 203.0.113.50",)
    held = feet.floating(samples.router(port_forwardings=forwardings))
    assert held == (ip_interface("203.0.113.50/32"), ip_interface("203.0.113.60/32"))


def test_without_snat_floating_ips_are_translated_and_reached_from_inside():
    assert rules(enable_snat=False)["snat"] == ("-j neutron-l3-agent-float-snat", HAIRPIN)


def test_without_an_ipv4_gateway_nothing_is_translated():
    six = replace(samples.router().gateway, addresses=(ip_interface("2001:db8::21/64"),))
    for gateway in (None, six):
        found = rules(gateway=gateway, floating_ips=())
        assert found["snat"] == ("-j neutron-l3-agent-float-snat",)
        assert found["OUTPUT"] == found["float-snat"] == ()


def test_every_host_of_a_router_has_its_rules():
    items = desired.desired(samples.node(), samples.facts(), ROLES.values()).values()
    standing = {(item.name, item.rules) for item in items if isinstance(item, Chain)}
    chains = nat.chains(samples.router(), "", metadata.redirect(samples.settings()))
    assert {(chain.name, chain.rules) for chain in chains} <= standing


def test_what_connections_there_may_be_follows_from_the_rules():
    items = desired.desired(samples.node(), samples.facts(), ROLES.values()).values()
    (found,) = (item for item in items if isinstance(item, Translations))
    assert found.ways == (Way(ip_address("203.0.113.50"), ip_address("198.51.100.5")),)
    assert found.outside == ip_address("203.0.113.21")
    assert {item.key for item in items if isinstance(item, Chain) and item.table == "nat"} <= found.requires()
    forwarded = samples.router(port_forwardings=(forwarding("a", (2222, 2222), (22, 22)),), floating_ips=())
    inner = ip_address("198.51.100.5")
    assert nat.translations(forwarded, "", "").ways == (
        Way(ip_address("203.0.113.60"), inner, 6, 2222, 2222),
    )


def test_without_a_gateway_no_connection_is_translated():
    node = samples.node(routers=(samples.router(gateway=None, floating_ips=()),))
    items = desired.desired(node, samples.facts(), ROLES.values()).values()
    (found,) = (item for item in items if isinstance(item, Translations))
    assert (found.outside, found.ways) == (None, ())
