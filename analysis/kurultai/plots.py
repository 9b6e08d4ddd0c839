"""Figures of a run, fit for a talk: a title that says what is seen, labels at the lines instead of legends,
colours that the colour-blind tell apart (Okabe and Ito), and a line that says where the numbers are from.

Every function takes a Run and returns a matplotlib Figure; the caller shows or saves it. All raise ResultError
if the run lacks the series."""
from __future__ import annotations

import functools
import math
import textwrap
from typing import Any, Callable, Sequence

import matplotlib
import matplotlib.figure
import matplotlib.ticker
import matplotlib.pyplot as pyplot
import numpy
import xarray

from .run import ResultError, Run, decoded

BLUE, ORANGE, GREEN, PURPLE, VERMILION, SKY = "#0072B2", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#56B4E9"
PALETTE = (BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY)
GREY, PALE, INK = "#8a8a8a", "#d9d9d9", "#222222"
WEEKS_A_YEAR = 52
_WHITE = {"facecolor": "white", "edgecolor": "none", "pad": 1.0}  # keeps numbers legible on lines

_STYLE = {
    "font.size": 14, "font.family": "sans-serif", "text.color": INK,
    "axes.spines.top": False, "axes.spines.right": False, "axes.edgecolor": GREY, "axes.labelcolor": INK,
    "axes.titlesize": 14, "axes.titleweight": "bold", "axes.titlelocation": "left", "axes.unicode_minus": True,
    "xtick.color": INK, "ytick.color": INK, "xtick.labelsize": 12, "ytick.labelsize": 12,
    "figure.dpi": 100, "savefig.dpi": 150, "figure.facecolor": "white", "savefig.facecolor": "white",
}

#: How a series is said in a title.
_SAID = {"participation": "Participation", "awareness": "Awareness", "trust": "Trust", "satisfaction": "Satisfaction",
         "efficacy": "Efficacy", "propensity": "Propensity", "turnout": "Turnout"}


def _styled(draw: Callable[..., matplotlib.figure.Figure]) -> Callable[..., matplotlib.figure.Figure]:
    @functools.wraps(draw)
    def wrapper(*arguments: Any, **options: Any) -> matplotlib.figure.Figure:
        with pyplot.rc_context(_STYLE):
            return draw(*arguments, **options)
    return wrapper


# --- Words ---------------------------------------------------------------------------------------------------

def _name(variable: xarray.DataArray) -> str:
    name = str(variable.name)
    return _SAID.get(name, name.replace("_", " ").capitalize())


def _is_share(variable: xarray.DataArray) -> bool:
    """Shares of people are said in percent; means of a scale from 0 to 1 are not."""
    text = str(variable.attrs.get("long_name", "")).lower()
    return variable.attrs.get("units") == "1" and "share" in text


def _number(x: float, variable: xarray.DataArray) -> str:
    if not math.isfinite(x):
        return "none"
    if _is_share(variable):
        digits = 0 if abs(x) >= 0.0995 or x == 0 else 1 if abs(x) >= 0.00995 else 2
        return f"{100 * x:.{digits}f}%"
    for size, letter in ((1e12, " trillion"), (1e9, " billion"), (1e6, " million"), (1e4, " thousand")):
        if abs(x) >= size:
            return f"{x / (1e3 if size == 1e4 else size):.3g}{letter}"
    return f"{x:.2f}" if abs(x) < 10 else f"{x:.3g}"


def _unit(variable: xarray.DataArray) -> str:
    unit = str(variable.attrs.get("units", "1"))
    return "" if unit == "1" else unit


def _ends(values: numpy.ndarray) -> tuple[float, float]:
    """First and last value that exist."""
    finite = values[numpy.isfinite(values)]
    return (float(finite[0]), float(finite[-1])) if finite.size else (math.nan, math.nan)


def _course(variable: xarray.DataArray) -> str:
    """'Trust falls from 0.55 to 0.48'."""
    first, last = _ends(variable.values)
    if not math.isfinite(first):
        return f"{_name(variable)} has no values"
    before, after = _number(first, variable), _number(last, variable)
    if before == after or abs(last - first) < 0.02 * max(abs(first), abs(last)):
        return f"{_name(variable)} stays near {after}"
    return f"{_name(variable)} {'rises' if last > first else 'falls'} from {before} to {after}"


def _meaning(variable: xarray.DataArray) -> str:
    text = str(variable.attrs.get("long_name", variable.name))
    return text[:1].upper() + text[1:]


def _people(label: str, group: str) -> str:
    """A stratum as it is said in a sentence: 'age 18-29' as 'people aged 18-29'."""
    if group == "age":
        return label.replace("age ", "people aged ", 1)
    if group in ("education", "income"):
        return f"people with {label}"
    return f"people {label}" if label.startswith("not ") else label


def _span(weeks: numpy.ndarray) -> str:
    """The length of a record in words."""
    count = int(weeks[-1] - weeks[0]) + 1 if weeks.size else 0
    years = count / WEEKS_A_YEAR
    return f"{years:.0f} years" if years >= 1.95 else f"{count} weeks"


# --- Parts ---------------------------------------------------------------------------------------------------

def _time(weeks: numpy.ndarray) -> tuple[numpy.ndarray, str]:
    """Weeks as they are, or as years where there are more than two of them."""
    if weeks.size and weeks[-1] - weeks[0] >= 2 * WEEKS_A_YEAR - 1:
        return weeks / WEEKS_A_YEAR, "year"
    return weeks.astype(float), "week"


def _finish(figure: matplotlib.figure.Figure, run: Run, title: str, subtitle: str = "") -> matplotlib.figure.Figure:
    """Title and subtitle at the top left, source at the bottom; the axes get what is left."""
    width, height = figure.get_size_inches()
    lines = textwrap.wrap(title, int(width * 6.6)) or [""]
    under = textwrap.wrap(subtitle, int(width * 10.6))
    margin = 0.16 / width
    y = 1 - 0.14 / height
    for text, size, weight, color in [(l, 18, "bold", INK) for l in lines] + [(l, 13, "normal", "#555555") for l in under]:
        figure.text(margin, y, text, fontsize=size, fontweight=weight, color=color, va="top", ha="left")
        y -= size * 1.36 / 72 / height
    figure.text(margin, 0.09 / height, run.source_line, fontsize=9.5, color="#666666", va="bottom", ha="left")
    figure.tight_layout(rect=(0, 0.30 / height, 1, y - 0.06 / height))
    return figure


def _percent_axis(axis: Any, variable: xarray.DataArray) -> None:
    if _is_share(variable):
        axis.set_major_formatter(matplotlib.ticker.FuncFormatter(lambda x, _: f"{100 * x:g}%"))


def _room(axes: Any, values: numpy.ndarray, least: float = 0.25) -> None:
    """Limits around `values` that do not blow up noise: the axis spans at least `least` of the values' size."""
    finite = values[numpy.isfinite(values)]
    if not finite.size:
        return
    low, high = float(finite.min()), float(finite.max())
    span = max(high - low, least * max(abs(low), abs(high)), 1e-9)
    middle = (low + high) / 2
    axes.set_ylim(middle - 0.62 * span, middle + 0.62 * span)


def _series(run: Run, name: str, level: str, dimensions: tuple[str, ...]) -> xarray.DataArray:
    variable = run.variable(name, level)
    if variable.dims != dimensions:
        raise ResultError(f"{run.path}: {name} by {level} is over {variable.dims}, and this figure needs {dimensions}")
    if not variable.size:
        raise ResultError(f"{run.path}: {name} by {level} is empty")
    return variable


def _last(variable: xarray.DataArray) -> numpy.ndarray:
    """The last value that exists of each column of a (week, x) array."""
    return numpy.array([_ends(column)[1] for column in variable.values.T])


def _first(variable: xarray.DataArray) -> numpy.ndarray:
    return numpy.array([_ends(column)[0] for column in variable.values.T])


# --- Figures -------------------------------------------------------------------------------------------------

@_styled
def time_path(run: Run, names: Sequence[str] = ("participation", "awareness", "trust")) -> matplotlib.figure.Figure:
    """The nation's series over time, a panel each, with the last value at the line's end.

    `names` are variables over (week). Each panel has its own scale, which spans at least a quarter of the values,
    so that noise does not look like a trend."""
    variables = [_series(run, name, "nation", ("week",)) for name in names]
    figure, grid = pyplot.subplots(1, len(variables), figsize=(max(4.4 * len(variables), 8.0), 4.9), squeeze=False)
    for axes, variable, color in zip(grid[0], variables, PALETTE * len(variables)):
        x, unit = _time(variable["week"].values)
        axes.plot(x, variable.values, color=color, linewidth=2.5)
        _room(axes, variable.values)
        _percent_axis(axes.yaxis, variable)
        axes.set_title("\n".join(textwrap.wrap(_name(variable) + (f", {_unit(variable)}" if _unit(variable) else ""), 28)))
        axes.set_xlabel(unit)
        axes.grid(axis="y", color=PALE, linewidth=0.8)
        axes.xaxis.set_major_locator(matplotlib.ticker.MaxNLocator(5, integer=True))
        axes.yaxis.set_major_locator(matplotlib.ticker.MaxNLocator(5))
        last = _ends(variable.values)[1]
        if math.isfinite(last):
            axes.annotate(_number(last, variable), (x[-1], last), xytext=(6, 0), textcoords="offset points", color=color,
                          fontweight="bold", va="center", annotation_clip=False)
        axes.margins(x=0.02)
    said = [_course(variable) for variable in variables[:2]]
    title = "; ".join([said[0]] + [s[0].lower() + s[1:] for s in said[1:]])
    meanings = [f"{_name(v)}: {v.attrs['long_name']}." for v in variables if v.attrs.get("long_name")]
    return _finish(figure, run, f"{title} over {_span(variables[0]['week'].values)}", " ".join(meanings[:3]))


@_styled
def ranking(run: Run, name: str = "participation", level: str = "region") -> matplotlib.figure.Figure:
    """Where a series stands at the end, ranked, and where it started.

    `name` is a variable over (week, `level`). A pale dot is the first week, a full one the last."""
    variable = _series(run, name, level, ("week", level))
    labels = [str(label) for label in decoded(variable[level]).values]
    first, last = _first(variable), _last(variable)
    there = numpy.flatnonzero(numpy.isfinite(last))
    if not there.size:
        raise ResultError(f"{run.path}: {name} by {level} has no values")
    order = there[numpy.argsort(last[there], kind="stable")]
    figure, axes = pyplot.subplots(figsize=(10.5, 2.4 + 0.31 * len(order)))
    rows = numpy.arange(len(order))
    axes.hlines(rows, first[order], last[order], color=PALE, linewidth=4, zorder=1)
    axes.scatter(first[order], rows, s=42, color="white", edgecolor=GREY, linewidth=1.5, zorder=2)
    axes.scatter(last[order], rows, s=72, color=BLUE, zorder=3)
    span = max(float(numpy.ptp(numpy.concatenate([first[order], last[order]]))), 1e-9)
    right = numpy.fmax(first[order], last[order])
    for row, k in zip(rows, order):
        axes.text(right[row] + 0.025 * span, row, _number(last[k], variable), va="center", fontsize=11.5, color=BLUE,
                  bbox=_WHITE)
    if level != "nation" and name in run.nation.data_vars and run.nation[name].dims == ("week",):
        mean = _ends(run.nation[name].values)[1]
        axes.vlines(mean, -0.8, len(order) - 0.4, color=VERMILION, linewidth=1.4, zorder=0)
        axes.text(mean, len(order) - 0.35, f"nation {_number(mean, variable)}", color=VERMILION, ha="center",
                  va="bottom", fontsize=12)
    axes.set_yticks(rows, [labels[k] for k in order])
    axes.set_ylim(-0.8, len(order) + 0.5)
    axes.margins(x=0.09)
    axes.grid(axis="x", color=PALE, linewidth=0.8)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    _percent_axis(axes.xaxis, variable)
    if _unit(variable):
        axes.set_xlabel(_unit(variable))
    top, bottom = order[-1], order[0]
    title = (f"{_name(variable)} is highest in {labels[top]} ({_number(last[top], variable)}), "
             f"lowest in {labels[bottom]} ({_number(last[bottom], variable)})")
    if len(order) == 1:
        title = f"{_name(variable)} in {labels[top]}: {_number(last[top], variable)}"
    return _finish(figure, run, title, f"{_meaning(variable)}. Full dots: the last week. Open dots: the first, "
                                       f"{_span(variable['week'].values)} before.")


@_styled
def small_multiples(run: Run, name: str = "participation", level: str = "region") -> matplotlib.figure.Figure:
    """A panel for each region with its own path in colour before those of all others in grey, in the order of
    their last values, all on one scale. `name` is a variable over (week, `level`)."""
    variable = _series(run, name, level, ("week", level))
    labels = [str(label) for label in decoded(variable[level]).values]
    last = _last(variable)
    order = numpy.argsort(-numpy.where(numpy.isfinite(last), last, -numpy.inf), kind="stable")
    columns = min(5, len(order))
    rows = math.ceil(len(order) / columns)
    figure, grid = pyplot.subplots(rows, columns, figsize=(max(2.6 * columns, 8.0), 1.5 + 1.55 * rows), squeeze=False,
                                   sharex=True, sharey=True)
    x, unit = _time(variable["week"].values)
    for place, axes in enumerate(grid.flat):
        if place >= len(order):
            axes.set_visible(False)
            continue
        k = order[place]
        axes.plot(x, variable.values, color=PALE, linewidth=0.7, zorder=1)
        axes.plot(x, variable.values[:, k], color=BLUE, linewidth=2.2, zorder=2)
        axes.set_title(labels[k].removesuffix(" Region"), fontsize=12, pad=3)
        axes.set_title(_number(last[k], variable), fontsize=12, pad=3, color=BLUE, loc="right")
        axes.xaxis.set_major_locator(matplotlib.ticker.MaxNLocator(4, integer=True))
        axes.yaxis.set_major_locator(matplotlib.ticker.MaxNLocator(3))
        axes.tick_params(labelsize=10.5)
        _percent_axis(axes.yaxis, variable)
        if place >= len(order) - columns:
            axes.set_xlabel(unit, fontsize=11)
            axes.tick_params(labelbottom=True)
    _room(grid[0][0], variable.values.ravel())
    finite = last[numpy.isfinite(last)]
    first = _first(variable)
    change = (last - first) / numpy.fmax(numpy.fmax(abs(first), abs(last)), 1e-12)
    noun = {"region": "regions", "community_type": "types of community"}.get(level, level)
    rising, falling = int(numpy.sum(change >= 0.1)), int(numpy.sum(change <= -0.1))
    title = f"{_name(variable)} rises in {rising} and falls in {falling} of {len(finite)} {noun} by a tenth or more"
    if not rising and not falling:
        title = f"{_name(variable)} changes little in all {len(finite)} {noun}"
    if finite.size:
        title += f", and ends between {_number(float(finite.min()), variable)} and {_number(float(finite.max()), variable)}"
    return _finish(figure, run, title, f"{_meaning(variable)}. Grey: the others.")


@_styled
def who(run: Run, name: str = "participation") -> matplotlib.figure.Figure:
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
    colors = dict(zip(names, PALETTE * (len(names) // len(PALETTE) + 1)))
    figure, axes = pyplot.subplots(figsize=(10.5, 2.0 + 0.31 * len(there) + 0.16 * len(names)))
    ticks, texts, y = [], [], 0.0
    values = numpy.array([last[k] for k in there])
    span = max(float(numpy.ptp(values)), 1e-9)
    nation = run.nation[name] if "nation" in run.series and name in run.nation.data_vars else None
    mean = _ends(nation.values)[1] if nation is not None and nation.dims == ("week",) else math.nan
    for group in names:
        for k in (k for k in there if groups[k] == group):
            if math.isfinite(mean):
                axes.hlines(y, mean, last[k], color=PALE, linewidth=4, zorder=1)
            axes.scatter(last[k], y, s=85, color=colors[group], zorder=3)
            side = 1 if not math.isfinite(mean) or last[k] >= mean else -1
            axes.text(last[k] + side * 0.022 * span, y, _number(last[k], variable), va="center", fontsize=12,
                      ha="left" if side > 0 else "right", bbox=_WHITE)
            ticks.append(y)
            texts.append(labels[k])
            y -= 1
        y -= 0.55
    if math.isfinite(mean):
        axes.vlines(mean, y + 0.9, 0.7, color=INK, linewidth=1.2, zorder=0)
        axes.text(mean, 0.75, f"all {_number(mean, variable)}", ha="center", va="bottom", fontsize=12)
    axes.set_yticks(ticks, texts)
    axes.set_ylim(y + 0.9, 1.5)
    axes.margins(x=0.1)
    axes.grid(axis="x", color=PALE, linewidth=0.8)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    _percent_axis(axes.xaxis, variable)
    best, worst = max(there, key=lambda k: (last[k], -k)), min(there, key=lambda k: (last[k], k))
    title = (f"{_name(variable)} is highest among {_people(labels[best], groups[best])} "
             f"({_number(last[best], variable)}), lowest among {_people(labels[worst], groups[worst])} "
             f"({_number(last[worst], variable)})")
    return _finish(figure, run, title, f"{_meaning(variable)}, in week {int(variable['week'].values[-1])}.")


@_styled
def by_form(run: Run, name: str = "turnout") -> matplotlib.figure.Figure:
    """A series by form of participation at the end of the run, ranked. `name` is a variable of the nation over
    (week, form); forms without a value are left out."""
    variable = _series(run, name, "nation", ("week", "form"))
    labels = [str(label) for label in variable["form"].values]
    last = _last(variable)
    there = numpy.flatnonzero(numpy.isfinite(last))
    if not there.size:
        raise ResultError(f"{run.path}: {name} by form has no values")
    order = there[numpy.argsort(last[there], kind="stable")]
    figure, axes = pyplot.subplots(figsize=(10.5, 2.1 + 0.42 * len(order)))
    axes.barh(range(len(order)), last[order], color=BLUE, height=0.66)
    for row, k in enumerate(order):
        axes.annotate(_number(last[k], variable), (last[k], row), xytext=(5, 0), textcoords="offset points",
                      va="center", fontsize=12)
    axes.set_yticks(range(len(order)), [labels[k] for k in order])
    axes.set_xlim(0, max(float(last[order].max()) * 1.12, 1e-9))
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    _percent_axis(axes.xaxis, variable)
    top = order[-1]
    return _finish(figure, run, f"{_name(variable)} is highest in {labels[top]}: {_number(last[top], variable)}",
                   f"{_meaning(variable)}.")
