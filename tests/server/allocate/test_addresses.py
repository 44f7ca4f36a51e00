"""No address is given out twice, and none that hosts cannot have."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from hypothesis import given
from hypothesis import strategies as st

from hawser.server.allocate.addresses import contains, default_pools, lowest_free, usable
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


@given(cidr_and_gateway(), st.integers(1, 40))
def test_an_address_is_never_given_twice(it, count):
    pools = default_pools(*it)
    taken: set[int] = set()
    while len(taken) < count and (address := lowest_free(pools, taken)) is not None:
        assert int(address) not in taken
        assert any(contains(pool, address) for pool in pools)
        taken.add(int(address))
    size = sum(int(pool.last) - int(pool.first) + 1 for pool in pools)
    assert len(taken) == min(count, size)


def test_the_lowest_free_address_comes_first():
    pool = Pool(ip_address("10.0.0.2"), ip_address("10.0.0.9"))
    taken = {int(ip_address("10.0.0.2")), int(ip_address("10.0.0.4"))}
    assert lowest_free((pool,), taken) == ip_address("10.0.0.3")


def test_small_ipv6_numbers_stay_ipv6():
    assert lowest_free(default_pools(ip_network("::/64"), None), set()) == ip_address("::1")


def test_point_to_point_links_use_both_addresses():
    assert usable(ip_network("192.0.2.0/31")) == Pool(ip_address("192.0.2.0"), ip_address("192.0.2.1"))
