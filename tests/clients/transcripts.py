"""What the documents show of the `neutron` command: each command, and the shape of what it prints.

A transcript is lines. `admin$ net-list` is a command of that user; the words of a line that begins with `|` are the
columns, or the fields, of the table that it prints; another line is a sentence that it says, in which `*` stands for
what differs from run to run. Newer servers print more: what is missing counts, not what is added. A fields' line
leaves out what the default policy hides from members (`provider:*`).
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass
class Step:
    """A command of a user, and what it shall print."""

    user: str
    command: str
    names: set[str] = field(default_factory=set)
    sentences: list[str] = field(default_factory=list)

    @property
    def argv(self) -> list[str]:
        return shlex.split(self.command)

    def missing_in(self, said: str) -> list[str]:
        """The names and sentences that are not in what was said."""
        printed = set(_names(said))
        return sorted(self.names - printed) + [each for each in self.sentences if not _says(said, each)]


def parse(transcript: str) -> Iterator[Step]:
    """The steps of a transcript."""
    step = None
    for line in filter(None, map(str.strip, transcript.splitlines())):
        if begin := re.fullmatch(r"(admin|demo)\$ (.+)", line):
            if step:
                yield step
            step = Step(*begin.groups())
        elif line.startswith("|"):
            step.names |= set(line[1:].split())
        else:
            step.sentences.append(line)
    if step:
        yield step


def _names(said: str) -> Iterator[str]:
    """The columns of a printed table; of one with fields and values, the fields."""
    rows = [line.strip("| ").split("|") for line in said.splitlines() if line.startswith("|")]
    if not rows:
        return
    columns = [cell.strip() for cell in rows[0]]
    yield from columns if columns != ["Field", "Value"] else (row[0].strip() for row in rows[1:])


def _says(said: str, sentence: str) -> bool:
    return re.search(re.escape(sentence).replace(r"\*", ".+"), said) is not None


_NETWORK = "| admin_state_up id name router:external shared status subnets tenant_id"
_PROVIDED = f"{_NETWORK} provider:network_type provider:physical_network provider:segmentation_id"
_SUBNET = (
    "| allocation_pools cidr dns_nameservers enable_dhcp gateway_ip host_routes id ip_version ipv6_address_mode"
    " ipv6_ra_mode name network_id tenant_id"
)
_ROUTER = "| admin_state_up distributed external_gateway_info ha id name routes status tenant_id"
_FLOATING_IP = (
    "| fixed_ip_address floating_ip_address floating_network_id id port_id router_id status tenant_id"
)
_AGENTS = "| id agent_type host alive admin_state_up binary"

# The document sets the gateway to `public`, which is `ext-net` here as in the rest of it.
HA_LINUX_BRIDGE = f"""
admin$ agent-list
{_AGENTS}
admin$ net-create ext-net --router:external True --provider:physical_network external --provider:network_type flat
Created a new network:
{_PROVIDED}
admin$ subnet-create ext-net --name ext-subnet --allocation-pool start=203.0.113.101,end=203.0.113.200 \
--disable-dhcp --gateway 203.0.113.1 203.0.113.0/24
Created a new subnet:
{_SUBNET}
demo$ net-create private
Created a new network:
{_NETWORK}
demo$ subnet-create --name private-subnet private 10.1.0.0/28
Created a new subnet:
{_SUBNET}
demo$ router-create MyRouter --distributed False --ha True
Created a new router:
{_ROUTER}
demo$ router-interface-add MyRouter private-subnet
Added interface * to router MyRouter.
demo$ router-gateway-set MyRouter ext-net
Set gateway for router MyRouter
admin$ net-list
| id name subnets
HA network tenant *
demo$ floatingip-create ext-net
Created a new floatingip:
{_FLOATING_IP}
"""

# The document makes `public` twice, first without a physical network; here the first gives way to the second, whose
# physical network is one that the server is told of.
HA_OVERVIEW = """
admin$ net-create private
admin$ subnet-create --name private-subnet private 10.1.0.0/28
admin$ net-create private1
admin$ subnet-create --name private1-subnet private1 10.2.0.0/28
admin$ net-create --shared public --router:external=True
admin$ net-delete public
admin$ net-create --shared public --router:external=True --provider:network_type flat \
--provider:physical_network provider
admin$ subnet-create --name public-subnet public  --allocation-pool start=172.16.0.32,end=172.16.0.64 \
--gateway=172.16.0.5 --enable_dhcp=False 172.16.0.0/24
admin$ router-create MyRouter --distributed False --ha True
admin$ router-interface-add MyRouter private-subnet
Added interface * to router MyRouter.
admin$ router-interface-add MyRouter private1-subnet
Added interface * to router MyRouter.
admin$ router-gateway-set MyRouter public
Set gateway for router MyRouter
"""

VRRP_SET_UP = """
admin$ net-create public-net --router:external True
admin$ subnet-create public-net 203.0.113.0/24
demo$ net-create vrrp-net
demo$ subnet-create --name vrrp-subnet --allocation-pool start=10.0.0.2,end=10.0.0.200 vrrp-net 10.0.0.0/24
demo$ router-create vrrp-router
demo$ router-interface-add vrrp-router vrrp-subnet
demo$ security-group-create vrrp-sec-group
demo$ port-create --name vrrp_master --fixed-ip ip_address=10.0.0.4 vrrp-net
demo$ port-create --name vrrp_backup --fixed-ip ip_address=10.0.0.5 vrrp-net
"""
"""What the document makes with the `openstack` client before it takes to the `neutron` client."""

VRRP = """
demo$ router-gateway-set vrrp-router public-net
Set gateway for router vrrp-router
demo$ port-update {master} --allowed_address_pairs list=true type=dict ip_address=10.0.0.201
Updated port: {master}
demo$ port-update {backup} --allowed_address_pairs list=true type=dict ip_address=10.0.0.201
Updated port: {backup}
demo$ port-update {master} --request-format=json --fixed-ips type=dict list=true subnet_id={subnet},ip_address=10.0.0.4
demo$ port-update {backup} --request-format=json --fixed-ips type=dict list=true subnet_id={subnet},ip_address=10.0.0.5
demo$ port-update {master} --admin_state_up=False
demo$ port-update {master} --admin_state_up=True
Updated port: {master}
demo$ subnet-list
| id name cidr allocation_pools
demo$ router-interface-delete vrrp-router {subnet}
Removed interface from router vrrp-router.
demo$ security-group-delete vrrp-sec-group
"""

DVR = f"""
admin$ agent-list
{_AGENTS}
admin$ net-create ext-net --router:external --provider:physical_network external --provider:network_type flat
Created a new network:
{_PROVIDED}
admin$ subnet-create ext-net 203.0.113.0/24 --allocation-pool start=203.0.113.101,end=203.0.113.200 \
--disable-dhcp --gateway 203.0.113.1
Created a new subnet:
{_SUBNET}
admin$ net-create demo-net --tenant-id {{project}} --provider:network_type vxlan
Created a new network:
{_PROVIDED}
demo$ subnet-create demo-net --name demo-subnet --gateway 192.168.1.1 192.168.1.0/24
Created a new subnet:
{_SUBNET}
demo$ router-create demo-router
Created a new router:
{_ROUTER}
demo$ router-interface-add demo-router demo-subnet
Added interface * to router demo-router.
demo$ router-gateway-set demo-router ext-net
Set gateway for router demo-router
admin$ router-port-list demo-router
| id name mac_address fixed_ips
demo$ floatingip-create ext-net
Created a new floatingip:
{_FLOATING_IP}
"""

SELF_SERVICE = """
admin$ net-create provider1 --router:external True --shared --provider:physical_network provider \
--provider:network_type flat
admin$ subnet-create provider1 203.0.113.0/24
demo$ router-create router2
demo$ router-gateway-set router2 provider1
Set gateway for router router2
"""
