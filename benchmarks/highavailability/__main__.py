"""`python -m benchmarks.highavailability`: the figures of failover, and of many routers."""

from benchmarks.command import run
from benchmarks.highavailability.rows import BOOK

if __name__ == "__main__":
    run(BOOK)
