"""The result of a comparison: by how much B differs from A, measure by measure.

    comparison = kurultai.open_comparison("results/compare-kazakhstan-louder.h5")
    comparison.table()                      # a row a measure (and point, and region), with intervals
    kurultai.comparison.figure(comparison)  # the relative differences, the surest first
"""
from __future__ import annotations

import math
import pathlib
from typing import Any, Mapping

import matplotlib.figure
import matplotlib.pyplot as pyplot
import numpy
import pandas
import xarray

from . import drawing, numbers
from .file import Head, ResultError, decoded, read_group, read_head

#: What a comparison says of each measure; see `long_name` of each in ``comparison.differences``.
FIELDS = ("mean_a", "mean_b", "difference", "low", "high", "relative", "standardized", "replicates_a", "replicates_b")
MOST_ROWS = 24  # of a figure


class Comparison:
    """A comparison of two scenarios, results or points.

    ``comparison.differences`` is over (measure), and over point and region where these were compared.
    """

    def __init__(self, path: pathlib.Path, head: Head):
        self.path = path
        self.attributes: Mapping[str, Any] = head.attributes
        self.provenance: Mapping[str, Any] = head.provenance
        self.differences: xarray.Dataset = read_group(head, "differences")
        missing = [name for name in FIELDS if name not in self.differences]
        if missing or "measure" not in self.differences.dims:
            raise ResultError(
                f"{path}: a comparison without {missing[0] if missing else 'measures'}; is it damaged? compare again"
            )

    @property
    def title(self) -> str:
        """'B against A'."""
        return str(self.attributes.get("title") or self.path.stem)

    @property
    def confidence(self) -> float:
        """That of the intervals."""
        return float(self.attributes.get("confidence", 0.95))

    @property
    def paired(self) -> bool:
        """Whether replicates share their luck, everywhere."""
        return "paired" in self.differences and bool((decoded(self.differences["paired"]).values == "yes").all())

    def table(self) -> pandas.DataFrame:
        """A row each measure, point and region, with the FIELDS, and `verdict` where equivalence was asked for."""
        fields = [*FIELDS, *(name for name in ("verdict",) if name in self.differences)]
        data = self.differences[fields].copy()
        for name in [*fields, *data.coords]:
            data[name] = decoded(data[name])
        return data.to_dataframe().reset_index()

    @property
    def surest(self) -> pandas.DataFrame:
        """The table, those rows first that lie farthest from zero for the width of their interval; those without one
        last."""
        table = self.table()
        half = (table["high"] - table["low"]) / 2
        sureness = (table["difference"].abs() / half.where(half > 0)).fillna(0.0)
        return table.iloc[numpy.argsort(-sureness.values, kind="stable")]

    def said(self, row: Any) -> tuple[str, str]:
        """The difference of a row of the table and its interval, with the digits that the interval bears."""
        low, high = float(row["low"]), float(row["high"])
        if low == high:
            return numbers.change(float(row["difference"]), xarray.DataArray(0.0)), "the same in all"
        if not (math.isfinite(low) and math.isfinite(high) and high > low):
            return numbers.change(float(row["difference"]), xarray.DataArray(0.0)), "no interval"
        return numbers.interval(float(row["difference"]), low, high, signed=True)

    def label(self, row: Any) -> str:
        """What a row is about."""
        return ", ".join(str(row[name]) for name in ("measure", "region", "point") if name in row and str(row[name]))

    @property
    def replicates(self) -> str:
        """'10 pairs', '10 and 8 replicates'."""
        a, b = (
            int(numpy.nanmax(self.differences[name].values, initial=0)) for name in ("replicates_a", "replicates_b")
        )
        return f"{a} pair{'' if a == 1 else 's'}" if self.paired else f"{a} and {b} replicates"

    @property
    def source_line(self) -> str:
        """Where a figure's numbers are from, in a line."""
        parts = [self.title, self.replicates]
        if "kurultai_version" in self.attributes:
            parts.append(f"Kurultai {self.attributes['kurultai_version']}")
        if "digest" in self.attributes:
            parts.append(f"digest {str(self.attributes['digest'])[:8]}")
        return "Simulated: " + ", ".join(parts)

    def __repr__(self) -> str:
        table = self.surest
        lines = [
            f"Comparison '{self.title}' ({self.path.name})",
            f"  B - A over {self.replicates}, {len(table)} measures",
        ]
        for _, row in table.head(6).iterrows():
            said, interval = self.said(row)
            known = interval not in ("no interval", "the same in all")
            lines.append(
                f"  {self.label(row)}: {said}, {f'{100 * self.confidence:g}% interval ' if known else ''}{interval}"
            )
        if len(table) > 6:
            lines.append(f"  and {len(table) - 6} more in .table()")
        return numbers.ten_lines(*lines)


def open_comparison(file: str | pathlib.Path, unsealed: bool = False) -> Comparison:
    """Reads the result of a comparison. Raises ResultError as open_run does, and for results of another kind."""
    path = pathlib.Path(file)
    head = read_head(path, "compare A B", unsealed)
    if head.kind != "comparison":
        raise ResultError(
            f"{path}: the result of a {head.kind}, not of a comparison, which './kurultai compare' writes; "
            "in Python, use open_result"
        )
    return Comparison(path, head)


@drawing.styled
def figure(comparison: Comparison, width: float = 10.5) -> matplotlib.figure.Figure:
    """The differences in percent of A with their intervals, those farthest from zero for their error first. Raises
    ResultError if none has an interval and a mean of A that is not zero."""
    table = comparison.surest
    size = 100 / table["mean_a"].abs().where(table["mean_a"] != 0)
    table = table.assign(centre=table["difference"] * size, left=table["low"] * size, right=table["high"] * size)
    table = table[numpy.isfinite(table[["centre", "left", "right"]]).all(axis=1)]
    if table.empty:
        raise ResultError(f"{comparison.path}: no difference has an interval")
    table = (
        table[table["right"] > table["left"]].head(MOST_ROWS)
        if (table["right"] > table["left"]).any()
        else table.head(MOST_ROWS)
    )
    clear = (table["left"] > 0) | (table["right"] < 0)
    drawn, axes = pyplot.subplots(figsize=(width, 0.9 + 0.36 * len(table)))
    y = numpy.arange(len(table))[::-1]
    axes.axvline(0, color=drawing.GREY, linewidth=1.2, zorder=1)
    for row, (_, one), sure in zip(y, table.iterrows(), clear):
        color = drawing.GREY if not sure else drawing.BLUE if one["centre"] > 0 else drawing.VERMILION
        axes.hlines(row, one["left"], one["right"], color=color, linewidth=2.4, zorder=2)
        axes.plot(one["centre"], row, "o", color=color, markersize=8, zorder=3)
    axes.set_yticks(y, [comparison.label(one).replace("_", " ") for _, one in table.iterrows()])
    axes.set_ylim(-0.6, len(table) - 0.4)
    axes.set_xlabel("difference, % of A")
    axes.grid(axis="x", color=drawing.PALE, linewidth=0.8)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    first = table.iloc[0]
    said, interval = numbers.interval(first["centre"], first["left"], first["right"], signed=True)
    title = (
        f"{drawing.series_name(comparison.label(first))} differs most surely: {said}% ({100 * comparison.confidence:g}%"
        f" interval {interval}%)"
        if bool(clear.iloc[0])
        else "No measure shows a clear difference"
    )
    return drawing.finish(
        drawn,
        comparison,
        title,
        (
            "B less A in percent of A, over"
            f" {comparison.replicates}{' that share their luck' if comparison.paired else ''}. Lines:"
            f" {100 * comparison.confidence:g}% intervals. Grey: the interval holds zero."
        ),
    )
