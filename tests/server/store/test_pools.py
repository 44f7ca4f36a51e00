"""Address space is given out once, by however many servers, and asked for with few statements."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_network

import pytest

from hawser.base.errors import BadInput
from hawser.server.model.filters import ALL
from hawser.server.model.network import NewNetwork
from hawser.server.model.subnet import NewSubnet
from hawser.server.model.subnetpool import NewSubnetPool
from hawser.server.service import ipavailability, network, subnet, subnetpool
from hawser.server.store.session import Store
from tests.server.stage import ADMIN, DEMO, settings
from tests.server.store.test_transactions import at_once, counting, stores  # noqa: F401

CIDR = ip_network("10.0.0.0/24")


def test_no_block_is_given_twice_by_threads_of_two_servers(stores):  # noqa: F811
    draft = NewSubnetPool("demo", "p", (ip_network("10.0.0.0/16"),), default_prefixlen=26)
    (pool,) = subnetpool.create_many(stores[0], DEMO, [draft])

    def job(n):
        made = network.create(stores[n % 2], DEMO, NewNetwork("demo"))
        drafts = [NewSubnet("demo", made.id, subnetpool_id=pool.id) for _ in range(3)]
        return subnet.create_many(stores[n % 2], DEMO, drafts)

    made = [each.cidr for done in at_once([lambda n=n: job(n) for n in range(8)]) for each in done]
    assert sorted(made) == list(ip_network("10.0.0.0/16").subnets(new_prefix=26))[:24]


def test_availability_takes_as_many_queries_for_many_as_for_few(store):
    counts = []
    for _ in range(2):
        for _ in range(3):
            made = network.create(store, DEMO, NewNetwork("demo"))
            subnet.create(store, DEMO, NewSubnet("demo", made.id, CIDR))
        with counting() as queries:
            found = ipavailability.search(store, ADMIN, ALL)
        counts.append((len(found), len(queries)))
    assert [found for found, _ in counts] == [3, 6]
    assert counts[0][1] == counts[1][1] <= 5


def test_subnets_of_all_networks_are_apart_where_the_operator_says_so(connection):
    for overlapping in (True, False):
        store = Store(replace(settings(connection=connection), allow_overlapping_ips=overlapping))
        store.upgrade()
        made = [network.create(store, DEMO, NewNetwork("demo")) for _ in range(2)]
        if overlapping:
            for each in made:
                subnet.create(store, DEMO, NewSubnet("demo", each.id, CIDR))
        else:
            with pytest.raises(BadInput, match="overlaps with another subnet"):
                subnet.create(store, DEMO, NewSubnet("demo", made[0].id, ip_network("10.0.0.128/25")))
        store.close()
