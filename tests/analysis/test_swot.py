"""SWOT: indicators against a reference, levers and shocks of a sweep, the table as Markdown and as a command."""
import pathlib
import subprocess
import sys
import unittest

import _sample
import _sweep_sample
import _sealed
import numpy

import kurultai
from kurultai import swot

SCRIPT = _sample.ROOT / "analysis" / "swot.py"


def write_indicators(path, **values):
    """A sample with indicators that end at these values, in the regions at 0.1 more, as much, 0.1 less."""
    _sample.write_sample(path)
    with _sealed.File(path, "r+") as file:
        for level in ("nation", "region"):
            group = file[f"series/{level}"]
            weeks = group["week"].shape[0]
            for name, value in values.items():
                course = numpy.where(numpy.arange(weeks) < weeks - 52, 0.99, value)  # only the last year counts
                data = course if level == "nation" else course[:, None] + [0.1, 0.0, -0.1]
                series = group.create_dataset(name, data=data.astype("float32"))
                series.attrs["long_name"], series.attrs["units"] = f"indicator of {name}", "1"
                series.dims[0].attach_scale(group["week"])
                if level == "region":
                    series.dims[1].attach_scale(group["region"])
    return path


class Swot(unittest.TestCase):
    def setUp(self):
        self.folder = _sample.Folder()
        self.addCleanup(self.folder.cleanup)
        self.at = pathlib.Path(self.folder.name)
        self.reform = write_indicators(
            self.at / "reform.h5", indicator_trust=0.6, indicator_digital=0.3, indicator_calm=0.805, lsg_index=0.55
        )
        self.usual = write_indicators(
            self.at / "usual.h5", indicator_trust=0.5, indicator_digital=0.5, indicator_calm=0.8, lsg_index=0.5
        )

    def analyse(self, **given):
        return swot.analyse(kurultai.open_run(self.reform), kurultai.open_run(self.usual), **given)

    def test_indicators_far_from_the_reference(self):
        table = self.analyse()
        self.assertEqual(
            [(e.name, round(e.effect, 3)) for e in table.of("strength")],
            [("indicator_trust", 0.1), ("lsg_index", 0.05)],
        )
        self.assertEqual([(e.name, round(e.effect, 3)) for e in table.of("weakness")], [("indicator_digital", -0.2)])
        self.assertEqual(len(self.analyse(far=0.003).of("strength")), 3)
        self.assertEqual(self.analyse(far=0.5).entries, ())

    def test_a_region_stands_against_the_nation(self):
        run = kurultai.open_run(self.usual)
        table = swot.analyse(run, run, region="Abai Region")
        self.assertEqual({round(e.effect, 3) for e in table.of("strength")}, {0.1})
        self.assertEqual(len(table.of("strength")), 4)
        self.assertEqual(swot.analyse(run, run, region="Ақмола").entries, ())
        with self.assertRaisesRegex(kurultai.ResultError, "no region 'Abia'.*Abai Region"):
            swot.analyse(run, run, region="Abia")

    def test_levers_with_a_sure_effect_are_opportunities(self):
        with kurultai.open_sweep(_sweep_sample.write_sweep(self.at / "sweep.h5")) as sweep:
            found = {e.name: e for e in swot.effects(sweep, "participation")}
            self.assertEqual(set(found), {"information.reach", "information.push"})
            reach = found["information.reach"]
            self.assertEqual((reach.kind, reach.reference, reach.value), ("opportunity", 0.25, 0.5))
            self.assertLess(reach.low, reach.effect)
            self.assertGreater(reach.low, 0)
            # Trust depends on no lever: what luck leaves is small.
            self.assertTrue(all(abs(e.effect) < 0.002 for e in swot.effects(sweep, "trust")))
            # The same levers as shocks: below the base they lower participation.
            threats = swot.effects(sweep, "participation", ["information.reach", "information.push"])
            self.assertEqual([(e.kind, e.value) for e in threats if e.name == "information.reach"], [("threat", 0.1)])
            self.assertTrue(all(e.high < 0 for e in threats))
            with self.assertRaisesRegex(kurultai.ResultError, "did you mean 'trust'"):
                swot.effects(sweep, "trsut")

    def test_shocks_are_known_by_their_paths(self):
        for path in (
            "platform.outage",
            "economy.shock",
            "commons.harvest_shock",
            "transfers.cut",
            "trust.scandal",
            "institutions.closed",
        ):
            self.assertTrue(swot.is_shock(path), path)
        for path in ("information.reach", "akimat.audit", "institutions.support_ngo"):
            self.assertFalse(swot.is_shock(path), path)

    def test_a_run_without_indicators_is_refused(self):
        plain = kurultai.open_run(_sample.write_sample(self.at / "plain.h5"))
        with self.assertRaisesRegex(kurultai.ResultError, "no indicators"):
            swot.analyse(plain, plain)

    def test_what_makes_runs_hard_to_compare_is_said(self):
        table = self.analyse().markdown()
        self.assertNotIn("differ in more", table)
        for part in ("One run each says nothing of noise", "it cannot tell a cut from a saving"):
            self.assertIn(part, table)
        with _sealed.File(self.usual, "r+") as file:
            file.attrs["scale"] = 0.01
            file.attrs["scenario"] = (
                'title = "Sample"\n[run]\nseed = 8\nweeks = 52\n[society]\nregions = ["Abai Region"]\n'
            )
        head = self.analyse().markdown().partition("## Strengths")[0]
        for part in (
            "seed (7 against 8)",
            "weeks (not said against 52)",
            "scale (0.05 against 0.01)",
            "society.regions (not said against Abai Region)",
        ):
            self.assertIn(part, head)
        self.assertNotIn("warm-up", head)
        run = kurultai.open_run(self.usual)
        self.assertIn("One run says nothing of noise", swot.analyse(run, run, region="Abai Region").markdown())

    def test_the_command_writes_the_table(self):
        _sweep_sample.write_sweep(self.at / "sweep.h5")
        page = self.at / "swot.md"
        done = subprocess.run(
            [
                sys.executable,
                str(SCRIPT),
                str(self.reform),
                str(self.usual),
                "--sweep",
                str(self.at / "sweep.h5"),
                "--measure",
                "participation",
                "--out",
                str(page),
            ],
            capture_output=True,
            text=True,
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        text = page.read_text(encoding="utf-8")
        for part in (
            "## Strengths",
            "## Weaknesses",
            "## Opportunities",
            "## Threats",
            "`indicator_digital` | 0.300 | 0.500 | -0.200",
            "`information.reach`",
        ):
            self.assertIn(part, text)
        self.assertTrue(text.rstrip().endswith("None."))  # no shock in the sweep
        bare = subprocess.run(
            [sys.executable, str(SCRIPT), str(self.reform), str(self.usual)], capture_output=True, text=True
        )
        self.assertIn("No sweep was given.", bare.stdout)
        lost = subprocess.run(
            [sys.executable, str(SCRIPT), str(self.reform), str(self.at / "none.h5")], capture_output=True, text=True
        )
        self.assertEqual(lost.returncode, 5)
        self.assertIn("none.h5", lost.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=1)
