"""Sharing and security groups by the real `openstack` client against a real server process."""

from __future__ import annotations

import json

import pytest

from tests.server.api.test_real_client import openstack, server  # noqa: F401

pytestmark = pytest.mark.service


@pytest.fixture
def shown(openstack):  # noqa: F811
    return lambda command: json.loads(openstack(f"{command} -f json"))


@pytest.mark.timeout(300)
def test_a_group_for_addresses_and_rules_about_it(openstack, shown):  # noqa: F811
    group = shown("address group create offices --address 192.0.2.0/24 --address 198.51.100.7")
    assert group["addresses"] == ["192.0.2.0/24", "198.51.100.7/32"]
    openstack("address group set offices --address 203.0.113.0/24 --name sites")
    openstack("address group unset sites --address 192.0.2.0/24")
    assert shown("address group show sites")["addresses"] == ["198.51.100.7/32", "203.0.113.0/24"]
    openstack("security group create web --stateless")
    assert shown("security group show web")["stateful"] is False
    rule = shown("security group rule create web --protocol 112 --remote-address-group sites")
    assert (rule["protocol"], rule["remote_address_group_id"]) == ("112", group["id"])
    rule = shown("security group rule create web --protocol tcp --dst-port 80:81 --remote-ip 10.0.0.9/24")
    assert (rule["port_range_max"], rule["remote_ip_prefix"]) == (81, "10.0.0.9/24")
    assert rule["normalized_cidr"] == "10.0.0.0/24"
    assert "in use" in openstack("address group delete sites", succeeds=False)
    assert len(shown("security group rule list web --protocol tcp")) == 1


@pytest.mark.timeout(300)
def test_sharing_and_default_rules(openstack, shown):  # noqa: F811
    openstack("network create lan")
    made = shown("network rbac create --type network --action access_as_shared --target-all-projects lan")
    assert made["target_project_id"] == "*"
    assert shown("network show lan")["shared"] is True
    assert [each["ID"] for each in shown("network rbac list --type network")] == [made["id"]]
    openstack(f"network rbac delete {made['id']}")
    assert shown("network show lan")["shared"] is False
    openstack("network set --share lan")
    (policy,) = shown("network rbac list --action access_as_shared --long")
    assert policy["Action"] == "access_as_shared"
    assert len(shown("default security group rule list")) == 4
    rule = shown("default security group rule create --protocol tcp --dst-port 22 --for-default-sg")
    assert (rule["used_in_default_sg"], rule["port_range_min"]) == (True, 22)
    openstack("security group create web")
    openstack(f"default security group rule delete {rule['id']}")
    assert len(shown("default security group rule list")) == 4
