"""`hawser sample-config`: the configuration files with every option, made from the same tables that are read."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping
from copy import copy

import click
from oslo_config import cfg

from hawser.base import options
from hawser.base.options import Sections

_WIDTH = 100
_KINDS: Mapping[type[cfg.Opt], str] = {
    cfg.BoolOpt: "true or false",
    cfg.StrOpt: "text",
    cfg.IntOpt: "whole number",
    cfg.PortOpt: "port number",
    cfg.FloatOpt: "number",
    cfg.ListOpt: "list, separated by commas",
    cfg.MultiStrOpt: "text; may be repeated",
    cfg.DictOpt: "pairs NAME:VALUE, separated by commas",
}


def sample_of(name: str) -> str:
    """The text of one of `SAMPLES`."""
    if name == "policy":
        return _policy()
    sections = [_section(section, table) for section, table in SAMPLES[name]().items()]
    return "\n".join("\n\n".join(paragraphs) + "\n" for paragraphs in sections)


def _neutron() -> Sections:
    """neutron.conf, of servers and of nodes: what ml2_conf.ini and the agents' files do not have."""
    server = {name: table for name, table in options.SERVER.items() if not name.startswith("ml2")}
    return {
        **server,
        "DEFAULT": (*options.COMMON, *server["DEFAULT"]),
        "keystone_authtoken": (*_identity(), *server["keystone_authtoken"]),
        "hawser": (*server["hawser"], *options.NODE["hawser"]),
        "agent": options.NODE["agent"],
    }


def _identity() -> list[cfg.Opt]:
    """By what the server shows identity who it is."""
    from keystoneauth1 import loading

    from hawser.server.api.auth import DEFAULTS

    common = loading.get_auth_common_conf_options()
    plugin = loading.get_auth_plugin_conf_options("password")
    named = {option.dest: copy(option) for option in [*common, *plugin, *loading.get_session_conf_options()]}
    for name, value in DEFAULTS.items():
        named[name].default = value
    return list(named.values())


def _ml2() -> Sections:
    return {name: table for name, table in options.SERVER.items() if name.startswith("ml2")}


def _linuxbridge() -> Sections:
    return {name: options.NODE[name] for name in ("linux_bridge", "vxlan")}


def _l3() -> Sections:
    others = (*options.DHCP, *options.METADATA)
    return {"DEFAULT": [option for option in options.NODE["DEFAULT"] if option not in others]}


def _dhcp() -> Sections:
    names = ("interface_driver", "dns_domain", "dhcp_lease_duration")
    shared = [option for option in (*options.COMMON, *options.NODE["DEFAULT"]) if option.dest in names]
    return {"DEFAULT": [*shared, *options.DHCP]}


def _metadata() -> Sections:
    return {"DEFAULT": options.METADATA}


SAMPLES: Mapping[str, Callable[[], Sections]] = {
    "neutron": _neutron,
    "ml2": _ml2,
    "linuxbridge": _linuxbridge,
    "l3": _l3,
    "dhcp": _dhcp,
    "metadata": _metadata,
}
"""The configuration files by name: neutron.conf, ml2_conf.ini, linuxbridge_agent.ini, l3_agent.ini, dhcp_agent.ini,
metadata_agent.ini."""


@click.command("sample-config")
@click.argument("name", type=click.Choice([*SAMPLES, "policy"]))
def sample(name: str) -> None:
    """Print a file with all that may be set in it, each with its default, commented out."""
    click.echo(sample_of(name), nl=False)


def _section(name: str, table: options.Options) -> list[str]:
    """The paragraphs of a section: its name, and one for each option."""
    return [f"[{name}]", *(_paragraph(option) for option in table)]


def _paragraph(option: cfg.Opt) -> str:
    said = _comment(f"{_sentence(option)} ({_kind(option)})")
    several = option.default if isinstance(option, cfg.MultiOpt) else None
    values = [str(value) for value in several or ()] or [_default(option)]
    return "\n".join([*said, *(f"#{option.dest} = {value}".rstrip() for value in values)])


def _sentence(option: cfg.Opt) -> str:
    return " ".join((option.help or "").split())


def _kind(option: cfg.Opt) -> str:
    """What values are of: ``whole number, at least 1``."""
    kind = _KINDS.get(type(option), "text")
    if choices := getattr(option.type, "choices", None):
        return "one of " + ", ".join(map(str, choices))
    low, high = getattr(option.type, "min", None), getattr(option.type, "max", None)
    if type(option) is cfg.PortOpt or low is None:
        return kind
    return f"{kind}, from {low} to {high}" if high is not None else f"{kind}, at least {low}"


def _default(option: cfg.Opt) -> str:
    value = option.default
    if isinstance(value, dict):
        return ",".join(f"{name}:{one}" for name, one in value.items())
    if isinstance(value, list):
        return ",".join(map(str, value))
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def _policy() -> str:
    from hawser.server.api import rules

    head = "A rule that is named here takes the place of the one in code. These are the ones in code."
    lines = [f'#"{name}": "{who}"' for name, who in rules.defaults()]
    return "\n".join([*_comment(head), "", *lines, ""])


def _comment(text: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, initial_indent="# ", subsequent_indent="# ")
