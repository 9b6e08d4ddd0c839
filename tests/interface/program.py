"""The command line as a user meets it: verbs, exit codes, messages, files left behind."""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

import numpy

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ["KURULTAI_BINARY"]
SMALL = ["scenarios/kazakhstan.toml", "--scale", "0.001", "--weeks", "30", "--set", "run.warmup=4"]


def call(*arguments, cwd=ROOT, **more):
    return subprocess.run([PROGRAM, *map(str, arguments)], cwd=cwd, capture_output=True, text=True, timeout=300, **more)


class Program(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp())
        cls.result = cls.folder / "small.h5"
        cls.made = call("run", *SMALL, "--out", cls.result, "--progress", "json")

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def test_run_writes_a_result_and_says_where(self):
        self.assertEqual(self.made.returncode, 0, self.made.stderr)
        self.assertEqual(self.made.stdout.strip(), str(self.result))
        self.assertEqual([p.name for p in self.folder.iterdir() if p.name.startswith(".")], [])

    def test_progress_in_json_is_json(self):
        lines = [json.loads(line) for line in self.made.stderr.splitlines() if line.startswith("{")]
        self.assertGreaterEqual(len(lines), 1)
        self.assertIn("week", lines[-1])

    def test_show_and_digest_read_it(self):
        shown = call("show", self.result)
        self.assertEqual(shown.returncode, 0, shown.stderr)
        for word in ("participation", "awareness", "trust", "Almaty city"):
            self.assertIn(word, shown.stdout)
        self.assertNotIn("\x1b[", shown.stdout, "no colours when the output is no terminal")
        digest = call("digest", self.result).stdout.strip()
        self.assertRegex(digest, r"^[0-9a-f]{32}$")
        again = self.folder / "again.h5"
        call("run", *SMALL, "--out", again, "--progress", "none", "--threads", "2")
        self.assertEqual(call("digest", again).stdout.strip(), digest)
        other = self.folder / "other.h5"
        call("run", *SMALL, "--out", other, "--progress", "none", "--seed", "2")
        self.assertNotEqual(call("digest", other).stdout.strip(), digest)

    def test_profile_says_where_the_time_went_and_changes_nothing(self):
        out = self.folder / "profile.h5"
        done = call("run", *SMALL, "--out", out, "--progress", "none", "--threads", "1", "--profile")
        self.assertEqual(done.returncode, 0, done.stderr)
        head, *rows, last = [line.split() for line in done.stderr.splitlines() if "%" in line or "ns a" in line]
        self.assertEqual(head[:3], ["mechanism", "seconds", "share"])
        seconds = {row[0]: float(row[1]) for row in rows}
        for name in ("participation", "exposure", "information", "(series)"):
            self.assertGreater(seconds.get(name, 0), 0, done.stderr)
        self.assertEqual(last[0], "all")
        self.assertAlmostEqual(sum(seconds.values()), float(last[1]), delta=0.0006 * len(rows))
        self.assertAlmostEqual(sum(float(row[2].rstrip("%")) for row in rows), 100, delta=0.06 * len(rows))
        self.assertEqual(call("digest", out).stdout, call("digest", self.result).stdout)

    def test_the_resolved_scenario_in_a_result_runs_to_the_same_digest(self):
        import h5py

        with h5py.File(self.result) as file:
            text = file.attrs["scenario"]
        text = text.decode() if isinstance(text, bytes) else text
        scenario = self.folder / "resolved.toml"
        scenario.write_text(text.replace('census = "data/kazakhstan"', f'census = "{ROOT}/scenarios/data/kazakhstan"'))
        out = self.folder / "resolved.h5"
        done = call("run", scenario, "--out", out, "--progress", "none")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(call("digest", out).stdout, call("digest", self.result).stdout)

    def test_a_policy_moves_the_treated_and_is_recorded(self):
        scenario = self.folder / "policy.toml"
        scenario.write_text(
            f'''extends = "{ROOT}/scenarios/kazakhstan.toml"
[policy.tell]
lever = "information.reach"
dose = 0.5
start = 5
share = 0.5
types = ["rural okrug"]
'''
        )
        out = self.folder / "policy.h5"
        done = call(
            "run",
            scenario,
            "--scale",
            "0.002",
            "--weeks",
            "60",
            "--set",
            "run.warmup=8",
            "--set",
            'output.levels=["community"]',
            "--out",
            out,
            "--progress",
            "none",
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        import h5py

        with h5py.File(out) as file:
            status = file["policy/tell/status"][...]
            awareness = file["series/community/awareness"][-1]
            kind = file["series/community/type"][...]
        treated, control = status == 1, status == 2
        self.assertTrue((kind[treated] == 0).all())
        # 2,345 okrugs by lot: half of them, 6 SE either way.
        self.assertLess(abs(int(treated.sum()) - 2345 / 2), 6 * (2345**0.5) / 2)
        self.assertEqual(int(treated.sum() + control.sum()), 2345)
        self.assertGreater(numpy.nanmean(awareness[treated]), numpy.nanmean(awareness[control]) + 0.1)

    def test_a_panel_follows_the_same_people_under_another_policy(self):
        panels = []
        for more in ([], ["--set", "information.reach=0.9"]):
            out = self.folder / "panel.h5"
            done = call("run", *SMALL, "--set", "output.panel=500", "--out", out, "--progress", "none", *more)
            self.assertEqual(done.returncode, 0, done.stderr)
            import h5py

            with h5py.File(out) as file:
                panel = file["panel"]
                panels.append(
                    {name: panel[name][...] for name in ("community", "ordinal", "trust", "took_part", "week")}
                )
        for name in ("community", "ordinal"):
            self.assertTrue((panels[0][name] == panels[1][name]).all())
        self.assertLess(abs(len(panels[0]["ordinal"]) - 500), 6 * 500**0.5)  # binomial, 6 SE
        self.assertEqual(panels[0]["trust"].shape, (8, len(panels[0]["ordinal"])))
        self.assertGreater(panels[1]["took_part"][-1].sum(), panels[0]["took_part"][-1].sum())

    def test_check_and_describe(self):
        checked = call("check", "scenarios/kazakhstan.toml")
        self.assertEqual(checked.returncode, 0, checked.stderr)
        for word in ("valid", "residents", "ties", "memory", "time"):
            self.assertIn(word, checked.stdout)
        for topic in ("parameters", "levers", "forms", "outputs", "plan", "sources"):
            told = call("describe", topic)
            self.assertEqual(told.returncode, 0, told.stderr)
            self.assertGreater(len(told.stdout), 50)
        parameters = json.loads(call("describe", "parameters", "--json").stdout)
        self.assertTrue(all(p["meaning"] and p["source"] for p in parameters), "every parameter says what and whence")
        self.assertEqual(len({p["path"] for p in parameters}), len(parameters))
        network = call("describe", "network", "scenarios/village.toml")
        self.assertEqual(network.returncode, 0, network.stderr)
        for word in ("degree", "clustering", "path", "component", "inside"):
            self.assertIn(word, network.stdout)
        self.assertEqual(call("describe", "network").returncode, 2)

    def test_what_is_valid_and_hardly_meant_is_said(self):
        file = self.folder / "late.toml"
        file.write_text(
            f"""
extends = "{ROOT}/scenarios/village.toml"
run = {{ weeks = 8, warmup = 2, scale = 1.0 }}
policy.late = {{ lever = "information.reach", mode = "set", dose = 0.5, start = 8 }}
policy.one = {{ lever = "information.reach", dose = 0.1, end = 3 }}
policy.two = {{ lever = "information.reach", dose = 0.1, start = 3 }}
policy.three = {{ lever = "information.reach", dose = 0.1, start = 4 }}
survey.never = {{ week = 8, items = ["mood"] }}
item.mood = {{ question = "How are you?" }}
""",
            encoding="utf-8",
        )
        checked, done = call("check", file), call("run", file, "--out", self.folder / "late.h5", "--progress", "none")
        self.assertEqual((checked.returncode, done.returncode), (0, 0), done.stderr)
        for told in (checked.stdout, done.stderr):
            self.assertIn("policy.late begins in week 8 and the run ends with week 7: it does nothing", told)
            self.assertIn("not held, since the run ends with week 7: survey.never (week 8)", told)
            self.assertIn("policy.two", told)
            self.assertNotIn("policy.one and policy.three", told)
            self.assertNotIn("policy.three and policy.one", told)
        notes = [line for line in call("check", "scenarios/kazakhstan.toml").stdout.splitlines() if "note" in line]
        self.assertEqual([note.split(",")[0].strip() for note in notes], ["note: not to be read at run.scale 0.05"])

    def test_usage_errors_are_2(self):
        for arguments in (
            [],
            ["fly"],
            ["run"],
            ["run", SMALL[0], "--threads", "0"],
            ["run", SMALL[0], "--nonsense"],
            ["describe", "nonsense"],
        ):
            done = call(*arguments)
            self.assertEqual(done.returncode, 2, arguments)
            self.assertTrue(done.stderr.strip())
        self.assertIn("did you mean 'run'?", call("rnu", SMALL[0]).stderr)
        self.assertIn("'kurultai run --help'", call("run").stderr)
        self.assertEqual(call("--help").returncode, 0)
        self.assertEqual(call("--version").returncode, 0)

    def test_an_option_takes_a_number_in_any_spelling(self):
        village = str(ROOT / "scenarios" / "village.toml")
        for option, plain, spelling in (
            ("--weeks", "8", "08"),
            ("--weeks", "100", "1e2"),
            ("--seed", "7", "007"),
            ("--seed", "1000", "1e3"),
        ):
            done, same = (call("check", village, option, text) for text in (spelling, plain))
            self.assertEqual((done.returncode, done.stdout), (0, same.stdout), spelling)
        sweep = str(ROOT / "scenarios" / "sweeps" / "village.toml")
        self.assertEqual(call("sweep", sweep, "--dry-run", "--memory", "1e1", "--threads", "02").returncode, 0)
        self.assertIn("--weeks: 8.5 is not a whole number", call("check", village, "--weeks", "8.5").stderr)

    def test_storage_errors_are_5_and_come_before_the_work(self):
        begun = time.monotonic()
        done = call("run", "scenarios/kazakhstan.toml", "--out", self.folder / "no" / "where.h5")
        self.assertEqual(done.returncode, 5, done.stderr)
        self.assertLess(time.monotonic() - begun, 5)
        self.assertEqual(call("show", self.folder / "missing.h5").returncode, 5)
        foreign = self.folder / "foreign.h5"
        foreign.write_text("not a result")
        self.assertEqual(call("show", foreign).returncode, 5)

    def test_an_interrupted_run_leaves_what_was_there(self):
        out = self.folder / "kept.h5"
        out.write_bytes(self.result.read_bytes())
        before = out.read_bytes()
        for sent, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
            run = subprocess.Popen(
                [
                    PROGRAM,
                    "run",
                    "scenarios/kazakhstan.toml",
                    "--scale",
                    "0.01",
                    "--out",
                    str(out),
                    "--force",
                    "--progress",
                    "json",
                ],
                cwd=ROOT,
                stderr=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                text=True,
            )
            run.stderr.readline()
            run.send_signal(sent)
            _, error = run.communicate(timeout=120)
            self.assertEqual(run.returncode, code, error)
            self.assertEqual(out.read_bytes(), before)
        self.assertEqual([p.name for p in self.folder.iterdir() if p.name.startswith(".")], [])

    def test_a_full_file_system_loses_nothing(self):
        out = self.folder / "full.h5"
        out.write_bytes(self.result.read_bytes())
        before = out.read_bytes()

        def small_files():
            import resource

            resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))

        done = call("run", *SMALL, "--out", out, "--progress", "none", preexec_fn=small_files)
        self.assertEqual(done.returncode, 5, done.stderr)
        self.assertEqual(out.read_bytes(), before)

    @unittest.skipIf(os.environ.get("KURULTAI_SANITIZED"), "a sanitizer reserves more memory than that")
    def test_too_little_memory_is_7(self):
        scenario = self.folder / "huge.toml"
        scenario.write_text(
            f'extends = "{ROOT}/scenarios/kazakhstan.toml"\n[society]\nneighbour_sides = 20\nkin_degree = 20\n'
        )

        def little_memory():
            import resource

            resource.setrlimit(resource.RLIMIT_AS, (700 << 20, 700 << 20))

        done = call(
            "run",
            scenario,
            "--scale",
            "0.5",
            "--weeks",
            "1",
            "--out",
            self.folder / "huge.h5",
            "--progress",
            "none",
            preexec_fn=little_memory,
        )
        self.assertEqual(done.returncode, 7, done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=1)
