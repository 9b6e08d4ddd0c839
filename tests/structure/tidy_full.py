#!/usr/bin/python3
"""clang-tidy 19 with the checks of .clang-tidy over the floors below the sweeps; a function of more than 80 lines is
among what it finds. Skipped where it is not installed. By hand: `clang-tidy-19 -p build/release FILE`."""
import concurrent.futures
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
FLOORS = ("base", "scenario", "society", "mechanism", "observation", "engine")
TIDY = shutil.which("clang-tidy-19")
LONG_FILE = 600


def commands():
    """The compilation database of the build that runs this test."""
    program = pathlib.Path(os.environ["KURULTAI_BINARY"])
    return program.parents[1]


def findings(folder, file):
    done = subprocess.run(
        [TIDY, "--quiet", "--warnings-as-errors=*", "-p", str(folder), str(file)],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout if done.returncode else ""


class Tidy(unittest.TestCase):
    def sources(self, *endings):
        return [
            path for floor in FLOORS for path in sorted((ROOT / "sim" / floor).rglob("*")) if path.suffix in endings
        ]

    def test_no_file_is_long(self):
        self.assertEqual(
            [
                str(path)
                for path in self.sources(".h", ".cpp")
                if len(path.read_text(encoding="utf-8").splitlines()) > LONG_FILE
            ],
            [],
        )

    @unittest.skipUnless(TIDY, "clang-tidy-19 is not installed")
    def test_it_finds_nothing(self):
        sources = self.sources(".cpp")
        self.assertGreater(len(sources), 100)
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 1) as pool:
            found = list(pool.map(lambda file: findings(commands(), file), sources))
        self.assertEqual("\n".join(filter(None, found))[:6000], "")

    @unittest.skipUnless(TIDY, "clang-tidy-19 is not installed")
    def test_it_would_find_a_long_function(self):
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            file = folder / "long.cpp"
            file.write_text("void f(int& x) {\n" + "  ++x;\n" * 81 + "}\n")
            (folder / ".clang-tidy").write_text((ROOT / ".clang-tidy").read_text())
            (folder / "compile_commands.json").write_text(
                json.dumps([{"directory": str(folder), "file": str(file), "command": f"c++ -std=c++20 -c {file}"}])
            )
            self.assertIn("readability-function-size", findings(folder, file))


if __name__ == "__main__":
    unittest.main(verbosity=2)
