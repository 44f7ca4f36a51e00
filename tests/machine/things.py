"""Items that the drivers' tests make."""

from ipaddress import ip_address, ip_interface, ip_network

from hawser.machine.items.address import Address
from hawser.machine.items.chain import Chain
from hawser.machine.items.fdb import Flood, Place
from hawser.machine.items.link import Bridge, Veth, Vxlan
from hawser.machine.items.neighbour import Neighbour
from hawser.machine.items.netns import Netns
from hawser.machine.items.process import Process
from hawser.machine.items.route import Route
from hawser.machine.items.sysctl import Sysctl

R1 = "qrouter-11111111-1111-1111-1111-111111111111"
R2 = "qrouter-22222222-2222-2222-2222-222222222222"


def veth(name="tap1", netns=R1, peer="qr-1", mac="fa:16:3e:00:00:01", mtu=1450):
    return Veth(name, netns, peer, mac, mtu)


def address(text="10.1.0.1/24", netns=R1, link="qr-1"):
    return Address(netns, link, ip_interface(text))


def route(destination="0.0.0.0/0", nexthop="10.1.0.254", netns=R1, link="qr-1"):
    return Route(netns, ip_network(destination), ip_address(nexthop) if nexthop else None, link)


def vxlan(name="vxlan-7", vni=7, device="under", group=None, mtu=1450):
    return Vxlan(name, vni, ip_address("192.0.2.1"), device, ip_address(group) if group else None, 4789, mtu)


def flood(vtep, link="vxlan-7"):
    return Flood(link, ip_address(vtep))


def place(mac="fa:16:3e:00:00:09", vtep="192.0.2.2", link="vxlan-7"):
    return Place(link, mac, ip_address(vtep))


def neighbour(address="10.1.0.9", mac="fa:16:3e:00:00:09", link="brq1"):
    return Neighbour(link, ip_address(address), mac)


def bridge(name="brq1", mtu=1450):
    return Bridge(name, mtu)


def chain(name, *rules, table="nat", family=4, jumps=()):
    return Chain(R1, family, table, name, rules, jumps)


def setting(name, value, link=""):
    return Sysctl(R1, name, value, link)


def router(name=R1):
    return Netns(name)


def daemon(directory, netns=R1, loaded="", name="sleeper"):
    """Goes into the background, writes its pid file, and does not mind SIGHUP."""
    pidfile = f"{directory}/pid"
    script = f'echo $$ > {pidfile}; trap "" HUP; exec sleep 1000'
    argv = ("/bin/sh", "-c", f"setsid /bin/sh -c '{script}' </dev/null >/dev/null 2>&1 &")
    return Process(name, netns, argv, pidfile, str(directory), (), loaded)
