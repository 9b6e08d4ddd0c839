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


#: Where the code, its tests and scenarios cite sections of the document: "MODEL 7.6", "MODEL 7.9, 7.12", "MODEL 7.29 to
#: 7.34".
CITING = [
    path
    for folder in ("sim", "tests", "bench", "scenarios")
    for path in sorted((ROOT / folder).rglob("*"))
    if path.suffix in (".h", ".cpp", ".toml") and "0.1" not in path.parts
]


def citations(text):
    """(line, number of a section) for each citation in `text`."""
    for number, line in enumerate(text.split("\n"), 1):
        for cited in re.findall(r"\bMODEL ((?:\d+(?:\.\d+)?)(?:(?:, | to )\d+\.\d+)*)", line):
            yield from ((number, section) for section in re.findall(r"\d+(?:\.\d+)?", cited))


#: {name of a mechanism's file: its section in scenarios}
SECTIONS = dict(
    re.findall(r"MECHANISM\((\w+), (\w+), \d+\)", (ROOT / "sim" / "mechanism" / "list.h").read_text(encoding="utf-8"))
)


def wrong_citations(path, text, document):
    """Citations of sections that are not there; of a mechanism's own file, those of sections on other mechanisms."""
    headings = dict(re.findall(r"^##+ (\d+(?:\.\d+)?)\.? (.*)$", document, re.MULTILINE))
    own = SECTIONS.get(path.stem) if path.suffix == ".cpp" and "mechanism" in path.parts else None
    found = []
    for number, section in citations(text):
        if section not in headings:
            found.append(f"{path}:{number}: MODEL {section} is not there")
        elif own is not None and f"(`{own}`)" not in headings[section]:
            found.append(f"{path}:{number}: MODEL {section} does not speak of {own}")
    return found


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

    def test_every_citation_leads_to_its_section(self):
        self.assertGreater(len(CITING), 200)
        found = [
            wrong
            for path in CITING
            for wrong in wrong_citations(path.relative_to(ROOT), path.read_text(encoding="utf-8"), MODEL)
        ]
        self.assertEqual(found, [])
        trust = pathlib.Path("sim/mechanism/learning/trust.cpp")
        self.assertEqual(
            wrong_citations(trust, "// MODEL 7.18; T3, MODEL 7.12, 7.99", MODEL),
            [f"{trust}:1: MODEL 7.12 does not speak of trust", f"{trust}:1: MODEL 7.99 is not there"],
        )

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
