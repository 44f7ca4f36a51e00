"""What keepalived runs when its part changes and no agent runs, with an `ip` and a conntrackd that only say what they
are asked for."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from hawser.machine.items.file import File
from hawser.node.planners import conntrack
from hawser.node.planners.router_ha import primary_address
from tests.node import samples

pytestmark = pytest.mark.service
CONNTRACKD = """#!/bin/sh
shift
router=$(basename "$(dirname "$1")")
shift
echo "begin $router $*" >>{root}/log
sleep 0.05
echo "end $router $*" >>{root}/log
"""
IP = """#!/bin/sh
cat {root}/address
"""
MASTER = ["-R", "-B"]
STANDBY = ["-f internal", "-n"]
Tell = Callable[[str, bool], None]


@pytest.fixture
def tell(tmp_path: Path) -> Tell:
    """Have a router told that its part changed, and whether it is master now: that returns at once."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name, text in (("conntrackd", CONNTRACKD), ("ip", IP)):
        (programs / name).write_text(text.format(root=tmp_path))
        (programs / name).chmod(0o755)
    env = {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}"}

    def told(router: str, master: bool) -> None:
        held = f"2: ha-1    inet {primary_address(1)} scope global ha-1\n" if master else ""
        (tmp_path / "new").write_text(held)
        (tmp_path / "new").rename(tmp_path / "address")
        subprocess.run([_script(tmp_path / router)], env=env, check=True, timeout=10)

    return told


def _script(directory: Path) -> Path:
    if not directory.exists():
        directory.mkdir()
        with socket.socket(socket.AF_UNIX) as control:
            control.bind(str(directory / "conntrackd.ctl"))
    ha = samples.router().ha
    assert ha is not None
    lock = directory / "lock"
    primary = primary_address(1)
    items = conntrack.desire(samples.router(), replace(ha, vrid=1), str(directory), [], primary, lock=lock)
    files = {Path(item.path).name: item for item in items if isinstance(item, File)}
    for name, file in files.items():
        if not (directory / name).exists():
            (directory / name).write_text(file.content)
            (directory / name).chmod(file.mode)
    return directory / "conntrackd.sh"


def asked(root: Path) -> list[str]:
    """What conntrackds were asked for by the time that nobody works any more, in order."""
    deadline = time.monotonic() + 20
    while any(map(_is_busy, root.glob("*/conntrackd.sh"))):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    lines = (root / "log").read_text().splitlines()
    return [line.split(maxsplit=2)[2] for line in lines if line.startswith("begin")]


def _is_busy(script: Path) -> bool:
    """Whether anybody runs it."""
    found = subprocess.run(["pgrep", "-f", str(script)], check=False, capture_output=True)
    return found.returncode == 0


@pytest.mark.parametrize(("master", "wanted"), [(True, MASTER), (False, STANDBY)])
def test_a_part_is_read_from_the_addresses(tmp_path: Path, tell: Tell, master: bool, wanted: list[str]):
    tell("blue", master)
    assert asked(tmp_path) == wanted


def test_a_part_that_flaps_is_followed_once_at_a_time_and_ends_with_the_last(tmp_path: Path, tell: Tell):
    for number in range(20):
        tell("blue", number % 2 == 0)
    tell("blue", True)
    assert asked(tmp_path)[-2:] == MASTER
    assert len(asked(tmp_path)) < 20 * len(MASTER)


def test_routers_that_change_at_once_take_turns(tmp_path: Path, tell: Tell):
    for number in range(6):
        tell(f"router{number}", True)
    assert len(asked(tmp_path)) == 6 * len(MASTER)
    lines = (tmp_path / "log").read_text().splitlines()
    for begin, end in zip(lines[::2], lines[1::2], strict=True):
        assert (begin.split()[0], end) == ("begin", begin.replace("begin", "end"))
