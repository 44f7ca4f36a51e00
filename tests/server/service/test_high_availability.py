"""HA networks, places of routers on nodes, and who is shown as active."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from hawser.base.errors import BadInput, Conflict, NotFound
from hawser.server.model.agent import AgentChanges
from hawser.server.model.filters import ALL, Filters
from hawser.server.model.router import RouterChanges
from hawser.server.service import agent, network, port, router, subnet
from hawser.server.store.tables.router import routers
from hawser.wire.report import Mastership
from tests.server.stage import ADMIN, DEMO, L3, OTHER

ACTIVE, STANDBY, UNKNOWN = Mastership.ACTIVE, Mastership.STANDBY, Mastership.UNKNOWN


def agent_on(stage, host):
    where = (("host", (host,)), ("agent_type", ("L3 agent",)))
    return agent.search(stage.store, ADMIN, Filters(where=where))[0]


def ha_ports(stage, made):
    where = (("device_id", (made.id,)), ("device_owner", ("network:router_ha_interface",)))
    return port.search(stage.store, ADMIN, Filters(where=where, sort=(("host", False),)))


def test_the_first_ha_router_of_a_project_brings_its_hidden_ha_network(stage):
    made = stage.router()
    (hidden,) = network.search(stage.store, ADMIN, ALL)
    assert (hidden.id, hidden.name, hidden.project_id) == (made.ha_network_id, "HA network tenant demo", "")
    (addresses,) = subnet.search(stage.store, ADMIN, ALL)
    assert str(addresses.cidr) == "169.254.192.0/18"
    assert (addresses.gateway_ip, addresses.enable_dhcp) == (None, False)
    assert network.search(stage.store, DEMO, ALL) == []
    assert port.search(stage.store, DEMO, ALL) == []
    with pytest.raises(NotFound):
        network.get(stage.store, DEMO, hidden.id)


def test_each_host_has_a_port_on_the_ha_network(stage):
    ports = ha_ports(stage, stage.router())
    assert [(each.host, each.name) for each in ports] == [
        ("network1", "HA port tenant demo"),
        ("network2", "HA port tenant demo"),
    ]
    assert [str(each.fixed_ips[0].address) for each in ports] == ["169.254.192.1", "169.254.192.2"]


def test_routers_of_a_project_share_its_ha_network_and_the_last_one_takes_it_away(stage):
    first, second, foreign = stage.router(), stage.router(), stage.router(OTHER)
    assert first.ha_network_id == second.ha_network_id != foreign.ha_network_id
    assert (first.vrid, second.vrid, foreign.vrid) == (1, 2, 1)
    router.delete(stage.store, DEMO, first.id)
    assert len(network.search(stage.store, ADMIN, ALL)) == 2
    router.delete(stage.store, DEMO, second.id)
    assert [each.id for each in network.search(stage.store, ADMIN, ALL)] == [foreign.ha_network_id]


def test_first_places_are_spread_evenly(stage):
    stage.alive("network3", roles=(L3,))
    made = [stage.router() for _ in range(9)]
    assert Counter(stage.hosts(each)[0] for each in made) == {"network1": 3, "network2": 3, "network3": 3}
    assert all(len(set(stage.hosts(each))) == 3 for each in made)


def test_too_few_live_agents_is_a_conflict_and_makes_nothing(stage):
    stage.clock.forward(20)
    stage.alive("network1")
    with pytest.raises(Conflict) as refused:
        stage.router()
    assert refused.value.kind == "HANotEnoughAvailableAgents"
    assert network.search(stage.store, ADMIN, ALL) == []
    assert router.search(stage.store, ADMIN, ALL) == []
    assert stage.hosts(stage.router(ha=False)) == ["network1"]


def test_a_new_agent_joins_the_routers_that_lack_one(stage):
    made, plain = stage.router(), stage.router(ha=False)
    assert stage.hosts(made) == ["network1", "network2"]
    stage.alive("network3", "network4", roles=(L3,))
    assert stage.hosts(made) == ["network1", "network2", "network3"]
    assert stage.hosts(plain) == ["network2"]


def test_an_agent_that_is_deleted_is_followed_by_the_next_in_rank(stage):
    stage.alive("network3", "network4", roles=(L3,))
    made = stage.router()
    inside = stage.subnet(stage.network(), "10.0.0.0/24")
    joined = stage.joined(made, inside)
    first, second, third = stage.hosts(made)
    assert joined.host == first
    agent.delete(stage.store, ADMIN, agent_on(stage, first).id)
    assert stage.hosts(made)[:2] == [second, third]
    assert len(stage.hosts(made)) == 3
    assert port.get(stage.store, ADMIN, joined.id).host == second
    assert {each.host for each in ha_ports(stage, made)} == set(stage.hosts(made))


def test_an_agent_that_is_administratively_down_gets_nothing_new(stage):
    down = agent_on(stage, "network1")
    agent.update(stage.store, ADMIN, down.id, AgentChanges(admin_state_up=False))
    made = stage.router(ha=False)
    assert stage.hosts(made) == ["network2"]
    with pytest.raises(Conflict):
        stage.router()
    agent.update(stage.store, ADMIN, down.id, AgentChanges(admin_state_up=True))
    assert stage.hosts(stage.router()) == ["network1", "network2"]


def test_ports_are_bound_where_the_router_is_active(stage):
    made = stage.gateway(stage.router(), stage.external())
    joined = stage.joined(made, stage.subnet(stage.network(), "10.0.0.0/24"))
    stage.says("network2", made.id, ACTIVE)
    for id in (joined.id, made.gateway.port_id):
        assert port.get(stage.store, ADMIN, id).host == "network2"
    assert stage.masterships(made) == {"network1": UNKNOWN, "network2": ACTIVE}


def test_ports_follow_to_the_one_that_goes_on_where_a_later_active_has_died(stage):
    made = stage.gateway(stage.router(), stage.external())
    stage.says("network1", made.id, ACTIVE)
    stage.clock.forward(1)
    stage.says("network2", made.id, ACTIVE)

    def bound():
        return port.get(stage.store, ADMIN, made.gateway.port_id).host

    stage.alive("network1")
    assert bound() == "network2"
    stage.clock.forward(20)
    stage.alive("network1")
    assert bound() == "network1"
    stage.alive("network2")
    stage.says("network1", made.id, STANDBY)
    assert bound() == "network2", "it was not dead, and the other has given way to it"


def test_the_newest_active_is_shown_and_no_dead_one(stage):
    made = stage.router()
    stage.says("network1", made.id, ACTIVE)
    stage.says("network2", made.id, STANDBY)
    assert stage.masterships(made) == {"network1": ACTIVE, "network2": STANDBY}
    stage.clock.forward(1)
    stage.says("network2", made.id, ACTIVE)
    assert stage.masterships(made) == {"network1": UNKNOWN, "network2": ACTIVE}
    stage.clock.forward(20)
    stage.alive("network1")
    assert stage.masterships(made) == {"network1": ACTIVE, "network2": UNKNOWN}


def test_a_node_speaks_only_of_routers_that_it_hosts(stage):
    made = stage.router()
    stage.says("compute1", made.id, ACTIVE)
    assert stage.masterships(made) == {"network1": UNKNOWN, "network2": UNKNOWN}


def test_a_standby_node_may_say_that_a_routers_port_is_wired(stage):
    made = stage.router()
    joined = stage.joined(made, stage.subnet(stage.network(), "10.0.0.0/24"))
    stage.wired("network2", joined.id)
    assert port.get(stage.store, ADMIN, joined.id).status == "ACTIVE"
    stage.wired("network2", joined.id, up=False)
    assert port.get(stage.store, ADMIN, joined.id).status == "ACTIVE"
    stage.wired("network1", joined.id, up=False)
    assert port.get(stage.store, ADMIN, joined.id).status == "DOWN"


def test_a_project_can_have_more_ha_routers_than_there_are_virtual_router_ids(stage):
    first = stage.router()
    with stage.store.write() as tx:
        for vrid in range(2, 255):
            routers.add(tx, replace(first, id=str(vrid), vrid=vrid))
    further, another = stage.router(), stage.router()
    assert further.ha_network_id == another.ha_network_id != first.ha_network_id
    assert (further.vrid, another.vrid) == (1, 2)
    assert len(ha_ports(stage, further)) == 2
    assert network.search(stage.store, DEMO, ALL) == []
    router.delete(stage.store, DEMO, first.id)
    assert stage.router().ha_network_id == first.ha_network_id, "what became free is used again"


def test_each_ha_network_goes_with_its_last_router(stage):
    first = stage.router()
    with stage.store.write() as tx:
        for vrid in range(2, 255):
            routers.add(tx, replace(first, id=str(vrid), vrid=vrid))
    further = stage.router()
    router.delete(stage.store, DEMO, further.id)
    assert [each.id for each in network.search(stage.store, ADMIN, ALL)] == [first.ha_network_id]
    assert stage.router().ha_network_id not in (first.ha_network_id, further.ha_network_id)


def test_a_router_that_is_down_becomes_highly_available_and_back(stage):
    made = stage.router(ha=False)
    joined = stage.joined(made, stage.subnet(stage.network(), "10.0.0.0/24"))
    with pytest.raises(BadInput):
        router.update(stage.store, ADMIN, made.id, RouterChanges(ha=True))
    router.update(stage.store, ADMIN, made.id, RouterChanges(admin_state_up=False))
    now = router.update(stage.store, ADMIN, made.id, RouterChanges(ha=True))
    assert (now.ha, now.vrid, len(stage.hosts(now))) == (True, 1, 2)
    assert port.get(stage.store, ADMIN, joined.id).device_owner == "network:ha_router_replicated_interface"
    back = router.update(stage.store, ADMIN, made.id, RouterChanges(ha=False))
    assert (back.ha, back.vrid, back.ha_network_id, len(stage.hosts(back))) == (False, None, None, 1)
    assert ha_ports(stage, back) == []
    assert port.get(stage.store, ADMIN, joined.id).device_owner == "network:router_interface"


def test_agents_are_alive_as_long_as_they_say_so(stage):
    assert {each.alive for each in agent.search(stage.store, ADMIN, ALL)} == {True}
    stage.clock.forward(10)
    stage.alive("network2")
    stage.clock.forward(10)
    alive = agent.search(stage.store, ADMIN, Filters(where=(("alive", (True,)),)))
    assert {each.host for each in alive} == {"network2"}
    dead = agent.search(stage.store, ADMIN, Filters(where=(("alive", ("false",)),)))
    assert {each.host for each in dead} == {"network1"}


def test_what_an_agent_hosts_is_listed(stage):
    made = stage.router()
    lan = stage.network()
    stage.subnet(lan, "10.0.0.0/24")
    assert agent.routers(stage.store, ADMIN, agent_on(stage, "network1").id) == [made]
    (dhcp,) = agent.search(
        stage.store, ADMIN, Filters(where=(("host", ("network1",)), ("agent_type", ("DHCP agent",))))
    )
    assert [each.id for each in agent.networks(stage.store, ADMIN, dhcp.id)] == [lan.id]
