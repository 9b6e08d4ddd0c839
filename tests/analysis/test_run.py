"""open_run reads a result whole and refuses what is none, with a reason."""
import pathlib
import subprocess
import unittest

import _sample
import _sealed
import numpy

import kurultai


class OpenRun(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = _sample.Folder()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.opened = kurultai.open_run(_sample.result(cls.folder.name))

    def test_levels_have_their_dimensions(self):
        self.assertEqual(self.opened.nation["trust"].dims, ("week",))
        self.assertEqual(self.opened.nation["turnout"].dims, ("week", "form"))
        self.assertEqual(self.opened.region["trust"].dims, ("week", "region"))
        self.assertEqual(self.opened.stratum["trust"].dims, ("week", "stratum"))
        self.assertEqual(self.opened.stratum["dimension"].dims, ("stratum",))

    def test_variables_say_what_they_are(self):
        for name, data in self.opened.series.items():
            for variable in data.data_vars.values():
                self.assertTrue(variable.attrs.get("long_name"), f"{name}/{variable.name}")
                self.assertTrue(variable.attrs.get("units"), f"{name}/{variable.name}")

    def test_scenario_and_provenance(self):
        self.assertEqual(self.opened.scenario["run"]["seed"], self.opened.attributes["seed"])
        self.assertIn("threads", self.opened.provenance)
        self.assertIn(f"seed {self.opened.attributes['seed']}", self.opened.source_line)
        self.assertIn("region", repr(self.opened))
        self.assertLessEqual(len(repr(self.opened).splitlines()), 10)

    def test_absent_things_are_named(self):
        with self.assertRaisesRegex(kurultai.ResultError, r"did you mean 'trust'"):
            self.opened.variable("trsut")
        with self.assertRaisesRegex(kurultai.ResultError, r"the file has: .*region.*\[output\]"):
            self.opened.level("village")

    def test_the_file_is_closed(self):
        with _sealed.File(self.opened.path, "r+"):
            pass


class Sample(unittest.TestCase):
    """Values that only a written sample fixes."""

    def setUp(self):
        self.folder = _sample.Folder()
        self.addCleanup(self.folder.cleanup)
        self.path = pathlib.Path(self.folder.name) / "sample.h5"

    def test_values_and_labels(self):
        run = kurultai.open_run(_sample.write_sample(self.path))
        self.assertEqual(list(run.region["region"].values), _sample.REGIONS)
        self.assertAlmostEqual(float(run.nation["participation"][0]), 0.2, places=6)
        self.assertTrue(numpy.isnan(run.stratum["participation"].sel(stratum="age under 18")).all())
        self.assertEqual(run.policies["open_budget"]["start"], 10)

    def test_flags_are_decoded(self):
        run = kurultai.open_run(_sample.write_sample(self.path))
        kinds = kurultai.decoded(run.region["kind"])
        self.assertEqual(list(kinds.values), ["oblast", "oblast", "city of republican significance"])
        trust = run.nation["trust"]
        self.assertIs(kurultai.decoded(trust), trust)

    def refuse(self, pattern):
        with self.assertRaisesRegex(kurultai.ResultError, pattern):
            kurultai.open_run(self.path)

    def test_no_file(self):
        self.refuse("no such file")

    def test_text(self):
        self.path.write_text("week,trust\n")
        self.refuse("HDF5")

    def test_truncated(self):
        _sample.write_sample(self.path)
        self.path.write_bytes(self.path.read_bytes()[:-3000])
        self.refuse("seal is missing")

    def test_foreign(self):
        with _sealed.File(self.path, "w") as file:
            file["x"] = [1, 2]
        self.refuse("not a result")

    def test_newer(self):
        _sample.write_sample(self.path, format_version=99)
        self.refuse("format 99 is newer")

    def test_the_program_refuses_the_same_files(self):
        program = _sample.binary()
        if program is None or subprocess.run([program, "show", "--help"], capture_output=True).returncode != 0:
            self.skipTest("no program with the verb show")

        def complaint():
            shown = subprocess.run([program, "show", str(self.path)], capture_output=True, text=True)
            self.assertEqual(shown.returncode, 5, shown.stderr)
            return shown.stderr

        self.assertIn("no such file", complaint())
        with _sealed.File(self.path, "w") as file:
            file["x"] = [1, 2]
        self.assertIn("no format_version", complaint())
        _sample.write_sample(self.path, format_version=99)
        self.assertIn("format 99", complaint())
        _sample.write_sample(self.path)  # its digest is invented
        self.assertIn("damaged", complaint())


if __name__ == "__main__":
    unittest.main()
