"""Lists: filters, fields, order, pages."""

import pytest


@pytest.fixture
def networks(admin):
    return [
        admin.make("network", name=name, admin_state_up=up)
        for name, up in (("red", True), ("green", False), ("blue", True))
    ]


def names(answer, plural="networks"):
    assert answer.status_code == 200, answer.text
    return [item["name"] for item in answer.json()[plural]]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, {"red", "green", "blue"}),
        ({"name": "red"}, {"red"}),
        ({"name": ["red", "blue"]}, {"red", "blue"}),
        ({"name": "RED"}, set()),
        ({"admin_state_up": "False"}, {"green"}),
        ({"admin_state_up": "true", "name": ["green", "blue"]}, {"blue"}),
        ({"router:external": "True"}, set()),
        ({"tenant_id": "admin-project"}, {"red", "green", "blue"}),
        ({"project_id": "another"}, set()),
        ({"status": "ACTIVE"}, {"red", "green", "blue"}),
        ({"status": "DOWN"}, set()),
        ({"status": "ACTIVE", "name": "red"}, {"red"}),
        ({"provider:network_type": "vxlan"}, {"red", "green", "blue"}),
        ({"mtu": "1450"}, {"red", "green", "blue"}),
    ],
)
def test_filters(admin, networks, query, expected):
    assert set(names(admin.get("/networks", **query))) == expected


def test_fields_are_the_only_ones_shown(admin, networks):
    for item in admin.get("/networks", fields=["name", "mtu"]).json()["networks"]:
        assert item.keys() == {"name", "mtu"}
    one = admin.get(f"/networks/{networks[0]['id']}", fields="name").json()["network"]
    assert one == {"name": "red"}


def test_order(admin, networks):
    assert names(admin.get("/networks", sort_key="name")) == ["blue", "green", "red"]
    assert names(admin.get("/networks", sort_key="name", sort_dir="desc")) == ["red", "green", "blue"]
    both = {"sort_key": ["admin_state_up", "name"], "sort_dir": ["desc", "desc"]}
    assert names(admin.get("/networks", **both)) == ["red", "blue", "green"]


@pytest.mark.parametrize("more", [{}, {"status": "ACTIVE"}])
def test_pages_follow_their_links_to_the_end(admin, networks, more):
    seen = []
    answer = admin.get("/networks", limit=2, sort_key="name", **more)
    while True:
        seen += names(answer)
        links = linked(answer)
        if "next" not in links:
            break
        answer = admin("GET", links["next"])
    assert seen == ["blue", "green", "red"]


@pytest.mark.parametrize("more", [{}, {"status": "ACTIVE"}])
def test_a_page_leads_back_to_the_one_before(admin, networks, more):
    first = admin.get("/networks", limit=1, sort_key="name", **more)
    second = admin("GET", linked(first)["next"])
    assert names(second) == ["green"]
    assert names(admin("GET", linked(second)["previous"])) == names(first)


def linked(answer):
    """The page's links by their relation."""
    return {link["rel"]: link["href"] for link in answer.json().get("networks_links", [])}


def test_ports_by_what_they_hold(admin, networks):
    subnet = admin.make("subnet", network_id=networks[0]["id"], cidr="10.0.0.0/24", enable_dhcp=False)
    port = admin.make("port", network_id=networks[0]["id"], device_id="vm-1")
    other = admin.make("port", network_id=networks[0]["id"])
    address = port["fixed_ips"][0]["ip_address"]

    def found(**query):
        return [item["id"] for item in admin.get("/ports", **query).json()["ports"]]

    assert found(fixed_ips=f"ip_address={address}") == [port["id"]]
    assert set(found(fixed_ips=f"subnet_id={subnet['id']}")) == {port["id"], other["id"]}
    assert found(fixed_ips=[f"subnet_id={subnet['id']}", f"ip_address={address}"]) == [port["id"]]
    assert found(device_id="vm-1") == [port["id"]]
    assert found(mac_address=port["mac_address"].upper()) == [port["id"]]
    assert set(found(security_groups=port["security_groups"][0])) == {port["id"], other["id"]}
    assert found(security_groups="none") == []
