"""Files that cannot be read: what is said of them, and that nothing else happens."""
import contextlib
import fcntl
import importlib
import io
import os
import pathlib
import random
import resource
import subprocess
import sys
import unittest
from unittest import mock

import _hostile
import _sample
import _sweep_sample

import kurultai
import verb

SLOWEST = 5  # seconds of processor time


def processor_time():
    return sum(
        used.ru_utime + used.ru_stime
        for used in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )


def called(name, *arguments):
    """What a verb does with arguments: exit code, standard output, messages."""
    out, err = io.StringIO(), io.StringIO()
    script = importlib.import_module(name)
    with mock.patch.object(sys, "argv", [name, *map(str, arguments)]), contextlib.redirect_stdout(
        out
    ), contextlib.redirect_stderr(err):
        try:
            code = script.main()
        except SystemExit as end:
            code = end.code
        except Exception as error:  # noqa: BLE001 - as verb.begin has it
            code, said = verb.verdict(error)
            err.write(f"kurultai {name}: {said}\n")
    kurultai.output._held.close()  # as the end of the process does
    return code, out.getvalue(), err.getvalue()


class WithFolder(unittest.TestCase):
    def setUp(self):
        folder = _sample.Folder()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def refused(self, path, *words, unsealed=False):
        begin = processor_time()
        with self.assertRaises(kurultai.ResultError) as caught:
            result = kurultai.open_result(path, unsealed)
            str(result)
        self.assertLess(processor_time() - begin, SLOWEST)
        for word in (str(path), *words):
            self.assertIn(word, str(caught.exception))


class Reasons(WithFolder):
    def unreadable(self):
        """Files that are none, and what is said of each."""
        (self.folder / "folder").mkdir()
        os.mkfifo(self.folder / "fifo")
        (self.folder / "empty").touch()
        (self.folder / "text").write_text("week,trust\n")
        (self.folder / "loop").symlink_to("loop")
        _sample.write_sample(self.folder / "cut", weeks=9)
        (self.folder / "cut").write_bytes((self.folder / "cut").read_bytes()[:-24])
        _sample.write_sample(self.folder / "changed", weeks=9)
        with open(self.folder / "changed", "r+b") as file:
            file.seek(1000)
            file.write(b"\xa5")
        found = {
            "none": "no such file",
            "folder": "Is a directory",
            "fifo": "not a regular file",
            "empty": "the file is empty",
            "text": "it is not HDF5",
            "loop": "Too many levels of symbolic links",
            "cut": "its seal is missing",
            "changed": "its seal is broken",
            "x" * 300: "File name too long",
            "text/x": "Not a directory",
            "a\0b": "null",
        }
        if os.geteuid() != 0:
            (self.folder / "closed").touch(mode=0)
            found["closed"] = "Permission denied"
        return {self.folder / name: reason for name, reason in found.items()}

    def test_the_reason_is_said(self):
        for path, reason in {**self.unreadable(), pathlib.Path("/dev/zero"): "not a regular file"}.items():
            with self.subTest(path=path):
                self.refused(path, reason)

    def test_verbs_refuse_with_the_reason(self):
        good = _sample.write_sample(self.folder / "good.h5", weeks=9)
        for path, reason in self.unreadable().items():
            for name, arguments in (
                ("report", [path]),
                ("figures", [path, "--out", self.folder / "out"]),
                ("swot", [path, good]),
                ("swot", [good, path]),
                ("swot", [good, good, "--sweep", path]),
            ):
                with self.subTest(verb=name, path=path):
                    code, out, err = called(name, *arguments)
                    self.assertEqual((code, out), (5, ""), err)
                    self.assertTrue(err.startswith("kurultai ") and err.count("\n") == 1, err)
                    self.assertIn(reason, err)
        self.assertEqual(sorted(path.name for path in self.folder.glob("*.html")), [])

    def test_a_lock_does_not_matter(self):
        path = _sample.write_sample(self.folder / "locked.h5", weeks=9)
        with open(path, "r+b") as holder:
            fcntl.flock(holder, fcntl.LOCK_EX)
            self.assertEqual(kurultai.open_run(path).nation.sizes["week"], 9)

    def test_what_lost_its_seal_is_read_if_asked_for(self):
        path = _sample.write_sample(self.folder / "a.h5", weeks=9)
        path.write_bytes(path.read_bytes()[:-24])
        self.refused(path, "unsealed=True")
        self.assertEqual(kurultai.open_run(path, unsealed=True).nation.sizes["week"], 9)
        sweep = _sweep_sample.write_sweep(self.folder / "b.h5", weeks=8)
        sweep.write_bytes(sweep.read_bytes()[:-24])
        self.refused(sweep, "its seal is missing")
        with kurultai.open_sweep(sweep, unsealed=True) as opened:
            self.assertGreater(opened.points, 1)


class Damaged(WithFolder):
    def test_bytes_changed_zeroed_and_cut(self):
        chance = random.Random(1)
        for whole in (
            _sample.write_sample(self.folder / "run.h5", weeks=20),
            _sweep_sample.write_sweep(self.folder / "sweep.h5", weeks=8),
        ):
            content = whole.read_bytes()
            places = [
                *range(0, 200, 7),
                *range(len(content) - 100, len(content), 3),
                *(chance.randrange(len(content)) for _ in range(60)),
            ]
            for at in places:
                for way, changed in (
                    ("changed", content[:at] + bytes([content[at] ^ 0x55]) + content[at + 1 :]),
                    ("zeroed", content[:at] + b"\0" + content[at + 1 :]),
                    ("cut", content[:at]),
                ):
                    if changed == content:
                        continue
                    path = self.folder / "damaged.h5"
                    path.write_bytes(changed)
                    with self.subTest(file=whole.name, way=way, at=at), self.assertRaises(kurultai.ResultError):
                        kurultai.open_result(path)

    def test_without_a_seal_nothing_crashes(self):
        chance = random.Random(2)
        content = _sample.write_sample(self.folder / "run.h5", weeks=9).read_bytes()[:-24]
        for _ in range(40):
            changed = bytearray(content)
            changed[chance.randrange(8, len(content))] ^= 1 << chance.randrange(8)
            path = self.folder / "damaged.h5"
            path.write_bytes(changed)
            try:
                kurultai.open_result(path, unsealed=True)
            except kurultai.ResultError as error:
                self.assertIn(str(path), str(error))

    def test_hostile_files_with_a_right_seal(self):
        for name, path in _hostile.files(self.folder).items():
            with self.subTest(name):
                begin = processor_time()
                try:
                    result = kurultai.open_result(path)
                    str(result)
                except kurultai.ResultError as error:
                    self.assertIn(str(path), str(error))
                self.assertLess(processor_time() - begin, SLOWEST)
                code, _, err = called("report", path)
                self.assertIn(code, (0, 5), err)
                self.assertNotIn("Traceback", err)
        for name in ("a_link_to_another_file.h5", "external.h5", "virtual.h5"):
            self.refused(self.folder / name, "other file" if name != "a_link_to_another_file.h5" else "another file")


class Streams(unittest.TestCase):
    """Verbs whose output or messages nobody can have."""

    def code(self, command):
        script = _sample.ROOT / "analysis" / "report.py"
        done = subprocess.run(["bash", "-c", command, sys.executable, str(script)], capture_output=True, text=True)
        return done.returncode, done.stderr

    def test_output_that_cannot_be_written(self):
        code, err = self.code('"$0" "$1" --help >/dev/full')
        self.assertEqual(code, 5, err)
        self.assertIn("No space left on device", err)
        code, err = self.code('"$0" "$1" --help >&-')
        self.assertEqual(code, 5, err)
        self.assertEqual(err.count("\n"), 1, err)

    def test_a_reader_that_closed_the_pipe(self):
        code, err = self.code('(sleep 1; "$0" "$1" --help) | true; exit ${PIPESTATUS[0]}')
        self.assertEqual((code, err), (141, ""))

    def test_messages_that_cannot_be_written(self):
        self.assertEqual(self.code('"$0" "$1" none.h5 2>/dev/full')[0], 5)
        self.assertEqual(self.code('"$0" "$1" none.h5 2>&-')[0], 5)
        self.assertEqual(self.code('"$0" "$1" --bad 2>/dev/full')[0], 2)

    def test_options(self):
        for name, arguments in (
            ("report", ["--bad"]),
            ("report", []),
            ("report", ["a.h5", "--out", "a.pdf"]),
            ("swot", ["a", "b", "--far", "nan"]),
            ("swot", ["a", "b", "--out", "scenario.toml"]),
            ("figures", ["a", "b"]),
        ):
            code, out, err = called(name, *arguments)
            self.assertEqual((code, out), (2, ""), err)
            self.assertEqual(err.count("\n"), 1, err)


class Outputs(WithFolder):
    def test_what_is_there_stays(self):
        run = _sample.write_sample(self.folder / "run.h5", weeks=20)
        own = self.folder / "own.html"
        own.write_text("<p>my own page</p>")
        code, _, err = called("report", run, "--out", own)
        self.assertEqual(code, 5, err)
        self.assertEqual(own.read_text(), "<p>my own page</p>")
        (self.folder / "folder.html").mkdir()
        self.assertEqual(called("report", run, "--out", self.folder / "folder.html")[0], 5)
        notes = self.folder / "notes.md"
        notes.write_text("mine")
        self.assertEqual(called("swot", run, run, "--region", _sample.REGIONS[0], "--out", notes)[0], 5)
        self.assertEqual(notes.read_text(), "mine")

    def test_a_link_is_written_through(self):
        run = _sample.write_sample(self.folder / "run.h5", weeks=20)
        (self.folder / "far").mkdir()
        (self.folder / "link.html").symlink_to("far/page.html")
        for _ in range(2):
            code, out, err = called("report", run, "--out", self.folder / "link.html")
            self.assertEqual(code, 0, err)
        self.assertTrue((self.folder / "link.html").is_symlink())
        self.assertIn("report of a run", (self.folder / "far" / "page.html").read_text(encoding="utf-8"))
        self.assertEqual([path.name for path in (self.folder / "far").iterdir()], ["page.html"])


if __name__ == "__main__":
    unittest.main()
