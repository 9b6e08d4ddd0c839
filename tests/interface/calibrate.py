"""Calibrations as a user meets them: what is printed and kept, kills and resumes, messages for what is wrong."""
import os
import pathlib
import random
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

import xarray

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ["KURULTAI_BINARY"]

# y_t = level e^(-rate t); the targets are those of level 4, rate 0.2.
DECAY = """
[sweep]
model = "decay"
set = ["decay.noise=0.2"]

[axis.level]
path = "decay.level"
low = 1
high = 10
spacing = "log"

[axis.rate]
path = "decay.rate"
low = 0
high = 1

[measure.early]
series = "y"
last = 0

[measure.late]
series = "y"
first = 5
last = 5

[target.early]
value = 4.0
sd = 0.1
source = "made up"

[target.late]
value = 1.47
sd = 0.1

[calibration]
particles = 120
generations = 6
predictive = 40
"""

# y = x, at leisure: 460 runs of some milliseconds, to be killed and stopped.
SLOW = """
[sweep]
model = "idle"
set = ["idle.noise=0.05", "idle.seconds={seconds}"]
[axis.level]
path = "idle.x"
low = 0
high = 1
[measure.y]
[target.y]
value = 0.7
sd = 0.05
[calibration]
particles = 120
generations = 6
predictive = 40
"""


def call(*arguments, cwd=ROOT, **more):
    return subprocess.run([PROGRAM, *map(str, arguments)], cwd=cwd, capture_output=True, text=True, timeout=300, **more)


class Calibrations(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())

    def tearDown(self):
        shutil.rmtree(self.folder)

    def write(self, text, name="decay.toml"):
        file = self.folder / name
        file.write_text(text)
        return file

    def test_the_posterior_is_found_printed_and_kept(self):
        file = self.write(DECAY)
        out = self.folder / "out.h5"
        done = call("calibrate", file, "--out", out, "--progress", "line")
        self.assertEqual(done.returncode, 0, done.stderr)
        for text in ("decay.level", "decay.rate", " met\n", 'set = ["decay.level='):
            self.assertIn(text, done.stdout)
        self.assertIn("generation 1:", done.stderr)
        self.assertEqual(sorted(p.name for p in self.folder.iterdir()), ["decay.toml", "out.h5"])
        parameters = xarray.open_dataset(out, group="parameters")
        for name, truth in (("level", 4.0), ("rate", 0.2)):
            row = parameters.sel(parameter=name)
            self.assertLess(float(row.low), truth)
            self.assertGreater(float(row.high), truth)
            self.assertGreater(float(row.shrinkage), 0.5)
        self.assertEqual(parameters.correlation.dims, ("parameter", "other_parameter"))
        posterior = xarray.open_dataset(out, group="posterior")
        self.assertAlmostEqual(float(posterior.weight.sum()), 1.0, places=9)
        self.assertTrue(((posterior.level >= 1) & (posterior.level <= 10)).all())
        self.assertLess(abs(float((posterior.late * posterior.weight).sum()) - 1.47), 0.3)
        generations = xarray.open_dataset(out, group="generations")
        self.assertLess(float(generations.tolerance[-1]), float(generations.tolerance[0]) / 2)
        targets = xarray.open_dataset(out, group="targets")
        self.assertEqual(list(targets.target.values), ["early", "late"])
        self.assertEqual(xarray.open_dataset(out).attrs["kind"], "calibration")
        self.assertEqual(call("show", out).returncode, 0)

    def test_kills_and_resumes_give_the_same_bytes_on_any_threads(self):
        file = self.write(SLOW.format(seconds=0.003))
        clean = self.folder / "clean.h5"
        self.assertEqual(call("calibrate", file, "--out", clean, "--progress", "none", "--threads", "1").returncode, 0)
        out = self.folder / "killed.h5"
        moment = random.Random(5)
        kills = 0
        for attempt in range(40):
            process = subprocess.Popen(
                [
                    PROGRAM,
                    "calibrate",
                    str(file),
                    "--out",
                    str(out),
                    "--progress",
                    "none",
                    "--resume",
                    "--threads",
                    str(1 + attempt % 2),
                ],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
            )
            try:
                if kills < 8:
                    process.wait(0.05 + moment.random() * 0.5)
                message = process.communicate(timeout=300)[1]
                self.assertEqual(process.returncode, 0, message)
                break
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate()
                kills += 1
        self.assertGreater(kills, 1, "the machine is too fast for this test")
        self.assertEqual(out.read_bytes(), clean.read_bytes())
        self.assertFalse((self.folder / "killed.runs").exists())

    def test_a_polite_stop_says_how_to_go_on_and_a_changed_target_is_refused(self):
        file = self.write(SLOW.format(seconds=0.05))
        out = self.folder / "out.h5"
        process = subprocess.Popen(
            [PROGRAM, "calibrate", str(file), "--out", str(out), "--progress", "none"],
            stderr=subprocess.PIPE,
            text=True,
        )
        runs = self.folder / "out.runs"
        for _ in range(200):
            time.sleep(0.05)
            if runs.is_dir() and sum(1 for _ in runs.iterdir()) > 8:
                break
        process.send_signal(signal.SIGTERM)
        message = process.communicate(timeout=60)[1]
        self.assertEqual(process.returncode, 143, message)
        self.assertIn("--resume", message)
        again = call("calibrate", file, "--out", out, "--progress", "none")
        self.assertEqual(again.returncode, 5)
        changed = call(
            "calibrate", file, "--out", out, "--progress", "none", "--resume", "--set", "target.y.value=0.75"
        )
        self.assertEqual(changed.returncode, 5)
        self.assertIn("target.y", changed.stderr)
        self.assertIn("0.75", changed.stderr)

    def test_failed_runs_are_counted_and_told(self):
        file = self.write(
            """
[sweep]
model = "idle"
set = ["idle.fails_from=0.6"]
[axis.level]
path = "idle.x"
low = 0
high = 1
[measure.y]
[target.y]
value = 0.3
sd = 0.02
[calibration]
particles = 60
generations = 3
predictive = 10
"""
        )
        done = call("calibrate", file, "--out", self.folder / "out.h5", "--progress", "none")
        self.assertEqual(done.returncode, 6, done.stderr)
        self.assertIn("runs failed", done.stderr)
        self.assertIn("infinitely far", done.stdout)
        generations = xarray.open_dataset(self.folder / "out.h5", group="generations")
        self.assertEqual(int(generations.failed[0]), 24)
        again = call("calibrate", file, "--out", self.folder / "out.h5", "--progress", "none", "--resume")
        self.assertEqual(again.returncode, 6, again.stderr)
        hopeless = call(
            "calibrate",
            file,
            "--out",
            self.folder / "none.h5",
            "--progress",
            "none",
            "--set",
            "sweep.set=['idle.fails_from=0.01']",
        )
        self.assertEqual(hopeless.returncode, 6)
        self.assertIn("particles have a distance", hopeless.stderr)
        self.assertFalse((self.folder / "none.h5").exists())

    def test_what_is_wrong_is_said_with_its_place(self):
        for change, code, words in (
            (("[target.late]", "[target.later]"), 3, ["decay.toml:", "did you mean 'late'?"]),
            (("sd = 0.1\nsource", "source"), 3, ["decay.toml:", "has no sd"]),
            (("value = 1.47\n", ""), 3, ["decay.toml:", "has no value"]),
            (('path = "decay.rate"', 'path = "decay.rats"'), 3, ["decay.toml:", "did you mean 'decay.rate'?"]),
            (("low = 0\nhigh = 1\n", "values = [0, 1]\n"), 3, ["decay.toml:", "lists values"]),
            (("low = 0\nhigh = 1\n", "low = 1\nhigh = 0\n"), 3, ["decay.toml:", "low is above high"]),
            (
                ('model = "decay"', 'model = "decay"\ndesign = "grid"'),
                3,
                ["decay.toml:", "means nothing in a calibration"],
            ),
            (("sd = 0.1", "sd = -0.1"), 3, ["decay.toml:", "sd"]),
            (("particles = 120", "particles = 5"), 3, ["decay.toml:", "particles"]),
            (("particles = 120", "particels = 120"), 3, ["decay.toml:", "did you mean 'particles'?"]),
            (("[measure.late]\nseries = \"y\"", "[measure.late]\nseries = \"z\""), 3, ["'z'"]),
        ):
            with self.subTest(change=change):
                self.assertIn(change[0], DECAY)
                done = call(
                    "calibrate",
                    self.write(DECAY.replace(*change, 1)),
                    "--out",
                    self.folder / "out.h5",
                    "--progress",
                    "none",
                )
                self.assertEqual(done.returncode, code, done.stderr)
                for word in words:
                    self.assertIn(word, done.stderr)
                self.assertEqual([p.name for p in self.folder.iterdir()], ["decay.toml"])
        swept = call("sweep", self.write(DECAY), "--out", self.folder / "out.h5", "--progress", "none")
        self.assertEqual(swept.returncode, 3)
        self.assertIn("[target]", swept.stderr)

    def test_a_dry_run_runs_nothing(self):
        done = call("calibrate", self.write(DECAY), "--out", self.folder / "out.h5", "--dry-run")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("120 in the first generation, at most 460 in all", done.stdout)
        self.assertEqual([p.name for p in self.folder.iterdir()], ["decay.toml"])

    def test_the_example_is_valid(self):
        done = call("calibrate", ROOT / "scenarios/sweeps/calibrate_village.toml", "--dry-run")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("information.reach between 0.05 and 0.95", done.stdout)


if __name__ == "__main__":
    unittest.main()
