"""A role of a node is one process's."""

from __future__ import annotations

import os

import pytest

from hawser.base.errors import MachineError
from hawser.node.agent.alone import alone
from tests.node import samples


def test_a_second_process_for_a_role_is_refused_with_the_first_ones_pid(tmp_path):
    node = samples.settings(state_path=tmp_path)
    with alone(node, ["linuxbridge", "l3"]), pytest.raises(MachineError, match=str(os.getpid())):
        alone(node, ["l3"]).__enter__()


def test_roles_may_be_in_processes_of_their_own(tmp_path):
    node = samples.settings(state_path=tmp_path)
    with alone(node, ["linuxbridge"]), alone(node, ["l3"]):
        assert len(list((tmp_path / "lock").iterdir())) == 2


def test_a_role_is_free_again_when_its_process_ended(tmp_path):
    node = samples.settings(state_path=tmp_path)
    for _ in range(2):
        with alone(node, ["l3"]):
            assert node.lock("l3").read_text() == f"{os.getpid()}\n"
        assert not node.lock("l3").read_text()
