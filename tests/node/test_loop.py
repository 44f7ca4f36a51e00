"""Whole stories of a node over a machine in memory: the loop makes what is wanted stand, and keeps it so."""

from __future__ import annotations

import asyncio
import errno
import threading
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from ipaddress import ip_address
from pathlib import Path, PurePosixPath

import pytest

from hawser.machine.drivers.memory import MemoryMachine
from hawser.machine.items.link import Member, Veth
from hawser.machine.items.process import Process, process_key
from hawser.machine.plan import Op, Verb
from hawser.node.agent.desired import follow
from hawser.node.agent.loop import Loop
from hawser.node.agent.roles import ROLES
from hawser.node.planners.facts import Contact, Outlook
from hawser.wire.change import snapshot
from hawser.wire.intent import NodeIntent
from hawser.wire.report import Mastership
from tests.node import samples

NETNS = f"qrouter-{samples.ROUTER}"
TAP = ("link", "", "tapda3504ad-ba")


class Node:
    """A node whose machine is in memory and whose servers do not exist."""

    def __init__(self, state_path: Path, machine: MemoryMachine | None = None) -> None:
        self.state_path = state_path
        confs = state_path / "ha_confs"
        self.settings = samples.settings(state_path=state_path, ha_confs_path=confs)
        directories = [PurePosixPath(state_path)]
        addresses = {ip_address("10.0.1.21"): "eth1"}
        self.machine = machine or MemoryMachine(directories, ("eth0", "eth1", "eth2"), addresses)
        self.loop = Loop(self.settings, list(ROLES.values()), self.machine)

    def told(self, intent: NodeIntent) -> None:
        self.loop.take(intent, snapshot(intent))

    def stands(self, text: str) -> bool:
        return text in str(self.machine)

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until it holds and no turn is in the middle of its work."""
        for _ in range(2000):
            if not self.machine.working and holds():
                await asyncio.sleep(0.005)
                return
            await asyncio.sleep(0.005)
        raise AssertionError(f"it does not come to pass; the machine:\n{self.machine}")

    def play(self, story: Callable[[Node], Awaitable[None]]) -> None:
        async def run() -> None:
            task = asyncio.create_task(self.loop.run())
            try:
                await story(self)
                assert not task.done(), task.exception()
            finally:
                task.cancel()

        asyncio.run(run())


@pytest.fixture
def node(tmp_path: Path) -> Node:
    return Node(tmp_path)


def test_an_intent_comes_to_stand(node: Node):
    async def story(node: Node) -> None:
        node.told(samples.node())
        await node.until(lambda: node.stands("name='keepalived'"))
        assert node.stands(f"Netns(name='{NETNS}')")

    node.play(story)


def test_without_an_intent_nothing_is_touched(node: Node, tmp_path: Path):
    async def build(node: Node) -> None:
        node.told(samples.node())
        await node.until(lambda: node.stands("name='keepalived'"))

    node.play(build)
    before = str(node.machine)

    async def wait(node: Node) -> None:
        node.loop.look()
        await asyncio.sleep(0.1)

    Node(tmp_path / "elsewhere", node.machine).play(wait)
    assert str(node.machine) == before


def test_the_kept_intent_is_enough_to_start_with(node: Node, tmp_path: Path):
    async def build(node: Node) -> None:
        node.told(samples.node())
        await node.until(lambda: node.stands("name='keepalived'"))

    node.play(build)

    async def again(node: Node) -> None:
        await node.until(lambda: node.stands("name='keepalived'"))

    Node(tmp_path).play(again)


def test_it_looks_before_it_may_act_and_then_goes_by_what_is_known_by_then(node: Node, monkeypatch):
    async def story(node: Node) -> None:
        waiting = asyncio.create_task(node.loop.act_after(0.3))
        before = str(node.machine)
        node.told(samples.node())
        await asyncio.sleep(0.1)
        node.told(NodeIntent("network1", 9))
        assert str(node.machine) == before
        plans = []
        apply = node.machine.apply
        monkeypatch.setattr(node.machine, "apply", lambda plan: plans.append(str(plan)) or apply(plan))
        await waiting
        await asyncio.sleep(0.1)
        assert plans and NETNS not in "".join(plans)
        node.told(samples.node())
        await node.until(lambda: node.stands("name='keepalived'"))

    node.play(story)


def test_what_is_gone_by_the_time_it_may_act_leaves_nothing(node: Node, monkeypatch):
    """As after a loss of power: the record of a dead daemon counts where it is not wanted any more."""
    dead = Process("keepalived", NETNS, ("keepalived",), "/pid", str(node.state_path))
    read = node.machine.read
    stands = {dead.key: dead}

    def with_records(wanted):
        return read(wanted) | {key: item for key, item in stands.items() if key not in wanted}

    apply, ended = node.machine.apply, []

    def noted(plan):
        ended.extend(step.op.item.key for step in plan.steps if step.op.verb is Verb.DELETE)
        return apply(plan)

    monkeypatch.setattr(node.machine, "read", with_records)
    monkeypatch.setattr(node.machine, "apply", noted)

    async def story(node: Node) -> None:
        waiting = asyncio.create_task(node.loop.act_after(0.3))
        node.told(samples.node())
        await asyncio.sleep(0.1)
        node.told(NodeIntent("network1", 9))
        await waiting
        await node.until(lambda: dead.key in ended)

    node.play(story)


def test_who_takes_part_goes_by_what_is_known_when_it_may_act(node: Node):
    async def story(node: Node) -> None:
        waiting = asyncio.create_task(node.loop.act_after(0.3))
        node.told(samples.node())
        await asyncio.sleep(0.1)
        newcomer = samples.router(ha=replace(samples.router().ha, joins=True))
        node.told(replace(samples.node(), routers=(newcomer,)))
        await waiting
        await node.until(lambda: node.stands("conntrackd"))
        await asyncio.sleep(0.1)
        assert not node.stands("name='keepalived'")

    node.play(story)


def test_what_somebody_takes_away_comes_back(node: Node):
    async def story(node: Node) -> None:
        node.told(samples.node())
        await node.until(lambda: node.stands("name='keepalived'"))
        node.machine.lose(TAP)
        assert not node.stands("tapda3504ad-ba")
        node.loop.wake()
        await node.until(lambda: node.stands("tapda3504ad-ba"))

    node.play(story)


def test_rules_that_somebody_takes_away_come_back_though_nothing_tells_of_it(node: Node):
    async def story(node: Node) -> None:
        node.told(samples.node())
        await node.until(lambda: node.stands("name='keepalived'"))
        key, rules = next((key, item) for key, item in node.machine.read({}).items() if key[0] == "chain")
        node.machine.lose(key)
        assert not node.stands(str(rules))
        await node.until(lambda: node.stands(str(rules)))

    node.play(story)


def test_what_is_refused_is_tried_again_and_holds_nothing_else_back(node: Node):
    async def story(node: Node) -> None:
        node.machine.fail(TAP, "no buffer space")
        node.told(samples.node())
        await node.until(lambda: node.stands("vxlan-102"))
        assert not node.stands("name='tapda3504ad-ba'")

        def alarms() -> set[str]:
            node.loop.look()
            states = node.loop.telling.agent_states()
            return {alarm for state in states for alarm in state.configurations["alarms"]}

        alarm = "Cannot create veth tapda3504ad-ba: no buffer space."
        await node.until(lambda: alarms() == {alarm})
        node.machine.heal()
        await node.until(lambda: node.stands("name='tapda3504ad-ba'"))
        await node.until(lambda: not alarms())

    node.play(story)


def test_the_master_is_told_by_one_number(node: Node):
    async def story(node: Node) -> None:
        node.told(samples.node())
        await node.until(lambda: node.stands("content='   0\\n'"))
        node.loop.mastership(samples.ROUTER, Mastership.ACTIVE)
        await node.until(lambda: node.stands("content='  40\\n'"))
        node.loop.mastership(samples.ROUTER, Mastership.STANDBY)
        await node.until(lambda: node.stands("content='   0\\n'"))

    node.play(story)


def test_a_node_that_is_cut_off_says_so_at_once_and_not_in_its_next_turn(node: Node):
    async def story(node: Node) -> None:
        node.told(samples.node())
        await node.until(lambda: node.stands("content='   0\\n'"))
        node.loop.knowledge.hears(Contact.LOST)
        assert node.stands("content='-254\\n'")
        node.loop.knowledge.hears(Contact.SOUND)
        assert node.stands("content='   0\\n'")

    node.play(story)


def test_a_master_whose_gateways_are_out_of_reach_gives_way(node: Node):
    async def story(node: Node) -> None:
        node.told(samples.node())
        await node.until(lambda: node.stands("content='   0\\n'"))
        node.loop.mastership(samples.ROUTER, Mastership.ACTIVE)
        assert node.loop.mastered() == {samples.ROUTER}
        node.loop.knowledge.foresees({samples.ROUTER: Outlook.LOST})
        await node.until(lambda: node.stands("content='-199\\n'"))

    node.play(story)


def test_who_becomes_master_again_looks_anew_for_its_gateways(node: Node):
    async def story(node: Node) -> None:
        node.told(samples.node())
        await node.until(lambda: node.stands("content='   0\\n'"))
        node.loop.knowledge.foresees({samples.ROUTER: Outlook.LOST})
        await node.until(lambda: node.stands("content='-190\\n'"))
        node.loop.mastership(samples.ROUTER, Mastership.ACTIVE)
        await node.until(lambda: node.stands("content='  40\\n'"))

    node.play(story)


def test_what_was_made_before_its_link_went_is_gone_with_it():
    link, member = Veth("tap1", "", "qr-1", "fa:16:3e:00:00:01", 1450), Member("tap1", "brq1")
    went, again = Op(Verb.DELETE, link), Op(Verb.DELETE, member)
    for done, stands in (
        ((again, Op(Verb.CREATE, member), went), set()),
        ((went, Op(Verb.CREATE, link), Op(Verb.CREATE, member)), {link, member}),
    ):
        actual = {link.key: link, member.key: member}
        follow(actual, done)
        assert set(actual.values()) == stands


def test_an_empty_intent_leaves_nothing(node: Node):
    async def story(node: Node) -> None:
        node.told(samples.node(dhcp_servers=(samples.dhcp_server(),), dhcp_hosts=(samples.dhcp_host(),)))
        await node.until(lambda: node.stands("dnsmasq"))
        node.told(samples.node(revision=8, segments=(), ports=(), routers=()))
        await node.until(lambda: "Sysctl" in str(node.machine) or not str(node.machine))
        await node.until(lambda: not node.stands("brq") and not node.stands("Netns"))

    node.play(story)


def test_an_agent_is_what_its_node_is(node: Node):
    async def story(node: Node) -> None:
        node.told(samples.node())
        await node.until(lambda: node.stands("name='keepalived'"))
        states = {state.binary: state for state in node.loop.telling.agent_states()}
        assert set(states) == {f"neutron-{name}-agent" for name in ("l3", "dhcp", "linuxbridge", "metadata")}
        assert states["neutron-metadata-agent"].availability_zone == ""
        assert states["neutron-linuxbridge-agent"].tunnel_address == "10.0.1.21"
        assert states["neutron-l3-agent"].configurations["routers"] == 1

    node.play(story)


def test_a_word_of_keepaliveds_that_comes_while_the_machine_is_read_is_the_newer(node: Node, monkeypatch):
    async def story(node: Node) -> None:
        node.told(samples.node())
        await node.until(lambda: node.stands("name='keepalived'"))
        node.loop.mastership(samples.ROUTER, Mastership.ACTIVE)
        reading, held = threading.Event(), node.machine.held

        def slowly(namespaces):
            found = held(namespaces)
            reading.set()
            time.sleep(0.1)
            return found

        monkeypatch.setattr(node.machine, "held", slowly)
        node.loop.mastership(samples.ROUTER, Mastership.STANDBY)
        node.loop.look()
        await node.until(reading.is_set)
        node.loop.mastership(samples.ROUTER, Mastership.ACTIVE)
        await asyncio.sleep(0.2)
        assert node.loop.mastered() == {samples.ROUTER}

    node.play(story)


def test_elections_do_not_wait_for_a_long_turn(node: Node, monkeypatch):
    async def story(node: Node) -> None:
        node.told(samples.node())
        await node.until(lambda: node.stands("name='keepalived'"))
        node.loop.mastership(samples.ROUTER, Mastership.STANDBY)
        working, apply = threading.Event(), node.machine.apply

        def slowly(plan):
            if threading.current_thread() is not threading.main_thread():
                working.set()
                time.sleep(0.5)
            return apply(plan)

        monkeypatch.setattr(node.machine, "apply", slowly)
        node.machine.lose(TAP)
        node.loop.wake()
        while not working.is_set():
            await asyncio.sleep(0.005)
        working.clear()
        node.loop.mastership(samples.ROUTER, Mastership.ACTIVE)
        await asyncio.sleep(0.2)
        assert node.stands("content='  40") and not working.is_set()

    node.play(story)


def test_a_dead_keepalived_is_not_started_again_before_a_peer_could_take_over(node: Node):
    keepalived = process_key(NETNS, "keepalived")

    async def story(node: Node) -> None:
        node.told(samples.node())
        await node.until(lambda: node.stands("name='keepalived'"))
        await asyncio.sleep(0.1)
        node.machine.lose(keepalived)
        node.loop.daemons.ended()
        died = time.monotonic()
        while time.monotonic() - died < 0.3:
            node.loop.look()
            await asyncio.sleep(0.02)
            assert not node.stands("name='keepalived'")
        await node.until(lambda: node.stands("name='keepalived'"))

    node.play(story)


def test_a_full_disk_is_no_reason_to_stop(node: Node, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("hawser.node.agent.cache.Cache.save", full)

    async def story(node: Node) -> None:
        node.told(samples.node())
        await node.until(lambda: node.stands("name='keepalived'"))

    node.play(story)


def test_a_clock_that_is_set_back_makes_no_master_forget_its_routers(node: Node, monkeypatch):
    async def story(node: Node) -> None:
        node.told(samples.node())
        node.loop.mastership(samples.ROUTER, Mastership.ACTIVE)
        now = time.time()
        monkeypatch.setattr(time, "time", lambda: now - 3600)
        assert node.loop.mastered() == {samples.ROUTER}

    node.play(story)
