"""Surveys of a run: what they estimated, beside what a full census with the same questionnaire would have given.

    run = kurultai.open_run("results/kazakhstan.h5")
    survey = kurultai.surveys.read_survey(run, "rural_residents")
    survey.item("trust")                # arrays over rounds: estimate, low, high, census ...
    survey.covered                      # whether the 95% intervals hold the census, over (round, item)
    kurultai.surveys.rows(run)          # one dictionary for each survey, round and item

Estimates are mean answers on the scale from 1 to 5; `share` is that of the two highest points. Where nobody answered
they are NaN. Only numpy and xarray are needed.
"""
from __future__ import annotations

import dataclasses
import difflib
import math
from typing import Any

import numpy
import xarray

from . import numbers
from .file import ResultError, decoded
from .run import Run

_ROUNDING = 1e-9
#: What the program adds to the title of a survey whose non-response depends on the answer.
_WARNING = "; non-response depends"

#: What a survey tells of each item in each round, over (round, item); see the attribute `long_name` of each.
FIELDS = (
    "respondents",
    "estimate",
    "standard_error",
    "low",
    "high",
    "design_effect",
    "share",
    "share_standard_error",
    "share_low",
    "share_high",
    "census",
    "census_share",
    "latent",
)


@dataclasses.dataclass(frozen=True, repr=False)
class Survey:
    """One survey of a run."""

    name: str
    title: str
    #: Weeks of its rounds, (round).
    week: numpy.ndarray
    #: Names of its items and the questions as they were asked, (item).
    items: tuple[str, ...]
    questions: tuple[str, ...]
    #: People who might be asked, who were drawn, who did not stay away, (round).
    people: numpy.ndarray
    drawn: numpy.ndarray
    answered: numpy.ndarray
    #: Whether who stays away depends on the answer: then intervals do not cover the census.
    answer_dependent: bool
    #: FIELDS as variables over (week, item), with units and meaning.
    data: xarray.Dataset

    @property
    def response_rate(self) -> numpy.ndarray:
        """Share of those drawn who answered, (round); NaN where nobody was drawn."""
        return numpy.where(self.drawn > 0, self.answered / numpy.fmax(self.drawn, 1), numpy.nan)

    @property
    def covered(self) -> numpy.ndarray:
        """Whether the 95% interval of the mean answer holds the census, (round, item); false where there is no
        interval. Where all answered the two agree but for rounding."""
        low, high, census = (self.data[name].values for name in ("low", "high", "census"))
        return (low - _ROUNDING <= census) & (census <= high + _ROUNDING)

    @property
    def has_interval(self) -> numpy.ndarray:
        """Whether there is an interval, (round, item)."""
        return numpy.isfinite(self.data["low"].values)

    def widening(self, scale: float) -> float:
        """How many times as wide the interval of a simple sample with as many answers as in the last round is in the
        whole population as in a run at `scale`, which holds fewer people (1 - n/N). Infinite where all of these
        answered."""
        share = float(self.answered[-1]) / max(float(self.people[-1]), 1.0)
        return math.inf if share >= 1 else math.sqrt((1 - min(scale, 1.0) * share) / (1 - share))

    @property
    def bias(self) -> numpy.ndarray:
        """Estimate less census, in points, (round, item)."""
        return self.data["estimate"].values - self.data["census"].values

    def __repr__(self) -> str:
        lines = [
            f"Survey '{self.name}': {self.title}",
            (
                f"  {len(self.week)} round{'' if len(self.week) == 1 else 's'}, {len(self.items)} items; answers from 1"
                " to 5"
            ),
        ]
        if len(self.week):
            lines.append(
                f"  in week {int(self.week[-1])} {int(self.drawn[-1]):,} drawn of {int(self.people[-1]):,},"
                f" {int(self.answered[-1]):,} answered"
            )
            for k, item in enumerate(self.items[:5]):
                value, low, high, census = (
                    float(self.data[field].values[-1, k]) for field in ("estimate", "low", "high", "census")
                )
                lines.append(f"  {item}: {numbers.estimate(value, low, high)}; everyone: {numbers.said_number(census)}")
            if len(self.items) > 5:
                lines.append(f"  and {len(self.items) - 5} more items: {numbers.some(self.items[5:])}")
        return numbers.ten_lines(*lines)

    def item(self, name: str) -> dict[str, numpy.ndarray]:
        """The FIELDS of an item, (round) each. Raises ResultError naming the nearest item there is."""
        if name not in self.items:
            near = difflib.get_close_matches(name, self.items, 1)
            raise ResultError(
                f"survey '{self.name}' has no item '{name}'; "
                + (f"did you mean '{near[0]}'?" if near else "it has: " + ", ".join(self.items))
            )
        k = self.items.index(name)
        return {field: self.data[field].values[:, k] for field in FIELDS}


def read_survey(run: Run, name: str) -> Survey:
    """A survey of `run` by name. Raises ResultError naming the nearest one there is."""
    if name not in run.surveys:
        near = difflib.get_close_matches(name, list(run.surveys), 1)
        hint = f"did you mean '{near[0]}'?" if near else "it has: " + (", ".join(run.surveys) or "none")
        raise ResultError(f"{run.path}: no survey '{name}'; {hint}")
    data = run.surveys[name]
    missing = [field for field in FIELDS if field not in data.data_vars]
    if missing:
        raise ResultError(f"{run.path}: survey '{name}' lacks {', '.join(missing)}")
    title = str(data.attrs.get("long_name", name)).partition(_WARNING)[0]
    return Survey(
        name,
        title,
        data["week"].values,
        tuple(map(str, decoded(data["item"]).values)),
        tuple(map(str, decoded(data["question"]).values)),
        data["people"].values,
        data["drawn"].values,
        data["answered"].values,
        bool((decoded(data["answer_dependent"]).values == "yes").any()),
        data[list(FIELDS)],
    )


def rows(run: Run) -> list[dict[str, Any]]:
    """Every survey, round and item of `run` as a dictionary: survey, week, item, answer_dependent and the FIELDS."""
    table = []
    for name in run.surveys:
        survey = read_survey(run, name)
        for r, week in enumerate(survey.week):
            for k, item in enumerate(survey.items):
                table.append(
                    {
                        "survey": name,
                        "week": int(week),
                        "item": item,
                        "answer_dependent": survey.answer_dependent,
                        **{field: float(survey.data[field].values[r, k]) for field in FIELDS},
                    }
                )
    return table
