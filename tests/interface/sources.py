"""Every tag of the source is represented, and what is expected of it can be read and run by a machine."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import tomllib
import unittest

import numpy

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ["KURULTAI_BINARY"]
sys.path.insert(0, str(ROOT / "analysis"))
import expectations  # noqa: E402

TAGS = (
    [f"D{k}" for k in range(1, 11)]
    + [f"T{k}" for k in range(1, 8)]
    + [f"Q{k}" for k in range(1, 5)]
    + [f"I{k}" for k in range(1, 4)]
    + [f"R{k}" for k in range(1, 9)]
    + [f"P{k}" for k in range(1, 11)]
)


def described(topic, *arguments):
    return json.loads(
        subprocess.run(
            [PROGRAM, "describe", topic, *arguments, "--json"], capture_output=True, text=True, check=True
        ).stdout
    )


def made_in(folder, *options):
    """What the script says that makes the table in `folder`."""
    words = ["/usr/bin/python3", str(ROOT / "analysis" / "expectations.py"), "--program", PROGRAM]
    words += ["--seeds", "2", "--only", "R3", "--out", folder, *options]
    return subprocess.run(words, capture_output=True, text=True)


class Sources(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.rows = {row["tag"]: row for row in described("sources")}
        cls.levers = {lever["path"]: lever for lever in described("levers")}
        cls.series = {series["name"] for series in described("outputs")}
        with open(ROOT / "scenarios" / "taxes.toml", "rb") as file:
            cls.taxes = tomllib.load(file)["tax"]
        with open(ROOT / "scenarios" / "surveys.toml", "rb") as file:
            cls.surveys = tomllib.load(file)["survey"]

    def test_every_tag_is_there_and_represented(self):
        self.assertEqual(list(self.rows), TAGS)
        for tag, row in self.rows.items():
            self.assertTrue(row["says"] and row["represented_by"], tag)
            for item in row["represented_by"]:
                self.assertTrue(item["kind"] and item["name"], tag)

    def test_scenarios_that_represent_exist(self):
        for tag, row in self.rows.items():
            for item in row["represented_by"]:
                if item["kind"] == "scenario":
                    self.assertTrue((ROOT / "scenarios" / item["name"]).is_file(), f"{tag}: {item['name']}")
                if item["kind"] == "survey":
                    file, name = item["name"].split(": ")
                    self.assertEqual(file, "surveys.toml")
                    self.assertIn(name, self.surveys, tag)

    def test_no_expectation_is_empty(self):
        for tag in TAGS:
            if tag[0] != "T":
                self.assertTrue(self.rows[tag]["expectations"], f"{tag}: nothing is expected of it")
            for row in self.rows[tag]["expectations"]:
                self.assertTrue(row["says"] and row["moves"], tag)
                self.assertIn(row["sign"], ("rises", "falls", "stays"))
                self.assertGreater(row["least"], 0)
                self.assertGreaterEqual(row["horizon"], 52)

    def test_levers_exist_and_take_both_ends(self):
        for tag, row in self.rows.items():
            for expected in row["expectations"]:
                for move in expected["moves"]:
                    path = move["lever"]
                    if path.startswith("tax."):
                        _, name, share = path.split(".")
                        self.assertIn(name, self.taxes, tag)
                        path = f"tax.NAME.{share}"
                    self.assertIn(path, self.levers, tag)
                    self.assertNotEqual(move["low"], move["high"], tag)

    def test_series_exist(self):
        for tag, row in self.rows.items():
            for expected in row["expectations"]:
                name = expected["series"]
                if name.startswith("survey/"):
                    _, survey, item = name.split("/")
                    self.assertIn(item, self.surveys[survey]["items"], tag)
                else:
                    self.assertIn(name, self.series, tag)

    def test_usual_share_belongs_to_the_taxes(self):
        """revenue.usual_share is half of what communities keep of the taxes that their effort moves: there standard
        effort is the best."""
        reached = {name: tax["rate"] * tax["taxed"] * tax.get("reach", 1.0) for name, tax in self.taxes.items()}
        kept = sum(reached[name] * tax.get("community", 0.0) for name, tax in self.taxes.items())
        usual = next(entry["default"] for entry in described("parameters") if entry["path"] == "revenue.usual_share")
        self.assertAlmostEqual(usual, 0.5 * kept / sum(reached.values()), places=6)

    def test_there_are_nulls(self):
        """At least five, each of a share with a margin of 0.2 points; of those that cannot fail the reason is given,
        and three can."""
        nulls = [row for tag in TAGS for row in self.rows[tag]["expectations"] if row["sign"] == "stays"]
        self.assertGreaterEqual(len(nulls), 5)
        for row in nulls:
            self.assertEqual(row["least"], 0.002)
        self.assertGreaterEqual(len([row for row in nulls if not row["by_construction"]]), 3)
        others = [row for tag in TAGS for row in self.rows[tag]["expectations"] if row["sign"] != "stays"]
        self.assertFalse([row for row in others if row["by_construction"]])


class Verdicts(unittest.TestCase):
    """What the command says of effects that are known."""

    @staticmethod
    def verdict(sign, least, effects):
        row = expectations.Row("R1", "", (("a", 0, 1),), (), "x", sign, least, 52)
        zero = numpy.zeros(len(effects))
        return expectations.judge(row, zero, numpy.array(effects)).verdict

    def test_verdicts(self):
        clear = [0.10, 0.11, 0.09, 0.10, 0.12]
        self.assertEqual(self.verdict("rises", 0.05, clear), "as expected")
        self.assertEqual(self.verdict("rises", 0.5, clear), "smaller")
        self.assertEqual(self.verdict("falls", 0.05, clear), "against")
        self.assertEqual(self.verdict("rises", 0.05, [0.3, -0.3, 0.2, -0.1, 0.0]), "not told apart")
        self.assertEqual(self.verdict("stays", 0.002, [0.0001, -0.0002, 0.0001, 0.0, 0.0]), "equivalent")
        self.assertEqual(self.verdict("stays", 0.002, [0.004, -0.004, 0.003, -0.003, 0.0]), "not equivalent")
        self.assertEqual(self.verdict("stays", 0.002, [0.0, 0.0, 0.0]), "identical")

    def test_the_table_is_made_by_one_command(self):
        with tempfile.TemporaryDirectory() as folder:
            done = made_in(
                folder, "--only", "Q1", "--horizon", "60", "--set", "run.scale=0.003", "--set", "run.warmup=8"
            )
            self.assertEqual(done.returncode, 0, done.stderr[-800:])
            page = (pathlib.Path(folder) / "expectations.md").read_text()
            self.assertIn("| R3 | `akimat.audit` 0 to 1 | `loss` | falls by 0.03 or more |", page)
            self.assertIn("| `loss` | stays within 0.002 |", page)
            self.assertIn("survey/rural_residents/work", page)
            values = (pathlib.Path(folder) / "expectations.csv").read_text().splitlines()
            self.assertEqual(values[1], "tag,lever,series,seed,low,high")
            self.assertEqual(len(values), 2 + 3 * 2)

    def test_a_run_that_fails_is_told(self):
        with tempfile.TemporaryDirectory() as folder:
            done = made_in(folder, "--set", "akimat.audits=1")
            self.assertEqual(done.returncode, 1)
            self.assertIn("did you mean", done.stderr)
            self.assertFalse((pathlib.Path(folder) / "expectations.md").exists())


if __name__ == "__main__":
    unittest.main()
