"""How many SQL statements a request takes: few, and no more where there is more."""

import pytest
from sqlalchemy import event


@pytest.fixture
def statements(store):
    """The statements that have been run for the request alone, in their order."""
    seen = []

    def note(_connection, _cursor, statement, *_rest):
        if not statement.startswith("DELETE FROM changes"):  # the log, cut once in hundreds of changes
            seen.append(statement)

    event.listen(store._engine, "before_cursor_execute", note)
    return seen


@pytest.fixture
def count(statements):
    """How many statements a request takes."""

    def of(request, *arguments, **more):
        statements.clear()
        answer = request(*arguments, **more)
        assert answer.status_code < 300, answer.text
        return len(statements)

    return of


@pytest.fixture
def lan(alice):
    network = alice.make("network")
    alice.make("subnet", network_id=network["id"], ip_version=4, cidr="10.0.0.0/16")
    return network["id"]


def more(alice, lan, times):
    """One thing more of each kind, ``times`` times."""
    for number in range(times):
        network = alice.make("network", name=f"n{number}")
        alice.make("subnet", network_id=network["id"], ip_version=4, cidr="10.0.0.0/24")
        alice.make("port", network_id=lan)
        alice.make("router", name=f"r{number}")
        group = alice.make("security_group", "security-groups", name=f"g{number}")
        rule = {"security_group_id": group["id"], "direction": "ingress", "protocol": "tcp"}
        alice.make("security_group_rule", "security-group-rules", **rule)


LISTS = ["networks", "subnets", "ports", "routers", "security-groups", "security-group-rules", "floatingips"]


def test_a_list_takes_as_many_however_long_it_is(alice, lan, count):
    more(alice, lan, 1)
    short = {path: count(alice.get, f"/{path}") for path in LISTS}
    more(alice, lan, 4)
    assert {path: count(alice.get, f"/{path}") for path in LISTS} == short
    assert max(short.values()) <= 5


def test_a_port_takes_as_many_on_a_full_network_as_on_an_empty_one(alice, lan, count, statements):
    alice.make("port", network_id=lan)
    body = {"port": {"network_id": lan}}
    first = count(alice.post, "/ports", body)
    alice.post("/ports", {"ports": [{"network_id": lan} for _ in range(50)]})
    assert count(alice.post, "/ports", body) == first, "\n".join(statements)
    assert first <= 9


def test_ports_in_bulk_share_what_they_read(alice, lan, count):
    alice.make("port", network_id=lan)
    one = count(alice.post, "/ports", {"port": {"network_id": lan}})
    ten = count(alice.post, "/ports", {"ports": [{"network_id": lan} for _ in range(10)]})
    assert ten <= 6 * 10 < one * 10


def test_a_port_is_shown_by_few(alice, lan, count):
    port = alice.make("port", network_id=lan)
    assert count(alice.get, f"/ports/{port['id']}") == 1
    assert count(alice.get, "/ports") <= 2
