"""What many levers do at once, each off or on: least squares on all of them over the points of a design, with
intervals, and pairs of them.

A lever is coded -1/2 where it is off (the first of its values in the sweep's file) and +1/2 where it is on. Then its
coefficient is what turning it on adds, in the unit of the measure, with the others half on; and the coefficient of a
product is by how much what one lever adds is more where the other is on. Each point counts once, as the mean of
its replicates, after what a replicate's society and luck add at all points was taken out: so the degrees of freedom
are points less coefficients, however many runs there are, and what levers do jointly beyond the coefficients is part of
the error. The pairs that are fitted beside the levers are those of the strongest, chosen by the same points.
"""
from __future__ import annotations

import dataclasses
import itertools
import math
from typing import Mapping, Sequence

import numpy
import pandas

from . import numbers, statistics
from .file import ResultError
from .sweep import Sweep


@dataclasses.dataclass(frozen=True, repr=False)
class Fit:
    """A linear model fitted by least squares."""

    #: By term: effect, low, high (95%, Student's t), chance (two-sided p-value) and holm (corrected for all terms
    #: here).
    effects: pandas.DataFrame
    #: Covariance of the effects, by term twice.
    covariance: pandas.DataFrame
    #: Degrees of freedom of the error: points less coefficients.
    freedom: int
    #: Share of the points' variance that the terms explain, adjusted for their number.
    explained: float
    points: int

    def __repr__(self) -> str:
        explained = "unknown" if math.isnan(self.explained) else f"{100 * self.explained:.0f}%"
        lines = [f"Fit of {len(self.effects)} terms to {self.points} points: {explained} of their variance explained"]
        ranked = self.ranked
        lines += [
            f"  {term}: {numbers.estimate(row['effect'], row['low'], row['high'])}"
            for term, row in ranked.head(8).iterrows()
        ]
        if len(ranked) > 8:
            lines.append(f"  and {len(ranked) - 8} smaller ones in .effects")
        return numbers.ten_lines(*lines)

    def __getitem__(self, term: str) -> pandas.Series:
        return self.effects.loc[term]

    @property
    def ranked(self) -> pandas.DataFrame:
        """The effects, the largest first, whatever their sign."""
        return self.effects.loc[self.effects["effect"].abs().sort_values(ascending=False, kind="stable").index]


def _table(names: Sequence[str], effects: numpy.ndarray, errors: numpy.ndarray, freedom: int) -> pandas.DataFrame:
    half = statistics.student(freedom) * errors
    chance = [
        1.0 if effect == 0 else 0.0 if error == 0 else statistics.student_tails(float(effect / error), freedom)
        for effect, error in zip(effects, errors)
    ]
    return pandas.DataFrame(
        {
            "effect": effects,
            "low": effects - half,
            "high": effects + half,
            "chance": chance,
            "holm": statistics.holm(numpy.array(chance)),
        },
        index=list(names),
    )


def least_squares(terms: pandas.DataFrame, values: numpy.ndarray, tested: Sequence[str] | None = None) -> Fit:
    """Fits `values` (by point; NaN is left out) by a constant and the columns of `terms`; the Fit tells of those
    `tested` (by default all). Raises ResultError where the points cannot tell the terms apart."""
    there = numpy.isfinite(values)
    x = numpy.column_stack([numpy.ones(int(there.sum())), terms.to_numpy(dtype=float)[there]])
    y = numpy.asarray(values, dtype=float)[there]
    points, columns = x.shape
    if points <= columns or numpy.linalg.matrix_rank(x) < columns:
        raise ResultError(f"{points} finished points cannot tell {columns - 1} effects apart; run more points")
    coefficients = numpy.linalg.lstsq(x, y, rcond=None)[0]
    rest = y - x @ coefficients
    freedom = points - columns
    variance = float(rest @ rest) / freedom
    names = list(terms.columns)
    keep = names if tested is None else list(tested)
    places = [1 + names.index(name) for name in keep]
    covariance = (variance * numpy.linalg.inv(x.T @ x))[numpy.ix_(places, places)]
    spread = float(((y - y.mean()) ** 2).sum()) / (points - 1)
    return Fit(
        _table(keep, coefficients[places], numpy.sqrt(numpy.diag(covariance)), freedom),
        pandas.DataFrame(covariance, index=keep, columns=keep),
        freedom,
        1 - variance / spread if spread > 0 else 0.0,
        points,
    )


def codes(sweep: Sweep) -> pandas.DataFrame:
    """By point and lever: -1/2 where it is off, +1/2 where it is on; levers that are the same at all points are left
    out. Raises ResultError if an axis has more than two values."""
    columns = {}
    for axis in sweep.axes:
        if len(axis.values) == 1:
            continue
        if len(axis.values) > 2:
            raise ResultError(
                f"{sweep.path}: {axis.name} has {len(axis.values)} values; screening is for levers that are off or on"
            )
        columns[axis.name] = numpy.where(sweep.design[axis.name].values == sweep.ends(axis.name)[1], 0.5, -0.5)
    return pandas.DataFrame(columns)


def unchanged(sweep: Sweep) -> list[str]:
    """The levers that are the same at all points, so that nothing can be said of them."""
    return [axis.name for axis in sweep.axes if len(axis.values) == 1]


def by_point(sweep: Sweep, measure: str) -> numpy.ndarray:
    """The mean over replicates of a measure at each point, less what each replicate adds at all points."""
    values = sweep.measure(measure).transpose("point", "replicate").values.astype(float)
    luck = statistics.mean_interval(values, axis=0)[0]
    return statistics.mean_interval(values - luck + numpy.nanmean(luck), axis=1)[0]


def _with_pairs(coded: pandas.DataFrame, levers: Sequence[str]) -> pandas.DataFrame:
    pairs = {product(x, y): coded[x] * coded[y] for x, y in itertools.combinations(levers, 2)}
    return pandas.concat([coded, pandas.DataFrame(pairs, index=coded.index)], axis=1)


def main_effects(sweep: Sweep, measure: str, pairs_of: Sequence[str] = ()) -> Fit:
    """What each lever of a sweep adds to a measure, all levers at once. What the pairs of `pairs_of` do beyond their
    sum is fitted beside them, and is then no part of the error."""
    coded = codes(sweep)
    return least_squares(_with_pairs(coded, pairs_of), by_point(sweep, measure), list(coded.columns))


def by_replicate(sweep: Sweep, measure: str, pairs_of: Sequence[str] = ()) -> pandas.DataFrame:
    """The effects in each replicate alone, over (lever, replicate): where a replicate is a society of its own, how far
    effects differ between societies, which the intervals of `main_effects` do not tell. A replicate with too few
    finished points is NaN."""
    coded = codes(sweep)
    terms, values = _with_pairs(coded, pairs_of), sweep.measure(measure).transpose("point", "replicate").values.astype(
        float
    )
    columns = {}
    for k, name in enumerate(sweep.measures["replicate"].values):
        try:
            columns[int(name)] = least_squares(terms, values[:, k], list(coded.columns)).effects["effect"]
        except ResultError:
            columns[int(name)] = pandas.Series(numpy.nan, index=coded.columns)
    return pandas.DataFrame(columns)


def strongest(fit: Fit, most: int = 8, spare: int = 20) -> list[str]:
    """The levers of the largest effects whose pairs can be told apart: at most `most`, at least two, and so few that
    their pairs leave `spare` degrees of freedom."""
    count = most
    while count > 2 and fit.freedom - count * (count - 1) // 2 < spare:
        count -= 1
    return list(fit.ranked.index[:count])


def product(x: str, y: str) -> str:
    """The name of a pair's term."""
    return f"{x} x {y}"


def interactions(sweep: Sweep, measure: str, levers: Sequence[str]) -> Fit:
    """By how much what one lever adds is more where the other is on, for all pairs of `levers`, beside all levers' own
    effects."""
    coded = codes(sweep)
    terms = _with_pairs(coded, levers)
    return least_squares(terms, by_point(sweep, measure), list(terms.columns[len(coded.columns) :]))


def summed(fit: Fit, groups: Mapping[str, Sequence[str]]) -> pandas.DataFrame:
    """What the levers of each group add together, if they add up: effect, low, high, chance and holm by group."""
    weights = numpy.array([[float(term in members) for term in fit.effects.index] for members in groups.values()])
    errors = numpy.sqrt(numpy.einsum("gi,ij,gj->g", weights, fit.covariance.to_numpy(), weights))
    return _table(list(groups), weights @ fit.effects["effect"].to_numpy(), errors, fit.freedom)


def verdicts(effects: pandas.DataFrame, margin: float) -> pandas.Series:
    """What can be said of each effect: "sure" (0 stays outside after Holm's correction for all of the table), "likely"
    (outside its own 95% interval), "nothing" (the interval lies within `margin` of 0) or "open" (the interval holds 0
    and reaches beyond).
    """
    outside = (effects["low"] > 0) | (effects["high"] < 0)
    small = (effects["low"] >= -margin) & (effects["high"] <= margin)
    said = numpy.where(
        effects["holm"] < 0.05, "sure", numpy.where(outside, "likely", numpy.where(small, "nothing", "open"))
    )
    return pandas.Series(said, index=effects.index)


def proposals(levers: Sequence[str]) -> dict[str, list[str]]:
    """The levers by the proposal that their name begins with: r1_powers belongs to R1."""
    found: dict[str, list[str]] = {}
    for lever in levers:
        found.setdefault(lever.split("_")[0].upper(), []).append(lever)
    return found
