"""Comparisons as a user meets them: scenarios, results, points of sweeps, and what cannot be compared."""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

import numpy
import xarray

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ["KURULTAI_BINARY"]
VILLAGE = ROOT / "scenarios" / "village.toml"
SHORT = ["--set", "run.weeks=40", "--set", "run.warmup=52"]


def call(*arguments, cwd=ROOT, **more):
    return subprocess.run([PROGRAM, *map(str, arguments)], cwd=cwd, capture_output=True, text=True, timeout=300, **more)


class Comparisons(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp())
        cls.louder = cls.folder / "louder.toml"
        cls.louder.write_text(f'extends = "{VILLAGE}"\ntitle = "Louder"\n[information]\nreach = 0.6\n')
        cls.runs = []
        for name, scenario, more in (
            ("a", VILLAGE, []),
            ("b", cls.louder, []),
            ("c", cls.louder, ["--replicate", "7"]),
        ):
            file = cls.folder / f"{name}.h5"
            done = call("run", scenario, *SHORT, *more, "--out", file, "--progress", "none")
            assert done.returncode == 0, done.stderr
            cls.runs.append(file)
        cls.sweep = cls.folder / "sweep.toml"
        cls.sweep.write_text(
            f"""
[sweep]
scenario = "{VILLAGE}"
set = ["run.weeks=40", "run.warmup=52"]
replicates = 4
keep_every = 1
[axis.announcement]
path = "information.reach"
values = [0.3, 0.6]
[measure.awareness]
"""
        )
        cls.points = cls.folder / "sweep.h5"
        done = call("sweep", cls.sweep, "--out", cls.points, "--progress", "none")
        assert done.returncode == 0, done.stderr

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def compare(self, *arguments, code=0):
        done = call("compare", *arguments, "--json", "--progress", "none")
        self.assertEqual(done.returncode, code, done.stderr)
        return json.loads(done.stdout) if code == 0 else done.stderr

    def test_two_scenarios_are_run_with_shared_luck(self):
        out = self.folder / "pairs.h5"
        found = self.compare(
            VILLAGE, self.louder, *SHORT, "--replicates", 6, "--out", out, "--margin", 0.01, "--effect", 0.05
        )
        rows = {row["measure"]: row for row in found["comparisons"]}
        aware = rows["awareness"]
        self.assertTrue(aware["paired"])
        self.assertEqual(aware["n_a"], 6)
        self.assertGreater(aware["low"], 0.05)
        self.assertEqual(aware["verdict"], "different")
        self.assertEqual(aware["needed"][0]["effect"], 0.05)
        self.assertGreaterEqual(aware["needed"][0]["replicates"], 2)
        self.assertEqual(rows["trust"]["verdict"], "equivalent")
        file = xarray.open_dataset(out, group="differences")
        self.assertAlmostEqual(float(file.difference.sel(measure="awareness")), aware["difference"])
        self.assertFalse((self.folder / "pairs.runs").exists())

    def test_the_differences_are_those_of_the_runs_themselves(self):
        # Replicate 0 of both sides is what `run` gives, and the table's mean is over weeks.
        found = self.compare(
            VILLAGE, self.louder, *SHORT, "--replicates", 2, "--series", "awareness", "--out", self.folder / "pair.h5"
        )
        row = found["comparisons"][0]
        expected = []
        for scenario in (VILLAGE, self.louder):
            values = []
            for replicate in (0, 1):
                file = self.folder / "one.h5"
                call("run", scenario, *SHORT, "--replicate", replicate, "--out", file, "--progress", "none", "--force")
                values.append(float(xarray.open_dataset(file, group="series/nation").awareness.astype(float).mean()))
            expected.append(numpy.array(values))
        self.assertAlmostEqual(row["mean_a"], expected[0].mean(), places=6)
        self.assertAlmostEqual(row["difference"], (expected[1] - expected[0]).mean(), places=6)

    def test_a_stopped_comparison_goes_on(self):
        out = self.folder / "stopped.h5"
        arguments = [
            PROGRAM,
            "compare",
            str(VILLAGE),
            str(self.louder),
            *SHORT,
            "--replicates",
            "4000",
            "--out",
            str(out),
            "--progress",
            "none",
            "--threads",
            "1",
        ]
        process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        runs = self.folder / "stopped.runs"
        for _ in range(200):
            time.sleep(0.05)
            if runs.is_dir() and sum(1 for _ in runs.iterdir()) > 8:
                break
        process.send_signal(signal.SIGTERM)
        message = process.communicate(timeout=60)[1]
        self.assertEqual(process.returncode, 143, message)
        refused = subprocess.run([*arguments, "--resume", "--set", "run.weeks=41"], capture_output=True, text=True)
        self.assertEqual(refused.returncode, 5)
        self.assertIn("weeks: now 41, before 40", refused.stderr)
        done = subprocess.run(
            [*arguments[:-8], "--replicates", "12", *arguments[-6:], "--resume"], capture_output=True, text=True
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        clean = self.folder / "clean.h5"
        self.assertEqual(
            call(
                "compare", VILLAGE, self.louder, *SHORT, "--replicates", 12, "--out", clean, "--progress", "none"
            ).returncode,
            0,
        )
        self.assertEqual(out.read_bytes(), clean.read_bytes())

    def test_two_single_runs_have_no_interval_and_it_says_so(self):
        done = call("compare", *self.runs[:2])
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("differences without intervals", done.stdout)
        self.assertIn("with the same luck", done.stdout)
        self.assertRegex(done.stdout, r"awareness .*most in week \d+ \([+-][\d.e-]+\) and in ")
        row = self.compare(*self.runs[:2], "--last", 10, "--series", "awareness")["comparisons"][0]
        a, b = (
            xarray.open_dataset(f, group="series/nation").awareness[-10:].astype(float).mean() for f in self.runs[:2]
        )
        self.assertAlmostEqual(row["difference"], float(b - a), places=6)
        self.assertIsNone(row["low"])
        weeks = xarray.open_dataset(self.runs[0], group="series/nation").sizes["week"]
        self.assertIn(
            f"60 of the {weeks + 60} weeks asked for are not there: runs have weeks 0 to {weeks - 1}",
            call("compare", *self.runs[:2], "--last", weeks + 60, "--series", "awareness").stdout,
        )
        self.assertNotIn("asked for", call("compare", *self.runs[:2], "--last", weeks, "--series", "awareness").stdout)
        self.assertIn("each with luck of its own", call("compare", self.runs[0], self.runs[2]).stdout)

    def test_regions_and_labels(self):
        rows = self.compare(*self.runs[:2], "--by", "region", "--series", "awareness")["comparisons"]
        regions = list(xarray.open_dataset(self.runs[0], group="series/region").region.values)
        self.assertEqual([row["region"] for row in rows], regions)
        out = self.folder / "regions.h5"
        self.compare(*self.runs[:2], "--by", "region", "--out", out)
        self.assertEqual(
            xarray.open_dataset(out, group="differences").difference.dims[0],
            "region" if len(regions) > 0 else "measure",
        )

    def swept(self, name, values, measure="[measure.awareness]", path="information.reach"):
        file = self.folder / f"{name}.toml"
        file.write_text(
            self.sweep.read_text()
            .replace("values = [0.3, 0.6]", f"values = {values}")
            .replace("[measure.awareness]", measure)
            .replace('path = "information.reach"', f'path = "{path}"')
        )
        done = call("sweep", file, "--out", self.folder / f"{name}.h5", "--progress", "none")
        self.assertEqual(done.returncode, 0, done.stderr)
        return self.folder / f"{name}.h5"

    def test_points_of_two_sweeps_are_matched_by_the_values_of_their_axes(self):
        found = self.compare(self.points, self.swept("turned", [0.6, 0.3]))
        self.assertEqual(
            [row["point"] for row in found["comparisons"]], ["point 0 (announcement 0.3)", "point 1 (announcement 0.6)"]
        )
        for row in found["comparisons"]:
            self.assertTrue(row["paired"])
            self.assertEqual(row["difference"], 0)
        self.assertNotIn("notes", found)
        other = self.swept("other", [0.45, 0.6])
        found = self.compare(self.points, other)
        self.assertEqual([row["point"] for row in found["comparisons"]], ["point 1 (announcement 0.6)"])
        self.assertEqual(found["comparisons"][0]["difference"], 0)
        self.assertEqual(
            found["notes"],
            [
                "one point of A has no match in B: point 0 (announcement 0.3)",
                "one point of B has no match in A: point 0 (announcement 0.45)",
            ],
        )
        self.assertIn("B has no point of its values", self.compare(self.points, other, "--point", 0, code=2))
        self.assertIn(
            "no point of A has the values of a point of B", self.compare(self.points, self.swept("far", [0.1]), code=2)
        )
        self.assertIn(
            "the axes of A and B move different parameters",
            self.compare(self.points, self.swept("moved", [0.3, 0.6], path="information.site"), code=2),
        )

    def test_a_series_that_is_named_twice_is_shown_once(self):
        found = self.compare(self.runs[0], self.runs[1], "--series", "trust", "--series", "trust")
        self.assertEqual(len(found["comparisons"]), 1)

    def test_measures_that_are_defined_differently_are_left_out_and_named(self):
        both = "[measure.awareness]\nfirst = -10\n[measure.trust]"
        found = self.compare(self.points, self.swept("late", [0.3, 0.6], both), code=2)
        self.assertIn("the sweeps have no measure in common", found)
        first, second = self.swept("one", [0.3], "[measure.awareness]\n[measure.trust]"), self.swept("two", [0.3], both)
        found = self.compare(first, second)
        self.assertEqual([row["measure"] for row in found["comparisons"]], ["trust"])
        self.assertIn("measure 'awareness' is left out", found["notes"][0])

    def test_both_sides_are_looked_at_over_the_same_weeks(self):
        longer = self.folder / "longer.h5"
        self.assertEqual(
            call(
                "run", VILLAGE, "--set", "run.weeks=60", "--set", "run.warmup=52", "--out", longer, "--progress", "none"
            ).returncode,
            0,
        )
        for a, b in ((self.runs[0], longer), (longer, self.runs[0])):
            found = self.compare(a, b, "--series", "trust", "--last", 10)
            self.assertEqual(found["comparisons"][0]["difference"], 0)  # the longer run begins as the shorter one
            self.assertTrue(any("both are looked at up to week 39" in note for note in found["notes"]))
        forms = self.folder / "forms.h5"
        self.assertEqual(
            call("compare", *self.runs[:2], "--series", "turnout@form=gathering", "--out", forms).returncode, 0
        )
        self.assertIn(
            "did you mean 'gathering'", call("compare", *self.runs[:2], "--series", "turnout@form=gatherin").stderr
        )

    def test_points_of_a_sweep(self):
        stored = self.compare(self.points, "--point", 0, "--point", 1)["comparisons"]
        self.assertEqual([row["measure"] for row in stored], ["awareness"])
        self.assertTrue(stored[0]["paired"])
        again = self.compare(self.points, "--point", 0, "--point", 1, "--series", "awareness")["comparisons"]
        self.assertAlmostEqual(again[0]["difference"], stored[0]["difference"], places=9)
        file = xarray.open_dataset(self.points, group="measures").awareness
        self.assertAlmostEqual(stored[0]["difference"], float((file[1] - file[0]).mean()), places=9)
        same = self.compare(self.points, self.points)["comparisons"]
        self.assertEqual(len(same), 2)
        self.assertTrue(all(row["difference"] == 0 for row in same))
        self.assertIn("announcement 0.6", call("compare", self.points, self.points).stdout)

    def test_sweeps_without_shared_luck_are_not_paired(self):
        other = self.folder / "other.h5"
        done = call("sweep", self.sweep, "--out", other, "--progress", "none", "--set", "sweep.seed=9", "--force")
        self.assertEqual(done.returncode, 0, done.stderr)
        rows = self.compare(self.points, other)["comparisons"]
        self.assertFalse(rows[0]["paired"])
        self.assertIn("Welch", call("compare", self.points, other).stdout)

    def test_runs_of_unlike_length_say_so(self):
        longer = self.folder / "longer.h5"
        self.assertEqual(
            call("run", VILLAGE, *SHORT, "--weeks", "44", "--out", longer, "--progress", "none").returncode, 0
        )
        told = call("compare", self.runs[0], longer).stdout
        self.assertIn("unlike (weeks 40 and 44)", told)
        self.assertNotIn("same luck", told)
        self.assertEqual(self.compare(self.runs[0], longer)["caveat"], "weeks 40 and 44")
        self.assertNotIn("caveat", self.compare(*self.runs[:2]))

    def test_what_cannot_be_compared(self):
        calibration = self.folder / "calibration.h5"
        self.compare(*self.runs[:2], "--out", calibration)
        for arguments, code, words in (
            ([VILLAGE], 2, "nothing to compare it with"),
            ([self.runs[0]], 2, "nothing to compare it with"),
            ([VILLAGE, self.runs[0]], 2, "a scenario and a result"),
            ([self.runs[0], self.points], 2, "not of one kind"),
            ([calibration, calibration], 2, "a comparison cannot be compared"),
            ([self.points, "--point", 0, "--point", 7], 2, "no such point"),
            ([*self.runs[:2], "--series", "awarenes"], 2, "did you mean 'awareness'?"),
            ([VILLAGE, self.louder, "--series", "awarenes"], 2, "awareness"),
            ([*self.runs[:2], "--series", "turnout@form=gatherin"], 2, "did you mean 'gathering'"),
            ([*self.runs[:2], "--series", "turnout"], 2, "form=..."),
            ([*self.runs[:2], "--by", "planet"], 2, "region"),
            ([*self.runs[:2], "--margin", 0], 2, "not a number from 1e-300"),
            ([*self.runs[:2], "--last", 0], 2, "from 1 to 5200"),
            ([*self.runs[:2], "--set", "run.weeks=3"], 2, "compare the scenarios"),
            ([VILLAGE, self.louder, "--replicates", 1], 2, "from 2 to"),
            ([self.folder / "none.h5", self.runs[0]], 5, "none.h5"),
            ([self.folder / "none.toml", VILLAGE], 3, "none.toml"),
        ):
            with self.subTest(arguments=arguments):
                done = call("compare", *arguments, "--progress", "none", cwd=self.folder)
                self.assertEqual(done.returncode, code, done.stderr)
                self.assertIn(words, done.stderr)
                self.assertEqual(done.stdout, "")


if __name__ == "__main__":
    unittest.main()
