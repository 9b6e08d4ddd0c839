"""The commands of documents run, one after the other as a reader would type them, in a copy of the tree; Python too.
Those that take longer than 20 s are made smaller, by the options below; the rest runs as it stands."""
import json
import os
import pathlib
import shlex
import shutil
import subprocess
import sys
import tempfile
import unittest

import _documents
from _documents import ROOT
from documents import SCRIPTS

PROGRAM = os.environ["KURULTAI_BINARY"]

SMALL = ["--scale", "0.002", "--weeks", "108", "--set", "run.warmup=20"]
SMALL_SWEEP = ["--set", 'sweep.set=["run.scale=0.002", "run.warmup=4", "run.weeks=54"]']
#: Verb and first argument, to options that come in place of its own.
SMALLER = {
    ("run", "scenarios/kazakhstan.toml"): SMALL,
    ("run", "scenarios/louder.toml"): ["--scale", "0.002", "--weeks", "160"],
    ("run", "scenarios/letters.toml"): ["--scale", "0.004"],
    ("run", "scenarios/proposals/R4.toml"): SMALL,
    ("sweep", "scenarios/sweeps/announcements.toml"): [*SMALL_SWEEP, "--set", "sweep.replicates=3"],
    ("sweep", "scenarios/sweeps/information.toml"): [*SMALL_SWEEP, "--set", "sweep.replicates=2"],
    ("compare", "scenarios/kazakhstan.toml"): [
        "--replicates",
        "2",
        "--set",
        "run.scale=0.002",
        "--set",
        "run.weeks=110",
        "--set",
        "run.warmup=20",
    ],
    ("calibrate", "scenarios/sweeps/calibrate_village.toml"): [
        "--set",
        "calibration.particles=60",
        "--set",
        "calibration.generations=2",
    ],
}
#: What is not run here, and why.
LEFT_OUT = {
    "test": "runs this",
    "studies": "an hour; tests/analysis runs each notebook on a small sweep",
    "submit.sh": "needs Slurm; tests/interface/slurm_full.py runs one",
}
SECONDS = 900


def smaller(words, options):
    """The command with `options` in place of its own of the same names (of --set: of the same parameter)."""

    def key(name, value):
        return (name, value.split("=")[0]) if name == "--set" else (name, "")

    given = {key(a, b) for a, b in zip(options[::2], options[1::2])}
    kept, k = [], 0
    while k < len(words):
        if words[k].startswith("--") and k + 1 < len(words) and key(words[k], words[k + 1]) in given:
            k += 2
        else:
            kept.append(words[k])
            k += 1
    return kept + options


def is_python(lines):
    """Is a block Python that stands by itself?"""
    return lines[0].startswith("import ")


class Documents(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.tree = pathlib.Path(folder.name)
        for name in ("analysis", "scenarios", "tests/regression", "sim"):
            shutil.copytree(ROOT / name, self.tree / name, ignore=shutil.ignore_patterns("__pycache__", "*.cpp"))
        (self.tree / "results").mkdir()

    def call(self, item):
        """The command with the program in place of the launcher, and what is said of it if it fails."""
        words = list(item.words)
        if words[0] == "./kurultai":
            if item.verb and len(words) > 2:
                words = (
                    smaller(words, SMALLER[item.verb, words[2]])
                    if (item.verb, words[2]) in SMALLER and "--dry-run" not in words
                    else words
                )
            script = self.tree / "analysis" / f"{item.verb}.py"
            needs = ["--program", PROGRAM] if item.verb not in ("report", "swot") else []
            words = [sys.executable, str(script), *needs, *words[2:]] if item.verb in SCRIPTS else [PROGRAM, *words[1:]]
        done = subprocess.run(words, cwd=self.tree, capture_output=True, text=True, timeout=SECONDS)
        self.assertEqual(
            done.returncode, 0, f"{item.document}:{item.line}: {item.text}\n{done.stdout[-500:]}{done.stderr[-1500:]}"
        )
        return done.stdout

    def read(self, document, python):
        """Types everything that a document says, in its order."""
        text = (ROOT / document).read_text(encoding="utf-8")
        items = {item.line: item for item in _documents.items_in(document, text)}
        said = {}
        for number, _, lines in _documents.blocks(text):
            if python and is_python(lines):
                done = subprocess.run(
                    [sys.executable, "-c", "\n".join(lines)],
                    cwd=self.tree,
                    capture_output=True,
                    text=True,
                    timeout=SECONDS,
                    env={**os.environ, "PYTHONPATH": str(self.tree / "analysis")},
                )
                self.assertEqual(done.returncode, 0, f"{document}:{number}: {lines[0]}\n{done.stderr[-1500:]}")
            for line in range(number, number + len(lines)):
                item = items.get(line)
                if item is None:
                    continue
                if item.kind == "file":
                    place = self.tree / item.name
                    place.parent.mkdir(parents=True, exist_ok=True)
                    place.write_text(item.text, encoding="utf-8")
                elif item.verb not in LEFT_OUT and not any(item.words[0].endswith(name) for name in LEFT_OUT):
                    said[item.text] = self.call(item)
        return said

    def test_readme(self):
        said = self.read("README.md", python=True)
        digests = [text.split() for command, text in said.items() if command.startswith("./kurultai digest")]
        self.assertEqual(len(digests), 2)
        self.assertEqual(digests[0], digests[1], "one and two threads")
        for item in _documents.items_in("README.md", (ROOT / "README.md").read_text(encoding="utf-8")):
            if item.kind == "file" and item.name not in (
                "scenarios/louder.toml",
                "scenarios/letters.toml",
                "scenarios/sweeps/announcements.toml",
            ):
                done = subprocess.run(
                    [
                        PROGRAM,
                        "run",
                        item.name,
                        "--out",
                        "results/saved.h5",
                        "--weeks",
                        "8",
                        "--set",
                        "run.warmup=0",
                        *([] if "[society]" in item.text else ["--scale", "0.002"]),
                    ],
                    cwd=self.tree,
                    capture_output=True,
                    text=True,
                )
                self.assertEqual(done.returncode, 0, f"{item.name}: {done.stderr[-800:]}")
                (self.tree / "results" / "saved.h5").unlink()

    def test_other_documents(self):
        for document in _documents.DOCUMENTS[1:]:
            if (ROOT / document).is_file():
                for file in (self.tree / "results").glob("*"):
                    shutil.rmtree(file) if file.is_dir() else file.unlink()
                self.read(document, python=False)

    def test_the_example_of_a_mechanism_compiles(self):
        """sim/README.md, "How to add": with the command by which the build compiles another one."""
        of = "sim/mechanism/government/exchange.cpp"
        build = pathlib.Path(PROGRAM).parents[1]
        commands = json.loads((build / "compile_commands.json").read_text(encoding="utf-8"))
        entry = next(entry for entry in commands if entry["file"].endswith(of))
        text = (ROOT / "sim" / "README.md").read_text(encoding="utf-8")
        example = next("\n".join(lines) for _, _, lines in _documents.blocks(text) if "public Mechanism" in str(lines))
        file = self.tree / "twinning.cpp"
        for code, right in ((example, True), (example.replace("meetings[c]", "meeting[c]"), False)):
            file.write_text(code, encoding="utf-8")
            words = shlex.split(entry["command"])
            words = [str(file) if word.endswith(of) else word for word in words if "ccache" not in word]
            words[words.index("-o") : words.index("-o") + 2] = ["-fsyntax-only"]
            done = subprocess.run(words, cwd=entry["directory"], capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode == 0, right, done.stderr)

    def test_options_are_put_in_place(self):
        self.assertEqual(
            smaller(
                ["run", "a", "--scale", "1", "--set", "b.c=2", "--set", "d=3"], ["--scale", "0.1", "--set", "b.c=5"]
            ),
            ["run", "a", "--set", "d=3", "--scale", "0.1", "--set", "b.c=5"],
        )


if __name__ == "__main__":
    unittest.main()
