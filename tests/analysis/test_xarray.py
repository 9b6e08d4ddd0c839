"""xarray opens every group of a result as it is, with both engines, and finds the same there."""
import unittest

import _sample
import h5py
import numpy
import xarray


class Engines(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = _sample.Folder()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.path = _sample.result(cls.folder.name)
        with h5py.File(cls.path) as file:
            cls.groups = [f"series/{name}" for name in file["series"]]

    def test_levels_are_there(self):
        self.assertLessEqual({"series/nation", "series/region", "series/stratum"}, set(self.groups))

    def test_both_engines_agree(self):
        for group in self.groups:
            with self.subTest(group=group), xarray.open_dataset(
                self.path, group=group, engine="netcdf4"
            ) as a, xarray.open_dataset(self.path, group=group, engine="h5netcdf") as b:
                self.assertEqual(set(a.variables), set(b.variables))
                with h5py.File(self.path) as file:  # nothing vanishes
                    self.assertEqual(set(a.variables), set(file[group]))
                xarray.testing.assert_equal(a, b)
                for name, variable in a.variables.items():
                    for key in ("units", "long_name"):
                        self.assertEqual(variable.attrs.get(key), b[name].attrs.get(key), name)

    def test_week_is_a_number_and_labels_are_text(self):
        for group in self.groups:
            for engine in ("netcdf4", "h5netcdf"):
                with self.subTest(group=group, engine=engine), xarray.open_dataset(
                    self.path, group=group, engine=engine
                ) as data:
                    self.assertEqual(data["week"].dtype.kind, "i")
                    self.assertTrue(numpy.all(numpy.diff(data["week"].values) > 0))
                    for name, coordinate in data.coords.items():
                        if name != "week":
                            self.assertTrue(all(isinstance(label, str) for label in coordinate.values), name)
                    for name, variable in data.data_vars.items():
                        self.assertLessEqual(set(variable.dims), set(data.coords), name)
                        self.assertNotIn(variable.dtype.kind, "mM", name)

    def test_region_is_over_week_and_region(self):
        with xarray.open_dataset(self.path, group="series/region") as data:
            self.assertEqual(data["participation"].dims, ("week", "region"))
            self.assertEqual(data["turnout"].dims, ("week", "region", "form"))
            values = data["participation"].values
            finite = values[numpy.isfinite(values)]
            self.assertTrue(finite.size > 0 and finite.min() >= 0 and finite.max() <= 1)

    def test_root_names_the_experiment(self):
        for engine in ("netcdf4", "h5netcdf"):
            with xarray.open_dataset(self.path, engine=engine) as root:
                self.assertEqual(root.attrs["format_version"], 1)
                self.assertEqual(len(root.attrs["digest"]), 32)
                self.assertIn("title", root.attrs["scenario"])


if __name__ == "__main__":
    unittest.main()
