"""Whatever the value of an attribute or of a filter, reading it ends in a value or in a refusal that names it."""

import json

import pytest

from hawser.base.errors import BadInput
from hawser.server.api import bodies, nouns, query
from tests.server.api.hostile import NOBODY, VALUES

REQUIRED = {
    "uuid": NOBODY,
    "cidr": "10.0.0.0/24",
    "direction": "ingress",
    "name": "x",
    "ip_version": 4,
    "prefixes": ["10.0.0.0/8"],
}


def draft(noun):
    """A create that would be read, but for what is put into it."""
    needed = [each.name for each in noun.attributes if each.required and each.name != "tenant_id"]
    values = {"policy_id": NOBODY, "floatingip_id": NOBODY}
    return {name: REQUIRED.get(name, 1 if "_k" in name else NOBODY) for name in needed}, values


def passes(value):
    """Whether the bodies of requests may hold it at all."""
    try:
        bodies.parse(json.dumps({"value": value}).encode())
    except BadInput:
        return False
    return True


PASSING = [value for value in VALUES if passes(value)]


def read(noun, name, value, creating):
    """What the pipe does of a body's values before it asks for a service."""
    if creating:
        given, within = draft(noun)
        noun.create.new({**noun.attributes.on_create({**given, name: value}), **within}, "project")
    else:
        noun.update.changes(noun.attributes.on_update({name: value}))


def test_texts_that_no_database_keeps_and_endless_lists_are_refused_in_bodies():
    assert [value for value in VALUES if value not in PASSING] == ["a\0b", "\ud800", ["x"] * 100_000]


@pytest.mark.parametrize("noun", nouns.ALL, ids=lambda noun: noun.ruled)
def test_any_value_of_any_attribute_is_read_or_refused(noun):
    for attribute in noun.attributes:
        for value in PASSING:
            for creating in (True, False):
                if not (noun.create if creating else noun.update):
                    continue
                try:
                    read(noun, attribute.name, value, creating)
                except BadInput as error:
                    assert error.message
                except Exception as error:
                    pytest.fail(f"{noun.ruled}.{attribute.name} = {str(value)[:100]!r}: {error!r}")


@pytest.mark.parametrize("noun", nouns.ALL, ids=lambda noun: noun.ruled)
def test_any_text_is_read_as_a_filter_or_refused(noun):
    texts = [str(value) for value in VALUES if len(str(value)) < 1000]
    for name in [
        *noun.fields,
        *(each.name for each in noun.attributes),
        "limit",
        "marker",
        "sort_key",
        "fields",
    ]:
        for text in texts:
            try:
                query.parse([(name, text)], noun.attributes, noun.fields)
            except BadInput as error:
                assert error.message
            except Exception as error:
                pytest.fail(f"{noun.ruled}?{name}={text!r}: {error!r}")
