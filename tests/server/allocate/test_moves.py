"""Masters are spread evenly, and nothing moves that need not."""

from __future__ import annotations

from collections import Counter
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from hawser.server.allocate.moves import Carried, away, even

HOSTS = ("a", "b", "c", "d")


@st.composite
def carried(draw: st.DrawFn, most: int, anywhere: bool) -> list[Carried]:
    """Routers, each of which can go to all other hosts, or to some."""
    made = []
    for number in range(draw(st.integers(0, most))):
        master = draw(st.sampled_from(HOSTS))
        others = [host for host in HOSTS if host != master]
        if not anywhere:
            others = sorted(draw(st.sets(st.sampled_from(others))))
        made.append(Carried(f"r{number}", master, tuple(others)))
    return made


def load(routers: list[Carried], moved: dict[str, str]) -> Counter[str]:
    return Counter({host: 0 for host in HOSTS}) + Counter(
        moved.get(each.router_id, each.master) for each in routers
    )


@given(carried(40, anywhere=True))
def test_where_all_can_go_everywhere_no_host_has_two_more_and_only_the_surplus_moves(routers):
    moved = even(routers)
    after = load(routers, moved)
    if routers:
        assert max(after[host] for host in HOSTS) - min(after[host] for host in HOSTS) <= 1
    least, more = divmod(len(routers), len(HOSTS))
    before = sorted(load(routers, {}).values(), reverse=True)
    fair = [least + 1] * more + [least] * (len(HOSTS) - more)
    assert len(moved) == sum(max(have - share, 0) for have, share in zip(before, fair, strict=False))


@given(carried(6, anywhere=False))
def test_it_is_as_even_as_any_choice_could_be_and_nobody_goes_where_it_cannot(routers):
    moved = even(routers)
    for each in routers:
        assert each.router_id not in moved or moved[each.router_id] in each.others
    choices = product(*[(each.master, *each.others) for each in routers])
    best = min(sum(n * n for n in Counter(chosen).values()) for chosen in choices)
    assert sum(n * n for n in load(routers, moved).values()) == best


def test_what_is_even_stays():
    assert even([Carried("r0", "a", ("b",)), Carried("r1", "b", ("a",))]) == {}


def test_a_router_that_others_can_carry_leaves_for_the_one_with_the_fewest():
    leaving = [Carried(f"r{number}", "a", ("b", "c")) for number in range(3)]
    leaving.append(Carried("alone", "a", ()))
    chosen = away(leaving, {"a": 4, "b": 2, "c": 0})
    assert Counter(chosen.values()) == {"c": 2, "b": 1}
    assert "alone" not in chosen
