"""A run that is killed, stopped or told to write a checkpoint goes on with --resume and gives the same digest."""
import os
import pathlib
import random
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ["KURULTAI_BINARY"]
SCALE = "0.001" if os.environ.get("KURULTAI_SANITIZED") else "0.005"  # a sanitizer makes it ten times slower
SMALL = [
    "scenarios/kazakhstan.toml",
    "--scale",
    SCALE,
    "--weeks",
    "80",
    "--set",
    "run.warmup=10",
    "--set",
    "output.panel=50",
]


def digest(file):
    return subprocess.run([PROGRAM, "digest", str(file)], capture_output=True, text=True, check=True).stdout.strip()


class Checkpoint(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp())
        whole = cls.folder / "whole.h5"
        begun = time.monotonic()
        subprocess.run(
            [PROGRAM, "run", *SMALL, "--out", str(whole), "--progress", "none"],
            cwd=ROOT,
            check=True,
            stdout=subprocess.DEVNULL,
            timeout=300,
        )
        cls.seconds = time.monotonic() - begun
        cls.digest = digest(whole)
        cls.size = whole.stat().st_size

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def setUp(self):
        self.home = pathlib.Path(tempfile.mkdtemp(dir=self.folder))
        self.out = self.home / "run.h5"
        self.checkpoint = self.home / "run.h5.checkpoint"

    def start(self, *more, progress="none", **popen):
        return subprocess.Popen(
            [PROGRAM, "run", *SMALL, "--out", str(self.out), "--progress", progress, *more],
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            **popen,
        )

    def finish(self, run):
        _, said = run.communicate(timeout=300)
        return run.returncode, said

    def wait_until_it_runs(self, run):
        """Progress in JSON begins with the first week."""
        while '"week"' not in (line := run.stderr.readline()):
            self.assertTrue(line, "the run ended too early")

    def assert_done(self, code, said):
        self.assertEqual(code, 0, said)
        self.assertEqual(digest(self.out), self.digest)
        self.assertEqual(
            [p.name for p in self.home.iterdir()], ["run.h5"], "checkpoints are removed when the result is there"
        )

    def test_killed_at_random_moments(self):
        luck = random.Random(1)
        resumed = 0
        for threads in (2, 1, 2, 1, 2, 2):
            run = self.start("--checkpoint", "1", "--resume", "--threads", str(threads))
            time.sleep(luck.uniform(0.15, 0.5) * self.seconds)
            run.kill()
            resumed += "resumed after" in self.finish(run)[1]
            if self.out.exists():
                break
        if not self.out.exists():
            code, said = self.finish(self.start("--resume"))
            self.assertIn("resumed after", said)
            self.assert_done(code, said)
            resumed += 1
            import h5py

            with h5py.File(self.out) as file:
                self.assertGreaterEqual(file["provenance"].attrs["resumed"], 1)
        self.assertGreaterEqual(resumed, 2)
        self.assertEqual(digest(self.out), self.digest)

    def test_stopped_by_a_signal(self):
        for sent, code in ((signal.SIGTERM, 143), (signal.SIGINT, 130), (signal.SIGALRM, 142)):
            run = self.start(progress="json")
            self.wait_until_it_runs(run)
            run.send_signal(sent)
            returned, said = self.finish(run)
            self.assertEqual(returned, code, said)
            self.assertIn("the same command with --resume goes on", said)
            self.assertFalse(self.out.exists())
            self.assertTrue(self.checkpoint.exists())
            code, said = self.finish(self.start("--resume", "--threads", "1"))
            self.assertIn("resumed after", said)
            self.assert_done(code, said)
            self.out.unlink()

    def test_a_checkpoint_on_demand(self):
        run = self.start(progress="json")
        self.wait_until_it_runs(run)
        run.send_signal(signal.SIGUSR1)
        said = ""
        while "checkpoint after" not in said:
            said = run.stderr.readline()
            self.assertTrue(said, "no checkpoint was written")
        self.assertTrue(self.checkpoint.exists())
        code, said = self.finish(run)
        self.assert_done(code, said)

    def test_never_is_never(self):
        run = self.start("--checkpoint", "0", progress="json")
        self.wait_until_it_runs(run)
        run.send_signal(signal.SIGUSR1)
        run.send_signal(signal.SIGTERM)
        code, said = self.finish(run)
        self.assertEqual(code, 143, said)
        self.assertIn("nothing was written", said)
        self.assertEqual(list(self.home.iterdir()), [])

    def stopped(self):
        run = self.start(progress="json")
        self.wait_until_it_runs(run)
        run.send_signal(signal.SIGTERM)
        self.assertEqual(self.finish(run)[0], 143)

    def test_without_a_checkpoint_resume_starts_and_without_resume_a_checkpoint_is_named(self):
        code, said = self.finish(self.start("--resume", "--set", "run.weeks=2"))
        self.assertEqual(code, 0, said)
        self.assertIn("starting from the beginning", said)
        self.stopped()
        code, said = self.finish(self.start())
        self.assertIn("--resume would go on from it", said)
        self.assert_done(code, said)

    def test_another_scenario_is_refused_and_a_damaged_checkpoint_too(self):
        self.stopped()
        before = self.checkpoint.read_bytes()
        code, said = self.finish(self.start("--resume", "--set", "participation.b_eff=1.5"))
        self.assertEqual(code, 5, said)
        self.assertIn("[participation] b_eff: now 1.5", said)
        self.assertEqual(self.checkpoint.read_bytes(), before)
        self.checkpoint.write_bytes(before[: len(before) // 2])
        code, said = self.finish(self.start("--resume"))
        self.assertEqual(code, 5, said)
        self.assertIn("damaged", said)
        (self.home / "run.h5.checkpoint.previous").write_bytes(before)
        code, said = self.finish(self.start("--resume"))
        self.assertIn("run.h5.checkpoint.previous", said)
        self.assert_done(code, said)

    def test_a_checkpoint_that_finds_no_room_is_a_warning(self):
        room = self.size + (1 << 16)

        def small_files():
            import resource

            resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))  # enough for the result, not for a checkpoint

        self.stopped()
        before = self.checkpoint.read_bytes()
        self.assertGreater(len(before), room)
        run = self.start("--checkpoint", "20", "--resume", progress="json", preexec_fn=small_files)
        self.wait_until_it_runs(run)
        run.send_signal(signal.SIGTERM)
        code, said = self.finish(run)
        self.assertEqual(code, 143, said)
        self.assertIn("goes on from an earlier week", said)
        self.assertEqual(self.checkpoint.read_bytes(), before)
        self.assertEqual([p.name for p in self.home.iterdir()], [self.checkpoint.name])
        code, said = self.finish(self.start("--checkpoint", "20", "--resume", preexec_fn=small_files))
        self.assertIn("no checkpoint:", said)
        self.assertIn("ulimit -f", said)
        self.assert_done(code, said)


if __name__ == "__main__":
    unittest.main(verbosity=1)
