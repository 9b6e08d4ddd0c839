"""open_sweep finds in a file what was put there, and the figures of sweeps say what is seen and on what it rests."""
import itertools
import json
import pathlib
import subprocess
import sys
import unittest

import _sample
import _sweep_sample
import _sealed
import h5py
import matplotlib
import numpy
import xarray

matplotlib.use("Agg")
import matplotlib.pyplot as pyplot  # noqa: E402

import kurultai  # noqa: E402
from kurultai import drawing, statistics, sweep_plots  # noqa: E402


class WithFolder(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = _sample.Folder()
        cls.addClassCleanup(cls.folder.cleanup)

    def opened(self, design, **options):
        path = pathlib.Path(self.folder.name) / f"{design}{len(options)}.h5"
        sweep = kurultai.open_sweep(path if path.is_file() else _sweep_sample.write_sweep(path, design, **options))
        self.addCleanup(sweep.close)
        return sweep


class OpenSweep(WithFolder):
    def test_axes(self):
        axes = self.opened("grid").axes
        self.assertEqual([axis.name for axis in axes], ["reach", "push"])
        self.assertEqual(axes[0].path, "information.reach")
        self.assertIn("offline announcement", axes[0].meaning)
        self.assertEqual((axes[0].unit, axes[0].values, axes[0].base), ("per round", _sweep_sample.REACH, 0.25))
        rule = self.opened("rules").axes[0]
        self.assertEqual((rule.values, rule.base, rule.is_number), (("logistic", "threshold"), "logistic", False))

    def test_status_and_failures(self):
        sweep = self.opened("grid")
        self.assertEqual(sweep.status, "71 finished, 1 failed")
        self.assertEqual(list(sweep.failed["run"]), [35])
        self.assertEqual((sweep.failed["reach"][0], sweep.failed["push"][0]), (0.25, 0.6))
        self.assertIn("not enough memory", sweep.failed["reason"][0])
        self.assertTrue(sweep.common)
        for part in ("9 points x 8 replicates", "seed 7", "1 failed", "Two levers"):
            self.assertIn(part, sweep.source_line)

    def test_series_carry_the_axes(self):
        sweep = self.opened("grid")
        self.assertEqual(sweep.region["participation"].dims, ("point", "replicate", "week", "region"))
        self.assertEqual(
            set(sweep.region["participation"].coords), {"point", "replicate", "week", "region", "reach", "push"}
        )
        for engine in ("netcdf4", "h5netcdf"):
            with self.subTest(engine=engine), xarray.open_dataset(
                sweep.path, group="series/region", engine=engine
            ) as data:
                self.assertLessEqual({"reach", "push"}, set(data.coords))

    def test_grid_has_the_axes_as_dimensions(self):
        sweep = self.opened("grid")
        grid = sweep.grid(sweep.measures)
        self.assertEqual(dict(grid["participation"].sizes), {"replicate": 8, "reach": 3, "push": 3})
        value = grid["participation"].sel(reach=0.5, push=0.2, replicate=2)
        self.assertEqual(float(value), float(sweep.measures["participation"].values[6, 2]))
        self.assertEqual(self.opened("rules").grid(self.opened("rules").measures)["trust"].dims, ("rule", "replicate"))
        with self.assertRaisesRegex(kurultai.ResultError, "no grid"):
            self.opened("latin").grid(self.opened("latin").measures)

    def test_paired_differences_recover_the_truth(self):
        pairs = self.opened("grid").paired("participation", "reach")
        self.assertEqual(pairs.attrs["base"], 0.25)
        self.assertEqual(list(pairs["replicates"].values), [7, 7, 7])  # one run failed; it takes its replicate along
        true = numpy.mean(
            [_sweep_sample.truth(0.5, push) - _sweep_sample.truth(0.25, push) for push in _sweep_sample.PUSH]
        )
        top = pairs.sel(reach=0.5)
        self.assertAlmostEqual(float(top["mean"]), true, delta=0.001)
        self.assertLess(float(top["high"] - top["low"]), 0.003)  # luck is shared; alone it would give about 0.01
        self.assertAlmostEqual(
            float(self.opened("list").paired("participation", "reach", 0.1)["mean"].sel(reach=0.1)), 0
        )

    def test_interaction_recovers_the_truth(self):
        joint = self.opened("grid").interaction("participation", "reach", "push")
        self.assertAlmostEqual(float(joint["mean"]), 0.04 * 0.4 * 0.7, delta=0.002)
        self.assertTrue(0 < float(joint["low"]) < float(joint["high"]) < 0.02)
        trust = self.opened("grid").interaction("trust", "push", "reach")
        self.assertTrue(float(trust["low"]) < 0 < float(trust["high"]))

    def test_a_lost_point_takes_its_settings_along(self):
        sweep = self.opened("grid", failed=[(4, r) for r in range(_sweep_sample.REPLICATES)])
        contrast = sweep.contrast("reach")
        self.assertTrue(contrast.fair)
        self.assertEqual([len(points) for points in contrast.points], [2, 2, 2])  # push 0.6 is left out for all
        self.assertEqual(list(sweep.paired("participation", "reach")["replicates"].values), [8, 8, 8])

    def test_regression_ranks_where_nothing_pairs(self):
        for design in ("latin", "saltelli"):
            sweep = self.opened(design)
            with self.assertRaisesRegex(kurultai.ResultError, "nothing can be paired"):
                sweep.paired("participation", "reach")
            found = sweep.regression("participation")
            self.assertGreater(found.attrs["explained"], 0.9)
            self.assertGreater(float(found["low"].sel(axis="reach")), 0.2)
        outreach = self.opened("latin").regression("participation").sel(axis="outreach")
        self.assertTrue(float(outreach["low"]) < 0 < float(outreach["high"]))

    def refuse(self, pattern, call):
        with self.assertRaisesRegex(kurultai.ResultError, pattern):
            call()

    def test_measures_are_said_by_what_they_look_at(self):
        path = _sweep_sample.write_sweep(pathlib.Path(self.folder.name) / "said.h5", "list")
        specs = {
            "participation": 'series = "trust"\nlevel = "region"\nat = ["region=Abai Region"]\nfirst = -52',
            "awareness": 'series = "lsg_index"\nfirst = 10\nlast = 20\nreduce = "greatest"\nuntreated = true',
            "trust": 'level = "arm"\nat = ["arm=mail: treated"]\nminus = ["arm=mail: control"]\nreduce = "last"',
        }
        with _sealed.File(path, "r+") as file:
            file.attrs["sweep"] = file.attrs["sweep"].partition("[measure.")[0] + "\n".join(
                f"[measure.{k}]\n{v}" for k, v in specs.items()
            )
        with kurultai.open_sweep(path) as sweep:
            self.assertEqual(
                [drawing.name(sweep.measure(name)) for name in specs],
                [
                    "Trust (Abai Region, last year)",
                    "LSG index (less the same without policies, weeks 10 to 20, greatest)",
                    "Trust (mail: treated, less mail: control, last week)",
                ],
            )

    def test_series_that_differ_between_points_are_told(self):
        path = _sweep_sample.write_sweep(pathlib.Path(self.folder.name) / "differs.h5")
        with _sealed.File(path, "r+") as file:
            series = file["series/nation/awareness"]
            series[:] = 0.5
            series[4, 3] = numpy.nan  # a run that failed is no difference
        with kurultai.open_sweep(path) as sweep:
            self.assertTrue(sweep.differs("participation"))
            self.assertFalse(sweep.differs("awareness"))

    def test_wrong_files_and_names_are_refused(self):
        folder = pathlib.Path(self.folder.name)
        sweep = self.opened("grid")
        run = _sample.write_sample(folder / "run.h5")
        self.refuse("./kurultai sweep. writes; .*use open_run", lambda: kurultai.open_sweep(run))
        self.refuse("./kurultai run. writes; .*use open_sweep", lambda: kurultai.open_run(sweep.path))
        self.refuse("no such file", lambda: kurultai.open_sweep(folder / "none.h5"))
        self.refuse(
            "does not know", lambda: kurultai.open_result(_sweep_sample.write_sweep(folder / "odd.h5", kind="odd"))
        )
        self.refuse("did you mean 'trust'", lambda: sweep.measure("trsut"))
        self.refuse("sweep's are: reach, push", lambda: sweep.axis("rich"))
        self.refuse(r"keep_levels in \[sweep\]", lambda: sweep.level("district"))
        self.refuse("no points with reach = 9", lambda: sweep.paired("trust", "reach", 9))
        with _sealed.File(_sweep_sample.write_sweep(folder / "cut.h5"), "r+") as file:
            del file["runs"]
        self.refuse("without the group 'runs'", lambda: kurultai.open_sweep(folder / "cut.h5"))
        self.assertIsInstance(kurultai.open_result(run), kurultai.Run)


class Statistics(unittest.TestCase):
    def test_students_t(self):
        for freedom, value in ((1, 12.706), (4, 2.776), (5, 2.571), (7, 2.365), (30, 2.042), (1000, 1.962)):
            self.assertAlmostEqual(statistics.student(freedom), value, delta=0.004)

    def test_intervals_leave_out_what_is_missing(self):
        mean, low, high, count = statistics.mean_interval(numpy.array([1.0, 2.0, 3.0, numpy.nan]))
        self.assertEqual((float(mean), int(count)), (2.0, 3))
        self.assertAlmostEqual(float(high - mean), 4.303 / numpy.sqrt(3), places=3)
        self.assertAlmostEqual(float(mean - low), float(high - mean))
        self.assertTrue(numpy.isnan(statistics.mean_interval(numpy.array([1.0]))[1]))

    def test_intervals_cover(self):
        draws = numpy.random.default_rng(3).normal(2.0, 1.0, (6, 4000))
        _, low, high, _ = statistics.mean_interval(draws)
        self.assertAlmostEqual(numpy.mean((low < 2) & (high > 2)), 0.95, delta=0.015)


class Figures(WithFolder):
    def tearDown(self):
        pyplot.close("all")

    def said(self, figure, sweep):
        """Title and subtitle; the figure must draw, with the source at its foot, and its words must not leave it."""
        figure.canvas.draw()
        texts = figure.texts
        self.assertEqual(texts[-1].get_text().replace("\n", " "), sweep.source_line)
        frame = figure.bbox
        for text in itertools.chain(texts, *(axes.texts for axes in figure.axes)):
            box = text.get_window_extent()
            self.assertTrue(box.x0 >= frame.x0 - 2 and box.x1 <= frame.x1 + 2, text.get_text())
        return " ".join(text.get_text() for text in texts[:-1])

    def test_effect(self):
        sweep = self.opened("grid")
        for width in (10.5, 4.7):
            said = self.said(sweep_plots.effect(sweep, "reach", "participation", width), sweep)
            self.assertIn("Participation (last year) rises from 8.9% to 14% as reach goes from 0.1 to 0.5", said)
            self.assertIn("95% interval", said)
            self.assertIn("Mean over the same 3 settings of the other lever.", said)
        self.assertIn("No clear effect of push on trust", self.said(sweep_plots.effect(sweep, "push", "trust"), sweep))
        latin = self.opened("latin")
        self.assertIn("this is an association", self.said(sweep_plots.effect(latin, "push", "participation"), latin))

    def test_a_title_says_what_the_numbers_bear(self):
        latin = self.opened("latin")
        self.assertIn(
            "No clear effect of outreach", self.said(sweep_plots.effect(latin, "outreach", "participation"), latin)
        )
        bent = self.opened("list", bent=True)  # up and down again: its ends are alike, and its middle is not
        self.assertIn("highest with reach 0.25", self.said(sweep_plots.effect(bent, "reach", "participation"), bent))

    def test_surface(self):
        sweep = self.opened("grid")
        figure = sweep_plots.surface(sweep, "reach", "push", "participation")
        self.assertIn(
            "highest at reach 0.5 and push 0.9 (16%), lowest at reach 0.1 and push 0.2 (6.9%)", self.said(figure, sweep)
        )
        self.assertIn("7 to 8 replicates", self.said(figure, sweep))
        self.assertIn("The effect of reach is larger where push is highest", self.said(figure, sweep))
        with self.assertRaisesRegex(kurultai.ResultError, "no surface"):
            sweep_plots.surface(self.opened("latin"), "reach", "push", "participation")

    def test_levers(self):
        sweep = self.opened("grid")
        figure = sweep_plots.levers(sweep, "participation")
        self.assertIn("Reach moves participation (last year) most: +4.9 pp", self.said(figure, sweep))
        self.assertEqual(
            [label.get_text().split("\n")[0] for label in figure.axes[0].get_yticklabels()], ["reach", "push"]
        )
        latin = self.opened("latin")
        said = self.said(sweep_plots.levers(latin, "participation"), latin)
        self.assertIn("standard deviations", said)
        self.assertIn("Grey: the interval holds zero", said)

    def test_time_path(self):
        sweep = self.opened("grid")
        figure = sweep_plots.time_path(sweep, ["participation", "awareness"], "reach", width=4.7)
        said = self.said(figure, sweep)
        self.assertIn("with reach 0.5, at ", said)
        self.assertIn("the middle 90% (5% to 95%) of replicates", said.replace("\n", " "))
        said = self.said(
            sweep_plots.time_path(sweep, "turnout", "push", at={"form": _sweep_sample.FORMS[0]}, band="mean"), sweep
        )
        self.assertIn("Bands: 95% interval of the mean of replicates", said)
        with self.assertRaisesRegex(kurultai.ResultError, "choose with at={'form'"):
            sweep_plots.time_path(sweep, "turnout", "push")
        with self.assertRaisesRegex(kurultai.ResultError, "no band 'range'"):
            sweep_plots.time_path(sweep, "awareness", "push", band="range")

    def test_regions_and_strata(self):
        sweep = self.opened("grid")
        figure = sweep_plots.region_multiples(sweep, "participation", "reach")
        self.assertIn("changes most in Astana city", self.said(figure, sweep))
        self.assertEqual(sum(axes.get_visible() for axes in figure.axes), 4)
        figure = sweep_plots.who(sweep, "participation", "reach")
        self.assertIn("changes most among people not on a platform", self.said(figure, sweep))
        self.assertEqual(
            [label.get_text() for label in figure.axes[0].get_yticklabels()], list(_sweep_sample.STRATA)[1:]
        )
        rules = self.opened("rules")
        self.assertIn(
            "No stratum shows a clear change", self.said(sweep_plots.who(rules, "participation", "rule"), rules)
        )

    def test_one_command_draws_them_all(self):
        done = subprocess.run(
            [
                sys.executable,
                str(_sample.ROOT / "analysis" / "figures.py"),
                str(self.opened("grid").path),
                "--out",
                self.folder.name,
            ],
            capture_output=True,
            text=True,
            timeout=300,
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(
            {pathlib.Path(line).stem for line in done.stdout.split()},
            {f"grid0_{name}" for name in ("effect", "levers", "surface", "time", "regions", "who")},
        )


@unittest.skipIf(_sample.binary() is None, "no program")
class TheProgramsFile(WithFolder):
    """What the program writes is what this package reads."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.path = pathlib.Path(cls.folder.name) / "village.h5"
        done = subprocess.run(
            [
                _sample.binary(),
                "sweep",
                str(_sample.ROOT / "scenarios" / "sweeps" / "village.toml"),
                "--out",
                str(cls.path),
            ],
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert done.returncode == 0, done.stderr

    def test_it_opens(self):
        with kurultai.open_sweep(self.path) as sweep:
            self.assertEqual(sweep.counts, {"finished": sweep.points * sweep.replicates})
            self.assertTrue(sweep.common)
            self.assertEqual({axis.path: axis.base for axis in sweep.axes}["information.reach"], 0.25)
            self.assertEqual(sweep.grid(sweep.measures).sizes["replicate"], sweep.replicates)
            self.assertIn("share of adults", sweep.measure("participation").attrs["long_name"])
            self.assertIn("age", sweep.labels("dimension", "stratum"))
            pairs = sweep.paired("awareness", "information.reach")
            self.assertGreater(float(pairs["low"][-1]), 0)  # louder announcements reach more

    def test_effects_are_those_of_analyze(self):
        def same(path):
            done = subprocess.run(
                [_sample.binary(), "analyze", str(path), "--json"], capture_output=True, text=True, timeout=120
            )
            self.assertEqual(done.returncode, 0, done.stderr)
            compared = 0
            with kurultai.open_sweep(path) as sweep:
                for measure in json.loads(done.stdout)["measures"]:
                    for change in measure["changes"]:
                        pairs = sweep.paired(measure["name"], change["axis"])
                        axis = sweep.axis(change["axis"])
                        self.assertEqual(float(change["base"]), pairs.attrs["base"])
                        self.assertEqual(change["paired"], sweep.common)
                        one = pairs.sel({axis.name: float(change["value"])})
                        self.assertEqual(int(one["replicates"]), change["pairs"])
                        for key, name in (("mean", "change"), ("low", "low"), ("high", "high")):
                            self.assertAlmostEqual(
                                float(one[key]),
                                change[name],
                                delta=1e-6 * max(1e-3, abs(change["high"] - change["low"])),
                            )
                        compared += 1
            self.assertGreater(compared, 4)

        same(self.path)
        alone = pathlib.Path(self.folder.name) / "alone.h5"
        subprocess.run(
            [
                _sample.binary(),
                "sweep",
                str(_sample.ROOT / "scenarios" / "sweeps" / "village.toml"),
                "--set",
                "sweep.common=false",
                "--set",
                "sweep.replicates=3",
                "--out",
                str(alone),
                "--progress",
                "none",
            ],
            check=True,
            timeout=300,
        )
        same(alone)

    def test_both_engines_agree(self):
        with h5py.File(self.path) as file:
            groups = ["design", "runs", "measures", *(f"series/{name}" for name in file["series"])]
        for group in groups:
            with self.subTest(group=group), xarray.open_dataset(
                self.path, group=group, engine="netcdf4"
            ) as a, xarray.open_dataset(self.path, group=group, engine="h5netcdf") as b:
                xarray.testing.assert_equal(a, b)

    def test_the_report(self):
        done = subprocess.run(
            [sys.executable, str(_sample.ROOT / "analysis" / "report.py"), str(self.path)],
            capture_output=True,
            text=True,
            timeout=300,
        )
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("Who takes part", self.path.with_suffix(".html").read_text(encoding="utf-8"))


if __name__ == "__main__":
    unittest.main()
