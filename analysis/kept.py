"""What the kept files of results/ were made from, and how they are written.

A kept file carries a stamp: version and commit of the program, and three digests of 16 digits.

    model     of the digests in tests/regression/digests.json, to which a test holds the program: another model, another
    digest
    recipe    of the model, of the scenarios and tables that were run, and of what was asked (seeds, replicates ...)
    runs      of the digests of all runs that the file was made from

In Markdown it is the last line, in CSV the comment above the header, in PNG an entry of text. A file whose recipe is
that of today needs not be made again.
"""
if __name__ == "__main__":
    import verb

    verb.begin("kept")

import csv
import dataclasses
import hashlib
import io
import json
import os
import pathlib
import re
import struct
import sys
import tomllib
import zlib
from typing import Iterable

import verb

ROOT = pathlib.Path(__file__).resolve().parents[1]
RESULTS = ROOT / "results"
SCENARIOS = ROOT / "scenarios"
REFERENCE = ROOT / "tests" / "regression" / "digests.json"
PNG = b"\x89PNG\r\n\x1a\n"
PATTERN = re.compile(
    r"Made by Kurultai (\S+), commit (\S+); model ([0-9a-f]{16}), recipe ([0-9a-f]{16}), runs ([0-9a-f]{16})"
)


@dataclasses.dataclass(frozen=True)
class Stamp:
    """What a kept file was made from."""

    version: str
    commit: str
    model: str
    recipe: str
    runs: str

    def __str__(self) -> str:
        return (
            f"Made by Kurultai {self.version}, commit {self.commit}; model {self.model}, recipe {self.recipe}, runs"
            f" {self.runs}"
        )


def digest(*parts: str) -> str:
    """16 hexadecimal digits of what is told apart by each part and its place."""
    return hashlib.sha256("".join(f"{len(part.encode())}:{part}" for part in parts).encode()).hexdigest()[:16]


def model() -> str:
    """The digest of the model as the regression test holds it."""
    return digest(json.dumps(json.loads(REFERENCE.read_text(encoding="utf-8")), sort_keys=True))


def read_by(scenario: pathlib.Path) -> list[pathlib.Path]:
    """The file itself and all that it reads: what it extends, the scenarios of a sweep, tables and folders of
    tables."""
    found: dict[pathlib.Path, None] = {}

    def texts(value):
        if isinstance(value, str):
            yield value
        elif isinstance(value, (list, dict)):
            for item in value.values() if isinstance(value, dict) else value:
                yield from texts(item)

    def visit(file: pathlib.Path) -> None:
        if file in found:
            return
        found[file] = None
        if file.suffix != ".toml":
            return
        for text in texts(tomllib.loads(file.read_text(encoding="utf-8"))):
            if not text or "\n" in text or len(text) > 200:
                continue
            named = pathlib.Path(os.path.normpath(file.parent / text))
            if named.is_dir():
                for table in sorted(named.glob("*.csv")):
                    visit(table)
            elif named.is_file():
                visit(named)

    visit(pathlib.Path(os.path.normpath(scenario)))
    return list(found)


def meaning(file: pathlib.Path) -> str:
    """What a file says to a program: of TOML the values, without comments and descriptions; of a notebook the cells; of
    others the text."""
    text = file.read_text(encoding="utf-8")
    if file.suffix == ".toml":
        values = {key: value for key, value in tomllib.loads(text).items() if key != "description"}
        return json.dumps(values, sort_keys=True, default=str)
    if file.suffix == ".ipynb":
        return json.dumps(["".join(cell["source"]) for cell in json.loads(text)["cells"]])
    return text


def recipe(files: Iterable[pathlib.Path], *asked: str) -> str:
    """The digest of how a kept file is made: model, all that `files` read, and what was `asked`."""
    inputs = sorted({found for file in files for found in read_by(file)})
    parts = [part for file in inputs for part in (file.relative_to(ROOT).as_posix(), meaning(file))]
    return digest(model(), *asked, *parts)


@dataclasses.dataclass(frozen=True)
class Made:
    """A run or a sweep that something was made from, as its file says."""

    version: str
    commit: str
    digest: str

    @staticmethod
    def of(attributes) -> "Made":
        """From the root attributes of a result."""
        text = {
            name: value.decode() if isinstance(value, bytes) else str(value)
            for name in ("kurultai_version", "git_commit", "digest")
            for value in [attributes.get(name, "unknown")]
        }
        return Made(text["kurultai_version"], text["git_commit"] or "unknown", text["digest"])


def stamp(made: Iterable[Made], recipe_digest: str) -> Stamp:
    """The stamp of a file made from runs; ValueError if they are of more than one program."""
    runs = list(made)
    programs = sorted({(run.version, run.commit) for run in runs})
    if len(programs) != 1:
        raise ValueError(f"runs of more than one program cannot be put together: {programs}")
    return Stamp(
        programs[0][0],
        programs[0][1].replace(" ", "_"),
        model(),
        recipe_digest,
        digest(*sorted(run.digest for run in runs)),
    )


# --- Writing and reading ----------------------------------------------------------------------------------


def replace(path: pathlib.Path, data: bytes) -> None:
    """Writes a file as a whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with verb.replacing(path) as beside:
        beside.write_bytes(data)


def write_markdown(path: pathlib.Path, text: str, of: Stamp) -> None:
    replace(path, f"{text.rstrip()}\n\n*{of}*\n".encode())


def write_csv(path: pathlib.Path, header: list[str], rows: Iterable[Iterable], of: Stamp) -> None:
    out = io.StringIO()
    out.write(f"# {of}\n")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    replace(path, out.getvalue().encode())


def read_csv(path: pathlib.Path) -> list[dict[str, str]]:
    """The rows of a kept table; comments stand above the header."""
    return list(
        csv.DictReader(line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#"))
    )


def chunks(data: bytes) -> Iterable[tuple[bytes, bytes]]:
    """Kind and content of each chunk of a PNG."""
    place = len(PNG)
    while place + 12 <= len(data):
        (size,) = struct.unpack(">I", data[place : place + 4])
        yield data[place + 4 : place + 8], data[place + 8 : place + 8 + size]
        place += 12 + size


def stamped_png(data: bytes, of: Stamp) -> bytes:
    """The picture with the stamp as its entry of text "Comment", in place of one that is there."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    if not data.startswith(PNG):
        raise ValueError("not a PNG")
    parts = [
        (kind, content) for kind, content in chunks(data) if not (kind == b"tEXt" and content.startswith(b"Comment\0"))
    ]
    parts.insert(1, (b"tEXt", b"Comment\0" + str(of).encode("latin-1")))  # behind the head
    return PNG + b"".join(chunk(kind, content) for kind, content in parts)


def read(path: pathlib.Path) -> Stamp | None:
    """The stamp of a kept file; None if it has none, or is not there."""
    try:
        data = path.read_bytes()
    except OSError:
        return None
    if data.startswith(PNG):
        text = "\n".join(content.decode("latin-1") for kind, content in chunks(data) if kind == b"tEXt")
    else:
        lines = data.decode("utf-8", "replace").rstrip().split("\n")
        text = lines[0] if path.suffix == ".csv" else lines[-1]
    found = PATTERN.search(text)
    return Stamp(*found.groups()) if found else None


# --- What is done already, of a script that makes many runs -------------------------------------------------


class Parts:
    """Values that a script found run by run, kept in a file of lines so that a script that was killed goes on. A value
    belongs to the bytes of the program and to the recipe: those of another program or scenario are not used."""

    def __init__(self, file: pathlib.Path, program: pathlib.Path, recipe_digest: str, resume: bool):
        self.file = file
        self.of = digest(hashlib.sha256(program.read_bytes()).hexdigest(), recipe_digest)
        self.found: dict[str, object] = {}
        if not resume:
            file.unlink(missing_ok=True)
            return
        try:
            lines = file.read_text(encoding="utf-8").split("\n")
        except OSError:
            return
        if lines[-1]:  # half a line: the script was killed while it wrote
            replace(file, ("\n".join(lines[:-1]) + "\n").encode())
        for line in lines[:-1]:
            try:
                of, key, value = json.loads(line)
            except ValueError:
                continue
            if of == self.of:
                self.found[key] = value

    def add(self, key: str, value) -> None:
        """Keeps a value, for good when this returns."""
        self.found[key] = value
        self.file.parent.mkdir(parents=True, exist_ok=True)
        with open(self.file, "a", encoding="utf-8") as out:
            out.write(json.dumps([self.of, key, value]) + "\n")


def simulate(command: list[str], name: str = "") -> None:
    """Runs the program; RuntimeError with its message if it fails."""
    done = verb.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(": ".join(filter(None, [name, done.stderr.strip() or done.stdout.strip()])))


def simulate_all(
    program: pathlib.Path,
    folder: pathlib.Path,
    runs: dict[str, tuple[pathlib.Path, list[str]]],
    seed: int,
    threads: int | None,
) -> dict[str, pathlib.Path]:
    """Runs scenarios with their settings ("path=value") in one process, so that weeks they have in common are simulated
    once; results in `folder`, by name. RuntimeError with the program's message if one fails."""
    listed = folder / "runs.toml"
    listed.write_text(
        "".join(
            f'[run."{name}"]\nscenario = {json.dumps(str(scenario))}\nset = {json.dumps(list(sets))}\nseed = {seed}\n'
            for name, (scenario, sets) in runs.items()
        ),
        encoding="utf-8",
    )
    command = [str(program), "runs", str(listed), "--folder", str(folder), "--progress", "none"]
    if threads is not None:
        command += ["--threads", str(threads)]
    files = {name: folder / f"{name}.h5" for name in runs}
    for file in files.values():
        file.unlink(missing_ok=True)
    simulate(command)
    return files


def main() -> int:
    """Prints the stamps of the files that are named."""
    missing = 0
    for name in sys.argv[1:]:
        found = read(pathlib.Path(name))
        missing += found is None
        print(f"{name}: {found or 'no stamp'}")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
