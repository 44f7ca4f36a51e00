"""keepalived's news over the FIFO."""

from __future__ import annotations

import pytest

from hawser.node.agent.notify import Fifo, parse
from hawser.wire.report import Mastership
from tests.node.samples import ROUTER


@pytest.mark.parametrize(
    ("state", "part"),
    [
        ("MASTER", Mastership.ACTIVE),
        ("BACKUP", Mastership.STANDBY),
        ("FAULT", Mastership.STANDBY),
        ("STOP", Mastership.UNKNOWN),
    ],
)
def test_a_change_of_state_is_understood(state, part):
    assert parse(f'INSTANCE "VR_7_{ROUTER}" {state} 200') == (ROUTER, part)


@pytest.mark.parametrize(
    "line", ["", "GROUP x MASTER 1", f'INSTANCE "VR_7_{ROUTER}" MASTER_RX_LOWER_PRI 200']
)
def test_what_changes_no_part_is_passed_over(line):
    assert parse(line) is None


def test_lines_are_put_together_from_pieces(tmp_path):
    fifo = Fifo(tmp_path / "ha" / "notify.fifo")
    try:
        with (tmp_path / "ha" / "notify.fifo").open("w") as writer:
            writer.write(f'INSTANCE "VR_7_{ROUTER}" BACK')
            writer.flush()
            assert list(fifo.read()) == []
            writer.write(f'UP 200\nINSTANCE "VR_7_{ROUTER}" MASTER 240\n')
            writer.flush()
            assert list(fifo.read()) == [(ROUTER, Mastership.STANDBY), (ROUTER, Mastership.ACTIVE)]
        assert list(fifo.read()) == []
    finally:
        fifo.close()


def test_the_fifo_is_kept_for_writers_across_a_restart(tmp_path):
    path = tmp_path / "notify.fifo"
    Fifo(path).close()
    before = path.stat().st_ino
    Fifo(path).close()
    assert path.stat().st_ino == before
