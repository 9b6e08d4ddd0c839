"""sim/FORMAT.md is the format of fresh results: every group, variable, type, dimension, unit and attribute that a file
has stands there, and every row of its tables is met in a file."""
import fnmatch
import os
import pathlib
import re
import subprocess
import tempfile
import unittest

import h5py

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("KURULTAI_BINARY", str(ROOT / "build" / "release" / "sim" / "kurultai"))
PAGE = (ROOT / "sim" / "FORMAT.md").read_text(encoding="utf-8")

RUN = """
extends = "{root}/scenarios/village.toml"
[run]
warmup = 4
weeks = 60
[output]
levels = ["nation", "region", "community_type", "stratum", "arm", "district", "community"]
panel = 20
[item.trusts]
question = "How far do you trust the akim?"
variable = "trust"
[survey.yearly]
week = 20
items = ["trusts"]
design = "simple"
size = 20
[policy.mail]
lever = "participation.mail"
mode = "set"
dose = 1.0
unit = "household"
share = 0.5
trial = true
outcome = "gathering"
start = 10
[policy.place]
lever = "akimat.openness"
dose = 0.1
share = 0.5
trial = true
"""
SWEEP = """
[sweep]
scenario = "{root}/scenarios/village.toml"
set = ["run.warmup=52", "run.weeks=20"]
replicates = 2
keep_every = {every}
[axis.reach]
path = "information.reach"
{values}
[measure.known]
series = "awareness"
first = 0
"""
CALIBRATION = """
[calibration]
particles = 20
generations = 2
predictive = 4
[target.known]
value = 0.5
sd = 0.1
"""
TYPES = {"f4": "float32", "f8": "float64", "i4": "int32", "i8": "int64", "u1": "uint8"}


def tables(page):
    """Rows of the page: {(pattern of a group, variable): (type, dimensions, unit)} and the attributes {name: (type,
    kinds)}."""
    rows, attributes = {}, {}
    for line in page.split("\n"):
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 5 and re.fullmatch(r"`\w+`", cells[1]) and cells[0] != "group":
            rows[cells[0], cells[1].strip("`")] = (cells[2], tuple(cells[3].split(", ")), cells[4])
        elif len(cells) == 4 and cells[0].startswith("`"):
            names = re.findall(r"`(\w+)`", cells[0])
            types = cells[1].split(", ")
            for k, name in enumerate(names):
                type_ = types[k] if len(types) == len(names) else types[0]
                attributes.setdefault(name, []).append((type_, cells[2].split(", ")))
    return rows, attributes


def text(value):
    return value.decode() if isinstance(value, bytes) else str(value)


def type_of(data):
    return "text" if h5py.check_string_dtype(data.dtype) else TYPES.get(data.dtype.str[1:], data.dtype.str)


class Format(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        cls.rows, cls.attributes = tables(PAGE)
        cls.files = {}
        cls.make("run", "run", RUN)
        cls.make("sweep", "sweep", SWEEP, values="values = [0.2, 0.8]", every=4)
        cls.make("calibration", "calibrate", SWEEP + CALIBRATION, values="low = 0.0\nhigh = 1.0", every=1)
        out = cls.folder / "comparison.h5"
        cls.call("compare", cls.files["sweep"], "--point", "0", "--point", "1", "--margin", "0.1", "--out", out)
        cls.files["comparison"] = out
        described = subprocess.run(
            [PROGRAM, "describe", "outputs", "--json"], check=True, capture_output=True, text=True
        ).stdout
        cls.series = set(re.findall(r'"name": ?"(\w+)"', described))

    @classmethod
    def call(cls, *arguments):
        done = subprocess.run(
            [PROGRAM, *map(str, arguments)], capture_output=True, text=True, cwd=cls.folder, check=False
        )
        if done.returncode != 0:
            raise AssertionError(f"{arguments}: {done.stderr}")

    @classmethod
    def make(cls, kind, verb, scenario, **more):
        source, out = cls.folder / f"{kind}.toml", cls.folder / f"{kind}.h5"
        source.write_text(scenario.format(root=ROOT, **more), encoding="utf-8")
        cls.call(verb, source, "--out", out, "--progress", "none")
        cls.files[kind] = out

    def variables(self, kind):
        """(group, name, dataset, dimensions) of the file of that kind."""
        with h5py.File(self.files[kind], "r") as file:
            found = []

            def visit(path, item):
                if isinstance(item, h5py.Dataset):
                    group, name = path.rsplit("/", 1)
                    labels = [item.dims[k][0].name.rsplit("/", 1)[1] for k in range(item.ndim) if len(item.dims[k]) > 0]
                    found.append((group, name, item, labels or [name]))

            file.visititems(visit)
            yield from found

    def row(self, group, name):
        for (pattern, variable), row in self.rows.items():
            if variable == name and fnmatch.fnmatchcase(group, pattern):
                return pattern, row
        return None

    def test_every_variable_stands_there(self):
        self.assertGreater(len(self.series), 50)
        met = set()
        for kind in self.files:
            for group, name, data, dimensions in self.variables(kind):
                with self.subTest(kind=kind, group=group, variable=name):
                    shown = [
                        d
                        for d in dimensions
                        if kind != "sweep" or d not in ("point", "replicate") or group in ("design", "runs", "measures")
                    ]
                    for attribute in ("units", "long_name", "source"):
                        self.assertIn(attribute, data.attrs)
                    if group.split("/")[0] in ("series", "weekly") and name in self.series:
                        self.assertEqual(type_of(data), "float32")
                        self.assertEqual(shown[0], "week")
                        continue
                    if kind == "sweep" and (
                        name == "reach"
                        or name == "unit_reach"
                        or name in ("point", "replicate")
                        and group not in ("design", "runs", "measures")
                    ):
                        continue
                    if (group, name) in (("measures", "known"), ("posterior", "known"), ("posterior", "reach")):
                        self.assertEqual(type_of(data), "float64")
                        continue
                    found = self.row(group, name)
                    self.assertIsNotNone(found, "stands in no table of sim/FORMAT.md")
                    pattern, (type_, expected, unit) = found
                    met.add((pattern, name))
                    self.assertEqual((type_of(data), text(data.attrs["units"])), (type_, unit))
                    self.assertEqual(
                        tuple(shown[-1:]) if expected[0] == "..." else tuple(shown),
                        expected[-1:] if expected[0] == "..." else expected,
                    )
        # What these four files cannot show: regions and points that are compared.
        self.assertEqual(set(self.rows) - met, {("differences", "point"), ("differences", "region")})

    def test_every_attribute_stands_there(self):
        met = set()
        for kind, path in self.files.items():
            with h5py.File(path, "r") as file:
                for name, value in file.attrs.items():
                    with self.subTest(kind=kind, attribute=name):
                        entries = [
                            types for types, kinds in self.attributes.get(name, []) if kind in kinds or kinds == ["all"]
                        ]
                        self.assertTrue(entries, "stands in no table of sim/FORMAT.md")
                        is_text = isinstance(value, (str, bytes))
                        self.assertIn("text" if is_text else TYPES[value.dtype.str[1:]], entries)
                        met.add(name)
                if kind == "run":
                    for name in file["provenance"].attrs:
                        self.assertIn(f"`{name}`", PAGE)
        self.assertEqual(set(self.attributes) - met, {"caveat"})  # none of these is unlike the other

    def test_a_row_that_is_wrong_is_noticed(self):
        rows, attributes = tables(
            "| group | variable | type | dimensions | unit |\n| --- | --- | --- | --- | --- |\n| a/* | `b` | float32 |"
            " week, c | 1 |\n| `d`, `e` | text, int64 | all | what |\n"
        )
        self.assertEqual(rows, {("a/*", "b"): ("float32", ("week", "c"), "1")})
        self.assertEqual(attributes, {"d": [("text", ["all"])], "e": [("int64", ["all"])]})


if __name__ == "__main__":
    unittest.main(verbosity=1)
