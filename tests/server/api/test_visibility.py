"""What one project sees and may say, and what only an administrator does."""

import pytest

PROVIDER = {"provider:network_type", "provider:physical_network", "provider:segmentation_id"}
BINDING = {"binding:host_id", "binding:profile", "binding:vif_type", "binding:vif_details"}


def error_of(answer):
    return answer.json()["NeutronError"]["message"]


def test_a_project_does_not_see_anothers_things(alice, bob):
    network = alice.make("network", name="private")
    subnet = alice.make("subnet", network_id=network["id"], cidr="10.1.0.0/24")
    port = alice.make("port", network_id=network["id"])
    for path, thing in (("networks", network), ("subnets", subnet), ("ports", port)):
        assert bob.get(f"/{path}").json()[path] == []
        for answer in (
            bob.get(f"/{path}/{thing['id']}"),
            bob.put(f"/{path}/{thing['id']}", {path[:-1]: {"name": "mine"}}),
            bob.delete(f"/{path}/{thing['id']}"),
        ):
            assert answer.status_code == 404
        assert alice.get(f"/{path}/{thing['id']}").json()[path[:-1]]["name"] == thing["name"]


def test_a_shared_network_is_seen_by_all_and_changed_by_none_of_them(admin, alice):
    network = admin.make("network", name="common", shared=True)
    assert alice.get(f"/networks/{network['id']}").json()["network"]["name"] == "common"
    assert alice.put(f"/networks/{network['id']}", {"network": {"name": "mine"}}).status_code in (403, 404)
    assert admin.get(f"/networks/{network['id']}").json()["network"]["name"] == "common"


def test_members_do_not_see_how_the_network_is_built(admin, alice):
    network = alice.make("network")
    port = alice.make("port", network_id=network["id"])
    assert not PROVIDER & network.keys()
    assert not BINDING & port.keys()
    assert admin.get(f"/networks/{network['id']}").json()["network"].keys() >= PROVIDER
    assert admin.get(f"/ports/{port['id']}").json()["port"].keys() >= BINDING
    assert not BINDING & alice.get("/ports").json()["ports"][0].keys()


@pytest.mark.parametrize(
    ("noun", "attribute", "value"),
    [
        ("network", "provider:network_type", "vxlan"),
        ("network", "shared", True),
        ("network", "router:external", True),
        ("network", "project_id", "another-project"),
        ("router", "ha", True),
        ("router", "distributed", True),
    ],
)
def test_a_member_may_not_say_what_is_an_administrators(alice, noun, attribute, value):
    answer = alice.post(f"/{noun}s", {noun: {attribute: value}})
    assert answer.status_code == 403
    assert attribute in error_of(answer)
    assert alice.get(f"/{noun}s").json()[f"{noun}s"] == []


def test_a_member_may_say_what_is_the_default_anyway(alice):
    assert alice.make("network", shared=False, **{"router:external": False})["shared"] is False


def test_a_member_may_not_bind_a_port(alice):
    network = alice.make("network")
    answer = alice.post("/ports", {"port": {"network_id": network["id"], "binding:host_id": "compute1"}})
    assert (answer.status_code, "binding:host_id" in error_of(answer)) == (403, True)


def test_a_ports_identity_on_anothers_network_is_not_the_members_to_choose(admin, alice):
    common = admin.make("network", shared=True)
    admin.make("subnet", network_id=common["id"], cidr="10.9.0.0/24")
    for attribute, value in (
        ("mac_address", "fa:16:3e:00:00:01"),
        ("device_owner", "network:dhcp"),
        ("fixed_ips", [{"ip_address": "10.9.0.7"}]),
        ("port_security_enabled", False),
        ("allowed_address_pairs", [{"ip_address": "0.0.0.0/1"}]),
    ):
        answer = alice.post("/ports", {"port": {"network_id": common["id"], attribute: value}})
        assert answer.status_code == 403, attribute
        assert attribute in error_of(answer)
    own = alice.make("network")
    alice.make("port", network_id=own["id"], mac_address="fa:16:3e:00:00:01")
    alice.make("port", network_id=common["id"], name="as anybody")


def test_members_see_no_agents(admin, alice):
    assert alice.get("/agents").json() == {"agents": []}
    assert alice.get("/agents/any").status_code == 404
    router = alice.make("router")
    assert alice.get(f"/routers/{router['id']}/l3-agents").status_code == 403
    assert admin.get(f"/routers/{router['id']}/l3-agents").json() == {"agents": []}


def test_an_operators_policy_file_opens_what_is_closed(store, settings, tmp_path):
    from hawser.server.api.auth import NoAuth
    from hawser.server.app import create_app
    from tests.server.api.conftest import MEMBER, Client

    file = tmp_path / "policy.yaml"
    file.write_text('"create_network:shared": "role:member"\n')
    alice = Client(create_app(store, settings, NoAuth(), file), "alice-project", MEMBER)
    assert alice.make("network", shared=True)["shared"] is True
    assert alice.post("/networks", {"network": {"router:external": True}}).status_code == 403


def test_the_subnets_of_an_external_network_are_its_owners_alone(admin, alice):
    network = admin.make("network", **{"router:external": True})
    subnet = admin.make("subnet", network_id=network["id"], cidr="203.0.113.0/24", enable_dhcp=False)
    assert alice.get(f"/networks/{network['id']}").json()["network"]["subnets"] == [subnet["id"]]
    assert alice.get("/subnets").json()["subnets"] == []
    assert alice.get(f"/subnets/{subnet['id']}").status_code == 404
