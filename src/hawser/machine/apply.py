"""Carry out a plan: in waves, each in one batch a driver, and all drivers wait together; errors are kept to what
depends on them.

Law: a step is taken only when all steps it comes after have succeeded. A failed step holds back what comes after
it, directly or through others, and nothing else. In a wave there are either makes or breaks: breaks wait until
no make is left that could be done. One log line a step.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from hawser.base.errors import MachineError
from hawser.machine.driver import Driver, Finish
from hawser.machine.plan import Op, Plan, Step, Verb

log = logging.getLogger(__name__)

Batch = dict[int, Op]
"""Ops for one driver by their steps' places in the plan."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A step that the machine refused."""

    op: Op
    error: MachineError


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a plan: ``held`` are the steps that were not tried because an earlier one failed."""

    done: tuple[Op, ...] = ()
    failed: tuple[Failure, ...] = ()
    held: tuple[Op, ...] = ()


def apply(plan: Plan, drivers: Sequence[Driver]) -> Outcome:
    """Take the steps of ``plan``. In a wave all drivers begin, and are waited for, in their order in ``drivers``."""
    driver_of = {kind: driver for driver in drivers for kind in driver.kinds}
    waiting = dict(enumerate(plan.steps))
    done: dict[int, Op] = {}
    failed: dict[int, Failure] = {}
    while wave := _wave(plan, waiting, done):
        begun: list[tuple[Batch, Finish]] = []
        for driver in drivers:
            chosen = [index for index in wave if driver_of[type(plan.steps[index].op.item)] is driver]
            if chosen:
                batch = {index: waiting.pop(index).op for index in chosen}
                begun.append((batch, driver.begin(tuple(batch.values()))))
        for batch, finish in begun:
            for (index, op), error in zip(batch.items(), finish(), strict=True):
                _log(op, error)
                if error is None:
                    done[index] = op
                else:
                    failed[index] = Failure(op, error)
    held = tuple(step.op for step in waiting.values())
    for op in held:
        log.info("op=%s item=%s result=held reason=%r", op.verb, "/".join(op.item.key), op.reason)
    return Outcome(tuple(done.values()), tuple(failed.values()), held)


def _wave(plan: Plan, waiting: dict[int, Step], done: dict[int, Op]) -> list[int]:
    ready = [index for index in waiting if plan.steps[index].after <= done.keys()]
    makes = [index for index in ready if plan.steps[index].op.verb is not Verb.DELETE]
    return makes or ready


def _log(op: Op, error: MachineError | None) -> None:
    name = "/".join(op.item.key)
    if error is None:
        log.info("op=%s item=%s result=done reason=%r", op.verb, name, op.reason)
    else:
        log.warning("op=%s item=%s result=failed reason=%r error=%s", op.verb, name, op.reason, error)
