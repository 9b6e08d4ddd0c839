"""A script as a verb of the program: how it hears signals, and how it ends. The first lines of a script are

    if __name__ == "__main__":
        import verb
        verb.begin("report")

before anything that takes long to import. From there on the script runs in a child process, and this one watches over
it:

- INT, TERM, HUP (unless ignored at the start) and XCPU end the script and all processes that it began within a second,
  without a traceback, with exit code 128 + signal. The script leaves by the exception Stopped, so that what it holds is
  put away; what is still there 0.7 s later, or at a second signal, is killed.
- Standard output that cannot be written is exit code 5 with the reason; one that nobody reads any more is 141 without a
  word. Standard error that cannot be written costs nothing but the message.
- Too little memory is exit code 7.
- A Refusal ends it with its message and code, a result that cannot be read (kurultai.ResultError) with 5; of anything
else one line
  is said (all of it with KURULTAI_TRACE=1), and the code is 1.

Imports nothing but the standard library, so that it is there at once.
"""
from __future__ import annotations

import signal
import sys

try:  # Ctrl-C in the middle of an import would print where
    _heard = signal.signal(signal.SIGINT, signal.SIG_DFL)
except ValueError:  # in another thread than the main one nothing is heard
    _heard = None

import argparse  # noqa: E402
import atexit  # noqa: E402
import contextlib  # noqa: E402
import fcntl  # noqa: E402
import io  # noqa: E402
import logging  # noqa: E402
import math  # noqa: E402
import os  # noqa: E402
import pathlib  # noqa: E402
import shutil  # noqa: E402
import subprocess  # noqa: E402
import tempfile  # noqa: E402
import time  # noqa: E402
from typing import Any, Callable, Iterator, NoReturn  # noqa: E402

STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGXCPU)
PATIENCE = 0.7  # seconds from a signal to the end of what does not end by itself
SENT_BY_KERNEL = 0x80  # si_code: Ctrl-C, which the terminal has sent to all processes already
DYING = 0.1  # seconds for what was killed to be gone, and as long for its locks: with PATIENCE within the second
TWICE = 0.1  # seconds in which a repeated signal is the same one: `timeout` sends it to a process and to its group
INTERNAL, USAGE, STORAGE, MEMORY, NOBODY_READS = 1, 2, 5, 7, 141  # exit codes
NO_MEMORY = (
    "cannot allocate memory",
    "failed to map segment",
    "cannot create shared object",
    "out of memory",
    "can't start new thread",
    "resource temporarily unavailable",
)
LIBRARIES_KILLED = (signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGILL, signal.SIGFPE)

#: The folder for what passes, for scripts that a script calls and for the package kurultai; links in it so named are
#: notes.
PASSING, NOTE = "KURULTAI_PASSING", "note-"

#: Help of the option --unsealed, which all verbs have that read results.
UNSEALED = "read a result that lost its seal: one that another program, which you trust, has changed"

_name = "kurultai"


class Stopped(BaseException):
    """A signal asks the script to stop. Nobody takes it for a failure."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.signal = number


class Refusal(Exception):
    """Ends the script with a message and an exit code."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


class Parser(argparse.ArgumentParser):
    """Reads the command line; says what is wrong with it as the program does."""

    def error(self, message: str) -> NoReturn:
        raise Refusal(USAGE, f"{message} (usage) see '{self.prog} --help'")


class _NobodyReads(BaseException):
    """Standard output is a pipe that nobody reads any more."""


class _OutputFailed(BaseException):
    """Standard output cannot be written."""


def begin(name: str) -> None:
    """Makes the script that calls it the verb `name`, as the head of this file says."""
    global _name
    _name = f"kurultai {name}"
    _open_standard_streams()
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # threads that nothing here uses, and that may not be had
    stopping = {number for number in STOPPING if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN}
    signal.pthread_sigmask(signal.SIG_BLOCK, stopping | {signal.SIGCHLD})
    passing = _folder_for_what_passes()
    try:
        child = os.fork()
    except OSError:  # no process to be had: without one to watch over it
        child = 0
        atexit.register(shutil.rmtree, passing, True)
    else:
        if child:
            code = _watch(child, stopping)
            _put_away(passing)
            os._exit(code)
        _end_with_parent()
    for number in stopping:
        signal.signal(number, _stop)
    sys.stdout = _stream(1, _Output)
    sys.stderr = _stream(2, _Messages)
    sys.excepthook = _explain
    sys.unraisablehook = _unraisable
    logging.getLogger("matplotlib").setLevel(logging.ERROR)  # where it keeps its fonts is nobody's concern
    atexit.register(_flush)  # the first, so that it comes last
    signal.pthread_sigmask(signal.SIG_UNBLOCK, stopping | {signal.SIGCHLD})


def run(command: list[Any], **options: Any) -> subprocess.CompletedProcess:
    """subprocess.run; where a signal stopped the command, it stops the script, too."""
    check = options.pop("check", False)
    done = subprocess.run(command, check=False, **options)
    code = 128 - done.returncode if done.returncode < 0 else done.returncode
    if code - 128 in STOPPING:
        raise Stopped(code - 128)
    if check:
        done.check_returncode()
    return done


def number(low: float, high: float, whole: bool = False) -> Callable[[str], Any]:
    """A type for argparse: a number from `low` to `high`. Anything else, nan and infinity too, is refused with the
    range."""

    def check(text: str) -> Any:
        try:
            value: Any = int(text) if whole else float(text)
        except ValueError:
            value = math.nan
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(
                f"{text!r} is not a {'whole ' if whole else ''}number from {low:g} to {high:g}"
            )
        return value

    return check


@contextlib.contextmanager
def replacing(path: "pathlib.Path | str") -> Iterator[pathlib.Path]:
    """A file beside `path` to write to. It takes the place of `path`, where a link leads, when the block is over, and
    is taken away if an exception leaves it: no half file, and nothing lost that was there. Raises OSError."""
    target = pathlib.Path(os.path.realpath(path))
    if target.exists() and not target.is_file():
        raise OSError(f"{path}: there is something else of that name, not a file")
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".tmp" + target.suffix, dir=target.parent)
    os.close(handle)
    beside = pathlib.Path(name)
    _note(beside)
    try:
        yield beside
        mask = os.umask(0)
        os.umask(mask)
        beside.chmod(target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~mask)
        beside.replace(target)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def _note(file: pathlib.Path) -> None:
    """Notes a file that may not outlive the script: where the script is killed, _put_away finds it."""
    folder = os.environ.get(PASSING)
    if folder:
        with contextlib.suppress(OSError):
            os.symlink(file.absolute(), tempfile.mktemp("", NOTE, folder))


def write_text(path: "pathlib.Path | str", text: str) -> None:
    """Writes a text as a whole or not at all. Raises Refusal."""
    try:
        with replacing(path) as beside:
            beside.write_text(text, encoding="utf-8")
    except (OSError, ValueError) as error:
        raise Refusal(
            STORAGE, f"{path}: cannot be written ({getattr(error, 'strerror', None) or error}); name another with --out"
        ) from None


def memory_is_limited() -> int:
    """The limit of this process's memory, bytes; 0: none."""
    import resource

    limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    return 0 if limit == resource.RLIM_INFINITY else limit


def verdict(error: BaseException) -> "tuple[int, str]":
    """The exit code for an exception that nobody caught, and what is said of it."""
    if isinstance(error, Refusal):
        return error.code, str(error)
    if type(error).__name__ == "ResultError":  # that of the package kurultai, which need not be there
        return STORAGE, str(error)
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    where = f" at {pathlib.Path(place.tb_frame.f_code.co_filename).name}:{place.tb_lineno}" if place is not None else ""
    return (
        INTERNAL,
        (
            f"something is wrong inside the program ({type(error).__name__}: {error}{where}) please report it; with "
            "KURULTAI_TRACE=1 all of it is shown"
        ),
    )


def say(line: str) -> None:
    """A message of one line to standard error."""
    clean = "".join(letter if letter.isprintable() else "?" for letter in " ".join(line.split()))
    with contextlib.suppress(OSError):
        os.write(2, f"{_name}: {clean}\n".encode("utf-8", "replace"))


# --- In the child ----------------------------------------------------------------------------------------------


def _stop(number: int, _frame: Any) -> None:
    for other in STOPPING:
        signal.signal(other, signal.SIG_IGN)
    raise Stopped(number)


def _open_standard_streams() -> None:
    """Closed descriptors 0 to 2 lead to nowhere, so that no file gets one of them; writing to them fails as before."""
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            opened = os.open(os.devnull, os.O_WRONLY if descriptor == 0 else os.O_RDONLY)
            if opened != descriptor:
                os.dup2(opened, descriptor)
                os.close(opened)


class _Output(io.FileIO):
    def write(self, text: Any) -> int:
        try:
            return super().write(text) or 0
        except BrokenPipeError:
            raise _NobodyReads from None
        except OSError as error:
            raise _OutputFailed(error.strerror) from None


class _Messages(io.FileIO):
    def write(self, text: Any) -> int:
        try:
            return super().write(text) or 0
        except OSError:
            return len(text)


def _stream(descriptor: int, kind: Any) -> io.TextIOWrapper:
    terminal = os.isatty(descriptor)
    raw = io.BufferedWriter(kind(descriptor, "w", closefd=False))
    return io.TextIOWrapper(
        raw, encoding="utf-8", errors="backslashreplace", line_buffering=terminal or kind is _Messages
    )


def _unraisable(failure: Any) -> None:
    """An exception that Python cannot hand on, out of __del__: a signal is sent once more, so that it is not lost."""
    if isinstance(failure.exc_value, Stopped):
        os.kill(os.getpid(), failure.exc_value.signal)
    elif os.environ.get("KURULTAI_TRACE"):
        sys.__unraisablehook__(failure)


def _explain(kind: Any, value: BaseException, trace: Any) -> None:
    """What an exception that nobody caught means for the shell."""
    global _code
    if isinstance(value, Stopped):
        say(f"stopped (signal {value.signal})")
        _code = 128 + value.signal
    elif isinstance(value, _NobodyReads):
        _code = NOBODY_READS
    elif isinstance(value, _OutputFailed):
        say(f"standard output: cannot write ({value}) send it elsewhere")
        _code = STORAGE
    elif isinstance(value, MemoryError) or any(word in str(value).lower() for word in NO_MEMORY):
        say(
            f"not enough memory, or too few processes allowed ({str(value) or 'no more is to be had'}) raise the limit:"
            " ulimit -v, ulimit -u"
        )
        _code = MEMORY
    elif isinstance(value, KeyboardInterrupt):  # of a library that took the signal
        _code = 128 + signal.SIGINT
    else:
        _code, words = verdict(value)
        if _code == INTERNAL and os.environ.get("KURULTAI_TRACE"):
            sys.__excepthook__(kind, value, trace)
        say(words)


_code: "int | None" = None


def _flush() -> None:
    """The last that happens: standard output is written, or the exit code tells."""
    try:
        sys.stdout.flush()
    except BaseException as error:  # pylint: disable=broad-except
        if _code is None:
            _explain(type(error), error, error.__traceback__)
        os._exit(_code or 0)
    if _code is not None:
        os._exit(_code)


def _folder_for_what_passes() -> str:
    """A folder for all temporary files, of the script and of what it begins: gone with it, even if it is killed."""
    try:
        folder = tempfile.mkdtemp(prefix="kurultai-")
    except OSError:
        return ""
    os.environ["TMPDIR"] = os.environ[PASSING] = tempfile.tempdir = folder
    return folder


# --- In the parent ---------------------------------------------------------------------------------------------


def _control(option: int, value: int) -> None:
    try:
        import ctypes

        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)
    except (ImportError, OSError, AttributeError):
        pass  # another system: children of children may outlive a kill


def _end_with_parent() -> None:
    _control(1, signal.SIGTERM)  # PR_SET_PDEATHSIG


def _descendants() -> list[int]:
    """All processes below this one that are alive."""
    children: dict[int, list[int]] = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                with open(f"/proc/{entry}/stat", "rb") as file:
                    state, parent = file.read().rsplit(b")", 1)[1].split()[:2]
            except OSError:
                continue  # it has ended meanwhile
            if state != b"Z":
                children.setdefault(int(parent), []).append(int(entry))
    found, todo = [], [os.getpid()]
    while todo:
        below = children.get(todo.pop(), [])
        found += below
        todo += below
    return found


def _signal_all(number: int) -> None:
    for process in _descendants():
        with contextlib.suppress(OSError):
            os.kill(process, number)


def _lock(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _put_away(passing: str) -> None:
    """Takes the folder for what passes away, and first the files noted in it that a script which was killed has left:
    those that are written and locks that nobody holds (kurultai/output.py)."""
    patience = time.monotonic() + DYING  # threads of a process that was killed hold on to its files for a moment
    for note in pathlib.Path(passing).rglob(f"{NOTE}*") if passing else ():
        with contextlib.suppress(OSError):
            name = os.readlink(note)
            handle = os.open(name, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
            with os.fdopen(handle):
                while not _lock(handle) and time.monotonic() < patience:
                    time.sleep(0.01)
                if _lock(handle) and os.path.samestat(os.fstat(handle), os.lstat(name)):
                    os.unlink(name)
    shutil.rmtree(passing, ignore_errors=True)


def _watch(child: int, stopping: set) -> int:
    """Waits for the script and returns its exit code."""
    _control(36, 1)  # PR_SET_CHILD_SUBREAPER: children of children are ours when their parents end
    stopped, begun, deadline, status = 0, 0.0, None, None
    while True:
        wait = 3600.0 if deadline is None else max(deadline - time.monotonic(), 0.0)
        heard = signal.sigtimedwait(stopping | {signal.SIGCHLD}, min(wait, 0.05) if status is not None else wait)
        now = time.monotonic()
        if heard is not None and heard.si_signo != signal.SIGCHLD:
            if not stopped:
                stopped, begun, deadline = heard.si_signo, now, now + PATIENCE
                if heard.si_code != SENT_BY_KERNEL:
                    _signal_all(stopped)
            elif now - begun > TWICE:
                deadline = now
        with contextlib.suppress(ChildProcessError):
            while True:
                process, how = os.waitpid(-1, os.WNOHANG)
                if process == 0:
                    break
                if process == child:
                    status = how
        if status is not None and (not stopped or not _descendants()):
            break
        if deadline is not None and time.monotonic() >= deadline:
            _signal_all(signal.SIGKILL)
            while _descendants() and time.monotonic() < deadline + DYING:  # what they held is free only then
                time.sleep(0.01)
            break
    if status is None or (stopped and os.WIFSIGNALED(status)):
        return 128 + stopped
    if os.WIFEXITED(status):
        return os.WEXITSTATUS(status)
    ended_by = os.WTERMSIG(status)
    if ended_by in LIBRARIES_KILLED:
        if limit := memory_is_limited():
            say(f"not enough memory (the limit is {limit / 1e6:.0f} MB: ulimit -v)")
            return MEMORY
        say(f"a library ended the script (signal {ended_by})")
    return 128 + ended_by


if _heard is not None:
    signal.signal(signal.SIGINT, _heard)
