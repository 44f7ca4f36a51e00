"""What is ours, and what is never touched."""

from pathlib import PurePosixPath

import pytest

from hawser.machine.items.file import File
from hawser.machine.items.netns import Netns
from hawser.machine.ownership import Ownership, owns_alias, owns_namespace
from tests.machine.things import R1, address, chain, daemon, route, veth

OURS = Ownership((PurePosixPath("/var/lib/neutron/ha_confs"),))


@pytest.mark.parametrize(
    ("name", "ours"),
    [
        (R1, True),
        ("qdhcp-11111111-1111-1111-1111-111111111111", True),
        ("qrouter-blue", False),
        (R1 + "-x", False),
        ("snat", False),
        ("", False),
    ],
)
def test_namespaces_are_known_by_name(name, ours):
    assert owns_namespace(name) is ours


def test_links_are_known_by_alias():
    assert owns_alias("hawser:bridge")
    assert not owns_alias("uplink to hawser:")


@pytest.mark.parametrize("item", [Netns("blue"), address(netns=""), route(netns="blue"), veth(netns="blue")])
def test_items_elsewhere_are_refused(item):
    assert not OURS.allows(item)


@pytest.mark.parametrize("item", [Netns(R1), address(), route(), veth(), veth(netns=""), chain("mine")])
def test_items_in_their_place_are_allowed(item):
    assert OURS.allows(item)


@pytest.mark.parametrize(
    ("path", "ours"),
    [
        ("/var/lib/neutron/ha_confs/r1/keepalived.conf", True),
        ("/var/lib/neutron/other", False),
        ("/var/lib/neutron/ha_confs/../secret", False),
        ("/var/lib/neutron/ha_confs2/x", False),
    ],
)
def test_files_and_daemons_are_known_by_directory(path, ours):
    assert OURS.allows(File(path, "")) is ours
    assert OURS.allows(daemon(path)) is ours
