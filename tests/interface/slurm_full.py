"""Sweeps on a real Slurm on this host (_slurm_host.py): whatever happens to the jobs, the last file is the one that a
single call makes. Skipped, saying why, where there is no Slurm and none may be installed."""
import os
import pathlib
import shutil
import subprocess
import tempfile
import time
import unittest

from _slurm_host import SlurmHost, why_not

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ["KURULTAI_BINARY"]

# 60 runs, of a few milliseconds in the village, of a third of a second in a five-hundredth of the country.
SWEEP = """
[sweep]
scenario = "{root}/scenarios/{scenario}.toml"
set = ["run.warmup=52", "run.weeks={weeks}", "run.scale={scale}"]
replicates = 6
keep_every = 52

[axis.announcement]
path = "information.reach"
values = [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]

[measure.participation]
"""


class OnSlurm(unittest.TestCase):
    slurm = None

    @classmethod
    def setUpClass(cls):
        reason = why_not()
        if reason:
            print(f"skipped: {reason}")
            raise unittest.SkipTest(reason)
        cls.references = pathlib.Path(tempfile.mkdtemp())
        cls.addClassCleanup(shutil.rmtree, cls.references)
        cls.calls = {}  # of the program, by the file they make
        cls.addClassCleanup(cls.end_calls)
        cls.slurm = SlurmHost()
        cls.addClassCleanup(cls.slurm.__exit__)
        cls.slurm.__enter__()

    @classmethod
    def end_calls(cls):
        for call in cls.calls.values():
            call.kill()
            call.wait()

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp()) / "a place"
        self.folder.mkdir()
        self.addCleanup(shutil.rmtree, self.folder.parent)
        self.addCleanup(self.slurm.call, "scancel", "--full", "--signal=KILL", f"--user={os.geteuid()}", check=False)
        self.sweep = self.folder / "sweep.toml"
        self.out = self.folder / "out.h5"
        self.runs = self.folder / "out.runs"
        self.scripts = self.folder / "out.slurm"

    def program(self, *arguments):
        done = subprocess.run(
            [PROGRAM, *map(str, arguments)], cwd=self.folder, capture_output=True, text=True, timeout=300, check=False
        )
        self.assertEqual(done.returncode, 0, done.stderr)

    def prepare(self, scenario, scale, weeks, *sets, bundles=4):
        """Writes sweep and scripts, and begins the one call that makes the reference: once for all tests, beside their
        jobs."""
        text = SWEEP.format(root=ROOT, scenario=scenario, scale=scale, weeks=weeks)
        self.sweep.write_text(text)
        sets = [word for text in sets for word in ("--set", text)]
        self.program("slurm", self.sweep, "--out", self.out, "--jobs", bundles, "--cpus", 1, "--memory", 1, *sets)
        # A result says where its sweep stands, as seen from it: beside it, here too.
        place = self.references / f"{scenario}{weeks}"
        self.reference = place / "out.h5"
        if self.reference not in self.calls:
            place.mkdir()
            (place / "sweep.toml").write_text(text)
            self.calls[self.reference] = subprocess.Popen(
                [
                    *[PROGRAM, "sweep", place / "sweep.toml", "--out", self.reference],
                    *["--threads", "1", "--progress", "none", *sets],
                ],
                stdout=subprocess.DEVNULL,
            )

    def submit(self, *options):
        """The numbers of the job array and of the merge job."""
        said = self.slurm.call(self.scripts / "submit.sh", *options)
        array, merge = (line.split()[-1] for line in said.splitlines())
        return array, merge

    def wait_for_runs(self, n):
        self.slurm.wait(lambda: len(list(self.runs.glob("[0-9]*.run"))) >= n, 180, f"there were no {n} runs")

    def wait_for_all(self, seconds=300):
        self.slurm.wait(lambda: not self.slurm.waiting(), seconds, "jobs did not end")

    def state(self, job):
        return self.slurm.job(job).get("JobState")

    def logs(self):
        return "\n".join(f"--- {log.name}\n{log.read_text()}" for log in sorted(self.scripts.glob("*.log")))

    def assert_like_one_call(self):
        """And nothing but the result, the scripts and their logs is left."""
        self.assertTrue(self.out.exists(), self.logs())
        self.assertEqual(self.calls[self.reference].wait(), 0)
        self.assertEqual(self.out.read_bytes(), self.reference.read_bytes())
        self.assertFalse(self.runs.exists(), self.logs())

    def test_bundles_and_their_merge(self):
        self.prepare("village", 1, 100)
        array, merge = self.submit()
        self.wait_for_all()
        for job in [f"{array}_{i}" for i in range(1, 5)] + [merge]:
            self.assertEqual(self.state(job), "COMPLETED", self.logs())
        self.assert_like_one_call()

    def test_a_killed_bundle_is_missing_until_it_is_submitted_again(self):
        self.prepare("kazakhstan", 0.002, 40)
        array, merge = self.submit()
        self.wait_for_runs(4)
        self.slurm.call("scancel", "--full", "--signal=KILL", f"{array}_2")
        self.wait_for_all()
        self.assertNotEqual(self.state(f"{array}_2"), "COMPLETED")
        self.assertEqual(self.state(f"{array}_1"), "COMPLETED")
        self.assertEqual((self.state(merge), self.slurm.job(merge)["ExitCode"]), ("FAILED", "6:0"), self.logs())
        self.assertIn("missing", (self.scripts / "merge.log").read_text())
        self.assertTrue(self.runs.exists())
        _, merge = self.submit()
        self.wait_for_all()
        self.assertEqual(self.state(merge), "COMPLETED", self.logs())
        self.assert_like_one_call()

    def test_a_cancelled_array_goes_on(self):
        self.prepare("kazakhstan", 0.002, 40)
        array, _ = self.submit()
        self.wait_for_runs(6)
        again = subprocess.run(
            [self.scripts / "submit.sh"], env=self.slurm.environment, capture_output=True, text=True, check=False
        )
        self.assertEqual(again.returncode, 1)
        self.assertIn("still in the queue", again.stderr)
        self.slurm.call("scancel", array)
        self.wait_for_all()
        self.assertEqual(self.state(f"{array}_1"), "CANCELLED")
        left = len(list(self.runs.glob("[0-9]*.run")))
        self.assertTrue(6 <= left < 60, f"{left} runs")
        self.assertTrue(
            list(self.runs.glob("*.checkpoint")), "what ran when it was cancelled left its checkpoint\n" + self.logs()
        )
        self.submit()
        self.wait_for_all()
        self.assert_like_one_call()

    def test_the_queue_is_not_believed(self):
        self.prepare("village", 1, 100)
        array = self.slurm.call("sbatch", "--parsable", f"--chdir={self.scripts}", self.scripts / "bundles.sh")
        self.wait_for_all()
        for i in range(1, 5):
            self.assertEqual(self.state(f"{array}_{i}"), "COMPLETED", self.logs())
        files = sorted(self.runs.glob("[0-9]*.run"))
        self.assertEqual(len(files), 60)
        for file in files[10:50:7]:
            file.unlink()
        self.submit()
        self.wait_for_all()
        self.assert_like_one_call()

    def test_a_bundle_whose_time_is_nearly_up_goes_back_into_the_queue(self):
        # Slurm looks at limits twice a minute and warns up to a minute early: here after half a minute. One run that
        # takes more than twice as long on this machine, as it is now.
        def seconds(weeks):
            begin = time.monotonic()
            self.program(
                "run",
                ROOT / "scenarios/kazakhstan.toml",
                "--scale",
                0.02,
                "--weeks",
                weeks,
                "--set",
                "run.warmup=0",
                "--threads",
                1,
                "--progress",
                "none",
                "--out",
                self.folder / "timed.h5",
            )
            return time.monotonic() - begin

        a_week = max(seconds(240) - seconds(40), 0.1) / 200
        self.prepare(
            "kazakhstan",
            0.02,
            int(min(max(80 / a_week, 400), 5200)),
            "sweep.replicates=1",
            "axis.announcement.values=[0.4]",
            bundles=1,
        )
        array, merge = self.submit("--time=1", "--signal=B:USR1@50")
        self.slurm.wait(lambda: "back into the queue" in self.logs(), 90, "no bundle was warned")
        self.assertTrue(list(self.runs.glob("*.checkpoint")), self.logs())
        self.slurm.wait(lambda: self.state(f"{array}_1") == "PENDING", 30, "it is not in the queue")
        self.assertEqual(
            (self.state(merge), self.out.exists()), ("PENDING", False), "the merge waits for what was put back"
        )

        def over():
            self.slurm.hurry()
            return not self.slurm.waiting()

        self.slurm.wait(over, 400, "jobs did not end")
        self.assertGreaterEqual(int(self.slurm.job(f"{array}_1")["Restarts"]), 1)
        self.assertEqual(self.state(merge), "COMPLETED", self.logs())
        self.assertIn("1/1 runs", self.logs())
        self.assert_like_one_call()


if __name__ == "__main__":
    unittest.main(verbosity=2)
