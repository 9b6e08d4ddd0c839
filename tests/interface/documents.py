"""Documents stay true: every command parses and its files exist or are made by a command before it, files to save are
valid, links lead somewhere, and figures between marks are those of results/. tests/interface/documents_full.py runs the
commands."""
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

import _documents
from _documents import ROOT

PROGRAM = os.environ["KURULTAI_BINARY"]
sys.path.insert(0, str(ROOT / "analysis"))
import documents  # noqa: E402

#: Verbs of the launcher that are scripts of analysis/, and those that are the launcher's alone, with the options it
#: knows.
SCRIPTS = ("report", "swot", "experiments", "expectations", "baseline", "studies", "results")
LAUNCHER = {"figures": (), "test": ("--full",), "bench": ()}
#: What stands for a name of the reader's.
PLACEHOLDER = re.compile(r"\b(NAME|FILE|OUT|RUN|REFERENCE|OPTION|VERB|SCENARIO|PAGE)\b|\.\.\.|[\[\]]")


def said(*command):
    done = subprocess.run([str(word) for word in command], cwd=ROOT, capture_output=True, text=True)
    return done.stdout + done.stderr


class Commands:
    """Verbs and options as the program, the scripts and the launcher know them."""

    def __init__(self):
        self.verbs = (
            set(re.findall(r"^  ([a-z]+) ", said(PROGRAM, "--help"), re.MULTILINE)) | set(SCRIPTS) | set(LAUNCHER)
        )
        self.options = {}

    def options_of(self, verb):
        if verb not in self.options:
            call = (
                [sys.executable, ROOT / verb]
                if verb.endswith(".py")
                else [sys.executable, ROOT / "analysis" / f"{verb}.py"] if verb in SCRIPTS else [PROGRAM, verb]
            )
            self.options[verb] = (
                set(LAUNCHER[verb])
                if verb in LAUNCHER
                else set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", said(*call, "--help")))
            )
        return self.options[verb]

    def fault(self, item):
        """Why a command does not parse; empty if it does."""
        verb = item.verb
        if verb is None or (verb == "" and len(item.words) == 1):
            return ""
        if verb == "":
            return "" if item.words[1] in ("--help", "--version") else f"no verb: {item.text}"
        if not verb.endswith(".py") and verb not in self.verbs:
            return f"no verb '{verb}'"
        if verb.endswith(".py") and not (ROOT / verb).is_file():
            return f"no script {verb}"
        for word in item.words[2:]:
            name = word.split("=")[0]
            if re.fullmatch(r"--?[a-z][a-z-]*", name) and name not in self.options_of(verb):
                return f"{verb} has no option {name}"
        return ""


def option(words, name):
    return words[words.index(name) + 1] if name in words else None


def written_by(item):
    """Paths that a command makes, as far as later commands of a document use them."""
    words, verb = item.words, item.verb
    if verb in ("run", "sweep", "calibrate", "compare"):
        return [option(words, "--out") or f"results/{pathlib.PurePosixPath(words[2]).stem}.h5"]
    if verb == "slurm":
        return [f"results/{pathlib.PurePosixPath(words[2]).stem}.slurm/submit.sh"]
    return []


def missing_files(items):
    """(item, path) of what a command reads and is neither there nor made before it in its document."""
    found, made = [], {}
    for item in items:
        here = made.setdefault(item.document, set())
        if item.kind == "file":
            here.add(item.name)
            continue
        out = option(item.words, "--out")
        for word in item.words[:1] + item.words[2:]:
            if "/" not in word or word.startswith(("-", "./kurultai", "/usr")) or "=" in word or word == out:
                continue
            if not (ROOT / word).is_file() or word.startswith("results/"):
                if word not in here:
                    found.append((item, word))
        here.update(written_by(item))
    return found


def dead_links(document, text):
    """Links to files that are not there."""
    prose = re.sub(r"(?ms)^```.*?^```$", "", text)
    targets = [
        target.split("#")[0] for target in re.findall(r"\]\(([^)\s]+)\)", prose) if not re.match(r"[a-z]+:", target)
    ]
    return [target for target in targets if target and not (ROOT / document).parent.joinpath(target).exists()]


class Documents(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.items = _documents.items()
        cls.texts = {
            name: (ROOT / name).read_text(encoding="utf-8") for name in _documents.DOCUMENTS if (ROOT / name).is_file()
        }
        cls.commands = Commands()

    def test_commands_are_found(self):
        self.assertGreater(len([item for item in self.items if item.kind == "command"]), 25)
        self.assertGreater(len([item for item in self.items if item.kind == "file"]), 5)

    def test_every_command_parses(self):
        for item in self.items:
            if item.kind == "command":
                self.assertEqual(self.commands.fault(item), "", f"{item.document}:{item.line}: {item.text}")
        for document, text in self.texts.items():
            for line, span in _documents.spans(text):
                item = _documents.Item(document, line, "command", "", PLACEHOLDER.sub("x", span))
                self.assertEqual(self.commands.fault(item), "", f"{document}:{line}: {span}")

    def test_files_of_commands_exist_or_are_made_before(self):
        self.assertEqual(
            [f"{item.document}:{item.line}: {item.text}: {path}" for item, path in missing_files(self.items)], []
        )
        for document, text in self.texts.items():
            for line, span in _documents.spans(text):
                for word in span.split():
                    if word.endswith((".toml", ".ipynb", ".py", ".csv")) and not PLACEHOLDER.search(word):
                        self.assertTrue((ROOT / word).is_file(), f"{document}:{line}: {span}")

    def test_files_to_save_are_valid(self):
        with tempfile.TemporaryDirectory() as folder:
            tree = pathlib.Path(folder)
            (tree / "scenarios").symlink_to(ROOT / "scenarios")
            for item in self.items:
                if item.kind == "file":
                    inside = pathlib.PurePosixPath(item.name)
                    place = tree / "saved" / inside.relative_to("scenarios")
                    place.parent.mkdir(parents=True, exist_ok=True)
                    for shipped in ROOT.joinpath(inside).parent.iterdir():
                        if not (place.parent / shipped.name).exists():
                            (place.parent / shipped.name).symlink_to(shipped)
                    for shipped in (ROOT / "scenarios").iterdir():
                        if not (tree / "saved" / shipped.name).exists():
                            (tree / "saved" / shipped.name).symlink_to(shipped)
                    place.write_text(item.text, encoding="utf-8")
                    verb = ["sweep", str(place), "--dry-run"] if "sweeps" in inside.parts else ["check", str(place)]
                    scale = [] if "[society]" in item.text or verb[0] == "sweep" else ["--scale", "0.001"]
                    done = subprocess.run([PROGRAM, *verb, *scale], capture_output=True, text=True)
                    self.assertEqual(done.returncode, 0, f"{item.document}:{item.line}: {item.name}: {done.stderr}")
                    place.unlink()

    def test_one_version_everywhere(self):
        version = re.search(
            r"project\(kurultai VERSION ([0-9.]+)", (ROOT / "CMakeLists.txt").read_text(encoding="utf-8")
        )[1]
        self.assertIn(f"\nversion: {version}\n", (ROOT / "CITATION.cff").read_text(encoding="utf-8"))
        self.assertEqual(
            re.search(r"^## \[([0-9.]+)\]", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)[1],
            version,
        )
        self.assertIn(version, said(PROGRAM, "--version"))

    def test_links_lead_somewhere(self):
        for document, text in self.texts.items():
            self.assertEqual(dead_links(document, text), [], document)

    def test_what_is_false_is_noticed(self):
        text = (
            "Do:\n\n    ./kurultai fly results/x.h5\n    ./kurultai show results/x.h5\n    ./kurultai run"
            " scenarios/village.toml --sed 3\n    ./kurultai show results/village.h5\n"
        )
        items = _documents.items_in("README.md", text)
        self.assertEqual(
            [self.commands.fault(item) for item in items], ["no verb 'fly'", "", "run has no option --sed", ""]
        )
        self.assertEqual([path for _, path in missing_files(items)], ["results/x.h5", "results/x.h5"])
        self.assertEqual(
            dead_links("README.md", "[a](sim/nothing.md), [b](sim/README.md#x), [c](https://example.org)"),
            ["sim/nothing.md"],
        )


class Figures(unittest.TestCase):
    def test_figures_are_those_of_results(self):
        texts = documents.texts_from(ROOT / "results")
        for name in documents.DOCUMENTS:
            text = (ROOT / name).read_text(encoding="utf-8")
            self.assertEqual(
                documents.filled(text, texts, complete=True),
                text,
                f"{name}: run /usr/bin/python3 analysis/documents.py",
            )

    def test_no_line_begins_with_a_mark(self):
        """Markdown takes such a line for HTML and ends the paragraph before it."""
        for name in documents.DOCUMENTS:
            self.assertEqual(re.findall(r"(?m)^ *<!-- kept: \w+", (ROOT / name).read_text(encoding="utf-8")), [], name)

    def test_marks(self):
        text = "about <!-- kept: a -->4 minutes<!-- -->, <!-- kept: b -->1<!-- -->"
        self.assertEqual(
            documents.filled(text, {"a": "5 minutes"}),
            "about <!-- kept: a -->5 minutes<!-- -->, <!-- kept: b -->1<!-- -->",
        )
        with self.assertRaises(ValueError):
            documents.filled(text, {"a": "5 minutes"}, complete=True)
        with self.assertRaises(ValueError):
            documents.filled("<!-- kept: a -->4", {"a": "5"})

    def test_names_in_documents_are_worked_out(self):
        """Every name that a document uses is one that some table gives."""
        code = (ROOT / "analysis" / "documents.py").read_text(encoding="utf-8")
        known = set(re.findall(r'"(\w+)"', code))
        for name in documents.DOCUMENTS:
            for figure, _ in documents.MARK.findall((ROOT / name).read_text(encoding="utf-8")):
                stem = re.sub(
                    r"^x_|_signed$|_1$|_error$", "", re.sub(r"^(drift|change|time|fitted|predicted)_", "", figure)
                )
                self.assertTrue(
                    figure in known or stem in known or re.match(r"(drift|change|time|fitted|predicted|x)_", figure),
                    f"{name}: {figure}",
                )


if __name__ == "__main__":
    unittest.main()
