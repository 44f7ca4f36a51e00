"""The whole lab from nothing, as a user starts it, with all that is installed or cached already there."""

from __future__ import annotations

import subprocess
import time

from benchmarks.figure import Figure, Goal, middle_and_worst
from benchmarks.stage import Stage
from hawser.base.errors import LabError
from hawser.lab import environments
from hawser.lab.lab import Lab
from hawser.lab.progress import step

UP = Goal("whole lab from nothing, warm (median)", "s", 25)
WORST_UP = Goal("whole lab from nothing, warm (worst)", "s", 25)
GOALS = (UP, WORST_UP)

TIMEOUT = 180.0
"""Seconds after which a start is given up."""


def measure(stage: Stage, runs: int) -> list[Figure]:
    """As many starts of `hawser lab up` as ``runs``, each of a lab of its own that is then taken away."""
    return middle_and_worst(UP, WORST_UP, [_up(stage, number) for number in range(1, runs + 1)])


def _up(stage: Stage, number: int) -> float:
    """Seconds of one start."""
    name = f"{stage.name}-up"
    command = [str(environments.own("hawser")), "lab", "up", "--name", name]
    with step(stage.progress, f"run {number}: {' '.join(command[1:])}"):
        begun = time.monotonic()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        try:
            _, words = process.communicate(timeout=TIMEOUT)
            seconds = time.monotonic() - begun
        finally:
            # One that was interrupted must be gone before its lab is: it holds the lab until then.
            process.kill()
            process.wait()
            Lab.remove(name)
    if process.returncode:
        raise LabError(f"`hawser lab up` answered {process.returncode}: {words.strip()}")
    return seconds
