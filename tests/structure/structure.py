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
    (r"hdf5|H5", r"sim/engine/storage\.cpp", "HDF5"),
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
    r"\bstd::\w*_distribution\b|\bboost::(?:random::)?\w*_distribution\b|\b(?:std::)?s?rand(?:om)?\s*\(|\b[delm]rand48\b"
    r"|\bstd::(?:mt19937(?:_64)?|minstd_rand0?|random_device|default_random_engine|ranlux\w+|knuth_b)\b"
    r"|\bstd::(?:random_)?shuffle\b|\bstd::(?:ranges::)?sample\b"
)
UNORDERED_SUM = re.compile(r"\bstd::(?:transform_)?reduce\b|\btbb::parallel_reduce\b")

# What belongs to one file alone: (what is called, the files that may, its name).
# A child process puts both back as they were.
DOORS = [
    (
        re.compile(
            r"\bfmt::(?:v?print|println)\b|\b(?:v?f?printf|f?puts|f?putc|putchar|fwrite|perror)\s*\(|\bstd::(?:cout|cerr|clog)\b"
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
    r"""(?P<comment>//[^\n]*|/\*.*?\*/)|(?P<string>R"(?P<mark>[^(\s]*)\(.*?\)(?P=mark)"|"(?:\\.|[^"\\\n])*"|(?<!\w)'(?:\\.|[^'\\\n])+')""",
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
        for name, stream in re.findall(r"\bMECHANISM\(\s*(\w+)\s*,\s*(\d+)\s*\)", line):
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
        if not re.fullmatch(r"sim/mechanism/\w+\.cpp", source) or stem in ("list", "mechanism"):
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


def mechanisms_ask_by_setting(files):
    """A mechanism reads another section by setting<T>(world, path), which checks that there is such a one."""
    return [
        f"{path}:{number}: looks up a parameter by itself: see mechanism/setting.h"
        for path, text in in_sim(files).items()
        if path.startswith("sim/mechanism/") and path != "sim/mechanism/setting.h"
        for number, line in lines(code_only(text))
        if re.search(r"\bregistry\s*\.\s*find\b", line)
    ]


# Tables of columns and how a mechanism reaches them; variables that refer to one are found where they are declared.
TABLES = {
    "Residents": r"\bresidents\(\)|\bown_residents",
    "Akimats": r"\bakimats",
    "Institutions": r"\binstitutions",
    "Authorities": r"\bdistricts|\bregions",
    "Staff": r"\bstaff",
}
COLUMN = re.compile(r'\bColumn<[^{}]*>\s+(\w+)\{\s*\*this,\s*"(\w+)"')
FUNCTION = re.compile(
    r"^ {0,2}(?:\[\[nodiscard\]\] )?(?:[\w:<>,&*]+ )+[&*]?(?:\w+::)?(\w+)\([^;{]*\)(?: const)?(?: override)? \{",
    re.MULTILINE,
)
HELPERS = r"sim/(mechanism|society)/\w+\.h|sim/society/traits\.cpp"  # what mechanisms call to read columns for them


def block_at(text, at):
    """The text from `at` to the end of the block in braces that begins there or later."""
    depth = 0
    for k in range(text.index("{", at), len(text)):
        depth += {"{": 1, "}": -1}.get(text[k], 0)
        if depth == 0:
            return text[at : k + 1]
    return text[at:]


def columns_of(files):
    """{table: {member: name of the column}}"""
    found = {}
    for path, text in files.items():
        if re.fullmatch(r"sim/society/\w+\.h", path):
            for struct in re.finditer(r"struct (\w+) : Table \{.*?\n\};", text, re.DOTALL):
                if struct[1] in TABLES:
                    found[struct[1]] = dict(COLUMN.findall(struct[0]))
    return found


def columns_named(code, columns):
    """Columns that `code` names as a member of a table, and `code` without them."""
    names = set()
    for table, members in columns.items():
        variables = re.findall(rf"\b{table}\s*[&*]\s*(?:const\s+)?(\w+)", code)
        owners = "|".join([TABLES[table], *(rf"\b{name}" for name in sorted(set(variables)))])
        access = re.compile(rf"(?:(?:{owners})(?:\.|->)|\b{table}::)({'|'.join(members)})\b")
        names.update(members[match[1]] for match in access.finditer(code))
        code = access.sub(lambda match: blank(match[0]), code)
    return names, code


def columns_by_function(files, columns):
    """{function that mechanisms may call: columns that it reads, itself or by those it calls}"""
    reads, calls = {}, {}
    for path, text in files.items():
        if not re.fullmatch(HELPERS, path):
            continue
        code = code_only(text)
        inside = re.search(r"struct (\w+) : Table \{", code)  # a table's own functions name its columns without it
        for match in FUNCTION.finditer(code):
            body = block_at(code, match.start())
            names, rest = columns_named(body, columns)
            if inside and inside[1] in columns:
                names |= {
                    columns[inside[1]][name] for name in re.findall(r"\b(\w+)\[", body) if name in columns[inside[1]]
                }
            reads.setdefault(match[1], set()).update(names)
            calls.setdefault(match[1], set()).update(re.findall(r"\b(\w+)\(", rest[rest.index("{") :]))
    grows = True
    while grows:
        before = sum(map(len, reads.values()))
        for name, called in calls.items():
            for other in called & reads.keys():
                reads[name] |= reads[other]
        grows = sum(map(len, reads.values())) > before
    return reads


def declared_reads(files):
    """A mechanism says in .reads which columns its file, and what it calls, names (beside those it writes or adds to)."""
    columns = columns_of(files)
    by_function = columns_by_function(files, columns)
    found = []
    for path, text in in_sim(files).items():
        begin = text.find(": Mechanism({")
        if not path.startswith("sim/mechanism/") or begin < 0:
            continue
        role = block_at(text, begin)
        said = {
            list_: set(re.findall(r'"(\w+)"', names))
            for list_, names in re.findall(r"\.(reads|writes|adds) = \{([^}]*)\}", role)
        }
        code = code_only(text.replace(role, blank(role)))
        named, rest = columns_named(code, columns)
        called = set(re.findall(r"\b(\w+)\(", rest)) - {match[1] for match in FUNCTION.finditer(code)}
        named.update(*(by_function[name] for name in called & by_function.keys()))
        line = text[:begin].count("\n") + 1
        found += [
            f"{path}:{line}: reads {name} and does not say so" for name in sorted(named - set().union(*said.values()))
        ]
        found += [
            f"{path}:{line}: says that it reads {name} and does not name it"
            for name in sorted(said.get("reads", set()) - named)
        ]
        found += [
            f"{path}:{line}: says twice what it does to {name}"
            for name in sorted(said.get("reads", set()) & (said.get("writes", set()) | said.get("adds", set())))
        ]
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


# A small house of tables and helpers, for the rule on declared reads.
HOUSE = {
    "sim/society/residents.h": (
        'struct Residents : Table {\n  Column<std::uint8_t> age{*this, "age", "year", "age"};\n'
        '  Column<Share> trust{*this, "trust", "1", "trust"};\n'
        '  [[nodiscard]] bool adult(std::size_t i) const { return age[i] >= 18; }\n};\n'
    ),
    "sim/society/akimats.h": (
        'struct Akimats : Table {\n  Column<double> mix{*this, "mix", "share", "mix", Life::changing,'
        ' good_count};\n};\n'
    ),
    "sim/mechanism/help.h": (
        "inline bool old(const World& world, std::size_t i) { return world.residents().adult(i); }\n"
    ),
}


def mechanism_of(role, code):
    return (
        "A()\n      : Mechanism({.name = \"a\", "
        + role
        + "}) {}\n  void begin(World& world) override { "
        + code
        + "; }\n"
    )


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
        {"sim/engine/storage.h": "#  include <H5public.h>\n"},
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
        {"sim/mechanism/a.cpp": "std::unique_ptr<Mechanism> make_a() {}\n"},
        {"sim/mechanism/a.cpp": "struct A : public Mechanism {};\n"},
        {"sim/mechanism/list.h": "MECHANISM(a, 1000)\n"},
        {
            "sim/mechanism/a.cpp": "std::unique_ptr<Mechanism> make_b() {}\n",
            "sim/mechanism/list.h": "MECHANISM(a, 1000)\n",
        },
        {
            "sim/mechanism/a.cpp": "std::unique_ptr<Mechanism> make_a() {}\n",
            "sim/mechanism/b.cpp": "std::unique_ptr<Mechanism> make_b() {}\n",
            "sim/mechanism/list.h": "MECHANISM(a, 1000)\nMECHANISM(b, 1000)\n",
        },
        {
            "sim/mechanism/a.cpp": "std::unique_ptr<Mechanism> make_a() {}\n",
            "sim/mechanism/list.h": "MECHANISM(a, 7)\n",
        },
    ],
    mechanisms_ask_by_setting: [
        {"sim/mechanism/a.cpp": 'double x = static_cast<const Real*>(world.registry.find("a.x"))->value();\n'},
    ],
    declared_reads: [
        {
            **HOUSE,
            "sim/mechanism/a.cpp": mechanism_of(
                '.reads = {"trust"}', "world.akimats.mix(c, 0) * world.residents().trust[i]"
            ),
        },
        {
            **HOUSE,
            "sim/mechanism/a.cpp": mechanism_of('.reads = {}', "const Residents& r = world.residents(); r.age[i]"),
        },
        {**HOUSE, "sim/mechanism/a.cpp": mechanism_of('.reads = {}', "r_.adult(i)")},
        {**HOUSE, "sim/mechanism/a.cpp": mechanism_of('.reads = {}', "old(world, i)")},
        {**HOUSE, "sim/mechanism/a.cpp": mechanism_of('.reads = {"mix"}', "the_mix(world)")},
        {
            **HOUSE,
            "sim/mechanism/a.cpp": mechanism_of('.reads = {"trust"}, .adds = {"trust"}', "world.residents().trust[i]"),
        },
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
    "sim/society/synthesis.cpp": "#include <boost/graph/small_world_generator.hpp>\n",
    "sim/engine/a.cpp": (
        '// never std::exp(x)\nauto s = "rand()"; auto t = R"(std::log(x))"; /* pow(x, 2)\n sin(x) */\n'
        'auto y = exp_(x) + log_(x) + std::sqrt(x) + record.log(x) + 1\'000; auto c = \'"\'; auto d = \'"\';\n'
    ),
    "sim/mechanism/a.cpp": '#include "base/random.h"\nstd::unique_ptr<Mechanism> make_a() {}\n',
    "sim/mechanism/shared.cpp": "int helper() { return 1; }\n",
    "sim/mechanism/list.h": "#define KURULTAI_MECHANISMS(MECHANISM) \\\n  MECHANISM(a, 1000)\n",
    "sim/base/random.h": "",
    **HOUSE,
    "sim/mechanism/b.h": "inline double x(const World& world) { return world.registry.levers(); }\n",
    "sim/mechanism/c.h": (
        '// : Mechanism\nA()\n      : Mechanism({.name = "a", .reads = {"age", "mix"}, .adds = {"trust"}}) {}\n'
        '  void begin(World& world) override { Residents& r = world.residents(); r.trust[i] = 1; if (old(world, i)) '
        'x = world.akimats.mix(c, 0); the_trust(r.length); }\n'
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
