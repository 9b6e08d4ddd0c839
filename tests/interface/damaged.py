"""Result files that are damaged or hostile: verbs that read results refuse them with exit code 5 and the reason, or
show what they showed before; never a signal, never for long, and never as a fault of the program's own."""
import os
import pathlib
import random
import re
import resource
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ["KURULTAI_BINARY"]
sys.path.insert(0, str(ROOT / "tests" / "analysis"))
sys.path.insert(0, str(ROOT / "analysis"))
import _hostile  # noqa: E402
import _sealed  # noqa: E402
from _surroundings import SLOWER  # noqa: E402

# HDF5 reads what has no seal in a process of its own, and may break there; a sanitizer says how before we do. Where it
# is HDF5 that breaks, on memory that HDF5 has allocated, the report is passed over.
REPORT = re.compile(
    r"=+\n==\d+==ERROR: AddressSanitizer: (?:SEGV|memcpy-param-overlap|heap-buffer-overflow).*\n(?:.*\n)*?    #0 .*\n  "
    r"  #1 .*libhdf5.*\n"
    r"(?:(?!allocated by ).*\n|allocated by .*\n    #0 .*\n    #1 .*libhdf5.*\n)*?==\d+==ABORTING\n"
)
SLOWEST = 5 * SLOWER  # seconds of processor time
SWEEP = """title = "Damaged"
[sweep]
model = "ishigami"
design = "grid"
replicates = 2
[axis.x1]
path = "ishigami.x1"
values = [0.0, 1.0, 2.0]
[measure.y]
"""


def program(*arguments, timeout=120):
    begin = processor_time()
    done = subprocess.run(
        [PROGRAM, *map(str, arguments)], capture_output=True, text=True, errors="replace", timeout=timeout
    )
    return done, processor_time() - begin


def processor_time():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def make(folder):
    """A run's, a sweep's and a comparison's file, small."""
    village = ROOT / "scenarios" / "village.toml"
    small = ["--set", "run.warmup=2", "--set", "run.weeks=3", "--progress", "none"]
    (folder / "s.toml").write_text(SWEEP)
    (folder / "b.toml").write_text(f'extends = "{village}"\n[information]\nreach = 0.9\n')
    for arguments in (
        ("run", village, *small, "--out", folder / "run.h5"),
        ("sweep", folder / "s.toml", "--progress", "none", "--out", folder / "sweep.h5"),
        ("compare", village, folder / "b.toml", "--replicates", 2, *small, "--out", folder / "comparison.h5"),
    ):
        done, _ = program(*arguments)
        assert done.returncode == 0, done.stderr
    return [folder / f"{name}.h5" for name in ("run", "sweep", "comparison")]


def verbs(path):
    yield "show", path
    yield "digest", path
    yield "analyze", path
    yield "rerun", path, "--run", "0", "--out", path.parent / "again.h5"
    yield "compare", path, path


class Damaged(unittest.TestCase):
    RANDOM, STEP = 6, 800

    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.temporary.cleanup)
        cls.folder = pathlib.Path(cls.temporary.name)
        cls.files = make(cls.folder)

    def check(self, done, seconds, *codes):
        self.assertIn(done.returncode, codes, done.stderr)
        self.assertLess(seconds, SLOWEST)
        if done.returncode:
            said = REPORT.sub("", done.stderr)
            self.assertTrue(said.startswith("kurultai: ") and said.count("\n") == 1, done.stderr)
            self.assertNotIn("report it", done.stderr)

    def places(self, size):
        chance = random.Random(1)
        return [
            *range(0, min(4096, size), self.STEP),
            *range(size - 4, max(0, size - 4096), -self.STEP),
            *(chance.randrange(size) for _ in range(self.RANDOM)),
        ]

    def test_a_changed_zeroed_or_cut_file_is_refused(self):
        for whole in self.files:
            content = whole.read_bytes()
            for number, at in enumerate(self.places(len(content))):
                for way, changed in (
                    ("changed", content[:at] + bytes([content[at] ^ 1 << at % 8]) + content[at + 1 :]),
                    ("zeroed", content[:at] + b"\0" + content[at + 1 :]),
                    ("cut", content[:at]),
                ):
                    if changed == content:
                        continue
                    path = self.folder / "damaged.h5"
                    path.write_bytes(changed)
                    verb = ("digest", "show", "analyze")[number % 3]
                    with self.subTest(file=whole.name, way=way, at=at, verb=verb):
                        self.check(*program(verb, path), 5)

    def test_without_a_seal(self):
        for whole in self.files:
            bare = self.folder / "bare.h5"
            bare.write_bytes(whole.read_bytes()[:-24])
            for arguments in verbs(bare):
                with self.subTest(file=whole.name, verb=arguments[0]):
                    done, seconds = program(*arguments)
                    self.check(done, seconds, 5)
                    self.assertIn("--unsealed", done.stderr)
            as_before = program("digest", whole)[0].stdout
            self.assertEqual(program("digest", bare, "--unsealed")[0].stdout, as_before)
            self.assertEqual(program("show", bare, "--unsealed")[0].stdout, program("show", whole)[0].stdout)

    def test_without_a_seal_hdf5_may_crash_but_not_the_program(self):
        chance = random.Random(3)
        for whole in self.files:
            content = whole.read_bytes()[:-24]
            as_before = program("digest", whole)[0].stdout
            for _ in range(self.RANDOM):
                changed = bytearray(content)
                for _ in range(2):
                    changed[chance.randrange(8, min(len(content), 6000))] ^= 1 << chance.randrange(8)
                path = self.folder / "damaged.h5"
                path.write_bytes(changed)
                done, seconds = program("digest", path, "--unsealed")
                self.check(done, seconds, 0, 5)
                if done.returncode == 0:
                    self.assertEqual(done.stdout, as_before)

    def test_a_right_seal_around_damage(self):
        chance = random.Random(4)
        for whole in self.files:
            content = whole.read_bytes()[:-24]
            for _ in range(self.RANDOM):
                changed = bytearray(content)
                changed[chance.randrange(8, min(len(content), 6000))] ^= 1 << chance.randrange(8)
                path = self.folder / "damaged.h5"
                path.write_bytes(changed)
                _sealed.seal(path)
                for verb in ("digest", "show"):
                    self.check(*program(verb, path), 0, 5)

    def test_hostile_files_with_a_right_seal(self):
        for name, path in _hostile.files(self.folder).items():
            for arguments in verbs(path):
                with self.subTest(name, verb=arguments[0]):
                    self.check(
                        *program(*arguments),
                        5,
                        2,
                        3,
                        *([0] if (name, arguments[0]) == ("a sweep without parts", "show") else []),
                    )

    def test_what_is_no_file(self):
        (self.folder / "empty.h5").touch()
        os.mkfifo(self.folder / "fifo.h5")
        for path, reason in (
            (self.folder / "none.h5", "no such file"),
            (self.folder, "not a file"),
            (self.folder / "empty.h5", "it is empty"),
            (self.folder / "fifo.h5", "not a file"),
            (self.folder / "s.toml", "not HDF5"),
        ):
            for arguments in verbs(path):
                if arguments[0] == "compare":
                    continue  # what ends otherwise is a scenario to it
                with self.subTest(path=path.name, verb=arguments[0]):
                    done, seconds = program(*arguments)
                    self.check(done, seconds, 5)
                    self.assertIn(reason, done.stderr)


if __name__ == "__main__":
    unittest.main()
