"""The study notebooks find in a sweep what was put there, and say so; the statistics behind them know known answers."""
import math
import os
import pathlib
import subprocess
import sys
import unittest

import _sample
import _study_sample
import matplotlib
import numpy
import pandas

matplotlib.use("Agg")

import kurultai  # noqa: E402
from kurultai import notebook, reach, screening, statistics, survey_errors  # noqa: E402

sys.path.insert(0, str(_sample.ROOT / "analysis"))
import studies  # noqa: E402


class Chances(unittest.TestCase):
    def test_tails_of_student(self):
        for freedom in (1, 2, 3, 7, 30, 155):
            self.assertAlmostEqual(
                statistics.student_tails(statistics.student(freedom), freedom), 0.05, delta=0.0002, msg=freedom
            )
        self.assertAlmostEqual(statistics.student_tails(1.0, 1), 0.5, places=12)  # Cauchy
        self.assertAlmostEqual(statistics.student_tails(-2.0, 2), 1 - 2 / math.sqrt(6), places=12)
        self.assertAlmostEqual(statistics.student_tails(3.0, 10**6), math.erfc(3 / math.sqrt(2)), delta=1e-6)
        self.assertEqual(statistics.student_tails(0.0, 5), 1.0)
        self.assertTrue(math.isnan(statistics.student_tails(1.0, 0)))

    def test_holm(self):
        numpy.testing.assert_allclose(
            statistics.holm(numpy.array([0.04, 0.01, numpy.nan, 0.03])), [0.06, 0.03, numpy.nan, 0.06]
        )

    def test_wilson(self):
        low, high = statistics.wilson(8, 10)
        self.assertAlmostEqual(low, 0.4901625, places=6)
        self.assertAlmostEqual(high, 0.9433178, places=6)
        self.assertEqual(statistics.wilson(0, 10)[0], 0.0)
        self.assertTrue(math.isnan(statistics.wilson(0, 0)[0]))


def mixture(draws, points, levers):
    """Levers off in half of the points, on in the other."""
    return pandas.DataFrame({f"x{k}": draws.permutation([-0.5, 0.5] * (points // 2)) for k in range(levers)})


class LeastSquares(unittest.TestCase):
    def test_without_noise_it_is_exact(self):
        terms = mixture(numpy.random.default_rng(1), 40, 5)
        terms["x0 x x1"] = terms["x0"] * terms["x1"]
        effects = numpy.array([0.03, -0.02, 0.0, 0.01, 0.0, 0.015])
        fit = screening.least_squares(terms, 0.2 + terms.to_numpy() @ effects)
        numpy.testing.assert_allclose(fit.effects["effect"], effects, atol=1e-12)
        self.assertEqual((fit.freedom, fit.points), (33, 40))
        self.assertAlmostEqual(fit.explained, 1.0)

    def test_a_product_is_a_difference_of_differences(self):
        terms = pandas.DataFrame({"a": [-0.5, 0.5, -0.5, 0.5] * 3, "b": [-0.5, -0.5, 0.5, 0.5] * 3})
        terms["ab"] = terms["a"] * terms["b"]
        fit = screening.least_squares(terms, numpy.array([1.0, 3.0, 2.0, 9.0] * 3))
        numpy.testing.assert_allclose(fit.effects["effect"], [(2 + 7) / 2, (1 + 6) / 2, 7 - 2])

    def test_intervals_cover_in_95_of_100_draws(self):
        draws = numpy.random.default_rng(2)
        terms = mixture(draws, 48, 12)
        truth = numpy.array([0.02] * 6 + [0.0] * 6)
        hits, wrongly, count = 0, 0, 600
        for _ in range(count):
            fit = screening.least_squares(terms, terms.to_numpy() @ truth + draws.normal(0, 0.02, 48))
            hits += int(((fit.effects["low"] <= truth) & (truth <= fit.effects["high"])).sum())
            wrongly += bool((fit.effects["holm"][6:] < 0.05).any())
        self.assertAlmostEqual(hits / (12 * count), 0.95, delta=0.01)
        self.assertLess(wrongly / count, 0.05)  # Holm: some of them wrongly called sure

    def test_points_that_cannot_tell(self):
        terms = mixture(numpy.random.default_rng(1), 6, 5)
        with self.assertRaisesRegex(kurultai.ResultError, "6 finished points cannot tell 5 effects apart"):
            screening.least_squares(terms, numpy.arange(6.0))
        terms = mixture(numpy.random.default_rng(1), 20, 2)
        terms["again"] = terms["x0"]
        with self.assertRaisesRegex(kurultai.ResultError, "cannot tell 3"):
            screening.least_squares(terms, numpy.arange(20.0))

    def test_a_sum_of_levers_knows_their_covariance(self):
        terms = mixture(numpy.random.default_rng(3), 24, 3)
        values = numpy.random.default_rng(4).normal(size=24)
        fit = screening.least_squares(terms, values)
        both = screening.summed(fit, {"X": ["x0", "x1"], "Y": ["x2"]})
        self.assertAlmostEqual(both.loc["X", "effect"], fit["x0"]["effect"] + fit["x1"]["effect"])
        error = math.sqrt(fit.covariance.loc[["x0", "x1"], ["x0", "x1"]].to_numpy().sum())
        self.assertAlmostEqual(both.loc["X", "high"] - both.loc["X", "effect"], statistics.student(20) * error)
        self.assertAlmostEqual(both.loc["Y", "low"], fit["x2"]["low"])

    def test_verdicts(self):
        table = pandas.DataFrame(
            {"low": [0.01, 0.001, -0.001, -0.01], "high": [0.02, 0.02, 0.001, 0.01], "holm": [0.01, 0.2, 1, 1]}
        )
        self.assertEqual(list(screening.verdicts(table, 0.002)), ["sure", "likely", "nothing", "open"])

    def test_proposals(self):
        self.assertEqual(
            screening.proposals(["r1_powers", "p4_quality", "r1_x"]),
            {"R1": ["r1_powers", "r1_x"], "P4": ["p4_quality"]},
        )


class WithFolder(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = _sample.Folder()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.out = pathlib.Path(cls.folder.name)

    def opened(self, name):
        path = self.out / f"{name}.h5"
        if not path.is_file():
            getattr(_study_sample, f"write_{name}")(path)
        sweep = kurultai.open_sweep(path)
        self.addCleanup(sweep.close)
        return sweep


class Planted(WithFolder):
    def test_off_and_on_are_as_the_file_lists_them(self):
        sweep = self.opened("what_moves")
        self.assertEqual(
            [sweep.ends(name) for name in ("r7_share", "p4_open", "r7_rule")],
            [(0.5, 0.1), ("false", "true"), ("appointed", "elected")],
        )

    def test_levers(self):
        sweep = self.opened("what_moves")
        fit = screening.main_effects(sweep, "participation_last_year")
        for name in _study_sample.LEVERS:
            effect = _study_sample.EFFECTS.get(name, 0.0)
            self.assertAlmostEqual(fit[name]["effect"], effect, delta=0.0035, msg=name)
            self.assertEqual(fit[name]["holm"] < 0.05, effect != 0, name)
        self.assertEqual(screening.unchanged(sweep), list(_study_sample.SAME))
        self.assertEqual(fit.freedom, 96 - 1 - len(_study_sample.LEVERS))
        levers = screening.strongest(fit)
        self.assertEqual(len(levers), 8)
        pairs = screening.interactions(sweep, "participation_last_year", levers)
        x, y, size = _study_sample.JOINT
        name = next(name for name in (screening.product(x, y), screening.product(y, x)) if name in pairs.effects.index)
        self.assertTrue(pairs[name]["low"] < size < pairs[name]["high"])
        self.assertEqual(list(pairs.effects.index[pairs.effects["holm"] < 0.05]), [name])
        beside = screening.main_effects(sweep, "participation_last_year", levers)
        self.assertEqual(list(beside.effects.index), list(fit.effects.index))
        self.assertEqual(beside.freedom, fit.freedom - 28)
        self.assertLess(
            (beside.effects["high"] - beside.effects["low"]).mean(),
            0.9 * (fit.effects["high"] - fit.effects["low"]).mean(),
        )
        for name in _study_sample.LEVERS:
            self.assertAlmostEqual(beside[name]["effect"], _study_sample.EFFECTS.get(name, 0.0), delta=0.002, msg=name)

    def test_replicates_apart(self):
        sweep = self.opened("what_moves")
        alone = screening.by_replicate(sweep, "participation_last_year")
        self.assertEqual(list(alone.columns), [0, 1])
        for replicate in alone:
            self.assertAlmostEqual(alone.loc["p4_quality", replicate], 0.03, delta=0.004)
        self.assertGreater((alone[0] - alone[1]).abs().max(), 1e-5)

    def test_few_points_ask_of_fewer_pairs(self):
        fit = screening.main_effects(self.opened("what_moves"), "participation_last_year")
        self.assertEqual(len(screening.strongest(fit, spare=fit.freedom - 3)), 3)
        self.assertEqual(len(screening.strongest(fit, spare=fit.freedom)), 2)

    def test_a_replicate_that_failed_leaves_no_trace_of_its_luck(self):
        sweep = self.opened("what_moves")
        values = screening.by_point(sweep, "participation_last_year")
        fit = screening.main_effects(sweep, "participation_last_year")
        self.assertTrue(math.isfinite(values[4]))
        coded = screening.codes(sweep).loc[4]
        self.assertAlmostEqual(values[4], numpy.mean(values) + float(coded @ fit.effects["effect"]), delta=0.015)

    def test_gaps_and_gains(self):
        sweep = self.opened("digital_reach")
        online = reach.by_group(sweep, "participation_online")
        self.assertNotIn("platform users", online["group"].values)
        self.assertNotIn("age under 18", online["group"].values)
        gaps = reach.gaps(sweep, online)
        self.assertEqual(
            tuple(gaps.loc["age", ["highest", "lowest", "verdict"]]), ("age 18-29", "age 60 and over", "widens")
        )
        self.assertAlmostEqual(gaps.loc["age", "effect"], 0.06, delta=0.001)
        self.assertAlmostEqual(gaps.loc["age", "after"] - gaps.loc["age", "before"], gaps.loc["age", "effect"])
        offline = reach.gaps(sweep, reach.by_group(sweep, "participation_offline"))
        self.assertEqual(set(offline["verdict"]), {"stays, as far as can be told"})
        levers = reach.corrected({"online": reach.lever_changes(sweep, sweep.last_year("participation_online"))})[
            "online"
        ]
        self.assertEqual((reach.sure(levers), reach.perhaps(levers)), (["quality"], []))
        self.assertEqual(levers.loc["quality", "compared"], "0.5 \u2192 0.9")

    def test_changes_without_luck(self):
        table = reach.table(numpy.array([[0.0, 0.1, 1.0], [0.0, 0.1, 2.0]]), ["none", "fixed", "open"])
        self.assertEqual(list(table["chance"][:2]), [1.0, 0.0])
        self.assertEqual(reach.sure(table), ["fixed"])

    def test_points_of_no_sweep(self):
        with self.assertRaisesRegex(kurultai.ResultError, "no point with quality = 7"):
            reach.point_with(self.opened("digital_reach"), {"quality": 7.0})

    def test_an_interaction_by_region(self):
        sweep = self.opened("incentives")
        joint = sweep.interaction(sweep.last_year("effort", "region").load(), "retention", "standard")
        for unit, size in (("Ulytau Region", 0.05), ("Jetisu Region", 0.10)):
            self.assertAlmostEqual(float(joint["mean"].sel(region=unit)), size, delta=0.004)

    def test_surveys(self):
        sweep = self.opened("surveys")
        self.assertEqual(set(sweep.surveys), set(_study_sample.SURVEYS))
        with self.assertRaisesRegex(kurultai.ResultError, "no survey 'nobody'"):
            sweep.survey("nobody")
        self.assertEqual(survey_errors.kinds(sweep, "rural_staff"), list(survey_errors.KINDS))
        self.assertEqual(list(survey_errors.response_rate(sweep, "rural_staff").values()), [1.0, 0.7, 0.7])
        errors = survey_errors.errors(sweep, "rural_residents").set_index(["kind", "item"])
        row = errors.loc[(survey_errors.EVERYONE, "work")]
        self.assertEqual((row["hits"], row["trials"]), (48 - _study_sample.MISSES, 48))
        self.assertEqual((row["coverage_low"], row["coverage_high"]), statistics.wilson(48 - _study_sample.MISSES, 48))
        biased = errors.loc[(survey_errors.DEPENDS, "trust")]
        self.assertTrue(biased["low"] < _study_sample.BIAS < biased["high"])
        self.assertLess(biased["coverage"], 0.1)
        self.assertTrue((errors["census"] - errors["latent"] + 0.2).abs().max() < 1e-9)
        self.assertTrue(
            errors.loc[(survey_errors.SOME, "trust"), "low"] < 0 < errors.loc[(survey_errors.SOME, "trust"), "high"]
        )
        whole = survey_errors.coverage(sweep, "rural_residents")
        self.assertEqual(whole.loc[survey_errors.DEPENDS, "worth"], 48)  # no spread: one a round
        self.assertAlmostEqual(
            whole.loc[survey_errors.EVERYONE, "coverage"], (errors.loc[survey_errors.EVERYONE, "hits"].sum()) / 96
        )
        self.assertLess(whole.loc[survey_errors.EVERYONE, "worth"], 96)  # its misses come together
        told = survey_errors.conclusions(sweep, "rural_residents", "trust")
        self.assertAlmostEqual(
            told.loc[survey_errors.DEPENDS, "share"] - told.loc[survey_errors.DEPENDS, "census_share"], 0.15, delta=0.02
        )

    def test_an_interval_without_width_holds_the_same_number(self):
        numpy.testing.assert_array_equal(
            survey_errors.covered(
                *(numpy.array(x) for x in ([3.0, 3.0, numpy.nan], [3.0, 3.0, 4.0], [3.0 + 1e-15, 3.1, 3.0]))
            ),
            [1.0, 0.0, numpy.nan],
        )


class Words(unittest.TestCase):
    def test_lists(self):
        self.assertEqual(
            [notebook.listed(words) for words in ([], ["a"], ["a", "b", "c"])], ["none", "a", "a, b and c"]
        )


class Notebooks(WithFolder):
    """Each notebook from a sweep to its findings."""

    def study(self, name, figures, parts):
        result = getattr(_study_sample, f"write_{name}")(self.out / f"{name}.h5")
        book = _sample.ROOT / "analysis" / f"{name}.ipynb"
        executed, folder = self.out / f"{name}.ipynb", self.out / name
        done = subprocess.run(
            [
                sys.executable,
                str(_sample.ROOT / "analysis" / "execute_notebook.py"),
                str(book),
                str(result),
                "--out",
                str(executed),
                "--figures",
                str(folder),
            ],
            capture_output=True,
            text=True,
            timeout=600,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual({path.stem for path in folder.glob("*.png")}, figures)
        self.assertRegex(studies.title(book), r"^# .*\?$")
        text = studies.findings(executed)
        for part in parts:
            self.assertIn(part, text)
        for caveat in (
            "Before you quote this",
            "seed 7",
            "society of its own",
            "stand side by side",
            "partly assumptions",
            "A null is a result",
        ):
            self.assertIn(caveat, text)

    def test_what_moves(self):
        self.study(
            "what_moves",
            {"levers", "proposals", "measures", "interactions"},
            [
                "3 of 9 levers move it",
                "p4_quality +3.0",
                "r7_share \u22121.4",
                "Proposals none of whose levers moves participation (last year): R3, P6 and P9",
                "1 of 28 do more or less than their sum after Holm's correction: p4_quality x r4_openness +1.2",
                "moved after correction by 1 of 9 levers; the strongest: r3_audit +0.04",
                "58 degrees of freedom",
                "on is what off is already: p8_equalisation",
                "All points ran in the same 2 societies",
                "96 points x 2 replicates (191 finished, 1 failed)",
                "Not all runs finished",
            ],
        )

    def test_digital_reach(self):
        self.study(
            "digital_reach",
            {"levers", "gains", "gaps", "tools"},
            [
                "quality (0.5 \u2192 0.9) +3.0",
                "In person**, lever by lever: no lever has a sure effect",
                "age (age 18-29 against age 60 and over) widens",
                "no clear gain at all): age 60 and over",
                "8 points x 6 replicates",
                "The levers add up",
            ],
        )

    def test_incentives(self):
        self.study(
            "incentives",
            {"effects", "retention", "retention_standard", "interactions", "regions"},
            [
                (
                    "**Keeping more of a tax works better where transfers count standard effort**: its effect on effort"
                    " changes by +10.1"
                ),
                "**Grants level** (transfers.grants, 0 \u2192 5) works on nothing that was measured",
                "retention on effort +3.",
                "**Nulls**",
                "at standard 1: 60% where 0.1 of the tax is kept, 72% where 0.6 is",
            ],
        )

    def test_surveys(self):
        self.study(
            "surveys",
            {"truth", "errors"},
            [
                "Where everyone answers",
                "work (everyone answers) 75% (61% to 85%, 36 of 48)",
                "clearly biased for 3 of 3 items",
                "or of all if there are none, is +0.2",
                "rural_residents 0% (0% to 7%, 96 intervals)",
                "46% give one of the two top answers, in truth 31%",
                "-0.20 points",
            ],
        )

    def test_no_outputs_are_kept_in_them(self):
        import nbformat

        for name in studies.STUDIES:
            book = nbformat.read(_sample.ROOT / "analysis" / f"{name}.ipynb", as_version=4)
            self.assertEqual(
                [cell.outputs for cell in book.cells if cell.cell_type == "code" and cell.outputs], [], name
            )


if __name__ == "__main__":
    unittest.main()
