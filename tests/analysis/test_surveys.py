"""Surveys of a run are read and drawn, from a written sample and from the program."""
import pathlib
import subprocess
import unittest

import _sample
import _sealed
import matplotlib
import numpy

matplotlib.use("Agg")
import matplotlib.pyplot as pyplot  # noqa: E402

import kurultai  # noqa: E402
from kurultai import plots, surveys  # noqa: E402

ITEMS = ["trust", "work"]


def write_survey(path, dependent=0):
    """A result with the survey "rural" of two rounds and two items: an estimate 0.1 above the census for trust, 0.5 for
    work; half-widths 0.2; nobody answered work in the first round."""
    _sample.write_sample(path)
    with _sealed.File(path, "r+") as file:
        group = file.create_group("surveys/rural")
        group.attrs["long_name"] = "Rural residents" + ("; non-response depends on the answer" if dependent else "")
        scales = {
            "week": group.create_dataset("week", data=numpy.array([40, 92], dtype="int32")),
            "item": _sample._texts(group, "item", ITEMS),
        }
        for dimension, scale in scales.items():
            scale.make_scale(dimension)
        census = numpy.array([[3.0, 2.0], [3.2, 2.0]])
        estimate = census + [0.1, 0.5]
        estimate[0, 1] = numpy.nan
        values = {
            "estimate": estimate,
            "low": estimate - 0.2,
            "high": estimate + 0.2,
            "census": census,
            "respondents": numpy.array([[80.0, 0.0], [75.0, 70.0]]),
        }
        for name in surveys.FIELDS:
            data = group.create_dataset(name, data=values.get(name, numpy.full((2, 2), 0.5)))
            data.dims[0].attach_scale(scales["week"])
            data.dims[1].attach_scale(scales["item"])
        for name, numbers in (("people", [5000, 5000]), ("drawn", [100, 100]), ("answered", [80, 75])):
            group.create_dataset(name, data=numpy.array(numbers, dtype="int64")).dims[0].attach_scale(scales["week"])
        flag = group.create_dataset("answer_dependent", data=numpy.full(2, dependent, dtype="uint8"))
        flag.attrs["flag_values"] = numpy.array([0, 1], dtype="uint8")
        flag.attrs["flag_meanings"] = "no yes"
        flag.dims[0].attach_scale(scales["week"])
        for name, texts in (("question", ["Trust?", "Work?"]), ("variable", ["trust", "answered"])):
            _sample._texts(group, name, texts).dims[0].attach_scale(scales["item"])
    return path


class Surveys(unittest.TestCase):
    def setUp(self):
        self.folder = _sample.Folder()
        self.addCleanup(self.folder.cleanup)
        self.path = pathlib.Path(self.folder.name) / "result.h5"

    def test_what_was_written_is_read(self):
        survey = surveys.read_survey(kurultai.open_run(write_survey(self.path)), "rural")
        self.assertEqual(
            (survey.title, survey.items, survey.questions), ("Rural residents", ("trust", "work"), ("Trust?", "Work?"))
        )
        numpy.testing.assert_allclose(survey.response_rate, [0.8, 0.75])
        numpy.testing.assert_array_equal(survey.covered, [[True, False], [True, False]])
        numpy.testing.assert_allclose(survey.bias, [[0.1, numpy.nan], [0.1, 0.5]])
        numpy.testing.assert_allclose(survey.item("trust")["estimate"], [3.1, 3.3])
        self.assertFalse(survey.answer_dependent)
        dependent = surveys.read_survey(kurultai.open_run(write_survey(self.path, 1)), "rural")
        self.assertTrue(dependent.answer_dependent)
        self.assertEqual(dependent.title, "Rural residents")  # the warning stands in answer_dependent

    def test_a_sample_of_few_people_looks_more_certain_than_it_is(self):
        with _sealed.File(write_survey(self.path), "r+") as file:
            file["surveys/rural/people"][:] = 100
        survey = surveys.read_survey(kurultai.open_run(self.path), "rural")
        self.assertAlmostEqual(survey.widening(1.0), 1.0)
        self.assertAlmostEqual(survey.widening(1e-9), 2.0)  # 75 of 100 answered: sqrt(1 / (1 - 0.75))
        with _sealed.File(self.path, "r+") as file:
            file["surveys/rural/answered"][:] = 100
        self.assertEqual(surveys.read_survey(kurultai.open_run(self.path), "rural").widening(0.5), numpy.inf)

    def test_rows_hold_every_item_of_every_round(self):
        rows = surveys.rows(kurultai.open_run(write_survey(self.path)))
        self.assertEqual(
            [(row["week"], row["item"]) for row in rows], [(40, "trust"), (40, "work"), (92, "trust"), (92, "work")]
        )
        self.assertEqual(rows[3]["respondents"], 70)

    def test_what_is_not_there_is_named(self):
        run = kurultai.open_run(write_survey(self.path))
        with self.assertRaisesRegex(kurultai.ResultError, "did you mean 'rural'"):
            surveys.read_survey(run, "rurla")
        with self.assertRaisesRegex(kurultai.ResultError, "did you mean 'trust'"):
            surveys.read_survey(run, "rural").item("trsut")

    def test_the_figure_says_how_many_intervals_hold(self):
        figure = plots.survey(kurultai.open_run(write_survey(self.path)), "rural")
        figure.canvas.draw()
        said = " ".join(text.get_text() for text in figure.texts)
        self.assertIn("1 of 2 intervals hold", said)
        self.assertIn("75%", said)
        pyplot.close("all")

    def test_a_survey_of_the_program_is_read(self):
        if _sample.binary() is None:
            self.skipTest("no program")
        scenario = self.path.with_suffix(".toml")
        scenario.write_text(
            '[society]\nsource = "plain"\ncommunities = 20\npeople = 100\n[run]\nwarmup = 2\nweeks = 6\nscale ='
            ' 1.0\n[item.mood]\nquestion = "Well?"\nvariable = "trust"\n[survey.own]\nweek = 1\nperiod = 2\nrounds ='
            ' 2\nsize = 300\nselective = 1.5\nnonresponse = 0.5\nitems = ["mood"]\n'
        )
        subprocess.run(
            [_sample.binary(), "run", str(scenario), "--out", str(self.path), "--progress", "none"],
            check=True,
            capture_output=True,
        )
        survey = surveys.read_survey(kurultai.open_run(self.path), "own")
        self.assertEqual(list(survey.week), [1, 3])
        self.assertEqual(list(survey.drawn), [300, 300])
        self.assertTrue(survey.answer_dependent)
        self.assertTrue((survey.bias > 0).all())
        self.assertFalse(survey.covered.any())


if __name__ == "__main__":
    unittest.main(verbosity=1)
