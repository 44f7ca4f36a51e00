"""A small world of made-up things, with which the laws of a plan are tried."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import strategies as st

from hawser.machine.plan import Verb

NAMES = "abcdef"


@dataclass(frozen=True, slots=True)
class Toy:
    """``shape`` changes in place, ``place`` does not."""

    name: str
    needs: frozenset[str] = frozenset()
    falls: frozenset[str] = frozenset()
    holds: frozenset[str] = frozenset()
    second: bool = False
    place: int = 0
    shape: int = 0
    follows: frozenset[str] = frozenset()

    @property
    def key(self):
        return ("toy", self.name)

    def provides(self):
        return frozenset({self.key, ("end", self.name)}) if self.second else frozenset({self.key})

    def requires(self):
        return frozenset((kind, name) for kind, name in (need.split(":") for need in self.needs))

    def awaits(self):
        return frozenset((kind, name) for kind, name in (first.split(":") for first in self.follows))

    def falls_with(self):
        return frozenset((kind, name) for kind, name in (need.split(":") for need in self.falls))

    def claims(self):
        return self.holds

    def can_become(self, other):
        return self.place == other.place and self.second == other.second


@st.composite
def worlds(draw):
    """A possible machine: needs only earlier names (in a drawn order), no claim held twice."""
    names = draw(st.permutations(NAMES))[: draw(st.integers(0, len(NAMES)))]
    free, state = set("xyz"), {}
    for name in names:
        offered = sorted(":".join(key) for toy in state.values() for key in toy.provides())
        needs = draw(st.frozensets(st.sampled_from(offered), max_size=3)) if offered else frozenset()
        falls = frozenset(need for need in sorted(needs) if draw(st.booleans()))
        holds = draw(st.frozensets(st.sampled_from(sorted(free)), max_size=2)) if free else frozenset()
        free -= holds
        follows = draw(st.frozensets(st.sampled_from(offered), max_size=2)) if offered else frozenset()
        second, place, shape = draw(st.booleans()), draw(st.integers(0, 1)), draw(st.integers(0, 1))
        toy = Toy(name, needs, falls, holds, second, place, shape, follows)
        state[toy.key] = toy
    return state


class ToyMachine:
    """Carries out ops, and objects to whatever breaks a law."""

    def __init__(self, state):
        self.standing = dict(state)

    def run(self, op):
        others = [toy for key, toy in self.standing.items() if key != op.item.key]
        if op.verb is Verb.DELETE:
            assert op.item.key in self.standing, f"{op.item} is gone already"
            self.remove(op.item.key)
            return
        assert (op.item.key in self.standing) == (op.verb is Verb.CHANGE)
        if op.verb is Verb.CHANGE:
            assert self.standing[op.item.key].can_become(op.item)
        assert op.item.requires() <= {key for toy in others for key in toy.provides()}, (
            f"{op.item} lacks support"
        )
        assert not any(op.item.claims() & toy.claims() for toy in others), f"{op.item}: claim held twice"
        self.standing[op.item.key] = op.item

    def remove(self, key):
        """The thing goes, and at the same moment all that falls with it; nothing else may have stood on them."""
        gone = {key}
        ends = set(self.standing[key].provides())
        while news := {k for k, toy in self.standing.items() if k not in gone and toy.falls_with() & ends}:
            gone |= news
            ends.update(*(self.standing[k].provides() for k in news))
        self.standing = {k: toy for k, toy in self.standing.items() if k not in gone}
        for toy in self.standing.values():
            assert not toy.requires() & ends, f"{toy} stands on nothing"
