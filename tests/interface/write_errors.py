"""Write errors at every write, sync and rename of a sweep in turn: never a damaged or a silently incomplete file.

strace makes the n-th call of one kind fail, for n = 1, 2, 3 ... until no call is left to fail. After each failure the
result is either not there or whole, the exit status says which, and --resume ends with the same bits. Skips, saying
so, where strace is missing or not allowed to trace."""
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ["KURULTAI_BINARY"]
SWEEP = """
[sweep]
model = "idle"
replicates = 2
[axis.level]
path = "idle.x"
values = [0, 1]
[measure.y]
"""


def why_not_traceable():
    if os.environ.get("KURULTAI_SANITIZED"):
        return "a sanitizer writes, too, and stops where that fails"
    if shutil.which("strace") is None:
        return "strace is not installed"
    tried = subprocess.run(["strace", "-f", "-o", "/dev/null", "true"], capture_output=True, text=True)
    return "" if tried.returncode == 0 else f"strace may not trace here: {tried.stderr.strip()}"


class WriteErrors(unittest.TestCase):
    def setUp(self):
        if why := why_not_traceable():
            self.skipTest(why)
        self.folder = pathlib.Path(tempfile.mkdtemp())

    def tearDown(self):
        shutil.rmtree(self.folder, ignore_errors=True)

    def sweep(self, out, *options, inject=None, log=None):
        command = [
            PROGRAM,
            "sweep",
            str(self.folder / "sweep.toml"),
            "--out",
            str(out),
            "--progress",
            "none",
            "--threads",
            "1",
            *options,
        ]
        if inject:
            command = [
                "strace",
                "-f",
                "-qq",
                "-o",
                str(log),
                "-e",
                f"trace={inject.split(':')[0]}",
                "-e",
                f"inject={inject}",
            ] + command
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)

    def test_every_write_sync_and_rename_in_turn(self):
        (self.folder / "sweep.toml").write_text(SWEEP)
        whole = self.folder / "whole.h5"
        self.assertEqual(self.sweep(whole).returncode, 0)
        reference = whole.read_bytes()
        out, log = self.folder / "out.h5", self.folder / "log"
        for calls, error in (
            ("write,pwrite64,writev", "ENOSPC"),
            ("fsync,fdatasync", "EIO"),
            ("rename,renameat,renameat2", "EIO"),
            ("openat", "EMFILE"),
            ("close", "EIO"),
        ):
            failures = 0
            # Opening and closing are done by the loader too, long before anything is written.
            for n in range(1, 400):
                out.unlink(missing_ok=True)
                shutil.rmtree(self.folder / "out.runs", ignore_errors=True)
                done = self.sweep(out, inject=f"{calls}:error={error}:when={n}", log=log)
                if "(INJECTED)" not in log.read_text():
                    break
                failures += 1
                where = f"{calls} number {n}: {done.stderr}"
                if out.exists():
                    self.assertEqual(out.read_bytes(), reference, where)
                else:
                    self.assertNotEqual(done.returncode, 0, where)
                # 127: the program could not even be loaded. The message itself may be the write that failed.
                if done.returncode not in (0, 127) and "write(2," not in "".join(
                    line for line in log.read_text().splitlines() if "(INJECTED)" in line
                ):
                    self.assertNotEqual(done.stderr.strip(), "", where)
                self.assertNotIn("inside the program", done.stderr, where)
                again = self.sweep(out, "--resume")
                self.assertEqual(again.returncode, 0, f"{where}\nthen {again.stderr}")
                self.assertEqual(out.read_bytes(), reference, where)
            with self.subTest(calls=calls):
                self.assertGreaterEqual(failures, 4, "every file is written, synced and renamed")
                self.assertLess(failures, 399)


if __name__ == "__main__":
    unittest.main()
