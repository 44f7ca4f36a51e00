"""A host's stream: what a node that holds this or that is sent first, and what one that lags is sent next."""

from __future__ import annotations

from hawser.server.feed.stream import REMEMBERED, Held, Stream, as_one
from hawser.wire.change import Key, Record, merge
from hawser.wire.digest import digest
from hawser.wire.intent import NodeIntent
from tests.node import samples


def segment(id: str, vni: int = 7) -> dict[Key, Record | None]:
    return {("segments", id): samples.segment(id, vni)}


def held(intent: NodeIntent) -> Held:
    return Held(intent.revision, digest(intent))


def start() -> tuple[Stream, NodeIntent]:
    """A stream, and what a node has that it told all."""
    stream = Stream("h", 3, segment("a"))
    return stream, merge(NodeIntent("h", 0), stream.first(None))


def test_what_is_as_it_was_is_no_step():
    stream, _ = start()
    assert not stream.put(4, segment("a"))
    assert stream.after(0) == ()


def test_steps_are_told_together():
    stream, node = start()
    assert stream.put(4, segment("b"))
    assert stream.put(6, {**segment("b", 8), ("segments", "a"): None})
    change = as_one(stream.after(0))
    assert merge(node, change).segments == (samples.segment("b", 8),)
    assert merge(node, change).revision == 6


def test_a_node_resumes_from_any_step_by_its_digest_whatever_its_revision_is():
    stream, node = start()
    stream.put(4, segment("b"))
    stream.put(6, segment("c"))
    for has in (node, NodeIntent("h", 99, node.segments)):
        change = stream.first(held(has))
        assert change.base == has.revision
        assert [each.id for each in merge(has, change).segments] == ["a", "b", "c"]
    now = merge(node, stream.first(held(node)))
    assert stream.first(held(now)).empty


def test_an_intent_that_comes_back_is_resumed_from_its_last_time():
    stream, node = start()
    stream.put(4, segment("b"))
    stream.put(5, {("segments", "b"): None})
    stream.put(6, segment("c"))
    assert [each.id for each in stream.first(held(node)).segments] == ["c"]


def test_who_lags_too_far_behind_or_holds_what_is_unknown_is_sent_everything():
    stream, node = start()
    for revision in range(4, 5 + REMEMBERED):
        stream.put(revision, segment("b", revision))
    assert stream.after(0) is None
    assert len(stream.after(1)) == REMEMBERED
    change = stream.first(held(node))
    assert change.base is None
    assert [each.id for each in change.segments] == ["a", "b"]
