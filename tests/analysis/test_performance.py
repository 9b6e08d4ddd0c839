"""The page of what larger countries take: its figures follow from a small table by hand, and a table that cannot be
used changes nothing."""
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "analysis" / "performance.py"
sys.path.insert(0, str(ROOT / "analysis"))
import kept  # noqa: E402
import performance  # noqa: E402
import verb  # noqa: E402

#: Round figures, from which all others follow: a resident and week takes 80 ns on one thread (100 on two, of which each
#: spends a quarter more than one alone), and one thread does a tenth of a week alone.
GIVEN = {
    "residents": 20e6,
    "communities": 2000,
    "regions": 20,
    "threads": 2,
    "built": 30,
    "built_busy": 2,
    "ties": 12,
    "ties_outside": 40,
    "ties_across": 4,
    "border": 25,
    "copies": 10,
    "bytes_society": 150,
    "bytes_run": 50,
    "peak_building": 4.5,
    "peak": 5.1,
    "bytes_peak": 250,
    "week_wall": 900,
    "week_busy": 100,
    "week_longest": 1200,
    "page_rank": 100,
    "page_rank_busy": 8,
    "page_rank_in_place": 150,
    "ratio": 9,
    "ratio_busy": 12.5,
    "ratio_in_place": 6,
    "read": 10,
    "heard": 0.02,
    "acted": 0.005,
    "events_crossing": 25,
    "told_across": 4,
    "messages": 0.01,
    "mechanism:voting": 25,
    "mechanism:recorder": 75,
    "reads:voting": 6,
    "writes:voting": 2,
    "keeps:voting": 1.5,
    "reads:idle": 4,
    "writes:idle": 0,
    "keeps:idle": 0,
    "scaling_residents": 1e6,
    "wall:1": 1000,
    "busy:1": 80,
    "wall:2": 550,
    "busy:2": 100,
    "community": 5,
    "community:voting": 4,
    "community:recorder": 0.97,
    "community:idle": -0.01,
}
MADE = "# made 0.2.0 abc-dirty 0123456789abcdef"


def printed(changes=None, last=MADE):
    """What the benchmark prints, with changes: None takes a row away."""
    rows = {**GIVEN, **(changes or {})}
    lines = [f'{name},{value},unit,"what, in words"' for name, value in rows.items() if value is not None]
    return "\n".join([*lines, *([last] if last else [])]) + "\n"


def cells(page, title, first):
    """The cells after the first of a row, in the section `title`."""
    section = page.split(f" {title}\n", 1)[1].split("\n#", 1)[0]
    return [cell.strip() for cell in re.search(rf"(?m)^\| {re.escape(first)} \|(.*)\|$", section)[1].split("|")]


class Performance(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.table = self.folder / "country.txt"
        self.out = self.folder / "out"

    def call(self, *options):
        words = [sys.executable, str(SCRIPT), "--out", str(self.out), *map(str, options)]
        return subprocess.run(words, capture_output=True, text=True)

    def page(self):
        return (self.out / "performance.md").read_text(encoding="utf-8")

    def of(self, changes=None, scale=1):
        """The page of a table, without its stamp."""
        self.table.write_text(printed(changes), encoding="utf-8")
        table, _ = performance.read(self.table, scale, 156)
        return performance.page([dict(zip(performance.HEADER, row)) for row in table.rows])

    def made(self, changes=None, *options):
        """The page that the script makes of a table."""
        self.table.write_text(printed(changes), encoding="utf-8")
        done = self.call("--table", self.table, *options)
        self.assertEqual(done.returncode, 0, done.stderr)
        return self.page()

    def test_what_was_measured(self):
        page = self.made()
        self.assertIn("| program | Kurultai 0.2.0, commit abc-dirty |", page)
        self.assertIn("| residents | 20,000,000 |", page)
        self.assertIn("| communities | 2,000 in 20 regions |", page)
        self.assertIn("| digest of the run | `0123456789abcdef` |", page)
        self.assertRegex(page, r"\| machine \| .+, \d+ cores \|")
        self.assertRegex(page, r"\| date \| \d{4}-\d\d-\d\d \|")
        self.assertNotIn("not the whole", page)
        self.assertEqual(cells(page, "A week beside yardsticks", "a week")[:2], ["900 ms", "100 ns"])
        self.assertEqual(cells(page, "Threads", "2"), ["550 ms", "100 ns", "1.82", "91%"])
        self.assertEqual(cells(page, "Memory", "peak while the society is built"), ["", "4.5 GB"])

    def test_mechanisms_and_communities_stand_biggest_first(self):
        page = self.of()
        week = page.split("## The week by mechanism")[1].split("\n## ")[0]
        self.assertLess(week.index("| recorder |"), week.index("| `voting` |"))
        self.assertEqual(cells(page, "The week by mechanism", "`voting`"), ["25", "25%", "6", "2", "1.5"])
        self.assertEqual(cells(page, "The week by mechanism", "recorder"), ["75", "75%", "", "", ""])
        self.assertEqual(cells(page, "The week by mechanism", "`idle`"), ["0", "0%", "4", "0", "0"])
        self.assertEqual(cells(page, "What a community costs", "`voting`"), ["4", "80%"])
        self.assertEqual(cells(page, "What a community costs", "all others"), ["0.03", "0.60%"])
        # 2,000 communities of 5 µs in 20 million x 100 ns.
        self.assertIn("All 2,000 communities together cost 0.50% of the week", page)

    def test_memory_of_larger_countries(self):
        page = self.of()
        self.assertEqual(cells(page, "Memory", "the society: ties, households, places"), ["150", "3 GB"])
        self.assertIn("| 100 million | 25 GB |\n| 300 million | 75 GB |\n", page)
        # 0.9 x 256 GB / 250 bytes is more than 2^29.
        self.assertIn("230 GB hold 922 million residents. The program does not go that far", page)
        self.assertIn("537 million residents, akimats and institutions, and refuses more. These take 134 GB.", page)
        page = self.of({"bytes_peak": 1000})
        self.assertIn("230 GB hold 230 million residents. The program could name more, 537 million", page)
        self.assertIn("above 230 million residents, which 256 GB hold;\n", page)

    def test_time_of_larger_countries(self):
        page = self.of()
        self.assertIn("10%, from the efficiency of 2 threads, e(2) = 91%", page)
        self.assertIn("20 million residents on 2 threads, this gives 880 ms a week; measured were 900 ms.", page)
        # 20.5 million x 80 ns = 1.64 s on one thread; times 1.1 / 2, 2.5 / 16, 7.3 / 64 and, with s = 0, 1 / 64.
        self.assertEqual(
            cells(page, "Time", "20.5 million"), ["902 ms; 10 min", "256 ms; 2.9 min", "187 ms; 2.1 min", "26 ms; 17 s"]
        )
        self.assertEqual(cells(page, "Time", "300 million")[0], "13 s; 2.5 h")
        self.assertIn("Machines of 16 and 64 cores were not measured", page)
        self.assertIn("on 2 threads, as measured, it would take 7.5 min for 300 million.", page)

    def test_a_busy_machine_is_told(self):
        self.assertNotIn("idle machine", self.of())
        self.assertIn("**On 2 threads a week was only 1.01 times as fast as on one", self.of({"wall:2": 990}))

    def test_more_threads_are_the_better_witness(self):
        page = self.of({"wall:16": 100, "busy:16": 100, "threads": 16})
        # e(16) = 1000 / 1600, so s = 0.6 / 15 = 4%, and 64 cores are 64 / 3.52 times as fast as one.
        self.assertIn("4.0%, from the efficiency of 16 threads, e(16) = 62%", page)
        self.assertIn("Machines of 64 cores were not measured", page)
        self.assertIn("64 cores are 18.2 times as fast as one", page)

    def test_one_thread_leaves_an_assumption(self):
        page = self.of({"threads": 1, "wall:2": None, "busy:2": None})
        self.assertIn("does alone: 5.0%, an assumption", page)
        self.assertIn("20 million residents on one thread, this gives 2.0 s", page)

    def test_bandwidth_and_messages(self):
        page = self.of()
        # 200 bytes a resident at 10 GB/s; 200 bytes in 80 ns x 7.3 / 64.
        self.assertEqual(cells(page, "Memory bandwidth", "20.5 million"), ["4.1 GB", "410 ms", "4.6 min"])
        self.assertIn("64 cores need 21.9 GB a second. A machine of 64 cores that gives no more", page)
        self.assertIn("This machine gives that already", self.of({"read": 50}))
        # 0.01 x 8 bytes and 10% x 4 bytes a resident over 1.25 GB/s, beside 9.125 ns.
        self.assertEqual(cells(page, "Several machines", "100 million"), ["8 MB", "6.4 ms", "40 MB", "32 ms", "913 ms"])
        self.assertIn("Events take 0.70% of a week on 64 cores, copies 3.5%", page)
        self.assertIn("eight such machines would be 6.25 times as fast as one", page)
        self.assertIn("hardly for time: the 537 million residents", page)
        self.assertIn("300 million take 75 GB on it, and 31 min for ten years with their warm-up; 68 min if its", page)
        slow = self.of({"week_busy": 10000, "week_wall": 90000})
        self.assertIn("more than a day on 64 cores above 140 million residents", slow)

    def test_a_part_of_the_country_says_so(self):
        self.assertIn("**This is 10% of the country, not the whole.**", self.of({"residents": 2e6}, 0.1))

    def test_table_and_page_say_what_they_were_made_from(self):
        self.made()
        stamp = kept.read(self.out / "performance.md")
        self.assertEqual(stamp, kept.read(self.out / "performance.csv"))
        self.assertEqual((stamp.version, stamp.commit, stamp.model), ("0.2.0", "abc-dirty", kept.model()))
        self.assertEqual(stamp.recipe, performance.recipe())
        self.made({"residents": 2e6}, "--scale", "0.1", "--warmup", "9")
        self.assertEqual(kept.read(self.out / "performance.md").recipe, performance.recipe(0.1, 9))

    def test_a_kept_table_gives_the_page_again(self):
        page = self.made({"residents": 2e6}, "--scale", "0.1")
        kept_table = self.out / "performance.csv"
        text = kept_table.read_text(encoding="utf-8").replace(",900,", ",901,")
        kept_table.write_text(re.sub(r"(?m)^(date|machine),[^,]*", r"\1,of before", text), encoding="utf-8")
        bytes_of_table = kept_table.read_bytes()
        (self.out / "performance.md").unlink()
        done = self.call("--table", kept_table)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(kept_table.read_bytes(), bytes_of_table)
        self.assertIn("| machine | of before, ", self.page())
        self.assertIn("| date | of before |", self.page())
        self.assertIn("901 ms", self.page())
        self.assertEqual(page.splitlines()[-1], self.page().splitlines()[-1])

    def test_a_table_that_cannot_be_used_changes_nothing(self):
        before = self.made()
        table_before = (self.out / "performance.csv").read_bytes()
        whole = printed()
        for text, said in (
            (printed(last=None), "the last line is not '# made ...'"),
            (printed({"bytes_peak": None}), "no row 'bytes_peak'"),
            (printed({"wall:1": None}), "no row 'wall:1'"),
            (printed({"busy:2": None}), "busy:2 is not there"),
            (printed({"threads": 4}), "wall:4 is not there"),
            (printed({"read": "fast"}), "country.txt:26: read is 'fast'"),
            (printed({"read": "nan"}), "country.txt:26: read is 'nan'"),
            (printed({"read": 0}), "read is 0.0 (it must be above 0)"),
            (printed({"messages": -1}), "messages is -1"),
            (printed({"residents": 2e6}), "are not the country at scale 1"),
            (whole.replace("regions,20,unit,", "regions,20,"), "country.txt:3: 3 fields"),
            (whole.replace("regions,20", '"regions,20'), "country.txt:3: this is no row"),
            (whole + whole, "country.txt:50: there is more after the line '# made'"),
            (whole.replace("ratio,", "read,"), "country.txt:26: read is there twice"),
            ("", "the last line is not"),
            ("nothing of the kind\n", "country.txt:1: 1 fields"),
        ):
            with self.subTest(said):
                self.table.write_text(text, encoding="utf-8")
                with self.assertRaises(verb.Refusal) as refused:
                    performance.read(self.table, 1, 156)
                self.assertEqual(refused.exception.code, 4)
                self.assertIn(said, str(refused.exception))
        for text in (printed(last=None), printed({"read": "fast"}), printed({"peak": None})):
            self.table.write_text(text, encoding="utf-8")
            done = self.call("--table", self.table)
            self.assertEqual(done.returncode, 4, done.stderr)
            self.assertRegex(done.stderr, r"^kurultai results: performance: [^\n]+country.txt(:26)?: [^\n]+\)[^\n]+\n$")
            self.assertEqual(self.page(), before)
            self.assertEqual((self.out / "performance.csv").read_bytes(), table_before)
        done = self.call("--table", self.folder / "none.txt")
        self.assertEqual(done.returncode, 4)
        self.assertIn("none.txt: cannot be read (No such file or directory)", done.stderr)
        self.table.write_bytes(b"\xff\xfe")
        self.assertIn("it is no text", self.call("--table", self.table).stderr)
        self.assertEqual(self.page(), before)

    def test_the_benchmark_beside_the_program_is_run(self):
        bench, program = (self.folder / "build" / name for name in ("bench/kurultai_bench_country", "sim/kurultai"))
        bench.parent.mkdir(parents=True)
        done = self.call("--program", program)
        self.assertEqual(done.returncode, 1)
        self.assertIn("there is no such program (the benchmarks are not built", done.stderr)
        bench.write_text(f"#!/bin/sh\necho \"$@\" >{self.folder}/asked\ncat <<'END'\n{printed()}END\n")
        bench.chmod(0o755)
        done = self.call("--program", program, "--threads", "2", "--warmup", "7")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual((self.folder / "asked").read_text(), "--scale 1 --warmup 7 --threads 2\n")
        self.assertEqual((self.out / "made" / "country.table").read_text(), printed())
        page = self.page()
        self.assertIn("after 7 weeks of warm-up", page)
        bench.write_text("#!/bin/sh\necho 'residents,1,,\"\"'\nexit 3\n")
        done = self.call("--program", program)
        self.assertEqual(done.returncode, 1)
        self.assertIn("failed with 3", done.stderr)
        self.assertEqual(self.page(), page)

    def test_numbers_are_rounded_for_readers(self):
        for value, text in ((0, "0"), (0.0123456, "0.0123"), (9.996, "10"), (123.4, "123"), (1234.5, "1,234")):
            self.assertEqual(performance.number(value), text)
        for value, text in ((2e-5, "20 µs"), (0.9023, "902 ms"), (99, "99 s"), (5400, "90 min"), (2e5, "2.3 days")):
            self.assertEqual(performance.seconds(value), text)
        self.assertEqual(performance.gigabytes(5.125e9), "5.12 GB")
        self.assertEqual(performance.people(1.4e10), "14 billion")


class Launcher(unittest.TestCase):
    def test_the_benchmark_is_built_for_the_step_that_needs_it(self):
        launcher = (ROOT / "kurultai").read_text(encoding="utf-8")
        function = re.search(r"(?ms)^wants_benchmark\(\) .*?^}$", launcher)[0]
        for options, wanted in (
            ("", True),
            ("--force", True),
            ("--only performance", True),
            ("--only=performance --threads 2", True),
            ("--only surveys --only performance", True),
            ("--only surveys", False),
            ("--only=surveys", False),
            ("--list", False),
            ("--only performance --dry-run", False),
        ):
            done = subprocess.run(["bash", "-c", f"{function}\nwants_benchmark {options}"], env=os.environ)
            self.assertEqual(done.returncode == 0, wanted, options)


if __name__ == "__main__":
    unittest.main()
