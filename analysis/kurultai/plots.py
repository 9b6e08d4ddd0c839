"""Figures of a run, fit for a talk: a title that says what is seen, labels at the lines instead of legends,
colours that the colour-blind tell apart (Okabe and Ito), and a line that says where the numbers are from.

Every function takes a Run and returns a matplotlib Figure; the caller shows or saves it. All raise ResultError
if the run lacks the series. `width` is the figure's, in inches; figures narrower than 7 stack what else stands side
by side."""
from __future__ import annotations

import math
import textwrap
from typing import Any, Sequence

import matplotlib.figure
import matplotlib.ticker
import matplotlib.pyplot as pyplot
import numpy
import xarray

from . import drawing, surveys
from .file import ResultError, decoded
from .run import Run


def _series(run: Run, name: str, level: str, dimensions: tuple[str, ...]) -> xarray.DataArray:
    variable = run.variable(name, level)
    if variable.dims != dimensions:
        raise ResultError(f"{run.path}: {name} by {level} is over {variable.dims}, and this figure needs {dimensions}")
    if not variable.size:
        raise ResultError(f"{run.path}: {name} by {level} is empty")
    return variable


def _last(variable: xarray.DataArray) -> numpy.ndarray:
    """The last value that exists of each column of a (week, x) array."""
    return numpy.array([drawing.ends(column)[1] for column in variable.values.T])


def _first(variable: xarray.DataArray) -> numpy.ndarray:
    return numpy.array([drawing.ends(column)[0] for column in variable.values.T])


def _mark_policies(axes: Any, run: Run, variable: xarray.DataArray) -> bool:
    """A thin upright line at each week shown in which policies begin, with their names where the path leaves room;
    names whose lines stand close share a text. Whether there is any. Call it when the limits stand."""
    weeks = variable["week"].values
    length = float(weeks[-1] - weeks[0])
    starts: dict[int, list[str]] = {}
    for name, policy in run.policies.items():
        start = policy.get("start") if isinstance(policy, dict) else None
        if isinstance(start, int) and weeks[0] <= start <= weeks[-1]:
            starts.setdefault(start, []).append(name)
    scale = drawing.WEEKS_A_YEAR if drawing.time(weeks)[1] == "year" else 1
    texts: list[tuple[int, list[str]]] = []
    for start in sorted(starts):
        axes.axvline(start / scale, color=drawing.GREY, linewidth=0.9, zorder=0)
        if texts and start - texts[-1][0] < 0.07 * length:
            texts[-1][1].extend(starts[start])
        else:
            texts.append((start, list(starts[start])))
    for start, names in texts:
        said = ", ".join(names) if len(names) < 3 else f"{names[0]} and {len(names) - 1} more"
        near = variable.values[(weeks >= start) & (weeks <= start + 0.1 * length) & numpy.isfinite(variable.values)]
        above = bool(near.size) and near.mean() < sum(axes.get_ylim()) / 2
        axes.annotate(
            textwrap.shorten(said.replace("_", " "), 34, placeholder=" \u2026"),
            (start / scale, 0.98 if above else 0.02),
            xycoords=("data", "axes fraction"),
            xytext=(2, 0),
            textcoords="offset points",
            rotation=90,
            fontsize=10,
            color=drawing.SOFT,
            ha="left",
            va="top" if above else "bottom",
        ).set_in_layout(False)
    return bool(texts)


# --- Figures -------------------------------------------------------------------------------------------------


@drawing.styled
def time_path(
    run: Run, names: Sequence[str] = ("participation", "awareness", "trust"), width: float = 13.2
) -> matplotlib.figure.Figure:
    """The nation's series over time, a panel each, with the last value at the line's end.

    `names` are variables over (week). Each panel has its own scale, which spans at least a quarter of the values,
    so that noise does not look like a trend. Upright lines mark where policies begin."""
    variables = [_series(run, name, "nation", ("week",)) for name in names]
    columns = 1 if width < drawing.NARROW else len(variables)
    rows = math.ceil(len(variables) / columns)
    figure, grid = pyplot.subplots(
        rows, columns, figsize=(min(width, max(4.4 * columns, 8.0)), 0.3 + 3.1 * rows), squeeze=False
    )
    for axes, variable, color in zip(grid.flat, variables, drawing.PALETTE * len(variables)):
        x, unit = drawing.time(variable["week"].values)
        axes.plot(x, variable.values, color=color, linewidth=2.5)
        drawing.room(axes, variable.values, variable)
        marked = _mark_policies(axes, run, variable)
        drawing.percent_axis(axes.yaxis, variable)
        said = drawing.name(variable) + (f", {drawing.unit(variable)}" if drawing.unit(variable) else "")
        axes.set_title("\n".join(textwrap.wrap(said, 28)))
        axes.set_xlabel(unit)
        axes.grid(axis="y", color=drawing.PALE, linewidth=0.8)
        axes.xaxis.set_major_locator(matplotlib.ticker.MaxNLocator(5, integer=True))
        axes.yaxis.set_major_locator(matplotlib.ticker.MaxNLocator(5))
        last = drawing.ends(variable.values)[1]
        if math.isfinite(last):
            axes.annotate(
                drawing.number(last, variable),
                (x[-1], last),
                xytext=(6, 0),
                textcoords="offset points",
                color=color,
                fontweight="bold",
                va="center",
                annotation_clip=False,
            )
        axes.margins(x=0.02)
    said = [drawing.course(variable) for variable in variables[:2]]
    title = "; ".join([said[0]] + [s[0].lower() + s[1:] for s in said[1:]])
    meanings = [f"{drawing.name(v)}: {v.attrs['long_name']}." for v in variables if v.attrs.get("long_name")]
    note = ["Upright lines: where policies begin."] if marked else []
    return drawing.finish(
        figure, run, f"{title} over {drawing.span(variables[0]['week'].values)}", " ".join([*meanings[:3], *note])
    )


@drawing.styled
def ranking(
    run: Run, name: str = "participation", level: str = "region", width: float = 10.5
) -> matplotlib.figure.Figure:
    """Where a series stands at the end, ranked, and where it started.

    `name` is a variable over (week, `level`). A pale dot is the first week, a full one the last."""
    variable = _series(run, name, level, ("week", level))
    labels = [str(label) for label in decoded(variable[level]).values]
    first, last = _first(variable), _last(variable)
    there = numpy.flatnonzero(numpy.isfinite(last))
    if not there.size:
        raise ResultError(f"{run.path}: {name} by {level} has no values")
    order = there[numpy.argsort(last[there], kind="stable")]
    figure, axes = pyplot.subplots(figsize=(width, 0.75 + 0.31 * len(order)))
    rows = numpy.arange(len(order))
    axes.hlines(rows, first[order], last[order], color=drawing.PALE, linewidth=4, zorder=1)
    axes.scatter(first[order], rows, s=42, color="white", edgecolor=drawing.GREY, linewidth=1.5, zorder=2)
    axes.scatter(last[order], rows, s=72, color=drawing.BLUE, zorder=3)
    right = numpy.fmax(first[order], last[order])
    for row, k in zip(rows, order):
        axes.annotate(
            drawing.number(last[k], variable),
            (right[row], row),
            xytext=(8, 0),
            textcoords="offset points",
            va="center",
            fontsize=11.5,
            color=drawing.BLUE,
            bbox=drawing.WHITE,
        )
    if level != "nation" and name in run.nation.data_vars and run.nation[name].dims == ("week",):
        mean = drawing.ends(run.nation[name].values)[1]
        axes.vlines(mean, -0.8, len(order) - 0.4, color=drawing.VERMILION, linewidth=1.4, zorder=0)
        axes.text(
            mean,
            len(order) - 0.35,
            f"nation {drawing.number(mean, variable)}",
            color=drawing.VERMILION,
            ha="center",
            va="bottom",
            fontsize=12,
        )
    narrow = width < drawing.NARROW
    axes.set_yticks(rows, [labels[k].removesuffix(" Region") if narrow else labels[k] for k in order])
    axes.set_ylim(-0.8, len(order) + 0.5)
    axes.margins(x=0.2 if narrow else 0.09)
    axes.grid(axis="x", color=drawing.PALE, linewidth=0.8)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    drawing.percent_axis(axes.xaxis, variable)
    if drawing.unit(variable):
        axes.set_xlabel(drawing.unit(variable))
    top, bottom = order[-1], order[0]
    title = (
        f"{drawing.name(variable)} is highest in {labels[top]} ({drawing.number(last[top], variable)}), "
        f"lowest in {labels[bottom]} ({drawing.number(last[bottom], variable)})"
    )
    if len(order) == 1:
        title = f"{drawing.name(variable)} in {labels[top]}: {drawing.number(last[top], variable)}"
    return drawing.finish(
        figure,
        run,
        title,
        (
            f"{drawing.meaning(variable)}. Full dots: the last week. Open dots: the first, "
            f"{drawing.span(variable['week'].values)} before."
        ),
    )


@drawing.styled
def small_multiples(
    run: Run, name: str = "participation", level: str = "region", width: float = 13.0
) -> matplotlib.figure.Figure:
    """A panel for each region with its own path in colour before those of all others in grey, in the order of
    their last values, all on one scale. `name` is a variable over (week, `level`)."""
    variable = _series(run, name, level, ("week", level))
    labels = [str(label) for label in decoded(variable[level]).values]
    last = _last(variable)
    if len(labels) < 2:
        raise ResultError(f"{run.path}: there are not two of {level}, so nothing to compare; time_path shows it")
    order = numpy.argsort(-numpy.where(numpy.isfinite(last), last, -numpy.inf), kind="stable")
    columns = min(2 if width < drawing.NARROW else 5, len(order))
    rows = math.ceil(len(order) / columns)
    figure, grid = pyplot.subplots(
        rows,
        columns,
        figsize=(min(width, max(2.6 * columns, 8.0)), 0.35 + 1.5 * rows),
        squeeze=False,
        sharex=True,
        sharey=True,
    )
    x, unit = drawing.time(variable["week"].values)
    size = 10 if width < drawing.NARROW else 11
    thin = max(1, x.size // 60)  # the others are a backdrop
    for place, axes in enumerate(grid.flat):
        if place >= len(order):
            axes.set_visible(False)
            continue
        k = order[place]
        axes.plot(x[::thin], variable.values[::thin], color=drawing.PALE, linewidth=0.7, zorder=1)
        axes.plot(x, variable.values[:, k], color=drawing.BLUE, linewidth=2.2, zorder=2)
        axes.set_title(labels[k].removesuffix(" Region"), fontsize=size, pad=3)
        axes.set_title(drawing.number(last[k], variable), fontsize=size, pad=3, color=drawing.BLUE, loc="right")
        axes.xaxis.set_major_locator(matplotlib.ticker.MaxNLocator(4, integer=True))
        axes.yaxis.set_major_locator(matplotlib.ticker.MaxNLocator(3))
        axes.tick_params(labelsize=10.5)
        drawing.percent_axis(axes.yaxis, variable)
        if place >= len(order) - columns:
            axes.set_xlabel(unit, fontsize=11)
            axes.tick_params(labelbottom=True)
    drawing.room(grid[0][0], variable.values.ravel(), variable)
    finite = last[numpy.isfinite(last)]
    first = _first(variable)
    change = (last - first) / numpy.fmax(numpy.fmax(abs(first), abs(last)), 1e-12)
    noun = {"region": "regions", "community_type": "types of community"}.get(level, level)
    rising, falling = int(numpy.sum(change >= 0.1)), int(numpy.sum(change <= -0.1))
    title = (
        f"{drawing.name(variable)} rises in {rising} and falls in {falling} of {len(finite)} {noun} by a tenth or more"
    )
    if not rising and not falling:
        title = f"{drawing.name(variable)} changes little in all {len(finite)} {noun}"
    if finite.size:
        title += (
            f", and ends between {drawing.number(float(finite.min()), variable)} and "
            f"{drawing.number(float(finite.max()), variable)}"
        )
    return drawing.finish(figure, run, title, f"{drawing.meaning(variable)}. Grey: the others.")


@drawing.styled
def who(run: Run, name: str = "participation", width: float = 10.5) -> matplotlib.figure.Figure:
    """A series by stratum at the end of the run, grouped by what the strata are parts of (age, sex, education ...),
    beside the nation's mean. `name` is a variable over (week, stratum); strata without values are left out."""
    variable = _series(run, name, "stratum", ("week", "stratum"))
    labels = [str(label) for label in variable["stratum"].values]
    groups = [str(g) for g in decoded(run.variable("dimension", "stratum")).values]
    last = _last(variable)
    there = [k for k in range(len(labels)) if math.isfinite(last[k])]
    if not there:
        raise ResultError(f"{run.path}: {name} by stratum has no values")
    names = list(dict.fromkeys(groups[k] for k in there))
    colors = dict(zip(names, drawing.PALETTE * (len(names) // len(drawing.PALETTE) + 1)))
    figure, axes = pyplot.subplots(figsize=(width, 0.6 + 0.31 * len(there) + 0.16 * len(names)))
    ticks, texts, y = [], [], 0.0
    narrow = width < drawing.NARROW
    nation = run.nation[name] if "nation" in run.series and name in run.nation.data_vars else None
    mean = drawing.ends(nation.values)[1] if nation is not None and nation.dims == ("week",) else math.nan
    for group in names:
        for k in (k for k in there if groups[k] == group):
            if math.isfinite(mean):
                axes.hlines(y, mean, last[k], color=drawing.PALE, linewidth=4, zorder=1)
            axes.scatter(last[k], y, s=85, color=colors[group], zorder=3)
            side = 1 if not math.isfinite(mean) or last[k] >= mean else -1
            axes.annotate(
                drawing.number(last[k], variable),
                (last[k], y),
                xytext=(side * 8, 0),
                textcoords="offset points",
                va="center",
                fontsize=12,
                ha="left" if side > 0 else "right",
                bbox=drawing.WHITE,
            )
            ticks.append(y)
            texts.append("\n".join(textwrap.wrap(labels[k], 19)) if narrow else labels[k])
            y -= 1
        y -= 0.55
    if math.isfinite(mean):
        axes.vlines(mean, y + 0.9, 0.7, color=drawing.INK, linewidth=1.2, zorder=0)
        axes.text(mean, 0.75, f"all {drawing.number(mean, variable)}", ha="center", va="bottom", fontsize=12)
    axes.set_yticks(ticks, texts, fontsize=10 if narrow else 12)
    axes.set_ylim(y + 0.9, 1.5)
    axes.margins(x=0.3 if narrow else 0.1)
    axes.grid(axis="x", color=drawing.PALE, linewidth=0.8)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    drawing.percent_axis(axes.xaxis, variable)
    best, worst = max(there, key=lambda k: (last[k], -k)), min(there, key=lambda k: (last[k], k))
    title = (
        f"{drawing.name(variable)} is highest among {drawing.people(labels[best], groups[best])} "
        f"({drawing.number(last[best], variable)}), lowest among {drawing.people(labels[worst], groups[worst])} "
        f"({drawing.number(last[worst], variable)})"
    )
    return drawing.finish(
        figure, run, title, f"{drawing.meaning(variable)}, in week {int(variable['week'].values[-1])}."
    )


@drawing.styled
def by_form(run: Run, name: str = "turnout", width: float = 10.5) -> matplotlib.figure.Figure:
    """A series by form of participation at the end of the run, ranked. `name` is a variable of the nation over
    (week, form); forms without a value are left out."""
    variable = _series(run, name, "nation", ("week", "form"))
    labels = [str(label) for label in variable["form"].values]
    last = _last(variable)
    there = numpy.flatnonzero(numpy.isfinite(last))
    if not there.size:
        raise ResultError(f"{run.path}: {name} by form has no values")
    order = there[numpy.argsort(last[there], kind="stable")]
    figure, axes = pyplot.subplots(figsize=(width, 0.6 + 0.42 * len(order)))
    axes.barh(range(len(order)), last[order], color=drawing.BLUE, height=0.66)
    for row, k in enumerate(order):
        axes.annotate(
            drawing.number(last[k], variable),
            (last[k], row),
            xytext=(5, 0),
            textcoords="offset points",
            va="center",
            fontsize=12,
        )
    axes.set_yticks(range(len(order)), [labels[k] for k in order])
    axes.set_xlim(0, max(float(last[order].max()) * 1.12, 1e-9))
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    drawing.percent_axis(axes.xaxis, variable)
    top = order[-1]
    title = f"{drawing.name(variable)} is highest in {labels[top]}: {drawing.number(last[top], variable)}"
    if len(order) == 1:
        title = f"{drawing.name(variable)} in {labels[top]}: {drawing.number(last[top], variable)}"
    return drawing.finish(figure, run, title, f"{drawing.meaning(variable)}.")


@drawing.styled
def survey(run: Run, name: str, width: float = 10.5) -> matplotlib.figure.Figure:
    """What a survey said in its last round, an item a row: estimate and 95% interval, beside what a full census with
    the same questionnaire would have given, and what lies behind. Items without an interval are left out."""
    one = surveys.read_survey(run, name)
    last = {str(field): values.values[-1] for field, values in one.data.data_vars.items()} if one.week.size else {}
    there = [k for k in range(len(one.items)) if last and math.isfinite(last["low"][k])]
    if not there:
        raise ResultError(f"{run.path}: survey {name} has no estimate")
    order = sorted(there, key=lambda k: last["census"][k])
    figure, axes = pyplot.subplots(figsize=(width, 0.9 + 0.45 * len(order)))
    rows = range(len(order))
    behind = 1 + 4 * last["latent"]
    for row, k in zip(rows, order):
        axes.plot(
            [last["low"][k], last["high"][k]],
            [row, row],
            color=drawing.SKY,
            linewidth=6,
            solid_capstyle="butt",
            zorder=1,
        )
        axes.vlines(behind[k], row - 0.3, row + 0.3, color=drawing.GREY, linewidth=2.5, zorder=2)
        end = numpy.nanmax([last["high"][k], last["census"][k], behind[k]])
        axes.annotate(
            f"{last['estimate'][k]:.2f}",
            (end, row),
            xytext=(9, 0),
            textcoords="offset points",
            va="center",
            fontsize=11.5,
            color=drawing.BLUE,
            bbox=drawing.WHITE,
        )
    axes.scatter([last["estimate"][k] for k in order], rows, s=60, color=drawing.BLUE, zorder=3)
    axes.scatter(
        [last["census"][k] for k in order],
        rows,
        s=70,
        marker="D",
        color="none",
        edgecolor=drawing.VERMILION,
        linewidth=2,
        zorder=4,
    )
    axes.set_yticks(rows, [one.items[k].replace("_", " ") for k in order])
    axes.set_ylim(-0.7, len(order) - 0.3)
    axes.margins(x=0.12)
    axes.set_xlabel("mean answer, 1 to 5")
    axes.grid(axis="x", color=drawing.PALE, linewidth=0.8)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    held = int(one.covered[-1][order].sum())
    rate = float(one.response_rate[-1])
    return drawing.finish(
        figure,
        run,
        f"{held} of {len(order)} intervals hold what everyone would have said",
        (
            f"{one.title}{'' if one.title.endswith('?') else '.'} Week {int(one.week[-1])},"
            f" {int(one.answered[-1]):,} answers, {100 * rate:.0f}% of those drawn. Dots and bars: estimate and 95%"
            " interval. Diamonds: what everyone would have said, a full census with the same questionnaire. Grey"
            " ticks: the mean of what lies behind the answers, which runs from 0 to 1, here from 1 to 5."
        ),
    )
