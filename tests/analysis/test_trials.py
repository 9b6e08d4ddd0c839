"""The estimators for randomised policies: against formulas, against data with a known effect, through the program."""
import pathlib
import subprocess
import unittest

import _sample
import _sealed
import numpy

import kurultai
from kurultai import trials


def write_trial(path, parts, acted, **given):
    """A result with the trial "mail" of residents with these parts in it and these bits, in two communities."""
    n = len(parts)
    arrays = {
        "resident_status": parts,
        "resident_community": numpy.arange(n) * 2 // n,
        "household": numpy.arange(n),
        "household_eligible": numpy.ones(n),
        "treated_share": numpy.zeros(n),
        "age": numpy.full(n, 40),
        "sex": numpy.zeros(n),
        "platform": numpy.zeros(n),
        "acted": acted,
        "known": numpy.zeros(n),
    }
    communities = {"status": [1, 1], "closed": [3, 4], "before": [1, 2]}
    arrays.update({key: value for key, value in given.items() if key in arrays})
    communities.update({key: value for key, value in given.items() if key in communities})
    _sample.write_sample(path)
    with _sealed.File(path, "r+") as file:
        group = file.create_group("policy/mail")
        scales = {
            "community": _sample._texts(group, "community", ["c0", "c1"]),
            "resident": group.create_dataset("resident", data=numpy.arange(n)),
        }
        for dimension, scale in scales.items():
            scale.make_scale(dimension)
        for dimension, items in (("resident", arrays), ("community", communities)):
            for name, values in items.items():
                kind = "float32" if name == "treated_share" else "int64"
                group.create_dataset(name, data=numpy.asarray(values).astype(kind)).dims[0].attach_scale(
                    scales[dimension]
                )
    return path


class InFolder(unittest.TestCase):
    def setUp(self):
        self.folder = _sample.Folder()
        self.addCleanup(self.folder.cleanup)
        self.path = pathlib.Path(self.folder.name) / "trial.h5"

    def trial(self, *args, **given):
        return trials.read_trial(kurultai.open_run(write_trial(self.path, *args, **given)), "mail")


class Formulas(unittest.TestCase):
    def test_without_clusters_the_error_is_that_of_two_samples(self):
        random = numpy.random.default_rng(3)
        y, treated = random.normal(size=500), random.random(500) < 0.3
        got = trials.difference(y, treated, numpy.arange(500))
        self.assertAlmostEqual(got.value, y[treated].mean() - y[~treated].mean(), places=12)
        # White's estimator: sums of squares over counts squared, with CR1's factor
        expected = numpy.sqrt(sum(y[part].var() / part.sum() for part in (treated, ~treated)) * 500 / 499 * 499 / 498)
        self.assertAlmostEqual(got.error, expected, places=12)
        self.assertEqual((got.clusters, got.observations), (500, 500))

    def test_doubled_observations_are_no_more_information(self):
        random = numpy.random.default_rng(4)
        y, treated = random.normal(size=300), random.random(300) < 0.5
        once = trials.difference(y, treated, numpy.arange(300))
        twice = trials.difference(numpy.tile(y, 2), numpy.tile(treated, 2), numpy.tile(numpy.arange(300), 2))
        self.assertAlmostEqual(twice.value, once.value, places=12)
        self.assertLess(abs(twice.error / once.error - 1), 0.005)

    def test_intervals_cover_the_truth(self):
        # 40 clusters of 10 with a common part: intervals that ignore clusters would cover about 60%.
        random = numpy.random.default_rng(5)
        covered, naive = 0, 0
        for _ in range(400):
            cluster = numpy.repeat(numpy.arange(40), 10)
            treated = (random.permutation(40) < 20)[cluster]
            y = 0.5 * treated + random.normal(size=40)[cluster] + random.normal(size=400)
            low, high = trials.difference(y, treated, cluster).interval
            covered += low <= 0.5 <= high
            low, high = trials.difference(y, treated, numpy.arange(400)).interval
            naive += low <= 0.5 <= high
        self.assertGreater(covered / 400, 0.915)
        self.assertLess(covered / 400, 0.985)
        self.assertLess(naive / 400, 0.75)

    def test_pairs(self):
        random = numpy.random.default_rng(6)
        common = random.random(40000) < 0.6  # copies of each other in three of five households
        first = random.random(40000) < 0.5
        second = numpy.where(common, first, random.random(40000) < 0.5)
        got = trials.pair_correlation(first, second)
        self.assertLess(abs(got.value - 0.6), 4 * got.error)
        self.assertAlmostEqual(got.error, (1 - 0.36) ** 0.5 / 200, delta=0.0002)  # of a sign that agrees or not
        self.assertAlmostEqual(trials.pair_correlation(second, first).value, got.value, places=12)
        self.assertEqual(trials.pair_correlation([0, 1, 1], [0, 1, 1]).value, 1)
        self.assertTrue(numpy.isnan(trials.pair_correlation([1, 1], [1, 1]).value))

    def test_what_cannot_be_told(self):
        self.assertTrue(numpy.isnan(trials.difference(numpy.ones(9), numpy.ones(9, bool), numpy.arange(9)).value))
        self.assertTrue(numpy.isnan(trials.difference(numpy.arange(9.0), numpy.arange(9) > 4, numpy.zeros(9)).error))
        with self.assertRaisesRegex(ValueError, "tell 2 coefficients apart"):
            trials.regression(numpy.ones(9), numpy.ones((9, 2)), numpy.arange(9))


class Reading(InFolder):
    def test_rounds_count_from_the_start(self):
        #                              treated       control, in community 0 (1 matter before, 3 in all) and 1 (2 of 4)
        trial = self.trial([1, 2, 1, 2], [0b011, 0b100, 0b1010, 0b0101])
        self.assertEqual(trial.rounds, 2)
        self.assertEqual(list(trial.acted(0)), [1, 0, 0, 1])
        self.assertEqual(list(trial.acted(1)), [0, 1, 1, 0])
        self.assertEqual(list(trial.acted(-1)), [1, 0, 1, 0])
        numpy.testing.assert_array_equal(trial.acted(-2), [numpy.nan, numpy.nan, 0, 1])
        self.assertTrue(numpy.isnan(trial.acted(2)).all())
        self.assertEqual(list(trial.past_acts()), [1, 0, 1, 1])
        self.assertEqual(trial.effect(0, "resident").value, 0.0)
        self.assertEqual([e.value for e in trial.effects("resident")], [0.0, 0.0])
        with self.assertRaisesRegex(kurultai.ResultError, "no clusters by 'house'"):
            trial.effect(0, "house")

    def test_what_is_not_there(self):
        run = kurultai.open_run(write_trial(self.path, [1, 2], [0, 0]))
        with self.assertRaisesRegex(kurultai.ResultError, "did you mean 'mail'"):
            trials.read_trial(run, "mial")
        with _sealed.File(self.path, "r+") as file:
            del file["policy/mail/acted"]
        with self.assertRaisesRegex(kurultai.ResultError, "recorded no outcome"):
            trials.read_trial(kurultai.open_run(self.path), "mail")


class Effects(InFolder):
    def test_known_effects_are_found(self):
        random = numpy.random.default_rng(7)
        households = 30000  # of two: one sent to or not, the other beside
        treated = numpy.repeat(random.random(households) < 0.5, 2)
        first = numpy.tile([True, False], households)
        habit = numpy.repeat(random.random(households) < 0.5, 2)
        past = random.random(2 * households) < numpy.where(habit, 0.8, 0.1)
        chance = numpy.where(habit, 0.6, 0.2) + 0.10 * (treated & first) + 0.06 * (treated & ~first)
        bits = past.astype(int) + 2 * (random.random(2 * households) < chance)
        status = numpy.where(first, numpy.where(treated, 1, 2), numpy.where(treated, 3, 4))
        trial = self.trial(
            status, bits, household=numpy.repeat(2 * numpy.arange(households), 2), closed=[2, 2], before=[1, 1]
        )
        for estimate, truth in ((trial.effect(), 0.10), (trial.beside_effect(), 0.06), (trial.beside_ratio(), 0.6)):
            self.assertLess(abs(estimate.value - truth), 3.5 * estimate.error)
            self.assertGreater(estimate.error, 0)
        self.assertLess(trial.beside_ratio().error, 0.08)
        by_history = trial.effect_by_history()
        self.assertEqual(list(by_history), [0, 1])
        for estimate in by_history.values():
            self.assertLess(abs(estimate.value - 0.10), 3.5 * estimate.error)
        correlation = trial.household_correlation()  # the habit is common: variance 0.04 of 0.24
        self.assertLess(abs(correlation.value - 1 / 6), 3.5 * correlation.error)

    def test_exposure(self):
        random = numpy.random.default_rng(8)
        n = 40000
        treated = random.random(n) < 0.5
        share = random.binomial(4, 0.5, n) / 4
        y = random.random(n) < 0.2 + 0.1 * treated + 0.2 * share
        trial = self.trial(numpy.where(treated, 1, 2), 2 * y, treated_share=share, closed=[2, 2], before=[1, 1])
        own, around = trial.spillover(cluster="resident")
        self.assertLess(abs(own.value - 0.1), 3.5 * own.error)
        self.assertLess(abs(around.value - 0.2), 3.5 * around.error)
        rows = trial.by_exposure(cluster="resident")
        self.assertEqual([row[:2] for row in rows], [(0.0, 0.25), (0.25, 0.5), (0.5, 0.75), (0.75, 1.0)])
        for low, high, estimate in rows:
            self.assertLess(abs(estimate.value - 0.2 * high), 3.5 * estimate.error)

    def test_communities_out_of_the_trial_are_no_control(self):
        parts = [1, 1, 2, 2, 2, 2, 2, 2]
        trial = self.trial(parts, [2, 0, 0, 0, 2, 2, 2, 2], status=[1, 2], closed=[2, 2], before=[1, 1])
        self.assertEqual(list(trial.elsewhere), [False] * 4 + [True] * 4)
        self.assertEqual(trial.effect(0, "resident").value, 0.5)


class Groups(InFolder):
    def test_inequality(self):
        run = kurultai.open_run(_sample.write_sample(self.path))
        got = trials.inequality(run, "online and offline", "trust")
        self.assertAlmostEqual(got.first - got.second, -0.05, places=5)
        self.assertAlmostEqual(got.difference, -0.05, places=5)
        self.assertAlmostEqual(got.ratio, got.first / got.second)
        self.assertEqual(trials.change_of_inequality(run, run, ("women", "men"), "trust"), (1.0, 0.0))
        with self.assertRaisesRegex(kurultai.ResultError, "name one of gathering, e-vote"):
            trials.inequality(run, "women and men", "turnout")
        with self.assertRaisesRegex(kurultai.ResultError, "did you mean 'women'"):
            trials.inequality(run, ("womn", "men"), "trust")


SCENARIO = """
title = "Trial"
[run]
weeks = 30
scale = 1.0
warmup = 24
[society]
source = "plain"
[form.gathering]
period = 8
open = 3
intercept = -1.0
[policy.money]
lever = "participation.reward"
dose = 1000000
unit = "household"
one = true
share = 0.5
trial = true
outcome = "gathering"
start = 5
[policy.nothing]
lever = "participation.reward"
dose = 0
unit = "resident"
share = 0.5
trial = true
outcome = "gathering"
"""


class Program(InFolder):
    def test_through_the_program(self):
        if _sample.binary() is None:
            self.skipTest("no program")
        scenario = self.path.with_suffix(".toml")
        scenario.write_text(SCENARIO)
        command = [_sample.binary(), "run", str(scenario), "--out", str(self.path), "--progress", "none"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300)
        self.assertEqual(done.returncode, 0, done.stderr)
        run = kurultai.open_run(self.path)
        trial = trials.read_trial(run, "money")
        effect = trial.effect()
        self.assertGreater(effect.value, 3 * effect.error)
        nothing = trials.read_trial(run, "nothing").effect(0, "resident")
        self.assertLess(abs(nothing.value), 4 * nothing.error)
        self.assertGreaterEqual(trial.rounds, 2)
        arm = run.level("arm")
        self.assertIn("money: beside treated", [str(label) for label in arm["arm"].values])
        treated, control = (arm["turnout"].sel(arm=f"money: {part}").values[-1, 0] for part in ("treated", "control"))
        self.assertGreater(treated, control)
        pairs = trial.household_correlation()
        self.assertGreater(pairs.clusters, 50)
        self.assertTrue(numpy.isfinite(pairs.error))


if __name__ == "__main__":
    unittest.main()
