"""Auto-allocated topologies: a network with a way out for whoever asks for any."""

from concurrent.futures import ThreadPoolExecutor

import pytest

ALICE = "/auto-allocated-topology/alice-project"


def kind_of(answer):
    return answer.status_code, answer.json()["NeutronError"]["type"]


def of(answer):
    assert answer.status_code == 200, answer.text
    return answer.json()["auto_allocated_topology"]


@pytest.fixture
def external(admin):
    network = admin.make("network", **{"router:external": True, "is_default": True})
    admin.make("subnet", network_id=network["id"], cidr="203.0.113.0/24", enable_dhcp=False)
    return network


@pytest.fixture
def pools(admin):
    return [
        admin.make(
            "subnetpool", name="p", prefixes=[prefix], default_prefixlen=length, is_default=True, shared=True
        )
        for prefix, length in (("10.0.0.0/16", 26), ("2001:db8::/48", 64))
    ]


def everything(client):
    return [client.get(f"/{noun}").json()[noun] for noun in ("networks", "subnets", "routers", "ports")]


def test_a_project_gets_a_network_with_a_way_out(alice, external, pools):
    made = of(alice.get(ALICE))
    assert (made["project_id"], made["tenant_id"]) == ("alice-project", "alice-project")
    network = alice.get(f"/networks/{made['id']}").json()["network"]
    assert (network["name"], network["project_id"]) == ("auto_allocated_network", "alice-project")
    subnets = alice.get("/subnets", network_id=made["id"]).json()["subnets"]
    assert {each["subnetpool_id"] for each in subnets} == {pool["id"] for pool in pools}
    (router,) = alice.get("/routers").json()["routers"]
    assert router["name"] == "auto_allocated_router"
    assert router["external_gateway_info"]["network_id"] == external["id"]
    joined = alice.get("/ports", device_id=router["id"]).json()["ports"]
    assert {ip["subnet_id"] for port in joined for ip in port["fixed_ips"]} == {
        each["id"] for each in subnets
    }


def test_it_is_made_once(alice, external, pools):
    first = of(alice.get(ALICE))
    assert of(alice.get(ALICE)) == first
    assert of(alice.get("/auto-allocated-topology/None")) == first
    assert of(alice.get(ALICE, fields="id")) == {"id": first["id"]}
    assert len(alice.get("/routers").json()["routers"]) == 1


def test_it_is_made_once_for_all_who_ask_at_once(alice, external, pools):
    with ThreadPoolExecutor(6) as threads:
        answers = list(threads.map(lambda _: of(alice.get(ALICE)), range(6)))
    assert len({each["id"] for each in answers}) == 1
    assert len(alice.get("/networks", name="auto_allocated_network").json()["networks"]) == 1


def test_what_it_needs_can_be_checked(admin, alice):
    assert kind_of(alice.get(ALICE, fields="dry-run")) == (409, "AutoAllocationFailure")
    network = admin.make("network", **{"router:external": True, "is_default": True})
    assert kind_of(alice.get(ALICE, fields="dry-run")) == (409, "AutoAllocationFailure")
    admin.make("subnetpool", name="p", prefixes=["10.0.0.0/16"], default_prefixlen=26, is_default=True)
    assert of(alice.get(ALICE, fields="dry-run"))["id"] == "dry-run=pass"
    assert alice.get("/routers").json()["routers"] == []
    assert admin.delete(f"/networks/{network['id']}").status_code == 204
    assert kind_of(alice.get(ALICE)) == (409, "AutoAllocationFailure")


def test_nothing_is_left_where_it_cannot_be_made(admin, alice, external, pools):
    admin.put("/quotas/alice-project", {"quota": {"router": 0}})
    before = everything(alice)
    assert kind_of(alice.get(ALICE)) == (409, "AutoAllocationFailure")
    assert everything(alice) == before


def test_it_is_removed_whole(alice, external, pools):
    before = everything(alice)
    network = of(alice.get(ALICE))["id"]
    port = alice.make("port", network_id=network)
    assert kind_of(alice.delete(ALICE)) == (409, "NetworkInUse")
    assert len(alice.get("/routers").json()["routers"]) == 1
    alice.delete(f"/ports/{port['id']}")
    assert alice.delete(ALICE).status_code == 204
    assert everything(alice) == before
    assert alice.delete(ALICE).status_code == 204


def test_a_network_that_was_removed_is_made_anew(admin, alice, external, pools):
    network = of(alice.get(ALICE))["id"]
    (router,) = alice.get("/routers").json()["routers"]
    for subnet in alice.get("/subnets", network_id=network).json()["subnets"]:
        alice.put(f"/routers/{router['id']}/remove_router_interface", {"subnet_id": subnet["id"]})
    assert alice.delete(f"/networks/{network}").status_code == 204
    assert of(alice.get(ALICE))["id"] != network


def test_another_projects_is_an_administrators_to_ask_for(admin, bob, external, pools):
    assert kind_of(bob.get(ALICE)) == (403, "NotAuthorized")
    assert kind_of(bob.delete(ALICE)) == (403, "NotAuthorized")
    made = of(admin.get(ALICE))
    assert admin.get(f"/networks/{made['id']}").json()["network"]["project_id"] == "alice-project"


def test_one_external_network_is_the_default(admin, alice, external):
    assert external["is_default"] is True
    body = {"network": {"router:external": True, "is_default": True}}
    assert kind_of(admin.post("/networks", body)) == (409, "DefaultExternalNetworkExists")
    assert alice.post("/networks", {"network": {"is_default": True}}).status_code == 403
    other = admin.make("network", **{"router:external": True})
    path = f"/networks/{other['id']}"
    change = {"network": {"is_default": True}}
    assert kind_of(admin.put(path, change)) == (409, "DefaultExternalNetworkExists")
    admin.put(f"/networks/{external['id']}", {"network": {"is_default": False}})
    assert admin.put(path, change).json()["network"]["is_default"] is True
    assert [each["id"] for each in admin.get("/networks", is_default=True).json()["networks"]] == [
        other["id"]
    ]
    assert admin.put(path, {"network": {"router:external": False}}).json()["network"]["is_default"] is False
    assert admin.make("network", is_default=True)["is_default"] is False
