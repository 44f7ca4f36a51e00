"""Which node shall carry which highly available router. Pure."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Carried:
    """A router that ``master`` carries and any of ``others`` could: names of hosts."""

    router_id: str
    master: str
    others: tuple[str, ...]


def away(leaving: Iterable[Carried], load: Mapping[str, int]) -> dict[str, str]:
    """Where each router goes that leaves its master, by its id: to the one of ``others`` that carries the fewest.

    ``load`` is how many each host carries now. A router that nobody else could carry is left out. Those with
    the least choice choose first; equals are ordered by the host's name.
    """
    carried = Counter(load)
    chosen: dict[str, str] = {}
    for router in sorted(leaving, key=lambda each: len(each.others)):
        if router.others:
            target = min(router.others, key=lambda host: (carried[host], host))
            chosen[router.router_id] = target
            carried[target] += 1
    return chosen


def even(routers: Iterable[Carried]) -> dict[str, str]:
    """Which routers are to go where, by their id, so that all hosts carry as equally many as can be.

    One router after another leaves the fullest host; where none of its own can reach a host that has two fewer,
    others in between make room. What need not move stays.
    """
    routers = list(routers)
    before = {each.router_id: each.master for each in routers}
    choices = {each.router_id: {each.master, *each.others} for each in routers}
    now = dict(before)
    load = Counter(now.values())
    load.update(dict.fromkeys(set().union(*choices.values()), 0))
    while path := _relief(now, choices, load):
        load[now[path[0][0]]] -= 1
        load[path[-1][1]] += 1
        now.update(path)
    return {id: host for id, host in now.items() if host != before[id]}


_Path = list[tuple[str, str]]
"""Routers and where they go; each leaves the host that the one before it comes to."""


def _relief(now: Mapping[str, str], choices: Mapping[str, set[str]], load: Counter[str]) -> _Path:
    """The shortest path by which a full host gets one fewer and one with at least two fewer gets one more."""
    ways = _ways(now, choices)
    for full in sorted(load, key=lambda host: (-load[host], host)):
        paths: dict[str, _Path] = {full: []}
        queue = deque([full])
        while queue:
            here = queue.popleft()
            if load[here] <= load[full] - 2:
                return paths[here]
            for host in sorted(ways.get(here, {}), key=lambda host: (load[host], host)):
                if host not in paths:
                    paths[host] = [*paths[here], (ways[here][host], host)]
                    queue.append(host)
    return []


def _ways(now: Mapping[str, str], choices: Mapping[str, set[str]]) -> dict[str, dict[str, str]]:
    """From each host to each other the first router that could go there."""
    ways: dict[str, dict[str, str]] = {}
    for id, here in now.items():
        for host in choices[id] - {here}:
            ways.setdefault(here, {}).setdefault(host, id)
    return ways
