"""Every scenario of scenarios/experiments/ is valid, and the table of published and simulated effects is made of small runs."""
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ["KURULTAI_BINARY"]


class Experiments(unittest.TestCase):
    def test_every_scenario_is_valid(self):
        scenarios = [file for file in sorted((ROOT / "scenarios" / "experiments").glob("*.toml")) if file.name != "calibrate.toml"]
        self.assertGreaterEqual(len(scenarios), 9)
        for file in scenarios:
            done = subprocess.run([PROGRAM, "check", str(file)], capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, f"{file.name}: {done.stderr}")

    def test_the_table_is_made_by_one_command(self):
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run(["/usr/bin/python3", str(ROOT / "analysis" / "experiments.py"), "--program", PROGRAM, "--replicates", "1",
                                   "--out", folder, "--set", "society.communities=4", "--set", "society.people=300", "--set", "run.warmup=60"],
                                  capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stderr[-800:])
            page = (pathlib.Path(folder) / "experiments.md").read_text()
            rows = [line for line in page.splitlines() if "| fitted |" in line or "| predicted |" in line]
            self.assertEqual(len(rows), 13)
            # Small societies measure badly, but every effect is measured; but for histories of five elections, of which there was one.
            self.assertEqual([row.split("|")[1].strip() for row in rows if "not measured" in row], ["neighbours mail, by past votes"])
            values = (pathlib.Path(folder) / "experiments.csv").read_text().splitlines()
            self.assertEqual(values[0], "effect,kind,replicate,value")
            self.assertEqual(len(values), 1 + 13 + 6)

    def test_a_run_that_fails_is_told(self):
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run(["/usr/bin/python3", str(ROOT / "analysis" / "experiments.py"), "--program", PROGRAM, "--replicates", "1",
                                   "--out", folder, "--set", "participation.b_nail=1"], capture_output=True, text=True)
            self.assertEqual(done.returncode, 1)
            self.assertIn("did you mean 'participation.b_mail'", done.stderr)
            self.assertEqual(list(pathlib.Path(folder).iterdir()), [])


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0]])
