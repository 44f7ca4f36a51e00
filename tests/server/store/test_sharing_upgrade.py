"""What was shared before there were RBAC policies is shared afterwards, on both databases."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import MetaData, create_engine, insert

from hawser.server.model.filters import ALL
from hawser.server.service import network, rbac, securitygroup
from hawser.server.store.session import Store
from hawser.server.store.upgrade import Schema
from tests.server.stage import ADMIN, DEMO, OTHER, settings

STAMPS = {
    "project_id": "demo",
    "description": "",
    "revision": 1,
    "created_at": datetime(2026, 1, 1),
    "updated_at": datetime(2026, 1, 1),
}


def fill(connection: str) -> None:
    """A shared network, an external one, and a project's default group with one rule."""
    engine = create_engine(connection.replace("postgresql://", "postgresql+psycopg://"))
    tables = MetaData()
    tables.reflect(engine)
    common = {
        **STAMPS,
        "admin_state_up": True,
        "mtu": 1450,
        "port_security_enabled": True,
        "network_type": "local",
    }
    rule = {"security_group_id": "group", "direction": "egress", "ethertype": "IPv4"}
    with engine.begin() as raw:
        for name in ("shared", "external"):
            flags = {"shared": name == "shared", "external": name == "external"}
            raw.execute(insert(tables.tables["networks"]), {**common, **flags, "id": name, "name": name})
        group = {"id": "group", "name": "default", "default": True, "default_of": "demo"}
        raw.execute(insert(tables.tables["security_groups"]), {**STAMPS, **group})
        raw.execute(insert(tables.tables["security_group_rules"]), {**STAMPS, **rule, "id": "rule"})
    engine.dispose()


def test_what_was_shared_still_is_and_has_its_policies(blank):
    schema = Schema(blank)
    schema.upgrade("0002")
    fill(blank)
    schema.upgrade()
    schema.close()
    store = Store(settings(connection=blank))
    assert [each.id for each in network.search(store, OTHER, ALL)] == ["external", "shared"]
    assert sorted((each.object_id, each.action, each.target) for each in rbac.search(store, DEMO, ALL)) == [
        ("external", "access_as_external", "*"),
        ("shared", "access_as_shared", "*"),
    ]
    (group,) = securitygroup.search(store, DEMO, ALL)
    (rule,) = group.rules
    assert (group.id, group.stateful, rule.id, rule.belongs_to_default) == ("group", True, "rule", True)
    assert len(rbac.search(store, ADMIN, ALL)) == 2
    store.close()
