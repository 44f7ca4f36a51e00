"""A word in an election from outside of its namespace, on the real kernel and to a real keepalived."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import replace
from ipaddress import ip_address
from pathlib import Path

import pytest

from hawser.machine.drivers.voice import Farewell, Holder, Voice
from hawser.machine.drivers.vrrp import LEAVES, Heartbeat
from tests.machine.conftest import own_namespaces
from tests.machine.test_kernel import run, until

pytestmark = [pytest.mark.kernel, pytest.mark.timeout(60)]
OWN, PEER, PRIMARY = (ip_address(each) for each in ("169.254.192.2", "169.254.192.1", "169.254.0.7"))
_CONF = """global_defs {{
    router_id hawser
    vrrp_version {version}
}}
vrrp_instance VR_7 {{
    state BACKUP
    interface ha-2
    virtual_router_id 7
    priority 200
    advert_int {interval}
    unicast_src_ip {own}
    unicast_peer {{
        {peer}
    }}
    virtual_ipaddress {{
        {primary}/24 dev ha-2
    }}
}}
"""


def leave(version: int, interval: float, vrid: int = 7) -> Heartbeat:
    """The heartbeat of a master that leaves."""
    return Heartbeat(version, vrid, LEAVES, interval, PRIMARY + vrid - 7)


@pytest.fixture
def voice():
    """Two routers' namespaces, ``r1`` and ``r2``, on one bridge: the peer and this node's own."""
    with own_namespaces():
        run("ip", "link", "add", "brq1", "up", "type", "bridge")
        for number, address in (("1", PEER), ("2", OWN)):
            netns = f"r{number}"
            run("ip", "netns", "add", netns)
            run(
                *("ip", "link", "add", f"tap{number}", "type", "veth"),
                *("peer", "name", f"ha-{number}", "netns", netns),
            )
            run("ip", "link", "set", f"tap{number}", "up", "master", "brq1")
            run("ip", "-n", netns, "link", "set", f"ha-{number}", "up")
            run("ip", "-n", netns, "address", "add", f"{address}/18", "dev", f"ha-{number}")
        made = Voice()
        yield made
        made.close()


@pytest.fixture(params=[("3", 0.5), ("2", 1)], ids=["fast", "classic"])
def backup(request, voice, tmp_path):
    """A keepalived in ``r2`` that has heard its master a moment ago; the farewell that fits it."""
    version, interval = request.param
    conf, pidfile, children = (tmp_path / name for name in ("keepalived.conf", "pid", "vrrp.pid"))
    said = {"version": version, "interval": interval, "own": OWN, "peer": PEER, "primary": PRIMARY}
    conf.write_text(_CONF.format(**said))
    conf.chmod(0o600)
    run(
        *("ip", "netns", "exec", "r2", "keepalived", "-P", "-f", str(conf)),
        *("-p", str(pidfile), "-r", str(children)),
    )
    until(children.exists)
    time.sleep(0.3)
    yield Farewell(PEER, OWN, _mac("r2", "ha-2"), leave(int(version), interval))
    os.kill(int(pidfile.read_text()), signal.SIGTERM)
    until(lambda: not pidfile.exists())


def _mac(netns: str, link: str) -> str:
    words = run("ip", "-n", netns, "-o", "link", "show", link).split()
    return words[words.index("link/ether") + 1]


def _is_master() -> bool:
    return str(PRIMARY) in run("ip", "-n", "r2", "address")


def test_a_backup_that_is_told_that_its_master_leaves_takes_over_long_before_it_would(voice, backup):
    skew = backup.heartbeat.interval * 56 / 256
    assert not _is_master()
    voice.play("tap2", backup)
    until(_is_master, 3 * skew + 0.5)


def test_a_farewell_in_another_election_moves_nothing(voice, backup):
    voice.play(
        "tap2", replace(backup, heartbeat=leave(backup.heartbeat.version, backup.heartbeat.interval, vrid=8))
    )
    time.sleep(backup.heartbeat.interval * 56 / 256 + 0.2)
    assert not _is_master()


def test_who_holds_an_address_answers_and_nobody_takes_a_note_of_who_asks(voice):
    run("ip", "-n", "r1", "address", "add", f"{PRIMARY}/24", "dev", "ha-1")
    for address in (PRIMARY, OWN, ip_address("169.254.192.9")):
        voice.ask("brq1", address)
    time.sleep(0.1)
    expected = {Holder("brq1", PRIMARY, _mac("r1", "ha-1")), Holder("brq1", OWN, _mac("r2", "ha-2"))}
    assert voice.answers() == expected
    assert not voice.answers()
    assert run("ip", "-n", "r1", "neigh") == ""


def test_one_who_is_asked_alone_answers_and_nobody_else(voice):
    run("ip", "-n", "r1", "address", "add", f"{PRIMARY}/24", "dev", "ha-1")
    first, second = _mac("r1", "ha-1"), _mac("r2", "ha-2")
    voice.ask("brq1", PRIMARY, first)
    voice.ask("brq1", OWN, first)
    time.sleep(0.1)
    assert voice.answers() == {Holder("brq1", PRIMARY, first)}
    voice.ask("brq1", OWN, second)
    time.sleep(0.1)
    assert voice.answers() == {Holder("brq1", OWN, second)}


def test_what_others_ask_each_other_is_none_of_its(voice):
    run("ip", "-n", "r1", "link", "set", "lo", "up")
    run("ip", "netns", "exec", "r1", "ping", "-c", "1", "-W", "1", str(OWN))
    assert not voice.answers()


def test_where_there_is_no_such_link_nothing_happens(voice):
    voice.ask("brq-gone", PRIMARY)
    voice.play("tap-gone", Farewell(PEER, OWN, "fa:16:3e:00:00:01", leave(3, 0.09)))
    assert not Path("/sys/class/net/brq-gone").exists()
