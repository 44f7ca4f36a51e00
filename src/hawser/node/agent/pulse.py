"""Which daemons hang, by their pulse: whether they still wait for events and get them. Pure.

A master's keepalived sends a heartbeat every interval and sleeps in between, so that the kernel counts on. One that
is stopped, or has not slept since, hangs: its peers take over, but its addresses still stand here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from hawser.machine.drivers.procfs import Pulse

LOOK = 0.25
"""Seconds between two looks."""
LATE = 1.0
"""Seconds between two looks after which the second tells nothing: this node stood still, or was busy."""
STILL = 3
"""Looks without a pulse that it takes at least."""
STARVING = 10
"""How many times longer one is waited for that would run if there were a processor free."""


@dataclass(frozen=True, slots=True)
class _Watched:
    """A pulse, since when it stands still, and for how many looks."""

    pulse: Pulse
    since: float
    still: int = 0


class Pulses:
    """``patience`` is in seconds: the time in which a peer takes over. Daemons are known by their main pid."""

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._looked_at = float("-inf")
        self._last: dict[int, _Watched] = {}

    def hanging(self, now: float, pulses: Mapping[int, Pulse], beating: Collection[int]) -> set[int]:
        """Those that have hung for longer than the patience. ``beating`` are those that ought to have a pulse: the
        masters; of the others only one that is stopped is sure to hang."""
        late = now - self._looked_at > LATE
        self._looked_at = now
        self._last = {
            pid: _Watched(pulse, now)
            if late or self._lives(pid, pulse, pid in beating)
            else replace(self._last[pid], pulse=pulse, still=self._last[pid].still + 1)
            for pid, pulse in pulses.items()
        }
        return {
            pid
            for pid, each in self._last.items()
            if each.still >= STILL and now - each.since > self._patient(each.pulse)
        }

    def _lives(self, pid: int, pulse: Pulse, beats: bool) -> bool:
        last = self._last.get(pid)
        if last is None or last.pulse.switches != pulse.switches:
            return True
        return not beats and not pulse.stopped

    def _patient(self, pulse: Pulse) -> float:
        return self._patience * (STARVING if pulse.running else 1)
