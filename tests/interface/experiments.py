"""Every scenario of scenarios/experiments/ is valid, and the table of published and simulated effects is made of small
runs."""
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ["KURULTAI_BINARY"]
sys.path.insert(0, str(ROOT / "analysis"))
import experiments as table  # noqa: E402
import kept  # noqa: E402


def made_in(folder, *options):
    """What the script says that makes the table in `folder`."""
    words = ["/usr/bin/python3", str(ROOT / "analysis" / "experiments.py"), "--program", PROGRAM]
    words += ["--replicates", "1", "--out", folder, *options]
    return subprocess.run(words, capture_output=True, text=True)


class Experiments(unittest.TestCase):
    def test_every_scenario_is_valid(self):
        scenarios = [
            file
            for file in sorted((ROOT / "scenarios" / "experiments").glob("*.toml"))
            if file.name != "calibrate.toml"
        ]
        self.assertGreaterEqual(len(scenarios), 9)
        for file in scenarios:
            done = subprocess.run([PROGRAM, "check", str(file)], capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, f"{file.name}: {done.stderr}")

    def test_the_table_is_made_by_one_command(self):
        with tempfile.TemporaryDirectory() as folder:
            done = made_in(
                folder, "--set", "society.communities=4", "--set", "society.people=300", "--set", "run.warmup=60"
            )
            self.assertEqual(done.returncode, 0, done.stderr[-800:])
            page = (pathlib.Path(folder) / "experiments.md").read_text()
            rows = [line for line in page.splitlines() if "| fitted |" in line or "| predicted |" in line]
            self.assertEqual(len(rows), 13)
            # Small societies measure badly, but every effect is measured; but for histories of five elections, of which
            # there was one.
            self.assertEqual(
                [row.split("|")[1].strip() for row in rows if "not measured" in row], ["neighbours mail, by past votes"]
            )
            self.assertEqual(len([row for row in rows if "| fitted |" in row]), 8)
            values = (pathlib.Path(folder) / "experiments.csv").read_text().splitlines()
            self.assertEqual(values[1], "effect,kind,replicate,value,above,below")
            self.assertEqual(len(values), 2 + 13 + 7)
            self.assertEqual(
                kept.read(pathlib.Path(folder) / "experiments.md"), kept.read(pathlib.Path(folder) / "experiments.csv")
            )

    def test_a_verdict_goes_by_the_interval(self):
        row = table.ROWS[0]  # 7.4 to 8.8
        for values, said in (
            ([8.0, 8.1, 8.2, 8.1], "inside"),
            ([7.0, 9.0, 7.5, 8.5], "undecided, the mean is inside"),
            ([8.0, 10.0, 9.5, 8.5], "undecided, the mean is outside"),
            ([9.4, 9.5, 9.6, 9.5], "outside by +0.70"),
            ([6.4, 6.5, 6.6, 6.5], "outside by -0.90"),
            ([8.1], "inside"),
            ([float("nan")] * 4, "not measured"),
        ):
            self.assertEqual(table.verdict(row, table.mean_of(values)), said)

    def test_a_run_that_fails_is_told(self):
        with tempfile.TemporaryDirectory() as folder:
            done = made_in(folder, "--set", "participation.b_nail=1")
            self.assertEqual(done.returncode, 1)
            self.assertIn("did you mean 'participation.b_mail'", done.stderr)
            self.assertEqual(list(pathlib.Path(folder).iterdir()), [])


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0]])
