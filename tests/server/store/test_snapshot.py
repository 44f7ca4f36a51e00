"""A picture that catches up is the picture that one fills anew."""

from __future__ import annotations

import random
from dataclasses import replace
from ipaddress import ip_network

import pytest
from sqlalchemy import update

from hawser.base.errors import HawserError
from hawser.server.compile.picture import Change, Picture
from hawser.server.model.filters import ALL
from hawser.server.model.network import NetworkChanges, NewNetwork
from hawser.server.model.port import NewPort, PortChanges
from hawser.server.model.router import NewRouter
from hawser.server.model.subnet import NewSubnet
from hawser.server.service import agent, network, port, report, router, subnet
from hawser.server.store import snapshot
from hawser.server.store.tables import log
from hawser.wire.report import AgentState, Mastership, Report, RouterStatus
from tests.server.stage import ADMIN

KINDS = ("L3 agent", "DHCP agent")


def alive(store, host):
    states = tuple(AgentState(kind, "binary", "nova", 0.0, "", (), {}) for kind in KINDS)
    report.take(store, host, Report(agents=states))


def any_of(chance, things):
    return chance.choice(things).id if things else "none"


def make_network(store, chance):
    made = network.create(store, ADMIN, NewNetwork("demo"))
    subnet.create(store, ADMIN, NewSubnet("demo", made.id, ip_network("10.0.0.0/24")))


def change(store, chance):
    id = any_of(chance, network.search(store, ADMIN, ALL))
    network.update(store, ADMIN, id, NetworkChanges(name=str(chance.random())))


def make_port(store, chance):
    port.create(store, ADMIN, NewPort("demo", any_of(chance, network.search(store, ADMIN, ALL))))


def bind_port(store, chance):
    id = any_of(chance, port.search(store, ADMIN, ALL))
    port.update(store, ADMIN, id, PortChanges(host=chance.choice(["a", "b"])))


def remove_port(store, chance):
    port.delete(store, ADMIN, any_of(chance, port.search(store, ADMIN, ALL)))


def make_router(store, chance):
    router.create(store, ADMIN, NewRouter("demo", ha=chance.random() < 0.7))


def join(store, chance):
    subnet_id = any_of(chance, subnet.search(store, ADMIN, ALL))
    id = any_of(chance, router.search(store, ADMIN, ALL))
    router.add_interface(store, ADMIN, id, subnet_id=subnet_id)


def remove_router(store, chance):
    router.delete(store, ADMIN, any_of(chance, router.search(store, ADMIN, ALL)))


def become_active(store, chance):
    status = RouterStatus(any_of(chance, router.search(store, ADMIN, ALL)), Mastership.ACTIVE, 1e9)
    report.take(store, chance.choice("abc"), Report(routers=(status,)))


def come(store, chance):
    alive(store, chance.choice("abcd"))


def forget(store, chance):
    agent.delete(store, ADMIN, any_of(chance, agent.search(store, ADMIN, ALL)))


def remove_network(store, chance):
    network.delete(store, ADMIN, any_of(chance, network.search(store, ADMIN, ALL)))


DEEDS = (
    make_network,
    change,
    make_port,
    make_port,
    bind_port,
    remove_port,
    make_router,
    join,
    remove_router,
    become_active,
    come,
    forget,
    remove_network,
)


def without_breath(picture: Picture) -> Picture:
    """The picture without the times at which agents were heard of."""
    agents = {
        id: replace(each, alive=True, heartbeat_at=each.created_at) for id, each in picture.agents.items()
    }
    return replace(picture, agents=agents)


@pytest.mark.parametrize("seed", range(4))
def test_whatever_happens_catching_up_gives_what_filling_gives(store, seed):
    chance = random.Random(seed)
    for host in "ab":
        alive(store, host)
    picture = snapshot.fill(store)
    done = 0
    for _ in range(60):
        try:
            chance.choice(DEEDS)(store, chance)
            done += 1
        except HawserError:
            pass  # not all of it can be done at any time; what cannot leaves nothing, which is the point
        if chance.random() < 0.5:
            snapshot.catch_up(store, picture)
            assert without_breath(picture) == without_breath(snapshot.fill(store))
    assert done > 20


def test_signs_of_life_are_no_change(store):
    alive(store, "a")
    picture = snapshot.fill(store)
    alive(store, "a")
    assert snapshot.catch_up(store, picture) == []


def test_a_change_says_what_the_thing_was_and_what_it_is(store):
    made = network.create(store, ADMIN, NewNetwork("demo"))
    picture = snapshot.fill(store)
    renamed = network.update(store, ADMIN, made.id, NetworkChanges(name="other"))
    assert snapshot.catch_up(store, picture) == [Change("networks", made.id, made, renamed)]
    network.delete(store, ADMIN, made.id)
    assert snapshot.catch_up(store, picture) == [Change("networks", made.id, renamed, None)]


def test_a_picture_older_than_the_log_is_filled_anew(store):
    make_network(store, random.Random(0))
    old = snapshot.fill(store)
    with store.write() as tx:
        tx.execute(update(log.counter).values(revision=20_098))
    first = network.create(store, ADMIN, NewNetwork("demo"))
    second = network.create(store, ADMIN, NewNetwork("demo"))
    assert (first.revision, second.revision) == (20_099, 20_100)
    with store.read() as tx:
        assert [row.revision for row in tx.execute(log.changes.select())] == [20_099, 20_100]
    assert snapshot.catch_up(store, old)
    assert old == snapshot.fill(store)
    assert {first.id, second.id} < set(old.networks)


def test_a_picture_that_is_read_page_by_page_holds_all(store, monkeypatch):
    alive(store, "a")
    for _ in range(4):
        make_network(store, random.Random(0))
    whole = snapshot.fill(store)
    monkeypatch.setattr(snapshot, "_REREAD_AT_MOST", 0)
    monkeypatch.setattr(snapshot, "_PAGE", 2)
    assert snapshot.fill(store) == whole
    assert set(whole.networks) == {each.id for each in network.search(store, ADMIN, ALL)}
    assert set(whole.ports) == {each.id for each in port.search(store, ADMIN, ALL)}
    assert len(whole.ports) >= 4
    network.delete(store, ADMIN, min(whole.networks))
    change(store, random.Random(0))
    snapshot.catch_up(store, whole)
    assert whole == snapshot.fill(store)
    assert len(whole.networks) == 3
