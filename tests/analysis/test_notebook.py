"""The notebook runs from top to bottom on a result, and draws its figures."""
import pathlib
import subprocess
import sys
import unittest

import _sample


class Notebook(unittest.TestCase):
    def setUp(self):
        self.folder = _sample.Folder()
        self.addCleanup(self.folder.cleanup)
        self.out = pathlib.Path(self.folder.name)

    def execute(self, result):
        return subprocess.run([sys.executable, str(_sample.ROOT / "analysis" / "execute_notebook.py"),
                               str(_sample.ROOT / "analysis" / "participation.ipynb"), str(result), "--out",
                               str(self.out / "page.html"), "--figures", str(self.out / "figures")],
                              capture_output=True, text=True, timeout=600)

    def test_it_runs_and_draws(self):
        done = self.execute(_sample.result(self.out))
        self.assertEqual(done.returncode, 0, done.stderr)
        names = {path.stem for path in (self.out / "figures").glob("*.png")}
        self.assertLessEqual({"nation", "forms", "region_participation", "region_awareness", "region_trust", "who"}, names)
        for path in (self.out / "figures").glob("*.png"):
            self.assertGreater(path.stat().st_size, 10000, path.name)
        self.assertIn("image/png", (self.out / "page.html").read_text(encoding="utf-8"))

    def test_a_failing_cell_fails_the_run(self):
        broken = self.out / "broken.h5"
        broken.write_text("no result")
        done = self.execute(broken)
        self.assertEqual(done.returncode, 1)
        self.assertIn("ResultError", done.stderr)


if __name__ == "__main__":
    unittest.main()
