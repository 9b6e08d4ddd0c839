"""What `check` foretells: from figures built in, or from a measurement of this machine that --measure takes."""
import json
import os
import pathlib
import re
import resource
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ["KURULTAI_BINARY"]
COUNTRY, VILLAGE = "scenarios/kazakhstan.toml", "scenarios/village.toml"


class Estimates(unittest.TestCase):
    def setUp(self):
        self.place = tempfile.TemporaryDirectory()
        self.folder = pathlib.Path(self.place.name)
        self.cache = self.folder / "cache"

    def tearDown(self):
        self.place.cleanup()

    def call(self, *arguments):
        environment = {**os.environ, "XDG_CACHE_HOME": str(self.cache)}
        return subprocess.run(
            [PROGRAM, *map(str, arguments)], capture_output=True, text=True, cwd=ROOT, env=environment
        )

    def files(self):
        return sorted(file for file in self.cache.rglob("*") if file.is_file())

    def said(self, done, word):
        self.assertEqual(done.returncode, 0, done.stderr)
        return re.search(rf"^  {word} +(.*)$", done.stdout, re.MULTILINE)[1]

    def test_measured_once_it_is_what_is_planned_with(self):
        self.assertIn("built into the program", self.said(self.call("check", COUNTRY), "from"))
        self.assertEqual(self.files(), [], "check alone writes nothing")
        measured = self.call("check", COUNTRY, "--measure", "--threads", 1)
        self.assertRegex(
            self.said(measured, "from"), r"a measurement of this machine, 20\d\d-\d\d-\d\d by 'check --measure kaza"
        )
        (file,) = self.files()
        kept = file.read_bytes()
        rates = json.loads(kept)["rates"]

        # What it foretells comes to pass: loosely, since this machine may do other things.
        size = ["--scale", "0.015", "--weeks", "78", "--set", "run.warmup=26", "--threads", "1"]
        check = self.call("check", COUNTRY, *size)
        self.assertIn("a measurement of this machine", self.said(check, "from"))
        seconds = float(self.said(check, "processor").split()[0])
        memory = float(self.said(check, "memory").split()[0])
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = self.call("run", COUNTRY, *size, "--out", self.folder / "run.h5", "--progress", "none")
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        self.assertEqual(done.returncode, 0, done.stderr)
        took = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        self.assertTrue(0.5 < seconds / took < 2, f"{seconds} s foretold, {took:.1f} s taken")
        self.assertTrue(0.5 < memory / (after.ru_maxrss * 1024e-9) < 2, f"{memory} GB foretold; {after.ru_maxrss} kB")
        self.assertEqual(file.read_bytes(), kept, "a run of less than a minute measures nothing")

        # A plan follows what is kept.
        slow = json.loads(kept)
        slow["rates"]["seconds_a_resident_and_week"] = 5 * rates["seconds_a_resident_and_week"]
        file.write_text(json.dumps(slow))
        self.assertGreater(float(self.said(self.call("check", COUNTRY, *size), "processor").split()[0]), 2 * seconds)

        # Damaged, it is a word and no error.
        file.write_bytes(kept[: len(kept) // 2])
        done = self.call("check", COUNTRY)
        self.assertIn("built into the program", self.said(done, "from"))
        self.assertIn(f"note: {file} is passed over: it is damaged", done.stdout)
        self.assertEqual(file.read_bytes(), kept[: len(kept) // 2], "a plan leaves it as it is")

    def test_what_cannot_be_measured_is_told(self):
        village = self.call("check", VILLAGE, "--measure")
        self.assertEqual(village.returncode, 3, village.stderr)
        self.assertIn("cannot be measured with a given network", village.stderr)
        small = self.folder / "small.toml"
        small.write_text(f'extends = "{ROOT}/scenarios/forms.toml"\n[society]\nsource = "plain"\ncommunities = 3\n')
        done = self.call("check", small, "--measure")
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn("so small a society", done.stderr)
        self.assertEqual(self.files(), [])


if __name__ == "__main__":
    unittest.main()
