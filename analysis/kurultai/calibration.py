"""The result of a calibration: which values of the parameters agree with what was observed.

    calibration = kurultai.open_calibration("results/calibrate_village.h5")
    calibration.parameters.to_dataframe()   # median and interval of each, beside its prior
    calibration.posterior                   # the weighted sample, over (sample)
    kurultai.calibration.learned(calibration)   # figure: priors and what became of them
    kurultai.calibration.met(calibration)       # figure: targets and what the posterior predicts
"""
from __future__ import annotations

import math
import pathlib
from typing import Any, Mapping

import matplotlib.figure
import matplotlib.pyplot as pyplot
import numpy

from . import drawing, numbers
from .file import Head, ResultError, decoded, read_group, read_head

GROUPS = {
    "parameters": ("path", "median", "low", "high", "prior_low", "prior_high", "shrinkage"),
    "targets": ("value", "sd", "scale", "predicted_low", "predicted_median", "predicted_high"),
    "posterior": ("weight",),
    "generations": ("tolerance", "acceptance"),
}


class Calibration:
    """A calibration.

    ``calibration.parameters`` is over (parameter), ``targets`` over (target), ``posterior``, a weighted sample, over
    (sample), and ``generations`` over (generation).
    """

    def __init__(self, path: pathlib.Path, head: Head):
        self.path = path
        self.attributes: Mapping[str, Any] = head.attributes
        self.provenance: Mapping[str, Any] = head.provenance
        for name, fields in GROUPS.items():
            missing = [field for field in fields if name not in head.groups] or [
                field for field in fields if field not in read_group(head, name)
            ]
            if missing:
                raise ResultError(f"{path}: a calibration without {name}/{missing[0]}; is it damaged? calibrate again")
        self.parameters, self.targets, self.posterior, self.generations = (read_group(head, name) for name in GROUPS)

    @property
    def title(self) -> str:
        """The calibration's title, or the file's name."""
        return str(self.attributes.get("title") or self.path.stem)

    @property
    def confidence(self) -> float:
        """That of the intervals."""
        return float(self.attributes.get("confidence", 0.95))

    @property
    def names(self) -> list[str]:
        """The parameters, by their names in the calibration's file."""
        return [str(name) for name in decoded(self.parameters["parameter"]).values]

    @property
    def target_names(self) -> list[str]:
        return [str(name) for name in decoded(self.targets["target"]).values]

    def numbers_of(self, group: str, place: int) -> dict[str, float]:
        """What is said of the parameter or target at a place."""
        data = getattr(self, group)
        return {
            str(name): float(variable.values[place])
            for name, variable in data.data_vars.items()
            if variable.ndim == 1 and variable.dtype.kind in "fiu"
        }

    @property
    def source_line(self) -> str:
        """Where a figure's numbers are from, in a line."""
        parts = [
            f"{self.attributes['runs']} runs" if "runs" in self.attributes else "",
            f"seed {self.attributes.get('seed', 'unknown')}",
        ]
        if "kurultai_version" in self.attributes:
            parts.append(f"Kurultai {self.attributes['kurultai_version']}")
        if "digest" in self.attributes:
            parts.append(f"digest {str(self.attributes['digest'])[:8]}")
        return f"Simulated: {self.title}; " + ", ".join(filter(None, parts))

    def __repr__(self) -> str:
        lines = [
            f"Calibration '{self.title}' ({self.path.name})",
            (
                f"  {len(self.names)} parameters, {len(self.target_names)} targets,"
                f" {self.attributes.get('runs', 'unknown')} runs, sample of {self.posterior.sizes.get('sample', 0)}"
            ),
        ]
        confidence = f"{100 * self.confidence:g}%"
        for k, name in enumerate(self.names[:3]):
            one = self.numbers_of("parameters", k)
            lines.append(
                f"  {name}: " + numbers.estimate(one["median"], one["low"], one["high"]).replace("95%", confidence)
            )
        for k, name in enumerate(self.target_names[:3]):
            one = self.numbers_of("targets", k)
            predicted = numbers.estimate(one["predicted_median"], one["predicted_low"], one["predicted_high"]).replace(
                "95%", confidence
            )
            lines.append(f"  target {name}: observed {numbers.said_number(one['value'])}, predicted {predicted}")
        more = max(0, len(self.names) - 3) + max(0, len(self.target_names) - 3)
        return numbers.ten_lines(*lines, *([f"  and {more} more in .parameters and .targets"] if more else []))


def open_calibration(file: str | pathlib.Path, unsealed: bool = False) -> Calibration:
    """Reads the result of a calibration. Raises ResultError as open_run does, and for results of another kind."""
    path = pathlib.Path(file)
    head = read_head(path, "calibrate SWEEP", unsealed)
    if head.kind != "calibration":
        raise ResultError(
            f"{path}: the result of a {head.kind}, not of a calibration, which './kurultai calibrate' writes; "
            "in Python, use open_result"
        )
    return Calibration(path, head)


def _rows(count: int, width: float) -> tuple[matplotlib.figure.Figure, Any, numpy.ndarray]:
    drawn, axes = pyplot.subplots(figsize=(width, 1.0 + 0.5 * count))
    axes.grid(axis="x", color=drawing.PALE, linewidth=0.8)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.set_ylim(-0.6, count - 0.4)
    return drawn, axes, numpy.arange(count)[::-1]


@drawing.styled
def learned(calibration: Calibration, width: float = 10.5) -> matplotlib.figure.Figure:
    """Each parameter's interval in what its prior allowed. Raises ResultError if there is no parameter."""
    names = calibration.names
    if not names:
        raise ResultError(f"{calibration.path}: there are no parameters")
    drawn, axes, y = _rows(len(names), width)
    best, learned_most = names[0], -math.inf
    for k, (row, name) in enumerate(zip(y, names)):
        one = calibration.numbers_of("parameters", k)
        span = one["prior_high"] - one["prior_low"]
        place = {key: (one[key] - one["prior_low"]) / span if span > 0 else 0.5 for key in ("low", "median", "high")}
        axes.hlines(row, 0, 1, color=drawing.PALE, linewidth=7, zorder=1)
        axes.hlines(row, place["low"], place["high"], color=drawing.BLUE, linewidth=2.6, zorder=2)
        axes.plot(place["median"], row, "o", color=drawing.BLUE, markersize=9, zorder=3)
        text = numbers.estimate(one["median"], one["low"], one["high"]).partition(",")[0]
        axes.annotate(
            text,
            (place["median"], row),
            xytext=(0, 9),
            textcoords="offset points",
            ha="center",
            fontsize=11.5,
            color=drawing.BLUE,
        )
        if one["shrinkage"] > learned_most:
            best, learned_most = name, one["shrinkage"]
    axes.set_yticks(y, [name.replace("_", " ") for name in names])
    axes.set_xlim(-0.03, 1.03)
    axes.set_xticks([0, 0.5, 1], ["lowest of the prior", "middle", "highest"])
    confidence = f"{100 * calibration.confidence:g}%"
    title = (
        f"The targets say most about {best.replace('_', ' ')}: its standard deviation shrank by"
        f" {100 * learned_most:.0f}%"
        if learned_most >= 0.1
        else "The targets say next to nothing about any parameter"
    )
    return drawing.finish(
        drawn,
        calibration,
        title,
        f"Grey: what the prior allowed. Blue: median and {confidence} interval of the posterior.",
    )


@drawing.styled
def met(calibration: Calibration, width: float = 10.5) -> matplotlib.figure.Figure:
    """What the posterior predicts of each target, beside what was observed, in the target's unit of distance. Raises
    ResultError if nothing was predicted."""
    names = calibration.target_names
    rows = [calibration.numbers_of("targets", k) for k in range(len(names))]
    there = [
        k
        for k, one in enumerate(rows)
        if all(math.isfinite(one[key]) for key in ("predicted_low", "predicted_high", "value")) and one["scale"] > 0
    ]
    if not there:
        raise ResultError(f"{calibration.path}: the posterior predicts no target")
    drawn, axes, y = _rows(len(there), width)
    axes.axvline(0, color=drawing.GREY, linewidth=1.2, zorder=1)
    missed = []
    for row, k in zip(y, there):
        one = rows[k]
        low, middle, high = (
            (one[key] - one["value"]) / one["scale"] for key in ("predicted_low", "predicted_median", "predicted_high")
        )
        inside = low <= 0 <= high
        missed += [] if inside else [names[k]]
        color = drawing.BLUE if inside else drawing.VERMILION
        axes.hlines(row, low, high, color=color, linewidth=2.6, zorder=2)
        axes.plot(middle, row, "o", color=color, markersize=9, zorder=3)
    axes.set_yticks(y, [names[k].replace("_", " ") for k in there])
    axes.set_xlabel("predicted less observed, in the unit of distance")
    title = (
        f"All {len(there)} targets lie within what the posterior predicts"
        if not missed
        else (
            f"{len(missed)} of {len(there)} targets missed:"
            f" {numbers.some((name.replace('_', ' ') for name in missed), 4)}"
        )
    )
    if len(there) == 1 and not missed:
        title = "The target lies within what the posterior predicts"
    return drawing.finish(
        drawn,
        calibration,
        title,
        (
            f"Lines: {100 * calibration.confidence:g}% of what the posterior predicts, errors of "
            "observation included. A unit is what counts as a distance of 1."
        ),
    )
