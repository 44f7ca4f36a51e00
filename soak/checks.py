"""What must be true after each step, and how soon."""

from __future__ import annotations

from functools import partial

from benchmarks.stage import until
from hawser.base.errors import LabError
from hawser.cli.story import masters
from hawser.lab.ping import wait_for_answer
from soak.site import Site

ONE_MASTER = 2.0
ANSWER = 10.0
TRUTH = 20.0
NOTHING_LEFT = 20.0
"""Seconds at most; what it took is told. A node that has power again needs some for its start."""
CONFS = "/var/lib/neutron/ha_confs"


def check(site: Site) -> None:
    """LabError with what is not so."""
    for router in site.routers:
        until(partial(_has_one_master, site, router), f"one node is master of {router}", ONE_MASTER)
    if wait_for_answer(site.stage.outside, site.path.floating, ANSWER) is None:
        raise LabError(f"Not within {ANSWER:.0f} s: {site.path.floating} answers from outside.")
    if not site.served:
        return
    for router in site.routers:
        until(partial(_is_told, site, router), f"the API tells who is master of {router}", TRUTH)
    for name in site.whole:
        until(partial(_is_tidy, site, name), f"only what is wanted stands on {name}", NOTHING_LEFT)


def _has_one_master(site: Site, router: str) -> bool:
    return len(_masters(site, router)) == 1


def _masters(site: Site, router: str) -> list[str]:
    return [name for name in masters(site.stage.lab, router) if name in site.seen]


def _is_told(site: Site, router: str) -> bool:
    """One is active, and it is so; a node that was lost is not told to be."""
    active = [host for host, part in site.stage.admin.parts(router).items() if part == "active"]
    return active == _masters(site, router)


def _is_tidy(site: Site, name: str) -> bool:
    """Whether a node has namespaces, files and processes of the routers that there are, and of no others."""
    node = site.node(name)
    spaces = {line.split()[0] for line in node.run(["ip", "netns"]).stdout.splitlines()}
    routers = {space.removeprefix("qrouter-") for space in spaces if space.startswith("qrouter-")}
    kept = {path.name for path in node.path(CONFS).iterdir() if path.is_dir()}
    arguments = node.run(["ps", "-eo", "args"]).stdout.splitlines()
    running = {_router_of(line) for line in arguments if line.startswith(("keepalived ", "conntrackd "))}
    return routers == kept == running == site.routers


def _router_of(line: str) -> str:
    """The router whose file a daemon was given."""
    return next((word.split("/")[-2] for word in line.split() if word.startswith(CONFS)), line)
