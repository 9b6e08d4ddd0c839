"""Several runs of a list: each result is what `run` writes, weeks in common are simulated once, and what is finished
stays."""
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ["KURULTAI_BINARY"]

BASE = f'extends = "{ROOT}/scenarios/village.toml"\n[run]\nwarmup = 10\nweeks = 60\n[output]\nlevels = ["nation"]\n'
POLICY = '[policy.loud]\nlever = "information.reach"\nmode = "set"\ndose = {}\nstart = 30\n'


def call(*arguments, code=0):
    done = subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True)
    assert done.returncode == code, (arguments, done.returncode, done.stdout, done.stderr)
    return done


class Runs(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        (self.folder / "base.toml").write_text(BASE)
        for dose in (0.2, 0.9):
            (self.folder / f"loud{dose}.toml").write_text(f'extends = "base.toml"\n{POLICY.format(dose)}')

    def write(self, **runs):
        """A list of runs, by name: scenario and settings."""
        text = "".join(
            f'[run.{name}]\nscenario = "{scenario}"\nset = {list(sets)}\nseed = 3\n'
            for name, (scenario, *sets) in runs.items()
        )
        file = self.folder / "list.toml"
        file.write_text(text)
        return file

    def digest(self, name):
        return call("digest", self.folder / "out" / f"{name}.h5").stdout.strip()

    def test_each_is_what_run_writes(self):
        runs = {
            "as_it_is": ("base.toml",),
            "quiet": ("loud0.2.toml",),
            "loud": ("loud0.9.toml",),
            "longer": ("loud0.9.toml", "run.weeks=70"),
            "other": ("base.toml", "information.reach=0.8"),
        }
        file = self.write(**runs)
        plan = call("runs", file, "--folder", self.folder / "out", "--dry-run").stdout
        # 40 weeks for the four, from week 30 on 30 for each of the three ways, 10 more, and 70 for the other.
        self.assertIn("weeks        210 of 360", plan)
        call("runs", file, "--folder", self.folder / "out", "--progress", "none", "--threads", 2)
        for name, (scenario, *sets) in runs.items():
            alone = self.folder / f"{name}.h5"
            options = [word for text in sets for word in ("--set", text)]
            call("run", self.folder / scenario, "--seed", 3, "--out", alone, "--progress", "none", *options)
            self.assertEqual(self.digest(name), call("digest", alone).stdout.strip(), name)
            # They are known as the same result.
            call(
                "run",
                self.folder / scenario,
                "--seed",
                3,
                "--out",
                self.folder / "out" / f"{name}.h5",
                "--resume",
                *options,
            )

    def test_one_that_fails_is_told_and_stops_no_other(self):
        file = self.write(good=("base.toml",), bad=("base.toml", 'survey.q.regions=["nowhere"]'))
        with open(self.folder / "base.toml", "a") as base:
            base.write('[survey.q]\nitems = ["i"]\n[item.i]\n')
        done = call("runs", file, "--folder", self.folder / "out", "--progress", "none", code=6)
        self.assertIn("bad: ", done.stderr)
        self.assertIn("nowhere", done.stderr)
        self.assertTrue((self.folder / "out" / "good.h5").exists())
        self.assertFalse((self.folder / "out" / "bad.h5").exists())

    def test_stopped_it_goes_on(self):
        file = self.write(**{f"run{k}": ("base.toml", f"run.weeks={400 + k}") for k in range(6)})
        command = [PROGRAM, "runs", str(file), "--folder", str(self.folder / "out"), "--progress", "none"]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        time.sleep(0.7)
        process.send_signal(signal.SIGTERM)
        process.communicate()
        self.assertIn(process.returncode, (0, 143))
        call(*command[1:], "--resume")
        again = call(*command[1:], "--resume").stdout
        self.assertEqual(again, "")
        call("runs", file, "--folder", self.folder / "alone", "--progress", "none")
        for k in range(6):
            alone = call("digest", self.folder / "alone" / f"run{k}.h5").stdout.strip()
            self.assertEqual(self.digest(f"run{k}"), alone)

    def test_an_empty_list_is_refused(self):
        file = self.folder / "empty.toml"
        file.write_text('title = "nothing"\n')
        self.assertIn("add [run.NAME]", call("runs", file, code=3).stderr)


if __name__ == "__main__":
    unittest.main()
