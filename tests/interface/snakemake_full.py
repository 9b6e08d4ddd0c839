"""The Snakemake example makes the file that a single call makes, also after a kill. Skipped where there is no
Snakemake."""
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
SNAKEMAKE = shutil.which("snakemake", path="/usr/bin:" + os.environ.get("PATH", ""))

SWEEP = """
[sweep]
scenario = "{root}/scenarios/kazakhstan.toml"
set = ["run.scale=0.002", "run.warmup=52", "run.weeks=100"]
replicates = 4
keep_every = 20

[axis.announcement]
path = "information.reach"
values = [0.0, 0.3, 0.6]

[measure.participation]
"""


@unittest.skipUnless(SNAKEMAKE, "no snakemake here (Debian: apt-get install snakemake)")
class Snakemake(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        (self.folder / "my sweep.toml").write_text(SWEEP.format(root=ROOT))

    def command(self, *options):
        return [
            SNAKEMAKE,
            "-s",
            ROOT / "scenarios/sweeps/Snakefile",
            "-d",
            self.folder,
            "-j",
            "2",
            *options,
            "--config",
            "sweep=my sweep.toml",
            "out=my out.h5",
            "shards=4",
            f"kurultai={PROGRAM}",
        ]

    def call(self, command):
        done = subprocess.run(
            command,
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
            check=False,
        )
        self.assertEqual(done.returncode, 0, done.stdout)
        return done.stdout

    def test_like_one_call_also_after_a_kill(self):
        self.call([PROGRAM, "sweep", "my sweep.toml", "--out", "reference.h5"])
        runs = self.folder / "my out.runs"
        log = self.folder / "log"
        with log.open("w") as stream:
            killed = subprocess.Popen(
                self.command(), cwd=self.folder, stdout=stream, stderr=stream, start_new_session=True
            )
        try:
            for _ in range(600):
                time.sleep(0.05)
                if len(list(runs.glob("[0-9]*.run"))) >= 2 or killed.poll() is not None:
                    break
        finally:
            os.killpg(killed.pid, signal.SIGKILL)
            killed.wait()
        self.assertGreaterEqual(len(list(runs.glob("[0-9]*.run"))), 2, log.read_text())
        self.assertFalse((self.folder / "my out.h5").exists(), "it ended before it was killed")

        self.call(self.command("--unlock"))
        said = self.call(self.command("--rerun-incomplete"))
        self.assertEqual((self.folder / "my out.h5").read_bytes(), (self.folder / "reference.h5").read_bytes(), said)
        self.assertFalse(runs.exists())
        self.assertIn("Nothing to be done", self.call(self.command()))


if __name__ == "__main__":
    unittest.main(verbosity=2)
