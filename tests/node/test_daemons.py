"""That a daemon ended is news, unless a turn of the agent's own ends it."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

import pytest

from hawser.machine.drivers.memory import MemoryMachine
from hawser.machine.items.item import Key
from hawser.machine.items.process import process_key
from hawser.node.agent.daemons import Daemons

DAEMON = process_key("qrouter-x", "keepalived")


class Machine(MemoryMachine):
    """With one daemon that really runs."""

    def __init__(self) -> None:
        super().__init__([PurePosixPath("/nowhere")], (), {})
        self.process = subprocess.Popen(["sleep", "30"])

    def pids(self) -> Mapping[Key, int]:
        return {DAEMON: self.process.pid}


@pytest.fixture
def machine() -> Iterator[Machine]:
    made = Machine()
    yield made
    made.process.kill()
    made.process.wait()


@pytest.mark.parametrize("doomed", [False, True])
def test_an_end_is_news_where_nobody_asked_for_it(machine: Machine, doomed: bool):
    daemons = Daemons(machine, 0.0, lambda: None)
    daemons.follow(())
    daemons.let_go({DAEMON} if doomed else ())
    machine.process.kill()
    machine.process.wait()
    assert daemons.events.drain() is not doomed
    daemons.events.close()
