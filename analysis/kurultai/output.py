"""Where pages, tables and figures go: claimed before the work begins.

    with output.claim([page], inputs=[result]):
        verb.write_text(page, text)

Never replaced are a file that the same command reads, a file that is not of ours, and what another process is writing.
A link is followed, so that it stays. The program does the same for results (sim/engine/output.h).
"""
from __future__ import annotations

import atexit
import contextlib
import errno
import fcntl
import os
import pathlib
import socket
import sys
import tempfile
from typing import Iterable, Iterator

#: What a figure says of itself.
FIGURE_METADATA = {"Software": "Kurultai"}
#: What a page of ours has in its head.
GENERATOR = '<meta name="generator" content="Kurultai">'
#: By which bytes near its beginning a file is known as one that this package wrote, by the ending of its name.
MARKS = {
    ".html": (GENERATOR.encode(), b'<p class="kicker">Kurultai'),
    ".htm": (GENERATOR.encode(), b'<p class="kicker">Kurultai'),
    ".md": (b"Written by `./kurultai", b"# SWOT: "),
    ".csv": (b"# Made by Kurultai ", b"effect,kind,replicate,value\n", b"tag,lever,series,seed,effect\n"),
    ".png": (b"Made by Kurultai ", b"Software\0Kurultai"),
    ".parts": (b'["',),
    ".ipynb": (b'"generator": "Kurultai"',),
}
#: Figures that ship were drawn by versions that left no mark of their own.
SHIPPED_FIGURES = pathlib.Path(__file__).resolve().parents[2] / "results" / "figures"
LOOKED_AT = 1 << 20  # bytes


class OutputError(Exception):
    """A file may not be written; the message says why and what to do. Exit code 5."""


def is_ours(path: pathlib.Path) -> bool:
    """Whether the file at `path` is one that this package wrote, or empty."""
    with open(path, "rb") as file:
        beginning = file.read(LOOKED_AT)
        if path.suffix == ".ipynb":  # its metadata stand at the end
            file.seek(max(0, path.stat().st_size - LOOKED_AT))
            beginning += file.read()
    marks = MARKS.get(path.suffix.lower(), tuple(mark for marks in MARKS.values() for mark in marks))
    if path.suffix == ".png" and path.parent == SHIPPED_FIGURES:
        marks += (b"Software\0Matplotlib",)
    return not beginning or any(mark in beginning for mark in marks)


def _check(path: pathlib.Path, inputs: Iterable[pathlib.Path]) -> pathlib.Path:
    """Where `path` is written, links followed; raises OutputError if it may not be."""
    try:
        real = pathlib.Path(os.path.realpath(path))
        with contextlib.suppress(FileNotFoundError):
            real.lstat()
    except (OSError, ValueError) as error:  # such as too long a name
        raise OutputError(
            f"{path}: cannot be written ({getattr(error, 'strerror', None) or error}) choose another --out"
        ) from error
    if real.is_dir():
        raise OutputError(f"{path}: cannot be written (this is a folder) add a name")
    if real.exists() and not real.is_file():
        raise OutputError(f"{path}: cannot be written (this is not a regular file) choose another --out")
    if not real.parent.is_dir():
        raise OutputError(
            f"{path}: cannot be written (there is no folder {real.parent}) make it, or choose another --out"
        )
    if not os.access(real.parent, os.W_OK | os.X_OK):
        raise OutputError(
            f"{path}: cannot be written ({os.strerror(errno.EACCES)}) choose a folder you may write to with --out"
        )
    if not real.exists():
        return real
    for file in inputs:
        if os.path.exists(file) and os.path.samefile(real, file):
            raise OutputError(
                f"{path}: this is an input of this very command ({file} would be overwritten) choose another --out"
            )
    try:
        ours = is_ours(real)
    except OSError as error:
        raise OutputError(
            f"{path}: this file is there and cannot be looked at ({error.strerror}) choose another --out"
        ) from error
    if not ours:
        raise OutputError(
            f"{path}: this file is there, and is none that this command wrote (it would be lost) move it away, or "
            "choose another --out"
        )
    return real


def _lock(path: pathlib.Path, real: pathlib.Path) -> "tuple[int, pathlib.Path] | None":
    """A lock on the name `real`, as the program takes it (sim/engine/output.cpp); None where the file system has
    none."""
    name = real.parent / f".{real.name}.lock"
    while True:
        try:
            handle = os.open(name, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK, 0o666)
        except OSError as error:
            raise OutputError(f"{path}: cannot be written ({error.strerror}: {name}) choose another --out") from error
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            words = os.pread(handle, 256, 0).decode(errors="replace").split()
            os.close(handle)
            who = f"process {words[0]}" if words and words[0].isdigit() else "another process"
            raise OutputError(
                f"{path}: {who} is writing this file (one of the two would be lost) wait for it, or choose another "
                "--out"
            ) from None
        except OSError:
            os.close(handle)
            return None
        held = os.fstat(handle)
        with contextlib.suppress(FileNotFoundError):
            named = os.lstat(name)
            if (held.st_dev, held.st_ino) == (named.st_dev, named.st_ino):
                break
        os.close(handle)  # who held it has just taken the file away
    if folder := os.environ.get("KURULTAI_PASSING"):  # where a script is killed, analysis/verb.py finds the note
        with contextlib.suppress(OSError):
            os.symlink(name.absolute(), tempfile.mktemp("", "note-", folder))
    with contextlib.suppress(OSError):  # for messages alone
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"{os.getpid()} {socket.gethostname()}\n".encode(), 0)
    return handle, name


@contextlib.contextmanager
def claim(paths: "Iterable[pathlib.Path | str]", inputs: "Iterable[pathlib.Path | str]" = ()) -> Iterator[None]:
    """Claims `paths`, which may not be any of the files `inputs`, until the end of the block. Raises OutputError;
    nothing was changed then."""
    inputs = [pathlib.Path(file) for file in inputs]
    locks: "list[tuple[int, pathlib.Path]]" = []
    try:
        for path in map(pathlib.Path, paths):
            lock = _lock(path, _check(path, inputs))
            if lock is not None:
                locks.append(lock)
        yield
    finally:
        for handle, name in reversed(locks):
            with contextlib.suppress(OSError):
                os.unlink(name)
            os.close(handle)


_held = contextlib.ExitStack()


def hold(
    verb: str,
    paths: "Iterable[pathlib.Path | str]",
    inputs: "Iterable[pathlib.Path | str]" = (),
    make_folders: bool = True,
) -> None:
    """The same until the process ends, for a script that has one thing to do; makes the folders of `paths` unless told
    not to. Ends the script with a message and exit code 5 if a path may not be written."""
    paths = [pathlib.Path(path) for path in paths]
    try:
        for folder in dict.fromkeys(path.parent for path in paths if make_folders):
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise OutputError(
                    f"{folder}: cannot make the folder ({error.strerror}) choose another --out"
                ) from error
        _held.enter_context(claim(paths, inputs))
    except OutputError as error:
        print(f"kurultai {verb}: {error}", file=sys.stderr)
        sys.exit(5)
    atexit.register(_held.close)
