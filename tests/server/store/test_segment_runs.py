"""The lowest free segmentation id is found, whatever was taken and given back, and at the same cost."""

from itertools import pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from hawser.server.model.segment import Segment
from hawser.server.service import network
from hawser.server.store.tables import segmentrun
from hawser.wire.intent import NetworkType
from tests.server.stage import DEMO
from tests.server.store.test_transactions import counting

LOW, HIGH = 1, 12


def vlan(number):
    return Segment(NetworkType.VLAN, "physnet1", number)


def covered(tx):
    table = segmentrun.segment_run_table
    rows = tx.execute(select(table.c.first, table.c.last).order_by(table.c.first)).all()
    assert all(before.last + 1 < after.first for before, after in pairwise(rows))
    return {number for first, last in rows for number in range(first, last + 1)}


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(LOW, HIGH), max_size=40))
def test_runs_follow_what_is_taken_and_given_back(stage, toggled):
    taken = set()
    with stage.store.write() as tx:
        for number in toggled:
            change = segmentrun.give if number in taken else segmentrun.take
            change(tx, vlan(number))
            taken ^= {number}
            assert covered(tx) == taken
            free = [each for each in range(LOW, HIGH + 1) if each not in taken]
            assert segmentrun.lowest_free(tx, vlan(LOW), HIGH) == (free[0] if free else None)
            assert segmentrun.is_taken(tx, vlan(number)) == (number in taken)
        for number in taken:
            segmentrun.give(tx, vlan(number))


def test_a_network_costs_as_much_among_many_as_among_few(stage):
    counts = []
    made = [stage.network() for _ in range(3)]
    for _ in range(2):
        with counting() as statements:
            made.append(stage.network())
        counts.append(len(statements))
        network.delete(stage.store, DEMO, made[1].id)
        made[1] = stage.network()
        made += [stage.network() for _ in range(20)]
    assert counts[0] == counts[1]
    assert sorted(each.segmentation_id for each in made) == list(range(1, len(made) + 1))
