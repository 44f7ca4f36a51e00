"""Connections that a namespace may no longer translate end; all others live on."""

import socket
from contextlib import suppress
from ipaddress import ip_address

import pytest

from hawser.machine.drivers.namespaces import Namespaces
from hawser.machine.items.translations import Connection, Translations, Way
from tests.machine.things import R1, address, chain, route, router, veth

KEPT, TAKEN, INSIDE = "203.0.113.1", "203.0.113.2", "10.1.0.1"


def way(outer, inner=INSIDE, *ports):
    return Way(ip_address(outer), ip_address(inner), *ports)


def translations(bench, *ways, outside=None):
    place = str(bench.own / "nat" / "r")
    return Translations(R1, place, ip_address(outside) if outside else None, ways)


def test_they_are_on_record_until_they_go(bench):
    bench.make(router(), translations(bench, way(KEPT), way(TAKEN), outside="203.0.113.9"))
    assert bench.stands(translations(bench, way(KEPT), way(TAKEN), outside="203.0.113.9"))
    bench.make(translations(bench, way(KEPT)))
    assert bench.stands(translations(bench, way(KEPT)))
    bench.drop(translations(bench))
    assert list(bench.read().values()) == [router()]


def test_they_go_with_their_namespace(bench):
    bench.make(router(), translations(bench, way(KEPT)))
    bench.drop(router(), translations(bench))
    assert bench.read() == {}


@pytest.mark.parametrize(
    ("connection", "allowed"),
    [
        (("10.1.0.5", "192.0.2.1", "192.0.2.1", "10.1.0.5"), True),
        (("192.0.2.1", KEPT, INSIDE, "192.0.2.1"), True),
        (("192.0.2.1", TAKEN, INSIDE, "192.0.2.1"), False),
        (("192.0.2.1", KEPT, "10.1.0.7", "192.0.2.1"), False),
        (("192.0.2.1", KEPT, KEPT, "192.0.2.1"), False),
        (("192.0.2.1", TAKEN, TAKEN, "192.0.2.1"), True),
        ((INSIDE, "192.0.2.1", "192.0.2.1", KEPT), True),
        ((INSIDE, "192.0.2.1", "192.0.2.1", TAKEN), False),
        (("10.1.0.7", "192.0.2.1", "192.0.2.1", KEPT), False),
        (("10.1.0.7", "192.0.2.1", "192.0.2.1", "203.0.113.9"), True),
        (("10.1.0.7", KEPT, INSIDE, "203.0.113.9"), True),
        (("10.1.0.7", "169.254.169.254", INSIDE, "10.1.0.7"), True),
    ],
)
def test_a_connection_needs_a_way_for_each_address_that_was_translated(bench, connection, allowed):
    addresses = [ip_address(each) for each in connection]
    found = Connection(17, addresses[0], addresses[1], 22, addresses[2], addresses[3])
    assert translations(bench, way(KEPT), outside="203.0.113.9").allows(found) is allowed


def test_a_forwarded_port_is_a_way_inward_for_its_protocol_and_ports_alone(bench):
    ways = translations(bench, way(KEPT, INSIDE, 6, 80, 90))
    came = ip_address("192.0.2.1"), ip_address(KEPT)
    answers = ip_address(INSIDE), ip_address("192.0.2.1")
    assert ways.allows(Connection(6, *came, 85, *answers))
    assert not ways.allows(Connection(17, *came, 85, *answers))
    assert not ways.allows(Connection(6, *came, 91, *answers))
    assert not ways.allows(Connection(6, answers[0], answers[1], 85, answers[1], came[1]))


@pytest.fixture
def talk(kernel):
    """In a router that translates two addresses to its own, one socket for each that asks by it."""
    kernel.make(router(), veth(), address(), route(), chain("OUTPUT", *map(rule, (KEPT, TAKEN))))
    namespaces = Namespaces()
    with namespaces.entered(R1):
        answering, *asking = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(3))
        answering.bind((INSIDE, 4000))
        for asker, outer in zip(asking, (KEPT, TAKEN), strict=True):
            asker.connect((outer, 4000))
    for each in (answering, *asking):
        each.settimeout(0.2)
    yield answering, asking
    for each in (answering, *asking):
        each.close()
    namespaces.close()


def rule(outer):
    return f"-d {outer}/32 -j DNAT --to-destination {INSIDE}"


def answers(answering, asker):
    with suppress(TimeoutError, OSError):
        asker.send(b"?")
        _, who = answering.recvfrom(1)
        answering.sendto(b"!", who)
        return asker.recv(1) == b"!"
    return False


@pytest.mark.kernel
def test_a_connection_outlives_its_rule_and_ends_when_its_way_is_taken(kernel, talk):
    answering, asking = talk
    kernel.make(translations(kernel, way(KEPT), way(TAKEN)))
    assert [answers(answering, asker) for asker in asking] == [True, True]
    kernel.make(chain("OUTPUT", rule(KEPT)))
    assert [answers(answering, asker) for asker in asking] == [True, True]
    kernel.make(translations(kernel, way(KEPT)))
    assert [answers(answering, asker) for asker in asking] == [True, False]


@pytest.mark.kernel
def test_a_connection_that_began_before_its_way_goes_by_it_when_there_is_one(kernel, talk):
    answering, asking = talk
    kernel.make(chain("OUTPUT", rule(TAKEN)), translations(kernel, way(TAKEN)))
    assert [answers(answering, asker) for asker in asking] == [False, True]
    kernel.make(chain("OUTPUT", *map(rule, (KEPT, TAKEN))))
    assert [answers(answering, asker) for asker in asking] == [False, True]
    kernel.make(translations(kernel, way(KEPT), way(TAKEN)))
    assert [answers(answering, asker) for asker in asking] == [True, True]


@pytest.mark.kernel
def test_without_a_record_connections_are_held_against_what_is_wanted(kernel, talk):
    answering, asking = talk
    assert [answers(answering, asker) for asker in asking] == [True, True]
    kernel.make(chain("OUTPUT", rule("203.0.113.3")), translations(kernel, way(TAKEN)))
    assert [answers(answering, asker) for asker in asking] == [False, True]
    kernel.make(translations(kernel))
    assert [answers(answering, asker) for asker in asking] == [False, False]


@pytest.mark.kernel
def test_without_a_wish_no_connection_is_ended(kernel, talk):
    """They go with the namespace: what ends before is ended on others that copy it, too."""
    answering, asking = talk
    kernel.make(translations(kernel, way(KEPT), way(TAKEN)))
    assert [answers(answering, asker) for asker in asking] == [True, True]
    kernel.make(chain("OUTPUT", rule("203.0.113.3")))
    kernel.drop(translations(kernel))
    assert [answers(answering, asker) for asker in asking] == [True, True]
