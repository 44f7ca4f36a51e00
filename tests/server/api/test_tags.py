"""Tags, revisions that a change is bound to, and quotas."""

import pytest


@pytest.fixture
def network(alice):
    return alice.make("network", name="red")


def test_tags_are_set_found_and_taken_away(alice, network):
    path = f"/networks/{network['id']}/tags"
    assert alice.put(path, {"tags": ["a", "b"]}).json() == {"tags": ["a", "b"]}
    assert alice("PUT", f"/v2.0{path}/c").status_code == 201
    assert alice.get(f"/networks/{network['id']}").json()["network"]["tags"] == ["a", "b", "c"]
    assert alice.delete(f"{path}/a").status_code == 204
    assert alice.get(f"{path}/a").status_code == 404
    assert alice.get(path).json() == {"tags": ["b", "c"]}
    assert alice.delete(path).status_code == 204
    assert alice.get(path).json() == {"tags": []}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"tags": "a,b"}, ["red"]),
        ({"tags": "a"}, ["red", "blue"]),
        ({"tags-any": "b,c"}, ["red"]),
        ({"not-tags": "a,b"}, ["blue", "green"]),
        ({"not-tags-any": "a"}, ["green"]),
        ({"tags": "A"}, []),
        ({"tags": "%"}, []),
    ],
)
def test_lists_are_filtered_by_tags(alice, network, query, found):
    blue, _ = alice.make("network", name="blue"), alice.make("network", name="green")
    alice.put(f"/networks/{network['id']}/tags", {"tags": ["a", "b"]})
    alice.put(f"/networks/{blue['id']}/tags", {"tags": ["a"]})
    names = [each["name"] for each in alice.get("/networks", **query).json()["networks"]]
    assert sorted(names) == sorted(found)


def test_tags_are_the_owners_alone(bob, network):
    assert bob.put(f"/networks/{network['id']}/tags", {"tags": ["a"]}).status_code == 404


@pytest.mark.parametrize("tag", ["", " ", "a,b", "x" * 256, "a\nb"])
def test_a_tag_that_cannot_be_is_refused(alice, network, tag):
    assert alice.put(f"/networks/{network['id']}/tags", {"tags": [tag]}).status_code == 400


def test_a_change_bound_to_another_revision_is_refused(alice, network):
    path = f"/v2.0/networks/{network['id']}"
    bound = {"If-Match": f"revision_number={network['revision_number']}"}
    assert alice("PUT", path, json={"network": {"name": "x"}}, headers=bound).status_code == 200
    refused = alice("PUT", path, json={"network": {"name": "y"}}, headers=bound)
    assert refused.status_code == 412
    assert refused.json()["NeutronError"]["type"] == "RevisionNumberConstraintFailed"
    assert alice("DELETE", path, headers=bound).status_code == 412
    assert alice.get(f"/networks/{network['id']}").json()["network"]["name"] == "x"
    assert alice("DELETE", path, headers={"If-Match": "7"}).status_code == 400


def test_a_quota_is_held_and_shown(admin, alice, network):
    assert admin.put("/quotas/alice-project", {"quota": {"network": 2}}).json()["quota"]["network"] == 2
    several = {"networks": [{"name": "a"}, {"name": "b"}]}
    refused = alice.post("/networks", several)
    assert (refused.status_code, refused.json()["NeutronError"]["type"]) == (409, "OverQuota")
    assert len(alice.get("/networks").json()["networks"]) == 1
    details = alice.get("/quotas/alice-project/details").json()["quota"]["network"]
    assert details == {"limit": 2, "used": 1, "reserved": 0}
    assert admin.delete("/quotas/alice-project").status_code == 204
    assert alice.post("/networks", several).status_code == 201


def test_quotas_are_an_administrators(admin, alice):
    assert alice.put("/quotas/alice-project", {"quota": {"network": 2000}}).status_code == 403
    assert alice.get("/quotas/admin-project").status_code == 403
    assert alice.get("/quotas").status_code == 403
    assert admin.put("/quotas/alice-project", {"quota": {"networks": 1}}).status_code == 400
    assert admin.put("/quotas/alice-project", {"quota": {"network": "many"}}).status_code == 400


def test_a_quota_below_what_is_used_is_refused_where_that_is_asked(admin, network):
    body = {"quota": {"network": 0, "check_limit": True}}
    assert admin.put("/quotas/alice-project", body).status_code == 400


def test_a_reader_changes_nothing(app, network):
    from tests.server.api.conftest import Client

    reader = Client(app, "alice-project", {"X-Roles": "reader"})
    assert reader.get(f"/networks/{network['id']}").status_code == 200
    assert reader.post("/networks", {"network": {}}).status_code == 403
    assert reader.delete(f"/networks/{network['id']}").status_code == 403
    assert reader.delete("/networks/none").status_code == 404
