"""A planned move from the request to its end, as nodes are told of it and tell of it."""

from __future__ import annotations

from collections import Counter

import pytest

from hawser.base.errors import BadInput, Conflict
from hawser.server.compile.node import Compiler
from hawser.server.model import agent as agents
from hawser.server.model.agent import AgentChanges
from hawser.server.model.filters import Filters
from hawser.server.model.move import AT_ONCE
from hawser.server.model.router import RouterChanges
from hawser.server.service import agent, move, report, router
from hawser.server.store import snapshot
from hawser.wire.report import AgentState, Mastership, Report
from tests.server.stage import ADMIN, DEMO, L3

ACTIVE, STANDBY = Mastership.ACTIVE, Mastership.STANDBY


def carried(stage, by="network1", **fields):
    """A router that one node carries, and the others stand by for."""
    made = stage.router(**fields)
    for host in stage.hosts(made):
        stage.says(host, made.id, ACTIVE if host == by else STANDBY)
    return made


def told(stage, made, host):
    """What a node is told of its part in a router."""
    return Compiler(snapshot.fill(stage.store)).whole(host)["routers", made.id].ha


def wanted(stage, made):
    return [host for host in stage.hosts(made) if told(stage, made, host).wanted]


def drained(stage, host, yes=True):
    where = (("host", (host,)), ("agent_type", ("L3 agent",)))
    (found,) = agent.search(stage.store, ADMIN, Filters(where=where))
    agent.update(stage.store, ADMIN, found.id, AgentChanges(drained=yes))


def failover(stage, made, host=None):
    return move.failover(stage.store, ADMIN, made.id, host)


def test_the_target_is_wanted_until_it_alone_is_master(stage):
    made = carried(stage)
    done = failover(stage, made)
    assert (done.from_host, done.to_host) == ("network1", "network2")
    assert wanted(stage, made) == ["network2"]
    stage.clock.forward(0.1)
    stage.says("network2", made.id, ACTIVE)
    assert wanted(stage, made) == ["network2"], "the old master has not given way yet"
    stage.says("network1", made.id, STANDBY)
    assert wanted(stage, made) == []
    assert stage.masterships(made) == {"network1": STANDBY, "network2": ACTIVE}


def test_a_target_that_does_not_take_over_is_not_wanted_for_ever(stage):
    made = carried(stage)
    failover(stage, made, "network2")
    stage.clock.forward(10)
    stage.alive("network1", "network2")
    assert wanted(stage, made) == []


def test_a_move_that_a_server_with_a_wrong_clock_began_ends_too(stage):
    made = carried(stage)
    stage.clock.forward(3600)
    stage.alive("network1", "network2")
    failover(stage, made, "network2")
    stage.clock.forward(-3600)
    stage.alive("network1")
    assert wanted(stage, made) == []


def test_a_target_with_slow_heartbeats_is_wanted_for_longer(stage):
    made = carried(stage)
    slow = AgentState(agents.L3, "neutron-l3-agent", "nova", 0.0, "", (), {"ha_vrrp_advert_int": 4})
    report.take(stage.store, "network2", Report(agents=(slow,)))
    failover(stage, made, "network2")
    stage.clock.forward(14)
    assert wanted(stage, made) == ["network2"]
    stage.clock.forward(6)
    report.take(stage.store, "network2", Report(agents=(slow,)))
    assert wanted(stage, made) == []


def test_to_move_to_where_it_is_takes_back_a_move_that_is_under_way(stage):
    made = carried(stage)
    failover(stage, made, "network2")
    back = failover(stage, made, "network1")
    assert (back.from_host, back.to_host) == ("network1", "network1")
    assert wanted(stage, made) == []


def test_a_dead_node_is_no_target(stage):
    made = carried(stage)
    stage.clock.forward(20)
    stage.alive("network1")
    for host in (None, "network2"):
        with pytest.raises(Conflict, match="L3 agent on network2 is not alive"):
            failover(stage, made, host)
    assert wanted(stage, made) == []


def test_what_cannot_be_moved_is_refused_with_the_reason(stage):
    with pytest.raises(Conflict, match="not highly available"):
        failover(stage, stage.router(ha=False))
    made = carried(stage)
    with pytest.raises(Conflict, match="not hosted on compute1, but on network"):
        failover(stage, made, "compute1")
    silent = stage.router()
    with pytest.raises(Conflict, match="does not stand by"):
        failover(stage, silent, "network2")
    router.update(stage.store, DEMO, made.id, RouterChanges(admin_state_up=False))
    with pytest.raises(Conflict, match="administratively down"):
        failover(stage, made)


def test_a_drained_node_is_left_by_all_its_routers_and_gets_none(stage):
    stage.alive("network3", roles=(L3,))
    routers = [carried(stage) for _ in range(4)] + [carried(stage, by="network2")]
    drained(stage, "network1")
    targets = [wanted(stage, made) for made in routers]
    assert sorted(targets) == [[], ["network2"], ["network2"], ["network3"], ["network3"]]
    assert [told(stage, made, "network1").drained for made in routers] == [not each for each in targets], (
        "it keeps its place until the chosen one has taken over"
    )
    stage.clock.forward(10)
    stage.alive("network1", "network2", "network3")
    assert all(told(stage, made, "network1").drained for made in routers), "now any other may"
    with pytest.raises(Conflict, match="network1 is drained"):
        failover(stage, routers[4], "network1")
    assert stage.hosts(stage.router())[-1] == "network1", "it stands by for new ones, last in rank"
    assert stage.hosts(stage.router(ha=False)) != ["network1"]


def test_a_node_that_is_drained_no_longer_takes_nothing_back(stage):
    made = carried(stage)
    drained(stage, "network1")
    stage.clock.forward(0.1)
    stage.says("network2", made.id, ACTIVE)
    stage.says("network1", made.id, STANDBY)
    drained(stage, "network1", False)
    assert wanted(stage, made) == []
    assert not told(stage, made, "network1").drained


def test_a_move_to_a_node_ends_when_it_is_drained(stage):
    made = carried(stage)
    failover(stage, made, "network2")
    drained(stage, "network2")
    assert wanted(stage, made) == []


def test_a_drain_lasts_over_an_agents_restart_and_only_l3_agents_can_be_drained(stage):
    made = carried(stage)
    drained(stage, "network1")
    stage.clock.forward(20)
    stage.alive("network1", "network2")
    assert told(stage, made, "network1").drained
    assert wanted(stage, made) == []
    (dhcp,) = agent.search(
        stage.store, ADMIN, Filters(where=(("host", ("network1",)), ("agent_type", ("DHCP agent",))))
    )
    with pytest.raises(BadInput):
        agent.update(stage.store, ADMIN, dhcp.id, AgentChanges(drained=True))


@pytest.fixture
def many(stage):
    """More routers than move at a time, all on one node."""
    return [carried(stage, name=f"r{number:02}") for number in range(AT_ONCE + 5)]


def under_way(stage, routers):
    compiler = Compiler(snapshot.fill(stage.store))
    nodes = [compiler.whole(host) for host in ("network1", "network2")]
    return [made for made in routers if any(node["routers", made.id].ha.wanted for node in nodes)]


def moved(stage, made, to="network2", by="network1"):
    stage.says(to, made.id, ACTIVE)
    stage.says(by, made.id, STANDBY)


def test_a_drain_moves_some_at_a_time_until_all_have_left(stage, many):
    drained(stage, "network1")
    first = under_way(stage, many)
    assert len(first) == AT_ONCE
    assert not any(told(stage, made, "network1").drained for made in many), "who waits stays where it is"
    for left, made in enumerate(reversed(first)):
        stage.clock.forward(0.1)
        stage.alive("network1", "network2")
        moved(stage, made)
        assert len(under_way(stage, many)) == min(AT_ONCE, len(many) - left - 1)
    for made in under_way(stage, many):
        moved(stage, made)
    assert under_way(stage, many) == []
    assert all(told(stage, made, "network1").drained for made in many)


def test_moves_that_do_not_come_to_be_make_room_for_others(stage, many):
    drained(stage, "network1")
    first = under_way(stage, many)
    stage.clock.forward(10)
    stage.alive("network1", "network2")
    rest = under_way(stage, many)
    assert len(rest) == 5
    assert not {made.id for made in first} & {made.id for made in rest}
    stage.clock.forward(10)
    stage.alive("network1", "network2")
    assert under_way(stage, many) == []


def test_what_has_not_begun_ends_with_its_target(stage, many):
    drained(stage, "network1")
    stage.clock.forward(20)
    stage.alive("network1")
    assert under_way(stage, many) == []
    assert not any(place.place.wanted_at for place in move.places(stage.store, ADMIN))


def test_what_has_not_begun_to_leave_a_node_stays_when_it_is_undrained(stage, many):
    drained(stage, "network1")
    first = under_way(stage, many)
    drained(stage, "network1", False)
    for made in first:
        moved(stage, made)
    assert under_way(stage, many) == []
    assert Counter(
        each.place.host for each in move.places(stage.store, ADMIN) if each.place.mastership is ACTIVE
    ) == {
        "network1": 5,
        "network2": AT_ONCE,
    }


def test_a_failover_that_is_asked_for_alone_does_not_wait_its_turn(stage, many):
    drained(stage, "network1")
    (late, *_) = [made for made in many if not wanted(stage, made)]
    failover(stage, late, "network2")
    assert wanted(stage, late) == ["network2"]


def test_rebalancing_many_moves_some_at_a_time(stage):
    many = [carried(stage, name=f"r{number:02}") for number in range(2 * AT_ONCE + 4)]
    assert len(move.rebalance(stage.store, ADMIN)) == AT_ONCE + 2
    assert len(under_way(stage, many)) == AT_ONCE
    before = under_way(stage, many)
    move.rebalance(stage.store, ADMIN)
    assert under_way(stage, many) == before, "what is under way goes on"


def test_rebalancing_moves_the_surplus(stage):
    routers = [carried(stage, name=f"r{number}") for number in range(5)]
    assert len(move.rebalance(stage.store, ADMIN, 1)) == 1
    made = move.rebalance(stage.store, ADMIN)
    assert [(each.from_host, each.to_host) for each in made] == [("network1", "network2")] * 2
    assert [wanted(stage, each) for each in routers].count(["network2"]) == 2
