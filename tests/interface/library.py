"""Every scenario of the library runs, at a small scale, and does something; its page is up to date."""
import concurrent.futures
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ["KURULTAI_BINARY"]
sys.path.insert(0, str(ROOT / "analysis"))
import scenario_index  # noqa: E402

# Long enough for policies that begin with the third year; two residents or more a community.
SMALL = ["--scale", "0.002", "--weeks", "120", "--set", "run.warmup=4", "--progress", "none"]
# A third of the country, with all regions that scenarios name.
PART = ["--threads", "1", "--set", 'society.regions=["Atyrau Region", "Mangystau Region", "Jetisu Region", "Ulytau Region", "Turkistan Region", "Astana city"]']


def digest(scenario, folder, *options):
    """The digest of a small run of a scenario; raises AssertionError with the program's message."""
    out = pathlib.Path(folder) / f"{scenario.parent.name}-{scenario.stem}-{abs(hash(options))}.h5"
    done = subprocess.run([PROGRAM, "run", str(ROOT / "scenarios" / scenario), *SMALL, *options, "--out", str(out)], capture_output=True, text=True)
    if done.returncode != 0:
        raise AssertionError(f"{scenario}: {done.stderr}")
    return subprocess.run([PROGRAM, "digest", str(out)], capture_output=True, text=True, check=True).stdout.split()[0]


class Library(unittest.TestCase):
    def test_the_page_is_up_to_date(self):
        done = subprocess.run(["/usr/bin/python3", str(ROOT / "analysis" / "scenario_index.py"), "--check"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_there_is_one_for_each_proposal(self):
        names = {path.stem for path in scenario_index.library()}
        wanted = {f"R{k}" for k in range(1, 9)} | {f"P{k}" for k in range(1, 11)} | {"strategy", "history"}
        self.assertLessEqual(wanted, names)

    def test_every_scenario_runs_and_differs_from_the_default(self):
        with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            scenarios = scenario_index.library()
            digests = dict(zip(scenarios, pool.map(lambda path: digest(path, folder, *PART), scenarios)))
        default = digests.pop(pathlib.Path("kazakhstan.toml"))
        same_as_default = {str(path) for path, value in digests.items() if value == default}
        self.assertEqual(same_as_default, {"governance/dualist.toml"})  # the default is the dualist model
        self.assertEqual(len(set(digests.values())), len(digests))


if __name__ == "__main__":
    unittest.main()
