"""Planning as a user meets it: seconds for a hundred thousand points, honest about memory, with the notes of
`check`."""
import os
import pathlib
import resource
import shutil
import subprocess
import tempfile
import unittest

import h5py

from _surroundings import SLOWER

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ["KURULTAI_BINARY"]

VILLAGE = 'extends = "{root}/scenarios/village.toml"\n[run]\nweeks = 60\nwarmup = 4\n'
# 64 GB: 200 million residents.
HUGE = '[society]\nsource = "plain"\ncommunities = 1000\npeople = 2e5\n[run]\nscale = 1.0\n'
SLOWEST = 10 * SLOWER  # seconds of processor time
AXIS = '[axis.reach]\npath = "information.reach"\nvalues = [0.3]\n'
POLICY = '[policy.p]\nlever = "information.reach"\ndose = 0.1\n'


def call(*arguments, seconds=300):
    return subprocess.run([PROGRAM, *map(str, arguments)], cwd=ROOT, capture_output=True, text=True, timeout=seconds)


def processor_time(*arguments):
    """A call, and the seconds of processor time it took."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = call(*arguments)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return done, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


class Planning(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.out = self.folder / "out.h5"
        self.village = self.write("village.toml", VILLAGE.format(root=ROOT))

    def tearDown(self):
        shutil.rmtree(self.folder)

    def write(self, name, text):
        file = self.folder / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
        return file

    def test_a_hundred_thousand_points_take_seconds(self):
        # Promised are two; slow machines and sanitizers get more. A model a point took half an hour.
        latin = self.write(
            "latin.toml",
            (
                f'[sweep]\nscenario = "{ROOT}/scenarios/kazakhstan.toml"\ndesign = "latin"\npoints ='
                ' 100000\n[axis.reach]\npath = "information.reach"\nlow = 0.1\nhigh = 0.9\n[axis.scale]\npath ='
                ' "run.scale"\nlow = 0.001\nhigh = 0.1\n[axis.learning]\npath = "exchange.rate"\nlow = 0.01\nhigh ='
                ' 0.2\n'
            ),
        )
        done, seconds = processor_time("sweep", latin, "--dry-run")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("100000 points", done.stdout)
        self.assertIn("runs         1000000, in 100000 societies", done.stdout)
        self.assertLess(seconds, 3 * SLOWEST)
        self.write(
            "points.csv",
            "reach,end\n"
            + "".join(
                f"{1.5 if k == 70000 else 0.1 + k / 1e6},{-7 if k == 80000 else 10 if k == 50000 else 20 + k % 900}\n"
                for k in range(100000)
            ),
        )
        self.write("base.toml", VILLAGE.format(root=ROOT) + POLICY + "start = 15\n")
        doses = self.write(
            "doses.toml",
            (
                '[sweep]\nscenario = "base.toml"\ndesign = "latin"\npoints = 100000\nreplicates = 2\n[axis.dose]\npath'
                ' = "policy.p.dose"\nlow = 0.1\nhigh = 0.2\n'
            ),
        )
        done, seconds = processor_time("sweep", doses, "--dry-run")
        self.assertEqual(done.returncode, 0, done.stderr)
        # Of 4 weeks of warm-up and 60 more the policy leaves 19 as they are, at all points.
        self.assertIn(f"weeks        {2 * (19 + 100000 * 45)} of {2 * 100000 * 64}, or 0.70", done.stdout)
        self.assertLess(seconds, 3 * SLOWEST)
        table = self.write(
            "table.toml",
            (
                '[sweep]\nscenario = "base.toml"\ndesign = "csv"\ntable = "points.csv"\n'
                '[axis.reach]\npath = "information.reach"\n[axis.end]\npath = "policy.p.end"\n'
            ),
        )
        done, seconds = processor_time("sweep", table, "--dry-run")
        self.assertEqual(done.returncode, 4, done.stderr)
        for line in ("points.csv:50002", "points.csv:70002", "points.csv:80002"):
            self.assertIn(line, done.stderr)
        self.assertLess(seconds, 3 * SLOWEST)

    def test_what_does_not_fit_is_told_by_plans_and_refused_by_runs(self):
        plain = self.write("huge.toml", HUGE + POLICY + "[form.meeting]\nperiod = 4\n")
        sweep = self.write(
            "sweep.toml",
            (
                '[sweep]\nscenario = "huge.toml"\nreplicates = 2\n[axis.reach]\npath = "information.reach"\nvalues ='
                ' [0.1, 0.2]\n[measure.participation]\n'
            ),
        )
        calibration = self.write(
            "calibration.toml",
            (
                '[sweep]\nscenario = "huge.toml"\n[axis.reach]\npath = "information.reach"\nlow = 0.1\nhigh ='
                ' 0.2\n[measure.participation]\n[target.participation]\nvalue = 0.1\nsd = 0.1\n[calibration]\nparticles'
                ' = 40\n'
            ),
        )
        for plan in (
            ("check", plain),
            ("sweep", sweep, "--dry-run"),
            ("compare", plain, plain, "--dry-run"),
            ("calibrate", calibration, "--dry-run"),
            ("slurm", sweep, "--out", self.out),
        ):
            done, seconds = processor_time(*plan)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("more than this machine has (", done.stdout)
            self.assertLess(seconds, SLOWEST)
        for run in (
            ("run", plain),
            ("sweep", sweep),
            ("compare", plain, plain),
            ("calibrate", calibration),
            ("sweep", sweep, "--shard", "1/2"),
        ):
            done, seconds = processor_time(*run, "--out", self.out)
            self.assertEqual(done.returncode, 7, done.stderr)
            self.assertIn("run.scale", done.stderr)
            self.assertLess(seconds, SLOWEST)
        done = call("describe", "network", plain)
        self.assertEqual(done.returncode, 7, done.stderr)
        self.assertFalse(self.out.exists())

    def test_what_no_machine_can_hold_is_invalid(self):
        plain = self.write("beyond.toml", HUGE.replace("communities = 1000", "communities = 100000"))
        sweep = self.write(
            "sweep.toml",
            (
                '[sweep]\nscenario = "beyond.toml"\n[axis.reach]\npath = "information.reach"\nvalues = [0.1,'
                ' 0.2]\n[measure.participation]\n'
            ),
        )
        for verb in (
            ("check", plain),
            ("run", plain, "--out", self.out),
            ("compare", plain, plain, "--out", self.out),
            ("compare", plain, plain, "--dry-run"),
            ("sweep", sweep, "--dry-run"),
            ("sweep", sweep, "--out", self.out),
            ("slurm", sweep, "--out", self.out),
            ("describe", "network", plain),
        ):
            done, seconds = processor_time(*verb)
            self.assertEqual(done.returncode, 3, (verb, done.stderr))
            self.assertIn("more than the program can name", done.stderr)
            self.assertLess(seconds, SLOWEST)

    def test_an_option_for_memory_that_is_too_small_is_refused(self):
        sweep = self.write(
            "sweep.toml", f'[sweep]\nscenario = "village.toml"\nreplicates = 2\n{AXIS}[measure.participation]\n'
        )
        for run in (("sweep", sweep), ("compare", self.village, self.village)):
            done = call(*run, "--memory", "0.001", "--out", self.out)
            self.assertEqual(done.returncode, 7, done.stderr)
            self.assertIn("raise --memory", done.stderr)

    def test_notes_are_told_by_every_verb_that_plans_or_runs(self):
        late = self.write(
            "late.toml",
            VILLAGE.format(root=ROOT)
            + POLICY
            + 'start = 100\n[policy.c]\nlever = "information.reach"\ntypes = ["city"]\n',
        )
        sweep = self.write(
            "sweep.toml",
            (
                '[sweep]\nscenario = "late.toml"\nreplicates = 1\n[axis.dose]\npath = "policy.p.dose"\nvalues = [0.1,'
                ' 0.2]\n[measure.participation]\n'
            ),
        )
        calls = [
            ("check", late),
            ("sweep", sweep, "--dry-run"),
            ("compare", late, self.village, "--dry-run"),
            ("slurm", sweep, "--out", self.out),
            ("run", late, "--out", self.folder / "run.h5"),
            ("compare", late, self.village, "--out", self.folder / "c.h5", "--replicates", 2, "--progress", "none"),
            ("sweep", sweep, "--out", self.folder / "s.h5"),
            ("sweep", sweep, "--out", self.folder / "t.h5", "--shard", "1/2", "--progress", "json"),
            ("rerun", self.folder / "s.h5", "--run", 0, "--out", self.folder / "r.h5"),
        ]
        for arguments in calls:
            done = call(*arguments)
            self.assertEqual(done.returncode, 0, (arguments, done.stderr))
            self.assertIn(
                "policy.p begins in week 100 and the run ends with week 59: it does nothing",
                done.stdout + done.stderr,
                arguments,
            )
            self.assertIn(
                "policy.c treats nobody: no community meets its conditions", done.stdout + done.stderr, arguments
            )

    def test_scenarios_of_one_name_stand_side_by_side(self):
        self.write("a/base.toml", VILLAGE.format(root=ROOT))
        self.write("b/base.toml", VILLAGE.format(root=ROOT) + POLICY.replace("0.1", "0.9"))
        sweep = self.write(
            "sweep.toml",
            '[sweep]\nscenarios = ["a/base.toml", "b/base.toml"]\nreplicates = 2\nkeep_levels = ["nation"]\n'
            + AXIS
            + '[measure.one]\nseries = "participation"\nlevel = "a/base.nation"\n[measure.other]\nseries ='
            ' "participation"\nlevel = "b/base.nation"\n',
        )
        done = call("sweep", sweep, "--out", self.out)
        self.assertEqual(done.returncode, 0, done.stderr)
        with h5py.File(self.out) as f:
            self.assertIn("participation", f["series/a/base.nation"])
            self.assertFalse((f["measures/one"][...] == f["measures/other"][...]).all())
        self.assertEqual(call("show", self.out).returncode, 0)
        self.assertEqual(call("rerun", self.out, "--run", 1, "--out", self.folder / "r.h5").returncode, 0)
        self.assertIn(
            "compare-a-base-b-base.h5",
            call("compare", self.folder / "a/base.toml", self.folder / "b/base.toml", "--dry-run").stdout,
        )
        self.write("sweep.toml", sweep.read_text().replace("b/base.toml", "a/../a/base.toml"))
        self.assertEqual(call("sweep", sweep, "--dry-run").returncode, 3)

    def test_what_verbs_decide_themselves_cannot_be_set(self):
        sweep = self.write("sweep.toml", f'[sweep]\nscenario = "village.toml"\n{AXIS}[measure.participation]\n')
        for path in ("run.seed=42", "run.replicate=1", 'output.levels=["nation"]', "output.every=2"):
            done = call("sweep", sweep, "--dry-run", "--set", f"sweep.set=['{path}']")
            self.assertEqual(done.returncode, 3, done.stderr)
            self.assertIn("use sweep.", done.stderr)
        for path in ("run.seed=42", "run.replicate=1", 'output.levels=["region"]'):
            done = call("compare", self.village, self.village, "--dry-run", "--set", path)
            self.assertEqual(done.returncode, 2, done.stderr)

    def test_a_point_whose_first_runs_fail_gets_no_more(self):
        sweep = self.write(
            "sweep.toml",
            (
                '[sweep]\nmodel = "idle"\nset = ["idle.fails_from=2", "idle.noise=1"]\nreplicates = 3\n[axis.x]\npath ='
                ' "idle.x"\nvalues = [1, 3]\n[measure.y]\n[precision]\nmeasure = "y"\nhalf_width = 0.2\nstep ='
                ' 10\nat_most = 60\n'
            ),
        )
        done = call("sweep", sweep, "--out", self.out)
        self.assertEqual(done.returncode, 6, done.stderr)
        with h5py.File(self.out) as f:
            status = f["runs/status"][...]
            self.assertGreater((status[0] == 1).sum(), 10, "the other point goes on")
            self.assertEqual((status[1] == 2).sum(), 3)

    def test_runs_have_numbers_of_64_bits(self):
        sweep = self.write(
            "sweep.toml",
            (
                '[sweep]\nmodel = "ishigami"\ndesign = "latin"\npoints = 3000\nreplicates = 2\n[axis.x]\npath ='
                ' "ishigami.x1"\nlow = -1\nhigh = 1\n[measure.y]\n[precision]\nmeasure = "y"\nhalf_width = 1e9\nat_most'
                ' = 1000000\n'
            ),
        )
        done = call("sweep", sweep, "--out", self.out, "--progress", "none")
        self.assertEqual(done.returncode, 0, done.stderr)
        with h5py.File(self.out) as f:
            last = int(f["runs/run"][-1, -1])
        self.assertEqual(last, 2999 * 1000000 + 1)
        done = call("rerun", self.out, "--run", last, "--out", self.folder / "r.h5")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("the same bits", done.stderr)


if __name__ == "__main__":
    unittest.main()
