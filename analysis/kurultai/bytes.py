"""The bytes of a result file, before HDF5 sees them.

HDF5 may crash or loop for ever on a file of which a byte has changed. So nothing is parsed that does not end with the
seal of the program that wrote it (a mark, and a hash of all bytes before it); and since anybody can seal anything, a
child process with limits on time and memory looks at every file first.
"""
from __future__ import annotations

import errno
import io
import os
import pathlib
import resource
import signal
import stat
import warnings

import h5py

MARK, SIZE = b"KURULTAI", 24
SIGNATURE = b"\x89HDF\r\n\x1a\n"
MOST_OBJECTS, DEEPEST = 20_000, 9
MOST_VALUES = 1 << 30  # bytes that any file may unpack to; a large one to 50 times its own
READ_BEFOREHAND = 1 << 26  # bytes of a file up to which the child reads all values, not what describes them alone


class ResultError(Exception):
    """A file is no result, or does not hold what was asked for; the message says what to do."""


class Bytes(io.RawIOBase):
    """The file at `path`, read only, without its seal. Views of one file share what is open and nothing else."""

    def __init__(self, path: pathlib.Path, number: int, size: int, keeper: "Bytes | None" = None):
        super().__init__()
        self.path, self._number, self._size, self._keeper, self._at = path, number, size, keeper, 0

    def view(self) -> "Bytes":
        """The same bytes, read from their beginning."""
        return Bytes(self.path, self._number, self._size, self._keeper or self)

    def __del__(self) -> None:
        if self._keeper is None and self._number >= 0:
            os.close(self._number)
            self._number = -1

    def close(self) -> None:
        """Does nothing: others may still read. The file is closed with its last view."""

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        return self._at

    def readinto(self, buffer) -> int:  # type: ignore[no-untyped-def]
        wanted = max(0, min(len(buffer), self._size - self._at))
        count = os.preadv(self._number, [memoryview(buffer)[:wanted]], self._at) if wanted else 0
        self._at += count
        return count


def opened(path: pathlib.Path, maker: str, unsealed: bool) -> Bytes:
    """The bytes of the file at `path`, found to be as they were written; with `unsealed` also those of a file without a
    seal. Raises ResultError with the reason that the system gives, or with what is wrong."""
    try:
        number = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)  # a FIFO would wait
    except FileNotFoundError:
        raise ResultError(f"{path}: no such file; './kurultai {maker} --out {path}' writes it") from None
    except (OSError, ValueError) as error:
        raise ResultError(f"{path}: cannot read ({_reason(error)}); check the path and its rights") from None
    found = Bytes(path, number, 0)
    try:
        about = os.fstat(number)
        if stat.S_ISDIR(about.st_mode):
            raise ResultError(f"{path}: cannot read ({os.strerror(errno.EISDIR)}); name a file in it")
        if not stat.S_ISREG(about.st_mode):
            raise ResultError(f"{path}: cannot read (not a regular file); a result is one")
        if about.st_size == 0:
            raise ResultError(f"{path}: the file is empty; './kurultai {maker} --out {path}' writes one")
        if os.pread(number, len(SIGNATURE), 0) != SIGNATURE:
            raise ResultError(f"{path}: not a result of Kurultai (it is not HDF5)")
        sealed = _sealed(path, number, about.st_size)
    except OSError as error:
        raise ResultError(f"{path}: cannot read ({_reason(error)}); check the disk") from None
    if not sealed and not unsealed:
        raise ResultError(
            f"{path}: the file is damaged: its seal is missing (it was cut short, or changed or written by another "
            "program); restore it from a copy; if it went through a program that you trust, add --unsealed, or "
            "unsealed=True in Python"
        )
    found._size = about.st_size - (SIZE if sealed else 0)
    _look(found)
    return found


def _reason(error: Exception) -> str:
    return error.strerror or str(error) if isinstance(error, OSError) else str(error)


def _sealed(path: pathlib.Path, number: int, size: int) -> bool:
    """Whether a seal stands at the end of the file. Raises ResultError if it is not that of the bytes before it."""
    last = os.pread(number, SIZE, max(0, size - SIZE))
    if not last.startswith(MARK):
        return False
    try:
        import xxhash
    except ImportError:
        raise ResultError("reading results needs xxhash; on Debian: apt install python3-xxhash") from None
    hasher, at = xxhash.xxh3_128(), 0
    while at < size - SIZE:
        piece = os.pread(number, min(1 << 22, size - SIZE - at), at)
        if not piece:
            break
        hasher.update(piece)
        at += len(piece)
    if hasher.digest() != last[len(MARK) :]:
        raise ResultError(
            f"{path}: the file is damaged: its seal is broken (its bytes are not those that were written); run it "
            "again, or restore it from a copy"
        )
    return True


# --- The first look, in a child process ----------------------------------------------------------------------


def _look(found: Bytes) -> None:
    """Raises ResultError unless HDF5 can read the file, within limits."""
    seconds = 4 + found._size // (1 << 22)
    out, into = os.pipe()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore", DeprecationWarning
            )  # other threads may be there; the child needs none of them
            child = os.fork()
    except OSError as error:
        os.close(out), os.close(into)
        raise ResultError(f"{found.path}: cannot read (no process is to be had for it: {_reason(error)})") from None
    if child == 0:
        _looks(found, into, seconds)
    os.close(into)
    with open(out, "rb") as pipe:
        said = pipe.read().decode("utf-8", "replace")
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        slow = number in (signal.SIGXCPU, signal.SIGKILL, signal.SIGALRM)
        said = f"HDF5 cannot read it ({f'it took longer than {seconds} s' if slow else signal.strsignal(number)})"
    elif os.WEXITSTATUS(status) != 0 and not said:
        said = "HDF5 cannot read it (it asks for more memory than a file of its size may)"
    if "memory" in said and resource.getrlimit(resource.RLIMIT_AS)[0] != resource.RLIM_INFINITY:
        raise MemoryError(f"{found.path} cannot be read within the limit")  # of what we were given, not of the file
    if said:
        raise ResultError(f"{found.path}: the file is damaged: {said}; run it again, or restore it from a copy")


def _looks(found: Bytes, into: int, seconds: int) -> None:
    """The child: reads what a reader may ask for, and writes to `into` what is wrong. Does not return."""
    said = ""
    try:
        for number in range(1, signal.NSIG):
            if number not in (signal.SIGKILL, signal.SIGSTOP) and number in signal.valid_signals():
                signal.signal(number, signal.SIG_DFL)
        values = MOST_VALUES + 50 * found._size
        with open("/proc/self/statm", "rb") as file:
            there = int(file.read().split()[0]) * resource.getpagesize()
        for kind, most in (
            (resource.RLIMIT_CORE, 0),
            (resource.RLIMIT_CPU, seconds),
            (resource.RLIMIT_AS, there + 2 * values),
        ):
            hard = resource.getrlimit(kind)[1]
            most = most if hard == resource.RLIM_INFINITY else min(most, hard)
            resource.setrlimit(kind, (most, most))
        signal.alarm(60 + 20 * seconds)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        with h5py.File(found.view(), "r") as file:
            said = _fault(file, values, found._size <= READ_BEFOREHAND)
    except MemoryError:
        said = "it asks for more memory than a file of its size may"
    except BaseException as error:  # noqa: BLE001 - whatever it is, the parent says so
        said = f"HDF5 cannot read it ({str(error) or type(error).__name__})"
    try:
        os.write(into, " ".join(said.split())[:500].encode("utf-8", "replace"))
    finally:
        os._exit(0)


def _fault(file: h5py.File, values: int, read: bool) -> str:
    """What is wrong with the file, empty if nothing is: links that lead elsewhere, groups within each other, arrays
    that cannot be in it. Reads attributes, and with `read` all arrays."""
    left = [("", file, 0)]
    objects = 0
    while left:
        path, group, depth = left.pop()
        dict(group.attrs)
        if depth > DEEPEST:
            return "its groups lie too deep"
        objects += len(group)
        if objects > MOST_OBJECTS:
            return "its groups hold too many objects, or each other"
        for name in group:
            if not isinstance(group.get(name, getlink=True), h5py.HardLink):
                return f"'{path}{name}' is a link to another place or another file"
            item = group[name]
            if isinstance(item, h5py.Group):
                left.append((f"{path}{name}/", item, depth + 1))
            elif isinstance(item, h5py.Dataset):
                values -= item.size * (48 if item.dtype.kind == "O" else item.dtype.itemsize) if item.size else 0
                if item.external or item.is_virtual:
                    return f"the values of '{path}{name}' stand in other files"
                if values < 0:
                    return f"it has more values in '{path}{name}' than can be in it"
                dict(item.attrs)
                if read:
                    item[()]
    return ""
