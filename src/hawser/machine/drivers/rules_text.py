"""The text that iptables-save prints and iptables-restore reads, from and to chains. Pure.

Rules are compared word by word: quotes, spaces and a missing /32 make no difference.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import pairwise

from hawser.machine.items.chain import Chain

BUILTIN = frozenset({"PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"})
"""Chains that the kernel calls by itself: they always exist, and stand once they hold a rule."""

_ADDRESS = frozenset({"-s", "-d", "--source", "--destination"})


@lru_cache(maxsize=1 << 14)
def _parts(rule: str) -> tuple[str, ...]:
    """A rule's words. The same rules are read again at every look."""
    return tuple(shlex.split(rule))


def words(rule: str, family: int) -> tuple[str, ...]:
    """A rule as words, so that two spellings of one rule are equal."""
    parts = _parts(rule)
    whole = "/32" if family == 4 else "/128"
    return tuple(
        part + whole if before in _ADDRESS and "/" not in part else part
        for before, part in zip(["", *parts], parts, strict=False)
    )


def parse(saved: str) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """table -> chain -> rules (what follows ``-A <chain>``) out of what iptables-save printed."""
    tables: dict[str, dict[str, list[str]]] = {}
    chains: dict[str, list[str]] = {}
    for line in saved.splitlines():
        if line.startswith("*"):
            chains = tables.setdefault(line[1:], {})
        elif line.startswith(":"):
            chains[line[1:].split(" ", 1)[0]] = []
        elif line.startswith("-A "):
            _, name, rule = (*line.split(" ", 2), "")[:3]
            chains.setdefault(name, []).append(rule)
    return {table: {name: tuple(rules) for name, rules in found.items()} for table, found in tables.items()}


def chains(netns: str, family: int, saved: str, wanted: Mapping[tuple[str, str], Chain]) -> Iterable[Chain]:
    """The chains that stand, each spelt as its wish in ``wanted`` (by table and name) where they mean the same.

    A builtin chain without rules stands only if somebody wants it so.
    """
    for table, found in parse(saved).items():
        for name, rules in found.items():
            wish = wanted.get((table, name))
            if rules or wish or name not in BUILTIN:
                jumps = _jumps(rules, found.keys())
                yield Chain(netns, family, table, name, _spelt(rules, wish, family), jumps)


def _spelt(rules: tuple[str, ...], wish: Chain | None, family: int) -> tuple[str, ...]:
    if wish and [words(rule, family) for rule in rules] == [words(rule, family) for rule in wish.rules]:
        return wish.rules
    return rules


def _jumps(rules: Iterable[str], known: Iterable[str]) -> tuple[str, ...]:
    targets: set[str] = set()
    for rule in rules:
        parts = _parts(rule)
        targets.update(target for before, target in pairwise(parts) if before in ("-j", "-g"))
    return tuple(sorted(targets & set(known)))


def restore_text(changes: Iterable[tuple[Chain, bool]]) -> str:
    """Input for ``iptables-restore --noflush``: each chain is (chain, whether it shall stand).

    A declared chain of our own is made empty, or emptied; a builtin one is flushed. A table is one commit.
    """
    tables: dict[str, list[tuple[Chain, bool]]] = {}
    for chain, standing in changes:
        tables.setdefault(chain.table, []).append((chain, standing))
    lines: list[str] = []
    for table, members in tables.items():
        lines.append(f"*{table}")
        lines += [f":{chain.name} - [0:0]" for chain, _ in members if chain.name not in BUILTIN]
        lines += [f"-F {chain.name}" for chain, _ in members if chain.name in BUILTIN]
        lines += [
            f"-A {chain.name} {rule}" for chain, standing in members if standing for rule in chain.rules
        ]
        lines += [
            f"-X {chain.name}" for chain, standing in members if not standing and chain.name not in BUILTIN
        ]
        lines.append("COMMIT")
    return "\n".join(lines) + "\n"
