"""Targets of a calibration that are made from the model at a known truth (analysis/targets.py); those of the shipped
example are still the model's."""
import os
import pathlib
import subprocess
import sys
import tempfile
import tomllib
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ["KURULTAI_BINARY"]
EXAMPLE = ROOT / "scenarios" / "sweeps" / "calibrate_village.toml"
sys.path.insert(0, str(ROOT / "analysis"))
import targets as made  # noqa: E402


def call(*options):
    return subprocess.run(
        [sys.executable, str(ROOT / "analysis" / "targets.py"), "--program", PROGRAM, *map(str, options)],
        capture_output=True,
        text=True,
    )


class Targets(unittest.TestCase):
    def test_values_are_put_in_and_nothing_else_is_touched(self):
        text = (
            '[sweep]\nset = ["a=1"]\n# value = 9\n\n[target.one]\nvalue = 1.5   # observed\nsd = 1\nsource ='
            ' "x"\n\n[target.two]\nsd = 2\nvalue = 3\n\n[calibration]\nparticles = 5\n'
        )
        after = made.with_targets(text, {"one": (0.25, 0.5), "two": (7, 8)})
        self.assertEqual(
            after,
            text.replace("1.5   #", "0.2500   #")
            .replace("sd = 1\n", "sd = 0.5000\n")
            .replace("sd = 2\n", "sd = 8.0000\n")
            .replace("value = 3\n", "value = 7.0000\n"),
        )

    def test_the_example_has_the_models_targets(self):
        done = call(EXAMPLE, "--check")
        self.assertEqual(done.returncode, 0, f"{done.stdout}{done.stderr}")

    def test_targets_of_another_model_are_noticed_and_made_anew(self):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "c.toml"
            text = EXAMPLE.read_text(encoding="utf-8").replace('"../village.toml"', f'"{ROOT}/scenarios/village.toml"')
            wrong = made.with_targets(text, {"awareness": (0.1, 0.02), "participation": (0.5, 0.03)})
            file.write_text(wrong, encoding="utf-8")
            done = call(file, "--check", "--runs", 20)
            self.assertEqual((done.returncode, file.read_text(encoding="utf-8")), (1, wrong))
            self.assertIn("has other targets", done.stderr)
            self.assertEqual(call(file, "--runs", 20).returncode, 0)
            self.assertLess(
                abs(tomllib.loads(file.read_text(encoding="utf-8"))["target"]["awareness"]["value"] - 0.45), 0.1
            )
            self.assertEqual(call(file, "--check", "--runs", 20).returncode, 0)

    def test_a_truth_that_is_not_of_the_axes_is_refused(self):
        done = call(EXAMPLE, "--truth", "announcement=0.4", "--truth", "cost=0.6")
        self.assertEqual(done.returncode, 1)
        self.assertIn("truth and axes differ: cost, cost_of_time", done.stderr)


if __name__ == "__main__":
    unittest.main()
