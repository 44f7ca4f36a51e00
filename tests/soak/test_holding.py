"""How long a router had no master, or several, from what nodes took and let go."""

from __future__ import annotations

from soak.holding import Change, History, Span

NODES = ("network1", "network2")


def span(*changes: tuple[float, str, bool], held: str = "network1", nodes: tuple[str, ...] = NODES) -> Span:
    told = tuple(Change(at, node, "r", holds) for at, node, holds in changes)
    return History(0.0, frozenset({(held, "r")}), told, 10.0).span("r", nodes)


def test_a_router_that_stays_has_one_master_all_the_time():
    assert span() == Span(0.0, 0.0)


def test_an_outage_lasts_from_the_end_of_one_to_the_beginning_of_the_next():
    assert span((2.0, "network1", False), (2.5, "network2", True)) == Span(0.5, 0.0)


def test_two_masters_last_until_one_gives_way():
    assert span((2.0, "network2", True), (2.25, "network1", False)) == Span(0.0, 0.25)


def test_an_outage_without_end_lasts_until_now():
    assert span((4.0, "network1", False)) == Span(6.0, 0.0)


def test_a_frozen_node_counts_for_nothing():
    assert span((3.0, "network2", True), nodes=("network2",)) == Span(3.0, 0.0)


def test_the_longest_of_several_outages_counts():
    flaps = (
        (1.0, "network1", False),
        (1.5, "network1", True),
        (3.0, "network1", False),
        (3.25, "network1", True),
    )
    assert span(*flaps) == Span(0.5, 0.0)
