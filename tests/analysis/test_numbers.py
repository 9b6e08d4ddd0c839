"""How numbers are said, and what objects say of themselves."""
import math
import pathlib
import re
import unittest

import numpy
import xarray

import _sample
import _sweep_sample

import kurultai
from kurultai import numbers, statistics


def variable(units, long_name="mean"):
    return xarray.DataArray(0.0, attrs={"units": units, "long_name": long_name}, name="x")


SHARE, PLAIN, MONEY, TENGE, COUNT = (
    variable("1", "share of people"),
    variable("1"),
    variable("thousand tenge a head and year"),
    variable("tenge"),
    variable("people"),
)


class Numbers(unittest.TestCase):
    def test_the_error_decides(self):
        for mean, low, high, said, ends in (
            (0.0668, -0.0034, 0.137, "0.067", "\u22120.003 to 0.137"),
            (0.1234567, 0.1233, 0.1237, "0.1235", "0.1233 to 0.1237"),
            (38.883, 38.873, 38.892, "38.88", "38.87 to 38.89"),
            (5000, 4000, 6000, "5,000", "4,000 to 6,000"),
            (0.00012, 0.00010, 0.00014, "0.000120", "0.000100 to 0.000140"),
            (12.3, 2.3, 22.3, "12", "2 to 22"),
        ):
            found = numbers.interval(mean, low, high)
            self.assertLessEqual(abs(float(found[0].replace(",", "").replace("\u2212", "-")) - mean), (high - low) / 6)
            with self.subTest(mean):
                self.assertEqual(found, (said, ends))

    def test_an_interval_of_no_width_is_none(self):
        for ends in ((0, 0, 0), (0.5, 0.5, 0.5), (0.1, float("nan"), 0.2), (float("nan"),) * 3):
            self.assertEqual(numbers.interval(*ends)[1], "no interval")

    def test_few_digits_whatever_the_interval(self):
        self.assertEqual(
            numbers.with_interval(0.038883, 0.038873, 0.038892, SHARE, True), ("+3.888 pp", "+3.887 to +3.889 pp")
        )
        chance = numpy.random.default_rng(1)
        for _ in range(2000):
            mean, half = 10 ** chance.uniform(-6, 6) * chance.choice([-1, 1]), 10 ** chance.uniform(-9, 6)
            low, high = mean - half, mean + half
            if not high > low:
                continue
            said, ends = numbers.interval(mean, low, high)
            first, _, last = ends.partition(" to ")
            self.assertNotEqual(first, last)
            for text in (said, first, last):
                self.assertNotIn("e", text)

    def test_units_with_the_right_prefix(self):
        self.assertEqual(numbers.amount(6100, MONEY), ("6.10", "million tenge a head and year"))
        self.assertEqual(numbers.amount(0.02, MONEY), ("20", "tenge a head and year"))
        self.assertEqual(numbers.amount(612, MONEY), ("612", "thousand tenge a head and year"))
        self.assertEqual(numbers.amount(2.5e9, TENGE), ("2.50", "billion tenge"))
        self.assertEqual(numbers.amount(43210, COUNT), ("43.2", "thousand people"))
        self.assertEqual(numbers.amount(4321, COUNT), ("4,321", "people"))
        self.assertEqual(
            numbers.with_interval(6100, 5900, 6350, MONEY, True),
            ("+6.10 million tenge", "+5.90 to +6.35 million tenge"),
        )
        self.assertNotRegex(
            numbers.number(6.1e3, MONEY) + numbers.change(6.1e12, MONEY) + numbers.number(3e15, PLAIN), r"\de[+-]"
        )

    def test_small_numbers_keep_two_digits(self):
        self.assertEqual(
            [numbers.number(x, PLAIN) for x in (0.0123, 0.00456, 0.57, 0.0, 3.14159)],
            ["0.012", "0.0046", "0.57", "0", "3.14"],
        )
        self.assertEqual(numbers.number(math.nan, PLAIN), "none")


class Statistics(unittest.TestCase):
    def test_pairs_where_luck_is_shared_else_two_samples(self):
        random = numpy.random.default_rng(2)
        luck = random.normal(size=12)
        base, values = luck + 0.01 * random.normal(size=12), luck + 0.5 + 0.01 * random.normal(size=12)
        mean, low, high, count = statistics.differences(values, base, True)
        apart = statistics.differences(values, base, False)
        self.assertAlmostEqual(float(mean), float(apart[0]))
        self.assertEqual((int(count), int(apart[3])), (12, 12))
        self.assertLess(high - low, 0.05)
        self.assertGreater(apart[2] - apart[1], 0.5)
        difference = values - base
        self.assertAlmostEqual(float(high - mean), 2.20099 * difference.std(ddof=1) / math.sqrt(12), places=4)

    def test_missing_replicates_leave_their_pairs_out(self):
        base, values = numpy.array([1.0, 2.0, numpy.nan, 4.0]), numpy.array([2.0, numpy.nan, 3.0, 5.0])
        mean, low, high, count = statistics.differences(values, base, True)
        self.assertEqual((float(mean), int(count)), (1.0, 2))

    def test_over_further_dimensions(self):
        random = numpy.random.default_rng(3)
        base, values = random.normal(size=(6, 4, 3)), random.normal(size=(6, 4, 3))
        for shared in (True, False):
            found = statistics.differences(values, base, shared)
            self.assertTrue(all(part.shape == (4, 3) for part in found))
            one = statistics.differences(values[:, 2, 1], base[:, 2, 1], shared)
            self.assertTrue(numpy.allclose([part[2, 1] for part in found], [float(part) for part in one]))


class AtThePrompt(unittest.TestCase):
    """At most ten lines: what, n, estimate with its interval; no arrays, no bare +-."""

    def check(self, thing, *parts):
        for text in (repr(thing), str(thing)):
            self.assertLessEqual(len(text.splitlines()), 10, text)
            self.assertLessEqual(max(map(len, text.splitlines())), 130, text)
            self.assertNotRegex(text, r"\+-|\u00b1|array\(|<xarray|dtype")
            for part in parts:
                self.assertIn(part, text)

    def test_runs_and_sweeps(self):
        folder = _sample.Folder()
        self.addCleanup(folder.cleanup)
        path = pathlib.Path(folder.name)
        self.check(
            kurultai.open_run(_sample.write_sample(path / "a.h5", weeks=30)), "Run 'Sample'", "30 weeks", "no interval"
        )
        with kurultai.open_sweep(_sweep_sample.write_sweep(path / "b.h5", weeks=8)) as sweep:
            self.check(sweep, "points x", "95% interval")
            self.check(sweep.axes[0], sweep.axes[0].path)
            self.check(sweep.contrast(sweep.axes[0].name), "points")

    def test_estimates_and_trials(self):
        estimate = kurultai.trials.Estimate(0.0668, 0.0358, 40, 1200)
        self.check(estimate, "95% interval", "standard error", "40 clusters", "1,200 observations")
        self.assertTrue(re.match(r"0\.067, 95% interval \u22120\.006 to 0\.139 ", str(estimate)), str(estimate))
        self.check(kurultai.trials.Estimate(math.nan, math.nan, 0, 0), "no estimate")
        n = 4000
        random = numpy.random.default_rng(4)
        status = random.integers(1, 3, n)
        whole = numpy.arange(n)
        trial = kurultai.trials.Trial(
            "mail",
            whole,
            status,
            whole % 10,
            whole,
            whole * 0 + 1,
            numpy.full(n, numpy.nan),
            whole * 0 + 40,
            status == 1,
            status == 1,
            numpy.full(10, 1),
            numpy.full(10, 3),
            numpy.full(10, 1),
            random.integers(0, 8, n),
            random.integers(0, 8, n),
        )
        self.check(trial, "4,000 residents", "treated", "95% interval")
        self.check(kurultai.trials.Inequality(0.3, 0.2), "ratio 1.50")


if __name__ == "__main__":
    unittest.main()
