"""The page about a result needs nothing but itself, says what was run, and holds its figures and tables."""
import html.parser
import pathlib
import re
import subprocess
import sys
import unittest

import _sample
import _sweep_sample

VOID = {"meta", "br", "img", "hr", "link", "input"}


class Outline(html.parser.HTMLParser):
    """What stands in a page; fails on tags that do not match."""

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.svgs, self.text, self.ids = [], [], [], [], []
        self.feed(text)
        assert not self.open, f"left open: {self.open}"

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        attributes = dict(attributes)
        if "id" in attributes:
            self.ids.append(attributes["id"])
        if tag == "svg":
            self.svgs.append(attributes)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open and self.open[-1] == tag, f"</{tag}> closes {self.open[-3:]}"
        self.open.pop()

    def handle_data(self, data):
        if "style" not in self.open:
            self.text.append(data)

    @property
    def words(self):
        return " ".join(" ".join(self.text).split())


class Report(unittest.TestCase):
    def setUp(self):
        self.folder = _sample.Folder()
        self.addCleanup(self.folder.cleanup)
        self.path = pathlib.Path(self.folder.name)

    def report(self, file, *options):
        return subprocess.run([sys.executable, str(_sample.ROOT / "analysis" / "report.py"), str(file), *options],
                              capture_output=True, text=True, timeout=300)

    def page(self, file, *options):
        done = self.report(file, *options)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        written = pathlib.Path(done.stdout.strip())
        text = written.read_text(encoding="utf-8")
        self.assertLess(len(text), 3_000_000)
        for outside in re.findall(r'(?:src|href)="([^"]*)"|url\(([^)]*)\)', text):
            self.assertRegex("".join(outside), r"^(#|data:)")  # no request leaves the page
        self.assertNotIn("<script", text)
        outline = Outline(text)
        self.assertEqual(outline.tags.count("h1"), 1)
        self.assertEqual(len(outline.ids), len(set(outline.ids)))
        self.assertEqual(len(outline.svgs), 2 * outline.tags.count("figure"))  # for wide and for narrow screens
        self.assertTrue(all(svg.get("role") == "img" and len(svg.get("aria-label", "")) > 40 for svg in outline.svgs))
        self.assertNotIn("#222222;\"", text.split("</style>")[1])  # colours are the page's
        return outline, written

    def test_a_run(self):
        outline, written = self.page(_sample.write_sample(self.path / "sample.h5"))
        self.assertEqual(written, self.path / "sample.html")
        self.assertGreaterEqual(outline.tags.count("figure"), 6)
        for part in ("report of a run", "one resident in 20", "Seed 7, replicate 0", "open_budget", "uncalibrated",
                     "Participation rises from 20% to 25%", "Astana city", "0" * 32):
            self.assertIn(part, outline.words)

    def test_a_sweep(self):
        outline, written = self.page(_sweep_sample.write_sweep(self.path / "grid.h5"), "--out", str(self.path / "page.html"))
        self.assertEqual(written, self.path / "page.html")
        self.assertGreaterEqual(outline.tags.count("figure"), 8)
        for part in ("report of a sweep", "How far do announcements and notices carry?", "71 of 72", "9 points, each run up to 8 times",
                     "reach (information.reach)", "share their random numbers", "Reach moves participation most: +4.9 pp",
                     "not enough memory: 5 GB asked", "All replicates live in one society", "uncalibrated", "ab" * 16, "95% interval"):
            self.assertIn(part, outline.words)

    def test_a_design_of_drawn_points(self):
        outline, _ = self.page(_sweep_sample.write_sweep(self.path / "latin.h5", "latin", weeks=60))
        self.assertIn("matters most for participation", outline.words)
        self.assertIn("this is an association", outline.words)

    def test_a_sweep_of_which_nothing_finished(self):
        every = [(point, replicate) for point in range(3) for replicate in range(_sweep_sample.REPLICATES)]
        outline, _ = self.page(_sweep_sample.write_sweep(self.path / "lost.h5", "list", failed=every))
        self.assertEqual(outline.tags.count("figure"), 0)
        self.assertIn("24 failed", outline.words)

    def test_refusals(self):
        (self.path / "text.h5").write_text("no result")
        for file, options, message in ((self.path / "text.h5", (), "not a readable HDF5 file"),
                                       (_sample.write_sample(self.path / "a.h5", weeks=9), ("--out", str(self.path / "no" / "x.html")),
                                        "cannot be written")):
            done = self.report(file, *options)
            self.assertEqual(done.returncode, 5)
            self.assertIn(message, done.stderr)
            self.assertEqual(done.stdout, "")


if __name__ == "__main__":
    unittest.main()
