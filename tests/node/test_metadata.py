"""Where a node answers instances that ask for their metadata, and what leads them there."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address, ip_interface

import pytest

from hawser.machine.items.address import Address
from hawser.machine.items.chain import Chain
from hawser.machine.items.file import File
from hawser.node.agent import desired
from hawser.node.agent.roles import ROLES
from hawser.node.planners import metadata
from hawser.node.planners.metadata import Door
from tests.node import samples

ROUTER, NETWORK = f"qrouter-{samples.ROUTER}", f"qdhcp-{samples.TENANT}"
AT_THE_ROUTER = Door(ROUTER, ip_address("0.0.0.0"), 9697, "router", samples.ROUTER)
AT_THE_SERVER = Door(NETWORK, ip_address("169.254.169.254"), 80, "network", samples.TENANT)


def served(isolated):
    server = samples.dhcp6_server()
    return replace(server, subnets=tuple(replace(each, isolated=isolated) for each in server.subnets))


def items(intent, **options):
    facts = samples.facts(settings=samples.settings(**options))
    return desired.desired(intent, facts, ROLES.values()).values()


def chains(**options):
    return {
        (c.table, c.name): c.rules
        for c in items(samples.node(), **options)
        if isinstance(c, Chain) and c.family == 4
    }


def test_every_host_of_a_router_answers_there_while_it_is_up_and_has_a_network():
    assert list(metadata.doors(samples.node(), samples.settings())) == [AT_THE_ROUTER]
    for router in (samples.router(admin_state_up=False), samples.router(interfaces=())):
        assert not list(metadata.doors(samples.node(routers=(router,)), samples.settings()))
    without = samples.settings(enable_metadata_proxy=False)
    assert not list(metadata.doors(samples.node(), without))


def test_a_router_leads_there_what_comes_from_inside_and_nothing_else():
    found = chains(metadata_port=9000)
    assert found["nat", "neutron-l3-agent-PREROUTING"][0] == (
        "-d 169.254.169.254/32 -i qr-+ -p tcp -m tcp --dport 80 -j REDIRECT --to-ports 9000"
    )
    assert (
        "-p tcp -m tcp --dport 9000 -m conntrack ! --ctorigdst 169.254.169.254 -j DROP"
        in found["mangle", "INPUT"]
    )
    assert "REDIRECT" not in str(chains(enable_metadata_proxy=False))


@pytest.mark.parametrize(
    ("isolated", "options", "leads"),
    [
        (True, {"enable_isolated_metadata": True}, True),
        (False, {"enable_isolated_metadata": True}, False),
        (False, {"force_metadata": True}, True),
        (True, {}, False),
    ],
)
def test_a_dhcp_server_leads_to_itself_where_no_router_does_if_it_shall(isolated, options, leads):
    node = samples.node(routers=(), dhcp_servers=(served(isolated),))
    doors = list(metadata.doors(node, samples.settings(**options)))
    found = items(node, **options)
    held = [each for each in found if isinstance(each, Address) and each.netns == NETWORK]
    (opts,) = (each.content for each in found if isinstance(each, File) and each.path.endswith("/opts"))
    assert doors == ([AT_THE_SERVER] if leads else [])
    assert (ip_interface("169.254.169.254/32") in {each.interface for each in held}) == leads
    route = "option:classless-static-route,169.254.169.254/32,198.51.100.2,0.0.0.0/0,198.51.100.1\n"
    assert (route in opts) == leads
