"""A role of a node is one process's."""

from __future__ import annotations

import os

import pytest

from hawser.base.errors import MachineError
from hawser.node.agent.alone import alone


def test_a_second_process_for_a_role_is_refused_with_the_first_ones_pid(tmp_path):
    with alone(tmp_path, ["linuxbridge", "l3"]), pytest.raises(MachineError, match=str(os.getpid())):
        alone(tmp_path, ["l3"]).__enter__()


def test_roles_may_be_in_processes_of_their_own(tmp_path):
    with alone(tmp_path, ["linuxbridge"]), alone(tmp_path, ["l3"]):
        assert len(list((tmp_path / "lock").iterdir())) == 2


def test_a_role_is_free_again_when_its_process_ended(tmp_path):
    with alone(tmp_path, ["l3"]):
        pass
    with alone(tmp_path, ["l3"]):
        pass
