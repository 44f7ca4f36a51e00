"""Who may do what beyond one's own project: oslo.policy, with the defaults in code.

Every rule (`api/rules.py`) depends on the caller's roles alone (what is whose is the service's matter), so all
of them are worked out once for each set of roles, and neither a request nor a row of a list costs an evaluation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from oslo_config import cfg
from oslo_policy import policy

from hawser.base.errors import Forbidden
from hawser.server.api import rules
from hawser.server.api.attributes import OWNER, AttributeTable, Values
from hawser.server.model.caller import Caller

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
            raise _forbidden(f"rule:{action} is disallowed by policy: your roles do not let you {what}.")


class Policy:
    """The rules of this server: those in code, changed by the operator's file where there is one."""

    def __init__(self, file: Path | None = None) -> None:
        conf = cfg.ConfigOpts()
        conf([], project="neutron", default_config_files=[], default_config_dirs=[])
        self._enforcer = policy.Enforcer(conf, policy_file=str(file or _NO_FILE))
        self._enforcer.suppress_deprecation_warnings = True
        self._enforcer.register_defaults([policy.RuleDefault(name, who) for name, who in rules.defaults()])
        self._names = sorted({name for name, _ in rules.defaults()} - rules.NAMED.keys())
        self._of_roles = lru_cache(maxsize=1024)(self._evaluate)

    def rights(self, caller: Caller) -> Rights:
        """What ``caller`` may not do."""
        return self._of_roles(caller.roles)

    def _evaluate(self, roles: frozenset[str]) -> Rights:
        credentials = {"roles": sorted(roles)}
        refused = frozenset(name for name in self._names if not self._enforcer.enforce(name, {}, credentials))
        unseen = {
            noun: frozenset(name for name in names if f"get_{noun}:{name}" in refused)
            for noun, names in rules.HIDDEN.items()
        }
        return Rights(refused, unseen)


@cache
def load(file: Path | None) -> Policy:
    """The policy of a file, or that in code; it is read once by a process."""
    return Policy(file)


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
