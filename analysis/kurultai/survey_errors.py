"""How far surveys of a sweep lie from the truth: bias, coverage of their intervals, and what a reader would conclude.

The truth beside an estimate is what a full census with the same questionnaire would have given. Rounds of a survey draw
samples of their own, so intervals hit or miss it round by round; the runs of a replicate share a society."""
from __future__ import annotations

import numpy
import pandas
import xarray

from . import statistics
from .sweep import Sweep

EVERYONE, SOME, DEPENDS = "everyone answers", "some stay away", "it depends on the answer"
KINDS = (EVERYONE, SOME, DEPENDS)


def kinds(sweep: Sweep, survey: str) -> list[str]:
    """By point, who stays away from a survey, one of KINDS; from the survey's own axes, or else the scenario."""
    given = sweep.scenario.get("survey", {}).get(survey, {})

    def values(setting: str) -> numpy.ndarray:
        for axis in sweep.axes:
            if axis.path == f"survey.{survey}.{setting}":
                return sweep.design[axis.name].values.astype(float)
        return numpy.full(sweep.points, float(given.get(setting, 0.0)))

    return [
        DEPENDS if selective != 0 else SOME if away > 0 else EVERYONE
        for away, selective in zip(values("nonresponse"), values("selective"))
    ]


def rounds(sweep: Sweep, survey: str) -> xarray.Dataset:
    """A survey in memory; rounds that a run did not hold are NaN."""
    data = sweep.survey(survey).load()
    held = numpy.isfinite(data["census"]) & xarray.DataArray(sweep.finished, dims=("point", "replicate"))
    numbers = {
        name: data[name].where(held)
        for name in data.data_vars
        if {"point", "replicate", "week", "item"} == set(data[name].dims) and data[name].dtype.kind in "fiu"
    }
    return data.assign(numbers)


def items(sweep: Sweep, survey: str) -> list[str]:
    """The items of a survey, in its order."""
    return [str(item) for item in sweep.survey(survey)["item"].values]


def response_rate(sweep: Sweep, survey: str) -> dict[str, float]:
    """By kind of non-response, the share of those drawn who answered."""
    data = sweep.survey(survey).load()
    there = sweep.finished[:, :, None] & (data["drawn"].transpose("point", "replicate", "week").values > 0)
    drawn, answered = (
        numpy.where(there, data[name].transpose("point", "replicate", "week").values, 0).sum(axis=(1, 2))
        for name in ("drawn", "answered")
    )
    return {kind: float(answered[p] / drawn[p]) for p, kind in enumerate(kinds(sweep, survey)) if drawn[p]}


def covered(low: numpy.ndarray, high: numpy.ndarray, census: numpy.ndarray) -> numpy.ndarray:
    """1 where an interval holds the census, 0 where it does not, NaN where either is missing. Where all were asked the
    two agree but for rounding."""
    there = numpy.isfinite(low) & numpy.isfinite(high) & numpy.isfinite(census)
    return numpy.where(there, (low - 1e-9 <= census) & (census <= high + 1e-9), numpy.nan)


def errors(sweep: Sweep, survey: str) -> pandas.DataFrame:
    """A row for each kind of non-response and item. Means over rounds, then over replicates: ``estimate``, ``census``
    and ``latent`` (both on the scale of answers, 1 to 5), ``bias`` (estimate less census) with ``low`` and ``high``
    (95%, Student's t over replicates), ``half`` (half the width of the survey's intervals). ``hits`` of ``trials``
    intervals hold the census, a share ``coverage`` in ``coverage_low`` to ``coverage_high`` (Wilson, rounds and
    replicates as independent)."""
    data = rounds(sweep, survey)
    found = []
    for point, kind in enumerate(kinds(sweep, survey)):
        for item in items(sweep, survey):
            one = data.isel(point=point).sel(item=item)
            value, census, low, high, latent = (
                one[name].transpose("replicate", "week").values
                for name in ("estimate", "census", "low", "high", "latent")
            )
            by_replicate = statistics.mean_interval(value - census, axis=1)[0]
            bias, bias_low, bias_high, count = statistics.mean_interval(by_replicate)
            hit = covered(low, high, census)
            there = numpy.isfinite(hit)
            hits, trials = int(hit[there].sum()), int(there.sum())
            share = statistics.wilson(hits, trials)
            found.append(
                {
                    "kind": kind,
                    "item": item,
                    "estimate": numpy.nanmean(value) if trials else numpy.nan,
                    "census": numpy.nanmean(census) if trials else numpy.nan,
                    "latent": 1 + 4 * numpy.nanmean(latent) if trials else numpy.nan,
                    "bias": float(bias),
                    "low": float(bias_low),
                    "high": float(bias_high),
                    "replicates": int(count),
                    "half": float((high - low)[there].mean() / 2) if trials else numpy.nan,
                    "hits": hits,
                    "trials": trials,
                    "coverage": hits / trials if trials else numpy.nan,
                    "coverage_low": share[0],
                    "coverage_high": share[1],
                }
            )
    return pandas.DataFrame(found)


def coverage(sweep: Sweep, survey: str) -> pandas.DataFrame:
    """By kind of non-response, the share of a survey's intervals that hold the census, all items together: ``coverage``
    with ``low`` and ``high`` (95%, Wilson), ``trials`` and ``worth``. Since the items of a round share its respondents
    and the rounds of a replicate its society, the trials are worth as many independent ones as the spread between
    replicates says; where there is no spread, one a round."""
    data = rounds(sweep, survey)
    found = {}
    for point, kind in enumerate(kinds(sweep, survey)):
        one = data.isel(point=point).transpose("replicate", "week", "item")
        hit = covered(one["low"].values, one["high"].values, one["census"].values)
        by_replicate = statistics.mean_interval(hit.reshape(len(hit), -1), axis=1)[0]
        by_replicate = by_replicate[numpy.isfinite(by_replicate)]
        trials = int(numpy.isfinite(hit).sum())
        share = float(by_replicate.mean()) if trials else numpy.nan
        variance = float(by_replicate.var(ddof=1)) / len(by_replicate) if len(by_replicate) > 1 else 0.0
        held = int(numpy.isfinite(hit).any(axis=2).sum())
        worth = min(float(trials), share * (1 - share) / variance) if variance > 0 else float(held)
        low, high = statistics.wilson(share * worth, worth) if trials else (numpy.nan, numpy.nan)
        found[kind] = {"coverage": share, "low": low, "high": high, "trials": trials, "worth": worth}
    return pandas.DataFrame(found).T


def conclusions(sweep: Sweep, survey: str, item: str) -> pandas.DataFrame:
    """What a reader of the survey alone would conclude of an item, by kind of non-response.

    ``share`` in the two top boxes as estimated, and ``census_share`` as it is. Of all rounds: how often the reader says
    that most people give one of the two top answers, or that most do not (``sure``: the interval leaves out one half),
    and how often that is ``wrong``. Of the first and the last round: how often the reader sees a change (``change``: it
    exceeds 1.96 standard errors), and how often the census moved the other way, or by less than a tenth of what was
    seen (``false_change``)."""
    data = rounds(sweep, survey)
    found = {}
    for point, kind in enumerate(kinds(sweep, survey)):
        one = data.isel(point=point).sel(item=item).transpose("replicate", "week", ...)
        share, low, high, truth = (one[name].values for name in ("share", "share_low", "share_high", "census_share"))
        there = numpy.isfinite(low) & numpy.isfinite(truth)
        most, few = there & (low > 0.5), there & (high < 0.5)
        wrong = (most & (truth <= 0.5)) | (few & (truth >= 0.5))
        moved = one["estimate"].values[:, -1] - one["estimate"].values[:, 0]
        error = numpy.hypot(one["standard_error"].values[:, -1], one["standard_error"].values[:, 0])
        real = one["census"].values[:, -1] - one["census"].values[:, 0]
        pairs = numpy.isfinite(moved) & numpy.isfinite(error) & (one.sizes["week"] > 1)
        seen = pairs & (numpy.abs(moved) > 1.96 * error)
        false = seen & (moved * real < 0.1 * moved * moved)
        count = max(1, int(there.sum()))
        found[kind] = {
            "share": float(numpy.nanmean(share)) if there.any() else numpy.nan,
            "census_share": float(numpy.nanmean(truth)) if there.any() else numpy.nan,
            "rounds": int(there.sum()),
            "most": int(most.sum()) / count,
            "few": int(few.sum()) / count,
            "sure": int((most | few).sum()) / count,
            "wrong": int(wrong.sum()) / count,
            "pairs": int(pairs.sum()),
            "change": int(seen.sum()) / max(1, int(pairs.sum())),
            "false_change": int(false.sum()) / max(1, int(pairs.sum())),
        }
    return pandas.DataFrame(found).T
