"""What verbs write: never over an input, a file of another kind or the result of something else, never two at once; and
runs are known by the bytes of their tables."""
import fcntl
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

import h5py
import xxhash

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ["KURULTAI_BINARY"]
SWEEP = """
[sweep]
scenario = "s.toml"
replicates = 2
[axis.reach]
path = "information.reach"
values = [0.2, 0.8]
[measure.awareness]
"""
# Pages read a result for as long as it has series: few, and what swot looks at.
SERIES = ["participation", "awareness", "trust"] + [
    f"indicator_{name}"
    for name in (
        "calm",
        "digital",
        "effectiveness",
        "equality",
        "fiscal_autonomy",
        "information",
        "participation",
        "services",
        "transparency",
        "trust",
        "welfare",
    )
]
FEW = f'[output]\nlevels = ["nation"]\nseries = {json.dumps(SERIES)}\n'
CALIBRATION = """
[sweep]
model = "line"
[axis.slope]
path = "line.slope"
low = 0.0
high = 1.0
[measure.y]
[target.y]
value = 0.5
sd = 0.1
[calibration]
particles = 20
generations = 2
predictive = 5
"""


def call(*words, **more):
    return subprocess.run([str(word) for word in words], capture_output=True, text=True, timeout=120, **more)


class Outputs(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        """One small result of each kind, to be copied: making them is what takes time."""
        cls.made = pathlib.Path(tempfile.mkdtemp())
        cls.fill(cls.made)
        for name, words in cls.verbs(cls.made).items():
            done = call(*words, "--out", cls.made / f"{name}.h5")
            assert done.returncode == 0, (name, done.stderr)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.made)

    @staticmethod
    def fill(folder):
        shutil.copytree(ROOT / "scenarios" / "data" / "village", folder / "data")
        # Not "extends" alone: tables of its own, which tests may change.
        (folder / "s.toml").write_text(
            f'extends = "{ROOT}/scenarios/village.toml"\n[society]\nnodes = "data/nodes.csv"\nedges ='
            ' "data/edges.csv"\n[run]\nweeks = 60\nwarmup = 2\n'
            + FEW
        )
        (folder / "t.toml").write_text('extends = "s.toml"\n[information]\nreach = 0.9\n')
        (folder / "sweep.toml").write_text(SWEEP)
        (folder / "calibration.toml").write_text(CALIBRATION)

    @staticmethod
    def verbs(folder):
        """Every verb of the program that writes a result, without --out."""
        quiet = ("--progress", "none", "--threads", "1")
        return {
            "run": (PROGRAM, "run", folder / "s.toml", *quiet),
            "sweep": (PROGRAM, "sweep", folder / "sweep.toml", *quiet),
            "rerun": (PROGRAM, "rerun", folder / "sweep.h5", "--run", "1", "--folder", folder, "--threads", "1"),
            "compare": (PROGRAM, "compare", folder / "s.toml", folder / "t.toml", "--replicates", "2", *quiet),
            "compare_results": (PROGRAM, "compare", folder / "sweep.h5", "--point", "0", "--point", "1"),
            "calibrate": (PROGRAM, "calibrate", folder / "calibration.toml", *quiet),
        }

    @staticmethod
    def pages(folder):
        """Every verb in Python that writes a page of a result."""
        python = (sys.executable, "-B")
        return {
            "report": (*python, ROOT / "analysis" / "report.py", folder / "run.h5", "--program", "/none"),
            "swot": (*python, ROOT / "analysis" / "swot.py", folder / "run.h5", folder / "run.h5"),
        }

    INPUT = {
        "run": "s.toml",
        "sweep": "sweep.toml",
        "rerun": "sweep.h5",
        "compare": "t.toml",
        "compare_results": "sweep.h5",
        "calibrate": "calibration.toml",
        "report": "run.h5",
        "swot": "run.h5",
    }

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        shutil.copytree(self.made, self.folder, dirs_exist_ok=True)

    def refused(self, done, word, code=5):
        self.assertEqual(done.returncode, code, done.stderr)
        self.assertIn(word, done.stderr)
        self.assertEqual(done.stdout, "")

    def test_no_verb_writes_over_what_is_not_its_own(self):
        ending = {"report": ".html", "swot": ".md"}
        for name, words in (self.verbs(self.folder) | self.pages(self.folder)).items():
            end = ending.get(name, ".h5")
            mine = self.folder / f"mine{end}"
            mine.write_text("my notes\n")
            os.mkfifo(self.folder / f"pipe{end}")
            (self.folder / f"folder{end}").mkdir()
            before = {path.name: path.read_bytes() for path in self.folder.iterdir() if path.is_file()}
            cases = {
                "a file": (mine, "is there"),
                "a folder": (self.folder / f"folder{end}", "folder"),
                "a pipe": (self.folder / f"pipe{end}", "not a regular file"),
                "a device": (pathlib.Path("/dev/null"), "not a regular file"),
                "a missing folder": (self.folder / "none" / f"a{end}", "no folder"),
            }
            if name in ending:  # a page has the name of one
                (self.folder / f"page{end}").hardlink_to(self.folder / self.INPUT[name])
                cases["an input"] = (self.folder / f"page{end}", "input of this very command")
                cases.pop("a device")
            else:
                cases["an input"] = (self.folder / self.INPUT[name], "input of this very command")
            if name in ("run", "sweep", "compare"):
                cases["a table"] = (self.folder / "data" / "nodes.csv", "input of this very command")
                cases["what is extended"] = (ROOT / "scenarios" / "village.toml", "input of this very command")
            for what, (out, word) in cases.items():
                with self.subTest(verb=name, out=what):
                    self.refused(call(*words, "--out", out), word)
            for file, data in before.items():
                self.assertEqual((self.folder / file).read_bytes(), data, (name, file))
            for path in (self.folder / f"pipe{end}", mine, self.folder / f"page{end}"):
                path.unlink(missing_ok=True)
            (self.folder / f"folder{end}").rmdir()

    def test_no_verb_takes_the_place_of_another_ones_result_unless_told(self):
        for name, words in self.verbs(self.folder).items():
            other = "sweep" if name == "run" else "run"
            out = self.folder / "out.h5"
            shutil.copy(self.folder / f"{other}.h5", out)
            before = out.read_bytes()
            with self.subTest(verb=name):
                self.refused(call(*words, "--out", out), f"verb {other}")
                self.assertEqual(out.read_bytes(), before)
                done = call(*words, "--out", out, "--force")
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertNotEqual(out.read_bytes(), before)
        self.assertEqual([path.name for path in self.folder.iterdir() if path.name.startswith(".")], [])

    def test_a_slurm_script_is_not_written_for_a_result_that_would_be_refused(self):
        self.refused(
            call(PROGRAM, "slurm", self.folder / "sweep.toml", "--out", self.folder / "run.h5"), "verb run, not sweep"
        )
        self.assertFalse((self.folder / "run.slurm").exists())
        done = call(PROGRAM, "slurm", self.folder / "sweep.toml", "--out", self.folder / "run.h5", "--force")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("--force", (self.folder / "run.slurm" / "merge.sh").read_text())
        (self.folder / "run.slurm" / "jobs").symlink_to(self.folder / "s.toml")
        self.refused(
            call(PROGRAM, "slurm", self.folder / "sweep.toml", "--out", self.folder / "run.h5", "--force"),
            "not a regular file",
        )

    def test_a_default_result_is_kept(self):
        run = (PROGRAM, "run", "s.toml", "--progress", "none")
        (self.folder / "sub").mkdir()
        (self.folder / "sub" / "s.toml").write_text('extends = "../s.toml"\n')

        def digests():
            return {path.name: call(PROGRAM, "digest", path).stdout for path in (self.folder / "results").iterdir()}

        self.assertEqual(call(*run, cwd=self.folder).returncode, 0)
        first = digests()["s.h5"]
        for more, word in (
            ((), None),
            (("--seed", "2"), "seed 1, not 2"),
            (("--replicate", "3"), "replicate 0, not 3"),
        ):
            done = call(*run, *more, cwd=self.folder)
            self.assertEqual(
                (done.returncode, done.stderr) if word is None else done.returncode,
                (0, "") if word is None else 5,
                done.stderr,
            )
            self.assertIn(word or "", done.stderr)
        self.refused(
            call(PROGRAM, "run", "sub/s.toml", "--progress", "none", cwd=self.folder),
            "file ../s.toml, not ../sub/s.toml",
        )
        (self.folder / "s_sweep").mkdir()
        (self.folder / "s_sweep" / "s.toml").write_text(SWEEP.replace("s.toml", "../s.toml"))
        self.refused(
            call(PROGRAM, "sweep", "s_sweep/s.toml", "--progress", "none", cwd=self.folder), "verb run, not sweep"
        )
        self.assertEqual(digests(), {"s.h5": first})
        done = call(*run, "--set", "information.reach=0.9", "--weeks", "61", cwd=self.folder)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("s.previous.h5", done.stderr)
        self.assertIn("reach: now 0.9", done.stderr)
        self.assertIn("[run] weeks: now 61, before 60", done.stderr)
        self.assertEqual(set(digests()), {"s.h5", "s.previous.h5"})
        self.assertEqual(digests()["s.previous.h5"], first)
        self.assertNotEqual(digests()["s.h5"], first)

    def test_resuming_what_is_finished_does_nothing(self):
        for name, words in self.verbs(self.folder).items():
            if name == "rerun":
                continue  # has no --resume
            with self.subTest(verb=name):
                out = self.folder / f"{name}.h5"
                before = out.stat()
                # Made in another folder of the same shape: what a scenario is called is relative to its result.
                done = call(*words, "--out", out, "--resume")
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertIn("finished already", done.stderr)
                self.assertEqual((out.stat().st_ino, out.stat().st_mtime_ns), (before.st_ino, before.st_mtime_ns))
        nodes = self.folder / "data" / "nodes.csv"
        nodes.write_text(nodes.read_text() + "\n")
        done = call(*self.verbs(self.folder)["run"], "--out", self.folder / "run.h5", "--resume")
        self.assertNotIn("finished already", done.stderr)
        self.assertIn("data/nodes.csv (society.nodes) has changed", done.stderr)
        self.assertTrue((self.folder / "run.previous.h5").exists())

    def test_tables_are_known_by_their_bytes(self):
        nodes = self.folder / "data" / "nodes.csv"
        for name in ("run", "sweep", "rerun", "compare"):
            shown = call(PROGRAM, "show", self.folder / f"{name}.h5", "--inputs")
            self.assertEqual(shown.returncode, 0, shown.stderr)
            rows = [line.split() for line in shown.stdout.splitlines()]
            self.assertEqual(len(rows), 4 if name == "compare" else 2, shown.stdout)
            row = next(row for row in rows if row[0].endswith("society.nodes"))
            self.assertEqual(
                row[1:], [xxhash.xxh3_128_hexdigest(nodes.read_bytes()), str(nodes.stat().st_size), "data/nodes.csv"]
            )
        shown = call(PROGRAM, "show", self.folder / "compare_results.h5", "--inputs")
        self.assertIn(xxhash.xxh3_128_hexdigest((self.folder / "sweep.h5").read_bytes()), shown.stdout)

        # Renamed and moved: the same.
        (self.folder / "s.toml").write_text(
            (self.folder / "s.toml").read_text().replace("data/nodes.csv", "people.csv")
        )
        nodes.rename(self.folder / "people.csv")
        for name in ("run", "sweep", "compare"):
            done = call(*self.verbs(self.folder)[name], "--out", self.folder / f"{name}.h5", "--resume")
            self.assertIn("finished already", done.stderr, name)
        with h5py.File(self.folder / "run.h5") as file:
            self.assertEqual(file.attrs["digest"], h5py.File(self.made / "run.h5").attrs["digest"])

    def test_data_that_changed_between_shards_are_refused(self):
        nodes, out = self.folder / "data" / "nodes.csv", self.folder / "shards.h5"
        before = nodes.read_text()
        words = (*self.verbs(self.folder)["sweep"], "--out", out)
        self.assertEqual(call(*words, "--shard", "1/2").returncode, 0)
        nodes.write_text(before.replace(",male,", ",female,", 1) if ",male," in before else before + "\n")
        for more in (("--shard", "2/2", "--resume"), ("--shard", "2/2"), ("--resume",), ("--merge",)):
            self.refused(call(*words, *more), "data/nodes.csv (society.nodes) has changed")
        self.refused(
            call(*self.verbs(self.folder)["rerun"], "--out", self.folder / "again.h5"), "data/nodes.csv", code=4
        )
        nodes.write_text(before)
        self.assertEqual(call(*words, "--shard", "2/2", "--resume").returncode, 0)
        self.assertEqual(call(*words, "--merge").returncode, 0)
        self.assertEqual(call(PROGRAM, "digest", out).stdout, call(PROGRAM, "digest", self.folder / "sweep.h5").stdout)

    def test_runs_of_other_data_are_not_merged_wherever_they_come_from(self):
        nodes = self.folder / "data" / "nodes.csv"
        before = nodes.read_text()
        words = self.verbs(self.folder)["sweep"]
        self.assertEqual(call(*words, "--out", self.folder / "one.h5", "--shard", "1/2").returncode, 0)
        nodes.write_text(before + "\n")
        self.assertEqual(call(*words, "--out", self.folder / "two.h5", "--shard", "2/2").returncode, 0)
        for run in (self.folder / "one.runs").glob("*.run"):
            shutil.copy(run, self.folder / "two.runs")
        self.refused(call(*words, "--out", self.folder / "two.h5", "--merge"), "this run was made from other tables")
        self.assertFalse((self.folder / "two.h5").exists())
        done = call(*words, "--out", self.folder / "two.h5", "--merge", "--shard", "1/2")
        self.assertEqual(done.returncode, 2, done.stderr)

    def test_data_that_changed_are_refused_by_the_checkpoint(self):
        out, nodes = self.folder / "long.h5", self.folder / "data" / "nodes.csv"
        words = (*self.verbs(self.folder)["run"], "--weeks", "5200", "--checkpoint", "1", "--out", out)
        self.stop_at_work(words, self.folder / "long.h5.checkpoint", signal.SIGTERM)
        nodes.write_text(nodes.read_text() + "\n")  # the same people, other bytes
        self.refused(call(*words, "--resume"), "data/nodes.csv (society.nodes) has changed")

    def stop_at_work(self, words, sign, number):
        """Begins, waits for the file `sign`, and ends it with a signal."""
        process = subprocess.Popen([str(word) for word in words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.wait_for(sign, process)
        process.send_signal(number)
        process.wait(timeout=30)

    def wait_for(self, sign, process):
        end = time.monotonic() + 60
        while not sign.exists() and time.monotonic() < end and process.poll() is None:
            time.sleep(0.01)
        self.assertTrue(sign.exists(), process.args)

    def test_two_at_once(self):
        words = self.verbs(self.folder)
        slow = self.folder / "slow.toml"
        slow.write_text(
            '[sweep]\nmodel = "idle"\nset = ["idle.seconds=30"]\n[axis.x]\npath = "idle.x"\nvalues = [0,'
            ' 1]\n[measure.y]\n'
        )
        slow_calibration = self.folder / "slow_calibration.toml"
        slow_calibration.write_text(
            CALIBRATION.replace('"line"', '"idle"')
            .replace("line.slope", "idle.x")
            .replace("[axis", 'set = ["idle.seconds=30"]\n[axis', 1)
        )
        quiet = ("--progress", "none", "--threads", "1")
        country = self.folder / "country.toml"  # minutes, where a village's century takes two seconds
        country.write_text(f'extends = "{ROOT}/scenarios/kazakhstan.toml"\n[run]\nscale = 0.002\nweeks = 5200\n')
        long_ones = {
            "run": (PROGRAM, "run", country, *quiet),
            "sweep": (PROGRAM, "sweep", slow, *quiet),
            "calibrate": (PROGRAM, "calibrate", slow_calibration, *quiet),
            "compare": (PROGRAM, "compare", country, country, "--replicates", "2", *quiet),
        }
        for name, long in long_ones.items():
            out = self.folder / f"busy_{name}.h5"
            process = subprocess.Popen(
                [str(word) for word in (*long, "--out", out)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            try:
                self.wait_for(self.folder / f".busy_{name}.h5.lock", process)
                time.sleep(0.1)
                link = self.folder / f"link_{name}.h5"
                link.symlink_to(out.name)
                for other in ("run", "sweep", "calibrate", "compare", "rerun"):
                    with self.subTest(holder=name, verb=other):
                        self.refused(
                            call(*words[other], "--out", link if other == "run" else out),
                            f"process {process.pid} is writing",
                        )
            finally:
                process.kill()
                process.wait()
            # Whoever is killed holds nothing any more.
            done = call(*words["run"], "--out", out)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertFalse((self.folder / f".busy_{name}.h5.lock").exists())
        page = self.folder / "busy.html"
        with open(self.folder / ".busy.html.lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self.refused(call(*self.pages(self.folder)["report"], "--out", page), "is writing this file")

    def test_nothing_is_written_through_a_link(self):
        victim = self.folder / "victim"
        victim.write_text("precious")
        for ending in (".checkpoint", ".checkpoint.new", ".checkpoint.previous"):
            link = self.folder / f"a.h5{ending}"
            link.symlink_to(victim)
            self.refused(
                call(*self.verbs(self.folder)["run"], "--checkpoint", "1", "--out", self.folder / "a.h5"),
                "this is a link",
            )
            link.unlink()
            link.hardlink_to(victim)
            done = call(*self.verbs(self.folder)["run"], "--checkpoint", "1", "--out", self.folder / "a.h5")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(victim.read_text(), "precious")
        (self.folder / "b.h5").symlink_to("far/b.h5")
        self.refused(call(*self.verbs(self.folder)["run"], "--out", self.folder / "b.h5"), "no folder")
        (self.folder / "far").mkdir()
        for name in ("run", "sweep", "rerun", "compare", "calibrate"):
            done = call(*self.verbs(self.folder)[name], "--out", self.folder / "b.h5", "--force")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertTrue((self.folder / "b.h5").is_symlink())
            self.assertEqual([path.name for path in (self.folder / "far").iterdir()], ["b.h5"], name)

    def test_pages_are_replaced_by_pages_alone(self):
        for name, words in self.pages(self.folder).items():
            out = self.folder / ("page.html" if name == "report" else "page.md")
            link = self.folder / ("link.html" if name == "report" else "link.md")
            link.symlink_to(out.name)
            for k in range(2):
                done = call(*words, "--out", link)
                self.assertEqual(done.returncode, 0, done.stderr)
            self.assertTrue(link.is_symlink())
            self.assertTrue(out.is_file())

    def test_figures_replace_figures_alone(self):
        figures = self.folder / "figures"
        figures.mkdir()
        (figures / "run.png").write_bytes(b"mine")
        words = (sys.executable, "-B", ROOT / "analysis" / "figures.py", self.folder / "run.h5", "--out", figures)
        done = call(*words)
        self.assertEqual(done.returncode, 5, done.stderr)
        self.assertEqual((figures / "run.png").read_bytes(), b"mine")

    def test_tables_of_long_verbs_are_claimed_before_they_begin(self):
        for name in ("experiments", "expectations", "baseline", "studies", "measured"):
            out = self.folder / name
            out.mkdir()
            for file in ("experiments.csv", "expectations.csv", "kazakhstan-baseline.md", "surveys.md", "measured.csv"):
                (out / file).write_text("mine")
            with self.subTest(verb=name):
                began = time.monotonic()
                done = call(sys.executable, "-B", ROOT / "analysis" / f"{name}.py", "--program", PROGRAM, "--out", out)
                self.assertEqual(done.returncode, 5, done.stderr)
                self.assertIn("it would be lost", done.stderr)
                self.assertLess(time.monotonic() - began, 30)


if __name__ == "__main__":
    unittest.main()
