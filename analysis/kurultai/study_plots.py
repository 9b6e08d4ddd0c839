"""Figures of the studies: estimates with intervals, row by row and panel by panel, and pairs of levers.

All take a Sweep, for the line that says where the numbers are from, and return a matplotlib Figure."""
from __future__ import annotations

import dataclasses
import math
import textwrap
from typing import Mapping, Sequence

import matplotlib.figure
import matplotlib.pyplot as pyplot
import matplotlib.ticker
import numpy
import pandas
import xarray

from . import drawing
from .sweep import Sweep

_LIGHT, _DARK = "#fffffe", "#000001"  # text on cells, the same on white and on black pages


@dataclasses.dataclass(frozen=True)
class Panel:
    """Estimates that stand in one column of a figure."""

    title: str
    #: By what colours mean: a table with the columns effect, low and high, its rows the figure's. With one table,
    #: colours tell : whether an interval lies above, below or around `reference`.
    tables: Mapping[str, pandas.DataFrame]
    #: Says the unit.
    variable: xarray.DataArray
    #: Whether the estimates are changes.
    difference: bool = True
    #: Where a line is drawn; None: nowhere.
    reference: float | None = 0.0


@drawing.styled
def dots(
    sweep: Sweep,
    panels: Sequence[Panel],
    title: str,
    subtitle: str,
    groups: Sequence[str] | None = None,
    labels: Sequence[str] | None = None,
    width: float = 10.5,
) -> matplotlib.figure.Figure:
    """A row a thing and a column a panel, each estimate a dot in its 95% interval. All tables have the same rows, said
    as `labels`; where `groups` (by row) changes, a gap is left."""
    rows = list(next(iter(panels[0].tables.values())).index)
    said = list(labels) if labels is not None else [str(row).replace("_", " ") for row in rows]
    groups = list(groups) if groups is not None else [""] * len(rows)
    y, places = 0.0, []
    for k in range(len(rows)):
        y -= 0.5 if k and groups[k] != groups[k - 1] else 0.0
        places.append(y)
        y -= 1.0
    y = numpy.array(places)
    many = max(len(panel.tables) for panel in panels)
    figure, grid = pyplot.subplots(
        1, len(panels), figsize=(width, 1.0 + (0.27 + 0.09 * (many - 1)) * (1 - y[-1])), squeeze=False, sharey=True
    )
    for place, (axes, panel) in enumerate(zip(grid[0], panels)):
        every = numpy.concatenate(
            [table[["effect", "low", "high"]].to_numpy().ravel() for table in panel.tables.values()]
            + ([numpy.array([panel.reference])] if panel.reference is not None else [])
        )
        every = every[numpy.isfinite(every)]
        span = max(float(numpy.ptp(every)), 1e-9) if every.size else 1.0
        if panel.reference is not None:
            axes.axvline(panel.reference, color=drawing.GREY, linewidth=1.2, zorder=1)
        for k, (table, palette) in enumerate(zip(panel.tables.values(), drawing.PALETTE)):
            effect, low, high = (table[name].to_numpy(dtype=float) for name in ("effect", "low", "high"))
            heights = y + 0.24 * ((len(panel.tables) - 1) / 2 - k)
            for row in range(len(rows)):
                color = palette
                if len(panel.tables) == 1 and panel.reference is not None:
                    color = (
                        drawing.BLUE
                        if low[row] > panel.reference
                        else drawing.VERMILION if high[row] < panel.reference else drawing.GREY
                    )
                axes.hlines(heights[row], low[row], high[row], color=color, linewidth=2.2, zorder=2)
                axes.plot(
                    effect[row], heights[row], "o", color=color, markersize=7 if len(panel.tables) == 1 else 6, zorder=3
                )
                if len(panels) == 1 and len(panel.tables) == 1:
                    end = max(
                        (e for e in (high[row], effect[row], panel.reference) if e is not None and math.isfinite(e)),
                        default=0.0,
                    )
                    text = (drawing.change if panel.difference else drawing.number)(float(effect[row]), panel.variable)
                    axes.text(end + 0.02 * span, heights[row], text, va="center", ha="left", fontsize=11, color=color)
        if every.size:
            axes.set_xlim(every.min() - 0.06 * span, every.max() + (0.16 if len(panels) == 1 else 0.06) * span)
        axes.set_ylim(y[-1] - 0.7, 0.7)
        axes.xaxis.set_major_locator(matplotlib.ticker.MaxNLocator(max(2, 7 // len(panels))))
        (drawing.points_axis if panel.difference else drawing.percent_axis)(axes.xaxis, panel.variable)
        axes.grid(axis="x", color=drawing.PALE, linewidth=0.8)
        axes.tick_params(axis="y", length=0)
        axes.tick_params(axis="x", labelsize=11 if len(panels) < 4 else 10)
        axes.spines["left"].set_visible(False)
        axes.set_title(panel.title, fontsize=14 if len(panels) < 4 else 12, pad=24 if many > 1 and place == 0 else 8)
        unit = drawing.unit(panel.variable)
        kind = "percentage points" if panel.difference and drawing.is_share(panel.variable) else unit
        axes.set_xlabel("\n".join(textwrap.wrap(kind, max(12, int(8 * width / len(panels))))), fontsize=11)
    grid[0][0].set_yticks(y, said)
    grid[0][0].tick_params(axis="y", labelsize=11.5 if len(rows) < 25 else 10.5)
    if many > 1:
        widest = max(panels, key=lambda panel: len(panel.tables))
        drawing.key(grid[0][0], list(widest.tables), drawing.PALETTE[:many], size=11.5, above=4)
        for axes, panel in zip(grid[0], panels):
            axes.set_title(panel.title, fontsize=14 if len(panels) < 4 else 12, pad=24)
    return drawing.finish(figure, sweep, title, subtitle)


@drawing.styled
def pairs(
    sweep: Sweep,
    effects: pandas.DataFrame,
    levers: Sequence[str],
    term,
    variable: xarray.DataArray,
    title: str,
    subtitle: str,
    width: float = 10.5,
) -> matplotlib.figure.Figure:
    """A cell a pair of `levers` with its row of `effects` (named by `term(x, y)`): the effect, half of its interval,
    and colour where the interval leaves out zero."""
    count = len(levers)
    values = numpy.full((count, count), numpy.nan)
    for i in range(count):
        for j in range(i):
            values[i, j] = effects.loc[term(levers[j], levers[i]), "effect"]
    reach = max(float(numpy.nanmax(numpy.abs(values))), 1e-12)
    figure, axes = pyplot.subplots(figsize=(width, 1.2 + 0.72 * (count - 1)))
    clear = {
        (i, j): (
            not effects.loc[term(levers[j], levers[i]), "low"] <= 0 <= effects.loc[term(levers[j], levers[i]), "high"]
        )
        for i in range(count)
        for j in range(i)
    }
    shown = numpy.where([[clear.get((i, j), False) for j in range(count)] for i in range(count)], values, 0.0)
    shown = numpy.where(numpy.isfinite(values), shown, numpy.nan)
    axes.imshow(
        shown[1:, :-1], aspect="auto", cmap="RdBu", vmin=-1.15 * reach, vmax=1.15 * reach, interpolation="nearest"
    )
    for (i, j), sure in clear.items():
        row = effects.loc[term(levers[j], levers[i])]
        color = _LIGHT if sure and abs(values[i, j]) > 0.65 * reach else _DARK
        axes.text(
            j,
            i - 1.04,
            drawing.change(float(row["effect"]), variable).removesuffix(" pp"),
            ha="center",
            va="bottom",
            fontsize=12,
            fontweight="bold" if sure else "normal",
            color=color,
        )
        half = drawing.change(float(row["high"] - row["low"]) / 2, variable, sign=False).removesuffix(" pp")
        axes.text(j, i - 0.98, f"\u00b1{half}", ha="center", va="top", fontsize=10, color=color)
    words = [lever.replace("_", " ") for lever in levers]
    axes.set_xticks(range(count - 1), words[:-1], rotation=30, ha="right", fontsize=11)
    axes.set_yticks(range(count - 1), words[1:], fontsize=11)
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    return drawing.finish(figure, sweep, title, subtitle)
