"""The shipped calibration finds the truth that its targets were made at, with a smaller budget than it ships with."""
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ["KURULTAI_BINARY"]
EXAMPLE = ROOT / "scenarios" / "sweeps" / "calibrate_village.toml"
SMALLER = ["--set", "calibration.particles=300", "--set", "calibration.generations=6"]  # of 600 and 8
sys.path.insert(0, str(ROOT / "analysis"))
import targets  # noqa: E402


class Example(unittest.TestCase):
    def test_it_finds_its_truth(self):
        text = EXAMPLE.read_text(encoding="utf-8")
        paths = dict(re.findall(r"^\[axis\.(\w+)\]\npath = \"([^\"]+)\"", text, re.MULTILINE))
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run(
                [PROGRAM, "calibrate", str(EXAMPLE), "--out", f"{folder}/x.h5", "--progress", "none", *SMALLER],
                capture_output=True,
                text=True,
            )
        self.assertEqual(done.returncode, 0, done.stderr)
        for axis, truth in targets.truth_in(text).items():
            low, high = map(
                float, re.search(rf"^ +{re.escape(paths[axis])} +\S+ +(\S+) +(\S+)", done.stdout, re.MULTILINE).groups()
            )
            self.assertTrue(low <= truth <= high, f"{axis}: {truth} is not within {low} to {high}\n{done.stdout}")
            self.assertIn("met", done.stdout)


if __name__ == "__main__":
    unittest.main()
