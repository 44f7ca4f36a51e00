"""Highly available routers by the hundred, as operators see where they are."""

import time
from collections import Counter
from dataclasses import replace

import pytest

from hawser.server.service import report
from hawser.wire.report import Mastership, Report, RouterStatus
from tests.server.api.routing import agent_id, alive, error

MANY = 300


@pytest.fixture
def settings(settings):
    """Room for that many, and agents that need not say again that they live."""
    return replace(settings, agent_down_time=600, quotas={**settings.quotas, "router": MANY})


def places(admin):
    return admin.get("/router-places").json()["router_places"]


def first_hosts(admin):
    """How many routers each host is first for."""
    return Counter(each["host"] for each in places(admin) if each["rank"] == 0)


@pytest.mark.service
def test_a_project_has_more_routers_than_one_ha_network_has_room_for(store, admin):
    alive(store, "a", "b")
    made = [admin.make("router", name=f"r{number}", ha=True) for number in range(MANY)]
    ha_ports = admin.get("/ports", device_owner="network:router_ha_interface").json()["ports"]
    on_each = Counter(port["network_id"] for port in ha_ports)
    assert sorted(on_each.values()) == [2 * (MANY - 254), 2 * 254]
    assert len({str(port["fixed_ips"]) for port in ha_ports}) == len(ha_ports)
    assert first_hosts(admin) == {"a": MANY / 2, "b": MANY / 2}
    for router in made:
        assert admin.delete(f"/routers/{router['id']}").status_code == 204
    assert admin.get("/networks").json()["networks"] == []


@pytest.mark.parametrize(("hosts", "shares"), [("ab", [15, 16]), ("abc", [10, 10, 11])])
def test_new_routers_are_carried_evenly(store, admin, hosts, shares):
    alive(store, *hosts)
    for number in range(31):
        admin.make("router", name=f"r{number}", ha=True)
    assert sorted(first_hosts(admin).values()) == shares


def test_a_node_that_comes_takes_its_share_of_what_is_made_from_then_on(store, admin):
    alive(store, "a", "b")
    old = {admin.make("router", ha=True)["id"] for _ in range(4)}
    alive(store, "c")
    assert {each["host"] for each in places(admin) if each["router_id"] in old} == {"a", "b", "c"}
    for _ in range(2):
        admin.make("router", ha=True)
    assert first_hosts(admin) == {"a": 2, "b": 2, "c": 2}


def test_a_node_that_is_taken_away_for_good_is_replaced_by_others(store, admin):
    store.settings = replace(store.settings, max_l3_agents_per_router=2)
    alive(store, "a", "b", "c")
    routers = [admin.make("router", ha=True)["id"] for _ in range(6)]
    assert admin.delete(f"/agents/{agent_id(admin, 'a')}").status_code == 204
    assert Counter((each["host"]) for each in places(admin)) == {"b": 6, "c": 6}
    assert {each["router_id"] for each in places(admin) if each["rank"] == 0} == set(routers)


def test_fewer_nodes_than_the_least_number_is_said_and_nothing_half_made(store, admin):
    store.settings = replace(store.settings, min_l3_agents_per_router=3)
    alive(store, "a", "b")
    refused = admin.post("/routers", {"router": {"ha": True}})
    assert "2 of the 3 that min_l3_agents_per_router" in error(refused, 409, "HANotEnoughAvailableAgents")
    assert admin.get("/routers").json()["routers"] == []
    assert admin.get("/networks").json()["networks"] == []


def test_what_nodes_say_late_has_the_time_when_it_came_about(store, admin):
    """As after a failover without servers: the old master is dead, the new one tells of it when they are back."""
    alive(store, "a", "b")
    router = admin.make("router", ha=True)["id"]
    begun = time.time()

    def says(host, part, at):
        report.take(store, host, Report(routers=(RouterStatus(router, part, at),)))

    says("a", Mastership.ACTIVE, begun - 100)
    says("b", Mastership.STANDBY, begun - 100)
    says("b", Mastership.ACTIVE, begun - 50)
    shown = {each["host"]: each for each in places(admin)}
    assert (shown["a"]["ha_state"], shown["b"]["ha_state"]) == ("unknown", "active")
    assert shown["b"]["ha_state_since"].startswith(
        time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(begun - 50))
    )
    says("a", Mastership.STANDBY, begun)
    assert {each["host"]: each["ha_state"] for each in places(admin)} == {"a": "standby", "b": "active"}


def test_who_is_master_does_not_hang_on_the_clocks_of_nodes(store, admin):
    """Node a's clock is a minute ahead, b's is right. The master is who became so last."""
    alive(store, "a", "b")
    router = admin.make("router", ha=True)["id"]
    begun = time.time()

    def says(host, part, at, sent_at):
        report.take(store, host, Report(routers=(RouterStatus(router, part, at),), sent_at=sent_at))

    says("a", Mastership.ACTIVE, begun + 60 - 30, begun + 60)
    says("b", Mastership.ACTIVE, begun - 1, begun)
    shown = {each["host"]: each["ha_state"] for each in places(admin)}
    assert shown == {"a": "unknown", "b": "active"}


def test_what_is_told_again_is_no_news(store, admin):
    alive(store, "a", "b")
    router = admin.make("router", ha=True)["id"]
    begun = time.time()
    status = RouterStatus(router, Mastership.ACTIVE, begun - 10)
    said = []
    for late in (0.0, 0.1, 0.3):
        report.take(store, "a", Report(routers=(status,), sent_at=begun - late))
        said.append({each["host"]: each["ha_state_since"] for each in places(admin)}["a"])
    assert len(set(said)) == 1
