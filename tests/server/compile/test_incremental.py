"""The compiler's law: however a cloud came to be what it is, its hosts are told what a new compiler says."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from hawser.server.compile.host import HostIntent
from hawser.server.compile.node import Compiler
from hawser.server.compile.picture import NOUNS, Change, Picture
from hawser.wire.change import merge
from hawser.wire.digest import digest
from hawser.wire.intent import NodeIntent
from tests.server.compile.worlds import HOSTS, WORLD, picture_of, things


def become(picture: Picture, new: Picture) -> list[Change]:
    """Make ``picture`` the new one; what changed."""
    changes = []
    for noun in NOUNS:
        now = getattr(new, noun)
        for key in getattr(picture, noun).keys() | now.keys():
            changes.append(picture.put(noun, key, now.get(key)))
    picture.revision = new.revision
    return [change for change in changes if change]


# Each step is some things that become others, and the order in which the compiler hears of them.
steps = st.lists(st.tuples(st.lists(things, max_size=4), st.integers(0, 99)), max_size=8)


@given(steps)
@settings(deadline=None)
def test_whatever_changes_the_records_are_what_compiling_anew_gives(following):
    world = dict(WORLD)
    picture = picture_of(world, 1)
    compiler = Compiler(picture)
    intents = {host: HostIntent(host) for host in HOSTS}
    for host, held in intents.items():
        held.put(1, compiler.whole(host))
    for revision, (changed, order) in enumerate(following, 2):
        world.update(changed)
        changes = become(picture, picture_of(world, revision))
        random.Random(order).shuffle(changes)
        compiled = compiler.again(compiler.take(changes), intents)
        anew = Compiler(picture_of(world, revision))
        for host, held in intents.items():
            held.put(revision, compiled.get(host, {}))
            assert held.records == anew.whole(host)


@given(st.lists(things, max_size=8))
def test_a_node_that_follows_holds_what_the_server_says_that_it_does(changed):
    told = HostIntent("h0")
    node = NodeIntent("h0", 0)
    for revision, world in enumerate((WORLD, {**WORLD, **dict(changed)}), 1):
        compiled = Compiler(picture_of(world, revision)).whole("h0")
        change = told.put(revision, {**dict.fromkeys(told.records), **compiled})
        node = merge(node, change) if change else node
        assert merge(NodeIntent("h0", 0), told.whole()) == node
        assert told.digest == digest(node)
