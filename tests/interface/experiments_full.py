"""The values in results/experiments.csv are those that the program computes: the first replicates, run again, to every
digit kept."""
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ["KURULTAI_BINARY"]
REPLICATES = 2  # of eight: each takes 40 s or so
sys.path.insert(0, str(ROOT / "analysis"))
import kept  # noqa: E402


class Pinned(unittest.TestCase):
    def test_values_are_those_of_the_program(self):
        wanted = [
            row for row in kept.read_csv(ROOT / "results" / "experiments.csv") if int(row["replicate"]) <= REPLICATES
        ]
        self.assertEqual(len(wanted), REPLICATES * len({row["effect"] for row in wanted}))
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run(
                [
                    sys.executable,
                    str(ROOT / "analysis" / "experiments.py"),
                    "--program",
                    PROGRAM,
                    "--replicates",
                    str(REPLICATES),
                    "--threads",
                    "2",
                    "--out",
                    folder,
                ],
                capture_output=True,
                text=True,
            )
            self.assertEqual(done.returncode, 0, done.stderr[-800:])
            found = kept.read_csv(pathlib.Path(folder) / "experiments.csv")
        self.assertEqual(
            found, wanted, "results/experiments.csv is of another model: ./kurultai results makes it again"
        )


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0]])
