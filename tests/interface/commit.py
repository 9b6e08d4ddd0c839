"""What a build says of the commit that it is made from (sim/commit.cmake): the commit, and whether the tree differs
from it."""
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "sim" / "commit.cmake"


def git(folder, *words):
    return subprocess.run(
        ["git", "-c", "user.name=a", "-c", "user.email=a@example.org", "-C", str(folder), *words],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()


def named(source, out, **environment):
    """The commit that a build of `source` would name."""
    subprocess.run(
        ["cmake", f"-DSOURCE={source}", f"-DOUT={out}", "-P", str(SCRIPT)],
        check=True,
        capture_output=True,
        env={**os.environ, **environment},
    )
    return re.search(r'build_commit = "(.*)";', out.read_text())[1]


class Commit(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.root, self.out = pathlib.Path(self.folder.name) / "tree", pathlib.Path(self.folder.name) / "commit.cpp"
        for name in ("sim/a.cpp", "README.md", "results/kept.md", "CMakeLists.txt"):
            (self.root / name).parent.mkdir(parents=True, exist_ok=True)
            (self.root / name).write_text("first\n")

    def committed(self):
        git(self.root, "init", "-q")
        git(self.root, "add", "-A")
        git(self.root, "commit", "-qm", "first")
        return git(self.root, "rev-parse", "HEAD")

    def test_without_git_it_is_unknown(self):
        self.assertEqual(named(self.root, self.out, GIT_CEILING_DIRECTORIES=str(self.root.parent)), "unknown")

    @unittest.skipUnless(shutil.which("git"), "needs git")
    def test_a_clean_tree_is_its_commit_and_the_next_one_too(self):
        head = self.committed()
        self.assertEqual(named(self.root, self.out), head)
        before = self.out.stat().st_mtime_ns
        self.assertEqual(named(self.root, self.out), head)
        self.assertEqual(self.out.stat().st_mtime_ns, before, "written anew, so that all is linked again")
        git(self.root, "commit", "-q", "--allow-empty", "-m", "second")
        self.assertEqual(named(self.root, self.out), git(self.root, "rev-parse", "HEAD"))
        self.assertNotEqual(git(self.root, "rev-parse", "HEAD"), head)

    @unittest.skipUnless(shutil.which("git"), "needs git")
    def test_a_changed_tree_is_marked_and_changes_of_code_are_told_apart(self):
        head = self.committed()
        (self.root / "results" / "kept.md").write_text("made again\n")
        self.assertEqual(named(self.root, self.out), head)
        (self.root / "README.md").write_text("second\n")
        self.assertEqual(named(self.root, self.out), f"{head}-dirty")
        found = set()
        for change in (
            lambda: (self.root / "sim" / "a.cpp").write_text("second\n"),
            lambda: (self.root / "sim" / "a.cpp").write_text("third\n"),
            lambda: (self.root / "sim" / "new.cpp").write_text("new\n"),
            lambda: (self.root / "sim" / "new.cpp").write_text("newer\n"),
            lambda: git(self.root, "add", "-A"),
        ):
            change()
            found.add(named(self.root, self.out))
            self.assertRegex(sorted(found)[0], rf"^{head}-dirty-[0-9a-f]{{8}}$")
        self.assertEqual(len(found), 5)
        git(self.root, "commit", "-qm", "second")
        self.assertEqual(named(self.root, self.out), git(self.root, "rev-parse", "HEAD"))

    @unittest.skipUnless(shutil.which("git"), "needs git")
    def test_a_copy_within_another_checkout_is_unknown(self):
        (pathlib.Path(self.folder.name) / "other.txt").write_text("x\n")
        git(self.folder.name, "init", "-q")
        git(self.folder.name, "add", "other.txt")
        git(self.folder.name, "commit", "-qm", "other")
        self.assertEqual(named(self.root, self.out), "unknown")


if __name__ == "__main__":
    unittest.main()
