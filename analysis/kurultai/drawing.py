"""Style, words and parts that the figures share."""
from __future__ import annotations

import dataclasses
import functools
import math
import textwrap
from typing import Any, Callable, Sequence

import matplotlib.figure
import matplotlib.pyplot as pyplot
import matplotlib.ticker
import numpy
import xarray

from .numbers import amount, change, is_share, number, unit, with_interval  # noqa: F401  figures say numbers by them

BLUE, ORANGE, GREEN, PURPLE, VERMILION, SKY = "#0072B2", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#56B4E9"
PALETTE = (BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY)
GREY, PALE, INK = "#8a8a8a", "#d9d9d9", "#222222"
SOFT, FAINT = "#555555", "#666666"  # subtitle and source
#: Colours of up to five values in order, from cold to hot.
_ORDERED = {
    1: (BLUE,),
    2: (BLUE, VERMILION),
    3: (BLUE, GREEN, VERMILION),
    4: (BLUE, GREEN, ORANGE, VERMILION),
    5: ("#5e3c99", BLUE, GREEN, ORANGE, VERMILION),
}
MOST_LINES = max(_ORDERED)
NARROW = 7.0  # inches below which panels are stacked
WEEKS_A_YEAR = 52
WHITE = {"facecolor": "white", "edgecolor": "none", "pad": 1.0}  # keeps numbers legible on lines

_STYLE = {
    "font.size": 14,
    "font.family": "sans-serif",
    "text.color": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": GREY,
    "axes.labelcolor": INK,
    "axes.titlesize": 14,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.unicode_minus": True,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.labelsize": 12,
    "ytick.labelsize": 12,
    "figure.dpi": 100,
    "savefig.dpi": 150,
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
}

#: How a series is said in a title.
_SAID = {
    "participation": "Participation",
    "awareness": "Awareness",
    "trust": "Trust",
    "satisfaction": "Satisfaction",
    "efficacy": "Efficacy",
    "propensity": "Propensity",
    "turnout": "Turnout",
}


@dataclasses.dataclass(frozen=True)
class Said:
    """The words around a figure, for who sets them elsewhere."""

    title: str
    subtitle: str
    source: str


def ordered(count: int) -> tuple[str, ...]:
    """Colours of `count` values in order, at most MOST_LINES."""
    return _ORDERED[count]


def styled(draw: Callable[..., matplotlib.figure.Figure]) -> Callable[..., matplotlib.figure.Figure]:
    @functools.wraps(draw)
    def wrapper(*arguments: Any, **options: Any) -> matplotlib.figure.Figure:
        with pyplot.rc_context(_STYLE):
            return draw(*arguments, **options)

    return wrapper


# --- Words ---------------------------------------------------------------------------------------------------


def name(variable: xarray.DataArray) -> str:
    """A series or measure as a title says it."""
    return str(variable.attrs.get("said") or series_name(str(variable.name)))


def series_name(series: str) -> str:
    """A series as a title says it, by its name in the file."""
    return _SAID.get(series, series.replace("_", " ").capitalize().replace("Lsg ", "LSG "))


def ends(values: numpy.ndarray) -> tuple[float, float]:
    """First and last value that exist."""
    finite = values[numpy.isfinite(values)]
    return (float(finite[0]), float(finite[-1])) if finite.size else (math.nan, math.nan)


def course(variable: xarray.DataArray) -> str:
    """'Trust falls from 0.55 to 0.48'."""
    first, last = ends(variable.values)
    if not math.isfinite(first):
        return f"{name(variable)} has no values"
    before, after = number(first, variable), number(last, variable)
    if before == after or abs(last - first) < 0.02 * max(abs(first), abs(last)):
        return f"{name(variable)} stays near {after}"
    return f"{name(variable)} {'rises' if last > first else 'falls'} from {before} to {after}"


def meaning(variable: xarray.DataArray) -> str:
    """What a series or measure stands for, as the begin of a sentence."""
    text = str(variable.attrs.get("long_name", variable.name))
    return text[:1].upper() + text[1:]


def people(label: str, group: str) -> str:
    """A stratum as it is said in a sentence: 'age 18-29' as 'people aged 18-29'."""
    if group == "age":
        return label.replace("age ", "people aged ", 1)
    if group in ("education", "income"):
        return f"people with {label}"
    return f"people {label}" if label.startswith("not ") else label


def span(weeks: numpy.ndarray) -> str:
    """The length of a record in words."""
    count = int(weeks[-1] - weeks[0]) + 1 if weeks.size else 0
    years = count / WEEKS_A_YEAR
    return f"{years:.0f} years" if years >= 1.95 else f"{count} weeks"


# --- Parts ---------------------------------------------------------------------------------------------------


def time(weeks: numpy.ndarray) -> tuple[numpy.ndarray, str]:
    """Weeks as they are, or as years where there are more than two of them."""
    if weeks.size and weeks[-1] - weeks[0] >= 2 * WEEKS_A_YEAR - 1:
        return weeks / WEEKS_A_YEAR, "year"
    return weeks.astype(float), "week"


def finish(figure: matplotlib.figure.Figure, result: Any, title: str, subtitle: str = "") -> matplotlib.figure.Figure:
    """Adds title and subtitle at the top left and the source of `result` (a Run or a Sweep) at the bottom; the figure
    grows by what they take. `words_of` gives the words back."""
    width, body = figure.get_size_inches()
    source = result.source_line
    lines = [(line, 18, "bold", INK) for line in textwrap.wrap(title, int((width - 0.3) * 6.5)) or [""]]
    lines += [(line, 13, "normal", SOFT) for line in textwrap.wrap(subtitle, int((width - 0.3) * 10.4))]
    foot = textwrap.wrap(source, int((width - 0.3) * 12.6))
    header = sum(size for _, size, _, _ in lines) * 1.36 / 72 + 0.2
    footer = 0.16 * len(foot) + 0.18
    height = body + header + footer
    figure.set_size_inches(width, height)
    margin, y = 0.16 / width, 1 - 0.14 / height
    words = []
    for text, size, weight, color in lines:
        words.append(figure.text(margin, y, text, fontsize=size, fontweight=weight, color=color, va="top", ha="left"))
        y -= size * 1.36 / 72 / height
    words.append(figure.text(margin, 0.09 / height, "\n".join(foot), fontsize=9.5, color=FAINT, va="bottom", ha="left"))
    figure.tight_layout(rect=(0, footer / height, 1, 1 - header / height))
    figure.kurultai = (Said(title, subtitle, source), words, body)
    return figure


def words_of(figure: matplotlib.figure.Figure) -> Said:
    """The words that `finish` put around a figure."""
    return figure.kurultai[0]


def without_words(figure: matplotlib.figure.Figure) -> matplotlib.figure.Figure:
    """The figure without title, subtitle and source, and as much smaller: for pages that say them in text."""
    _, words, body = figure.kurultai
    for text in words:
        text.remove()
    figure.set_size_inches(figure.get_size_inches()[0], body)
    figure.tight_layout()
    return figure


def percent_axis(axis: Any, variable: xarray.DataArray) -> None:
    """Ticks in percent, none beyond 100%, where `variable` is a share."""
    if is_share(variable):
        axis.set_major_formatter(matplotlib.ticker.FuncFormatter(lambda x, _: f"{100 * x:g}%" if x < 1 + 1e-9 else ""))


def points_axis(axis: Any, variable: xarray.DataArray) -> None:
    """Ticks of a change: in percentage points where `variable` is a share."""
    if is_share(variable):
        axis.set_major_formatter(matplotlib.ticker.FuncFormatter(lambda x, _: f"{100 * x:g}".replace("-", "\u2212")))


def room(axes: Any, values: numpy.ndarray, variable: xarray.DataArray, least: float = 0.25) -> None:
    """Limits around `values` of `variable` that do not blow up noise: the axis spans at least `least` of the values'
    size. That of a share ends at 0% and 100%, which no share passes."""
    finite = values[numpy.isfinite(values)]
    if not finite.size:
        return
    low, high = float(finite.min()), float(finite.max())
    span = max(high - low, least * max(abs(low), abs(high)), 1e-9)
    middle = (low + high) / 2
    bottom, top = middle - 0.62 * span, middle + 0.62 * span
    if is_share(variable):
        bottom, top = max(bottom, min(0.0, low)), min(top, max(1.0, high))
    axes.set_ylim(bottom, top)


def label_ends(
    axes: Any, x: float, heights: Sequence[float], texts: Sequence[str], colors: Sequence[str], size: float = 12.0
) -> None:
    """Texts right of the lines' ends at `x`, moved apart where they would overlap. Call it when the limits stand."""
    there = [k for k in numpy.argsort(heights, kind="stable") if math.isfinite(heights[k])]
    if not there:
        return
    low, high = axes.get_ylim()
    inches = axes.figure.get_size_inches()[1] * axes.get_position().height * 0.85
    gap = size * 1.3 / 72 / inches * (high - low)
    places = [heights[k] for k in there]
    for _ in range(100):  # push neighbours apart until none overlap
        moved = False
        for k in range(len(places) - 1):
            lack = gap - (places[k + 1] - places[k])
            if lack > 1e-9 * gap:
                places[k] -= lack / 2
                places[k + 1] += lack / 2
                moved = True
        if not moved:
            break
    for k, place in zip(there, places):
        axes.annotate(
            texts[k],
            (x, place),
            xytext=(6, 0),
            textcoords="offset points",
            color=colors[k],
            fontsize=size,
            fontweight="bold",
            va="center",
            annotation_clip=False,
        )


def key(axes: Any, texts: Sequence[str], colors: Sequence[str], size: float = 12.0, above: float = 24.0) -> None:
    """What the colours mean, in a line `above` points over the axes' upper left corner."""
    offset = 0.0
    for text, color in [(" ", INK), *zip(texts, colors)]:
        said = axes.annotate(
            text,
            (0, 1),
            xycoords="axes fraction",
            xytext=(offset, above),
            textcoords="offset points",
            color=color,
            fontsize=size,
            fontweight="bold",
            ha="left",
            va="bottom",
            annotation_clip=False,
        )
        if text != " ":  # the blank keeps the line's height free; the texts may reach over the next panel
            said.set_in_layout(False)
            offset += 0.72 * size * len(text) + 1.2 * size
