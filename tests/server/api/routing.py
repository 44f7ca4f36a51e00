"""What the tests around routers share: agents that say they are alive, and things made over the API."""

import time

from hawser.server.service import report
from hawser.wire.report import AgentState, Report


def alive(store, *hosts, zone="nova", kinds=("L3 agent", "DHCP agent")):
    """Nodes of a zone give signs of life."""
    states = tuple(AgentState(kind, "binary", zone, time.time(), "", (), {}) for kind in kinds)
    for host in hosts:
        report.take(store, host, Report(agents=states))


def agent_id(admin, host, kind="L3 agent"):
    return admin.get("/agents", host=host, agent_type=kind).json()["agents"][0]["id"]


def error(answer, status, kind):
    """The message of an answer, which must be of this status and type."""
    assert answer.status_code == status, answer.text
    told = answer.json()["NeutronError"]
    assert told["type"] == kind, told
    return told["message"]


def external(admin, cidr="203.0.113.0/24", name="external"):
    network = admin.make("network", name=name, **{"router:external": True})
    admin.make("subnet", name=f"{name}-subnet", network_id=network["id"], cidr=cidr, enable_dhcp=False)
    return network


def lan(client, cidr="10.0.0.0/24"):
    """A network's id and its subnet's."""
    network = client.make("network")
    return network["id"], client.make("subnet", network_id=network["id"], cidr=cidr)["id"]


def joined(client, subnet_id, gateway=None):
    """A router that joins a subnet to an external network."""
    wanted = {"external_gateway_info": {"network_id": gateway["id"]}} if gateway else {}
    router = client.make("router", **wanted)
    answer = client.put(f"/routers/{router['id']}/add_router_interface", {"subnet_id": subnet_id})
    assert answer.status_code == 200, answer.text
    return router
