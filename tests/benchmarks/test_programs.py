"""The programs that the benchmarks run on a lab's nodes, each in a network namespace of its own."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from benchmarks import crowd
from benchmarks.highavailability import changes, talk

pytestmark = pytest.mark.kernel
ALONE = ["unshare", "--net", "--mount", "--pid", "--fork", "--mount-proc", "--kill-child", "sh", "-ec"]


def alone(script: str, *words: str) -> str:
    """What a shell script says, in namespaces that end with it; `$python` is this Python."""
    argv = [*ALONE, f"python={sys.executable}\n{script}", "sh", *words]
    return subprocess.run(argv, capture_output=True, text=True, check=True, timeout=30).stdout


def test_a_crowd_tells_who_answers_and_who_does_not():
    script = "ip link set lo up; (sleep 1) | $python $1 0.05 127.0.0.1 127.0.0.2 198.51.100.1"
    lines = [line.split() for line in alone(script, str(crowd.PROGRAM)).splitlines()]
    assert {address for _, address, _ in lines} == {"127.0.0.1", "127.0.0.2"}
    numbers = [int(number) for _, address, number in lines if address == "127.0.0.2"]
    assert numbers == list(range(len(numbers)))
    assert 10 <= len(numbers) <= 21
    assert all(abs(time.time() - float(at)) < 30 for at, _, _ in lines)


def test_requests_that_are_not_answered_leave_holes_in_the_numbers():
    script = """
    ip link set lo up; mount -t tmpfs run /run
    (sleep 2) | $python $1 0.01 127.0.0.1 >/run/said & said=$!
    sleep 0.7; ip link set lo down; sleep 0.3; ip link set lo up; wait $said; cat /run/said
    """
    numbers = [int(line.split()[2]) for line in alone(script, str(crowd.PROGRAM)).splitlines()]
    missing = set(range(numbers[-1])) - set(numbers)
    assert 5 <= len(missing) <= 60


MADE = {
    "route": "ip -n inner route add blackhole 192.0.2.0/24",
    "address": "ip -n inner address add 192.0.2.1/24 dev lo",
    "link": "ip -n inner link set lo mtu 9000",
    "neighbour": "ip neighbour add 198.51.100.7 lladdr 02:00:00:00:00:07 nud permanent dev wire0; "
    "bridge fdb append 00:00:00:00:00:00 dev vx0 dst 198.51.100.8",
    "nftables": "ip netns exec inner iptables -t nat -A POSTROUTING -j MASQUERADE",
}


def test_changes_in_any_namespace_of_a_node_are_counted():
    counted = changed("; ".join(MADE.values()))
    assert set(counted) == set(MADE)
    assert counted["neighbour"] == 2


def test_traffic_and_what_the_kernel_learns_by_itself_are_no_changes():
    assert changed("ping -c 2 -i 0.2 198.51.100.2; ip netns exec inner ping -c 2 -i 0.2 198.51.100.1") == {}


def changed(command: str) -> dict[str, int]:
    """What is counted while a command runs on a node with two namespaces and a wire between them."""
    script = """
    mount -t tmpfs run /run; mkdir /run/netns
    ip netns add inner
    ip link add wire0 type veth peer name wire1 netns inner
    ip link add vx0 type vxlan id 7 dstport 4789 dev wire0
    ip link set wire0 up; ip -n inner link set wire1 up
    ip address add 198.51.100.1/24 dev wire0; ip -n inner address add 198.51.100.2/24 dev wire1
    sleep 2.5
    mkfifo /run/end; $python $1 </run/end >/run/said & exec 3>/run/end
    until grep -q ready /run/said; do sleep 0.05; done
    eval "$2" >&2
    sleep 0.1; exec 3>&-; wait; cat /run/said
    """
    said = alone(script, str(changes.PROGRAM), command).splitlines()
    assert said[0] == "ready"
    return {kind: int(times) for kind, times in (line.split() for line in said[1:])}


@pytest.mark.parametrize("kind", ["tcp", "udp"])
def test_a_talk_tells_when_words_came_back_and_ends_with_its_input(kind: str):
    script = """
    ip link set lo up
    (sleep 2) | $python $1 echo 7 & sleep 0.7
    (sleep 1) | $python $1 talk $2 127.0.0.1 7 0.05
    """
    heard = [float(line) for line in alone(script, str(talk.PROGRAM), kind).splitlines()]
    assert 5 <= len(heard) <= 22
    assert heard == sorted(heard)


def test_the_echo_by_udp_answers_nobody_but_the_first():
    script = """
    ip link set lo up
    (sleep 2) | $python $1 echo 7 & sleep 0.7
    (sleep 0.3) | $python $1 talk udp 127.0.0.1 7 0.05 >/dev/null
    (sleep 0.5) | $python $1 talk udp 127.0.0.1 7 0.05
    """
    assert alone(script, str(talk.PROGRAM)) == ""


def test_a_talk_by_tcp_fails_when_its_connection_ends():
    script = """
    ip link set lo up
    (sleep 1) | $python $1 echo 7 & sleep 0.5
    (sleep 5) | $python $1 talk tcp 127.0.0.1 7 0.05 >/dev/null 2>&1 || echo over
    """
    assert alone(script, str(talk.PROGRAM)).strip() == "over"
