"""The quick part of the net: results are what they were (see _net.py; all of it is in regression_full.py)."""
import pathlib
import tempfile
import unittest

import _net
from _cases import all_cases, library_case, scenario_index


class Regression(unittest.TestCase):
    maxDiff = None
    threads = (1,)

    def cases(self):
        return [case for case in all_cases() if case.quick]

    def test_results_are_what_they_were(self):
        def report(case, told):
            with self.subTest(case.name):
                more = f"\nand {len(told) - 1} more" if len(told) > 1 else ""
                self.assertEqual(told, [], f"\n{told[0] if told else ''}{more}")

        cases = self.cases()
        self.assertEqual(len({_net.kept_file(case) for case in cases}), len(cases))
        with tempfile.TemporaryDirectory() as folder:
            _net.check_all(cases, folder, self.threads, report)

    def test_every_scenario_of_the_library_does_something(self):
        kept = {path: _net.kept_values(library_case(path)) for path in scenario_index.library()}
        default = kept.pop(pathlib.Path("kazakhstan.toml"))
        self.assertGreater(len(default), 100)
        same = {str(path) for path, lines in kept.items() if lines == default}
        self.assertEqual(same, {"governance/dualist.toml"})  # the default is the dualist model
        for path, lines in kept.items():
            self.assertEqual([str(other) for other in kept if other != path and kept[other] == lines], [], path)

    def test_a_difference_is_told(self):
        case = library_case(pathlib.Path("kazakhstan.toml"))
        kept = _net.kept(case)
        self.assertEqual(_net.differences(case, kept), [])
        changed = {**kept, "series/trust": kept["series/trust"].replace("0.", "1.")}
        self.assertEqual(
            _net.differences(case, changed),
            [f"{case.name}: series/trust\n  kept   {kept['series/trust']}\n  found  {changed['series/trust']}"],
        )
        self.assertIn("a new series", _net.differences(case, {**kept, "series/new": "1"})[0])
        self.assertIn(
            "found  nothing",
            _net.differences(case, {name: line for name, line in kept.items() if name != "series/trust"})[0],
        )
        self.assertIn("the digest is not", _net.differences(case, {**kept, "digest": "0"})[0])

    def test_nothing_is_kept_of_cases_that_are_gone(self):
        kept = {file.name for file in _net.KEPT.iterdir() if not file.name.startswith("0.1_")}  # version_0_1.py's
        self.assertEqual(kept - {_net.kept_file(case).name for case in all_cases()}, set())


if __name__ == "__main__":
    unittest.main()
