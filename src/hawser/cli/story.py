"""The story that `hawser demo` tells: a router survives the loss of its node. Every number in it is measured.

Real clients build the network; a ping runs from outside while the master's node loses power and returns.
"""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from hawser.base.errors import LabError
from hawser.cli.plot import Mark
from hawser.lab.lab import Fault, Lab
from hawser.lab.ping import Ping, Record, wait_for_answer

NETWORK_NODES = ("network1", "network2")
BEFORE, AFTER_LOSS, AFTER_RETURN = 2.0, 4.0, 6.0
"""Seconds that the ping is watched before the power cut, after it, and after the node's return."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing done, and how long it took in seconds."""

    what: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """What happened: gaps in milliseconds; ``survived`` is whether the ping came back."""

    record: Record
    marks: tuple[Mark, ...]
    failover_gap_ms: float
    heal_gap_ms: float
    lost_on_return: int
    master_before: str
    master_after: str
    survived: bool


@dataclass(slots=True)
class Story:
    """``say`` gets headings, ``show`` commands and their output."""

    lab: Lab
    say: Callable[[str], None]
    show: Callable[[str, str], None]
    steps: list[Step] = field(default_factory=list)

    @contextmanager
    def step(self, what: str) -> Iterator[None]:
        """Time a step."""
        begun = time.monotonic()
        yield
        self.steps.append(Step(what, round(time.monotonic() - begun, 3)))

    def openstack(self, who: str, *words: str) -> str:
        """Run the real client as `admin` or `demo`, show it, and give its output. LabError with its words."""
        shown = "openstack " + " ".join(f"'{word}'" if " " in word else word for word in words)
        with self.step(shown):
            done = subprocess.run(
                ["openstack", *words],
                env=self.lab.environment(who),
                capture_output=True,
                text=True,
                check=False,
                timeout=120,
            )
        self.show(f"({who}) $ {shown}", done.stdout + done.stderr)
        if done.returncode:
            raise LabError(f"`{shown}` answered {done.returncode}: {done.stderr.strip()}")
        return done.stdout

    def on(self, node: str, *words: str) -> str:
        """Run a command on a node and show it."""
        output = self.lab.node(node).run(words, check=False).stdout
        self.show(f"({node}) # {' '.join(words)}", output)
        return output


def row(table: str, name: str) -> str:
    """What the client's table says of a field. LabError when it has no such row."""
    match = re.search(rf"^\| {re.escape(name)} +\| (.*?) +\|$", table, re.MULTILINE)
    if match is None:
        raise LabError(f"The client's answer has no {name}:\n{table}")
    return match[1]


EXTERNAL: tuple[tuple[str, ...], ...] = (
    (
        *("network", "create", "--external", "--provider-network-type", "flat"),
        *("--provider-physical-network", "provider", "provider1"),
    ),
    (
        *("subnet", "create", "--network", "provider1", "--no-dhcp", "--subnet-range", "203.0.113.0/24"),
        *("--allocation-pool", "start=203.0.113.101,end=203.0.113.200", "--gateway", "203.0.113.1"),
        "provider1-v4",
    ),
)
"""What the administrator makes, once for all projects."""

TENANT: tuple[tuple[str, ...], ...] = (
    ("network", "create", "selfservice2"),
    ("subnet", "create", "--network", "selfservice2", "--subnet-range", "198.51.100.0/24", "selfservice2-v4"),
)
"""What a project makes of its own."""


def build(story: Story) -> tuple[str, str]:
    """External network, tenant network, highly available router, instance: the router's id, and the floating
    IP's address."""
    story.say("An external network, by the administrator")
    for words in EXTERNAL:
        story.openstack("admin", *words)
    story.say("A tenant network and a highly available router")
    for words in TENANT:
        story.openstack("demo", *words)
    router = row(story.openstack("demo", "router", "create", "--ha", "router2"), "id")
    story.openstack("demo", "router", "add", "subnet", "router2", "selfservice2-v4")
    story.openstack("demo", "router", "set", "--external-gateway", "provider1", "router2")
    story.say("An instance behind a floating IP")
    create = ("server", "create", "--flavor", "m1.tiny", "--image", "cirros", "--wait")
    story.openstack("demo", *create, "--network", "selfservice2", "selfservice-instance2")
    address = row(story.openstack("demo", "floating", "ip", "create", "provider1"), "floating_ip_address")
    story.openstack("demo", "server", "add", "floating", "ip", "selfservice-instance2", address)
    return router, address


def look(story: Story, router: str) -> None:
    """Agents, namespaces and who holds the addresses."""
    story.say("Who is there, and where the router lives")
    story.openstack("admin", "network", "agent", "list")
    story.openstack("admin", "network", "agent", "list", "--router", router, "--long")
    for node in NETWORK_NODES:
        story.on(node, "ip", "netns")
        story.on(node, "ip", "netns", "exec", f"qrouter-{router}", "ip", "-brief", "address")


def masters(lab: Lab, router: str) -> list[str]:
    """The network nodes with power whose namespace of the router holds the gateway's addresses."""
    held = []
    for name in NETWORK_NODES:
        node = lab.node(name)
        if node.powered:
            asked = ("ip", "-n", f"qrouter-{router}", "-o", "-4", "address")
            if " qg-" in node.run(asked, check=False).stdout:
                held.append(name)
    return held


def fail_over(story: Story, router: str, address: str) -> Outcome:
    """Cut the master's power under a running ping, and give it back."""
    lab = story.lab
    outside = lab.node("outside")
    if wait_for_answer(outside, address, 20) is None:
        raise LabError(
            f"{address} does not answer from outside. Look at: hawser lab exec outside -- ping {address}"
        )
    before = masters(lab, router)[0]
    story.say(
        f"{before} carries the router. A ping runs from outside, 50 times a second; {before} loses power"
    )
    ping = Ping(outside, address)
    time.sleep(BEFORE)
    cut = time.time()
    with story.step(f"power off {before}"):
        lab.fail(before, Fault.POWER)
    time.sleep(AFTER_LOSS)
    after = masters(lab, router)
    for name in after:
        story.on(name, "ip", "netns", "exec", f"qrouter-{router}", "ip", "-brief", "address")
    story.say(f"{before} gets its power back")
    healed = time.time()
    with story.step(f"power on {before}"):
        lab.heal(before)
    time.sleep(AFTER_RETURN)
    record = ping.stop()
    now = masters(lab, router)
    return _outcome(record, cut, healed, before, now[0] if len(now) == 1 else "+".join(now) or "nobody")


def _outcome(record: Record, cut: float, healed: float, before: str, after: str) -> Outcome:
    loss, back = record.between(cut - 0.5, healed), record.between(healed)
    if not loss.between(cut + 0.2).replies:
        loss = record.between(cut - 0.5)  # nobody took over: the gap reaches beyond the node's return
    marks = (Mark(cut, f"{before} power off"), Mark(healed, f"{before} power on"))
    return Outcome(
        record=record,
        marks=marks,
        failover_gap_ms=round(loss.gap.milliseconds, 1),
        heal_gap_ms=round(back.gap.milliseconds, 1),
        lost_on_return=back.lost,
        master_before=before,
        master_after=after,
        survived=bool(back.replies),
    )


def summary(outcome: Outcome, steps: Sequence[Step]) -> dict[str, Any]:
    """The outcome as `--json` writes it."""
    return {
        "failover_gap_ms": outcome.failover_gap_ms,
        "heal_gap_ms": outcome.heal_gap_ms,
        "lost_on_return": outcome.lost_on_return,
        "master_before": outcome.master_before,
        "master_after": outcome.master_after,
        "survived": outcome.survived,
        "steps": [{"what": step.what, "seconds": step.seconds} for step in steps],
    }
