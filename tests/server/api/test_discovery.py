"""What a client learns of the endpoint before it asks for anything."""


def test_the_versions_name_the_host_that_was_asked(admin):
    version = admin("GET", "/", headers={"Host": "api.example.org:1234"}).json()["versions"][0]
    assert (version["id"], version["status"]) == ("v2.0", "CURRENT")
    assert version["links"] == [{"rel": "self", "href": "http://api.example.org:1234/v2.0/"}]


def test_the_collections_are_listed(admin):
    for path in ("", "/"):
        listed = {item["collection"] for item in admin.get(path).json()["resources"]}
        assert {"networks", "ports", "routers", "security_group_rules"} <= listed


def test_extensions_are_listed_and_shown(admin):
    aliases = {item["alias"] for item in admin.get("/extensions").json()["extensions"]}
    assert {"router", "l3-ha", "ext-gw-mode", "external-net", "security-group", "agent"} <= aliases
    assert "vpnaas" not in aliases
    assert admin.get("/extensions/l3-ha").json()["extension"]["alias"] == "l3-ha"
    assert admin.get("/extensions/vpnaas").status_code == 404


def test_the_process_says_that_it_is_there(admin):
    assert admin("GET", "/healthcheck").status_code == 200


def test_every_answer_names_its_request(admin):
    ids = {admin.get(path).headers["x-openstack-request-id"] for path in ("", "/networks", "/nothing")}
    assert len(ids) == 3
