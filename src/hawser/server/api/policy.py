"""Who may do what beyond one's own project: oslo.policy, with the defaults in code.

A rule is named as operators of OpenStack Networking know it: ``create_network:provider:network_type``,
``get_port:binding:host_id``, ``update_agent``. Every rule here depends on the caller's roles alone (what is
whose is the service's matter), so all of them are worked out once for each set of roles, and neither a
request nor a row of a list costs an evaluation.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from oslo_config import cfg
from oslo_policy import policy

from hawser.base.errors import Forbidden
from hawser.server.api.attributes import OWNER, AttributeTable, Values
from hawser.server.model.caller import Caller

_ADMIN_ONLY = "rule:admin_only"

_HIDDEN: Mapping[str, tuple[str, ...]] = {
    "network": ("provider:network_type", "provider:physical_network", "provider:segmentation_id"),
    "port": ("binding:host_id", "binding:profile", "binding:vif_type", "binding:vif_details"),
    "router": ("distributed", "ha"),
}
"""Attributes that only an administrator sees; nor does anybody else set them."""
_NOT_SET: Mapping[str, tuple[str, ...]] = {
    "network": ("shared", "router:external"),
    "router": ("external_gateway_info:enable_snat", "external_gateway_info:external_fixed_ips"),
    "floatingip": ("floating_ip_address",),
}
"""Attributes, and fields of attributes, that everybody sees but only an administrator sets."""
_ACTIONS = ("get_agent", "get_l3-agents", "get_dhcp-agents", "get_l3-routers", "get_dhcp-networks")
_NO_FILE = Path("/dev/null")


@dataclass(frozen=True, slots=True)
class Rights:
    """What one set of roles may not do: the names of the rules that refuse it.

    ``unseen`` says of each noun which attributes its callers do not see.
    """

    refused: frozenset[str]
    unseen: Mapping[str, frozenset[str]]

    def sees(self, singular: str) -> bool:
        """Whether things of this noun exist at all for the caller."""
        return f"get_{singular}" not in self.refused

    def hidden(self, singular: str) -> frozenset[str]:
        """The attributes of this noun that a response must leave out."""
        return self.unseen.get(singular, frozenset())

    def demand(self, action: str) -> None:
        """Forbidden if ``action`` (``get_agent``) is refused."""
        if action in self.refused:
            what = action.replace("_", " ", 1)
            raise _forbidden(f"Only an administrator may {what}.")


class Policy:
    """The rules of this server: those in code, changed by the operator's file where there is one."""

    def __init__(self, file: Path | None = None) -> None:
        conf = cfg.ConfigOpts()
        conf([], project="neutron", default_config_files=[], default_config_dirs=[])
        self._enforcer = policy.Enforcer(conf, policy_file=str(file or _NO_FILE))
        self._enforcer.suppress_deprecation_warnings = True
        self._enforcer.register_defaults(list(_defaults()))
        self._names = sorted(name for name in self._enforcer.registered_rules if "_" in name)
        self._of_roles = lru_cache(maxsize=1024)(self._evaluate)

    def rights(self, caller: Caller) -> Rights:
        """What ``caller`` may not do."""
        return self._of_roles(caller.roles)

    def _evaluate(self, roles: frozenset[str]) -> Rights:
        credentials = {"roles": sorted(roles)}
        refused = frozenset(name for name in self._names if not self._enforcer.enforce(name, {}, credentials))
        unseen = {
            noun: frozenset(name for name in names if f"get_{noun}:{name}" in refused)
            for noun, names in _HIDDEN.items()
        }
        return Rights(refused, unseen)


def check(rights: Rights, caller: Caller, attributes: AttributeTable, given: Values, verb: str) -> None:
    """Forbidden, naming the attribute, if ``given`` sets what this caller may not.

    ``verb`` is ``create`` or ``update``. On create, a value that is the default anyway asks for nothing.
    """
    noun = attributes.singular
    if not caller.is_admin and given.get(OWNER, caller.project_id) != caller.project_id:
        raise _forbidden(f"Only an administrator may {verb} a {noun} for another project (project_id).")
    for name, value in given.items():
        if verb == "create" and attributes.is_default(name, value):
            continue
        fields = [f"{name}:{field}" for field in value] if isinstance(value, dict) else []
        for full in (name, *fields):
            if f"{verb}_{noun}:{full}" in rights.refused:
                raise _forbidden(f"Only an administrator may set {full} of a {noun}. Leave it out.")


def _forbidden(message: str) -> Forbidden:
    return Forbidden(message, "PolicyNotAuthorized")


def _defaults() -> Iterable[Any]:
    yield policy.RuleDefault("context_is_admin", "role:admin")
    yield policy.RuleDefault("admin_only", "rule:context_is_admin")
    for noun, names in _HIDDEN.items():
        for name in names:
            for verb in ("get", "create", "update"):
                yield policy.RuleDefault(f"{verb}_{noun}:{name}", _ADMIN_ONLY)
    for noun, names in _NOT_SET.items():
        for name in names:
            for verb in ("create", "update"):
                yield policy.RuleDefault(f"{verb}_{noun}:{name}", _ADMIN_ONLY)
    for action in _ACTIONS:
        yield policy.RuleDefault(action, _ADMIN_ONLY)
