"""Pings without a process, against the real kernel."""

from __future__ import annotations

import time
from ipaddress import ip_address

import pytest

from hawser.machine.drivers.echo import Echo, Target, answering
from hawser.machine.drivers.namespaces import Namespaces
from tests.machine.conftest import own_namespaces
from tests.machine.test_kernel import run

pytestmark = pytest.mark.kernel
FOUR, SIX, NOBODY = ip_address("127.0.0.1"), ip_address("::1"), ip_address("192.0.2.1")


@pytest.fixture
def namespaces():
    with own_namespaces():
        run("ip", "link", "set", "lo", "up")
        yield Namespaces()


@pytest.mark.parametrize("address", [FOUR, SIX])
def test_who_is_there_answers_the_one_that_asked(namespaces, address):
    first, second = (Echo(namespaces, address.version) for _ in range(2))
    first.ask(address)
    time.sleep(0.05)
    assert list(first.answers()) == [address]
    assert list(second.answers()) == []


def test_nobody_answers_where_nobody_is(namespaces):
    echo = Echo(namespaces, 4, source=ip_address("198.51.100.1"))
    echo.ask(NOBODY)
    echo.ask(FOUR)
    assert list(echo.answers()) == []


def test_one_of_several_in_a_namespace_is_enough(namespaces):
    for name in ("here", "down"):
        run("ip", "netns", "add", name)
    run("ip", "-n", "here", "link", "set", "lo", "up")
    here = Target("here", "lo", (NOBODY, SIX))
    down, gone = Target("down", "lo", (FOUR,)), Target("gone", "lo", (FOUR,))
    begun = time.monotonic()
    assert answering(namespaces, [here, down, gone], 0.2) == {here}
    assert time.monotonic() - begun < 2
    run("ip", "netns", "delete", "here")
    assert namespaces.identity("here") == 0
