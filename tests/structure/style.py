#!/usr/bin/python3
"""One style: C++ as .clang-format says (clang-format 19, which Debian 12 and 13 have), Python as .flake8 says, 120
columns in both.

`clang-format-19 -i FILE` puts a file right. Where a tool is missing its test is skipped and says so; the width is
always tested.
"""
import importlib.util
import pathlib
import shutil
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
WIDTH = 120
FORMATTER = shutil.which("clang-format-19")


def files(*endings):
    """Paths of the tree's files with these endings, those outside git included (a copy of the tree may have no git)."""
    folders = ("sim", "analysis", "bench", "tests")
    return [
        path
        for folder in folders
        for path in sorted((ROOT / folder).rglob("*"))
        if path.suffix in endings and "__pycache__" not in path.parts
    ]


def wide(text):
    return [number for number, line in enumerate(text.split("\n"), 1) if len(line) > WIDTH]


def ill_formed(paths, text=None):
    """What the formatter says of files, or of a text that is called like the first of them."""
    words = [FORMATTER, "--dry-run", "-Werror"]
    words += [f"--assume-filename={paths[0]}"] if text is not None else [str(path) for path in paths]
    return subprocess.run(words, input=text, cwd=ROOT, capture_output=True, text=True, check=False).stderr


class Style(unittest.TestCase):
    def test_no_line_is_wider(self):
        offences = [
            f"{path.relative_to(ROOT)}:{number}"
            for path in files(".h", ".cpp", ".py")
            for number in wide(path.read_text(encoding="utf-8"))
        ]
        self.assertEqual(offences, [], f"lines of more than {WIDTH} columns")
        self.assertEqual(wide("x" * WIDTH + "\n" + "é" * (WIDTH + 1)), [2])

    @unittest.skipUnless(FORMATTER, "clang-format-19 is not installed")
    def test_the_formatter_changes_nothing(self):
        sources = files(".h", ".cpp")
        self.assertGreater(len(sources), 200)
        self.assertEqual(ill_formed(sources)[:3000], "")
        self.assertIn("clang-format-violations", ill_formed([ROOT / "sim/a.cpp"], "int  x;\n"))

    @unittest.skipUnless(importlib.util.find_spec("flake8"), "python3-flake8 is not installed")
    def test_flake8_finds_nothing(self):
        done = subprocess.run(
            [sys.executable, "-m", "flake8", "analysis", "tests"], cwd=ROOT, capture_output=True, text=True, check=False
        )
        self.assertEqual((done.stdout + done.stderr)[:3000], "")


if __name__ == "__main__":
    unittest.main(verbosity=2)
