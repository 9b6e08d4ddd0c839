"""Randomised policies: what a result says about its trials, and the estimators of field experiments.

    run = kurultai.open_run("results/mail.h5")
    trial = kurultai.trials.read_trial(run, "mail")
    trial.effect()                      # Estimate: difference in means in the first round after the start
    trial.beside_ratio()                # effect on the other member of the household over the effect on the treated
    trial.spillover()                   # effect of the share of one's ties that lead to treated people

A round is a matter of the trial's outcome form; round 0 is the first to close in or after the policy's first week, -1
the last before. Outcomes are 0 or 1; effects are in shares (0.08 is 8 percentage points). Standard errors are
robust to any dependence within clusters (Liang and Zeger 1986; with the small-sample factor of Stata, CR1); they know
the luck of the lots and of the residents of one run, not that of another replicate. Only numpy is needed.
"""
from __future__ import annotations

import dataclasses
import difflib
import math
from typing import Mapping, Sequence

import numpy

from . import numbers, statistics
from .file import ResultError, chosen
from .run import Run

OUTSIDE, TREATED, CONTROL, BESIDE_TREATED, BESIDE_CONTROL = range(5)
_BITS = 32


@dataclasses.dataclass(frozen=True, repr=False)
class Estimate:
    """A number with its standard error."""

    value: float
    #: Standard error; NaN with fewer than two clusters.
    error: float
    #: Clusters that the error rests on.
    clusters: int
    #: Observations used.
    observations: int

    @property
    def interval(self) -> tuple[float, float]:
        """The 95% interval, by Student's t with clusters - 1 degrees of freedom."""
        half = statistics.student(self.clusters - 1) * self.error
        return self.value - half, self.value + half

    def __repr__(self) -> str:
        return (
            f"{numbers.estimate(self.value, *self.interval)} (standard error {numbers.said_number(self.error)}, "
            f"{self.clusters:,} clusters, {self.observations:,} observations)"
        )


_NOTHING = Estimate(math.nan, math.nan, 0, 0)


def regression(y: numpy.ndarray, x: numpy.ndarray, cluster: numpy.ndarray) -> tuple[numpy.ndarray, numpy.ndarray, int]:
    """Least squares of `y` (n) on the columns of `x` (n, k): coefficients (k), their covariance (k, k) robust to
    dependence within `cluster` (n labels), and the number of clusters. With one cluster the covariance is NaN.
    Raises ValueError if the columns are not independent."""
    y, x = numpy.asarray(y, dtype=float), numpy.asarray(x, dtype=float)
    n, k = x.shape
    if n <= k or numpy.linalg.matrix_rank(x) < k:
        raise ValueError(f"{n} observations do not tell {k} coefficients apart")
    inverse = numpy.linalg.inv(x.T @ x)
    coefficients = inverse @ (x.T @ y)
    _, number = numpy.unique(cluster, return_inverse=True)
    clusters = int(number.max()) + 1
    if clusters < 2:
        return coefficients, numpy.full((k, k), numpy.nan), clusters
    scores = x * (y - x @ coefficients)[:, None]
    sums = numpy.stack([numpy.bincount(number, scores[:, j], clusters) for j in range(k)], axis=1)
    factor = clusters / (clusters - 1) * (n - 1) / (n - k)
    return coefficients, factor * inverse @ (sums.T @ sums) @ inverse, clusters


def difference(y: numpy.ndarray, treated: numpy.ndarray, cluster: numpy.ndarray) -> Estimate:
    """Mean of `y` (n) where `treated` (n booleans) less the mean elsewhere, with clustered standard error. NaN values
    of `y` are left out; without treated or without others the estimate is NaN."""
    there = numpy.isfinite(y)
    y, treated, cluster = y[there], numpy.asarray(treated, dtype=bool)[there], numpy.asarray(cluster)[there]
    if len(y) < 3 or not treated.any() or treated.all():
        return _NOTHING
    coefficients, covariance, clusters = regression(y, numpy.stack([numpy.ones(len(y)), treated], axis=1), cluster)
    return Estimate(float(coefficients[1]), math.sqrt(covariance[1, 1]), clusters, len(y))


def pair_correlation(first: numpy.ndarray, second: numpy.ndarray) -> Estimate:
    """Intraclass correlation of pairs without order (two members of a household): `first` and `second` (n) are
    their outcomes. Fisher's estimator; its error by the delta method, right for 0 and 1 too. NaN if all are alike."""
    first, second = numpy.asarray(first, dtype=float), numpy.asarray(second, dtype=float)
    there = numpy.isfinite(first) & numpy.isfinite(second)
    first, second = first[there], second[there]
    n = len(first)
    if n < 2:
        return _NOTHING
    mean = (first.mean() + second.mean()) / 2
    together = (first - mean) * (second - mean)
    apart = ((first - mean) ** 2 + (second - mean) ** 2) / 2
    if apart.mean() == 0:
        return Estimate(math.nan, math.nan, n, 2 * n)
    value = together.mean() / apart.mean()
    error = numpy.std((together - value * apart) / apart.mean(), ddof=1) / math.sqrt(n)
    return Estimate(float(value), float(error), n, 2 * n)


@dataclasses.dataclass(frozen=True, repr=False)
class Trial:
    """Who was what in a trial, and what they did. Arrays are over the n recorded residents; those of the target's
    communities who have a part, or ties to the treated."""

    name: str
    #: Number in the society, (n).
    resident: numpy.ndarray
    #: OUTSIDE (also: treated by another arm of the lot), TREATED, CONTROL, BESIDE_TREATED or BESIDE_CONTROL, (n).
    status: numpy.ndarray
    #: Place of the community, (n).
    community: numpy.ndarray
    #: Number of the household's first member, (n).
    household: numpy.ndarray
    #: Members of the household of the target's age at the start, (n).
    household_eligible: numpy.ndarray
    #: Share of ties to residents that lead to treated ones, (n); NaN if not recorded.
    treated_share: numpy.ndarray
    #: Years at the start, (n).
    age: numpy.ndarray
    #: True for women, (n).
    woman: numpy.ndarray
    #: True for users of a civic platform at the start, (n).
    user: numpy.ndarray
    #: TREATED where the trial takes place, CONTROL where lots left all of the community out, by community.
    community_status: numpy.ndarray
    #: Matters of the outcome's form that closed, and those of them before the start, by community.
    closed: numpy.ndarray
    before: numpy.ndarray
    #: Bits by matter, (n).
    acted_bits: numpy.ndarray
    known_bits: numpy.ndarray

    def __repr__(self) -> str:
        counts = {
            word: int((self.status == part).sum())
            for word, part in (
                ("treated", TREATED),
                ("control", CONTROL),
                ("beside the treated", BESIDE_TREATED),
                ("beside the control", BESIDE_CONTROL),
            )
        }
        lines = [
            (
                f"Trial '{self.name}': {len(self.resident):,} residents recorded in"
                f" {len(numpy.unique(self.community)):,} communities"
            ),
            "  " + ", ".join(f"{count:,} {word}" for word, count in counts.items() if count),
            f"  {self.rounds} round{'' if self.rounds == 1 else 's'} after the start",
        ]
        cluster = "household" if self._within else "community"
        lines += [f"  effect in round {k}: {self.effect(k, cluster)}" for k in range(min(self.rounds, 4))]
        return numbers.ten_lines(*lines)

    # What happened

    @property
    def rounds(self) -> int:
        """Rounds after the start that every community of the target has seen."""
        there = self.community_status != OUTSIDE
        return int((self.closed - self.before)[there].min(initial=_BITS)) if there.any() else 0

    def _bit(self, bits: numpy.ndarray, round: int) -> numpy.ndarray:
        place = self.before[self.community] + round
        there = (place >= 0) & (place < self.closed[self.community])
        return numpy.where(there, (bits >> numpy.clip(place, 0, _BITS - 1)) & 1, numpy.nan)

    def acted(self, round: int = 0) -> numpy.ndarray:
        """1 for who took part in the round, 0 for who did not, NaN where there was none, (n)."""
        return self._bit(self.acted_bits, round)

    def known(self, round: int = 0) -> numpy.ndarray:
        """1 for who knew of the matter of the round, else 0, NaN where there was none, (n)."""
        return self._bit(self.known_bits, round)

    def past_acts(self, last: int = 16) -> numpy.ndarray:
        """How many of the `last` rounds before the start each resident took part in, (n)."""
        return numpy.nansum([self.acted(-k) for k in range(1, last + 1)], axis=0).astype(int)

    def clusters(self, by: str) -> numpy.ndarray:
        """Labels of clusters by "household", "community" or "resident", (n)."""
        labels = {"household": self.household, "community": self.community, "resident": self.resident}
        if by not in labels:
            raise ResultError(f"there are no clusters by '{by}', only by " + ", ".join(labels))
        return labels[by]

    @property
    def elsewhere(self) -> numpy.ndarray:
        """Residents of communities that lots left out of the trial altogether (community_share below 1), (n)."""
        return (self.community_status[self.community] == CONTROL) & (self.status != OUTSIDE) & self._within

    @property
    def _within(self) -> bool:
        """Whether single residents, not whole communities were treated: some community has both."""
        mixed = (self.community_status[self.community] == TREATED) & (self.status == CONTROL)
        return bool(mixed.any())

    # Effects

    def effect(self, round: int = 0, cluster: str = "household", where: numpy.ndarray | None = None) -> Estimate:
        """Effect on the treated: those treated less the control in the same communities, in `round`, among the
        residents `where` (n booleans; all). `cluster` is the unit that was drawn: "household", "resident" or
        "community"."""
        chosen = ((self.status == TREATED) | (self.status == CONTROL)) & ~self.elsewhere
        if where is not None:
            chosen &= where
        return difference(self.acted(round)[chosen], self.status[chosen] == TREATED, self.clusters(cluster)[chosen])

    def effects(self, cluster: str = "household") -> list[Estimate]:
        """The effect in each round after the start, the first one first."""
        return [self.effect(round, cluster) for round in range(self.rounds)]

    def effect_by_history(self, round: int = 0, last: int = 16, cluster: str = "household") -> dict[int, Estimate]:
        """The effect among those with 0, 1, 2 ... acts in the `last` rounds before the start."""
        past = self.past_acts(last)
        return {int(acts): self.effect(round, cluster, past == acts) for acts in numpy.unique(past)}

    def _four(self, round: int, cluster: str, age_from: int):
        """Means of treated, control, beside treated and beside control, with their covariance."""
        y = self.acted(round)
        chosen = (self.status != OUTSIDE) & ~self.elsewhere & numpy.isfinite(y) & (self.age >= age_from)
        parts = [self.status[chosen] == part for part in (TREATED, CONTROL, BESIDE_TREATED, BESIDE_CONTROL)]
        if not all(part.any() for part in parts):
            return None
        means, covariance, clusters = regression(y[chosen], numpy.stack(parts, axis=1), self.clusters(cluster)[chosen])
        return means, covariance, clusters, int(chosen.sum())

    def beside_effect(self, round: int = 0, cluster: str = "household", age_from: int = 18) -> Estimate:
        """Effect on untreated members, of at least `age_from` years, of treated households: less those beside a
        control."""
        four = self._four(round, cluster, age_from)
        if four is None:
            return _NOTHING
        means, covariance, clusters, n = four
        weights = numpy.array([0.0, 0.0, 1.0, -1.0])
        return Estimate(float(weights @ means), math.sqrt(weights @ covariance @ weights), clusters, n)

    def beside_ratio(self, round: int = 0, cluster: str = "household", age_from: int = 18) -> Estimate:
        """Effect on those beside over the effect on the treated (Nickerson 2008), error by the delta method. Where the
        effect on the treated is not clearly different from 0 the ratio means nothing."""
        four = self._four(round, cluster, age_from)
        if four is None:
            return _NOTHING
        means, covariance, clusters, n = four
        direct, beside = means[0] - means[1], means[2] - means[3]
        if direct == 0:
            return Estimate(math.nan, math.nan, clusters, n)
        ratio = beside / direct
        slope = numpy.array([-ratio, ratio, 1.0, -1.0]) / direct
        return Estimate(float(ratio), math.sqrt(slope @ covariance @ slope), clusters, n)

    def spillover(self, round: int = 0, cluster: str = "community") -> tuple[Estimate, Estimate]:
        """Effect of being treated, and of all one's ties leading to treated people instead of none, by a regression
        of the outcome on both among treated and control with ties. Neighbours depend on each other, hence clusters of
        communities. The draw is random, but how many treated one could have is not: exposure is compared at the same
        chance for everyone, as long as all are in the target."""
        y = self.acted(round)
        chosen = (
            ((self.status == TREATED) | (self.status == CONTROL))
            & numpy.isfinite(y)
            & numpy.isfinite(self.treated_share)
        )
        x = numpy.stack(
            [numpy.ones(int(chosen.sum())), self.status[chosen] == TREATED, self.treated_share[chosen]], axis=1
        )
        try:
            coefficients, covariance, clusters = regression(y[chosen], x, self.clusters(cluster)[chosen])
        except ValueError:
            return _NOTHING, _NOTHING
        own, share = (Estimate(float(coefficients[k]), math.sqrt(covariance[k, k]), clusters, len(x)) for k in (1, 2))
        return own, share

    def by_exposure(
        self, edges: Sequence[float] = (0.0, 0.25, 0.5, 0.75, 1.0), round: int = 0, cluster: str = "community"
    ) -> list[tuple[float, float, Estimate]]:
        """Untreated adults (control, and neighbours outside the target) by the share of their ties that lead to treated
        people: for those above each edge and up to the next, (from, to, mean less that of adults without any such tie).
        """
        y = self.acted(round)
        untreated = ((self.status == CONTROL) | (self.status == OUTSIDE)) & (self.age >= 18) & numpy.isfinite(y)
        none = untreated & (self.treated_share == 0)
        labels = self.clusters(cluster)
        rows = []
        for low, high in zip(edges[:-1], edges[1:]):
            inside = untreated & (self.treated_share > low) & (self.treated_share <= high)
            both = none | inside
            rows.append((float(low), float(high), difference(y[both], inside[both], labels[both])))
        return rows

    def household_correlation(
        self, round: int = 0, part: Sequence[int] = (CONTROL, BESIDE_CONTROL), age_from: int = 18
    ) -> Estimate:
        """Intraclass correlation of taking part in households with just two recorded members of at least `age_from`
        years, both of them in `part` (by default those whom nobody was sent to)."""
        y = self.acted(round)
        mine = numpy.flatnonzero((self.age >= age_from) & numpy.isfinite(y))
        order = mine[numpy.argsort(self.household[mine], kind="stable")]
        _, first, members = numpy.unique(self.household[order], return_index=True, return_counts=True)
        one, other = order[first[members == 2]], order[first[members == 2] + 1]
        chosen = numpy.isin(self.status[one], part) & numpy.isin(self.status[other], part)
        return pair_correlation(y[one[chosen]], y[other[chosen]])


def read_trial(run: Run, policy: str) -> Trial:
    """The trial of `policy` in `run`. Raises ResultError if there is none, or if it recorded no residents or no
    outcome."""
    if policy not in run.treatment:
        near = difflib.get_close_matches(policy, list(run.treatment), 1)
        raise ResultError(
            f"{run.path}: no policy '{policy}'; "
            + (f"did you mean '{near[0]}'?" if near else "it has: " + (", ".join(run.treatment) or "none"))
        )
    data = run.treatment[policy]
    if "acted" not in data:
        raise ResultError(
            f"{run.path}: policy '{policy}' recorded no outcome; set trial = true and outcome to a form in "
            f"[policy.{policy}] and run it again"
        )

    def array(name: str, kind: type = numpy.int64) -> numpy.ndarray:
        return numpy.asarray(data[name].values).astype(kind)

    return Trial(
        policy,
        array("resident"),
        array("resident_status"),
        array("resident_community"),
        array("household"),
        array("household_eligible"),
        array("treated_share", float) if "treated_share" in data else numpy.full(data.sizes["resident"], numpy.nan),
        array("age"),
        array("sex") == 1,
        array("platform") == 1,
        array("status"),
        array("closed"),
        array("before"),
        array("acted"),
        array("known"),
    )


#: Groups whose participation is compared: name to the labels of two strata, the second is the reference.
GROUPS: Mapping[str, tuple[str, str]] = {
    "rich and poor": ("income above the mean wage", "income below half the mean wage"),
    "young and old": ("age 18-29", "age 60 and over"),
    "online and offline": ("platform users", "not on a platform"),
    "women and men": ("women", "men"),
    "higher and basic education": ("higher education", "basic education"),
}


@dataclasses.dataclass(frozen=True, repr=False)
class Inequality:
    """Participation of two groups at one moment."""

    first: float
    second: float

    @property
    def ratio(self) -> float:
        """First over second; NaN where the second is 0."""
        return self.first / self.second if self.second else math.nan

    @property
    def difference(self) -> float:
        """First less second."""
        return self.first - self.second

    def __repr__(self) -> str:
        said = [numbers.said_number(x) for x in (self.first, self.second, self.ratio, self.difference)]
        return (
            f"Inequality: {said[0]} and {said[1]}, ratio {said[2]}, difference {said[3]} (counts of one run, no"
            " interval)"
        )


def inequality(
    run: Run,
    groups: str | tuple[str, str],
    series: str = "participation",
    form: str | None = None,
    weeks: slice = slice(-13, None),
) -> Inequality:
    """Inequality of participation: the mean of a series by stratum over the last quarter year (`weeks`: records), in
    two `groups`: a name of GROUPS or two labels of strata. A series by form needs `form`. These are counts of all
    residents of the run: what they differ by between replicates is told by running several. Raises ResultError."""
    first, second = GROUPS.get(groups, (groups, "")) if isinstance(groups, str) else groups
    variable = run.variable(series, "stratum")
    if "form" in variable.dims:
        if form is None:
            forms = ", ".join(map(str, variable["form"].values))
            raise ResultError(f"{run.path}: {series} has a value for each form; name one of {forms}")
        variable = chosen(run.path, variable, "form", form)
    labels = [str(label) for label in variable["stratum"].values]
    means = []
    for label in (first, second):
        if label not in labels:
            near = difflib.get_close_matches(label, labels, 1)
            raise ResultError(
                f"{run.path}: no stratum '{label}'; "
                + (f"did you mean '{near[0]}'?" if near else "groups are: " + ", ".join(GROUPS))
            )
        values = numpy.asarray(variable.isel(stratum=labels.index(label)).values, dtype=float)[weeks]
        values = values[numpy.isfinite(values)]
        means.append(float(values.mean()) if values.size else math.nan)
    return Inequality(*means)


def change_of_inequality(
    before: Run,
    after: Run,
    groups: str | tuple[str, str],
    series: str = "participation",
    form: str | None = None,
    weeks: slice = slice(-13, None),
) -> tuple[float, float]:
    """How a policy changed inequality: (ratio after over ratio before, difference after less difference before), the
    runs `after` with it and `before` without."""
    one, two = (inequality(run, groups, series, form, weeks) for run in (before, after))
    return (two.ratio / one.ratio if one.ratio else math.nan), two.difference - one.difference
