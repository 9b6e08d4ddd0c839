"""SWOT analysis of self-government, computed (I2): strengths, weaknesses, opportunities, threats.

    table = kurultai.swot.analyse(run, reference)                 # a reform against the country as it is
    table = kurultai.swot.analyse(run, run, region="Abai Region") # a region against the nation
    table = kurultai.swot.analyse(run, reference, sweep=sweep)    # and what levers and shocks may do
    print(table.markdown())

Strengths and weaknesses are indicators (series ``indicator_...`` and ``lsg_index``) that lie at least `far` above or
below the reference in the run's last year. Opportunities are levers of a sweep that raise its measure for sure: the 95%
interval of the paired difference to the base lies above 0. Threats are shocks that lower it for sure. Each interval
stands for itself: of forty levers without effect one shows by luck. One run has one luck: a difference
between runs that is as small as between replicates is no strength, so choose `far` by them.
"""
from __future__ import annotations

import dataclasses
import math
from typing import Any, Iterable

import numpy

from . import numbers
from .file import ResultError, chosen
from .run import Run
from .sweep import Sweep

#: Last words of levers' paths that are shocks, besides any with "shock" in it.
SHOCKS = ("outage", "cut", "scandal", "closed")
WEEKS_A_YEAR = 52
#: Settings of a run that should be the same in both, and how they are said.
RUN_SETTINGS = {
    "weeks": "weeks",
    "warmup": "weeks of warm-up",
    "scale": "scale",
    "seed": "seed",
    "replicate": "replicate",
}
KINDS = ("strength", "weakness", "opportunity", "threat")


@dataclasses.dataclass(frozen=True)
class Entry:
    """One row: of what kind, what it is, and by how much."""

    kind: str
    name: str
    meaning: str
    #: Of an indicator its value and the reference's; of a lever the value that does it and the base.
    value: float
    reference: float
    #: Difference of the indicator, or of the measure, and its 95% interval (NaN of indicators).
    effect: float
    low: float = math.nan
    high: float = math.nan


@dataclasses.dataclass(frozen=True, repr=False)
class Swot:
    """The table, by kind and within a kind by size of effect."""

    title: str
    reference: str
    entries: tuple[Entry, ...]
    #: The sweep's title and the measure, or None.
    sweep: str | None = None
    measure: str | None = None
    #: What to know before reading, a sentence or two each.
    caveats: tuple[str, ...] = ()

    def of(self, kind: str) -> tuple[Entry, ...]:
        """Entries of a kind, the largest effect first."""
        if kind not in KINDS:
            raise ValueError(f"a SWOT analysis knows {', '.join(KINDS)}, not '{kind}'")
        return tuple(sorted((e for e in self.entries if e.kind == kind), key=lambda e: (-abs(e.effect), e.name)))

    def __repr__(self) -> str:
        lines = [f"SWOT of '{self.title}' against '{self.reference}'"]
        heads = {"strength": "strengths", "weakness": "weaknesses", "opportunity": "opportunities", "threat": "threats"}
        for kind, words in heads.items():
            there = self.of(kind)
            lines.append(f"  {len(there)} {words}: {numbers.some((e.name for e in there), 4)}")
        return numbers.ten_lines(
            *lines, "  print(table.markdown()) shows all of it, with intervals where there are any"
        )

    def markdown(self) -> str:
        """The table as Markdown."""
        lines = [
            f"# SWOT: {self.title}",
            "",
            f"Reference: {self.reference}. Indicators lie between 0 and 1; mean of the last year.",
        ]
        if self.sweep is not None:
            lines.append(
                f"Levers and shocks: sweep \"{self.sweep}\", effect on `{self.measure}` with its 95% interval."
            )
        if self.caveats:
            lines += ["", "## Before you read it", "", *(f"- {caveat}" for caveat in self.caveats)]
        heads = {"strength": "Strengths", "weakness": "Weaknesses", "opportunity": "Opportunities", "threat": "Threats"}
        for kind in KINDS:
            of_sweep = kind in ("opportunity", "threat")
            lines += ["", f"## {heads[kind]}", ""]
            entries = self.of(kind)
            if not entries:
                lines.append("No sweep was given." if of_sweep and self.sweep is None else "None.")
                continue
            lines += (
                ["| lever | from | to | effect | 95% interval | what it is |", "| --- | --- | --- | --- | --- | --- |"]
                if of_sweep
                else ["| indicator | value | reference | difference | what it is |", "| --- | --- | --- | --- | --- |"]
            )
            for e in entries:
                if of_sweep:
                    there = math.isfinite(e.low) and math.isfinite(e.high) and e.high > e.low
                    said, interval = (
                        numbers.interval(e.effect, e.low, e.high, signed=True)
                        if there
                        else (f"{e.effect:+.3g}", "no interval")
                    )
                    cells = (f"`{e.name}`", f"{e.reference:.4g}", f"{e.value:.4g}", said, interval, e.meaning)
                else:
                    cells = (f"`{e.name}`", f"{e.value:.3f}", f"{e.reference:.3f}", f"{e.effect:+.3f}", e.meaning)
                lines.append("| " + " | ".join(" ".join(cell.replace("|", "\\|").split()) for cell in cells) + " |")
        return "\n".join(lines) + "\n"


def _last_year(run: Run, name: str, region: str | None) -> float:
    """Mean of a series over the last year of the run; NaN if it has no values."""
    variable = run.variable(name, "nation" if region is None else "region")
    if region is not None:
        variable = chosen(run.path, variable, "region", region)
    week = variable["week"].values
    values = variable.values[week > week[-1] - WEEKS_A_YEAR] if week.size else numpy.array([])
    values = values[numpy.isfinite(values)]
    return float(values.mean()) if values.size else math.nan


def indicators(run: Run) -> list[str]:
    """Names of the run's indicators. Raises ResultError if it has none."""
    names = [str(name) for name in run.nation.data_vars if str(name).startswith("indicator_")]
    if not names:
        raise ResultError(
            f"{run.path}: no indicators (series 'indicator_...'); keep them in [output] and let [indicators] be enabled"
        )
    return names + (["lsg_index"] if "lsg_index" in run.nation.data_vars else [])


def is_shock(path: str) -> bool:
    """Whether the lever at `path` is a shock."""
    last = path.rpartition(".")[2]
    return "shock" in last or last in SHOCKS


def differences(run: Run, reference: Run) -> list[str]:
    """What two runs differ in that makes them hard to compare, 'weeks (156 against 520)' each: length, warm-up, scale,
    luck and the society. Policies and mechanisms are not among it: they are what is compared."""
    sides = [
        {
            **{key: side.scenario.get("run", {}).get(key, side.attributes.get(key)) for key in RUN_SETTINGS},
            **{f"society.{key}": value for key, value in side.scenario.get("society", {}).items()},
        }
        for side in (run, reference)
    ]

    def said(value: Any) -> str:
        return (
            "not said"
            if value is None
            else (", ".join(map(str, value)) or "all") if isinstance(value, list) else str(value)
        )

    return [
        f"{RUN_SETTINGS.get(key, key)} ({said(sides[0].get(key))} against {said(sides[1].get(key))})"
        for key in dict.fromkeys([*sides[0], *sides[1]])
        if sides[0].get(key) != sides[1].get(key)
    ]


def caveats(run: Run, reference: Run) -> tuple[str, ...]:
    """What to know before reading a table of `run` against `reference`."""
    same = run.path.resolve() == reference.path.resolve()
    found = []
    apart = [] if same else differences(run, reference)
    if apart:
        found.append(
            f"The two runs differ in more than what is compared: {'; '.join(apart)}. What follows may come of that; run"
            " both alike."
        )
    found.append(
        ("One run" if same else "One run each")
        + " says nothing of noise: what luck alone does shows in replicates only (`./kurultai sweep`)."
    )
    found.append("The LSG index counts a poorer budget as thriftier: it cannot tell a cut from a saving.")
    return tuple(found)


def compare(run: Run, reference: Run, region: str | None = None, far: float = 0.02) -> list[Entry]:
    """Strengths and weaknesses: indicators of `run` (of its `region`) against the nation of `reference`."""
    entries = []
    for name in indicators(run):
        if name not in reference.nation.data_vars:
            continue
        value, usual = _last_year(run, name, region), _last_year(reference, name, None)
        difference = value - usual
        if math.isfinite(difference) and abs(difference) >= far:
            meaning = str(run.nation[name].attrs.get("long_name", name))
            entries.append(Entry("strength" if difference > 0 else "weakness", name, meaning, value, usual, difference))
    return entries


def effects(sweep: Sweep, measure: str = "lsg_index", shocks: Iterable[str] = ()) -> list[Entry]:
    """Opportunities and threats: for each axis of `sweep` the value whose effect on `measure` is sure and largest.
    Paths in `shocks` count as shocks too. Axes that no two points differ by alone are left out."""
    more = set(shocks)
    entries = []
    for axis in sweep.axes:
        if not axis.is_number or len(axis.values) < 2:
            continue
        shock = is_shock(axis.path) or axis.path in more
        try:
            paired = sweep.paired(measure, axis.name)
        except ResultError:
            sweep.measure(measure)  # a measure that is not there is an error of its own
            continue
        sign = -1 if shock else 1
        best: Entry | None = None
        for k, value in enumerate(paired[axis.name].values):
            mean, low, high = (float(paired[part].values[k]) for part in ("mean", "low", "high"))
            if not math.isfinite(low) or sign * (low if sign > 0 else high) <= 0:
                continue
            if best is None or abs(mean) > abs(best.effect):
                best = Entry(
                    "threat" if shock else "opportunity",
                    axis.path,
                    axis.meaning,
                    float(value),
                    float(paired.attrs["base"]),
                    mean,
                    low,
                    high,
                )
        if best is not None:
            entries.append(best)
    return entries


def analyse(
    run: Run,
    reference: Run,
    region: str | None = None,
    sweep: Sweep | None = None,
    measure: str = "lsg_index",
    far: float = 0.02,
    shocks: Iterable[str] = (),
) -> Swot:
    """The whole table. Raises ResultError if the run has no indicators, the region or the measure does not exist."""
    entries = compare(run, reference, region, far)
    if sweep is not None:
        entries += effects(sweep, measure, shocks)
    title = run.title if region is None else f"{region}, {run.title}"
    nation = "the nation of " if region is not None else ""
    return Swot(
        title,
        f"{nation}{reference.title}",
        tuple(entries),
        None if sweep is None else sweep.title,
        None if sweep is None else measure,
        caveats(run, reference),
    )
