"""What the notebooks of studies share: saving figures, and the words of findings."""
from __future__ import annotations

import os
import pathlib
from typing import Iterable

import matplotlib.figure
import xarray

from . import drawing
from .output import FIGURE_METADATA, claim
from .sweep import Sweep, open_sweep


def opened(name: str) -> Sweep:
    """The sweep that the environment variable KURULTAI_RESULT names, or ../results/NAME.h5. Raises ResultError as
    open_sweep does."""
    return open_sweep(os.environ.get("KURULTAI_RESULT", f"../results/{name}.h5"))


def keep(figure: matplotlib.figure.Figure, name: str) -> None:
    """Saves a figure as NAME.png in the folder that KURULTAI_FIGURES names, if it names one."""
    folder = os.environ.get("KURULTAI_FIGURES")
    if folder:
        target = pathlib.Path(folder) / f"{name}.png"
        with claim([target]):
            figure.savefig(target, metadata=FIGURE_METADATA)


def rests_on(sweep: Sweep) -> str:
    """'16 points x 8 replicates': for the subtitle of a figure."""
    return f"{sweep.points} points x {sweep.replicates} replicate{'' if sweep.replicates == 1 else 's'}"


def effect(mean: float, low: float, high: float, variable: xarray.DataArray) -> str:
    """A change with its interval: '+1.2 pp (+0.8 to +1.6 pp)'."""
    if low == high:
        return f"{drawing.change(mean, variable)} (the same in all replicates)"
    said, interval = drawing.with_interval(mean, low, high, variable, difference=True)
    return f"{said} ({interval})"


def listed(items: Iterable[str]) -> str:
    """'a, b and c'; 'none' if there are none."""
    words = list(items)
    return "none" if not words else words[0] if len(words) == 1 else ", ".join(words[:-1]) + " and " + words[-1]


def caveats(sweep: Sweep, intervals: int) -> list[str]:
    """What must be said beside the findings of a sweep of which `intervals` stand side by side."""
    societies = {
        "own": "Each replicate is a society of its own, the same at all points",
        "shared": "All replicates live in one society; another draw of the society could differ more",
    }
    settings = sweep.settings.get("sweep", {})
    lines = [
        f"{rests_on(sweep)} ({sweep.status}), seed {sweep.attributes.get('seed', 'unknown')}. "
        + societies.get(str(settings.get("society")), "What differs between replicates stands in the sweep's file")
        + ("; a replicate has the same random numbers at all points." if sweep.common else ".")
    ]
    if intervals > 1:
        lines.append(
            f"{intervals} intervals of 95% stand side by side: where nothing moves, about"
            f" {max(1, round(0.05 * intervals))} of them would leave out zero by luck."
        )
    lines.append(
        "Intervals tell the luck of the simulation, not how wrong the model is. Coefficients of behaviour are partly"
        " assumptions (sim/MODEL.md): read sizes as \u201cif people behave like this, then\u201d."
    )
    lines.append(
        "A null is a result: that nothing was seen is said with the interval that says how much could have been missed."
    )
    if sweep.counts.get("failed") or sweep.counts.get("missing"):
        lines.append(f"Not all runs finished: {sweep.status}. What is missing was left out.")
    return lines


def report(sweep: Sweep, findings: Iterable[str], intervals: int) -> str:
    """The Markdown of a notebook's last cell: findings, caveats, source."""
    return "\n".join(
        [
            *(f"- {line}" for line in findings),
            "",
            "**Before you quote this:**",
            "",
            *(f"- {line}" for line in caveats(sweep, intervals)),
            "",
            f"*{sweep.source_line}*",
        ]
    )
