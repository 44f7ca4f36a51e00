"""The types that rules of QoS policies can have: /qos/rule-types, and each of them."""

from __future__ import annotations

from hawser.base.errors import BadInput, Forbidden, NotFound
from hawser.server.api import query
from hawser.server.api.resource import Action, Answer, Call
from hawser.server.api.schema.fields import boolean
from hawser.server.api.schema.qos import RULE_TYPE_ATTRIBUTES, RULES
from hawser.server.model.qos import RuleType

_FLAGS = ("all_supported", "all_rules")
_BRIEFLY = frozenset({"type"})


def index(call: Call) -> Answer:
    """GET /qos/rule-types. Every type that there is is supported, so the flags ask for the same."""
    call.rights.demand("get_rule_type")
    flags = [_flag(name, value) for name, value in call.pairs if name in _FLAGS]
    if flags.count(True) > 1:
        raise BadInput("all_rules", "all_supported is said too", "Give one of them.")
    pairs = [pair for pair in call.pairs if pair[0] not in _FLAGS]
    asked = query.parse(pairs, RULE_TYPE_ATTRIBUTES, {})
    if asked.filters.limit is not None or asked.filters.marker is not None:
        raise BadInput("limit", "the types of rules are shown all at once", "Leave limit and marker out.")
    shown = asked.page([rule.type_view() for rule in RULES.values()])
    return Answer(
        200, {"rule_types": [query.select(item, asked.fields or _BRIEFLY, frozenset()) for item in shown]}
    )


def show(call: Call) -> Answer:
    """GET /qos/rule-types/{type}: with the values that the attributes of such rules take."""
    try:
        call.rights.demand("get_rule_type")
        rule = RULES[RuleType(call.named("type"))]
    except (Forbidden, ValueError):
        raise NotFound("rule_type", call.named("type")) from None
    shown = query.select(rule.type_view(), query.only_fields(call.pairs), frozenset())
    return Answer(200, {"rule_type": shown})


def _flag(name: str, value: str) -> bool:
    try:
        return boolean(value)
    except ValueError as error:
        raise BadInput(name, str(error)) from error


ROUTES: tuple[Action, ...] = (
    ("GET", "/qos/rule-types", index),
    ("GET", "/qos/rule-types/{type}", show),
)
