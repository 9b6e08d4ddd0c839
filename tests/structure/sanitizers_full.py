#!/usr/bin/python3
"""The program under sanitizers: each builds a preset of its own beside the release build and runs tests in it.

address, undefined behaviour   unit, invariance and the quick interface tests; each fuzz target for a minute
threads (on std::thread)       unit and invariance; a run, a sweep in two shards, their merge and a comparison, with
four threads

A finding of a sanitizer ends the program that it is found in, so the test that ran it fails.
"""
import os
import pathlib
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
CORES = os.cpu_count() or 1
FUZZ_SECONDS = 60
# What limits memory or counts it cannot run beside the address sanitizer, which reserves terabytes.
ENVIRONMENT = {
    "ASAN_OPTIONS": "detect_leaks=1:abort_on_error=0:exitcode=99:quarantine_size_mb=16",
    "UBSAN_OPTIONS": "halt_on_error=1:print_stacktrace=1",
    "TSAN_OPTIONS": "halt_on_error=1:exitcode=99",
    "KURULTAI_SANITIZED": "1",
}


def call(*words, **options):
    environment = {**os.environ, **ENVIRONMENT}
    environment.pop("KURULTAI_BINARY", None)
    return subprocess.run(
        [str(word) for word in words],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        **options,
    )


class Sanitizer(unittest.TestCase):
    maxDiff = None

    def must(self, *words):
        """Calls, and fails with the end of what was printed."""
        done = call(*words)
        self.assertEqual(done.returncode, 0, f"{' '.join(str(word) for word in words)}\n...\n{done.stdout[-6000:]}")
        return done.stdout

    def build(self, preset, *targets):
        self.must("cmake", "--preset", preset, "-DKURULTAI_BENCH=OFF", "-DKURULTAI_TESTS=ON")
        self.must("cmake", "--build", ROOT / "build" / preset, "--parallel", CORES, "--target", *targets)
        return ROOT / "build" / preset

    def test_addresses_and_undefined_behaviour(self):
        fuzz = sorted(file.stem for file in (ROOT / "tests" / "fuzz").glob("*.cpp") if file.stem != "driver")
        build = self.build(
            "asan-ubsan",
            "kurultai",
            "kurultai_unit",
            "kurultai_invariance",
            *(f"kurultai_fuzz_{target}" for target in fuzz),
        )
        self.must(
            "ctest",
            "--test-dir",
            build,
            "-L",
            "quick",
            "-R",
            r"^(unit|invariance|interface|fuzz)\.",
            "--parallel",
            CORES,
            "--output-on-failure",
            "--no-tests=error",
        )
        self.assertGreaterEqual(len(fuzz), 5)
        for target in fuzz:
            corpus = ROOT / "tests" / "fuzz" / "corpus" / target
            with self.subTest(target=target):
                self.must(
                    build / "tests" / f"kurultai_fuzz_{target}", "--seconds", FUZZ_SECONDS, "--findings", build, corpus
                )

    def test_threads(self):
        build = self.build("tsan", "kurultai", "kurultai_unit", "kurultai_invariance")
        self.must(
            "ctest",
            "--test-dir",
            build,
            "-L",
            "quick",
            "-R",
            r"^(unit|invariance)\.",
            "--parallel",
            CORES,
            "--output-on-failure",
            "--no-tests=error",
        )
        program = build / "sim" / "kurultai"
        village = ROOT / "scenarios" / "village.toml"
        sweep = ROOT / "scenarios" / "sweeps" / "village.toml"
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            threads = ("--threads", 4, "--progress", "none")
            self.must(program, "run", village, "--weeks", 20, "--out", folder / "run.h5", *threads)
            shared = (
                "--set",
                "sweep.replicates=2",
                "--set",
                "sweep.set=[\"run.weeks=60\", \"run.warmup=52\"]",
                "--out",
                folder / "sweep.h5",
            )
            for shard in (1, 2):
                self.must(program, "sweep", sweep, *shared, "--shard", f"{shard}/2", *threads)
            self.must(program, "sweep", sweep, *shared, "--merge", *threads)
            self.must(
                program,
                "compare",
                village,
                village,
                "--replicates",
                2,
                "--set",
                "run.weeks=20",
                "--out",
                folder / "compare.h5",
                *threads,
            )


if __name__ == "__main__":
    unittest.main()
