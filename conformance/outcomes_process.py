"""Tells what became of each test: reads a subunit stream, writes a line of JSON for each test that ended.

It runs in tempest's own Python environment, so it imports nothing of Hawser.
{"test": its id, "outcome": "success" | "skip" | "fail" | ..., "why": a skip's reason or a failure's traceback}

usage: tempest run --subunit ... | outcomes_process.py
"""

from __future__ import annotations

import json
import sys
from typing import Any

import subunit
import testtools


def main() -> None:
    """From standard input to standard output."""
    result = testtools.StreamToDict(_tell)
    result.startTestRun()
    subunit.ByteStreamToStreamResult(sys.stdin.buffer).run(result)
    result.stopTestRun()


def _tell(test: dict[str, Any]) -> None:
    if test["status"] == "exists":
        return
    details = test["details"]
    parts = ("reason",) if "reason" in details else [name for name in details if name.startswith("traceback")]
    why = "\n".join(details[name].as_text() for name in parts)
    print(json.dumps({"test": test["id"], "outcome": test["status"], "why": why.strip()}), flush=True)


if __name__ == "__main__":
    main()
