"""A user's own form of participation: a table in a scenario, no code."""
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

import h5py
import numpy

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ["KURULTAI_BINARY"]
TITLE = "cleaning of the river bank"
SCENARIO = f'''extends = "{ROOT}/scenarios/forms.toml"
title = "A form of one's own"

[society]
source = "plain"
communities = 3
people = 200

[run]
scale = 1.0
warmup = 4
weeks = 60

[form.river]
title = "{TITLE}"
period = 13
week = 1
open = 3
subject = "one"
decides = "funds"
in_kind = 3.0
invitation = 0.9
intercept = 1.0
hours_offline = 3.0
visibility_offline = 0.9
'''


def call(*arguments):
    return subprocess.run([PROGRAM, *map(str, arguments)], cwd=ROOT, capture_output=True, text=True, timeout=120)


class Forms(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp())
        cls.scenario = cls.folder / "river.toml"
        cls.scenario.write_text(SCENARIO)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def run_to(self, name, *more):
        out = self.folder / name
        done = call("run", self.scenario, "--out", out, "--progress", "none", *more)
        self.assertEqual(done.returncode, 0, done.stderr)
        return out

    def series(self, path, name):
        """{title of the form: last value} of a national series by form."""
        with h5py.File(path) as file:
            nation = file["series/nation"]
            titles = [title.decode() if isinstance(title, bytes) else title for title in nation["form"][()]]
            values = numpy.asarray(nation[name])
        self.assertIn(len(titles), values.shape, "a series by form")
        last = values[-1].reshape(-1)
        self.assertEqual(len(last), len(titles))
        return dict(zip(titles, last))

    def test_the_form_is_in_the_result_by_its_title_and_people_take_part(self):
        result = self.run_to("river.h5")
        turnout = self.series(result, "turnout")
        self.assertIn(TITLE, turnout)
        self.assertIn("gathering of residents", turnout, "the library's forms are still there")
        self.assertGreater(turnout[TITLE], 0.2)
        self.assertGreater(self.series(result, "form_awareness")[TITLE], 0.7, "invitations arrive")
        shown = call("show", result)
        self.assertEqual(shown.returncode, 0, shown.stderr)

    def test_its_keys_act(self):
        """Nobody is drawn to a form that repels, nobody knows of one that nobody is told of."""
        repelled = self.run_to("repelled.h5", "--set", "form.river.intercept=-20")
        self.assertLess(self.series(repelled, "turnout")[TITLE], 0.001)
        uninvited = self.run_to(
            "uninvited.h5",
            "--set",
            "form.river.invitation=0",
            "--set",
            "information.reach=0",
            "--set",
            "information.push=0",
            "--set",
            "information.site=0",
            "--set",
            "information.media=0",
            "--set",
            "information.outreach=0",
        )
        self.assertLess(self.series(uninvited, "form_awareness")[TITLE], 0.001)

    def test_describe_names_it(self):
        described = call("describe", "forms", self.scenario)
        self.assertEqual(described.returncode, 0, described.stderr)
        self.assertIn(f"river  {TITLE}", described.stdout)
        self.assertIn("gathering  gathering of residents", described.stdout)
        self.assertNotIn(TITLE, call("describe", "forms", ROOT / "scenarios" / "forms.toml").stdout)

    def test_a_word_that_is_none_is_refused_with_the_nearest(self):
        wrong = self.folder / "wrong.toml"
        wrong.write_text(SCENARIO.replace("hours_offline", "hours_ofline"))
        done = call("check", wrong)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("hours_offline", done.stderr)


if __name__ == "__main__":
    unittest.main()
