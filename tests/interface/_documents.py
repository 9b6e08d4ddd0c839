"""What documents tell a reader to type: commands, and files to save, taken from their text."""
import pathlib
import re
import shlex
from dataclasses import dataclass

ROOT = pathlib.Path(__file__).resolve().parents[2]
DOCUMENTS = (
    "README.md",
    "sim/README.md",
    "sim/MODEL.md",
    "scenarios/README.md",
    "scenarios/data/README.md",
    "results/README.md",
    "analysis/README.md",
    "tests/README.md",
    "tests/regression/README.md",
    "bench/README.md",
)
SAVED = re.compile(r"[Ss]ave this as `([^`]+)`")
PYTHON = ("/usr/bin/python3", "python3", "python")


@dataclass(frozen=True)
class Item:
    """A command to type, or a file to save, of a document."""

    document: str
    line: int
    kind: str  # command, file
    name: str  # of a file: its path from the root
    text: str

    @property
    def words(self):
        """The command's words, without a comment, settings of the environment and what stands before a pipe's end."""
        words = shlex.split(self.text, comments=True)
        while words and re.fullmatch(r"[A-Z_]+=\S*", words[0]):
            words = words[1:]
        return words

    @property
    def verb(self):
        """Of the launcher its verb, of Python the script; None of neither."""
        words = self.words
        if words[0] == "./kurultai":
            return words[1] if len(words) > 1 and not words[1].startswith("-") else ""
        return words[1] if words[0] in PYTHON and len(words) > 1 else None


def blocks(text):
    """(line number, lines before it, lines) of every indented or fenced block."""
    lines = text.split("\n")
    k = 0
    while k < len(lines):
        if lines[k].startswith("```"):
            end = next(j for j in range(k + 1, len(lines)) if lines[j].startswith("```"))
            yield k + 2, lines[:k], lines[k + 1 : end]
            k = end + 1
        elif lines[k].startswith("    ") and (k == 0 or not lines[k - 1].strip()):
            end = k
            while end < len(lines) and (
                lines[end].startswith("    ")
                or (not lines[end].strip() and end + 1 < len(lines) and lines[end + 1].startswith("    "))
            ):
                end += 1
            yield k + 1, lines[:k], [line[4:] for line in lines[k:end]]
            k = end
        else:
            k += 1


def is_command(line):
    """Is a line of a block something to type into a shell?"""
    return (
        re.match(r"(PYTHONPATH=\S+ )?(\./kurultai|/usr/bin/python3|python3?)(\s|$)|results/\S+\.sh\b", line) is not None
    )


def items_in(document, text):
    """Commands and files of a document in their order."""
    found = []
    for number, before, lines in blocks(text):
        prose = " ".join(
            reversed([line for _, line in zip(range(3), (line for line in reversed(before) if line.strip()))])
        )
        saved = SAVED.findall(prose)
        if saved and prose.rstrip().endswith(":") and not is_command(lines[0]):
            found.append(Item(document, number, "file", saved[-1], "\n".join(lines) + "\n"))
            continue
        found += [
            Item(document, number + k, "command", "", line.strip()) for k, line in enumerate(lines) if is_command(line)
        ]
    return found


def items():
    """Those of all documents."""
    return [
        item
        for name in DOCUMENTS
        if (ROOT / name).is_file()
        for item in items_in(name, (ROOT / name).read_text(encoding="utf-8"))
    ]


def spans(text):
    """Commands within prose, in `code`: (line number, command)."""
    outside = re.sub(r"(?ms)^```.*?^```$", lambda block: "\n" * block[0].count("\n"), text)
    return [
        (outside.count("\n", 0, found.start()) + 1, " ".join(found[1].split()))
        for found in re.finditer(r"(?<!`)`((?:\./kurultai|/usr/bin/python3) [^`]+)`", outside)
    ]
