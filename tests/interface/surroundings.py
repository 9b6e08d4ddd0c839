#!/usr/bin/python3
"""Every verb in every bad surrounding: streams that are full or closed, signals, inputs that are none, outputs that are
something else, no room, no threads, little memory. Verbs and what they take come from the program and its launcher.

Never: exit code 1, an end by a signal that nobody sent, a traceback, an input changed, half a file. Quick: all verbs of
the program and a script; with FULL all scripts, and signals at more moments.
"""
import functools
import os
import resource
import shutil
import signal
import subprocess
import time
import unittest

from _surroundings import (
    LAUNCHER,
    PROGRAM,
    ROOT,
    SANITIZED,
    Bench,
    Verb,
    become_nobody,
    busy,
    limited,
    stop,
    verbs_of_program,
    verbs_of_scripts,
)

FULL = False
ENDED_BY = {signal.SIGHUP: 129, signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGXCPU: 152}
TEXT = "this is somebody's text\n"
QUICK_SCRIPTS = {"report"}


def scripts(full: bool) -> list[Verb]:
    return [verb for verb in verbs_of_scripts() if full or verb.name in QUICK_SCRIPTS]


def each(chosen=lambda verb: True):
    """Makes a test of a method that is called with each chosen verb, and a path of its own for what the verb writes."""

    def test_of(body):
        @functools.wraps(body)
        def test(self):
            for verb in filter(chosen, self.verbs):
                with self.subTest(verb.name):
                    folder = self.bench.folder / f"{body.__name__}-{verb.name}"
                    folder.mkdir()
                    folder.chmod(0o777)
                    body(self, verb, folder / f"out{verb.output()[1]}")

        return test

    return test_of


def writes(verb: Verb) -> bool:
    return bool(verb.output()[0])


class Surroundings(unittest.TestCase):
    bench: Bench
    full = FULL

    @classmethod
    def setUpClass(cls):
        cls.bench = Bench()
        cls.addClassCleanup(cls.bench.close)
        cls.verbs = verbs_of_program() + scripts(cls.full)
        # Root may read and do everything: where limits and rights count, another user tries.
        cls.as_user = staticmethod(become_nobody)
        if (
            subprocess.run(["test", "-x", PROGRAM], preexec_fn=become_nobody, check=False).returncode
            or subprocess.run(
                ["test", "-r", ROOT / "scenarios" / "village.toml"], preexec_fn=become_nobody, check=False
            ).returncode
        ):
            cls.as_user = None

    def call(self, verb, command, **options):
        options.setdefault("stdout", subprocess.PIPE)
        options.setdefault("stderr", subprocess.PIPE)
        if verb.long:  # what takes minutes says only how it is used
            command = [*verb.command, "--help"]
        environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **options.pop("settings", {})}
        return subprocess.run(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            timeout=60 + 20 * busy(),
            env=environment,
            cwd=self.bench.folder,
            **options,
        )

    def orderly(self, done, *codes):
        said = (done.stderr or b"").decode("utf-8", "replace")
        self.assertIn(done.returncode, codes, said[-500:])
        self.assertNotIn("Traceback", said)
        self.assertNotIn("terminate called", said)
        self.assertNotIn("something is wrong inside", said)

    def is_whole(self, verb, out):
        """Whether what the verb writes is there, and whole."""
        if not verb.output()[0] or verb.long:
            return
        self.assertTrue(out.is_file(), f"{out.name} was not written")
        if out.suffix == ".h5":
            self.assertEqual(subprocess.run([PROGRAM, "digest", out], capture_output=True).returncode, 0)

    def nothing_half(self, verb, out):
        if out.exists():
            self.is_whole(verb, out)
        left = [path.name for path in out.parent.iterdir() if path.name.startswith(".") and path.name.endswith(".tmp")]
        self.assertEqual(left, [], "files in the making are left")

    # --- Standard streams -----------------------------------------------------------------------------------

    @each()
    def test_stdout_that_is_full(self, verb, out):
        with open("/dev/full", "wb") as full:
            done = self.call(verb, self.bench.call(verb, out), stdout=full)
        self.orderly(done, 5)
        self.assertIn(b"standard output", done.stderr)
        self.is_whole(verb, out)

    @each()
    def test_stdout_that_is_closed(self, verb, out):
        done = self.call(verb, self.bench.call(verb, out), stdout=None, preexec_fn=lambda: os.close(1))
        self.orderly(done, 5)
        self.is_whole(verb, out)

    @each()
    def test_stdout_that_nobody_reads(self, verb, out):
        read, write = os.pipe()
        os.close(read)
        try:
            done = self.call(verb, self.bench.call(verb, out), stdout=write)
        finally:
            os.close(write)
        self.orderly(done, 141)
        self.assertNotIn(b"standard output", done.stderr)
        self.is_whole(verb, out)

    @each()
    def test_stderr_that_cannot_be_written(self, verb, out):
        clean = self.call(verb, self.bench.call(verb, out.with_name("clean" + out.suffix)))
        self.orderly(clean, 0)
        with open("/dev/full", "wb") as full:
            done = self.call(verb, self.bench.call(verb, out), stderr=full)
        self.orderly(done, 0)
        self.is_whole(verb, out)
        out.unlink(missing_ok=True)
        done = self.call(verb, self.bench.call(verb, out), stderr=None, preexec_fn=lambda: os.close(2))
        self.orderly(done, 0)
        self.is_whole(verb, out)

    @each()
    def test_progress_that_nobody_reads(self, verb, out):
        if "--progress" not in verb.options:
            return
        for mode in ("line", "json"):
            read, write = os.pipe()
            os.close(read)
            out.unlink(missing_ok=True)
            try:
                done = self.call(verb, self.bench.call(verb, out, None, "--progress", mode), stderr=write)
            finally:
                os.close(write)
            self.orderly(done, 0)
            self.is_whole(verb, out)

    # --- Signals --------------------------------------------------------------------------------------------

    @each()
    def test_signals(self, verb, out):
        begun = time.monotonic()
        if not verb.long:
            self.call(verb, self.bench.call(verb, out))
        lasts = 10 if verb.long else time.monotonic() - begun
        moments = [share * lasts for share in ((0.3, 0.6, 0.9) if verb.script else (0.05, 0.4, 0.9))]
        for number, code in ENDED_BY.items():
            for moment in moments if self.full else moments[list(ENDED_BY).index(number) % len(moments) :][:1]:
                for kind in (".runs", ".folder"):
                    shutil.rmtree(out.with_suffix(kind), ignore_errors=True)
                for there in out.parent.glob("out*"):
                    if there.is_file():
                        there.unlink()
                slow = busy()
                ended = stop(self.bench.call(verb, out), number, moment, out.parent)
                self.assertIn(ended.code, (code, 0), f"{number.name} after {moment}: {ended.said[-300:]}")
                self.assertLess(ended.seconds, 1.0 * slow + 0.2, f"{number.name} after {moment}")
                self.assertEqual(ended.left, [], "processes are left")
                self.assertNotIn("Traceback", ended.said)
                if out.exists():
                    self.is_whole(verb, out)

    # --- Inputs ---------------------------------------------------------------------------------------------

    def bad_inputs(self):
        folder = self.bench.folder / "bad"
        folder.mkdir(exist_ok=True)
        folder.chmod(0o777)
        for ending in (".toml", ".h5"):
            here = {
                name: folder / f"{name}{ending}"
                for name in ("folder", "pipe", "empty", "unreadable", "binary", "missing")
            }
            here["folder"].mkdir(exist_ok=True)
            if not here["pipe"].exists():
                os.mkfifo(here["pipe"])
            here["empty"].touch()
            here["unreadable"].write_text(TEXT)
            here["unreadable"].chmod(0)
            here["binary"].write_bytes(bytes(range(256)) * 20)
            yield ending, here

    @each()
    def test_inputs_that_are_none(self, verb, out):
        bad = dict(self.bad_inputs())
        for place, kind in enumerate(verb.takes):
            if kind.startswith("TEXT") or verb.long:
                continue
            ending = ".toml" if self.bench.good[kind].suffix == ".toml" else ".h5"
            for name, file in bad[ending].items():
                if name == "unreadable" and self.as_user is None:
                    continue
                done = self.call(verb, self.bench.call(verb, out, {place: file}), preexec_fn=self.as_user)
                with self.subTest(verb.name, input=name, place=place):
                    # An empty scenario is a scenario: the default.
                    self.orderly(done, *((0, 3) if name == "empty" and ending == ".toml" else (3, 5, 7)))
                    if done.returncode:
                        self.assertEqual(done.stderr.count(b"\n"), 1, done.stderr)
                        self.assertFalse(out.exists(), "an output was written")
                out.unlink(missing_ok=True)

    # --- Outputs --------------------------------------------------------------------------------------------

    @each(writes)
    def test_output_that_is_an_input(self, verb, out):
        for place, kind in enumerate(verb.takes):
            if kind.startswith("TEXT"):
                continue
            given = out.with_name("given" + self.bench.good[kind].suffix)
            given.write_bytes(self.bench.good[kind].read_bytes())
            before = given.read_bytes()
            done = self.call(verb, self.bench.call(verb, given, {place: given}))
            self.orderly(done, 2, 5)
            self.assertEqual(given.read_bytes(), before)
            given.unlink()

    @each(writes)
    def test_output_of_another_kind(self, verb, out):
        out.write_text(TEXT)
        done = self.call(verb, self.bench.call(verb, out))
        if verb.script:  # a page or a table replaces a text
            self.orderly(done, 0, 5)
            return
        self.orderly(done, 5)
        self.assertEqual(out.read_text(), TEXT)

    @each(writes)
    def test_output_that_is_a_folder(self, verb, out):
        out.mkdir()
        done = self.call(verb, self.bench.call(verb, out))
        self.orderly(done, 5)
        self.assertTrue(out.is_dir())
        self.assertEqual(list(out.iterdir()), [])

    @each(writes)
    def test_output_that_is_a_link(self, verb, out):
        target = out.with_name("target" + out.suffix)
        out.symlink_to(target.name)
        self.orderly(self.call(verb, self.bench.call(verb, out)), 0)
        self.assertTrue(out.is_symlink())
        self.assertTrue(target.is_file() and not target.is_symlink())

    @each(writes)
    def test_output_that_is_locked(self, verb, out):
        if verb.script:
            return
        command = [str(word) for word in self.bench.call(verb, out)]
        with open(out.with_name("first"), "wb") as said:
            first = subprocess.Popen(command, stdout=said, stderr=said, cwd=self.bench.folder)
            second = self.call(verb, command)
        self.assertIn(first.wait(300), (0, 5))
        self.orderly(second, 0, 5)
        self.is_whole(verb, out)

    @each(writes)
    def test_output_without_room(self, verb, out):
        done = self.call(verb, self.bench.call(verb, out), preexec_fn=limited(resource.RLIMIT_FSIZE, 300))
        self.orderly(done, 5)
        self.assertFalse(out.exists())
        self.nothing_half(verb, out)

    # --- The machine ----------------------------------------------------------------------------------------

    @each()
    def test_one_thread_only(self, verb, out):
        if self.as_user is None:
            self.skipTest("another user cannot reach this tree")
        more = ("--threads", "4") if "--threads" in verb.options else ()
        settings = {
            "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"
        }  # it looks for leaks in a thread of its own
        done = self.call(
            verb,
            self.bench.call(verb, out, None, *more),
            preexec_fn=limited(resource.RLIMIT_NPROC, 1, user=True),
            settings=settings,
        )
        self.orderly(done, 0, 7)
        if done.returncode == 0:
            self.is_whole(verb, out)
        if not verb.script:
            self.assertEqual(done.returncode, 0, "the program itself needs no other thread")

    @unittest.skipIf(SANITIZED, "a sanitizer reserves more memory than that")
    @each()
    def test_little_memory(self, verb, out):
        for megabytes in (200, 120, 70) if not verb.script else (200,):
            done = self.call(
                verb, self.bench.call(verb, out), preexec_fn=limited(resource.RLIMIT_AS, megabytes * 10**6)
            )
            self.orderly(done, 0, 7)
            if done.returncode == 0:
                self.is_whole(verb, out)
            out.unlink(missing_ok=True)

    # --- Options that are numbers ---------------------------------------------------------------------------

    @each()
    def test_numbers_that_are_none(self, verb, out):
        for option, kind in verb.options.items():
            if not kind.startswith("NUMBER from "):
                continue
            low, high = (float(word) for word in (kind.split()[2], kind.split()[4]))
            wrong = [
                "nan",
                "inf",
                "-inf",
                "-nan",
                "1e400",
                "",
                "x",
                "1x",
                "0x10",
                " 1",
                "1,5",
                f"{low - 1:.17g}" if low > -1e11 else "-1e13",
                f"{high * 1.01 + 1:.17g}",
                "1\n2",
                "\x1b[31m",
            ]
            for text in wrong:
                arguments = self.bench.call(verb, out)
                if option in verb.required:
                    arguments[arguments.index(option) + 1] = text
                else:
                    arguments += [option, text]
                done = self.call(verb, arguments)
                self.orderly(done, 2)
                if text:
                    self.assertIn(b"number from", done.stderr, f"{option} {text!r}")
                self.assertEqual(done.stderr.count(b"\n"), 1, done.stderr)
                self.assertNotIn(b"\x1b", done.stderr)
                self.assertFalse(out.exists())

    # --- The list itself ------------------------------------------------------------------------------------

    def test_every_script_is_listed(self):
        listed = {verb.name for verb in verbs_of_scripts()}
        launcher = LAUNCHER.read_text(encoding="utf-8")
        for name in ("report", "swot", "figures", "experiments", "expectations", "baseline", "studies", "results"):
            self.assertIn(name, listed)
        called = {
            word
            for line in launcher.split("case ${1:-} in")[1].splitlines()
            if line.startswith("  ") and line.rstrip().endswith(")")
            for word in line.strip().rstrip(")").replace("|", " ").split()
        }
        own = {"test", "bench", "--verbs", "-h", "--help", "help", "''", "*"}
        self.assertEqual(called - own - listed, set(), "verbs of the launcher that its table of scripts does not list")
        for script in (ROOT / "analysis").glob("*.py"):
            if '__name__ == "__main__"' in script.read_text(encoding="utf-8"):
                self.assertIn(
                    "verb.begin(", script.read_text(encoding="utf-8"), f"{script.name} does not begin as a verb"
                )


if __name__ == "__main__":
    unittest.main(verbosity=1)
