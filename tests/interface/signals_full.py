#!/usr/bin/python3
"""Signals at fifty random moments of every verb, those of scripts included: each time the verb and all processes that
it began have ended within a second, with the right exit code and without a traceback; what it writes is whole, or not
there, or as it was; and where it keeps checkpoints or runs, it goes on from them to the same bits.
"""
import os
import pathlib
import random
import signal
import subprocess
import time
import unittest

from _surroundings import PROGRAM, ROOT, Bench, busy, stop, verbs_of_program, verbs_of_scripts

MOMENTS = int(os.environ.get("KURULTAI_MOMENTS", "50"))
SIGNALS = {signal.SIGTERM: 143, signal.SIGINT: 130, signal.SIGHUP: 129}
LONGEST = 20  # seconds that a moment may be away from the start of a script that takes minutes


def digest(file: pathlib.Path) -> str:
    return subprocess.run([PROGRAM, "digest", file], capture_output=True, text=True, check=True).stdout


class Signals(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.bench = Bench()
        cls.addClassCleanup(cls.bench.close)

    def ends(self, ended, code, where):
        self.assertIn(ended.code, (code, 0), f"{where}: {ended.said[-400:]}")
        self.assertLess(ended.seconds, busy() + 0.2, where)
        self.assertEqual(ended.left, [], f"{where}: processes are left")
        self.assertNotIn("Traceback", ended.said, where)

    def test_fifty_moments_of_each_verb(self):
        luck = random.Random(1)
        for verb in verbs_of_program() + verbs_of_scripts():
            with self.subTest(verb.name):
                folder = self.bench.folder / f"moments-{verb.name}"
                folder.mkdir()
                out = folder / f"out{verb.output()[1]}"
                begun = time.monotonic()
                lasts = LONGEST
                if not verb.long:
                    subprocess.run(
                        self.bench.call(verb, folder / f"clean{out.suffix}"),
                        check=True,
                        capture_output=True,
                        cwd=self.bench.folder,
                    )
                    lasts = time.monotonic() - begun
                for k in range(MOMENTS if not verb.long else MOMENTS // 5):
                    number, code = luck.choice(list(SIGNALS.items()))
                    moment = luck.uniform(0.03, max(lasts, 0.05))
                    ended = stop(self.bench.call(verb, out), number, moment, folder)
                    self.ends(ended, code, f"{number.name} after {moment:.3f} s")
                    if out.suffix == ".h5" and out.exists():
                        digest(out)
                    self.assertEqual(
                        [path.name for path in folder.iterdir() if path.name.startswith(".")],
                        [],
                        f"files in the making are left, {number.name} after {moment:.3f} s, {ended}",
                    )
                    if "--resume" in verb.options and ended.code:
                        subprocess.run(
                            [*self.bench.call(verb, out), "--resume"],
                            check=True,
                            capture_output=True,
                            cwd=self.bench.folder,
                        )
                        self.assertEqual(digest(out), digest(folder / f"clean{out.suffix}"))
                        out.unlink()

    def test_a_million_residents(self):
        """A checkpoint is written within the second, at any week; while the society is built nothing is lost."""
        out = self.bench.folder / "million.h5"
        command = [
            str(PROGRAM),
            "run",
            str(ROOT / "scenarios" / "kazakhstan.toml"),
            "--scale",
            "0.05",
            "--out",
            str(out),
            "--progress",
            "line",
        ]
        for number, moment in ((signal.SIGTERM, 0.5), (signal.SIGHUP, 2), (signal.SIGINT, 15), (signal.SIGTERM, 31)):
            ended = stop(command, number, moment, self.bench.folder)
            self.ends(ended, SIGNALS[number], f"{number.name} after {moment} s")
            if "stopped after" in ended.said:
                self.assertTrue(out.with_name(out.name + ".checkpoint").is_file(), ended.said)
        self.assertFalse(out.exists())

    def test_a_second_signal_leaves_the_checkpoint_before(self):
        out = self.bench.folder / "twice.h5"
        command = [
            str(PROGRAM),
            "run",
            str(ROOT / "scenarios" / "kazakhstan.toml"),
            "--scale",
            "0.1",
            "--out",
            str(out),
            "--checkpoint",
            "1",
            "--progress",
            "none",
        ]
        checkpoint = out.with_name(out.name + ".checkpoint")
        process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL)
        while not checkpoint.exists():
            time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        time.sleep(0.15)
        begun = time.monotonic()
        process.send_signal(signal.SIGTERM)
        said = process.communicate()[1].decode()
        self.assertLess(time.monotonic() - begun, busy() + 0.2)
        self.assertEqual(process.returncode, 143, said)
        self.assertIn("finishing week", said)
        self.assertTrue(checkpoint.is_file() or pathlib.Path(f"{checkpoint}.previous").is_file())


if __name__ == "__main__":
    unittest.main(verbosity=1)
