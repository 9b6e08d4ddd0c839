"""The few statistics that tables and figures of sweeps need. NaN is a run that is missing, and is left out."""
from __future__ import annotations

import functools
import math

import numpy

_Z95 = 1.959964


@functools.lru_cache(maxsize=None)
def student(freedom: float) -> float:
    """The 97.5% quantile of Student's t, for a number of degrees of freedom that need not be whole; NaN with less than
    one."""
    if not freedom >= 1:
        return math.nan
    low, high = 1.9, 12.8  # at infinitely many, at one
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if student_tails(middle, freedom) > 0.05 else (low, middle)
    return (low + high) / 2


def mean_interval(
    values: numpy.ndarray, axis: int = 0
) -> tuple[numpy.ndarray, numpy.ndarray, numpy.ndarray, numpy.ndarray]:
    """Mean, lower and upper end of its 95% interval (Student's t), and how many values there are, along `axis`.
    The interval of fewer than two values is NaN."""
    there = numpy.isfinite(values)
    count = there.sum(axis=axis)
    total = numpy.where(there, values, 0.0).sum(axis=axis)
    mean = numpy.where(count > 0, total / numpy.fmax(count, 1), numpy.nan)
    squares = numpy.where(there, (values - numpy.expand_dims(mean, axis)) ** 2, 0.0).sum(axis=axis)
    error = numpy.sqrt(squares / numpy.fmax(count - 1, 1) / numpy.fmax(count, 1))
    t = numpy.array([student(n - 1) for n in range(int(count.max(initial=0)) + 1)])
    half = t[count] * error
    return mean, mean - half, mean + half, count


def difference_interval(first: numpy.ndarray, last: numpy.ndarray) -> tuple[float, float, float]:
    """Difference between the means of two samples that are not paired, and its 95% interval (Welch)."""
    first, last = first[numpy.isfinite(first)], last[numpy.isfinite(last)]
    mean = float(last.mean() - first.mean()) if first.size and last.size else math.nan
    if min(first.size, last.size) < 2:
        return mean, math.nan, math.nan
    parts = [float(sample.var(ddof=1)) / sample.size for sample in (first, last)]
    if sum(parts) == 0:
        return mean, mean, mean
    freedom = sum(parts) ** 2 / sum(part**2 / (sample.size - 1) for part, sample in zip(parts, (first, last)))
    half = student(float(freedom)) * math.sqrt(sum(parts))
    return mean, mean - half, mean + half


def differences(
    values: numpy.ndarray, base: numpy.ndarray, shared: bool
) -> tuple[numpy.ndarray, numpy.ndarray, numpy.ndarray, numpy.ndarray]:
    """By how much `values` exceed those of a `base`, both first over replicates: mean, lower and upper end of the 95%
    interval, and how many replicates it rests on. Where replicates of one number have `shared` luck they are paired
    (Student's t over the differences of the pairs that are there), else the two samples stand by themselves (Welch).
    The one statistic of effects, here and in 'kurultai analyze'."""
    if shared:
        return mean_interval(values - base)
    shape = numpy.broadcast_shapes(values.shape[1:], base.shape[1:])
    first, last = (numpy.broadcast_to(part, part.shape[:1] + shape).reshape(len(part), -1) for part in (base, values))
    found = numpy.array([difference_interval(a, b) for a, b in zip(first.T, last.T)]).reshape(shape + (3,))
    count = numpy.fmin(*(numpy.isfinite(part).sum(axis=0) for part in (first, last))).reshape(shape)
    return found[..., 0], found[..., 1], found[..., 2], count


def middle_band(values: numpy.ndarray, axis: int = 0) -> tuple[numpy.ndarray, numpy.ndarray]:
    """The 5% and the 95% quantile along `axis`; NaN where there is no value."""
    moved = numpy.moveaxis(numpy.asarray(values, dtype=float), axis, 0)
    low = numpy.full(moved.shape[1:], numpy.nan)
    high = low.copy()
    there = numpy.isfinite(moved).any(axis=0)
    if there.any():
        low[there], high[there] = numpy.nanquantile(moved[:, there], (0.05, 0.95), axis=0)
    return low, high


def regression(x: numpy.ndarray, y: numpy.ndarray, groups: numpy.ndarray, draws: int = 400):
    """Standardised coefficients of the linear regression of `y` (by point) on the columns of `x`, their 95%
    intervals by a bootstrap over `groups` of points (seeded, so the same each time), and the share of variance
    that the line explains. Needs more points than columns + 1, else all are NaN."""

    def fit(rows: numpy.ndarray) -> tuple[numpy.ndarray, float]:
        a, b = x[rows], y[rows]
        spread, scale = a.std(axis=0), b.std()
        if len(rows) <= x.shape[1] + 1 or scale == 0 or not spread.all():
            return numpy.full(x.shape[1], numpy.nan), math.nan
        a, b = (a - a.mean(axis=0)) / spread, (b - b.mean()) / scale
        coefficients = numpy.linalg.lstsq(a, b, rcond=None)[0]
        return coefficients, float(1 - numpy.mean((b - a @ coefficients) ** 2))

    members = [numpy.flatnonzero(groups == group) for group in numpy.unique(groups)]
    best, explained = fit(numpy.arange(len(y)))
    random = numpy.random.default_rng(1)
    again = numpy.array(
        [
            fit(numpy.concatenate([members[k] for k in random.integers(0, len(members), len(members))]))[0]
            for _ in range(draws)
        ]
    )
    again = again[numpy.isfinite(again).all(axis=1)]
    low, high = numpy.quantile(again, (0.025, 0.975), axis=0) if len(again) else (best * numpy.nan,) * 2
    return best, low, high, explained


def student_tails(t: float, freedom: float) -> float:
    """The chance that Student's t lies as far from 0 as `t` or farther, on either side; NaN without a degree of
    freedom."""
    if freedom < 1 or math.isnan(t):
        return math.nan
    return 1.0 if t == 0 else _incomplete_beta(freedom / 2, 0.5, freedom / (freedom + t * t))


def _incomplete_beta(a: float, b: float, x: float) -> float:
    """The regularised incomplete beta function, by its continued fraction (Lentz)."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    if x > (a + 1) / (a + b + 2):  # there the fraction converges slowly
        return 1 - _incomplete_beta(b, a, 1 - x)
    tiny = 1e-300
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)) / a
    c, d = 1.0, 1 / ((1 - (a + b) * x / (a + 1)) or tiny)
    fraction = d
    for m in range(1, 500):
        for step in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1 / ((1 + step * d) or tiny)
            c = (1 + step / c) or tiny
            fraction *= c * d
        if abs(c * d - 1) < 1e-14:
            break
    return front * fraction


def holm(chances: numpy.ndarray) -> numpy.ndarray:
    """Holm's correction of p-values for their number: those below 0.05 hold together with 95% confidence. NaN stays."""
    chances = numpy.asarray(chances, dtype=float)
    corrected = numpy.full(chances.shape, numpy.nan)
    there = numpy.flatnonzero(numpy.isfinite(chances))
    worst = 0.0
    for place, k in enumerate(there[numpy.argsort(chances[there], kind="stable")]):
        worst = max(worst, (len(there) - place) * chances[k])
        corrected[k] = min(1.0, worst)
    return corrected


def wilson(hits: float, trials: float) -> tuple[float, float]:
    """The 95% interval of a share of independent trials (Wilson), or of as many as dependent ones are worth; NaN
    without a trial."""
    if trials <= 0:
        return math.nan, math.nan
    share, z = hits / trials, _Z95
    middle = (share + z * z / (2 * trials)) / (1 + z * z / trials)
    half = z / (1 + z * z / trials) * math.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    return max(0.0, middle - half), min(1.0, middle + half)
