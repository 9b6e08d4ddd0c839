"""What version 0.1 wrote and read stays readable, with the same values: its scenarios and sweeps (0.1/*.toml), its
results (0.1/*.h5, made by that version out of them). all.toml names every parameter of that version. A key that is
renamed later is accepted under its old name.
"""
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import tomllib
import unittest

import kurultai

import _net
from _cases import Case

PROGRAM = os.environ["KURULTAI_BINARY"]
OLD = pathlib.Path(__file__).resolve().parent / "0.1"
RESULTS = ("village", "trial", "sweep", "calibration", "comparison")


def call(*words):
    return subprocess.run(
        [PROGRAM, *(str(word) for word in words)], capture_output=True, text=True, stdin=subprocess.DEVNULL
    )


def flat(table, path=""):
    """(path, value) of all values of a parsed TOML table, in the program's paths."""
    for key, value in table.items():
        if isinstance(value, dict):
            yield from flat(value, f"{path}{key}.")
        elif path:  # title and description of the whole have none
            yield f"{path}{key}", value


class Version01(unittest.TestCase):
    def values(self, scenario):
        done = call("describe", "parameters", scenario, "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        return {parameter["path"]: parameter["value"] for parameter in json.loads(done.stdout)}

    def test_scenarios_are_read_with_the_same_values(self):
        for name, least in (("all", 1000), ("plain", 30), ("forms", 100), ("taxes", 30), ("village", 4)):
            with self.subTest(name):
                given = dict(flat(tomllib.loads((OLD / f"{name}.toml").read_text())))
                self.assertGreaterEqual(len(given), least)
                read = self.values(OLD / f"{name}.toml")
                for path, value in given.items():
                    if path in ("society.nodes", "society.edges"):
                        self.assertTrue(read[path].endswith(value), path)  # a path is told from where one stands
                    else:
                        self.assertEqual(read.get(path), value, path)

    def test_scenarios_sweeps_and_calibrations_run(self):
        with tempfile.TemporaryDirectory() as folder:
            home = pathlib.Path(folder) / "0.1"
            shutil.copytree(OLD, home)
            for verb, name in (("run", "village"), ("run", "plain"), ("sweep", "sweep"), ("calibrate", "calibration")):
                with self.subTest(name):
                    weeks = ["--weeks", "3"] if verb == "run" else []
                    done = call(
                        verb,
                        home / f"{name}.toml",
                        *weeks,
                        "--out",
                        pathlib.Path(folder) / f"{name}.h5",
                        "--progress",
                        "none",
                    )
                    self.assertEqual(done.returncode, 0, done.stderr)

    def test_results_are_read_with_the_same_values(self):
        for name in RESULTS:
            with self.subTest(name):
                file = OLD / f"{name}.h5"
                case = Case(f"0.1/{name}", ())
                lines = _net.lines_of(file)
                if _net.UPDATE and _net.kept(case) is None:  # never a second time: these files do not change
                    _net.keep(case, lines)
                self.assertEqual(_net.differences(case, lines), [])
                done = call("show", file)
                self.assertEqual(done.returncode, 0, done.stderr)

    def test_the_python_package_reads_them(self):
        run = kurultai.open_run(OLD / "village.h5")
        self.assertEqual(run.nation.sizes["week"], 20)
        self.assertAlmostEqual(float(run.nation["trust"][-1]), 0.497250, 6)
        trial = kurultai.open_run(OLD / "trial.h5")
        estimate = kurultai.trials.read_trial(trial, "letters").effect()
        self.assertGreater(estimate.observations, 0)
        sweep = kurultai.open_sweep(OLD / "sweep.h5")
        self.assertEqual((sweep.points, sweep.replicates, len(sweep.axes)), (4, 3, 2))
        self.assertTrue(sweep.measures["participation"].notnull().all())
        self.assertEqual(kurultai.open_calibration(OLD / "calibration.h5").parameters.sizes["parameter"], 1)
        self.assertEqual(kurultai.open_comparison(OLD / "comparison.h5").replicates, "2 pairs")


if __name__ == "__main__":
    unittest.main()
