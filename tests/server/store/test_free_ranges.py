"""The ranges of free addresses are the pools without what is taken, whatever was taken and given back."""

from ipaddress import ip_address

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hawser.server.allocate.addresses import Range, free_ranges
from hawser.server.model.port import FixedIp
from hawser.server.model.subnet import Pool
from hawser.server.store.tables import freerange

POOLS = (
    Pool(ip_address("10.0.0.20"), ip_address("10.0.0.29")),
    Pool(ip_address("10.0.0.2"), ip_address("10.0.0.9")),
    Pool(ip_address("10.0.0.10"), ip_address("10.0.0.12")),
)


def ranges(tx, subnet_id):
    table = freerange.free_range_table
    rows = tx.execute(
        table.select().where(table.c.subnet_id == subnet_id).order_by(table.c.pool, table.c.first)
    )
    return [Range(int(row.first, 16), int(row.last, 16), row.pool) for row in rows]


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(0, 31), max_size=40))
def test_ranges_follow_what_is_taken_and_given_back(stage, toggled):
    subnet = stage.subnet(stage.network(), "10.0.0.0/24", enable_dhcp=False)
    taken = set()
    with stage.store.write() as tx:
        freerange.fill(tx, subnet.id, POOLS)
        for number in toggled:
            address = ip_address("10.0.0.0") + number
            if int(address) in taken:
                freerange.give(tx, FixedIp(subnet.id, address), POOLS)
            else:
                freerange.take(tx, [FixedIp(subnet.id, address)])
            taken ^= {int(address)}
            expected = list(free_ranges(POOLS, taken))
            assert ranges(tx, subnet.id) == expected
            assert freerange.lowest(tx, subnet.id) == (expected[0].first if expected else None)


def test_what_is_picked_already_is_passed_over(stage):
    subnet = stage.subnet(stage.network(), "10.0.0.0/24", enable_dhcp=False)
    with stage.store.write() as tx:
        freerange.fill(tx, subnet.id, POOLS)
        picked = frozenset(int(ip_address("10.0.0.20")) + each for each in range(10))
        assert freerange.lowest(tx, subnet.id, picked) == int(ip_address("10.0.0.2"))
