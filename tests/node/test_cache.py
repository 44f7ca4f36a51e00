"""What a node keeps of its intent on disk, whatever became of it."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from hawser.node.agent.cache import SHORT, Cache
from hawser.wire.change import between, snapshot
from hawser.wire.intent import NodeIntent
from tests.node import samples


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "hawser" / "intent.json"


def with_hosts(revision: int, *lasts: int) -> NodeIntent:
    hosts = tuple(samples.dhcp_host(f"p{last:03}", last) for last in lasts)
    return samples.node(revision=revision, dhcp_hosts=hosts)


def keep(cache: Cache, *intents: NodeIntent) -> None:
    """Keep the intents one after another; the first came whole."""
    cache.save(intents[0], snapshot(intents[0]))
    for old, new in pairwise(intents):
        cache.save(new, between(old, new))


def test_what_was_kept_last_is_loaded(path):
    assert Cache(path).load() is None
    first, second, third = with_hosts(1), with_hosts(2, 5, 6), with_hosts(3, 6, 7)
    keep(Cache(path), first, second, third)
    assert Cache(path).load() == third


def test_a_change_is_added_and_writes_nothing_anew(path):
    cache = Cache(path)
    keep(cache, with_hosts(1, 5))
    whole = path.read_bytes()
    cache.save(with_hosts(2, 5, 6), between(with_hosts(1, 5), with_hosts(2, 5, 6)))
    assert path.read_bytes().startswith(whole)
    assert len(path.read_bytes().splitlines()) == 2


def test_many_changes_become_one_again(path):
    intents = [with_hosts(1, 5)]
    while len(intents) * 300 < 3 * SHORT:
        intents.append(with_hosts(intents[-1].revision + 1, 5 + len(intents) % 2))
    keep(Cache(path), *intents)
    assert path.stat().st_size < 2 * SHORT
    assert Cache(path).load() == intents[-1]


@pytest.mark.parametrize("lost", [1, 20, 200])
def test_a_line_that_a_loss_of_power_cut_off_is_left_out(path, lost):
    first, second, third = with_hosts(1), with_hosts(2, 5), with_hosts(3, 5, 6)
    keep(Cache(path), first, second, third)
    path.write_bytes(path.read_bytes()[: -1 - lost])
    again = Cache(path)
    assert again.load() == second
    again.save(third, between(second, third))
    assert Cache(path).load() == third


def test_what_cannot_be_read_is_left_aside(path):
    keep(Cache(path), with_hosts(1))
    path.write_text("nonsense\n")
    assert Cache(path).load() is None


def test_a_snapshot_replaces_all(path):
    cache = Cache(path)
    keep(cache, with_hosts(1, 5), with_hosts(2, 5, 6))
    other = replace(with_hosts(9, 7), routers=())
    cache.save(other, snapshot(other))
    assert Cache(path).load() == other
