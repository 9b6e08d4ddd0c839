"""What results/ keeps is listed in its README, says what it was made from, and tables and pages agree. Writing and
reading of stamps."""
import dataclasses
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest
import zlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ["KURULTAI_BINARY"]
RESULTS = ROOT / "results"
sys.path.insert(0, str(ROOT / "analysis"))
import baseline  # noqa: E402
import expectations  # noqa: E402
import experiments  # noqa: E402
import kept  # noqa: E402
import performance  # noqa: E402
import results  # noqa: E402

# Models of before whose kept files still hold, and why: a change of digests that moves no number in results/, say a
# series more. For as short as it takes to make them again.
STILL_HOLD: dict[str, str] = {}

STAMP = kept.Stamp("0.2.0", "abc-dirty", "0" * 16, "1" * 16, "2" * 16)
#: A picture of one grey dot.
DOT = kept.PNG + b"".join(
    len(c).to_bytes(4, "big") + k + c + zlib.crc32(k + c).to_bytes(4, "big")
    for k, c in (
        (b"IHDR", b"\0\0\0\1\0\0\0\1\x08\0\0\0\0"),
        (b"tEXt", b"Comment\0of before"),
        (b"IDAT", zlib.compress(b"\0\x80")),
        (b"IEND", b""),
    )
)


def files_kept():
    """The files under results/ that git keeps; without git those that it would keep."""
    done = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-z", "results"], cwd=ROOT, capture_output=True, text=True
    )
    names = [name for name in done.stdout.split("\0") if name] if done.returncode == 0 else []
    if not names:
        names = [
            file.relative_to(ROOT).as_posix()
            for pattern in ("*.md", "*.csv", "figures/*.png")
            for file in RESULTS.glob(pattern)
        ]
    return sorted(
        pathlib.PurePosixPath(name).relative_to("results").as_posix() for name in names if (ROOT / name).exists()
    )


def listed(text):
    """Names and patterns in the first column of the table of results/README.md."""
    return [
        name
        for line in text.splitlines()
        if line.startswith("| `")
        for name in re.findall(r"`([^`]+)`", line.split("|")[1])
    ]


def unlisted(files, text):
    """Files that no entry of the table stands for."""
    patterns = listed(text)
    return [
        name
        for name in files
        if name != "README.md" and not any(pathlib.PurePosixPath(name).match(pattern) for pattern in patterns)
    ]


class KeptFiles(unittest.TestCase):
    def test_every_file_is_listed_and_every_entry_is_there(self):
        text = (RESULTS / "README.md").read_text(encoding="utf-8")
        files = files_kept()
        self.assertGreater(len(files), 20)
        self.assertEqual(unlisted(files, text), [])
        self.assertEqual(unlisted([*files, "notes.md", "figures/other.png"], text), ["notes.md", "figures/other.png"])
        for pattern in listed(text):
            self.assertTrue(list(RESULTS.glob(pattern)), f"{pattern}: in the table, but not there")

    def test_every_file_is_made_by_a_step(self):
        patterns = [pattern for step in results.STEPS for pattern in step.files] + [results.TIMES]
        for name in files_kept():
            if name != "README.md":
                self.assertTrue(
                    any(pathlib.PurePosixPath(name).match(pattern) for pattern in patterns), f"{name}: no step makes it"
                )

    def test_every_file_says_what_it_was_made_from(self):
        version = re.search(
            r"project\(kurultai VERSION ([0-9.]+)", (ROOT / "CMakeLists.txt").read_text(encoding="utf-8")
        )[1]
        for name in files_kept():
            if name == "README.md":
                continue
            stamp = kept.read(RESULTS / name)
            with self.subTest(name):
                self.assertIsNotNone(
                    stamp, f"{name} does not say what it was made from: ./kurultai results makes it again"
                )
                self.assertIn(
                    stamp.model,
                    [kept.model(), *STILL_HOLD],
                    f"{name} is of another model (tests/regression): ./kurultai results makes it again",
                )
                self.assertEqual(stamp.version, version)


class Pages(unittest.TestCase):
    """The page beside a kept table says what the table says."""

    def page(self, name, page):
        table, written = RESULTS / f"{name}.csv", RESULTS / f"{name}.md"
        text = written.read_text(encoding="utf-8")
        self.assertEqual(
            text,
            f"{page(kept.read_csv(table)).rstrip()}\n\n*{kept.read(written)}*\n",
            f"{written.name} is not what its table says",
        )

    def test_experiments(self):
        self.page("experiments", experiments.page)

    def test_expectations(self):
        rows = expectations.rows(pathlib.Path(PROGRAM))
        self.page(
            "expectations",
            lambda table: expectations.page(
                expectations.findings_in(table, rows), max(int(line["seed"]) for line in table)
            ),
        )

    def test_baseline(self):
        self.page("kazakhstan-baseline", lambda table: baseline.page(table, baseline.SCALE))

    def test_performance(self):
        self.page("performance", performance.page)

    def test_default_rates_of_passing_on_are_the_programs(self):
        parameters = json.loads(
            subprocess.run(
                [PROGRAM, "describe", "parameters", "--json"], capture_output=True, text=True, check=True
            ).stdout
        )
        defaults = {entry["path"]: entry["default"] for entry in parameters}
        for text in experiments.DEFAULT_PASSING_ON:
            path, value = text.split("=")
            self.assertEqual(json.loads(value), defaults[path])


class Stamps(unittest.TestCase):
    def test_each_kind_of_file_carries_its_stamp(self):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            kept.write_markdown(folder / "a.md", "# Found\n\nNothing.\n", STAMP)
            kept.write_csv(folder / "a.csv", ["a", "b"], [[1, "x, y"]], STAMP)
            kept.replace(
                folder / "a.png",
                kept.stamped_png(kept.stamped_png(DOT, dataclasses.replace(STAMP, runs="f" * 16)), STAMP),
            )
            for file in folder.iterdir():
                self.assertEqual(kept.read(file), STAMP, file.name)
            self.assertEqual(kept.read_csv(folder / "a.csv"), [{"a": "1", "b": "x, y"}])
            kinds = [kind for kind, _ in kept.chunks((folder / "a.png").read_bytes())]
            self.assertEqual(kinds, [b"IHDR", b"tEXt", b"IDAT", b"IEND"])
            import matplotlib.image

            self.assertAlmostEqual(float(matplotlib.image.imread(folder / "a.png").ravel()[0]), 128 / 255, places=5)
            self.assertIsNone(kept.read(folder / "none.md"))

    def test_a_recipe_is_told_by_what_is_read_not_by_how_it_is_written(self):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            root, kept.ROOT = kept.ROOT, folder
            try:
                (folder / "data").mkdir()
                (folder / "data" / "a.csv").write_text("x\n1\n")
                (folder / "base.toml").write_text("# a comment\n[run]\nweeks = 5\n[society]\ncensus = \"data\"\n")
                (folder / "s.toml").write_text('extends = "base.toml"\ndescription = "before"\n')
                self.assertEqual(
                    [file.name for file in kept.read_by(folder / "s.toml")], ["s.toml", "base.toml", "a.csv"]
                )
                before = kept.recipe([folder / "s.toml"], "seeds 2")
                (folder / "base.toml").write_text("[society]\ncensus = \"data\"\n\n[run]\nweeks = 5 # weeks\n")
                (folder / "s.toml").write_text('extends = "base.toml"\ndescription = "after"\n')
                self.assertEqual(kept.recipe([folder / "s.toml"], "seeds 2"), before)
                self.assertNotEqual(kept.recipe([folder / "s.toml"], "seeds 3"), before)
                (folder / "data" / "a.csv").write_text("x\n2\n")
                self.assertNotEqual(kept.recipe([folder / "s.toml"], "seeds 2"), before)
            finally:
                kept.ROOT = root

    def test_parts_survive_a_kill_and_belong_to_a_program(self):
        with tempfile.TemporaryDirectory() as name:
            file, program, other = (pathlib.Path(name) / x for x in ("parts", "program", "other"))
            program.write_bytes(b"one")
            other.write_bytes(b"two")
            parts = kept.Parts(file, program, "recipe", resume=True)
            parts.add("a", [1, 2])
            with open(file, "a", encoding="utf-8") as half:
                half.write('["killed while wri')
            again = kept.Parts(file, program, "recipe", resume=True)
            self.assertEqual(again.found, {"a": [1, 2]})
            again.add("b", 3)
            self.assertEqual(kept.Parts(file, program, "recipe", resume=True).found, {"a": [1, 2], "b": 3})
            self.assertEqual(kept.Parts(file, other, "recipe", resume=True).found, {})
            self.assertEqual(kept.Parts(file, program, "another", resume=True).found, {})
            self.assertEqual(kept.Parts(file, program, "recipe", resume=False).found, {})

    def test_runs_of_two_programs_are_not_put_together(self):
        one, two = kept.Made("0.2.0", "a", "d1"), kept.Made("0.2.0", "b", "d2")
        self.assertEqual(kept.stamp([one, dataclasses.replace(one, digest="d2")], "r").version, "0.2.0")
        with self.assertRaises(ValueError):
            kept.stamp([one, two], "r")


class Command(unittest.TestCase):
    """./kurultai results, without its runs."""

    @staticmethod
    def call(*options):
        return subprocess.run(
            [sys.executable, str(ROOT / "analysis" / "results.py"), "--program", PROGRAM, *options],
            capture_output=True,
            text=True,
        )

    def test_it_says_what_it_would_make(self):
        with tempfile.TemporaryDirectory() as folder:
            done = self.call("--dry-run", "--out", folder)
            self.assertEqual(done.returncode, 0, done.stderr)
            for step in results.STEPS:
                self.assertRegex(done.stdout, rf"(?m)^{step.name} +\d+(\.\d)? (s|min|h) .*\(no ")
            self.assertRegex(
                done.stdout, rf"{len(results.STEPS)} of {len(results.STEPS)} steps to make: about [0-9.]+ (min|h)"
            )
            self.assertEqual(list(pathlib.Path(folder).iterdir()), [])

    def test_a_step_that_is_up_to_date_is_left_out(self):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            stamp = dataclasses.replace(STAMP, model=kept.model(), recipe=experiments.recipe())
            kept.write_csv(folder / "experiments.csv", ["a"], [], stamp)
            kept.write_markdown(folder / "experiments.md", "x", stamp)
            done = self.call("--list", "--only", "experiments", "--out", name)
            self.assertIn("(up to date)", done.stdout)
            self.assertIn("nothing to make", done.stdout)
            kept.write_markdown(folder / "experiments.md", "x", dataclasses.replace(stamp, recipe="9" * 16))
            self.assertIn(
                "experiments.md is of other scenarios or settings",
                self.call("--list", "--only", "experiments", "--out", name).stdout,
            )
            kept.write_markdown(
                folder / "experiments.md", "x", dataclasses.replace(stamp, recipe="9" * 16, model="9" * 16)
            )
            self.assertIn(
                "experiments.md is of another model", self.call("--list", "--only", "experiments", "--out", name).stdout
            )
            (folder / "experiments.md").write_text("by hand\n")
            self.assertIn(
                "does not say what it was made from", self.call("--list", "--only", "experiments", "--out", name).stdout
            )

    def test_an_unknown_step_is_refused(self):
        done = self.call("--only", "experiment")
        self.assertEqual(done.returncode, 2)
        self.assertIn("there is no step 'experiment'", done.stderr)


if __name__ == "__main__":
    unittest.main()
