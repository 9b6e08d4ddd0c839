"""The page of the library is up to date, and every proposal of the source has its scenario; that each runs and does
something, tests/regression tells.
"""
import pathlib
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "analysis"))
import scenario_index  # noqa: E402


class Library(unittest.TestCase):
    def test_the_page_is_up_to_date(self):
        done = subprocess.run(
            ["/usr/bin/python3", str(ROOT / "analysis" / "scenario_index.py"), "--check"],
            capture_output=True,
            text=True,
        )
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_there_is_one_for_each_proposal(self):
        names = {path.stem for path in scenario_index.library()}
        wanted = {f"R{k}" for k in range(1, 9)} | {f"P{k}" for k in range(1, 11)} | {"strategy", "history"}
        self.assertLessEqual(wanted, names)


if __name__ == "__main__":
    unittest.main()
