#!/usr/bin/python3
"""sim/MODEL.md and README.md say what the program says of itself: generated tables, mechanisms, tags of the source.

To bring the tables up to date: /usr/bin/python3 analysis/model_tables.py (with --program BINARY if need be).
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "analysis"))
import model_tables  # noqa: E402

PROGRAM = os.environ.get("KURULTAI_BINARY", str(ROOT / "build" / "release" / "sim" / "kurultai"))
MODEL = (ROOT / "sim" / "MODEL.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")


def describe(*words):
    return subprocess.run([PROGRAM, "describe", *words], cwd=ROOT, check=True, capture_output=True, text=True).stdout


def undescribed(mechanisms, document):
    """Mechanisms without a heading of their own, as in '### 7.4 Information (`information`)'."""
    headings = "\n".join(line for line in document.split("\n") if line.startswith("### "))
    return [name for name in mechanisms if f"`{name}`" not in headings]


class Document(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.parts = model_tables.parts_of(PROGRAM)
        cls.mechanisms = re.findall(r"^  \w+ +(\w+) +\S", cls.parts["plan"], re.MULTILINE)
        cls.mechanisms = [name for name in cls.mechanisms if name not in ("reads", "writes")]

    def test_tables_are_up_to_date(self):
        self.assertTrue(
            model_tables.rewritten(MODEL, self.parts) == MODEL,
            "sim/MODEL.md is out of date: run /usr/bin/python3 analysis/model_tables.py",
        )

    def test_an_old_value_is_noticed(self):
        row = next(line for line in MODEL.split("\n") if line.startswith("| `b_stake` |"))
        self.assertNotEqual(
            model_tables.rewritten(MODEL.replace(row, row.replace("b_stake", "b_steak")), self.parts),
            MODEL.replace(row, row.replace("b_stake", "b_steak")),
        )

    def test_a_lost_marker_is_noticed(self):
        for name in self.parts:
            with self.assertRaises(ValueError):
                model_tables.rewritten(MODEL.replace(f"<!-- end {name} -->", ""), self.parts)

    def test_every_mechanism_has_its_section(self):
        self.assertGreater(len(self.mechanisms), 10)
        self.assertEqual(undescribed(self.mechanisms, MODEL), [])
        self.assertEqual(undescribed(["no_such_mechanism"], MODEL), ["no_such_mechanism"])

    def test_every_parameter_is_listed(self):
        for entry in json.loads(describe("parameters", "--json")):
            name = entry["path"][len(entry["section"]) + 1 :]
            if name != "enabled":
                self.assertIn(f"| `{name}` |", MODEL, entry["path"])

    def test_readme_lists_every_tag(self):
        tags = [entry["tag"] for entry in json.loads(describe("sources", "--json"))]
        self.assertEqual(len(tags), 42)
        sources = README[README.index("## Sources") :]
        listed = re.findall(r"^\| ([A-Z]\d+) \|", sources, re.MULTILINE)
        self.assertEqual(sorted(listed), sorted(tags))


if __name__ == "__main__":
    unittest.main(verbosity=1)
