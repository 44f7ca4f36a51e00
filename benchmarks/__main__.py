"""`python -m benchmarks`: the figures of the whole of it."""

from benchmarks.command import run
from benchmarks.rows import BOOK

if __name__ == "__main__":
    run(BOOK)
