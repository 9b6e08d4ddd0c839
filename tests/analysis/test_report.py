"""The page about a result needs nothing but itself, says what was run, and holds its figures and tables."""
import html.parser
import pathlib
import re
import subprocess
import sys
import unittest

import _sample
import _sweep_sample
import _sealed
import numpy
import test_surveys
import test_trials

import kurultai

CALIBRATION = """title = "Which level?"
[sweep]
model = "decay"
set = ["decay.noise=0.2"]
[axis.level]
path = "decay.level"
low = 1
high = 10
[measure.early]
series = "y"
last = 0
[target.early]
value = 4.0
sd = 0.1
[calibration]
particles = 60
generations = 2
predictive = 20
"""
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
        return subprocess.run(
            [sys.executable, str(_sample.ROOT / "analysis" / "report.py"), str(file), *options],
            capture_output=True,
            text=True,
            timeout=300,
        )

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
        for part in (
            "report of a run",
            "one resident in 20",
            "Seed 7, replicate 0",
            "open_budget",
            "uncalibrated",
            "Participation rises from 20% to 25%",
            "Astana city",
            "0" * 32,
        ):
            self.assertIn(part, outline.words)

    def with_scenario(self, file, scenario):
        """The page of `file` after its scenario is replaced."""
        with _sealed.File(file, "r+") as opened:
            opened.attrs["scenario"] = 'title = "Sample"\n' + scenario
        return self.page(file)[0].words

    def test_surveys_stand_beside_what_everyone_would_have_said(self):
        said = self.with_scenario(
            test_surveys.write_survey(self.path / "a.h5", dependent=1), "[survey.rural]\nsize = 100\nselective = 0.5\n"
        )
        for part in (
            "Answers run from 1, the lowest, to 5, the highest",
            "Rural residents",
            "Held 2 times, in weeks 40 and 92.",
            "100 of 5,000 people were drawn and 75 of them answered (75%)",
            "1 of 2 intervals of the last rounds hold",
            "2 of 3 in all rounds",
            "1 of 2 intervals hold what everyone would have said",
            "(selective = 0.5): estimates are biased",
            "Trust? 75 3.30 3.10 to 3.50 3.20 yes 0.50",
        ):
            self.assertIn(part, said)
        self.assertNotIn("It drew", said)

    def test_a_survey_of_nearly_everyone_says_so(self):
        file = test_surveys.write_survey(self.path / "a.h5")
        for people, part in (
            (
                105,
                (
                    "It drew nearly everyone it could: 400 were to be drawn, but at run.scale 0.05 the society holds so"
                    " few of those it asks. Its interval is therefore narrower than that of a real survey with as many"
                    " answers, by a factor of about 1.8."
                ),
            ),
            (300, "It drew 33% of those it may ask"),
        ):
            with _sealed.File(file, "r+") as opened:
                opened["surveys/rural/people"][:] = people
            said = self.with_scenario(file, "[survey.rural]\nsize = 400\n")
            self.assertIn(part, said)
            self.assertNotIn("depends on the answer (", said)

    def test_a_trial_tells_its_effect(self):
        n = 400
        parts = numpy.tile([1, 2], n // 2)
        acted = numpy.where(
            parts == 1, 2 * (numpy.arange(n) % 8 < 6), 2 * (numpy.arange(n) % 8 < 4)
        )  # of the first round: bit 1
        file = test_trials.write_trial(self.path / "a.h5", parts, acted, before=[1, 1], closed=[3, 3])
        said = self.with_scenario(
            file,
            (
                '[form.vote]\ntitle = "a vote"\n[policy.mail]\nlever = "participation.mail"\nunit = "household"\n'
                'trial = true\noutcome = "vote"\nshare = 0.5\nstart = 20\nend = 30\n'
            ),
        )
        self.assertIn("Shares are of people who took part (a vote)", said)
        self.assertIn("mail 1 75% 50% +25.0 pp +15.8 to +34.2 pp 400", said)
        self.assertIn("50% of households outcome: vote", said)

    def with_arms(self, named):
        """A sample with the trial of two communities, and participation by arm: the treated rise by 0.2 in week 100."""
        file = _sample.write_sample(self.path / "arms.h5")
        with _sealed.File(file, "r+") as opened:
            policy = opened.create_group("policy/fair")
            scale = _sample._texts(policy, "community", ["c0", "c1", "c2"])
            scale.make_scale("community")
            policy.create_dataset("status", data=numpy.array([1, 2, 2], dtype="uint8")).dims[0].attach_scale(scale)
            group = opened.create_group("series/arm")
            scales = group.create_dataset("week", data=numpy.arange(160, dtype="int32")), _sample._texts(
                group, "arm", named
            )
            values = numpy.tile([0.3, 0.25], (160, 1))
            values[100:, 0] += 0.2
            data = group.create_dataset("participation", data=values)
            for d, (name, scale) in enumerate(zip(("week", "arm"), scales)):
                scale.make_scale(name)
                data.dims[d].attach_scale(scale)
        return self.with_scenario(
            file, '[policy.fair]\nlever = "akimat.openness"\ntrial = true\nstart = 90\nend = 95\n'
        )

    def test_a_trial_without_outcome_shows_its_arms(self):
        said = self.with_arms(["fair: treated", "fair: control"])
        self.assertIn(
            "fair 1 communities treated, 2 control +5.0 pp +25 pp +20 pp 50% 25% 142", said
        )  # a year after the start
        self.assertIn("set outcome to a form, in [policy.fair]", said)

    def test_a_trial_that_the_file_does_not_tell_says_how_to_get_it(self):
        self.assertIn(
            "fair: 1 communities treated, 2 control. What came of it the file does not tell",
            self.with_arms(["other: treated", "x"]),
        )

    def test_policies_show_what_they_set(self):
        said = self.with_scenario(
            _sample.write_sample(self.path / "a.h5"),
            """
            [run]\nweeks = 5\n[policy.a]\nlever = "akimat.openness"
            mode = "set"\ndose = 0.5\nstart = 5\nend = 50\nramp = 4\nregions = ["Abai Region"]
            types = ["town"]
            income_below = 0.8\nage_to = 30\nsex = "women"\nshare = 0.25\nunit = "resident"
            lot = "both"\ncommunity_share = 0.5
            [policy.b]\nlever = "akimat.audit"\ndose = 0.1\nmeaning = "More audits"\n""",
        )
        for part in (
            "name meaning lever dose weeks target treated a akimat.openness",
            (
                "set 0.5 5 to 50, ramp of 4 Abai Region; town; income less than 0.8 of the national mean; aged 18 to"
                " 30; sex women; in 50% of the communities 25% of residents, lot both"
            ),
            "b More audits akimat.audit add 0.1 from 0",
            "Policies: a, b. Of them 1 would begin only after the run's end.",
        ):
            self.assertIn(part, said)

    def test_one_region_is_not_compared(self):
        file = _sample.write_sample(self.path / "a.h5")
        with _sealed.File(file, "r+") as opened:
            region = opened["series/region"]
            del region["kind"]
            for name in [name for name, data in region.items() if data.ndim > 1]:
                del region[name]
            del region["region"]
            label = _sample._texts(region, "region", ["Abai Region"])
            label.make_scale("region")
            trust = region.create_dataset("participation", data=numpy.full((160, 1), 0.25))
            trust.dims[0].attach_scale(region["week"])
            trust.dims[1].attach_scale(label)
        outline, _ = self.page(file)
        for part in ("lowest region", "of 1 regions", "Regions"):
            self.assertNotIn(part, outline.words)
        self.assertIn("Participation rises from 20% to 25%", outline.words)

    def test_a_sweep(self):
        outline, written = self.page(
            _sweep_sample.write_sweep(self.path / "grid.h5"), "--out", str(self.path / "page.html")
        )
        self.assertEqual(written, self.path / "page.html")
        self.assertGreaterEqual(outline.tags.count("figure"), 8)
        for part in (
            "report of a sweep",
            "How far do announcements and notices carry?",
            "71 of 72",
            "9 points, each run up to 8 times",
            "reach (information.reach)",
            "share their random numbers",
            "Reach moves participation (last year) most: +4.9 pp",
            "not enough memory: 5 GB asked",
            "All replicates live in one society",
            "uncalibrated",
            "ab" * 16,
            "95% interval",
        ):
            self.assertIn(part, outline.words)

    def test_a_sweep_shows_series_that_differ(self):
        file = _sweep_sample.write_sweep(self.path / "grid.h5")
        with _sealed.File(file, "r+") as opened:
            opened["series/nation/awareness"][:] = 0.98
        outline, _ = self.page(file)
        over_time = next(svg["aria-label"] for svg in outline.svgs if "ends at" in svg["aria-label"])
        self.assertIn("Share of adults who took part", over_time)
        self.assertNotIn("Awareness", over_time)

    def test_a_design_of_drawn_points(self):
        outline, _ = self.page(_sweep_sample.write_sweep(self.path / "latin.h5", "latin", weeks=60))
        self.assertIn("matters most for participation", outline.words)
        self.assertIn("this is an association", outline.words)

    def test_a_sweep_of_which_nothing_finished(self):
        every = [(point, replicate) for point in range(3) for replicate in range(_sweep_sample.REPLICATES)]
        outline, _ = self.page(_sweep_sample.write_sweep(self.path / "lost.h5", "list", failed=every))
        self.assertEqual(outline.tags.count("figure"), 0)
        self.assertIn("24 failed", outline.words)

    def test_comparisons_and_calibrations(self):
        program = _sample.binary()
        if program is None:
            self.skipTest("no program")
        village = _sample.ROOT / "scenarios" / "village.toml"
        (self.path / "louder.toml").write_text(f'extends = "{village}"\ntitle = "Louder"\n[information]\nreach = 0.9\n')
        (self.path / "calibration.toml").write_text(CALIBRATION)
        made = {
            "comparison": [
                "compare",
                village,
                self.path / "louder.toml",
                "--replicates",
                "3",
                "--set",
                "run.warmup=2",
                "--set",
                "run.weeks=8",
            ],
            "calibration": ["calibrate", self.path / "calibration.toml"],
        }
        for kind, arguments in made.items():
            file = self.path / f"{kind}.h5"
            done = subprocess.run(
                [program, *map(str, arguments), "--progress", "none", "--out", str(file)],
                capture_output=True,
                text=True,
            )
            self.assertEqual(done.returncode, 0, done.stderr)
            outline, _ = self.page(file)
            self.assertIn(f"report of a {kind}", outline.words)
            for part in ("interval", "Before you quote a number", "Provenance", "digest of the results"):
                self.assertIn(part, outline.words)
            self.assertGreater(outline.tags.count("figure"), 0)
            shown = subprocess.run([program, "show", str(file)], capture_output=True, text=True)
            self.assertEqual(shown.returncode, 0, shown.stderr)
            self.assertRegex(shown.stdout, "interval" if kind == "comparison" else "observed")
            opened = kurultai.open_result(file)
            self.assertLessEqual(len(repr(opened).splitlines()), 10)
            self.assertIn("interval", repr(opened))
        same = self.path / "same.h5"
        done = subprocess.run(
            [
                program,
                "compare",
                str(village),
                str(village),
                "--replicates",
                "2",
                "--set",
                "run.warmup=2",
                "--set",
                "run.weeks=8",
                "--progress",
                "none",
                "--out",
                str(same),
            ],
            capture_output=True,
            text=True,
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        outline, _ = self.page(same)
        self.assertIn("No measure shows a clear difference", outline.words)
        outline, _ = self.page(self.path / "comparison.h5")
        self.assertIn("3 pairs that share their luck", outline.words)
        outline, _ = self.page(self.path / "calibration.h5")
        self.assertIn("level", outline.words)

    def test_refusals(self):
        (self.path / "text.h5").write_text("no result")
        for file, options, message in (
            (self.path / "text.h5", (), "it is not HDF5"),
            (
                _sample.write_sample(self.path / "a.h5", weeks=9),
                ("--out", str(self.path / "no" / "x.html")),
                "cannot be written",
            ),
        ):
            done = self.report(file, *options)
            self.assertEqual(done.returncode, 5)
            self.assertIn(message, done.stderr)
            self.assertEqual(done.stdout, "")
        done = self.report(self.path / "a.h5", "--out", str(self.path / "a.pdf"))
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn(
            f"a.pdf: no name for a report (it is written as HTML) name it {self.path / 'a.html'}", done.stderr
        )
        self.assertFalse((self.path / "a.pdf").exists())


if __name__ == "__main__":
    unittest.main()
