"""The four laws of a plan, and what follows for single cases."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from hawser.machine.plan import Verb, plan
from tests.machine.toys import Toy, ToyMachine, worlds

TRIES = settings(max_examples=150, deadline=None)


def state(*toys):
    return {toy.key: toy for toy in toys}


def lines(found):
    return [f"{step.op.verb} {step.op.item.name}" for step in found.steps]


@TRIES
@given(worlds(), worlds())
def test_converges_and_no_step_breaks_the_order(desired, actual):
    machine = ToyMachine(actual)
    for step in plan(desired, actual).steps:
        machine.run(step.op)
    assert machine.standing == desired


@TRIES
@given(worlds())
def test_nothing_to_do_where_all_is_so(world):
    assert not plan(world, world)


@TRIES
@given(worlds(), worlds(), st.data())
def test_after_a_crash_a_new_plan_converges(desired, actual, data):
    steps = plan(desired, actual).steps
    machine = ToyMachine(actual)
    for step in steps[: data.draw(st.integers(0, len(steps)))]:
        machine.run(step.op)
    for step in plan(desired, machine.standing).steps:
        machine.run(step.op)
    assert machine.standing == desired


@TRIES
@given(worlds(), st.data())
def test_what_is_so_and_stands_on_what_stays_is_not_touched(world, data):
    """Only names, needs and claims decide: with neither in the way, nothing else moves."""
    changed = data.draw(st.frozensets(st.sampled_from(sorted(world)))) if world else frozenset()
    desired = {
        key: replace(toy, shape=1 - toy.shape) if key in changed else toy for key, toy in world.items()
    }
    assert {step.op.item.key for step in plan(desired, world).steps} == changed


@TRIES
@given(worlds(), worlds(), st.data())
def test_any_order_that_respects_after_is_valid(desired, actual, data):
    steps, machine, done = plan(desired, actual).steps, ToyMachine(actual), set()
    while len(done) < len(steps):
        ready = [index for index, step in enumerate(steps) if index not in done and step.after <= done]
        index = data.draw(st.sampled_from(ready))
        machine.run(steps[index].op)
        done.add(index)
    assert machine.standing == desired


def test_the_new_stands_before_the_old_goes():
    old, new = Toy("a"), Toy("b")
    user = Toy("c", frozenset({"toy:a"})), Toy("c", frozenset({"toy:b"}))
    found = plan(state(new, user[1]), state(old, user[0]))
    assert lines(found) == ["create b", "change c", "delete a"]


def test_a_claim_is_given_back_before_it_is_taken():
    found = plan(state(Toy("a", holds=frozenset("x"))), state(Toy("b", holds=frozenset("x"))))
    assert lines(found) == ["delete b", "create a"]


def test_a_swap_of_claims_takes_one_apart():
    before = state(Toy("a", holds=frozenset("x")), Toy("b", holds=frozenset("y")))
    after = state(Toy("a", holds=frozenset("y")), Toy("b", holds=frozenset("x")))
    verbs = sorted(step.op.verb for step in plan(after, before).steps)
    assert verbs == [Verb.CHANGE, Verb.CREATE, Verb.DELETE]


def test_what_stands_on_a_rebuilt_thing_is_rebuilt():
    user = Toy("b", frozenset({"toy:a"}))
    found = plan(state(Toy("a", place=1), user), state(Toy("a", place=0), user))
    assert lines(found) == ["delete b", "delete a", "create a", "create b"]


def test_what_only_follows_a_rebuilt_thing_stays():
    later = Toy("b", follows=frozenset({"toy:a"}))
    found = plan(state(Toy("a", place=1), later), state(Toy("a", place=0), later))
    assert lines(found) == ["delete a", "create a"]
    assert lines(plan(state(later, Toy("a")), {})) == ["create a", "create b"]


def test_what_falls_with_its_support_needs_no_step():
    user = Toy("b", frozenset({"toy:a"}), falls=frozenset({"toy:a"}))
    assert lines(plan({}, state(Toy("a"), user))) == ["delete a"]


def test_what_does_not_fall_is_removed_first_even_through_what_falls():
    support = Toy("a")
    chain = Toy("b", frozenset({"toy:a"}), falls=frozenset({"toy:a"}))
    daemon = Toy("c", frozenset({"toy:b"}))
    assert lines(plan({}, state(support, chain, daemon))) == ["delete c", "delete a"]


def test_a_requirement_that_nobody_provides_is_a_fact():
    found = plan(state(Toy("b", frozenset({"toy:eth0"}))), {})
    assert lines(found) == ["create b"]


def test_a_step_says_whose_wish_it_is_and_why():
    found = plan(state(Toy("a")), {}, {("toy", "a"): "router r1 revision 7"})
    assert found.steps[0].op.reason == "router r1 revision 7: missing"
    assert "missing" in str(found)
