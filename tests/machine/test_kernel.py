"""What only the real kernel can show: real tools' views, daemons, events, ownership marks."""

import os
import signal
import subprocess
import time
from dataclasses import replace
from ipaddress import ip_address
from pathlib import Path

import pytest

from hawser.machine.drivers import procfs, records
from hawser.machine.drivers.events import LinkEvents, ProcessEvents
from hawser.machine.drivers.machine import Machine
from hawser.machine.items.fdb import Flood, Place
from hawser.machine.items.file import File
from hawser.machine.items.item import netns_key
from hawser.machine.items.link import Member, Vlan
from hawser.machine.items.process import Process
from hawser.machine.items.sysctl import Sysctl
from hawser.machine.plan import Verb, plan
from tests.machine.things import (
    R1,
    address,
    bridge,
    chain,
    daemon,
    neighbour,
    place,
    route,
    router,
    setting,
    veth,
    vxlan,
)

pytestmark = pytest.mark.kernel


def run(*words):
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout


def until(true, seconds=3.0):
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


def test_the_tools_of_an_operator_see_it(kernel):
    kernel.make(router(), veth(), address(), route(), bridge(), Member("tap1", "brq1"))
    assert R1 in run("ip", "netns")
    assert "10.1.0.1/24" in run("ip", "netns", "exec", R1, "ip", "-o", "addr", "show", "qr-1")
    assert "default via 10.1.0.254 dev qr-1 proto static" in run("ip", "-n", R1, "route")
    assert "lo" in run("ip", "-n", R1, "-br", "link", "show", "up")
    assert "master brq1" in run("ip", "-o", "link", "show", "tap1")


def test_bridges_have_no_spanning_tree_no_delay_no_snooping(kernel):
    kernel.make(bridge())
    shown = run("ip", "-d", "link", "show", "brq1")
    assert "stp_state 0" in shown
    assert "forward_delay 0" in shown
    assert "mcast_snooping 0" in shown


def test_a_foreign_link_stays_a_port_of_a_foreign_bridge(kernel):
    run("ip", "link", "add", "br-own", "up", "type", "bridge")
    kernel.add_foreign_link("tap9", "dev9")
    kernel.make(Member("tap9", "br-own"))
    assert "master br-own" in run("ip", "-o", "link", "show", "tap9")
    assert not plan(kernel.wanted, kernel.read()), "it is known again"


def test_nothing_of_ours_speaks_ipv6_by_itself(kernel):
    quiet = setting("net/ipv6/conf/qr-1/disable_ipv6", "0", "qr-1")
    Path("/proc/sys/net/ipv6/conf/default/disable_ipv6").write_text("0")
    kernel.make(router(), veth(), bridge(), Member("tap1", "brq1"), quiet)
    assert "fe80" not in run("ip", "-6", "addr")
    assert "fe80" not in run("ip", "-n", R1, "-6", "addr", "show", "qr-1")


def test_a_ping_goes_through(kernel):
    kernel.make(router(), veth(), address())
    run("ip", "addr", "add", "10.1.0.9/24", "dev", "tap1")
    assert " 0% packet loss" in run("ping", "-c1", "-W2", "10.1.0.1")


def test_an_address_of_keepalived_is_not_ours(kernel):
    kernel.make(router(), veth(), address())
    run("ip", "-n", R1, "addr", "add", "10.1.0.7/32", "dev", "qr-1")
    run("ip", "-n", R1, "route", "add", "10.7.0.0/16", "dev", "qr-1", "proto", "keepalived")
    assert not plan(kernel.wanted, kernel.read())


def test_a_removed_link_comes_back_with_all_on_it(kernel):
    kernel.make(router(), veth(), address(), route(), bridge(), Member("tap1", "brq1"))
    run("ip", "link", "del", "tap1")
    outcome = kernel.settle()
    kinds = sorted(op.item.key[0] for op in outcome.done)
    assert kinds == ["address", "link", "member", "route"]


def test_a_link_that_was_set_down_is_set_up(kernel):
    kernel.make(router(), veth(), bridge())
    run("ip", "link", "set", "brq1", "down")
    run("ip", "-n", R1, "link", "set", "qr-1", "down")
    assert [op.verb for op in kernel.settle().done] == [Verb.CHANGE, Verb.CHANGE]


def test_a_namespace_made_again_by_somebody_else_is_filled_again(kernel):
    kernel.make(router(), veth(), address())
    run("ip", "netns", "del", R1)
    run("ip", "netns", "add", R1)
    until(lambda: "tap1" not in kernel.machine.facts().links)
    assert not kernel.settle().failed


def test_facts_tell_links_and_who_holds_an_address(kernel):
    kernel.add_foreign_link("eth7")
    run("ip", "addr", "add", "192.0.2.5/24", "dev", "eth7")
    facts = kernel.machine.facts()
    assert facts.device_of[ip_address("192.0.2.5")] == "eth7"
    assert {"lo", "eth7"} <= facts.links


def test_facts_tell_which_links_have_a_carrier(kernel):
    kernel.add_foreign_link("eth7")
    run("ip", "link", "set", "eth7", "up")
    assert "eth7" in kernel.machine.facts().live
    run("ip", "link", "set", "eth7", "down")
    assert "eth7" in kernel.machine.facts().links
    assert "eth7" not in kernel.machine.facts().live


def answering(kernel):
    """A bridge with a router on it, and another node's port that it knows of."""
    kernel.add_foreign_link("under")
    ipv6 = setting("net/ipv6/conf/qr-1/disable_ipv6", "0", "qr-1"), address("2001:db8::1/64")
    kernel.make(router(), veth(), address(), *ipv6, bridge(), Member("tap1", "brq1"), vxlan())
    kernel.make(Member("vxlan-7", "brq1", answers=True), neighbour(), neighbour("2001:db8::9"), place())


def known(address):
    """What the router learns when it asks for an address."""
    ping = ("ip", "netns", "exec", R1, "ping", "-c1", "-W1", address)
    subprocess.run(ping, capture_output=True, check=False)
    return run("ip", "-n", R1, "neigh", "show", address)


@pytest.mark.parametrize(("told", "other"), [("10.1.0.9", "10.1.0.8"), ("2001:db8::9", "2001:db8::8")])
def test_who_asks_for_a_known_neighbour_is_answered_here_and_for_no_other(kernel, told, other):
    answering(kernel)
    assert "lladdr fa:16:3e:00:00:09" in known(told)
    assert "lladdr" not in known(other)
    run("ip", "-n", R1, "neigh", "flush", "dev", "qr-1")
    kernel.make(Member("vxlan-7", "brq1"))
    assert "lladdr" not in known(told)


def test_a_tunnel_that_is_too_wide_for_its_interface_says_so(kernel):
    kernel.add_foreign_link("under")
    (failure,) = kernel.make(vxlan(mtu=1451)).failed
    assert "under carries no packets of 1451 octets" in str(failure.error)
    assert "path_mtu" in str(failure.error)


def test_a_tunnel_goes_over_ipv6_as_well(kernel):
    kernel.add_foreign_link("under")
    six = replace(vxlan(mtu=1430), local=ip_address("2001:db8:1::1"))
    other = Flood("vxlan-7", ip_address("2001:db8:1::2"))
    there = Place("vxlan-7", "fa:16:3e:00:00:09", ip_address("2001:db8:1::2"))
    assert not kernel.make(six, bridge(), Member("vxlan-7", "brq1"), other, there).failed
    assert all(kernel.stands(item) for item in (six, other, there))


def test_entries_of_an_operator_or_the_kernel_are_not_ours(kernel):
    answering(kernel)
    run("ip", "neigh", "add", "10.1.0.77", "lladdr", "fa:16:3e:00:00:77", "dev", "brq1")
    run("bridge", "fdb", "add", "fa:16:3e:00:00:77", "dev", "vxlan-7", "dst", "192.0.2.7", "self", "static")
    run("bridge", "fdb", "add", "fa:16:3e:00:00:78", "dev", "vxlan-7", "dst", "192.0.2.7", "self", "dynamic")
    assert not plan(kernel.wanted, kernel.read())


def test_a_bridge_keeps_its_neighbours_when_ports_come_and_go(kernel):
    answering(kernel)
    run("ip", "link", "add", "tap8", "address", "02:00:00:00:00:01", "type", "veth", "peer", "dev8")
    kernel.make(Member("tap8", "brq1"))
    kernel.drop(Member("tap8", "brq1"), Member("tap1", "brq1"))
    assert "10.1.0.9" in run("ip", "neigh", "show", "dev", "brq1")


def test_a_place_that_the_bridge_forgot_is_told_again(kernel):
    answering(kernel)
    run("bridge", "fdb", "del", "fa:16:3e:00:00:09", "dev", "vxlan-7", "master")
    assert [op.item.key for op in kernel.settle().done] == [place().key]


def test_a_setting_that_has_a_least_value_is_raised_and_never_lowered(kernel):
    own = Path("/proc/sys/net/ipv4/neigh/lo/gc_stale_time")
    item = Sysctl("", "net/ipv4/neigh/lo/gc_stale_time", "90", "lo", least=True)
    own.write_text("60")
    kernel.make(item)
    assert own.read_text() == "90\n"
    own.write_text("900")
    assert kernel.settle().done == ()
    assert own.read_text() == "900\n"


def test_an_optional_setting_that_cannot_be_is_told_of_once_and_let_be(kernel, caplog):
    for _ in range(2):
        outcome = kernel.make(Sysctl("", "net/ipv4/ip_forward", "no number", optional=True))
        assert not outcome.failed
    assert len([each for each in caplog.records if "ip_forward" in each.message]) == 1
    assert kernel.make(Sysctl("", "net/ipv4/ip_default_ttl", "nor this")).failed


def test_an_optional_setting_that_a_network_namespace_does_not_show_is_let_be(kernel, caplog):
    outcome = kernel.make(Sysctl("", "net/core/netdev_max_backlog", "30000", least=True, optional=True))
    assert not outcome.failed
    assert not caplog.records


def test_a_vlan_stands_or_the_module_is_named(kernel):
    kernel.add_foreign_link("eth7")
    outcome = kernel.make(Vlan("eth7.5", "eth7", 5, 1500))
    if "8021q" in kernel.machine.facts().missing:
        assert "modprobe 8021q" in str(outcome.failed[0].error)
    else:
        assert kernel.stands(Vlan("eth7.5", "eth7", 5, 1500))


def test_one_bad_rule_holds_back_its_own_chain_only(kernel):
    good = chain("good", "-j RETURN")
    outcome = kernel.make(router(), good, chain("bad", "-j NO_SUCH_TARGET"))
    assert [failure.op.item.name for failure in outcome.failed] == ["bad"]
    assert "NO_SUCH_TARGET" in str(outcome.failed[0].error)
    assert kernel.stands(good)


def test_left_over_chains_are_found_where_none_is_wanted(kernel):
    left = chain("left", "-j RETURN")
    kernel.make(router(), left)
    kernel.wanted.pop(left.key)
    assert left.key in kernel.read()


def test_files_of_daemons_are_not_ours(kernel):
    kernel.make(File(str(kernel.own / "dhcp" / "host"), "x"))
    leases = kernel.own / "dhcp" / "leases"
    leases.write_text("a lease")
    kernel.drop(File(str(kernel.own / "dhcp" / "host"), "x"))
    assert leases.read_text() == "a lease"
    assert not (kernel.own / "dhcp" / "host").exists()


def test_a_file_is_never_seen_half_written(kernel):
    path = kernel.own / "x" / "conf"
    kernel.make(File(str(path), "a", 0o600))
    with path.open() as reader:
        kernel.make(File(str(path), "b" * 10000, 0o600))
        assert reader.read() == "a"
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_number_is_written_over_in_place_and_all_else_anew(kernel):
    path = kernel.own / "x" / "rank"
    kernel.make(File(str(path), "   0\n"))
    before = path.stat().st_ino
    kernel.make(File(str(path), "-254\n"))
    assert (path.read_text(), path.stat().st_ino) == ("-254\n", before)
    kernel.make(File(str(path), "-254\n", 0o600))
    assert path.stat().st_ino != before
    assert kernel.stands(File(str(path), "-254\n", 0o600))


def test_a_daemon_runs_in_its_namespace(kernel):
    item = daemon(kernel.own / "d1")
    assert not kernel.make(router(), item).failed
    pid = kernel.machine.pids()[item.key]
    assert str(pid) in run("ip", "netns", "pids", R1).split()
    kernel.drop(item)
    assert procfs.alive(pid) is None
    assert not (kernel.own / "d1").exists()


def test_a_new_agent_adopts_a_daemon(kernel):
    item = daemon(kernel.own / "d1")
    kernel.make(router(), item)
    again = Machine((kernel.own,))
    try:
        assert again.read({})[item.key] == item
        assert again.pids() == kernel.machine.pids()
    finally:
        again.close()


def test_a_daemon_is_told_to_read_again(kernel):
    kernel.make(router(), daemon(kernel.own / "d1", loaded="1"))
    before = kernel.machine.pids()
    outcome = kernel.make(daemon(kernel.own / "d1", loaded="2"))
    assert [op.verb for op in outcome.done] == [Verb.CHANGE]
    assert kernel.machine.pids() == before


def test_a_dead_daemon_is_started_again(kernel):
    item = daemon(kernel.own / "d1")
    kernel.make(router(), item)
    (pid,) = kernel.machine.pids().values()
    os.kill(pid, signal.SIGKILL)
    until(lambda: procfs.alive(pid) is None)
    assert item.key not in kernel.read()
    assert [op.verb for op in kernel.settle().done] == [Verb.CREATE]
    assert list(kernel.machine.pids().values()) != [pid]


def test_what_a_daemon_left_when_its_machine_lost_power_goes_with_it(kernel):
    left = kernel.own / "d1" / "control"
    item = replace(daemon(kernel.own / "d1"), leaves=(str(left),))
    kernel.make(router(), item)
    left.touch()
    os.kill(kernel.machine.pids()[item.key], signal.SIGKILL)
    until(lambda: not kernel.machine.pids())
    kernel.drop(item)
    assert not left.parent.exists()


def test_a_record_from_before_a_loss_of_power_ends_nobody_who_lives(kernel):
    one, other = daemon(kernel.own / "d1"), daemon(kernel.own / "d2", name="other")
    kernel.make(router(), one, other)
    before = kernel.machine.pids()
    os.kill(before[other.key], signal.SIGKILL)
    until(lambda: procfs.alive(before[other.key]) is None)
    session = records.read(records.path_of(one)).session
    records.write(replace(records.read(records.path_of(other)), session=session, started=1))
    assert [op.item.key for op in kernel.settle().done] == [other.key]
    assert kernel.machine.pids()[one.key] == before[one.key]


def test_a_daemon_follows_its_namespace(kernel):
    item = daemon(kernel.own / "d1")
    kernel.make(router(), item)
    run("ip", "netns", "del", R1)
    assert not kernel.settle().failed
    assert run("ip", "netns", "pids", R1).split() == [str(kernel.machine.pids()[item.key])]
    run("ip", "netns", "del", R1)
    kernel.drop(*list(kernel.wanted.values()))
    assert not kernel.machine.pids()


def test_a_daemon_follows_the_interface_whose_address_it_needs(kernel):
    foot = address()
    item = replace(daemon(kernel.own / "d1"), needs=(foot.key,))
    kernel.make(router(), veth(), foot, item)
    before = kernel.machine.pids()[item.key]
    assert not kernel.settle().done
    run("ip", "link", "del", veth().name)
    assert not kernel.settle().failed
    assert kernel.machine.pids()[item.key] != before
    assert not kernel.settle().done


def test_a_daemon_that_ends_at_once_says_why(kernel):
    item = Process(
        "bad", R1, ("/bin/sh", "-c", "echo no such option >&2; exit 3"), "/run/bad.pid", str(kernel.own)
    )
    (failure,) = kernel.make(router(), item).failed
    assert "exit status 3" in str(failure.error)
    assert "no such option" in str(failure.error)


def test_a_missing_program_is_named(kernel):
    item = Process("bad", R1, ("/no/such/program",), "/run/bad.pid", str(kernel.own))
    (failure,) = kernel.make(router(), item).failed
    assert "/no/such/program" in str(failure.error)


def test_daemons_of_one_batch_start_together(kernel):
    slow = [
        Process(
            f"d{number}",
            R1,
            ("/bin/sh", "-c", f"sleep 0.4; echo $$ > /run/d{number}; exit 1"),
            f"/run/d{number}",
            str(kernel.own),
        )
        for number in range(5)
    ]
    start = time.monotonic()
    kernel.make(router(), *slow)
    assert time.monotonic() - start < 1.5


KEEPALIVED = """
global_defs {{
    router_id test
    vrrp_notify_fifo {own}/fifo
}}
vrrp_instance one {{
    state BACKUP
    interface qr-1
    virtual_router_id 7
    priority 50
    advert_int 1
    virtual_ipaddress {{
        169.254.0.7/24 dev qr-1
    }}
    virtual_ipaddress_excluded {{
        10.1.0.77/24 dev qr-1
    }}
}}
"""


def keepalived(own):
    conf = File(str(own / "ka" / "keepalived.conf"), KEEPALIVED.format(own=own))
    pidfile = str(own / "ka" / "pid")
    argv = ("keepalived", "-P", "-f", conf.path, "-p", pidfile, "-r", f"{pidfile}-vrrp")
    return conf, Process("keepalived", R1, argv, pidfile, str(own / "ka"), (conf.path,), "1")


def children(pid):
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


def test_a_keepalived_that_lost_its_parent_does_not_stay(kernel):
    conf, item = keepalived(kernel.own)
    assert not kernel.make(router(), veth(), address(), conf, item).failed
    (pid,) = kernel.machine.pids().values()
    until(lambda: children(pid))
    (child,) = (int(child) for child in children(pid))
    os.kill(pid, signal.SIGKILL)
    until(lambda: procfs.alive(pid) is None)
    assert not kernel.settle().failed
    assert procfs.alive(child) is None
    kernel.drop(*list(kernel.wanted.values()))
    assert netns_key(R1) not in kernel.read()


def test_a_pid_that_was_used_again_after_a_loss_of_power_stops_nobody(kernel):
    conf, item = keepalived(kernel.own)
    left_over = Path(f"{item.pidfile}-vrrp")
    left_over.parent.mkdir(parents=True)
    left_over.write_text(f"{os.getpid()}\n")
    os.utime(left_over, (1, 1))
    assert not kernel.make(router(), veth(), address(), conf, item).failed
    assert item.key in kernel.machine.pids()
    kernel.drop(*list(kernel.wanted.values()))


def test_an_event_wakes_when_a_link_appears(kernel):
    events = LinkEvents()
    try:
        assert not events.drain()
        kernel.add_foreign_link("tap9")
        assert events.drain()
        assert not events.drain()
    finally:
        events.close()


def test_an_event_wakes_when_a_daemon_dies():
    events = ProcessEvents()
    with subprocess.Popen(["sleep", "100"]) as sleeper:
        try:
            assert events.follow([sleeper.pid])
            assert not events.drain()
            sleeper.kill()
            until(events.drain)
            assert not events.drain()
        finally:
            sleeper.kill()
            events.close()
