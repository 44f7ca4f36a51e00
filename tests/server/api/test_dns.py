"""DNS names of ports, domains of networks, and both of floating IPs."""

import pytest


@pytest.fixture
def network(alice):
    network = alice.make("network")
    alice.make("subnet", network_id=network["id"], cidr="10.0.0.0/24")
    return network


def test_a_port_goes_by_its_name_in_the_servers_domain(alice, network):
    port = alice.make("port", network_id=network["id"], dns_name="Web")
    assert port["dns_name"] == "web"
    assert port["dns_assignment"] == [
        {
            "ip_address": port["fixed_ips"][0]["ip_address"],
            "hostname": "web",
            "fqdn": "web.openstacklocal.",
        }
    ]
    answer = alice.put(f"/ports/{port['id']}", {"port": {"dns_name": "db.openstacklocal."}})
    (assigned,) = answer.json()["port"]["dns_assignment"]
    assert (assigned["hostname"], assigned["fqdn"]) == ("db", "db.openstacklocal.")


def test_a_port_without_a_name_goes_by_its_address(alice, network):
    port = alice.make("port", network_id=network["id"], fixed_ips=[{"ip_address": "10.0.0.7"}])
    assert port["dns_name"] == ""
    assert port["dns_assignment"][0]["fqdn"] == "host-10-0-0-7.openstacklocal."


def test_two_ports_may_have_one_name(alice, network):
    for _ in range(2):
        alice.make("port", network_id=network["id"], dns_name="web")
    found = alice.get("/ports", dns_name="web").json()["ports"]
    assert len(found) == 2


@pytest.mark.parametrize(
    "wrong",
    ["-a", "a-", "a_b", "a..b", "a b", "a" * 64, "a.1", "web.example.org.", ".".join(["a" * 49] * 5), 1, "."],
)
def test_what_is_no_host_name_is_refused(alice, network, wrong):
    answer = alice.post("/ports", {"port": {"network_id": network["id"], "dns_name": wrong}})
    assert answer.status_code == 400
    assert "dns_name" in answer.json()["NeutronError"]["message"]


def test_a_domain_is_kept_of_networks_and_ports(alice, network):
    port = alice.make("port", network_id=network["id"], dns_domain="port.example.")
    answer = alice.put(f"/networks/{network['id']}", {"network": {"dns_domain": "Example.org."}})
    assert answer.json()["network"]["dns_domain"] == "example.org."
    assert port["dns_domain"] == "port.example."
    assert alice.make("network", dns_domain="example.net.")["dns_domain"] == "example.net."
    assert alice.make("network")["dns_domain"] == ""


@pytest.mark.parametrize("wrong", ["example.org", "-a.org.", "a..", "x" * 256 + "."])
def test_what_is_no_domain_is_refused(alice, network, wrong):
    assert alice.post("/networks", {"network": {"dns_domain": wrong}}).status_code == 400
    answer = alice.post("/ports", {"port": {"network_id": network["id"], "dns_domain": wrong}})
    assert answer.status_code == 400


def test_a_floating_ip_has_a_name_and_a_domain_or_neither(admin, alice):
    external = admin.make("network", **{"router:external": True})
    admin.make("subnet", network_id=external["id"], cidr="203.0.113.0/24")
    named = {"floating_network_id": external["id"], "dns_name": "web", "dns_domain": "example.org."}
    made = alice.make("floatingip", **named)
    assert (made["dns_name"], made["dns_domain"]) == ("web", "example.org.")
    for missing in ("dns_name", "dns_domain"):
        answer = alice.post("/floatingips", {"floatingip": {**named, missing: ""}})
        assert (answer.status_code, answer.json()["NeutronError"]["type"]) == (400, "BadRequest")
    answer = alice.put(f"/floatingips/{made['id']}", {"floatingip": {"dns_name": "other"}})
    assert answer.status_code == 400
