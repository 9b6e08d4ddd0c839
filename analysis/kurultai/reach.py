"""Whom a change reaches: a series by group of people or of places where all levers are off and where they are on."""
from __future__ import annotations

from typing import Any, Mapping, Sequence

import numpy
import pandas
import xarray

from . import statistics
from .file import ResultError
from .sweep import Sweep


def point_with(sweep: Sweep, values: Mapping[str, Any]) -> int:
    """The point whose axes have these values. Raises ResultError if there is none."""
    same = numpy.ones(sweep.points, dtype=bool)
    for name, value in values.items():
        same &= sweep.design[name].values == value
    if not same.any():
        raise ResultError(
            f"{sweep.path}: no point with " + ", ".join(f"{name} = {value}" for name, value in values.items())
        )
    return int(numpy.flatnonzero(same)[0])


def off_and_on(sweep: Sweep) -> tuple[int, int]:
    """The point where all levers are off and the one where all are on. Raises ResultError if either was not run."""
    ends = {axis.name: sweep.ends(axis.name) for axis in sweep.axes}
    return tuple(point_with(sweep, {name: pair[side] for name, pair in ends.items()}) for side in (0, 1))


def table(values: numpy.ndarray, rows: Sequence[str]) -> pandas.DataFrame:
    """Mean over replicates of `values` (replicate, row) with its 95% interval (Student's t), p-value and Holm's
    correction for all rows: effect, low, high, chance, holm."""
    mean, low, high, count = statistics.mean_interval(values)
    chance = []
    for m, l, n in zip(mean, low, count):
        error = (m - l) / statistics.student(int(n) - 1) if n > 1 else numpy.nan
        chance.append(
            numpy.nan
            if numpy.isnan(error)
            else float(m == 0) if error == 0 else statistics.student_tails(float(m / error), int(n) - 1)
        )
    return pandas.DataFrame(
        {"effect": mean, "low": low, "high": high, "chance": chance, "holm": statistics.holm(numpy.array(chance))},
        index=list(rows),
    )


def lever_changes(sweep: Sweep, variable: xarray.DataArray) -> pandas.DataFrame:
    """What each lever adds to `variable` (point, replicate), from off to on, paired by replicate, mean over the
    settings of the other levers: a row a lever, with ``compared`` saying from where to where."""
    found, rows, said = [], [], []
    for axis in sweep.axes:
        off, on = sweep.ends(axis.name)
        found.append(sweep.paired(variable, axis.name, base=off)["difference"].sel({axis.name: on}).values)
        rows.append(axis.name)
        said.append(f"{axis.said(off)} \u2192 {axis.said(on)}")
    return table(numpy.array(found).T, rows).assign(compared=said)


def corrected(tables: Mapping[str, pandas.DataFrame]) -> dict[str, pandas.DataFrame]:
    """The tables with ``holm`` corrected for all rows of all of them."""
    chances = statistics.holm(numpy.concatenate([one["chance"].to_numpy(dtype=float) for one in tables.values()]))
    parts = numpy.split(chances, numpy.cumsum([len(one) for one in tables.values()])[:-1])
    return {name: one.assign(holm=part) for (name, one), part in zip(tables.items(), parts)}


def sure(rows: pandas.DataFrame) -> list[str]:
    """The rows that hold after correction."""
    return [name for name in rows.index if rows.loc[name, "holm"] < 0.05]


def perhaps(rows: pandas.DataFrame) -> list[str]:
    """The rows whose own interval leaves out zero, but that do not hold after correction."""
    return [
        name
        for name in rows.index
        if rows.loc[name, "holm"] >= 0.05 and (rows.loc[name, "low"] > 0 or rows.loc[name, "high"] < 0)
    ]


def package_changes(sweep: Sweep, variable: xarray.DataArray) -> tuple[numpy.ndarray, numpy.ndarray]:
    """`variable` where all levers are off, and its change where all are on, over (replicate, ...)."""
    off, on = off_and_on(sweep)
    values = variable.transpose("point", "replicate", ...).values.astype(float)
    return values[off], values[on] - values[off]


def groups(sweep: Sweep) -> list[tuple[str, str, str]]:
    """The groups that are compared: (level, label, part): strata but those of platform use, which levers change
    themselves, and types of community."""
    found = []
    if "stratum" in sweep.levels:
        parts = sweep.labels("dimension", "stratum")
        labels = [str(label) for label in sweep.stratum["stratum"].values]
        found += [("stratum", label, part) for label, part in zip(labels, parts) if part != "platform"]
    if "community_type" in sweep.levels:
        found += [("community_type", str(label), "place") for label in sweep.community_type["community_type"].values]
    return found


def by_group(sweep: Sweep, series: str) -> xarray.DataArray:
    """The last year's mean of a series over (point, replicate, group), with coordinates ``level`` and ``part``; groups
    without values, such as children who may not take part, are left out."""
    members = groups(sweep)
    if not members:
        raise ResultError(
            f"{sweep.path}: no series by stratum or community_type; add them to keep_levels and run it again"
        )
    whole = {level: sweep.last_year(series, level).load() for level in dict.fromkeys(level for level, _, _ in members)}
    columns, kept = [], []
    for level, label, part in members:
        column = whole[level].sel({level: label}).transpose("point", "replicate").values
        if numpy.isfinite(column).any():
            columns.append(column)
            kept.append((level, label, part))
    attributes = dict(next(iter(whole.values())).attrs)
    return xarray.DataArray(
        numpy.stack(columns, axis=-1),
        dims=("point", "replicate", "group"),
        attrs=attributes,
        name=series,
        coords={"group": [label for _, label, _ in kept], "part": ("group", [part for _, _, part in kept])},
    )


def gaps(sweep: Sweep, variable: xarray.DataArray) -> pandas.DataFrame:
    """The gap of `variable` (as `by_group` gives it) between two groups of each part: the one that stands highest and
    the one that stands lowest where all levers are off. By part: ``highest`` and ``lowest``, the gap before, after and
    its change, each with its 95% interval over replicates: before, before_low, before_high, after ..., effect, low,
    high, chance, holm. ``verdict``, after Holm's correction for the parts: it "widens", "narrows", "turns over" (the
    lower stands clearly higher after) or "stays, as far as can be told"."""
    before, change = package_changes(sweep, variable)
    level = statistics.mean_interval(before)[0]
    parts = list(dict.fromkeys(str(part) for part in variable["part"].values))
    labels = [str(label) for label in variable["group"].values]
    rows, gap_before, gap_change, names = [], [], [], []
    for part in parts:
        members = [k for k in numpy.flatnonzero(variable["part"].values == part) if numpy.isfinite(level[k])]
        if len(members) < 2:
            continue
        high, low = max(members, key=lambda k: level[k]), min(members, key=lambda k: level[k])
        rows.append(part)
        names.append((labels[high], labels[low]))
        gap_before.append(before[:, high] - before[:, low])
        gap_change.append(change[:, high] - change[:, low])
    old, moved = numpy.array(gap_before).T, numpy.array(gap_change).T
    found = table(moved, rows)
    for name, values in (("before", old), ("after", old + moved)):
        found[name], found[name + "_low"], found[name + "_high"], _ = statistics.mean_interval(values)
    found["highest"], found["lowest"] = zip(*names)
    found["verdict"] = [
        (
            "stays, as far as can be told"
            if not row["holm"] < 0.05
            else "widens" if row["effect"] > 0 else "turns over" if row["after_high"] < 0 else "narrows"
        )
        for _, row in found.iterrows()
    ]
    return found
