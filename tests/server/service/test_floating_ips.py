"""Floating IPs: addresses that move among ports."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from hawser.base.errors import BadInput, Conflict, NotFound
from hawser.server.model.filters import ALL
from hawser.server.model.floatingip import FloatingIpChanges
from hawser.server.model.router import RouterChanges
from hawser.server.service import floatingip, port, router
from tests.server.stage import ADMIN, DEMO, OTHER


@pytest.fixture
def external(stage):
    return stage.external()


@pytest.fixture
def edge(stage, lan, external):
    """A router between ``lan`` and ``external``."""
    made = stage.gateway(stage.router(), external)
    stage.joined(made, stage.subnet(lan, "10.0.0.0/24"))
    return made


def test_it_takes_an_address_of_the_external_network(stage, external):
    made = stage.floating(external)
    assert (str(made.address), made.status, made.port_id) == ("203.0.113.2", "DOWN", None)
    held = port.get(stage.store, ADMIN, made.external_port_id)
    assert (held.device_owner, held.device_id, held.project_id) == ("network:floatingip", made.id, "")
    wished = stage.floating(external, address=ip_address("203.0.113.99"))
    assert str(wished.address) == "203.0.113.99"
    floatingip.delete(stage.store, DEMO, made.id)
    assert stage.floating(external).address == made.address


def test_it_is_joined_to_a_port_and_parted(stage, external, lan, edge):
    host = stage.port(lan)
    made = stage.floating(external, port_id=host.id)
    assert (made.fixed_address, made.router_id, made.status) == (host.fixed_ips[0].address, edge.id, "ACTIVE")
    free = floatingip.update(stage.store, DEMO, made.id, FloatingIpChanges(port_id=None))
    assert (free.port_id, free.fixed_address, free.router_id, free.status) == (None, None, None, "DOWN")
    again = floatingip.update(stage.store, DEMO, made.id, FloatingIpChanges(port_id=host.id))
    assert again.router_id == edge.id
    noted = floatingip.update(stage.store, DEMO, made.id, FloatingIpChanges(description="web"))
    assert (noted.port_id, noted.description) == (host.id, "web")


def test_a_port_that_no_router_reaches_is_refused(stage, external, lan):
    stage.subnet(lan, "10.0.0.0/24")
    host = stage.port(lan)
    with pytest.raises(NotFound) as refused:
        stage.floating(external, port_id=host.id)
    assert refused.value.kind == "ExternalGatewayForFloatingIPNotFound"
    assert "not reachable" in str(refused.value)
    assert floatingip.search(stage.store, ADMIN, ALL) == []
    assert not any(each.device_owner == "network:floatingip" for each in port.search(stage.store, ADMIN, ALL))


def test_an_address_has_one_floating_ip(stage, external, lan, edge):
    host = stage.port(lan)
    stage.floating(external, port_id=host.id)
    second = stage.floating(external)
    with pytest.raises(Conflict) as refused:
        floatingip.update(stage.store, DEMO, second.id, FloatingIpChanges(port_id=host.id))
    assert refused.value.kind == "FloatingIPPortAlreadyAssociated"


def test_it_holds_the_router_and_its_interface(stage, external, lan, edge):
    host = stage.port(lan)
    stage.floating(external, port_id=host.id)
    subnet_id = host.fixed_ips[0].subnet_id
    with pytest.raises(Conflict) as refused:
        router.remove_interface(stage.store, DEMO, edge.id, subnet_id=subnet_id)
    assert refused.value.kind == "RouterInterfaceInUseByFloatingIP"
    with pytest.raises(Conflict) as refused:
        router.update(stage.store, DEMO, edge.id, RouterChanges(gateway=None))
    assert refused.value.kind == "RouterExternalGatewayInUseByFloatingIp"


@pytest.mark.parametrize("address", ["10.0.0.99", "fd00::1"])
def test_an_address_that_the_port_does_not_have_is_refused(stage, external, lan, edge, address):
    host = stage.port(lan)
    with pytest.raises(BadInput) as refused:
        stage.floating(external, port_id=host.id, fixed_address=ip_address(address))
    assert refused.value.field == "fixed_ip_address"


def test_only_external_networks_have_floating_ips(stage, lan):
    with pytest.raises(BadInput) as refused:
        stage.floating(lan)
    assert refused.value.kind == "BadRequest"


def test_those_of_another_project_do_not_exist(stage, external, lan, edge):
    made = stage.floating(external)
    with pytest.raises(NotFound) as refused:
        floatingip.get(stage.store, OTHER, made.id)
    assert refused.value.kind == "FloatingIPNotFound"
    foreign = stage.port(stage.network(OTHER), OTHER)
    with pytest.raises(NotFound) as refused:
        floatingip.update(stage.store, DEMO, made.id, FloatingIpChanges(port_id=foreign.id))
    assert refused.value.kind == "PortNotFound"
