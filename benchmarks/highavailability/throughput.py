"""TCP from an instance to the outside, through a router, its NAT and VXLAN, beside the same path wired by hand.

Both stand at once, each on a lab of its own on this machine, and are measured in turn: what else the machine does
befalls both. The figure is their ratio.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median

from benchmarks.figure import Figure, Goal
from benchmarks.highavailability import by_hand
from benchmarks.highavailability.talk import Place
from benchmarks.stage import Stage, until
from hawser.base.errors import LabError
from hawser.lab.lab import Lab
from hawser.lab.progress import step

RATIO = Goal(
    "instance to external through router, NAT and VXLAN, to the same path by hand (median)",
    "%",
    95,
    "-",
    True,
)
GOALS = (RATIO,)

SECONDS = 1
"""Of one stream."""
PAIRS = 5
"""A run: a stream on each of the two paths, one after the other, so many times."""


@dataclass(frozen=True, slots=True)
class Path:
    """From where to where the streams go."""

    guest: Place
    outside: Place
    address: str


def measure(stage: Stage, runs: int) -> list[Figure]:
    """The median of the ratios of all pairs."""
    stage.settle(stage.path)
    ours = Path(
        Place(stage.path.guest.node, stage.path.guest.netns), Place(stage.outside), stage.outside_address
    )
    ratios = []
    with _by_hand(stage) as theirs, _listening(ours), _listening(theirs):
        for path in (ours, theirs):
            _stream(path)
        for number in range(1, runs + 1):
            with step(stage.progress, f"run {number}: {PAIRS} streams on each path"):
                pairs = [(_stream(ours), _stream(theirs)) for _ in range(PAIRS)]
            ratios += [100 * mine / other for mine, other in pairs]
            rates = [f"{median(each) / 1e9:.2f}" for each in zip(*pairs, strict=True)]
            with step(stage.progress, f"run {number}: {rates[0]} Gbit/s, by hand {rates[1]} Gbit/s"):
                pass
    return [Figure(RATIO, median(ratios), len(ratios))]


@contextmanager
def _by_hand(stage: Stage) -> Iterator[Path]:
    name = f"{stage.name}-hand"
    try:
        with step(stage.progress, f"lab '{name}', wired by hand"):
            lab = Lab.up(name, services=())
            guest = by_hand.wire(lab)
        yield Path(guest, Place(lab.node("outside")), stage.outside_address)
    finally:
        Lab.remove(name)


@contextmanager
def _listening(path: Path) -> Iterator[None]:
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    server = path.outside.popen(["iperf3", "--server"], **quiet)
    try:
        until(lambda: _is_open(path), "iperf3 listens outside", 10)
        yield
    finally:
        server.terminate()
        server.wait(10)


def _is_open(path: Path) -> bool:
    return bool(path.outside.node.run(["ss", "-Hltn", "sport = :5201"]).stdout.strip())


def _stream(path: Path) -> float:
    """Bits a second that arrived; LabError with iperf3's words."""
    words = ["iperf3", "--client", path.address, "--time", f"{SECONDS}", "--congestion", "cubic", "--json"]
    process = path.guest.popen(words, stdout=subprocess.PIPE, text=True)
    said = json.loads(process.communicate(timeout=60)[0])
    if "error" in said:
        raise LabError(f"`{' '.join(words)}`: {said['error']}")
    return float(said["end"]["sum_received"]["bits_per_second"])
