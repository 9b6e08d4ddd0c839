"""Sweeps as a user meets them: one file in the end, whatever happened on the way."""
import os
import pathlib
import random
import re
import resource
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

import h5py
import numpy
import xarray

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ["KURULTAI_BINARY"]

# Real runs of the village, some 20 ms each.
VILLAGE = """
[sweep]
scenario = "{root}/scenarios/village.toml"
set = ["run.warmup=52", "run.weeks={weeks}"]
replicates = {replicates}
keep_every = 8

[axis.announcement]
path = "information.reach"
values = [0.0, 0.3, 0.6, 0.9]

[axis.rule]
path = "participation.rule"
values = ["logistic", "threshold"]

[measure.participation]
"""

IDLE = """
[sweep]
model = "idle"
set = ["idle.fails_from=2.5"]
replicates = 2

[axis.level]
path = "idle.x"
values = [0, 1, 2, 3]

[measure.y]
"""


def call(*arguments, cwd=ROOT, **more):
    return subprocess.run([PROGRAM, *map(str, arguments)], cwd=cwd, capture_output=True, text=True, timeout=300, **more)


class Sweeps(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.out = self.folder / "out.h5"
        self.runs = self.folder / "out.runs"

    def tearDown(self):
        shutil.rmtree(self.folder)

    def write(self, text, name="sweep.toml", **values):
        file = self.folder / name
        file.write_text(text.format(root=ROOT, **values) if values else text)
        return file

    def sweep(self, file, *options, out=None, **more):
        return call("sweep", file, "--out", out or self.out, "--progress", "none", *options, **more)

    def reference(self, file, *options):
        """The file that nobody disturbed."""
        out = self.folder / "reference.h5"
        done = self.sweep(file, *options, out=out)
        self.assertEqual(done.returncode, 0, done.stderr)
        return out.read_bytes()

    def runs_done(self):
        return len(list(self.runs.glob("*.run")))

    def assert_alone(self):
        """Nothing is left beside the result."""
        self.assertFalse(self.runs.exists())
        self.assertEqual([p.name for p in self.folder.iterdir() if p.name.startswith(".")], [])

    def test_one_file_that_xarray_opens_in_one_call(self):
        file = self.write(VILLAGE.replace("keep_every = 8", "keep_every = 1"), weeks=60, replicates=3)
        done = self.sweep(file)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout.strip(), str(self.out))
        for engine in ("netcdf4", "h5netcdf"):
            with xarray.open_dataset(self.out, group="series/nation", engine=engine) as nation:
                self.assertEqual(nation["participation"].dims, ("point", "replicate", "week"))
                self.assertEqual(dict(nation.sizes)["point"], 8)
                self.assertEqual(sorted(set(nation["announcement"].values.tolist())), [0.0, 0.3, 0.6, 0.9])
                self.assertEqual(set(nation["rule"].values.tolist()), {"logistic", "threshold"})
                self.assertIn("rule", nation.coords)
                self.assertFalse(numpy.isnan(nation["participation"].values).any())
        with xarray.open_dataset(self.out, group="measures") as measures, xarray.open_dataset(
            self.out, group="series/nation"
        ) as nation:
            numpy.testing.assert_allclose(
                measures["participation"], nation["participation"].astype(float).mean("week"), rtol=1e-6
            )
        with h5py.File(self.out) as f:
            self.assertEqual(f.attrs["kind"], "sweep")
            self.assertTrue((f["runs/status"][...] == 1).all())
        self.assert_alone()

    def test_replicates_share_their_luck_between_points_and_differ_within(self):
        file = self.write(
            VILLAGE.replace("values = [0.0, 0.3, 0.6, 0.9]", "values = [0.3, 0.30000000000000004]"),
            weeks=60,
            replicates=3,
        )
        self.assertEqual(self.sweep(file).returncode, 0)
        with h5py.File(self.out) as f:
            y = f["measures/participation"][...]
            numpy.testing.assert_array_equal(y[0], y[2], "points with equal settings are equal, replicate by replicate")
            self.assertEqual(len(set(y[0])), 3)
        own = self.folder / "own.h5"
        self.assertEqual(self.sweep(file, "--set", "sweep.common=false", out=own).returncode, 0)
        with h5py.File(own) as f:
            y = f["measures/participation"][...]
            self.assertFalse((y[0] == y[2]).any(), "told otherwise, every run has a luck of its own")

    def test_twenty_kills_change_no_bit(self):
        file = self.write(VILLAGE, weeks=1000, replicates=15)
        reference = self.reference(file)
        draw = random.Random(11)
        kills = 0
        done = 0
        while kills < 20:
            process = subprocess.Popen(
                [PROGRAM, "sweep", str(file), "--out", str(self.out), "--resume", "--progress", "none"],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd=ROOT,
            )
            # At any moment from the start on, but not so late, however fast the machine, that all is done too soon.
            wanted = done + draw.randrange(3)
            while process.poll() is None and self.runs_done() < wanted:
                time.sleep(0.002)
            time.sleep(draw.uniform(0, 0.03))
            if process.poll() is not None:
                break
            process.kill()
            process.wait()
            kills += 1
            done = self.runs_done()
            self.assertFalse(self.out.exists(), "no result before all is done")
        self.assertEqual(kills, 20, "the sweep ended before it was killed twenty times")
        self.assertGreater(done, 20, "runs are kept from one kill to the next")
        last = self.sweep(file, "--resume")
        self.assertEqual(last.returncode, 0, last.stderr)
        self.assertEqual(self.out.read_bytes(), reference)
        self.assert_alone()

    def test_four_shards_in_any_order_change_no_bit(self):
        file = self.write(VILLAGE, weeks=60, replicates=5)
        reference = self.reference(file)
        for order in ((3, 1, 4, 2), (2, 4, 1, 3)):
            shards = [
                subprocess.Popen(
                    [
                        PROGRAM,
                        "sweep",
                        str(file),
                        "--out",
                        str(self.out),
                        "--shard",
                        f"{i}/4",
                        "--threads",
                        "1",
                        "--progress",
                        "none",
                    ],
                    cwd=ROOT,
                    stderr=subprocess.DEVNULL,
                )
                for i in order
            ]
            self.assertEqual([shard.wait() for shard in shards], [0] * 4)
            self.assertFalse(self.out.exists())
            merged = self.sweep(file, "--merge")
            self.assertEqual(merged.returncode, 0, merged.stderr)
            self.assertEqual(self.out.read_bytes(), reference)
            self.assert_alone()
            self.out.unlink()

    def test_resume_and_merge_after_the_end_leave_the_result_alone(self):
        file = self.write(VILLAGE, weeks=60, replicates=1)
        early = self.sweep(file, "--merge")
        self.assertEqual(early.returncode, 5)
        self.assertIn("no runs to merge", early.stderr)
        self.assertEqual(self.sweep(file).returncode, 0)
        before = self.out.stat()
        for option in ("--merge", "--resume"):
            done = self.sweep(file, option)
            self.assertEqual((done.returncode, done.stdout.strip()), (0, str(self.out)), done.stderr)
            self.assertEqual(self.out.stat().st_mtime_ns, before.st_mtime_ns)
        self.assertEqual(self.sweep(file, "--resume", "--set", "sweep.replicates=2").returncode, 0)
        self.assertNotEqual(
            self.out.stat().st_mtime_ns, before.st_mtime_ns, "another sweep is done, not taken for this one"
        )
        self.assertEqual(self.out.with_suffix(".previous.h5").stat().st_mtime_ns, before.st_mtime_ns)

    def test_a_merge_before_the_end_marks_what_is_missing(self):
        file = self.write(VILLAGE, weeks=60, replicates=4)
        self.assertEqual(self.sweep(file, "--shard", "1/2").returncode, 0)
        merged = self.sweep(file, "--merge")
        self.assertEqual(merged.returncode, 6, merged.stderr)
        self.assertIn("16 missing", merged.stderr)
        with h5py.File(self.out) as f:
            missing = f["runs/status"][...] == 0
            self.assertEqual(missing.sum(), 16)
            self.assertTrue(numpy.isnan(f["series/nation/participation"][...][missing]).all())
            self.assertFalse(numpy.isnan(f["measures/participation"][...][~missing]).any())
        done = self.sweep(file, "--resume")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.out.read_bytes(), self.reference(file))

    def test_resume_refuses_a_changed_sweep_and_names_the_key(self):
        file = self.write(VILLAGE, weeks=60, replicates=4)
        self.sweep(file, "--shard", "1/2")
        again = self.sweep(file)
        self.assertEqual(again.returncode, 5)
        self.assertIn("--resume", again.stderr)
        for key, change in {
            "[sweep] seed": ["--set", "sweep.seed=2"],
            "[axis.announcement] values": ["--set", "axis.announcement.values=[0.0, 0.3, 0.6, 0.8]"],
            "[measure.participation] reduce": ["--set", "measure.participation.reduce=last"],
        }.items():
            refused = self.sweep(file, "--resume", *change)
            self.assertEqual(refused.returncode, 5, refused.stderr)
            self.assertIn(key, refused.stderr)
        base = self.write(file.read_text().replace("run.weeks=60", "run.weeks=61"))
        refused = self.sweep(base, "--resume")
        self.assertEqual(refused.returncode, 5)
        self.assertIn("weeks", refused.stderr)

    def test_a_failed_run_is_a_row_with_its_reason(self):
        file = self.write(IDLE)
        done = self.sweep(file)
        self.assertEqual(done.returncode, 6, done.stderr)
        self.assertIn("2 failed", done.stderr)
        with h5py.File(self.out) as f:
            status = f["runs/status"][...]
            self.assertEqual(status.tolist(), [[1, 1], [1, 1], [1, 1], [2, 2]])
            self.assertIn("x is 3", f["runs/reason"].asstr()[3, 0])
            y = f["measures/y"][...]
            numpy.testing.assert_array_equal(y[:3], [[0, 0], [1, 1], [2, 2]])
            self.assertTrue(numpy.isnan(y[3]).all())
        self.assertTrue(self.runs.exists(), "what failed can be tried again")
        stopped = self.sweep(file, "--set", "sweep.on_error=stop", "--threads", "1", out=self.folder / "stop.h5")
        self.assertEqual(stopped.returncode, 6)
        self.assertFalse((self.folder / "stop.h5").exists())
        reasons = [file.read_text() for file in (self.folder / "stop.runs").glob("*.failed")]
        self.assertTrue(reasons)
        for reason in reasons:
            self.assertIn("x is 3", reason)

    def test_replicates_are_added_until_the_mean_is_known(self):
        text = (
            IDLE.replace("2.5", "1e9")
            .replace('"idle"', '"line"')
            .replace("idle.fails_from=1e9", "line.noise=1")
            .replace("idle.x", "line.slope")
        )
        file = self.write(text + "\n[precision]\nmeasure = \"y\"\nhalf_width = 0.25\nstep = 7\nat_most = 200\n")
        done = self.sweep(file)
        self.assertEqual(done.returncode, 0, done.stderr)
        with h5py.File(self.out) as f:
            y = f["measures/y"][...]
            status = f["runs/status"][...]
            self.assertIn("half_width = 0.25", f.attrs["sweep"])
        for point in range(4):
            n = int((status[point] == 1).sum())
            self.assertTrue((status[point, n:] == 3).all(), "the rest was not needed")
            self.assertEqual((n - 2) % 7, 0)
            from statistics import stdev
            from math import sqrt

            def width(k):
                return stdev(y[point, :k]) / sqrt(k) * 2.0  # Student's t is a little more

            self.assertLess(width(n), 0.27)
            self.assertGreater(width(n - 7), 0.2)
        again = self.folder / "again.h5"
        for i in (2, 1):
            self.assertEqual(self.sweep(file, "--shard", f"{i}/2", out=again).returncode, 0)
        self.assertEqual(self.sweep(file, "--merge", out=again).returncode, 0)
        self.assertEqual(again.read_bytes(), self.out.read_bytes())

    def test_rerun_gives_the_same_bits(self):
        file = self.write(VILLAGE, weeks=60, replicates=2)
        self.assertEqual(self.sweep(file).returncode, 0)
        again = call("rerun", self.out, "--run", "11", "--out", self.folder / "one.h5")
        self.assertEqual(again.returncode, 0, again.stderr)
        self.assertIn("the same bits", again.stderr)
        with h5py.File(self.out) as f, h5py.File(self.folder / "one.h5") as g:
            self.assertEqual(f["runs/digest"].asstr()[5, 1], g.attrs["digest"])
            numpy.testing.assert_array_equal(f["series/nation/trust"][5, 1], g["series/nation/trust"][...])
        none = call("rerun", self.out, "--run", "16", "--out", self.folder / "none.h5")
        self.assertEqual(none.returncode, 2)
        self.assertIn("0 to 15", none.stderr)

    def test_stopped_by_a_signal_it_goes_on_from_checkpoints(self):
        file = self.write(VILLAGE, weeks=4000, replicates=3)
        begin = time.monotonic()
        process = subprocess.Popen(
            [PROGRAM, "sweep", str(file), "--out", str(self.out), "--progress", "none", "--threads", "2"],
            cwd=ROOT,
            stderr=subprocess.PIPE,
            text=True,
        )
        while process.poll() is None and self.runs_done() == 0:
            time.sleep(0.002)
        time.sleep(0.3 * (time.monotonic() - begin))  # into the runs that come next, on a slow machine too
        process.send_signal(signal.SIGTERM)
        _, message = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 143, message)
        self.assertIn("--resume", message)
        self.assertIn(len(list(self.runs.glob("*.checkpoint"))), (1, 2))  # one worker may be between two runs
        done = self.sweep(file, "--resume")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.out.read_bytes(), self.reference(file))
        self.assert_alone()

    def test_a_full_disk_stops_it_with_a_message_and_no_damage(self):
        file = self.write(VILLAGE, weeks=60, replicates=2)
        for limit in (100, 20_000, 60_000):
            done = self.sweep(
                file, "--resume", preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
            )
            self.assertEqual(done.returncode, 5, done.stderr)
            self.assertRegex(done.stderr, r"^kurultai: .*(File too large).*\n$")
            self.assertFalse(self.out.exists())
        done = self.sweep(file, "--resume")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.out.read_bytes(), self.reference(file))
        self.assert_alone()

    def test_a_damaged_file_of_a_run_is_found_and_done_again(self):
        file = self.write(VILLAGE, weeks=60, replicates=2)
        reference = self.reference(file)
        self.assertEqual(self.sweep(file, "--shard", "1/2").returncode, 0)
        files = sorted(self.runs.glob("*.run"))
        files[1].write_bytes(files[1].read_bytes()[:-100])
        damaged = bytearray(files[2].read_bytes())
        damaged[len(damaged) // 2] ^= 1
        files[2].write_bytes(damaged)
        done = self.sweep(file, "--resume")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.out.read_bytes(), reference)

    def test_two_processes_do_not_work_on_one_sweep(self):
        file = self.write(IDLE.replace("fails_from=2.5", "seconds=5"))
        first = subprocess.Popen(
            [PROGRAM, "sweep", str(file), "--out", str(self.out), "--progress", "none"],
            cwd=ROOT,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(100):
            time.sleep(0.05)
            if (self.runs / "sweep.toml").exists():
                break
        second = self.sweep(file, "--resume")
        first.send_signal(signal.SIGINT)
        self.assertEqual(first.wait(), 130)
        self.assertEqual(second.returncode, 5)
        self.assertIn(f"process {first.pid} is writing", second.stderr)

    def test_a_dry_run_says_what_it_takes_and_writes_nothing(self):
        done = call("sweep", "scenarios/sweeps/information.toml", "--dry-run", "--out", self.out)
        self.assertEqual(done.returncode, 0, done.stderr)
        for word in ("288", "memory", "time", "disk", "side by side"):
            self.assertIn(word, done.stdout)
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_mistakes_are_named_with_their_place(self):
        good = VILLAGE.format(root=ROOT, weeks=60, replicates=2)
        mistakes = {
            'path = "information.reech"': (3, "did you mean 'information.reach'"),
            'values = [0.0, 1.5]': (3, "0, 1"),
            'values = ["much"]': (3, "number"),
            'values = []': (3, "no values"),
            'path = "run.seed"': (3, "cannot be an axis"),
            'path = "spending.state_mix"': (3, "list"),
            'valeus = [1]': (3, "did you mean 'values'"),
        }
        for line, (code, words) in mistakes.items():
            key = line.split(" ")[0].replace("valeus", "values")
            text = re.sub(rf"(\[axis.announcement\](?:\n.*)*?\n){key} = .*", lambda m: m.group(1) + line, good, count=1)
            self.assertNotEqual(text, good, line)
            done = self.sweep(self.write(text))
            self.assertEqual(done.returncode, code, (line, done.stderr))
            self.assertIn(words, done.stderr)
            self.assertRegex(done.stderr, r"sweep\.toml:\d+")
        for old, new, words in (
            ("[measure.participation]", "[measure.partcipation]", "did you mean 'participation'"),
            ("[measure.participation]", "[measure.turnout]", "leaves 'form' open"),
            ("[measure.participation]", "[measure.participation]\nfirst = 60", "the runs end with week 59"),
            ("[axis.rule]", "[axis.trust]", "cannot be called 'trust'"),
            ('values = [0.0, 0.3, 0.6, 0.9]', 'low = 0.0\nhigh = 1.0', "no values"),
            ('replicates = 2', 'design = "list"', "equally many"),
            ('replicates = 2', 'replicates = 0', "1, "),
        ):
            for more in ([], ["--dry-run"]):
                done = self.sweep(self.write(good.replace(old, new)), *more)
                self.assertEqual(done.returncode, 3, (new, done.stderr))
                self.assertIn(words, done.stderr)
        wrong = self.write(
            re.sub(r"^set = .*\n", "", good, flags=re.M).replace("[sweep]", '[sweep]\nset = ["run.wekks=3"]', 1)
        )
        done = self.sweep(wrong)
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertRegex(done.stderr, r"sweep\.toml:\d+: run\.wekks=3: unknown parameter 'run\.wekks'")
        for verb, file, words in (
            ("run", "scenarios/sweeps/village.toml", "kurultai sweep"),
            ("sweep", "scenarios/kazakhstan.toml", "kurultai run"),
            ("sweep", "scenarios/sweeps/calibrate_village.toml", "kurultai calibrate"),
        ):
            done = call(verb, file, "--out", self.out)
            self.assertEqual(done.returncode, 3, done.stderr)
            self.assertIn(words, done.stderr)
        for shard in ("0/4", "5/4", "a/b", "3"):
            self.assertEqual(self.sweep(self.write(good), "--shard", shard).returncode, 2)
        self.assertEqual(sorted(p.name for p in self.folder.iterdir()), ["sweep.toml"], "nothing was left behind")


if __name__ == "__main__":
    unittest.main()
