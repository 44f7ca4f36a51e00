"""What a real DHCP client gets of the server that the planner makes."""

import os
import signal
import subprocess
from dataclasses import replace
from pathlib import Path, PurePosixPath

import pytest

from hawser.base import names
from hawser.node.planners import dhcp
from hawser.wire import intent
from tests.machine.conftest import on_kernel
from tests.machine.test_kernel import until
from tests.node import samples

pytestmark = pytest.mark.kernel
STATE = Path("/run/state")
TAP = names.tap(samples.DHCP_PORT)
ASKED = ("bootfile", "tftp", "hostname", "router", "ntpsrv")


@pytest.fixture
def kernel():
    """A machine whose state is where a daemon without privileges can read it."""
    yield from on_kernel((PurePosixPath(STATE),), STATE)


def serve(kernel, *hosts):
    settings = samples.settings(state_path=STATE)
    node = samples.node(routers=(), dhcp_servers=(samples.dhcp_server(),), dhcp_hosts=hosts)
    assert not kernel.make(*dhcp.desire(node, samples.facts(settings=settings))).failed


def lease(host, *more):
    """What a client with the MAC of ``host`` is told, by the client's names of it."""
    script = Path("/run/script")
    script.write_text('#!/bin/sh\n[ "$1" = bound ] && env >/run/lease\nexit 0\n')
    script.chmod(0o755)
    Path("/run/lease").unlink(missing_ok=True)
    for change in (("address", host.mac), ("up",)):
        subprocess.run(["ip", "link", "set", TAP, *change], check=True)
    asks = [word for name in ASKED for word in ("-O", name)]
    client = ["udhcpc", "-i", TAP, "-q", "-n", "-f", "-t", "10", "-T", "1", "-s", str(script), *asks, *more]
    subprocess.run(client, check=True, capture_output=True, timeout=30)
    return dict(line.split("=", 1) for line in Path("/run/lease").read_text().splitlines() if "=" in line)


def test_a_client_gets_the_options_of_its_port(kernel):
    own = (
        intent.DhcpOption("bootfile-name", "pxelinux.0"),
        intent.DhcpOption("tftp-server", "192.0.2.7"),
        intent.DhcpOption("42", "192.0.2.8"),
    )
    host = replace(samples.dhcp_host(), options=own)
    serve(kernel, host)
    got = lease(host)
    assert got["ip"] == "198.51.100.5"
    assert (got["bootfile"], got["tftp"], got["ntpsrv"]) == ("pxelinux.0", "192.0.2.7", "192.0.2.8")
    assert got["router"] == "198.51.100.1"


def test_an_option_of_the_port_comes_before_the_subnets_and_others_do_not_get_it(kernel):
    blank = replace(samples.dhcp_host(), options=(intent.DhcpOption("router", ""),))
    serve(kernel, blank, samples.dhcp_host("q", 6))
    assert "router" not in lease(blank)
    assert lease(samples.dhcp_host("q", 6))["router"] == "198.51.100.1"


def test_a_changed_option_is_served_without_a_restart(kernel):
    host = samples.dhcp_host()
    serve(kernel, host)
    assert "bootfile" not in lease(host)
    pids = kernel.machine.pids()
    serve(kernel, replace(host, options=(intent.DhcpOption("bootfile-name", "new"),)))
    assert lease(host)["bootfile"] == "new"
    assert kernel.machine.pids() == pids


def test_an_option_that_is_none_costs_nobody_a_lease(kernel):
    own = (intent.DhcpOption("no-such-option", "1"), intent.DhcpOption("router", "not an address"))
    host = replace(samples.dhcp_host(), options=own)
    serve(kernel, host, samples.dhcp_host("q", 6))
    assert lease(host)["ip"] == "198.51.100.5"
    assert lease(samples.dhcp_host("q", 6))["ip"] == "198.51.100.6"


def test_a_client_goes_by_the_name_of_its_port(kernel):
    named = intent.DhcpAddress(samples.dhcp_host().addresses[0].address, "web")
    host = replace(samples.dhcp_host(), addresses=(named,))
    serve(kernel, host)
    assert lease(host)["hostname"] == "web"


def test_a_client_is_known_by_its_id_whatever_its_mac(kernel):
    host = replace(samples.dhcp_host(), client_id="me")
    serve(kernel, host)
    other = replace(host, mac="fa:16:3e:00:00:77")
    assert lease(other, "-x", "0x3d:6d65")["ip"] == "198.51.100.5"


def lease6(host, *more):
    """What a DHCPv6 client with the MAC of ``host`` is told, by the client's names of it."""
    script, leases = Path("/run/script6"), Path("/run/leases6")
    script.write_text("#!/bin/sh\ncase $reason in BOUND6|RENEW6) env >/run/lease;; esac\nexit 0\n")
    script.chmod(0o755)
    for left in (Path("/run/lease"), leases):
        left.unlink(missing_ok=True)
    subprocess.run(["ip", "link", "set", TAP, "down"], check=True)
    for name, value in (("addr_gen_mode", 0), ("accept_dad", 0), ("disable_ipv6", 0)):
        Path(f"/proc/sys/net/ipv6/conf/{TAP}/{name}").write_text(str(value))
    for change in (("address", host.mac), ("up",)):
        subprocess.run(["ip", "link", "set", TAP, *change], check=True)
    shown = ["ip", "-6", "-o", "addr", "show", "dev", TAP, "scope", "link"]
    until(lambda: subprocess.run(shown, check=True, capture_output=True).stdout)
    pid = Path("/run/client6.pid")
    files = ["-sf", str(script), "-lf", str(leases), "-pf", str(pid), "-cf", "/dev/null"]
    try:
        subprocess.run(
            ["dhclient", "-6", "-1", "-D", "LL", *files, *more, TAP],
            check=True,
            capture_output=True,
            timeout=60,
        )
    finally:
        if pid.exists():
            os.kill(int(pid.read_text()), signal.SIGTERM)
    return dict(line.split("=", 1) for line in Path("/run/lease").read_text().splitlines() if "=" in line)


def test_an_ipv6_client_gets_the_address_of_its_port(kernel):
    settings = samples.settings(state_path=STATE)
    hosts = samples.dhcp6_host(), samples.dhcp6_host("q", 6)
    node = samples.node(routers=(), dhcp_servers=(samples.dhcp6_server(),), dhcp_hosts=hosts)
    assert not kernel.make(*dhcp.desire(node, samples.facts(settings=settings))).failed
    for host, last in zip(hosts, (5, 6), strict=True):
        got = lease6(host)
        assert got["new_ip6_address"] == f"2001:db8:5::{last}"
        assert got["new_dhcp6_name_servers"] == "2001:db8::53"
        assert lease(host)["ip"] == f"198.51.100.{last}"


def test_an_ipv6_client_with_an_address_of_its_own_gets_the_rest(kernel):
    settings = samples.settings(state_path=STATE)
    node = samples.node(routers=(), dhcp_servers=(samples.dhcp6_server(),))
    assert not kernel.make(*dhcp.desire(node, samples.facts(settings=settings))).failed
    assert lease6(samples.dhcp_host(), "-S")["new_dhcp6_name_servers"] == "2001:db8::53"
