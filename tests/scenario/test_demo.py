"""The demo's story by its own command, as a new user runs it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.scenario.world import until

pytestmark = [pytest.mark.lab, pytest.mark.timeout(300)]
HAWSER = str(Path(sys.executable).parent / "hawser")


def test_the_demo_tells_of_a_survived_power_cut(tmp_path: Path):
    summary, picture = tmp_path / "demo.json", tmp_path / "failover.png"
    name = f"demo{os.getpid()}"
    words = [HAWSER, "demo", "--name", name, "--json", str(summary), "--png", str(picture)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(summary.read_text())
    assert told["survived"]
    assert {told["master_before"], told["master_after"]} == {"network1", "network2"}
    assert told["failover_gap_ms"] > 0
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert "qrouter-" in done.stdout
    assert not Path(f"/run/hawser/labs/{name}").exists()


def test_an_interrupted_demo_leaves_nothing():
    name = f"interrupted{os.getpid()}"
    running = subprocess.Popen(
        [HAWSER, "demo", "--name", name], stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    place = Path(f"/run/hawser/labs/{name}")
    until(place.exists, 20, "the lab has begun")
    time.sleep(6)
    running.send_signal(signal.SIGINT)
    running.communicate(timeout=60)
    assert running.returncode != 0
    assert not place.exists()
    processes = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert f"/labs/{name}/" not in processes
