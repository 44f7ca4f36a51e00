"""Metering labels and rules, which are an administrator's."""

import pytest

NOBODY = "11111111-2222-4333-8444-555555555555"
LABELS = "metering/metering-labels"
RULES = "metering/metering-label-rules"


def kind_of(answer):
    return answer.status_code, answer.json()["NeutronError"]["type"]


@pytest.fixture
def label(admin):
    return admin.make("metering_label", LABELS, name="l", description="d")


@pytest.fixture
def add(admin, label):
    def make(**attributes):
        rule = {"metering_label_id": label["id"], "direction": "ingress", **attributes}
        return admin.post(f"/{RULES}", {"metering_label_rule": rule})

    return make


def test_a_label_is_made_shown_and_removed_with_its_rules(admin, label, add):
    assert label == {
        "id": label["id"],
        "name": "l",
        "description": "d",
        "shared": False,
        "project_id": "admin-project",
        "tenant_id": "admin-project",
    }
    path = f"/{LABELS}/{label['id']}"
    assert admin.get(path).json() == {"metering_label": label}
    assert admin.get(f"/{LABELS}", id="33").json() == {"metering_labels": []}
    assert admin.get(f"/{LABELS}", name="l").json() == {"metering_labels": [label]}
    rule = add(remote_ip_prefix="10.0.0.0/24").json()["metering_label_rule"]
    assert admin.delete(path).status_code == 204
    assert kind_of(admin.get(path)) == (404, "MeteringLabelNotFound")
    assert kind_of(admin.get(f"/{RULES}/{rule['id']}")) == (404, "MeteringLabelRuleNotFound")


@pytest.mark.parametrize("prefix", ["10.0.0.0/24", "fd02::/64"])
def test_a_rule_is_made_shown_and_removed(admin, label, add, prefix):
    rule = add(remote_ip_prefix=prefix).json()["metering_label_rule"]
    assert rule == {
        "id": rule["id"],
        "metering_label_id": label["id"],
        "direction": "ingress",
        "excluded": False,
        "remote_ip_prefix": prefix,
        "source_ip_prefix": None,
        "destination_ip_prefix": None,
    }
    path = f"/{RULES}/{rule['id']}"
    assert admin.get(path).json() == {"metering_label_rule": rule}
    assert admin.get(f"/{RULES}", remote_ip_prefix=prefix).json() == {"metering_label_rules": [rule]}
    assert admin.delete(path).status_code == 204
    assert admin.get(f"/{RULES}").json() == {"metering_label_rules": []}


def test_the_ends_of_a_rule_change(admin, add):
    rule = add(source_ip_prefix="10.0.0.0/24").json()["metering_label_rule"]
    path = f"/{RULES}/{rule['id']}"
    body = {"metering_label_rule": {"destination_ip_prefix": "10.0.1.0/24"}}
    changed = admin.put(path, body).json()["metering_label_rule"]
    assert changed == {**rule, "destination_ip_prefix": "10.0.1.0/24"}
    both = {"metering_label_rule": {"destination_ip_prefix": None, "source_ip_prefix": None}}
    assert kind_of(admin.put(path, both)) == (400, "Invalid")
    assert admin.put(path, {"metering_label_rule": {"direction": "egress"}}).status_code == 400


def test_traffic_does_not_count_twice(add):
    add(remote_ip_prefix="10.0.0.0/16")
    twice = add(remote_ip_prefix="10.0.7.0/24")
    assert kind_of(twice) == (409, "MeteringLabelRuleOverlaps")
    assert add(remote_ip_prefix="10.0.7.0/24", excluded=True).status_code == 201
    assert add(remote_ip_prefix="10.0.7.0/24", direction="egress").status_code == 201
    assert add(remote_ip_prefix="fd00::/8").status_code == 201


@pytest.mark.parametrize(
    ("attributes", "kind"),
    [
        ({}, "Invalid"),
        ({"remote_ip_prefix": "10.0.0.0/24", "source_ip_prefix": "10.0.0.0/24"}, "Invalid"),
        ({"remote_ip_prefix": "10.0.0.0/33"}, "InvalidInput"),
        ({"destination_ip_prefix": "x"}, "InvalidInput"),
        ({"remote_ip_prefix": 7}, "InvalidInput"),
        ({"remote_ip_prefix": "10.0.0.0/24", "direction": "up"}, "InvalidInput"),
        ({"remote_ip_prefix": "10.0.0.0/24", "excluded": "perhaps"}, "InvalidInput"),
    ],
)
def test_a_rule_that_cannot_be_is_refused(add, attributes, kind):
    assert kind_of(add(**attributes)) == (400, kind)


def test_a_rule_is_of_a_label(add):
    answer = add(remote_ip_prefix="10.0.0.0/24", metering_label_id=NOBODY)
    assert kind_of(answer) == (404, "MeteringLabelNotFound")


def test_labels_are_an_administrators(alice, label, add):
    rule = add(remote_ip_prefix="10.0.0.0/24").json()["metering_label_rule"]
    assert alice.get(f"/{LABELS}").json() == {"metering_labels": []}
    assert alice.get(f"/{LABELS}/{label['id']}").status_code == 404
    assert alice.post(f"/{LABELS}", {"metering_label": {"name": "x"}}).status_code == 403
    assert alice.delete(f"/{LABELS}/{label['id']}").status_code == 404
    assert alice.get(f"/{RULES}/{rule['id']}").status_code == 404
