"""As damaged.py, with many more places; and the Python package, for each byte of the first and the last 4 kB and 5,000
more: changed, zeroed, and the file cut there. (tests/unit/storage.cpp does the same for the program's own reader.)"""
import os
import random
import shutil
import sys
import unittest

import damaged

sys.path.insert(0, str(damaged.ROOT / "analysis"))
from kurultai.bytes import ResultError, opened  # noqa: E402
from kurultai.result import open_result  # noqa: E402


class Damaged(damaged.Damaged):
    RANDOM, STEP = 300, 23

    def test_pages_of_a_damaged_file_are_refused(self):
        whole = self.files[0].read_bytes()
        path = self.folder / "damaged.h5"
        for at in self.places(len(whole))[::100]:
            path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
            for script, arguments, out in (("report", [path], "page.html"), ("swot", [path, path], "page.md")):
                with self.subTest(script=script, at=at):
                    done = damaged.subprocess.run(
                        [
                            sys.executable,
                            str(damaged.ROOT / "analysis" / f"{script}.py"),
                            *map(str, arguments),
                            "--out",
                            str(self.folder / out),
                        ],
                        capture_output=True,
                        text=True,
                        timeout=120,
                    )
                    self.assertEqual(done.returncode, 5, done.stderr)
                    self.assertFalse((self.folder / out).exists())

    def test_no_byte_escapes_the_python_package(self):
        chance = random.Random(2)
        for whole in self.files:
            path = self.folder / "bytes.h5"
            shutil.copy(whole, path)
            size = path.stat().st_size
            opened(path, "run", False)
            places = sorted(
                {
                    *range(min(4096, size)),
                    *range(max(0, size - 4096), size),
                    *(chance.randrange(size) for _ in range(5000)),
                },
                reverse=True,
            )

            def refused(at, way):
                with self.assertRaises(ResultError, msg=f"{whole.name}: byte {at} {way}"):
                    opened(path, "run", False)

            with open(path, "r+b") as file:
                for at in places:
                    byte = os.pread(file.fileno(), 1, at)
                    for way, other in (("changed", bytes([byte[0] ^ 1 << at % 8])), ("zeroed", b"\0")):
                        if other != byte:
                            os.pwrite(file.fileno(), other, at)
                            refused(at, way)
                    os.pwrite(file.fileno(), byte, at)
                opened(path, "run", False)
                for at in places:  # from the end on
                    os.ftruncate(file.fileno(), at)
                    refused(at, "cut")

    def test_the_package_refuses_what_a_verb_would(self):
        path = self.folder / "cut.h5"
        path.write_bytes(self.files[0].read_bytes()[:-1])
        with self.assertRaises(ResultError):
            open_result(path)


if __name__ == "__main__":
    unittest.main(defaultTest="Damaged")
