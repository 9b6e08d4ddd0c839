"""Figures say what is seen, name their source, and refuse series that are not there."""
import dataclasses
import unittest

import _sample
import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as pyplot  # noqa: E402
import xarray  # noqa: E402

import kurultai  # noqa: E402
from kurultai import drawing, plots  # noqa: E402


def texts(figure):
    return [text.get_text() for text in figure.texts]


class Figures(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = _sample.Folder()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.opened = kurultai.open_run(_sample.write_sample(cls.folder.name + "/sample.h5"))

    def tearDown(self):
        pyplot.close("all")

    def said(self, figure):
        """Title and subtitle as one text; the figure must draw, with the source at its foot."""
        figure.canvas.draw()
        self.assertEqual(texts(figure)[-1], self.opened.source_line)
        return " ".join(texts(figure)[:-1])

    def test_time_path_tells_the_course(self):
        said = self.said(plots.time_path(self.opened, ["participation", "awareness", "trust"]))
        self.assertIn("Participation rises from 20% to 25%", said)
        self.assertIn("awareness falls from 30% to 25%", said)
        self.assertIn("over 3 years", said)

    def test_time_path_marks_where_policies_begin(self):
        figure = plots.time_path(self.opened, ["participation", "trust"])
        self.assertIn("Upright lines: where policies begin.", self.said(figure))
        for axes in figure.axes:
            self.assertIn("open budget", [text.get_text() for text in axes.texts])
            self.assertAlmostEqual(axes.lines[-1].get_xdata()[0], 10 / 52)
        short = kurultai.open_run(_sample.write_sample(self.folder.name + "/short.h5", weeks=9))  # before it begins
        self.assertNotIn("Upright", " ".join(texts(plots.time_path(short, ["trust"]))))

    def test_the_axis_of_a_share_ends_at_all(self):
        for values, ends in (([0.97, 0.99], (None, 1.0)), ([0.0, 0.01], (0.0, None)), ([0.4, 0.6], (None, None))):
            share = xarray.DataArray(values, attrs={"units": "1", "long_name": "share of adults"})
            _, axes = pyplot.subplots()
            drawing.room(axes, share.values, share)
            for end, limit in zip(ends, axes.get_ylim()):
                self.assertTrue(0 < limit < 1 if end is None else limit == end, (values, limit))

    def test_ranking_names_the_ends(self):
        figure = plots.ranking(self.opened, "trust")
        said = self.said(figure)
        self.assertIn("Trust is highest in Astana city (0.55), lowest in Abai Region (0.45)", said)
        labels = [label.get_text() for label in figure.axes[0].get_yticklabels()]
        self.assertEqual(labels, ["Abai Region", "Ақмола", "Astana city"])

    def test_small_multiples_count(self):
        figure = plots.small_multiples(self.opened, "awareness")
        self.assertIn(
            "Awareness rises in 0 and falls in 3 of 3 regions by a tenth or more, and ends between 25% and 35%",
            self.said(figure),
        )
        self.assertIn(
            "Satisfaction changes little in all 3 regions",
            self.said(plots.small_multiples(self.opened, "satisfaction")),
        )
        self.assertEqual(sum(axes.get_visible() for axes in figure.axes), 3)
        one = dataclasses.replace(self.opened, series={"region": self.opened.region.isel(region=[0])})
        with self.assertRaisesRegex(kurultai.ResultError, "there are not two of region"):
            plots.small_multiples(one, "trust")

    def test_who_leaves_out_strata_without_values(self):
        figure = plots.who(self.opened, "participation")
        labels = [label.get_text() for label in figure.axes[0].get_yticklabels()]
        self.assertEqual(labels, _sample.STRATA[1:])
        self.assertIn(
            "highest among people not on a platform (55%), lowest among people aged 18-29 (30%)", self.said(figure)
        )

    def test_by_form_takes_the_last_value_that_exists(self):
        self.assertIn("Turnout is highest in e-vote: 30%", self.said(plots.by_form(self.opened)))

    def test_wrong_series_are_refused(self):
        with self.assertRaisesRegex(kurultai.ResultError, "did you mean"):
            plots.ranking(self.opened, "truts")
        with self.assertRaisesRegex(kurultai.ResultError, "this figure needs"):
            plots.time_path(self.opened, ["turnout"])
        with self.assertRaisesRegex(kurultai.ResultError, "no series by district"):
            plots.ranking(self.opened, "trust", "district")


if __name__ == "__main__":
    unittest.main()
