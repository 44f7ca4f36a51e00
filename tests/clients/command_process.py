"""A real client's command, again and again in one process: most of its time is its start.

It runs in the client's own environment, and is told the module whose `main` is the command. Each line of standard
input is a command's words as JSON, each line of standard output JSON with its exit `status`, what it `printed`, and
what it `said` on its other output.
"""

import contextlib
import importlib
import io
import json
import sys
from collections.abc import Callable


def main() -> None:
    """Serve until standard input ends."""
    command = importlib.import_module(sys.argv[1]).main
    answers = sys.stdout
    for line in sys.stdin:
        printed, said = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(said):
            status = run(command, json.loads(line))
        answer = {"status": status, "printed": printed.getvalue(), "said": said.getvalue()}
        print(json.dumps(answer), file=answers, flush=True)


def run(command: Callable[[list[str]], object], argv: list[str]) -> int:
    """One command; its exit status."""
    try:
        return int(command(argv) or 0)
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 1


if __name__ == "__main__":
    main()
