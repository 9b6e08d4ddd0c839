"""The notebooks run from top to bottom on a result, and draw their figures."""
import json
import pathlib
import subprocess
import sys
import unittest

import _sample
import _sweep_sample


class Notebook(unittest.TestCase):
    def setUp(self):
        self.folder = _sample.Folder()
        self.addCleanup(self.folder.cleanup)
        self.out = pathlib.Path(self.folder.name)

    def execute(self, result, notebook="participation"):
        return subprocess.run(
            [
                sys.executable,
                str(_sample.ROOT / "analysis" / "execute_notebook.py"),
                str(
                    notebook if isinstance(notebook, pathlib.Path) else _sample.ROOT / "analysis" / f"{notebook}.ipynb"
                ),
                str(result),
                "--out",
                str(self.out / "page.html"),
                "--figures",
                str(self.out / "figures"),
            ],
            capture_output=True,
            text=True,
            timeout=600,
        )

    def test_it_runs_and_draws(self):
        done = self.execute(_sample.result(self.out))
        self.assertEqual(done.returncode, 0, done.stderr)
        names = {path.stem for path in (self.out / "figures").glob("*.png")}
        self.assertLessEqual(
            {"nation", "forms", "region_participation", "region_awareness", "region_trust", "who"}, names
        )
        for path in (self.out / "figures").glob("*.png"):
            self.assertGreater(path.stat().st_size, 10000, path.name)
        self.assertIn("image/png", (self.out / "page.html").read_text(encoding="utf-8"))

    def test_the_sweep_is_answered_from_its_numbers(self):
        done = self.execute(_sweep_sample.write_sweep(self.out / "grid.h5", weeks=60), "sweep")
        self.assertEqual(done.returncode, 0, done.stderr)
        names = {path.stem for path in (self.out / "figures").glob("*.png")}
        self.assertLessEqual(
            {
                "levers_participation",
                "effect_reach_participation",
                "effect_push_participation",
                "time_path_reach",
                "surface_reach_push_participation",
                "region_multiples_participation_reach",
                "who_participation_reach",
            },
            names,
        )
        page = (self.out / "page.html").read_text(encoding="utf-8")
        for part in (
            "strengthen each other",
            "reach (0.1 → 0.5): +4.9",
            "no lever has a clear effect",
            "71 finished, 1 failed",
            "All replicates live in one society",
        ):
            self.assertIn(part, page)

    def test_a_failing_cell_fails_the_run(self):
        book = self.out / "failing.ipynb"
        cell = {
            "cell_type": "code",
            "execution_count": None,
            "id": "a",
            "metadata": {},
            "outputs": [],
            "source": "1 / 0",
        }
        book.write_text(json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
        done = self.execute(_sample.result(self.out), book)
        self.assertEqual(done.returncode, 1)
        self.assertIn("ZeroDivisionError", done.stderr)
        self.assertFalse((self.out / "page.html").exists())

    def test_what_cannot_be_read_is_refused_before_it_runs(self):
        broken = self.out / "broken.h5"
        broken.write_text("no result")
        book = self.out / "book.ipynb"
        book.write_text("no notebook")
        for done, words in (
            (self.execute(broken), "not HDF5"),
            (self.execute(_sample.result(self.out), book), "not a notebook"),
            (self.execute(_sample.result(self.out), self.out), "not a regular file"),
        ):
            self.assertEqual(done.returncode, 5)
            self.assertIn(words, done.stderr)
            self.assertEqual(done.stderr.count("\n"), 1)


if __name__ == "__main__":
    unittest.main()
