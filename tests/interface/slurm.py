"""The scripts that `slurm` writes, run by bash without a cluster: commands of Slurm are stood in for by small scripts
that write down how they were called. slurm_full.py has a real one."""
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

from _surroundings import SLOWER, busy

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ["KURULTAI_BINARY"]

SWEEP = """
[sweep]
scenario = "{root}/scenarios/{scenario}.toml"
set = ["run.warmup=52", "run.weeks={weeks}", "run.scale={scale}"]
replicates = {replicates}
keep_every = 8

[axis.announcement]
path = "information.reach"
values = [0.0, 0.3, 0.6, 0.9]

[measure.participation]
"""

# Prints job numbers 101, 102 ... and says that the jobs in the file `queue` wait.
STAND_INS = {
    "sbatch": 'echo "sbatch $*" >>"$CALLS"; echo $((100 + $(grep -c ^sbatch "$CALLS")))',
    "squeue": (
        'cat "$CALLS.queue" 2>/dev/null || { echo "slurm_load_jobs error: Invalid job id specified" >&2; exit 1; }'
    ),
    "scontrol": 'echo "scontrol $*" >>"$CALLS"',
}


class Scripts(unittest.TestCase):
    def setUp(self):
        # A name that a shell would trip over.
        self.folder = pathlib.Path(tempfile.mkdtemp()) / "it's $HOME; a \"place\""
        self.folder.mkdir()
        self.addCleanup(shutil.rmtree, self.folder.parent)
        self.out = self.folder / "out.h5"
        self.runs = self.folder / "out.runs"
        self.scripts = self.folder / "out.slurm"
        self.calls = self.folder.parent / "calls"
        self.calls.touch()
        commands = self.folder.parent / "commands"
        commands.mkdir()
        for name, text in STAND_INS.items():
            (commands / name).write_text(f"#!/bin/bash\n{text}\n")
            (commands / name).chmod(0o755)
        self.environment = {
            **os.environ,
            "PATH": f"{commands}:{os.environ['PATH']}",
            "CALLS": str(self.calls),
            "SLURM_CPUS_PER_TASK": "2",
            "SLURM_JOB_ID": "77",
        }

    def call(self, *arguments, **more):
        return subprocess.run(
            [PROGRAM, *map(str, arguments)],
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=120 * SLOWER,
            check=False,
            **more,
        )

    def write(self, scenario="village", scale=1, weeks=60, replicates=3):
        (self.folder / "sweep.toml").write_text(
            SWEEP.format(root=ROOT, scenario=scenario, scale=scale, weeks=weeks, replicates=replicates)
        )

    def slurm(self, *options):
        return self.call("slurm", "sweep.toml", "--out", self.out, *options)

    def bash(self, script, *arguments, **variables):
        return subprocess.run(
            ["bash", self.scripts / script, *arguments],
            cwd="/",
            capture_output=True,
            text=True,
            timeout=120 * SLOWER,
            env={**self.environment, **variables},
            check=False,
        )

    def reference(self):
        done = self.call("sweep", "sweep.toml", "--out", "reference.h5", "--progress", "none")
        self.assertEqual(done.returncode, 0, done.stderr)
        return (self.folder / "reference.h5").read_bytes()

    def test_scripts_are_bash_and_their_names_are_told(self):
        self.write()
        done = self.slurm("--jobs", "3")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(sorted(path.name for path in self.scripts.iterdir()), ["bundles.sh", "merge.sh", "submit.sh"])
        for path in self.scripts.iterdir():
            self.assertIn(str(path), done.stdout)
            checked = subprocess.run(["bash", "-n", path], capture_output=True, text=True, check=False)
            self.assertEqual((checked.returncode, checked.stderr), (0, ""))
            self.assertTrue(os.access(path, os.X_OK))
        # The command that is told to the user is one that a shell takes.
        told = done.stdout.strip().splitlines()[-1].split(": ", 1)[1]
        self.assertEqual(
            subprocess.run(
                ["bash", "-c", told], env=self.environment, stdout=subprocess.DEVNULL, check=False
            ).returncode,
            0,
        )

    def test_bundles_and_merge_give_the_file_of_one_call(self):
        self.write()
        sets = ("--set", "axis.announcement.values=[0.1, 0.2, 0.7]")
        self.assertEqual(self.slurm("--jobs", "3", *sets).returncode, 0)
        for i in (3, 1, 2):
            done = self.bash("bundles.sh", SLURM_ARRAY_TASK_ID=str(i))
            self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(len(list(self.runs.glob("*.run"))), 9)
        done = self.bash("merge.sh")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.call("sweep", "sweep.toml", "--out", "reference.h5", *sets).returncode, 0)
        self.assertEqual(self.out.read_bytes(), (self.folder / "reference.h5").read_bytes())
        self.assertFalse(self.runs.exists())
        # A complete sweep is not begun again.
        done = self.bash("submit.sh")
        self.assertEqual(done.returncode, 0)
        self.assertIn("is complete", done.stdout)
        self.assertEqual(self.calls.read_text(), "")

    def test_a_merge_after_the_end_leaves_the_result(self):
        self.write()
        self.assertEqual(self.slurm("--jobs", "1").returncode, 0)
        self.assertEqual(self.bash("bundles.sh", SLURM_ARRAY_TASK_ID="1").returncode, 0)  # all there is: it merges
        before = self.reference()
        for _ in range(2):
            done = self.bash("merge.sh")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(self.out.read_bytes(), before)

    def test_a_merge_of_a_part_says_so(self):
        self.write()
        self.assertEqual(self.slurm("--jobs", "3").returncode, 0)
        self.assertEqual(self.bash("bundles.sh", SLURM_ARRAY_TASK_ID="2").returncode, 0)
        done = self.bash("merge.sh")
        self.assertEqual(done.returncode, 6)
        self.assertIn("8 missing", done.stderr)

    def test_the_warning_stops_with_checkpoints_and_requeues(self):
        self.write("kazakhstan", scale=0.002, weeks=200, replicates=1)
        self.assertEqual(self.slurm("--jobs", "2").returncode, 0)
        for warning, requeued in ((signal.SIGUSR1, ["scontrol requeue 77"]), (signal.SIGTERM, [])):
            self.calls.write_text("")
            bundle = subprocess.Popen(
                ["bash", self.scripts / "bundles.sh"],
                env={**self.environment, "SLURM_ARRAY_TASK_ID": "1"},
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
            )
            for _ in range(200):
                time.sleep(0.05)
                if (self.runs / "sweep.toml").exists():
                    break
            time.sleep(0.4 * busy())
            bundle.send_signal(warning)
            _, message = bundle.communicate(timeout=60 * SLOWER)
            self.assertEqual(bundle.returncode, 143, message)
            self.assertGreater(len(list(self.runs.glob("*.checkpoint"))), 0)
            self.assertEqual(self.calls.read_text().splitlines(), requeued)
        for i in (1, 2):
            done = self.bash("bundles.sh", SLURM_ARRAY_TASK_ID=str(i))
            self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.bash("merge.sh").returncode, 0)
        self.assertEqual(self.out.read_bytes(), self.reference())

    def test_a_bundle_hands_on_how_the_program_ended(self):
        (self.folder / "sweep.toml").write_text(
            '[sweep]\nmodel = "idle"\nset = ["idle.fails_from=2"]\nreplicates = 2\n'
            '[axis.x]\npath = "idle.x"\nvalues = [1, 2, 3]\n[measure.y]\n'
        )
        self.assertEqual(self.slurm().returncode, 0)
        self.assertEqual(self.bash("bundles.sh", SLURM_ARRAY_TASK_ID="1").returncode, 6)
        self.assertEqual(self.bash("bundles.sh", SLURM_ARRAY_TASK_ID="9").returncode, 2)
        self.assertEqual(self.calls.read_text(), "")

    def test_submit_submits_once(self):
        self.write()
        self.assertEqual(self.slurm("--jobs", "3", "--partition", "short").returncode, 0)
        done = self.bash("submit.sh", "--qos=long", "--time=5")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout, "bundles: job 101\nmerge:   job 102\n")
        self.assertEqual(
            self.calls.read_text().splitlines(),
            [
                "sbatch --parsable --qos=long --time=5 bundles.sh",
                "sbatch --parsable --dependency=afterany:101 merge.sh",
            ],
        )
        queue = self.calls.with_suffix(".queue")
        queue.write_text("101_1 RUNNING\n")
        done = self.bash("submit.sh")
        self.assertEqual(done.returncode, 1)
        self.assertIn("101,102", done.stderr)
        queue.unlink()  # Slurm has forgotten them
        self.assertEqual(self.bash("submit.sh").stdout, "bundles: job 103\nmerge:   job 104\n")

    def test_a_folder_with_something_else_is_left_alone(self):
        self.write()
        self.assertEqual(self.slurm("--jobs", "3").returncode, 0)
        (self.scripts / "bundle-1.log").write_text("a log")
        self.assertEqual(self.slurm("--jobs", "2").returncode, 0)
        self.assertIn("--array=1-2", (self.scripts / "bundles.sh").read_text())
        before = {path.name: path.read_bytes() for path in self.scripts.iterdir()}

        other = self.call("slurm", "sweep.toml", "--out", "other.h5", "--folder", self.scripts)
        self.assertEqual(other.returncode, 5)
        self.assertIn("--folder", other.stderr)
        (self.scripts / "thesis.tex").write_text("dear")
        self.assertEqual(self.slurm().returncode, 5)
        before["thesis.tex"] = b"dear"
        self.assertEqual({path.name: path.read_bytes() for path in self.scripts.iterdir()}, before)

        file = self.folder / "a file"
        file.write_text("x")
        self.assertEqual(self.slurm("--folder", file).returncode, 5)
        self.assertEqual(file.read_text(), "x")

    def test_mistakes_write_nothing(self):
        self.write()
        for options, code, word in (
            (("--jobs", "13"), 2, "12 runs"),
            (("--partition", "a b"), 2, "a b"),
            (("--memory", "0.1"), 2, "0.5 GB"),
            (("--set", "sweep.replicates=0"), 3, "replicates"),
            (("--out", self.folder / "no" / "a.h5"), 5, "no folder"),
        ):
            with self.subTest(options):
                done = self.call("slurm", "sweep.toml", "--folder", self.scripts, *options)
                self.assertEqual(done.returncode, code, done.stderr)
                self.assertIn(word, done.stderr)
                self.assertFalse(self.scripts.exists())


if __name__ == "__main__":
    unittest.main(verbosity=1)
