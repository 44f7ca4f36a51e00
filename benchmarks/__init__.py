"""The figures of docs/benchmarks.md, each measured on a real lab: `python -m benchmarks`.

A row is one module with `GOALS` (what is measured, in which unit, and what to reach) and `measure(stage, runs)`,
which answers a figure for each goal. Nothing here is a figure that was not measured in that very run.
"""
