"""A node shows who it is, and is told of itself only."""

from __future__ import annotations

import httpx
import pytest

from hawser.wire import version
from tests.scenario.world import World

pytestmark = [pytest.mark.lab]


def _key(world: World, node: str) -> str:
    shown = world.lab.node(node).run(["grep", "-h", "node_key", "/etc/neutron/neutron.conf"]).stdout
    return shown.partition("=")[2].strip()


def _headers(world: World) -> dict[str, str]:
    return {"Authorization": f"Bearer {_key(world, 'network1')}", version.HEADER: str(version.VERSION)}


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic x"}])
def test_without_its_key_nobody_is_told_anything(world: World, headers: dict[str, str]):
    url = f"http://127.0.0.1:{world.lab.record.ports['network']}/feed/v1/hosts/network1"
    assert httpx.get(f"{url}/watch", headers=headers, trust_env=False).status_code == 401
    assert httpx.post(f"{url}/reports", headers=headers, content=b"{}", trust_env=False).status_code == 401


def test_a_nodes_key_opens_no_other_nodes_stream(world: World):
    url = f"http://127.0.0.1:{world.lab.record.ports['network']}/feed/v1/hosts"
    headers = _headers(world)
    assert httpx.get(f"{url}/network2/watch", headers=headers, trust_env=False).status_code == 401
    with httpx.stream("GET", f"{url}/network1/watch", headers=headers, trust_env=False) as stream:
        assert stream.status_code == 200
        assert world.router in next(stream.iter_lines())


def test_a_report_that_does_not_fit_is_refused(world: World):
    url = f"http://127.0.0.1:{world.lab.record.ports['network']}/feed/v1/hosts/network1/reports"
    headers = _headers(world)
    answer = httpx.post(url, headers=headers, content=b'{"ports": 3}', trust_env=False)
    assert answer.status_code == 400
