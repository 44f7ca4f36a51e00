"""Planned moves as clients ask for them: an extension of our own, an administrator's."""

import time

import pytest

from hawser.server.service import report
from hawser.wire.report import Mastership, Report, RouterStatus
from tests.server.api.routing import agent_id, alive, error


@pytest.fixture
def router(store, admin):
    """A highly available router of the administrator's that node a carries."""
    alive(store, "a", "b")
    made = admin.make("router", ha=True, name="gate")
    says(store, made, a=Mastership.ACTIVE, b=Mastership.STANDBY)
    return made


def says(store, router, **parts):
    for host, part in parts.items():
        report.take(store, host, Report(routers=(RouterStatus(router["id"], part, time.time()),)))


def wanted(admin):
    return [each["host"] for each in admin.get("/router-places", wanted="True").json()["router_places"]]


def test_it_is_an_extension(alice):
    assert alice.get("/extensions/hawser-router-moves").status_code == 200


@pytest.mark.parametrize("body", [{}, {"host": None}, {"host": "b"}])
def test_a_router_is_moved_and_where_it_is_can_be_read(store, admin, router, body):
    answer = admin.put(f"/routers/{router['id']}/failover", body)
    assert answer.status_code == 200
    assert answer.json()["router_move"] == {
        "router_id": router["id"],
        "router_name": "gate",
        "from_host": "a",
        "to_host": "b",
    }
    assert wanted(admin) == ["b"]
    says(store, router, b=Mastership.ACTIVE, a=Mastership.STANDBY)
    places = admin.get("/router-places", router_id=router["id"]).json()["router_places"]
    assert {each["host"]: each["ha_state"] for each in places} == {"a": "standby", "b": "active"}
    assert wanted(admin) == []


def test_a_node_is_drained_by_its_l3_agent(admin, router):
    l3 = f"/agents/{agent_id(admin, 'a')}"
    assert admin.put(l3, {"agent": {"drained": True}}).json()["agent"]["drained"] is True
    assert wanted(admin) == ["b"]
    assert [each["host"] for each in admin.get("/agents", drained="True").json()["agents"]] == ["a"]
    admin.put(l3, {"agent": {"drained": False}})
    assert admin.get(l3).json()["agent"]["drained"] is False


def test_rebalancing_answers_with_the_moves(store, admin, router):
    second = admin.make("router", ha=True, name="second")
    says(store, second, a=Mastership.ACTIVE, b=Mastership.STANDBY)
    answer = admin.post("/routers/rebalance", {})
    (moved,) = answer.json()["router_moves"]
    assert (answer.status_code, moved["from_host"], moved["to_host"]) == (200, "a", "b")
    for body in ({"all": True}, {"most": 0}, {"most": True}, {"most": "1"}):
        error(admin.post("/routers/rebalance", body), 400, "HTTPBadRequest")


def test_what_cannot_be_is_refused_in_words(admin, router):
    path = f"/routers/{router['id']}/failover"
    assert "not hosted on c" in error(admin.put(path, {"host": "c"}), 409, "MoveImpossible")
    for body in ({"host": 7}, {"host": ""}, {"to": "b"}):
        error(admin.put(path, body), 400, "HTTPBadRequest")
    plain = admin.make("router", ha=False)
    error(admin.put(f"/routers/{plain['id']}/failover", {}), 409, "RouterNotMovable")


def test_only_an_administrator_moves_routers(alice, bob, router, store):
    own = alice.make("router")
    error(alice.put(f"/routers/{own['id']}/failover", {}), 403, "PolicyNotAuthorized")
    error(bob.put(f"/routers/{own['id']}/failover", {}), 404, "RouterNotFound")
    error(alice.post("/routers/rebalance", {}), 403, "PolicyNotAuthorized")
    error(alice.get("/router-places"), 403, "PolicyNotAuthorized")
