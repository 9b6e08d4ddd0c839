"""Figures of a sweep, in the style of the figures of a run. Each says how many points and replicates it rests on, what
its bands mean, and the sweep's title and seed.

Every function takes a Sweep and returns a matplotlib Figure. All raise ResultError if the sweep lacks the axis, the
measure or the series, or its design cannot answer. A band around a mean is its 95% interval (Student's t). Where the
design allows it, values of a lever are compared at the same settings of the other levers ("fair"); else the figure
says that the others differ too. `width` is the figure's, in inches."""
from __future__ import annotations

import math
import textwrap
from typing import Any, Mapping, Sequence

import matplotlib.figure
import matplotlib.pyplot as pyplot
import matplotlib.ticker
import numpy
import xarray

from . import drawing, statistics
from .file import ResultError, chosen, decoded
from .sweep import Contrast, Sweep

_BANDS = {"mean": "95% interval of the mean", "replicates": "the middle 90% (5% to 95%)"}
_LIGHT, _DARK = "#fffffe", "#000001"  # text on cells, the same on white and on black pages


# --- Parts ---------------------------------------------------------------------------------------------------


def _others(sweep: Sweep, contrast: Contrast) -> str:
    """How the other axes were treated, as a sentence; empty if there are none."""
    if len(sweep.axes) < 2:
        return ""
    if not contrast.fair:
        return "The other levers differ too: this is an association."
    settings = len(contrast.points[0])
    if settings == 1:
        return "All other levers are the same."
    return f"Mean over the same {settings} settings of the other lever{'s' if len(sweep.axes) > 2 else ''}."


def _few(contrast: Contrast, most: int = drawing.MOST_LINES) -> list[int]:
    """At most `most` of the groups, spread evenly, both ends among them."""
    count = len(contrast.labels)
    return sorted({round(k) for k in numpy.linspace(0, count - 1, min(most, count))})


def _colors(contrast: Contrast, shown: Sequence[int]) -> tuple[str, ...]:
    return drawing.ordered(len(shown)) if contrast.axis.is_number else drawing.PALETTE[: len(shown)]


def _band(values: numpy.ndarray, band: str) -> tuple[numpy.ndarray, numpy.ndarray, numpy.ndarray]:
    """Mean and band of `values` over their first dimension."""
    mean, low, high, _ = statistics.mean_interval(values)
    if band == "replicates":
        low, high = statistics.middle_band(values)
    return mean, low, high


def _band_said(contrast: Contrast, band: str) -> str:
    if band not in _BANDS:
        raise ResultError(f"no band '{band}'; there are: {', '.join(_BANDS)}")
    what = "replicates" if contrast.fair else ("points" if band == "mean" else "runs")
    return f"Bands: {_BANDS[band]} of {what}."


def _select(
    variable: xarray.DataArray, at: Mapping[str, str] | None, over: tuple[str, ...], sweep: Sweep
) -> xarray.DataArray:
    """The series at the labels `at`; it must then be over `over`."""
    for dimension, label in (at or {}).items():
        variable = chosen(sweep.path, variable, dimension, label)
    if set(variable.dims) != {"point", "replicate", *over}:
        left = [str(d) for d in variable.dims if d not in ("point", "replicate", *over)]
        raise ResultError(
            f"{sweep.path}: {variable.name} is also over {', '.join(left)}; choose with at={{'{left[0]}': LABEL}}"
            if left
            else f"{sweep.path}: {variable.name} is not over {', '.join(over)}"
        )
    return variable.transpose("point", "replicate", *over)


def _difference(
    sweep: Sweep, contrast: Contrast, first: numpy.ndarray, last: numpy.ndarray
) -> tuple[float, float, float]:
    """The change between two groups and its 95% interval: paired in a fair contrast where replicates share their
    luck."""
    mean, low, high, _ = statistics.differences(last, first, contrast.fair and sweep.common)
    return float(mean), float(low), float(high)


def _course(sweep: Sweep, contrast: Contrast, variable: xarray.DataArray) -> str:
    """What a measure does along an axis, as a title."""
    groups = sweep.by_value(variable, contrast)
    means = [float(statistics.mean_interval(group)[0]) for group in groups]
    what, lever = drawing.name(variable), contrast.axis.words
    best, worst = int(numpy.nanargmax(means)), int(numpy.nanargmin(means))
    ends = (0, len(means) - 1) if contrast.axis.is_number else (worst, best)
    first, last = means[ends[0]], means[ends[1]]
    if len(groups) > 1:
        mean, low, high = _difference(sweep, contrast, groups[ends[0]], groups[ends[1]])
        if math.isfinite(low) and low <= 0 <= high:
            apart, low_apart, _ = _difference(sweep, contrast, groups[worst], groups[best])
            if low_apart > 0.5 * apart:  # far from zero, since these two were chosen for being far apart
                labels = contrast.labels
                return (
                    f"{what} is highest with {lever} {labels[best]} ({drawing.number(means[best], variable)}), lowest"
                    f" with {labels[worst]} ({drawing.number(means[worst], variable)})"
                )
            mean_said, interval = drawing.with_interval(mean, low, high, variable, difference=True)
            return f"No clear effect of {lever} on {what.lower()}: {mean_said}, 95% interval {interval}"
    a, b = drawing.number(first, variable), drawing.number(last, variable)
    if not contrast.axis.is_number:
        return (
            f"{what} is highest with {lever} {contrast.labels[best]} ({b}), lowest with {contrast.labels[worst]} ({a})"
        )
    if a == b:
        return f"{what} changes little with {lever}: {drawing.change(last - first, variable)}"
    verb = "rises" if last > first else "falls"
    return f"{what} {verb} from {a} to {b} as {lever} goes from {contrast.labels[0]} to {contrast.labels[-1]}"


def _places(contrast: Contrast) -> numpy.ndarray:
    """Where the groups stand on a horizontal axis: numbers at their value, words side by side."""
    if contrast.axis.is_number:
        return numpy.array(contrast.values, dtype=float)
    return numpy.arange(len(contrast.labels), dtype=float)


def _lever_axis(axes: Any, contrast: Contrast, x: numpy.ndarray) -> None:
    axes.set_xlabel(contrast.axis.label)
    if not contrast.axis.is_number:
        axes.set_xticks(x, ["\n".join(textwrap.wrap(label.replace("_", " "), 14)) for label in contrast.labels])
        axes.set_xlim(-0.6, len(x) - 0.4)
        return
    if len(x) <= 6 and contrast.fair and (len(x) < 2 or numpy.diff(x).min() > 0.09 * numpy.ptp(x)):
        axes.set_xticks(x, list(contrast.labels))
    else:
        axes.xaxis.set_major_locator(matplotlib.ticker.MaxNLocator(6))


def _direction(effects: numpy.ndarray) -> float:
    """1 if the effects are upward on the whole, -1 if downward."""
    return -1.0 if numpy.nansum(effects) < 0 else 1.0


def _clear(sweep: Sweep, contrast: Contrast, groups: Sequence[numpy.ndarray], shown: Sequence[int]) -> bool:
    """Whether any difference between the ends of a fair contrast has an interval without zero."""
    if not contrast.fair or len(shown) < 2:
        return True
    _, low, high, _ = statistics.differences(groups[shown[-1]], groups[shown[0]], sweep.common)
    return bool(numpy.any((low > 0) | (high < 0)))


# --- Figures of measures -------------------------------------------------------------------------------------


@drawing.styled
def effect(sweep: Sweep, axis: str, measure: str, width: float = 10.5) -> matplotlib.figure.Figure:
    """A measure along a lever, with the 95% interval of its mean at each value; beside it the paired difference to the
    base value, replicate by replicate. Where no two points differ by the lever alone: the points, and means in ranges
    of the lever."""
    variable = sweep.measure(measure)
    contrast = sweep.contrast(axis, groups=5)
    x = _places(contrast)
    groups = sweep.by_value(variable, contrast)
    mean, low, high, _ = (numpy.array(part) for part in zip(*(statistics.mean_interval(group) for group in groups)))
    panels = 2 if contrast.fair and len(groups) > 1 else 1
    stacked = width < drawing.NARROW
    shape = (panels, 1) if stacked else (1, panels)
    figure, grid = pyplot.subplots(*shape, figsize=(width, 3.2 * shape[0] if stacked else 4.3), squeeze=False)
    left = grid.flat[0]
    linked = contrast.axis.is_number and contrast.fair
    if not contrast.fair:
        every = statistics.mean_interval(variable.transpose("point", "replicate").values, axis=1)[0]
        column = sweep.design[contrast.axis.name].values
        place = column if contrast.axis.is_number else numpy.array([contrast.axis.values.index(v) for v in column])
        left.plot(
            place,
            every,
            "o",
            color=drawing.GREY,
            alpha=0.45,
            markersize=5,
            markeredgewidth=0,
            rasterized=len(every) > 300,
        )
    elif len(groups[0]) <= 60:
        for line in numpy.array(groups).T:
            left.plot(
                x,
                line,
                color=drawing.PALE,
                linewidth=1.0,
                zorder=1,
                marker=None if linked else "o",
                markersize=3,
                linestyle="-" if linked else "none",
            )
    left.errorbar(
        x,
        mean,
        (mean - low, high - mean),
        color=drawing.BLUE,
        marker="o",
        markersize=8,
        linewidth=2.5 if linked else 0,
        elinewidth=2.2,
        capsize=5,
        capthick=2,
        zorder=3,
    )
    _lever_axis(left, contrast, x)
    drawing.percent_axis(left.yaxis, variable)
    left.set_title(drawing.name(variable) + (f", {drawing.unit(variable)}" if drawing.unit(variable) else ""))
    note = (
        "Grey: each replicate. "
        if contrast.fair and len(groups[0]) <= 60
        else "" if contrast.fair else "Grey: each point. "
    )
    said = f"{note}Bars: 95% interval of the mean over {'replicates' if contrast.fair else 'the points of a range'}."
    if panels == 2:
        right = grid.flat[1]
        pairs = sweep.paired(measure, axis)
        base = pairs.attrs["base"]
        k = contrast.values.index(base)
        difference = pairs["mean"].values
        right.axhline(0, color=drawing.GREY, linewidth=1.2, zorder=1)
        others = [j for j in range(len(x)) if j != k]
        if linked:
            right.plot(x, difference, color=drawing.VERMILION, linewidth=2.5, zorder=2)
        right.errorbar(
            x[others],
            difference[others],
            (difference[others] - pairs["low"].values[others], pairs["high"].values[others] - difference[others]),
            color=drawing.VERMILION,
            marker="o",
            markersize=8,
            linewidth=0,
            elinewidth=2.2,
            capsize=5,
            capthick=2,
            zorder=3,
        )
        right.plot(
            x[k],
            0,
            "o",
            markersize=9,
            markerfacecolor="white",
            markeredgecolor=drawing.VERMILION,
            markeredgewidth=2,
            zorder=4,
        )
        reach = numpy.nanmax(
            numpy.abs(numpy.concatenate([pairs["low"].values, pairs["high"].values, difference, [1e-12]]))
        )
        bottom = min(0.0, float(numpy.nanmin(numpy.append(pairs["low"].values, difference))))
        top = max(0.0, float(numpy.nanmax(numpy.append(pairs["high"].values, difference))))
        right.set_ylim(bottom - 0.24 * reach, top + 0.24 * reach)
        for j in others if len(x) <= 8 else []:
            up = difference[j] >= 0
            end = pairs["high" if up else "low"].values[j]
            end = end if math.isfinite(end) else difference[j]
            # Between others the line passes: the text stands on the side that it leaves free.
            slope = difference[j + 1] - difference[j - 1] if linked and 0 < j < len(x) - 1 else 0.0
            side = 0 if slope == 0 else -1 if (slope > 0) == up else 1
            right.annotate(
                drawing.change(float(difference[j]), variable),
                (x[j], end),
                xytext=(4 * side, 6 if up else -6),
                textcoords="offset points",
                ha={0: "center", -1: "right", 1: "left"}[side],
                va="bottom" if up else "top",
                fontsize=11.5,
                color=drawing.VERMILION,
            )
        _lever_axis(right, contrast, x)
        drawing.points_axis(right.yaxis, variable)
        change = f"Change from {contrast.axis.said(base)}" + (
            ", percentage points" if drawing.is_share(variable) else ""
        )
        right.set_title("\n".join(textwrap.wrap(change, 26 if stacked else 38)))
        said += (
            " Second panel: differences"
            + (", paired over shared random numbers," if sweep.common else ", not paired,")
            + " and their 95% intervals; open dot: the base."
        )
    for axes in grid.flat:
        axes.grid(axis="y", color=drawing.PALE, linewidth=0.8)
        axes.margins(x=0.2 if stacked else 0.12)
    return drawing.finish(
        figure,
        sweep,
        _course(sweep, contrast, variable),
        " ".join(filter(None, [drawing.meaning(variable) + ".", said, _others(sweep, contrast)])),
    )


@drawing.styled
def surface(sweep: Sweep, x: str, y: str, measure: str, width: float = 10.5) -> matplotlib.figure.Figure:
    """A measure over two levers: a cell a combination, with its mean, and half the width of the interval while the
    cells are few; lines of equal value where both levers are numbers."""
    variable = sweep.measure(measure)
    across, up = sweep.axis(x), sweep.axis(y)
    cells = sweep.cells(measure, x, y)
    mean = cells["mean"].values
    half = (cells["high"] - cells["low"]).values / 2
    rows, columns = mean.shape
    figure, axes = pyplot.subplots(figsize=(width, 1.0 + min(5.2, max(2.2, 0.95 * rows))))
    image = axes.imshow(mean, origin="lower", aspect="auto", cmap="cividis", interpolation="nearest")
    low, high = numpy.nanmin(mean), numpy.nanmax(mean)
    roomy = columns <= width * 0.95 and rows <= 8
    if roomy:
        for row in range(rows):
            for column in range(columns):
                if not math.isfinite(mean[row, column]):
                    continue
                bright = high > low and (mean[row, column] - low) / (high - low) > 0.55
                color = _DARK if bright else _LIGHT
                error = math.isfinite(half[row, column]) and width / columns > 1.1
                axes.text(
                    column,
                    row,
                    drawing.number(float(mean[row, column]), variable),
                    ha="center",
                    va="bottom" if error else "center",
                    fontsize=14,
                    fontweight="bold",
                    color=color,
                )
                if error:
                    said = drawing.change(float(half[row, column]), variable, sign=False).removesuffix(" pp")
                    axes.text(column, row - 0.04, f"\u00b1{said}", ha="center", va="top", fontsize=10.5, color=color)
    lined = across.is_number and up.is_number and min(rows, columns) >= 4 and high > low
    if lined:
        lines = axes.contour(
            mean,
            levels=matplotlib.ticker.MaxNLocator(5).tick_values(low, high)[1:-1],
            colors=_LIGHT,
            linewidths=1.0 if roomy else 1.6,
            alpha=0.55 if roomy else 0.9,
        )
        if not roomy:
            axes.clabel(lines, fmt=lambda v: drawing.number(v, variable), fontsize=11)
    step = [max(1, math.ceil(count / most)) for count, most in ((columns, 1.1 * width), (rows, 12))]
    axes.set_xticks(range(0, columns, step[0]), [across.said(v) for v in across.values[:: step[0]]])
    axes.set_yticks(range(0, rows, step[1]), [up.said(v) for v in up.values[:: step[1]]])
    axes.set_xlabel(across.label)
    axes.set_ylabel(up.label)
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    bar = figure.colorbar(image, ax=axes, fraction=0.046 if width >= drawing.NARROW else 0.07, pad=0.03)
    bar.outline.set_visible(False)
    bar.ax.yaxis.set_major_locator(matplotlib.ticker.MaxNLocator(5))
    drawing.percent_axis(bar.ax.yaxis, variable)
    best = numpy.unravel_index(numpy.nanargmax(mean), mean.shape)
    worst = numpy.unravel_index(numpy.nanargmin(mean), mean.shape)

    def where(cell: Any) -> str:
        return (
            f"{across.name} {across.said(across.values[cell[1]])} and {up.name} {up.said(up.values[cell[0]])}".replace(
                "_", " "
            )
        )

    title = (
        f"{drawing.name(variable)} is highest at {where(best)} ({drawing.number(float(mean[best]), variable)}), lowest"
        f" at {where(worst)} ({drawing.number(float(mean[worst]), variable)})"
    )
    counts = cells["replicates"].values
    few, many = int(counts.min()), int(counts.max())
    note = f"Cells: means over {few if few == many else f'{few} to {many}'} replicates"
    if roomy and width / columns > 1.1 and numpy.isfinite(half).any():
        note += ", \u00b1 half of their 95% interval" + (" in percentage points" if drawing.is_share(variable) else "")
    note += "."
    if lined:
        note += " Lines join equal values."
    rest = len(sweep.axes) - 2
    if rest:
        note += f" Mean over the settings of {rest} other lever{'s' if rest > 1 else ''}."
    if across.is_number and up.is_number:
        joint = sweep.interaction(measure, x, y)
        low, high = float(joint["low"]), float(joint["high"])
        if math.isfinite(low):
            change, interval = drawing.with_interval(float(joint["mean"]), low, high, variable, difference=True)
            verdict = (
                f"The effect of {across.words} is {'larger' if low > 0 else 'smaller'} where {up.words} is highest than"
                f" where it is lowest: {change}"
                if low > 0 or high < 0
                else f"That the two add up is not ruled out: {change}"
            )
            note += f" {verdict} (95% interval {interval}, paired)."
    return drawing.finish(figure, sweep, title, f"{drawing.meaning(variable)}. {note}")


def ranked(sweep: Sweep, measure: str) -> tuple[list[tuple[str, float, float, float, str]], str, float]:
    """Levers by the size of their effect on a measure: (name, effect, low, high, what was compared), the method
    ("difference" or "regression") and, of a regression, the share of variance that it explains."""
    contrasts = [sweep.contrast(axis.name) for axis in sweep.axes if len(axis.values) > 1]
    rows = []
    if contrasts and all(contrast.fair for contrast in contrasts):
        for contrast in contrasts:
            groups = sweep.by_value(sweep.measure(measure), contrast)
            first, last = 0, len(groups) - 1
            if not contrast.axis.is_number:
                means = [statistics.mean_interval(group)[0] for group in groups]
                first, last = int(numpy.nanargmin(means)), int(numpy.nanargmax(means))
            mean, low, high, _ = statistics.differences(groups[last], groups[first], sweep.common)
            rows.append(
                (
                    contrast.axis.name,
                    float(mean),
                    float(low),
                    float(high),
                    f"{contrast.labels[first]} \u2192 {contrast.labels[last]}",
                )
            )
        method, explained = "difference", math.nan
    else:
        found = sweep.regression(measure)
        rows = [
            (
                str(name),
                *(float(found[key].sel(axis=name)) for key in ("coefficient", "low", "high")),
                (
                    f"{sweep.axis(str(name)).said(sweep.axis(str(name)).values[0])} to "
                    f"{sweep.axis(str(name)).said(sweep.axis(str(name)).values[-1])}"
                ),
            )
            for name in found["axis"].values
        ]
        method, explained = "regression", float(found.attrs["explained"])
    rows.sort(key=lambda row: -abs(row[1]) if math.isfinite(row[1]) else math.inf)
    if not rows:
        raise ResultError(f"{sweep.path}: no axis has two values, so there are no levers to rank")
    return rows, method, explained


def _coefficient(x: float) -> str:
    return "0.00" if abs(x) < 0.005 else f"{x:+.2f}".replace("-", "\u2212")


@drawing.styled
def levers(sweep: Sweep, measure: str, width: float = 10.5) -> matplotlib.figure.Figure:
    """The levers ranked by what they do to a measure: paired difference between the highest and the lowest value where
    points differ by one lever alone, else standardised regression coefficients."""
    variable = sweep.measure(measure)
    rows, method, explained = ranked(sweep, measure)
    figure, axes = pyplot.subplots(figsize=(width, 0.8 + 0.62 * len(rows)))
    y = numpy.arange(len(rows))[::-1]
    axes.axvline(0, color=drawing.GREY, linewidth=1.2, zorder=1)
    effects = numpy.array([row[1] for row in rows])
    low, high = numpy.array([row[2] for row in rows]), numpy.array([row[3] for row in rows])
    clear = ~((low <= 0) & (high >= 0)) & numpy.isfinite(low)
    everything = numpy.concatenate([effects, low, high, [0.0]])
    everything = everything[numpy.isfinite(everything)]
    span = max(float(numpy.ptp(everything)), 1e-12)
    for k, row in enumerate(y):
        color = drawing.GREY if not clear[k] else drawing.BLUE if effects[k] > 0 else drawing.VERMILION
        axes.hlines(row, 0, effects[k], color=drawing.PALE, linewidth=7, zorder=1)
        axes.hlines(row, low[k], high[k], color=color, linewidth=2.4, zorder=2)
        axes.plot(effects[k], row, "o", color=color, markersize=9, zorder=3)
        text = drawing.change(effects[k], variable) if method == "difference" else _coefficient(effects[k])
        end = max(e for e in (high[k], effects[k], 0.0) if math.isfinite(e))
        axes.text(
            end + 0.03 * span, row, text, va="center", ha="left", fontsize=12, color=color if clear[k] else drawing.INK
        )
    labels = [f"{row[0].replace('_', ' ')}\n{row[4]}" for row in rows]
    axes.set_yticks(y, labels)
    axes.set_ylim(-0.6, len(rows) - 0.4)
    axes.set_xlim(everything.min() - 0.08 * span, everything.max() + (0.2 if width >= drawing.NARROW else 0.42) * span)
    axes.xaxis.set_major_locator(matplotlib.ticker.MaxNLocator(6 if width >= drawing.NARROW else 3))
    axes.grid(axis="x", color=drawing.PALE, linewidth=0.8)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    what = drawing.name(variable)
    top = rows[0]
    if method == "difference":
        drawing.points_axis(axes.xaxis, variable)
        axes.set_xlabel(
            "change"
            + (
                ", percentage points"
                if drawing.is_share(variable)
                else f", {drawing.unit(variable)}" if drawing.unit(variable) else ""
            )
        )
        said = (
            "Dots: change from a lever's lowest to its highest value, "
            + ("paired over shared random numbers" if sweep.common else "not paired")
            + ". Lines: 95% intervals of the mean over replicates."
        )
        title = f"{top[0].replace('_', ' ').capitalize()} moves {what.lower()} most: {drawing.change(top[1], variable)}"
        if len(rows) == 1:
            title = (
                f"{top[0].replace('_', ' ').capitalize()} moves {what.lower()} by {drawing.change(top[1], variable)}"
            )
        if len(sweep.axes) > 1:
            said += f" {_others(sweep, sweep.contrast(top[0]))}" if sweep.contrast(top[0]).fair else ""
    else:
        axes.set_xlabel(
            "standardised regression coefficient" if width >= drawing.NARROW else "standardised coefficient"
        )
        said = (
            "Dots: change in standard deviations as the lever changes by one of its own, over the points' means. "
            "Lines: 95% intervals (bootstrap)."
        )
        if math.isfinite(explained):
            said += f" The line explains {100 * explained:.0f}% of the points' variance" + (
                "; the rest is curved or joint: take the ranks with care." if explained < 0.7 else "."
            )
        words = [axis.name for axis in sweep.axes if not axis.is_number]
        if words:
            said += f" Left out, as no numbers: {', '.join(words)}."
        title = f"{top[0].replace('_', ' ').capitalize()} matters most for {what.lower()}"
    if not clear.any():
        title = f"No lever shows a clear effect on {what.lower()}"
    if (~clear).any():
        said += " Grey: the interval holds zero."
    return drawing.finish(figure, sweep, title, f"{drawing.meaning(variable)}. {said}")


# --- Figures of series ---------------------------------------------------------------------------------------


@drawing.styled
def time_path(
    sweep: Sweep,
    series: str | Sequence[str],
    by: str,
    level: str = "nation",
    at: Mapping[str, str] | None = None,
    band: str = "replicates",
    width: float = 10.5,
) -> matplotlib.figure.Figure:
    """Series over time, a panel each and a line a value of the lever `by` (at most five of them), with bands: `band` is
    "replicates" (the middle 90% of the replicates) or "mean" (95% interval of the mean). `at` chooses a label of a
    further dimension, by key or title, such as {"form": "e_vote"} or, with `level` "region", {"region": "Almaty city"}.
    """
    names = [series] if isinstance(series, str) else list(series)
    contrast = sweep.contrast(by)
    shown = _few(contrast)
    colors = _colors(contrast, shown)
    note = _band_said(contrast, band)
    columns = 1 if width < drawing.NARROW else min(2, len(names))
    rows = math.ceil(len(names) / columns)
    figure, grid = pyplot.subplots(rows, columns, figsize=(width, 3.6 * rows), squeeze=False)
    said = []
    for spare in list(grid.flat)[len(names) :]:
        spare.set_visible(False)
    for axes, name in zip(grid.flat, names):
        variable = _select(sweep.variable(name, level), at, ("week",), sweep)
        groups = sweep.by_value(variable, contrast, each_run=band == "replicates")
        if variable.sizes["week"] < 2:
            raise ResultError(f"{sweep.path}: {name} has {variable.sizes['week']} week, and a path needs two")
        x, unit = drawing.time(variable["week"].values)
        last, everything = [], []
        for k, color in zip(shown, colors):
            mean, low, high = _band(groups[k], band)
            axes.fill_between(x, low, high, color=color, alpha=0.18, linewidth=0)
            axes.plot(x, mean, color=color, linewidth=2.4)
            last.append(drawing.ends(mean)[1])
            everything += [low, high, mean]
        drawing.room(axes, numpy.concatenate(everything), variable)
        drawing.percent_axis(axes.yaxis, variable)
        axes.margins(x=0.02)
        axes.grid(axis="y", color=drawing.PALE, linewidth=0.8)
        axes.set_xlabel(unit)
        axes.xaxis.set_major_locator(matplotlib.ticker.MaxNLocator(6 if columns == 1 else 5, integer=True))
        axes.yaxis.set_major_locator(matplotlib.ticker.MaxNLocator(5))
        axes.set_title(
            drawing.name(variable) + (f", {drawing.unit(variable)}" if drawing.unit(variable) else ""), pad=22
        )
        axes.text(
            1.02,
            1.02,
            contrast.axis.words,
            transform=axes.transAxes,
            fontsize=12,
            color=drawing.SOFT,
            ha="left",
            va="bottom",
        )
        drawing.label_ends(axes, x[-1], last, [contrast.labels[k].replace("_", " ") for k in shown], colors)
        low, high = drawing.number(last[0], variable), drawing.number(last[-1], variable)
        end = f"{drawing.name(variable)} ends at {high} with {contrast.axis.words} {contrast.labels[shown[-1]]}"
        said.append(end + (f", at {low} with {contrast.labels[shown[0]]}" if len(shown) > 1 else ""))
    if len(shown) < len(contrast.labels):
        note += f" Shown: {len(shown)} of {len(contrast.labels)} values."
    where = "" if not at else " In " + ", ".join(at.values()) + "."
    variables = [sweep.variable(name, level) for name in names]
    meanings = " ".join(f"{drawing.name(v)}: {v.attrs.get('long_name', v.name)}." for v in variables)
    if len(names) == 1:
        meanings = drawing.meaning(variables[0]) + "."
    return drawing.finish(
        figure, sweep, said[0], " ".join(filter(None, [meanings + where, note, _others(sweep, contrast)]))
    )


@drawing.styled
def region_multiples(
    sweep: Sweep,
    series: str,
    by: str,
    level: str = "region",
    at: Mapping[str, str] | None = None,
    band: str = "replicates",
    width: float = 13.0,
) -> matplotlib.figure.Figure:
    """A panel a region with the series at the lowest and the highest value of the lever `by`, those where the
    lever changes most at the end first, all on one scale."""
    contrast = sweep.contrast(by)
    variable = _select(sweep.variable(series, level), at, ("week", level), sweep)
    labels = [str(label) for label in decoded(variable[level]).values]
    if len(labels) < 2:
        raise ResultError(f"{sweep.path}: there are not two of {level}, so nothing to compare; time_path shows it")
    groups = sweep.by_value(variable, contrast, each_run=band == "replicates")
    note = _band_said(contrast, band)
    shown = _few(contrast, 2)
    colors = _colors(contrast, shown)
    bands = [_band(groups[k], band) for k in shown]
    ends = numpy.array([[drawing.ends(mean[:, r])[1] for r in range(len(labels))] for mean, _, _ in bands])
    effects = ends[-1] - ends[0]
    ranks = effects * _direction(effects)
    order = numpy.argsort(-numpy.where(numpy.isfinite(ranks), ranks, -numpy.inf), kind="stable")
    columns = min(2 if width < drawing.NARROW else 5, len(order))
    rows = math.ceil(len(order) / columns)
    figure, grid = pyplot.subplots(
        rows,
        columns,
        figsize=(min(width, max(2.6 * columns, 8.0)), 0.7 + 1.5 * rows),
        squeeze=False,
        sharex=True,
        sharey=True,
    )
    x, unit = drawing.time(variable["week"].values)
    thin = max(1, x.size // 160)
    size = 9.5 if width < drawing.NARROW else 11
    for place, axes in enumerate(grid.flat):
        if place >= len(order):
            axes.set_visible(False)
            continue
        k = order[place]
        for (mean, low, high), color in zip(bands, colors):
            axes.fill_between(x[::thin], low[::thin, k], high[::thin, k], color=color, alpha=0.2, linewidth=0)
            axes.plot(x[::thin], mean[::thin, k], color=color, linewidth=1.9)
        axes.set_title(labels[k].removesuffix(" Region"), fontsize=size, pad=3)
        text = (
            drawing.change(float(effects[k]), variable)
            if len(shown) > 1
            else drawing.number(float(ends[0][k]), variable)
        )
        axes.set_title(
            text.removesuffix(" pp"), fontsize=size, pad=3, color=drawing.SOFT, loc="right", fontweight="normal"
        )
        axes.xaxis.set_major_locator(matplotlib.ticker.MaxNLocator(4, integer=True))
        axes.yaxis.set_major_locator(matplotlib.ticker.MaxNLocator(3))
        axes.tick_params(labelsize=10.5)
        drawing.percent_axis(axes.yaxis, variable)
        if place >= len(order) - columns:
            axes.set_xlabel(unit, fontsize=11)
            axes.tick_params(labelbottom=True)
    drawing.room(grid[0][0], numpy.concatenate([part.ravel() for group in bands for part in group]), variable)
    lever = contrast.axis.words
    drawing.key(grid[0][0], [f"{lever} {contrast.labels[k]}".replace("_", " ") for k in shown], colors)
    best, worst = order[0], order[numpy.isfinite(effects[order])][-1] if numpy.isfinite(effects).any() else order[-1]
    title = f"{drawing.name(variable)} with {lever} {contrast.labels[shown[0]]}"
    if len(shown) > 1:
        title = (
            f"From {lever} {contrast.labels[shown[0]]} to {contrast.labels[shown[-1]]},"
            f" {drawing.name(variable).lower()} changes most in"
            f" {labels[best]} ({drawing.change(float(effects[best]), variable)}), least in"
            f" {labels[worst]} ({drawing.change(float(effects[worst]), variable)})"
        )
        final = numpy.flatnonzero(numpy.isfinite(bands[0][0]).any(axis=1))[-1:]
        if final.size and not _clear(sweep, contrast, [group[:, int(final[0])] for group in groups], shown):
            title = f"No region shows a clear change of {drawing.name(variable).lower()} with {lever}"
    return drawing.finish(
        figure,
        sweep,
        title.replace("_", " "),
        " ".join(
            filter(
                None,
                [
                    drawing.meaning(variable) + ".",
                    note,
                    "Number at the top right: difference between the means in the last week"
                    + (", in percentage points." if drawing.is_share(variable) else "."),
                    _others(sweep, contrast),
                ],
            )
        ),
    )


@drawing.styled
def who(
    sweep: Sweep, series: str, by: str, at: Mapping[str, str] | None = None, width: float = 10.5
) -> matplotlib.figure.Figure:
    """A series by stratum in the last week at the lowest and the highest value of the lever `by`, with 95% intervals of
    the means; strata without values are left out."""
    contrast = sweep.contrast(by)
    variable = _select(sweep.variable(series, "stratum"), at, ("week", "stratum"), sweep)
    labels = [str(label) for label in variable["stratum"].values]
    parts = sweep.labels("dimension", "stratum")
    shown = _few(contrast, 2)
    colors = _colors(contrast, shown)
    finite = numpy.flatnonzero(numpy.isfinite(variable.values).any(axis=(0, 1, 3)))
    if not finite.size:
        raise ResultError(f"{sweep.path}: {series} by stratum has no values")
    groups = sweep.by_value(variable.isel(week=int(finite[-1])), contrast)
    ends = [statistics.mean_interval(groups[k]) for k in shown]
    there = [k for k in range(len(labels)) if all(math.isfinite(mean[k]) for mean, *_ in ends)]
    names = list(dict.fromkeys(parts[k] for k in there))
    figure, axes = pyplot.subplots(figsize=(width, 0.7 + 0.33 * len(there) + 0.17 * len(names)))
    edges = numpy.concatenate([part[there] for mean, low, high, _ in ends for part in (mean, low, high)])
    edges = edges[numpy.isfinite(edges)]
    span = max(float(numpy.ptp(edges)), 1e-12)
    ticks, texts, y = [], [], 0.0
    effects = ends[-1][0] - ends[0][0]
    for part in names:
        for k in (k for k in there if parts[k] == part):
            axes.hlines(y, ends[0][0][k], ends[-1][0][k], color=drawing.PALE, linewidth=5, zorder=1)
            for (mean, low, high, _), color in zip(ends, colors):
                axes.hlines(y, low[k], high[k], color=color, linewidth=2.2, zorder=2)
                axes.plot(mean[k], y, "o", color=color, markersize=9, zorder=3)
            right = max(
                float(part_[k]) for mean, _, high, _ in ends for part_ in (mean, high) if math.isfinite(part_[k])
            )
            if len(shown) > 1:
                axes.text(
                    right + 0.03 * span,
                    y,
                    drawing.change(float(effects[k]), variable),
                    va="center",
                    fontsize=11.5,
                    color=drawing.SOFT,
                )
            ticks.append(y)
            texts.append("\n".join(textwrap.wrap(labels[k], 19)) if width < drawing.NARROW else labels[k])
            y -= 1
        y -= 0.55
    axes.set_yticks(ticks, texts)
    if width < drawing.NARROW:
        axes.tick_params(axis="y", labelsize=10)
    axes.set_ylim(y + 0.9, 2.0)
    axes.set_xlim(edges.min() - 0.06 * span, edges.max() + (0.16 if width >= drawing.NARROW else 0.4) * span)
    axes.xaxis.set_major_locator(matplotlib.ticker.MaxNLocator(6 if width >= drawing.NARROW else 3))
    axes.grid(axis="x", color=drawing.PALE, linewidth=0.8)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    drawing.percent_axis(axes.xaxis, variable)
    lever = contrast.axis.words
    top = ticks[0]
    for j, (k, (mean, *_), color) in enumerate(zip(shown, ends, colors)):
        here = mean[there[0]]
        left = len(shown) > 1 and (here <= ends[1 - j][0][there[0]] if j == 0 else here < ends[0][0][there[0]])
        axes.text(
            here,
            top + 0.65,
            f"{lever} {contrast.labels[k]}".replace("_", " "),
            color=color,
            fontsize=12,
            fontweight="bold",
            ha="right" if left else "left",
            va="bottom",
        )
    ranks = effects * _direction(effects[there])
    best, worst = max(there, key=lambda k: ranks[k]), min(there, key=lambda k: ranks[k])
    title = f"{drawing.name(variable)} by stratum with {lever} {contrast.labels[shown[0]]}"
    if len(shown) > 1:
        title = (
            f"From {lever} {contrast.labels[shown[0]]} to {contrast.labels[shown[-1]]},"
            f" {drawing.name(variable).lower()} changes most among"
            f" {drawing.people(labels[best], parts[best])} ({drawing.change(float(effects[best]), variable)}), least"
            f" among {drawing.people(labels[worst], parts[worst])} ({drawing.change(float(effects[worst]), variable)})"
        )
        if not _clear(sweep, contrast, groups, shown):
            title = f"No stratum shows a clear change of {drawing.name(variable).lower()} with {lever}"
    return drawing.finish(
        figure,
        sweep,
        title.replace("_", " "),
        " ".join(
            filter(
                None,
                [
                    f"{drawing.meaning(variable)}, in week {int(variable['week'].values[finite[-1]])}.",
                    (
                        "Dots: means; lines through them: 95% interval of the mean over"
                        f" {'replicates' if contrast.fair else 'points'}. Numbers: difference."
                    ),
                    _others(sweep, contrast),
                ],
            )
        ),
    )
