"""Which keepalived is taken to hang."""

from __future__ import annotations

from hawser.machine.drivers.procfs import Pulse
from hawser.node.agent.pulse import LOOK, STARVING, Pulses

PID = 7
PATIENCE = 0.5


def looks(pulses, count, *, master=True, now=0.0):
    """Look at one daemon so many times; when it was first taken to hang, None if never."""
    judge = Pulses(PATIENCE)
    for turn in range(count):
        at = now + turn * LOOK
        if judge.hanging(at, {PID: pulses(turn)}, [PID] if master else []):
            return at
    return None


def test_who_goes_on_waiting_for_events_lives():
    assert looks(lambda turn: Pulse(turn, running=False, stopped=False), 100) is None


def test_a_master_without_a_pulse_hangs_once_a_peer_had_the_time_to_take_over():
    at = looks(lambda turn: Pulse(5, running=False, stopped=False), 100)
    assert at is not None
    assert PATIENCE < at <= PATIENCE + 2 * LOOK


def test_a_standby_may_wait_for_long_and_is_looked_at_when_it_is_stopped():
    assert looks(lambda turn: Pulse(5, running=False, stopped=False), 100, master=False) is None
    assert looks(lambda turn: Pulse(5, running=False, stopped=True), 100, master=False) is not None


def test_who_only_wants_a_processor_is_given_more_time():
    at = looks(lambda turn: Pulse(5, running=True, stopped=False), 100)
    assert at is not None
    assert at > STARVING * PATIENCE


def test_after_a_time_in_which_the_whole_node_stood_still_everybody_is_alive():
    judge, pulse = Pulses(PATIENCE), {PID: Pulse(5, running=False, stopped=True)}
    judge.hanging(0.0, pulse, [PID])
    judge.hanging(LOOK, pulse, [PID])
    assert not judge.hanging(60.0, pulse, [PID])
    assert not judge.hanging(60.0 + LOOK, pulse, [PID])
