"""What becomes of a plan when some of it fails; told by a machine in memory."""

from hawser.machine.apply import apply
from hawser.machine.drivers.memory import MemoryMachine
from hawser.machine.items.link import Bridge, Member
from hawser.machine.items.netns import Netns
from hawser.machine.plan import plan
from tests.machine.things import R1, R2, address, bridge, route, router, veth

ITEMS = (router(), veth(), address(), route(), bridge(), Member("tap1", "brq1"))
WANTED = {item.key: item for item in ITEMS}


def names(ops):
    return sorted(op.item.key[0] for op in ops)


def test_a_failure_holds_back_what_comes_after_it_and_nothing_else():
    machine = MemoryMachine()
    machine.fail(veth().key, "no memory")
    outcome = machine.apply(plan(WANTED, {}))
    assert [str(failure.error) for failure in outcome.failed] == ["Cannot create veth tap1: no memory."]
    assert names(outcome.held) == ["address", "member", "route"]
    assert names(outcome.done) == ["link", "netns"]


def test_after_the_fault_the_next_plan_does_the_rest():
    machine = MemoryMachine()
    machine.fail(veth().key)
    machine.apply(plan(WANTED, {}))
    machine.heal()
    outcome = machine.apply(plan(WANTED, machine.read(WANTED)))
    assert names(outcome.done) == ["address", "link", "member", "route"]
    assert machine.read(WANTED) == WANTED


def test_what_could_not_be_removed_keeps_what_it_stands_on():
    machine = MemoryMachine()
    machine.apply(plan(WANTED, {}))
    machine.fail(veth().key)
    machine.apply(plan({}, machine.read({})))
    assert {router().key, veth().key} <= machine.read({}).keys()


def test_a_lost_namespace_takes_all_with_it_and_comes_back():
    machine = MemoryMachine()
    machine.apply(plan(WANTED, {}))
    machine.lose(router().key)
    assert names(machine.apply(plan(WANTED, machine.read(WANTED))).done) == sorted(
        ["netns", "link", "address", "route", "member"]
    )


def test_a_machine_prints_itself_one_line_an_item():
    machine = MemoryMachine()
    machine.apply(plan(WANTED, {}))
    lines = str(machine).splitlines()
    assert len(lines) == len(ITEMS)
    assert f"Netns(name='{R1}')" in lines


def test_each_step_is_one_line_of_the_log(caplog):
    caplog.set_level("INFO")
    machine = MemoryMachine()
    machine.fail(router(R2).key)
    wanted = {item.key: item for item in (bridge(), router(R2), veth("tap2", R2))}
    machine.apply(plan(wanted, {}, {bridge().key: "network n1 revision 3"}))
    lines = sorted(record.getMessage() for record in caplog.records)
    assert lines[0] == "op=create item=link//brq1 result=done reason='network n1 revision 3: missing'"
    assert [line.split("result=")[1].split()[0] for line in lines] == ["done", "held", "failed"]


class Slow:
    """A driver whose ops go on by themselves."""

    def __init__(self, kind, told):
        self.kinds = (kind,)
        self.told = told

    def read(self, wanted):
        return []

    def begin(self, ops):
        self.told.append(("begun", self.kinds[0].__name__))
        return lambda: self.finish(ops)

    def finish(self, ops):
        self.told.append(("finished", self.kinds[0].__name__))
        return [None] * len(ops)


def test_drivers_wait_together_and_what_comes_after_waits_for_them():
    told = []
    kinds = {kind: Slow(kind, told) for kind in (Netns, Bridge, Member)}
    steps = plan({item.key: item for item in (router(), bridge(), Member("tap1", "brq1"))}, {})
    apply(steps, [kinds[Netns], kinds[Bridge], kinds[Member]])
    assert told == [
        ("begun", "Netns"),
        ("begun", "Bridge"),
        ("finished", "Netns"),
        ("finished", "Bridge"),
        ("begun", "Member"),
        ("finished", "Member"),
    ]
