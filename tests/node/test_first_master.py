"""A router that is new has its master at once; one that may have a master already never gets a second."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hawser.machine.items.file import File
from hawser.node.planners import router
from hawser.node.planners.facts import Contact
from hawser.wire.report import Mastership
from tests.node import samples


def conf(first: bool = True, drained: bool = False, **facts: object) -> str:
    ha = replace(samples.router().ha, first=first, drained=drained)
    items = router.desire(samples.node(routers=(samples.router(ha=ha),)), samples.facts(**facts))
    return next(i.content for i in items if isinstance(i, File) and i.path.endswith("keepalived.conf"))


def test_the_first_host_of_a_new_router_begins_as_the_owner_of_its_addresses():
    for line in ("state MASTER\n", "priority 255\n"):
        assert line in conf()
    assert "track_file" not in conf(), "an owner whose file says other than 0 gives up"


@pytest.mark.parametrize(
    "facts",
    [
        {"first": False},
        {"drained": True},
        {"told": False},
        {"contact": Contact.DOUBTFUL},
        {"live": frozenset({"eth0", "eth2"})},
        {"masterships": {samples.ROUTER: Mastership.UNKNOWN}},
        {"masterships": {samples.ROUTER: Mastership.STANDBY}},
        {"masterships": {samples.ROUTER: Mastership.ACTIVE}},
    ],
    ids=[
        "not new",
        "drained",
        "intent from disk",
        "in doubt",
        "no carrier",
        "stopped",
        "stands by",
        "master",
    ],
)
def test_any_other_waits_for_an_election(facts: dict[str, object]):
    written = conf(**facts)
    for line in ("state BACKUP\n", "priority 200\n", "track_file {\n"):
        assert line in written
