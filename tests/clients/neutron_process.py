"""The real `neutron` command, again and again in one process: most of its time is its start.

It runs in the client's own environment. Each line of standard input is a command's words as JSON, each line of
standard output JSON with its exit `status` and what it `said` on both of its outputs.
"""

import contextlib
import io
import json
import sys

from neutronclient import shell


def main() -> None:
    """Serve until standard input ends."""
    answers = sys.stdout
    for line in sys.stdin:
        said = io.StringIO()
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            status = run(json.loads(line))
        print(json.dumps({"status": status, "said": said.getvalue()}), file=answers, flush=True)


def run(argv: list[str]) -> int:
    """One command; its exit status."""
    try:
        return int(shell.main(argv) or 0)
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 1


if __name__ == "__main__":
    main()
