"""No address is given out twice, and none that hosts cannot have."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from hawser.server.allocate.addresses import contains, default_pools, free_ranges, numbered, usable
from hawser.server.model.subnet import Pool

cidrs = st.one_of(
    st.tuples(st.integers(0, 2**32 - 1), st.integers(8, 32)).map(lambda it: IPv4Network(it, strict=False)),
    st.tuples(st.integers(0, 2**128 - 1), st.integers(32, 128)).map(lambda it: IPv6Network(it, strict=False)),
)


@st.composite
def cidr_and_gateway(draw):
    cidr = draw(cidrs)
    offset = draw(st.integers(0, min(cidr.num_addresses, 300) - 1))
    return cidr, draw(st.sampled_from([None, cidr[offset], cidr[-1 - offset]]))


@given(cidr_and_gateway())
def test_default_pools_hold_all_that_hosts_can_have_but_the_gateway(it):
    cidr, gateway = it
    everything = usable(cidr)
    size = sum(int(pool.last) - int(pool.first) + 1 for pool in default_pools(cidr, gateway))
    taken_away = gateway is not None and contains(everything, gateway)
    assert size == int(everything.last) - int(everything.first) + 1 - taken_away
    assert not any(gateway and contains(pool, gateway) for pool in default_pools(cidr, gateway))
    assert all(pool.first in cidr and pool.last in cidr for pool in default_pools(cidr, gateway))


@given(st.sets(st.integers(0, 40)), st.sets(st.integers(0, 63)))
def test_what_is_free_is_the_pools_without_what_is_taken(cuts, taken):
    edges = sorted(cuts)
    pools = [Pool(ip_address(low), ip_address(high - 1)) for low, high in pairwise(edges)]
    found = list(free_ranges(pools, taken))
    free = [number for each in found for number in range(each.first, each.last + 1)]
    assert free == [n for pool in pools for n in range(int(pool.first), int(pool.last) + 1) if n not in taken]
    assert all(one.last + 1 < two.first or one.pool != two.pool for one, two in pairwise(found))


def test_small_ipv6_numbers_stay_ipv6():
    assert numbered(1, ip_network("::/64")) == ip_address("::1")


def test_point_to_point_links_use_both_addresses():
    assert usable(ip_network("192.0.2.0/31")) == Pool(ip_address("192.0.2.0"), ip_address("192.0.2.1"))
