#!/usr/bin/python3
"""The rules of the house (sim/README.md), read from the text of the tree; each offence is told as file:line.

A rule is a function that takes {path: text} and returns its offences. For every rule a second test feeds it an
offending snippet, and must see it fail.
"""
import os
import pathlib
import re
import subprocess
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
FLOORS = ["base", "scenario", "society", "mechanism", "observation", "engine", "sweep", "command"]
TOP = {
    ".ci",
    ".clang-format",
    ".clang-tidy",
    ".flake8",
    ".git-blame-ignore-revs",
    ".gitattributes",
    ".gitignore",
    "CHANGELOG.md",
    "CITATION.cff",
    "CMakeLists.txt",
    "CMakePresets.json",
    "CONTRIBUTING.md",
    "LICENSE",
    "README.md",
    "analysis",
    "bench",
    "kurultai",
    "results",
    "scenarios",
    "sim",
    "tests",
}

# Who alone may include a library: what is included, by whom, its name.
LIBRARIES = [
    (r"tbb/|oneapi/|execution$", r"sim/base/parallel\.cpp", "threads by TBB"),
    (r"thread$|future$|barrier$|latch$|semaphore$|omp\.h$", r"sim/(base/parallel\.cpp|command/.*)", "threads"),
    # Our own headers that include it count too: so it reaches no header of others.
    (r"(engine/)?hdf5|H5", r"sim/engine/(hdf5\w*\.(h|cpp)|result_(writer|reader)\.cpp)", "HDF5"),
    (r"toml", r"sim/scenario/scenario\.cpp", "toml++"),
    (r"boost/(graph|property_map)/", r"sim/society/.*", "Boost.Graph"),
    (r"boost/graph/.*(generator|random)", r"sim/society/(synthesis|simple_society).*", "Boost.Graph's generators"),
    (r"boost/(random|math)/", r"sim/sweep/.*", "Boost's Sobol' numbers and quantiles"),
    (r"CLI/", r"sim/command/.*", "CLI11"),
    (r"mpi\.h", r"sim/engine/partition.*", "MPI"),
    (r"format$", r"nobody", "<format> (g++ 12 has none: use fmt)"),
]

# What a mechanism never sees: files and threads (base/parallel.h hands out pieces of work, and names no thread).
HIDDEN_FROM_MECHANISMS = r"fstream|cstdio|filesystem|thread|mutex|atomic|future|base/csv\.h"

# Functions whose last bit differs between C libraries (sqrt, floor, ceil, round, abs and fma are exact).
INEXACT = (
    "exp exp2 expm1 log log2 log10 log1p pow sin cos tan asin acos atan atan2 sinh cosh tanh asinh acosh "
    "atanh erf erfc tgamma lgamma cbrt hypot"
).replace(" ", "|")
INEXACT_CALL = re.compile(rf"(?:\bstd::|(?<![\w:.>]))((?:{INEXACT})[fl]?)\s*\(")
NOT_OURS = re.compile(
    r"\bstd::\w*_distribution\b|\bboost::(?:random::)?\w*_distribution\b"
    r"|\b(?:std::)?s?rand(?:om)?\s*\(|\b[delm]rand48\b"
    r"|\bstd::(?:mt19937(?:_64)?|minstd_rand0?|random_device|default_random_engine|ranlux\w+|knuth_b)\b"
    r"|\bstd::(?:random_)?shuffle\b|\bstd::(?:ranges::)?sample\b"
)
UNORDERED_SUM = re.compile(r"\bstd::(?:transform_)?reduce\b|\btbb::parallel_reduce\b")

# What belongs to one file alone: (what is called, the files that may, its name).
# A child process puts both back as they were.
DOORS = [
    (
        re.compile(
            r"\bfmt::(?:v?print|println)\b|\b(?:v?f?printf|f?puts|f?putc|putchar|fwrite|perror)\s*\("
            r"|\bstd::(?:cout|cerr|clog)\b"
            r"|\b(?:stdout|stderr)\b|\bSTD(?:OUT|ERR)_FILENO\b"
        ),
        r"sim/(base/(console|interrupt)|engine/child)\.cpp",
        "standard output and error: print and tell of base/console.h",
    ),
    (
        re.compile(r"\b(?:std::|::)?(?:signal|sigaction|setitimer)\s*\(|\bSA_RESTART\b"),
        r"sim/(base/interrupt|engine/child)\.cpp",
        "signals: base/interrupt.h",
    ),
]

# Paths of one machine. Written so that this file does not match itself.
MACHINE_PATH = re.compile(r"(?<![\w.:/~}$-])/(?:work|home|root|Users|workspace)/[\w.]|\bshared/(?:[t]ools|[A-Z]+\.md)")


def blank(text):
    """Spaces for `text`, with its line breaks kept."""
    return re.sub(r"[^\n]", " ", text)


TOKEN = re.compile(
    r"""(?P<comment>//[^\n]*|/\*.*?\*/)"""
    r"""|(?P<string>R"(?P<mark>[^(\s]*)\(.*?\)(?P=mark)"|"(?:\\.|[^"\\\n])*"|(?<!\w)'(?:\\.|[^'\\\n])+')""",
    re.DOTALL,
)


def without_comments(text):
    return TOKEN.sub(lambda m: blank(m[0]) if m["comment"] else m[0], text)


def code_only(text):
    """Neither comments nor strings (the targets of quoted includes go too)."""
    return TOKEN.sub(lambda m: blank(m[0]), text)


def lines(text):
    return enumerate(text.split("\n"), 1)


def includes(text):
    """(line, what is included, quoted or not)"""
    for number, line in lines(without_comments(text)):
        match = re.match(r'\s*#\s*include\s*([<"])([^>"]+)[>"]', line)
        if match:
            yield number, match[2], match[1] == '"'


def in_sim(files):
    return {path: text for path, text in files.items() if re.fullmatch(r"sim/.*\.(h|cpp)", path)}


def floor_of(path):
    """0 for base ..., len(FLOORS) for sim/main.cpp, None for a folder that is no floor."""
    parts = path.split("/")
    if len(parts) == 2:
        return len(FLOORS)
    return FLOORS.index(parts[1]) if parts[1] in FLOORS else None


# --- The rules ---------------------------------------------------------------------------------------------


def floors(files):
    """A file includes its own floor or lower, by its path from sim/."""
    found = []
    for path, text in in_sim(files).items():
        own = floor_of(path)
        if own is None:
            found.append(f"{path}:1: the folder is no floor: {' < '.join(FLOORS)}")
            continue
        for number, target, quoted in includes(text):
            if not quoted and target.split("/")[0] not in FLOORS:
                continue
            if target.split("/")[0] not in FLOORS or f"sim/{target}" not in files:
                found.append(f'{path}:{number}: "{target}" is no file under sim/: write "FLOOR/NAME.h"')
            elif floor_of(f"sim/{target}") > own:
                found.append(f"{path}:{number}: includes {target} of a higher floor")
    return found


def libraries(files):
    """Each library has one door."""
    return [
        f"{path}:{number}: includes {target}, but {name} belongs to {door}"
        for path, text in in_sim(files).items()
        for number, target, _ in includes(text)
        for pattern, door, name in LIBRARIES
        if re.match(pattern, target) and not re.fullmatch(door, path)
    ]


def mechanisms_see_no_machine(files):
    """Mechanisms never see files, ranks or threads."""
    return [
        f"{path}:{number}: a mechanism includes {target}"
        for path, text in in_sim(files).items()
        if path.startswith("sim/mechanism/")
        for number, target, _ in includes(text)
        if re.fullmatch(HIDDEN_FROM_MECHANISMS, target)
    ]


def same_bits(files):
    """No function, generator or sum whose bits depend on the C library, the compiler or the threads."""
    found = []
    for path, text in in_sim(files).items():
        for number, line in lines(code_only(text)):
            for match in INEXACT_CALL.finditer(line):
                if not path.startswith("sim/base/elementary."):
                    found.append(f"{path}:{number}: {match[1]}() differs between C libraries: see base/elementary.h")
            for match in NOT_OURS.finditer(line):
                found.append(f"{path}:{number}: {match[0].strip(' (')} is not portable: see base/random.h")
            for match in UNORDERED_SUM.finditer(line):
                found.append(f"{path}:{number}: {match[0]} adds in no fixed order")
    return found


def one_door(files):
    """Standard streams and signals are reached through one file each."""
    return [
        f"{path}:{number}: {match[0].strip(' (')} belongs to {name}"
        for path, text in in_sim(files).items()
        for pattern, door, name in DOORS
        if not re.fullmatch(door, path)
        for number, line in lines(code_only(text))
        for match in pattern.finditer(line)
    ]


def mechanism_list(files):
    """Every mechanism has its file, its line in list.h and a random stream of its own."""
    path = "sim/mechanism/list.h"
    listed, streams, found = {}, {}, []
    for number, line in lines(without_comments(files.get(path, ""))):
        for name, stream in re.findall(r"\bMECHANISM\(\s*(\w+)\s*,\s*\w+\s*,\s*(\d+)\s*\)", line):
            if stream in streams:
                found.append(f"{path}:{number}: {name} has stream {stream}, which is {streams[stream]}'s")
            if int(stream) < 1000:
                found.append(f"{path}:{number}: {name} has stream {stream}: below 1000 are those of base/random.h")
            if name in listed:
                found.append(f"{path}:{number}: {name} is listed twice")
            listed[name], streams[stream] = number, name
    made = set()
    for source, text in in_sim(files).items():
        stem = pathlib.PurePosixPath(source).stem
        if not re.fullmatch(r"sim/mechanism/\w+/\w+\.cpp", source):
            continue
        code = code_only(text)
        makes = re.findall(r"std::unique_ptr<Mechanism>\s+make_(\w+)\s*\(", code)
        made.update(name for name in makes if name == stem)  # a mechanism has the name of its file
        if (makes or re.search(r":\s*public\s+Mechanism\b", code)) and stem not in listed:
            found.append(f"{source}:1: the mechanism has no line in {path}")
    found += [
        f"{path}:{number}: {name} has no {name}.cpp that makes it"
        for name, number in listed.items()
        if name not in made
    ]
    return found


# Who alone may name the world, streams and numbers of draws; a mechanism sees a Week and what it declares
# (mechanism/access.h).
ENGINE_SIDE = r"sim/mechanism/(world\.h|week\.h|access\.(h|cpp)|mechanism\.(h|cpp)|list\.(h|cpp))"
UNDECLARED = [
    (r"\bWorld\b", "names the world: declare what it touches (mechanism/access.h)"),
    (
        r"\bfind\s*\(\s*\"|registry\w*(?:\.|->)find\b",
        "looks up a parameter by its path: see Uses and ReadLever of mechanism/access.h",
    ),
    (r"\bStream\b|\bDraws\s+\w+\s*[({]|\bDraws\s*[({]", "makes draws by itself: declare a Luck"),
    (r"0x[fF]{6,8}[0-9a-fA-F]?U?", "names an agent by a number: see Week::name_of_community"),
]
DECLARATION = re.compile(
    r"^ +(?:(?:Read|Write|Add|Uses|ReadLevers|ReadAreas|WriteAreas|LevelsAccess)<[^;{]*>"
    r"|ReadLever|ReadReal|ScenarioValue|Switch|Luck|Payments|Accounts|Need|ReadPlanned|WritePlanned"
    r"|WriteDockets|WriteTrials|WritePosts|Franchise|TookPart|Memberships|SpokenFor|KindsWithMembers|Persons"
    r"|Openness|Responsiveness|Competence|Autonomy|Elects|StateWeight|BoughtShare|RelativeQuality"
    r"|Connection)\s+(\w+_)\{\*this",
    re.MULTILINE,
)


def mechanisms_declare(files):
    """A mechanism names nothing that it does not declare, and declares nothing that it does not use."""
    found = []
    for path, text in in_sim(files).items():
        if not path.startswith("sim/mechanism/") or re.fullmatch(ENGINE_SIDE, path):
            continue
        code = without_comments(text)
        found += [
            f"{path}:{number}: {what}"
            for number, line in lines(code)
            for pattern, what in UNDECLARED
            if re.search(pattern, line)
        ]
        for match in DECLARATION.finditer(code):
            name = match[1]
            if not name.startswith("retired") and len(re.findall(rf"\b{name}(?!\w)", code)) < 2:
                found.append(f"{path}:{code[:match.start()].count(chr(10)) + 1}: declares {name} and does not use it")
    return found


def top_level(files):
    """The top level holds a few names that a newcomer can take in."""
    return [
        f"{name}:1: does not belong at the top level (tests/structure/structure.py lists what does)"
        for name in sorted({path.split("/")[0] for path in files} - TOP)
    ]


def no_machine(files):
    """Nothing names a path of the machine it was written on."""
    return [
        f"{path}:{number}: names a path of one machine: {line.strip()[:80]}"
        for path, text in files.items()
        for number, line in lines(text)
        if MACHINE_PATH.search(line)
    ]


# --- Each rule on the tree, and on an offender -------------------------------------------------------------


def tree():
    """{path: text} of the tree: the files that git tracks, or all but what a build leaves where there is no git."""
    git = (
        subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
        if (ROOT / ".git").exists()
        else None
    )
    paths = git.stdout.decode().split("\0") if git and git.returncode == 0 else []
    for folder, folders, names in os.walk(ROOT if not any(paths) else ROOT / "sim"):  # sim/ with what is new
        here = pathlib.Path(folder).relative_to(ROOT)
        if folder == str(ROOT):
            folders[:] = [name for name in folders if name in TOP - {"results"}]
        folders[:] = [name for name in folders if name not in ("__pycache__", ".ipynb_checkpoints")]
        paths += [(here / name).as_posix() for name in names]
    files = {}
    for path in sorted({path for path in paths if path}):
        try:
            files[path] = (ROOT / path).read_text(encoding="utf-8")
        except (UnicodeDecodeError, FileNotFoundError, IsADirectoryError):
            pass  # a figure or other data; deleted but not yet committed
    return files


OFFENDERS = {
    floors: [
        {"sim/base/a.h": '// fine\n#include "engine/b.h"\n', "sim/engine/b.h": ""},
        {"sim/society/a.cpp": '#include "society/not_there.h"\n'},
        {"sim/society/a.cpp": '#include "b.h"\n', "sim/society/b.h": ""},
        {"sim/cellar/a.cpp": ""},
    ],
    libraries: [
        {"sim/society/a.cpp": "#include <tbb/parallel_for.h>\n"},
        {"sim/engine/simulation.cpp": "#include <thread>\n"},
        {"sim/engine/simulation.cpp": "#include <hdf5.h>\n"},
        {"sim/engine/result_writer.h": "#  include <H5public.h>\n"},
        {"sim/engine/result_reader.h": '#include "engine/hdf5.h"\n'},
        {"sim/sweep/merge.cpp": '#include "engine/hdf5_read.h"\n'},
        {"sim/scenario/field.cpp": "#include <toml++/toml.h>\n"},
        {"sim/engine/a.cpp": "#include <boost/graph/connected_components.hpp>\n"},
        {"sim/society/ties.cpp": "#include <boost/graph/small_world_generator.hpp>\n"},
        {"sim/engine/a.cpp": "#include <boost/random/sobol.hpp>\n"},
        {"sim/main.cpp": "#include <CLI/CLI.hpp>\n"},
        {"sim/engine/a.cpp": "#include <mpi.h>\n"},
        {"sim/base/a.cpp": "#include <format>\n"},
    ],
    mechanisms_see_no_machine: [
        {"sim/mechanism/a.cpp": "#include <fstream>\n"},
        {"sim/mechanism/a.cpp": '#include "base/csv.h"\n'},
    ],
    same_bits: [
        {"sim/engine/a.cpp": "double y = std::exp(x);\n"},
        {"sim/engine/a.cpp": "double y = 2 * pow (x, 2);\n"},
        {"sim/engine/a.cpp": "float y = std::log1pf(x);\n"},
        {"sim/society/a.cpp": "std::uniform_real_distribution<double> u;\n"},
        {"sim/society/a.cpp": "int x = rand() % 6;\n"},
        {"sim/society/a.cpp": "std::mt19937 engine(1);\n"},
        {"sim/society/a.cpp": "std::shuffle(a, b, engine);\n"},
        {"sim/society/a.cpp": "auto s = std::reduce(a, b);\n"},
    ],
    one_door: [
        {"sim/engine/a.cpp": 'fmt::print("a");\n'},
        {"sim/engine/a.cpp": 'std::printf("a");\n'},
        {"sim/engine/a.cpp": 'std::puts("a");\n'},
        {"sim/command/a.cpp": "std::cout << 1;\n"},
        {"sim/command/a.cpp": "std::FILE* out = stderr;\n"},
        {"sim/command/a.cpp": "bool tty = isatty(STDOUT_FILENO);\n"},
        {"sim/command/a.cpp": "std::signal(SIGINT, f);\n"},
    ],
    mechanism_list: [
        {"sim/mechanism/room/a.cpp": "std::unique_ptr<Mechanism> make_a() {}\n"},
        {"sim/mechanism/room/a.cpp": "struct A : public Mechanism {};\n"},
        {"sim/mechanism/list.h": "MECHANISM(a, a, 1000)\n"},
        {
            "sim/mechanism/room/a.cpp": "std::unique_ptr<Mechanism> make_b() {}\n",
            "sim/mechanism/list.h": "MECHANISM(a, a, 1000)\n",
        },
        {
            "sim/mechanism/room/a.cpp": "std::unique_ptr<Mechanism> make_a() {}\n",
            "sim/mechanism/room/b.cpp": "std::unique_ptr<Mechanism> make_b() {}\n",
            "sim/mechanism/list.h": "MECHANISM(a, a, 1000)\nMECHANISM(b, b, 1000)\n",
        },
        {
            "sim/mechanism/room/a.cpp": "std::unique_ptr<Mechanism> make_a() {}\n",
            "sim/mechanism/list.h": "MECHANISM(a, a, 7)\n",
        },
    ],
    mechanisms_declare: [
        {"sim/mechanism/a.cpp": "void begin(World& world) override {}\n"},
        {"sim/mechanism/kit/a.h": "inline double x(const World& world) { return 1; }\n"},
        {"sim/mechanism/a.cpp": 'double x = static_cast<const Real*>(registry_->find("a.x"))->value();\n'},
        {"sim/mechanism/a.cpp": "const Draws draws(seed, 0, stream(), 1);\n"},
        {"sim/mechanism/a.cpp": "const Name name{week.key[c], 0xffffffffU};\n"},
        {"sim/mechanism/a.cpp": "  Read<Share> trust_{*this, &Residents::trust};\n"},
        {"sim/mechanism/a.cpp": '  Luck luck_{*this, "who", Luck::residents, Luck::weekly};\n'},
    ],
    top_level: [{"notes.txt": ""}, {"src/a.cpp": ""}],
    no_machine: [
        {"README.md": "see /" + "work/main\n"},
        {"analysis/a.py": 'open("/' + 'home/me/a.csv")\n'},
        {"sim/a.md": "shared/" + "tools/x\n"},
    ],
}

# What looks like an offence and is none.
INNOCENT = {
    "sim/base/elementary.cpp": "double f(double x) { return std::exp(x); }\n",
    "sim/base/console.cpp": "::write(STDOUT_FILENO, text, size);\n",
    "sim/command/a.cpp": "// std::cout\nprint_text(describe_outputs(model)); fingerprint(signal); take_signal(stop);\n",
    "sim/base/parallel.cpp": "#include <tbb/parallel_for.h>\n#include <thread>\n",
    "sim/engine/hdf5.h": "#include <hdf5.h>\n",
    "sim/engine/hdf5_image.cpp": "#include <H5public.h>\n",
    "sim/engine/result_writer.cpp": '#include "engine/hdf5.h"\n',
    "sim/society/synthesis.cpp": "#include <boost/graph/small_world_generator.hpp>\n",
    "sim/engine/a.cpp": (
        '// never std::exp(x)\nauto s = "rand()"; auto t = R"(std::log(x))"; /* pow(x, 2)\n sin(x) */\n'
        'auto y = exp_(x) + log_(x) + std::sqrt(x) + record.log(x) + 1\'000; auto c = \'"\'; auto d = \'"\';\n'
    ),
    "sim/mechanism/room/a.cpp": '#include "base/random.h"\nstd::unique_ptr<Mechanism> make_a() {}\n',
    "sim/mechanism/shared.cpp": "int helper() { return 1; }\n",
    "sim/mechanism/list.h": "#define KURULTAI_MECHANISMS(MECHANISM) \\\n  MECHANISM(a, a, 1000)\n",
    "sim/base/random.h": "",
    "sim/mechanism/world.h": "struct World {};\n",
    "sim/mechanism/b.cpp": (
        "// not a World\n  Read<Share> trust_{*this, &Residents::trust};\n  double x() { return trust_[0]; }\n"
        "  Luck retired_{*this, \"nothing any more\", Luck::residents, Luck::weekly};\n"
    ),
    "README.md": "https://example.org/home/page, ../home/x, /usr/bin/python3\n",
}


class Structure(unittest.TestCase):
    def test_tree(self):
        files = tree()
        self.assertIn("sim/main.cpp", files)
        for rule in OFFENDERS:
            with self.subTest(rule.__name__):
                found = rule(files)
                self.assertFalse(found, f"{rule.__doc__}\n" + "\n".join(found))

    def test_every_rule_can_fail(self):
        for rule, offenders in OFFENDERS.items():
            for offender in offenders:
                with self.subTest(rule.__name__, offender=offender):
                    self.assertEqual(len(rule(offender)), 1, rule(offender))

    def test_no_rule_sees_ghosts(self):
        for rule in OFFENDERS:
            with self.subTest(rule.__name__):
                self.assertEqual(rule(INNOCENT), [])

    def test_offence_names_file_and_line(self):
        found = floors({"sim/base/a.h": '// fine\n#include "engine/b.h"\n', "sim/engine/b.h": ""})
        self.assertEqual(found, ["sim/base/a.h:2: includes engine/b.h of a higher floor"])


if __name__ == "__main__":
    unittest.main(verbosity=1)
