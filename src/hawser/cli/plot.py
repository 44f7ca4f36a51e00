"""The ping over time as pictures: a PNG to keep and a plot for the terminal. Libraries draw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from hawser.lab.ping import Record


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened at a time (seconds since the epoch)."""

    at: float
    what: str


def _silence(record: Record, origin: float) -> tuple[list[float], list[float]]:
    """For every reply: when (seconds since origin), and the milliseconds since the one before."""
    times = [reply.at for reply in record.replies]
    silences = [(b - a) * 1000 for a, b in pairwise(times)]
    return [at - origin for at in times[1:]], silences


def picture(record: Record, marks: Sequence[Mark], path: Path, title: str) -> None:
    """Write the PNG."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    origin = record.replies[0].at
    x, y = _silence(record, origin)
    figure, axes = pyplot.subplots(figsize=(10, 4), layout="constrained")
    axes.vlines(x, 0, y, linewidth=1.2, color="tab:blue")
    for number, mark in enumerate(marks):
        axes.axvline(mark.at - origin, color="tab:red", linestyle="--", linewidth=1)
        place = (mark.at - origin, max(y) * (1.15 - 0.09 * (number % 3)))
        axes.annotate(f" {mark.what}", place, fontsize=9, color="tab:red")
    axes.set(xlabel="seconds", ylabel="ms since the last answer", title=title, ylim=(0, max(y) * 1.25))
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110)
    pyplot.close(figure)


def terminal(record: Record, marks: Sequence[Mark], title: str) -> str:
    """The same for a terminal of 100 columns, as text."""
    import plotext

    origin = record.replies[0].at
    x, y = _silence(record, origin)
    plotext.clear_figure()
    plotext.plot_size(100, 18)
    plotext.theme("clear")
    plotext.plot(x, y, marker="dot")
    for mark in marks:
        plotext.vline(mark.at - origin)
        plotext.text(mark.what, mark.at - origin, max(y) * 0.9)
    plotext.title(title)
    plotext.xlabel("seconds")
    plotext.ylabel("ms since the last answer")
    text: str = plotext.uncolorize(plotext.build())
    return text
